#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/decimal.h"
#include "model/result.h"

// What every importer of the register needs: text in any encoding an office writes, tables by column name, and all
// errors of a file instead of the first. Pure: text in, values or errors out.
namespace songhua {

// A civil day (Asia/Shanghai by convention of the register). Validity spans are half-open: [from, to).
using Day = std::chrono::sys_days;
inline constexpr Day kFirstDay = Day::min();
inline constexpr Day kLastDay = Day::max();

std::optional<Day> parse_day(std::string_view text);  // "2019-03-01"
std::string format_day(Day day);

struct Validity {
  Day from = kFirstDay;
  Day to = kLastDay;  // the first day on which it no longer holds

  [[nodiscard]] bool holds(Day day) const { return from <= day && day < to; }
  [[nodiscard]] bool overlaps(const Validity& other) const { return from < other.to && other.from < to; }
  auto operator<=>(const Validity&) const = default;
};

inline constexpr std::int64_t kMostPrice = std::int64_t{1} << 40;  // fen per unit; indicators.md 0, Width

// Where a row stands: "base.csv:17".
struct Place {
  std::string file;
  std::size_t line = 0;

  [[nodiscard]] std::string str() const { return file + ":" + std::to_string(line); }
};

// Everything that is wrong with an import, in the order of the file: "file:line: what is wrong; what to do".
class Problems {
 public:
  void add(const Place& place, const std::string& message) { list_.push_back(place.str() + ": " + message); }
  void add(std::string message) { list_.push_back(std::move(message)); }
  [[nodiscard]] bool none() const { return list_.empty(); }
  [[nodiscard]] const std::vector<std::string>& list() const { return list_; }

 private:
  std::vector<std::string> list_;
};

// Bytes as UTF-8 without byte order mark: UTF-8 as it is, else GB18030 (and so GBK, GB2312) converted.
Result<std::string> decode_text(std::string_view bytes);

// One row of a table with a header line, read by column name. Getters note what is wrong in `problems`.
class TableRow {
 public:
  [[nodiscard]] const Place& place() const { return place_; }
  // Trimmed text; "" where the column is absent.
  [[nodiscard]] const std::string& text(const std::string& column) const;
  const std::string& required(const std::string& column);
  Day day(const std::string& column, Day otherwise);             // empty: `otherwise`
  std::optional<std::int64_t> count(const std::string& column);  // empty: none; negative: an error
  std::optional<Fraction> positive(const std::string& column);   // empty: none; zero or negative: an error
  std::optional<Fraction> price(const std::string& column);      // empty: none; negative: an error
  void fail(const std::string& message) {
    problems_->add(place_, message);
    failed_ = true;
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  friend void read_table(std::string_view, std::string_view, const std::vector<std::string>&,
                         const std::vector<std::string>&, Problems&, const std::function<void(TableRow&)>&);
  std::map<std::string, std::string> cells_;
  Place place_;
  Problems* problems_ = nullptr;
  bool failed_ = false;
};

// Calls `row` for every record. Missing required columns, unknown ones and rows of another width are problems.
void read_table(std::string_view text, std::string_view file, const std::vector<std::string>& required,
                const std::vector<std::string>& optional, Problems& problems,
                const std::function<void(TableRow&)>& row);

// The nearest of `known` to a mistyped name, as "; did you mean 'x'?", or "".
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace songhua
