#pragma once

#include <functional>
#include <string>
#include <vector>

#include "indicators/indicators.h"
#include "report/bulletin.h"

// The door of the room: a period's figures as the communiqué that a press office gives out (docs/bulletin.md). Pure: no
// clock, no locale, no files of its own; the same figures give the same bytes. Used by one thread at a time.
namespace songhua::report {

// indicators::compute with everything but the request bound: one store, one moment.
using Ask = std::function<Result<std::vector<indicators::IndicatorRow>>(const indicators::IndicatorRequest&)>;

// Disclosure control over all rows of the bulletin at once, so that no table uncovers what another hides: rows that may
// not leave the house become null `confidential`. Returns sentences for the notes (rules, how many cells).
struct Protection {
  std::vector<Words> notes;
};
using Protect = std::function<Result<Protection>(std::vector<indicators::IndicatorRow>&)>;
// The sentences: how many cells are withheld, and whether fewer could have been (`exact`: no).
Protection protection_notes(std::size_t withheld);

struct Options {
  Period period;                             // of February: January and February together
  std::string region = "220000";             // whose bulletin it is
  indicators::Rational coverage_limit = 90;  // percent; growth below it is withheld
  bool deflated = false;                     // growth_method, for the notes
  // The country's growth where the office gives it, in percent: as printed there.
  std::string national_month, national_cumulative;
  std::string as_of;  // the moment whose figures these are, where it is not now: for the notes
};

// What a bulletin asks for; what is published with it is decided together. The same errors as make_bulletin.
Result<std::vector<indicators::IndicatorRequest>> requests_of(const Options& options, const indicators::Inputs& inputs);

// All figures asked for, protected, and laid out. Errors: those of `ask`, and a period that is a single day.
Result<Bulletin> make_bulletin(const Options& options, const indicators::Inputs& inputs, const Ask& ask,
                               const Protect& protect);

enum class Language { zh, en, both };

// One self-contained page: no script, no address from which anything is loaded. For screens from 390 px and A4.
std::string to_html(const Bulletin& bulletin, Language language);
// One sheet a table; figures are numbers with formats of their decimals.
Result<std::string> to_xlsx(const Bulletin& bulletin, Language language);
// Long and tidy, for programs: table,row,column,value,unit,status,flags and labels; UTF-8 with byte order mark.
std::string to_csv(const Bulletin& bulletin, Language language);

}  // namespace songhua::report
