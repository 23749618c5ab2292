#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "imports/line_splitter.h"

namespace songhua::imports {

// Cuts chunks of a CSV file into rows. A row is a line, or several where a quoted field holds line ends. What cannot be
// a row costs its own line only: one that is longer than 1 MiB, and one whose quoted field is not closed within 1 MiB
// and 100 lines; the lines after it are rows again. Blank lines are passed over. Not thread-safe.
class RowSplitter {
 public:
  // `fault` is empty for a row. The views live as long as the call.
  using OnRow = std::function<void(std::string_view text, std::size_t line, std::string_view fault)>;

  // `skip`: so many lines at the start are no rows, whatever quotes they hold.
  RowSplitter(char delimiter, std::size_t skip, OnRow on_row);
  void feed(std::string_view chunk) { lines_.feed(chunk); }
  void finish();

 private:
  void take(std::string_view line, std::size_t number, bool too_long);
  void give_up_first();

  static constexpr std::size_t kLongestRow = std::size_t{1} << 20U;
  static constexpr std::size_t kMostLines = 100;

  char delimiter_;
  std::size_t skip_;
  OnRow on_row_;
  LineSplitter lines_;
  std::vector<std::string> open_;  // lines of a row whose quoted field is still open
  std::size_t open_line_ = 0;      // number of the first of them
  std::size_t open_bytes_ = 0;
};

// The row's fields, without blanks around them; quoted fields are taken as they are.
[[nodiscard]] std::vector<std::string> split_fields(std::string_view row, char delimiter);

}  // namespace songhua::imports
