#include "model/register_text.h"

#include <date/date.h>
#include <iconv.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <numeric>

#include "model/csv.h"

namespace songhua {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    // Neither longer than it must be, nor half of a surrogate pair, nor beyond the last code point.
    const auto second = length > 2 ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second > 0x8F))
      return false;
    i += length;
  }
  return true;
}

struct CloseIconv {
  void operator()(void* handle) const { iconv_close(handle); }
};

std::optional<std::string> from_gb18030(std::string_view bytes) {
  const iconv_t handle = iconv_open("UTF-8", "GB18030");
  if (handle == reinterpret_cast<iconv_t>(-1)) return std::nullopt;  // NOLINT(performance-no-int-to-ptr): iconv's way
  const std::unique_ptr<void, CloseIconv> owner(handle);
  std::string input(bytes);
  std::string output(bytes.size() * 3 + 4, '\0');  // two bytes become at most three, four at most four
  char* in = input.data();
  char* out = output.data();
  std::size_t in_left = input.size(), out_left = output.size();
  if (iconv(handle, &in, &in_left, &out, &out_left) == static_cast<std::size_t>(-1) || in_left != 0)
    return std::nullopt;
  output.resize(output.size() - out_left);
  return output;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// Checks the header: every required column is there, once, and no unknown one.
void check_header(const std::vector<std::string>& header, const std::vector<std::string>& required,
                  const std::vector<std::string>& known, const Place& place, Problems& problems) {
  // Offices whose decimals have commas separate columns otherwise.
  for (const char* other : {";", "\t"}) {
    if (header.size() == 1 && header.front().find(other) != std::string::npos) {
      const std::string name = *other == ';' ? "semicolons" : "tabs";
      problems.add(place, "the columns are separated by " + name + "; save the file with commas between them");
      return;
    }
  }
  for (const auto& column : required) {
    if (!contains(header, column)) problems.add(place, "column '" + column + "' is missing");
  }
  for (const auto& column : header) {
    if (!contains(known, column)) {
      problems.add(place, "unknown column '" + column + "'" + suggestion(column, known));
    } else if (std::count(header.begin(), header.end(), column) > 1) {
      problems.add(place, "column '" + column + "' occurs twice");
      return;
    }
  }
}

}  // namespace

std::optional<Day> parse_day(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  const auto number = [](std::string_view digits, auto& into) {
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
    return status == std::errc{} && end == digits.data() + digits.size() && digits.front() != '-';
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (!number(text.substr(0, 4), year) || !number(text.substr(5, 2), month) || !number(text.substr(8, 2), day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day ymd{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!ymd.ok()) return std::nullopt;
  return Day{ymd};
}

std::string format_day(Day day) {
  return date::format("%F", date::sys_days{date::days{day.time_since_epoch().count()}});
}

Result<std::string> decode_text(std::string_view bytes) {
  if (bytes.starts_with("PK\x03\x04")) return Error{"this is a workbook or an archive; save the table as CSV in UTF-8"};
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  if (is_utf8(bytes)) return std::string(bytes);
  if (auto converted = from_gb18030(bytes)) return *std::move(converted);
  return Error{"the text is neither UTF-8 nor GB18030; save it as UTF-8"};
}

const std::string& TableRow::text(const std::string& column) const {
  static const std::string empty;
  const auto found = cells_.find(column);
  return found == cells_.end() ? empty : found->second;
}

const std::string& TableRow::required(const std::string& column) {
  const auto& cell = text(column);
  if (cell.empty()) fail("'" + column + "' is empty");
  return cell;
}

Day TableRow::day(const std::string& column, Day otherwise) {
  const auto& cell = text(column);
  if (cell.empty()) return otherwise;
  if (const auto day = parse_day(cell)) return *day;
  fail("'" + column + "' is '" + cell + "', not a date like 2019-03-01");
  return otherwise;
}

std::optional<std::int64_t> TableRow::count(const std::string& column) {
  const auto& cell = text(column);
  if (cell.empty()) return std::nullopt;
  const auto value = Fraction::parse(cell);
  if (value && value->den == 1 && value->num >= 0) return value->num;
  fail("'" + column + "' is '" + cell + "', not a whole number of at least 0");
  return std::nullopt;
}

std::optional<Fraction> TableRow::positive(const std::string& column) {
  const auto& cell = text(column);
  if (cell.empty()) return std::nullopt;
  const auto value = Fraction::parse(cell);
  if (value && value->num > 0) return value;
  fail("'" + column + "' is '" + cell + "', not a positive number like 60, 2.5 or 1/6");
  return std::nullopt;
}

std::optional<Fraction> TableRow::price(const std::string& column) {
  const auto& cell = text(column);
  if (cell.empty()) return std::nullopt;
  const auto value = Fraction::parse(cell);
  if (value && value->num >= 0 && value->num / value->den < kMostPrice) return value;
  fail("'" + column + "' is '" + cell + "': " +
       (!value           ? "not a price in fen per base unit, like 11000000 or 245/2"
        : value->num < 0 ? "a price cannot be negative"
                         : "above 2^40 fen per unit"));
  return std::nullopt;
}

void read_table(std::string_view text, std::string_view file, const std::vector<std::string>& required,
                const std::vector<std::string>& optional, Problems& problems,
                const std::function<void(TableRow&)>& row) {
  std::vector<std::string> known = required;
  known.insert(known.end(), optional.begin(), optional.end());
  CsvReader reader(text);
  std::vector<std::string> fields, header;
  while (true) {
    const auto more = reader.next(fields);
    const Place place{std::string(file), reader.line()};
    if (!more) return problems.add(place, "a quoted field is never closed");
    if (!*more) break;
    for (auto& field : fields) field = trimmed(field);
    if (header.empty()) {
      header = fields;
      const auto before = problems.list().size();
      check_header(header, required, known, place, problems);
      if (problems.list().size() != before) return;  // rows read under wrong names would only add noise
      continue;
    }
    if (fields.size() != header.size()) {
      problems.add(place, std::to_string(fields.size()) + " fields where the header has " +
                              std::to_string(header.size()) + "; quote fields that hold commas");
      continue;
    }
    TableRow current;
    current.place_ = place;
    current.problems_ = &problems;
    for (std::size_t i = 0; i < header.size(); ++i) current.cells_.emplace(header[i], std::move(fields[i]));
    row(current);
  }
  if (header.empty()) problems.add(Place{std::string(file), 1}, "the file is empty; its first line names the columns");
}

std::string suggestion(std::string_view name, const std::vector<std::string>& known) {
  std::size_t best = name.size() / 3 + 2;
  const std::string* nearest = nullptr;
  for (const auto& candidate : known) {
    const auto distance = edit_distance(name, candidate);
    if (distance < best) {
      best = distance;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? "" : "; did you mean '" + *nearest + "'?";
}

}  // namespace songhua
