#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "disclosure/disclosure.h"
#include "indicators/microdata.h"

// Disclosure control over indicator rows: everything that a document or an answer gives out, at once, so that no table
// uncovers what another withholds. Pure; one call is used by one thread.
namespace songhua::disclosure {

// What is given out or withheld together: everything that is said of a scope in a period goes with its cell.
struct CellKey {
  // Of the enterprises of a scope; of its products (industry and groups select products); its sales, exports and
  // energy; and what growth is compared with, on today's scope: the year before of enterprises and of products.
  enum class Kind { figures, products, sales, exports, energy, base, product_base };
  Kind kind = Kind::figures;
  indicators::Scope scope;
  Period period;  // of `base`: the period whose growth it serves

  auto operator<=>(const CellKey&) const = default;
  [[nodiscard]] std::string text() const;  // "figures|2019-03|region=220100;industry=C36"
};

// By CellKey::text(): what earlier publications and reports decided. True: withheld.
using Decisions = std::map<std::string, bool>;

// Cells that are decided together: tables of several magnitudes over the same cells, whose order is that of the keys,
// and one pattern for all of them.
struct Question {
  std::vector<CellKey> keys;
  std::vector<Tables> tables;
};
std::vector<Question> questions_of(const std::vector<indicators::IndicatorRow>& rows, indicators::Microdata& micro,
                                   const Decisions& earlier);

struct RowProtection {
  std::map<std::string, Code> codes;  // by CellKey::text(); without cells that nobody is in
  std::map<std::string, std::vector<std::string>> why;
  std::vector<Code> rows;                  // the strictest code of a row's cells
  bool exact = true;                       // else the pattern was found greedily
  bool linked = true;                      // false: too many pieces, only tables of rows and columns were linked
  std::vector<std::string> exposed;        // CellKey::text() of what cannot be protected any more
  std::size_t primary = 0, secondary = 0;  // cells
  [[nodiscard]] Decisions decisions() const;
};

// Decides for cells; `rows` stays empty. `earlier` decisions stay.
RowProtection decide(std::vector<Question> questions, const Decisions& earlier, const Rules& rules);

// The cells whose values the row tells something of. Empty: it tells nothing of any (counts of what grew).
std::vector<CellKey> cells_of(const indicators::IndicatorRow& row);

// Decides for all rows. `earlier` decisions stay.
RowProtection protect(const std::vector<indicators::IndicatorRow>& rows, indicators::Microdata& micro,
                      const Decisions& earlier, const Rules& rules);

// Makes the rows what may leave the house: withheld ones are null `confidential` without anything that was said about
// them, and warnings of the others keep their counts but name nobody.
void withhold(std::vector<indicators::IndicatorRow>& rows, const RowProtection& protection);

}  // namespace songhua::disclosure
