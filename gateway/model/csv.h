#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace songhua {

// Reads delimited text as people's programs write it: UTF-8 BOM, LF, CRLF or CR CR LF line ends, quoted fields with
// doubled quotes and line breaks, blank lines (skipped), no line end at the end. Keeps no copy of the text.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text, char delimiter = ',');

  // The next record into `fields`; false at the end. An unclosed quote is an error that names its line.
  Result<bool> next(std::vector<std::string>& fields);
  // Line (from 1) on which the record last read began.
  [[nodiscard]] std::size_t line() const { return record_line_; }

 private:
  std::string_view rest_;
  char delimiter_;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
};

// One field as CSV writes it: quoted only where it must be.
std::string csv_field(std::string_view field, char delimiter = ',');

}  // namespace songhua
