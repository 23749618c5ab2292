#include "model/csv.h"

namespace songhua {

CsvReader::CsvReader(std::string_view text, char delimiter) : rest_(text), delimiter_(delimiter) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

Result<bool> CsvReader::next(std::vector<std::string>& fields) {
  fields.clear();
  while (!rest_.empty() && (rest_.front() == '\n' || rest_.front() == '\r')) {
    if (rest_.front() == '\n') ++line_;
    rest_.remove_prefix(1);
  }
  if (rest_.empty()) return false;
  record_line_ = line_;

  std::string field;
  bool quoted = false;
  std::size_t i = 0;
  for (; i < rest_.size(); ++i) {
    const char c = rest_[i];
    if (quoted) {
      if (c == '"' && i + 1 < rest_.size() && rest_[i + 1] == '"') {
        field.push_back('"');
        ++i;
      } else if (c == '"') {
        quoted = false;
      } else {
        if (c == '\n') ++line_;
        field.push_back(c);
      }
    } else if (c == '"' && field.empty()) {
      quoted = true;
    } else if (c == delimiter_) {
      fields.push_back(std::move(field));
      field.clear();
    } else if (c == '\n' || c == '\r') {
      break;
    } else {
      field.push_back(c);
    }
  }
  rest_.remove_prefix(i);
  if (quoted) return Error{"line " + std::to_string(record_line_) + ": a quoted field is never closed"};
  fields.push_back(std::move(field));
  return true;
}

std::string csv_field(std::string_view field, char delimiter) {
  const char special[] = {delimiter, '"', '\n', '\r', '\0'};
  if (field.find_first_of(special) == std::string_view::npos) return std::string(field);
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

}  // namespace songhua
