#pragma once

#include <string>
#include <vector>

#include "central/centre.h"
#include "disclosure/rows.h"

// Releases: what is given out of a period, frozen under a name, with the values, what they were made of and what
// disclosure control decided.
namespace songhua::central {

// Decides for all rows of a document what may leave the house, with the decisions of all earlier documents, stores the
// new ones, and withholds (disclosure/rows.h). The store must be open for writing. An error, and nothing is stored,
// where earlier documents make it impossible to withhold what must be.
Result<disclosure::RowProtection> guard(Centre& centre, std::vector<indicators::IndicatorRow>& rows,
                                        const Moment& moment);

// The figures of a release of the period, unprotected: the tables of a release, and whatever `also` asks for. Each row
// once.
Result<std::vector<indicators::IndicatorRow>> rows_for(const Study& study, const Period& period,
                                                       const std::vector<indicators::IndicatorRequest>& also);

// Computes, protects and stores the next release of the period. `also`: what else is going to be given out of it, so
// that it is decided together (a bulletin's figures).
Result<Publication> publish(Centre& centre, const Period& period, UnixMillis now,
                            const std::vector<indicators::IndicatorRequest>& also = {});

// One row of a release.
struct ReleasedRow {
  nlohmann::ordered_json row;  // as `indicators --format json --exact` showed it to the operator
  std::string conf;            // F, C or D
};
std::vector<ReleasedRow> rows_of(const Publication& publication);
// Rows as they leave the house: withheld ones are null, without any hint. In the order of the release.
nlohmann::ordered_json outward(const Publication& publication);
// The newest release of the period, or of one that the period lies in ("2019-01..03" is in March's).
std::optional<Publication> release_with(Centre& centre, const std::string& period);

}  // namespace songhua::central
