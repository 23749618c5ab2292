#include "imports/row_splitter.h"

#include <utility>

namespace songhua::imports {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Is a quoted field open at the end of `text`, if it was (or was not) at its start? A quote opens a field only where
// the field begins; elsewhere it is a character like any other (6" pipe).
bool ends_quoted(std::string_view text, char delimiter, bool quoted) {
  bool field_start = !quoted;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') continue;
      if (i + 1 < text.size() && text[i + 1] == '"') {
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"' && field_start) {
      quoted = true;
      field_start = false;
    } else {
      field_start = c == delimiter || (field_start && is_blank(c));
    }
  }
  return quoted;
}

void trim_end(std::string& field, std::size_t keep) {
  while (field.size() > keep && is_blank(field.back())) field.pop_back();
}

}  // namespace

RowSplitter::RowSplitter(char delimiter, std::size_t skip, OnRow on_row)
    : delimiter_(delimiter),
      skip_(skip),
      on_row_(std::move(on_row)),
      lines_(kLongestRow,
             [this](std::string_view text, std::size_t line, bool too_long) { take(text, line, too_long); }) {}

void RowSplitter::take(std::string_view line, std::size_t number, bool too_long) {
  if (number <= skip_) return;
  while (too_long && !open_.empty()) give_up_first();
  if (too_long) return on_row_(line, number, "the row is longer than 1 MiB");
  if (open_.empty()) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) return;
    if (!ends_quoted(line, delimiter_, false)) return on_row_(line, number, {});
    open_line_ = number;
  }
  const bool still_open = ends_quoted(line, delimiter_, !open_.empty());
  open_.emplace_back(line);
  open_bytes_ += line.size() + 1;
  if (still_open) {
    while (open_bytes_ > kLongestRow || open_.size() > kMostLines) give_up_first();
    return;
  }
  std::string row;
  for (const std::string& part : open_) row += (row.empty() ? "" : "\n") + part;
  open_.clear();
  open_bytes_ = 0;
  on_row_(row, open_line_, {});
}

// The first open line is no row; the others are lines as if it had not been there.
void RowSplitter::give_up_first() {
  const auto lines = std::exchange(open_, {});
  const std::size_t first = open_line_;
  open_bytes_ = 0;
  on_row_(lines.front(), first, "a quoted field is never closed");
  for (std::size_t i = 1; i < lines.size(); ++i) take(lines[i], first + i, false);
}

void RowSplitter::finish() {
  lines_.finish();
  while (!open_.empty()) give_up_first();
}

std::vector<std::string> split_fields(std::string_view row, char delimiter) {
  std::vector<std::string> fields;
  std::string field;
  bool quoted = false, was_quoted = false;
  std::size_t keep = 0;  // length of what was quoted: its blanks are the field's own
  for (std::size_t i = 0; i < row.size(); ++i) {
    const char c = row[i];
    if (quoted) {
      if (c != '"') {
        field.push_back(c);
      } else if (i + 1 < row.size() && row[i + 1] == '"') {
        field.push_back(row[++i]);
      } else {
        quoted = false;
        keep = field.size();
      }
    } else if (c == delimiter) {
      trim_end(field, keep);
      fields.push_back(std::exchange(field, {}));
      keep = 0;
      was_quoted = false;
    } else if (c == '"' && field.empty() && !was_quoted) {
      quoted = was_quoted = true;
    } else if (!is_blank(c) || !field.empty()) {
      field.push_back(c);
    }
  }
  trim_end(field, keep);
  fields.push_back(std::move(field));
  return fields;
}

}  // namespace songhua::imports
