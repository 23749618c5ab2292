#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "indicators/disclosure.h"
#include "indicators/exact.h"

// The door of the room: which cells of a set of linked tables may be given out (indicators.md 12). Pure and
// deterministic: the same tables give the same pattern, whatever the order of contributions. Safe from any thread.
namespace songhua::disclosure {

using indicators::Rational;

// What one respondent adds to a cell. Respondents are enterprises, or the group of companies that they belong to.
struct Contribution {
  std::string respondent;
  // What of the respondent: "E1", or "E1/car-ice-sedan/RU". The same unit in several cells is the same amount, so that
  // cells which overlap are linked without anybody saying how (link()).
  std::string unit;
  Rational amount;
};

inline constexpr std::size_t kRanks = 8;

struct Cell {
  std::string id;  // unique: "2019-03|region=220100"; ties are broken by it
  std::vector<Contribution> contributions;
  // Not given out itself, but somebody could compute it from what is: protected where it is sensitive.
  bool shown = true;
  // What earlier releases decided for this very cell and period: it stays so.
  enum class Decided { open, blank, given } decided = Decided::open;
  // How much it would be missed, 0 to kRanks - 1: a cell of a higher rank is blanked for others only where none of a
  // lower rank helps.
  std::size_t rank = 0;

  [[nodiscard]] Rational value() const;  // the signed sum
  [[nodiscard]] bool is_zero() const;    // nobody contributes: a true zero, never blanked
};

// total = sum of parts: a row, a column, a level of a hierarchy, a cumulative figure and its months.
struct Line {
  std::size_t total = 0;
  std::vector<std::size_t> parts;
};

// Cells of one magnitude (value added, exports, ...), of all tables and periods that are looked at together.
struct Tables {
  std::vector<Cell> cells;
  std::vector<Line> lines;

  std::size_t add(Cell cell);
};

struct Rules {
  indicators::SuppressionRule primary;
  int protection_percent = 15;  // of its value, to each side: how far a blank must stay from being known
  int hidden_percent = 10;      // the same of what is sensitive but no cell: rests of cells without others
  bool secondary = true;        // false: for tests that must see the attack succeed
  // When the exact search gives way to the greedy one: patterns looked at, and factors of equations computed for them.
  std::size_t search_limit = 400;
  std::size_t search_work = 2'000'000;
  // Factors computed before the greedy one gives up, too, and blanks all that is linked.
  std::size_t work_limit = 200'000'000;
};

// The SDMX codes of confidentiality.
enum class Code { free, primary, secondary };
std::string_view to_string(Code code);  // F, C, D

struct Protection {
  std::vector<Code> codes;  // by cell; of cells that are not shown: primary where sensitive, else free
  std::vector<std::vector<std::string>> why;  // of primary: the rules, as primary_suppression gives them
  bool exact = true;  // the cheapest pattern there is; false: found greedily, which meets the rules too
  // Ids of cells that earlier releases give away already: for whoever publishes.
  std::vector<std::string> exposed;
  // Ids of blanks that nobody knows, but that (c) cannot be met for: January to March is never less than the January to
  // February that was given out before.
  std::vector<std::string> narrow;

  [[nodiscard]] bool blank(std::size_t cell) const { return codes.at(cell) != Code::free; }
};

// Finds what else must be blank so that, with everything that is given out,
//  (a) no line has exactly one blank, (b) the blanks of every line with a given total, pooled, pass the primary rule,
//  (c) every blank can lie protection_percent of its value above and below what it is (blanks of positive tables are
//      known to be >= 0).
// Of the patterns that do, the one with the smallest sum of absolute values in the highest rank, then in the next, ...;
// ties by the sorted ids.
Protection protect(const Tables& tables, const Rules& rules);

// Adds what overlapping cells have in common as cells that are not shown, with the lines that link them: the sensitive
// ones of the smallest pieces that the units fall into, and of the rests of one cell without another. Contributions of
// all cells become those of pieces. Beyond `max_pieces` pieces nothing is added, and false returned: then what is
// blank is protected all the same, but pieces and rests that are not cells are not.
bool link(Tables& tables, const Rules& rules, std::size_t max_pieces = 5'000);

// Bounds of a cell for somebody who knows what is given out; none: no bound.
struct Interval {
  std::optional<Rational> low;
  std::optional<Rational> high;
};
// Exact; by cell, given ones are points.
std::vector<Interval> feasible(const Tables& tables, const std::vector<bool>& blank);

}  // namespace songhua::disclosure
