#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/calendar.h"
#include "model/result.h"
#include "model/series.h"

// The mapping file of `import --map` (interfaces.md, Import mapping; docs/import-map.md).
namespace songhua::imports {

// A column by its name in the header, or by its number from 1.
using Column = std::variant<std::string, std::size_t>;
[[nodiscard]] std::string to_string(const Column& column);

enum class Encoding : std::uint8_t { utf8, gb18030 };
enum class TimeMeaning : std::uint8_t { instant, interval_start, interval_end };
enum class Midnight : std::uint8_t { as_written, end_of_same_day };

// count: each row whose cell equals a text is one unit.
enum class ImportKind : std::uint8_t { amount, totalizer, rate, count, gauge };

struct FileFormat {
  char delimiter = ',';
  bool header = true;
  Encoding encoding = Encoding::utf8;
  char decimal = '.';               // or ','
  char thousands = 0;               // what groups a number's digits; 0: nothing does
  std::size_t skip = 0;             // lines before the header: titles
  std::vector<std::string> ignore;  // rows that begin with one of these are no rows: comments, totals at the end
};

// Says whether a value may be trusted. Only a cell that equals one of `good` lets it count.
struct QualityFormat {
  std::optional<Column> column;  // of the whole row; series may have columns of their own
  std::vector<std::string> good{"Good", "192"};
};

struct TimeFormat {
  std::vector<Column> columns;  // one; or several, joined by a blank ("Date", "Time")
  std::string format = "iso";   // strptime directives, "iso", or "unix_ms"
  TimeZone zone = TimeZone::shanghai();
  TimeMeaning meaning = TimeMeaning::instant;
  Millis interval{0};  // 0: instants
  Midnight midnight = Midnight::as_written;
};

struct ImportSeries {
  SeriesSpec spec;  // factor 1: values are mapped on the way in
  ImportKind kind = ImportKind::amount;
  Column column;
  Fraction factor{1, 1};
  std::optional<std::string> equals;  // count: the cell's text; none counts every cell that is not empty
  std::optional<Column> quality;
  std::string tag;  // of a long table with tags: the name, in place of a column
};

// For tables with one value a row, whose other columns say what it is of. A key without a column is the default's. With
// `tag` it is one column, whose names the map translates (ImportMap::tags).
struct LongKeys {
  std::optional<Column> tag;
  std::optional<Column> line;
  std::optional<Column> measure;
  std::optional<Column> product;
  std::optional<Column> market;
  Column value;
  ImportKind kind = ImportKind::amount;  // of measures that are no gauges or levels by nature
  Fraction factor{1, 1};
};

struct ImportMap {
  FileFormat file;
  TimeFormat time;
  SeriesSpec defaults;               // line, measure, product, market, gap for what a table's row does not say
  std::vector<ImportSeries> series;  // a wide table ...
  std::optional<LongKeys> keys;      // ... or a long one
  std::vector<ImportSeries> tags;    // of a long table with `tag`
  QualityFormat quality;

  // `zone`: of times without an offset where the file names none. An error holds every fault, one a line.
  static Result<ImportMap> parse(std::string_view toml, std::string_view file, const TimeZone& zone);
};

}  // namespace songhua::imports
