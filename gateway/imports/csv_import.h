#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "imports/import_map.h"
#include "model/decimal.h"
#include "model/int128.h"
#include "model/result.h"
#include "model/series.h"
#include "model/time.h"

// Rows of a CSV file to readings, by an ImportMap.
namespace songhua::imports {

// A totalizer's or level's reading.
struct CounterReading {
  UnixMillis time;
  Quantity value = 0;
  bool operator==(const CounterReading&) const = default;
};
// A quantity of an interval, or of an instant (start = end). `ordinal` tells amounts of one series and end apart, in
// the order of the file, so that a second import of the same file gives the same keys.
struct AmountReading {
  UnixMillis start;
  UnixMillis end;
  std::uint32_t ordinal = 0;
  Quantity quantity = 0;
  bool operator==(const AmountReading&) const = default;
};
// A gauge or rate that is measured over an interval stands at the interval's start: it belongs to the interval's day.
struct GaugeReading {
  UnixMillis time;
  Fixed9 value;
  bool operator==(const GaugeReading&) const = default;
};
// Units per hour from `time` on.
struct RateReading {
  UnixMillis time;
  Fixed9 per_hour;
  bool operator==(const RateReading&) const = default;
};

struct ImportReading {
  const SeriesSpec* spec = nullptr;  // lives as long as the CsvImport; one object per series; factor 1, values mapped
  std::variant<CounterReading, AmountReading, GaugeReading, RateReading> value;
};

// What could not be read: a row, or one cell of it (the row's other cells are imported).
struct Reject {
  std::size_t line = 0;  // where the row begins, from 1
  std::string text;      // the row
  std::string reason;
};

struct ImportProgress {
  std::uint64_t bytes = 0;  // fed so far
  std::uint64_t rows = 0;   // without header, blank lines and what the map leaves out
  std::uint64_t readings = 0;
  std::uint64_t rejects = 0;
  std::uint64_t silent = 0;   // rows that gave neither (count series whose text none of the cells equals)
  std::uint64_t unnamed = 0;  // rows of tags that the map does not name; the first of each is rejected
};

class ImportSink {
 public:
  virtual ~ImportSink() = default;
  virtual void reading(const ImportReading& reading) = 0;
  virtual void reject(const Reject& reject) = 0;
};

// Reads a file in chunks of any size; memory is bounded by the longest row (1 MiB, longer ones are rejected), plus some
// 40 bytes for each distinct (series, end) of an amount. Not thread-safe.
class CsvImport {
 public:
  // The sink must outlive the import.
  CsvImport(ImportMap map, ImportSink& sink);
  ~CsvImport();
  CsvImport(const CsvImport&) = delete;
  CsvImport& operator=(const CsvImport&) = delete;

  // An error (a column that the header lacks) is final: nothing more is read.
  Result<void> feed(std::string_view chunk);
  // After the last chunk. An error where the file has not even a header.
  Result<void> finish();
  [[nodiscard]] const ImportProgress& progress() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace songhua::imports
