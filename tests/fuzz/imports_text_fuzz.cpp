#include <cstdint>
#include <cstdlib>
#include <string>

#include "imports/imports.h"

// Files of others: recorded frames as JSON lines, import mappings, and tables read by them. The first byte names the
// reader; a file comes in two pieces, so that rows are cut anywhere.
using namespace songhua;
using namespace songhua::imports;

namespace {

constexpr const char* kWide = R"(
[time]
column = "date"
format = "%d/%m/%Y %H:%M"
zone = "Asia/Seoul"
meaning = "end"
interval = "15min"
midnight = "end_of_same_day"
[defaults]
line = "L1"
[[series]]
column = "kWh"
measure = "energy.electricity"
kind = "amount"
factor = "1000"
[[series]]
column = 3
measure = "process.t"
kind = "gauge"
)";
constexpr const char* kLong = R"(
[file]
delimiter = ";"
[time]
column = 1
format = "%Y-%m-%d %H:%M:%S"
[keys]
line = "line"
measure = "measure"
product = "product"
market = "market"
value = "value"
)";
constexpr const char* kTags = R"(
[file]
skip = 1
ignore = ["#", "Rows"]
decimal = ","
thousands = "."
delimiter = ";"
[time]
column = "t"
[keys]
tag = "tag"
value = "v"
[quality]
column = "q"
[[tag]]
name = "A"
line = "L"
measure = "output.good"
kind = "totalizer"
width = 16
[[tag]]
name = "B"
line = "L"
measure = "process.b"
)";

class Count final : public ImportSink {
 public:
  void reading(const ImportReading& reading) override {
    if (reading.spec == nullptr) std::abort();
  }
  void reject(const Reject& reject) override {
    if (reject.reason.empty() || reject.line == 0) std::abort();
  }
};

void table(const ImportMap& map, std::string_view bytes) {
  Count sink;
  CsvImport csv(map, sink);
  const auto half = bytes.size() / 2;
  if (!csv.feed(bytes.substr(0, half)) || !csv.feed(bytes.substr(half))) return;
  (void)csv.finish();
}

const ImportMap& mapped(const char* toml) {
  static const auto parse = [](const char* text) {
    auto map = ImportMap::parse(text, "map.toml", TimeZone::shanghai());
    if (!map) std::abort();
    return *map;
  };
  static const ImportMap wide = parse(kWide), tall = parse(kLong), tags = parse(kTags);
  return toml == kWide ? wide : toml == kLong ? tall : tags;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: {
      FramesReader reader(
          TimeZone::shanghai(), [](Frame&&) {},
          [](std::size_t line, std::string_view, const std::string& reason) {
            if (line == 0 || reason.empty()) std::abort();
          });
      reader.feed(bytes.substr(0, bytes.size() / 2));
      reader.feed(bytes.substr(bytes.size() / 2));
      reader.finish();
      break;
    }
    case 1:
      table(mapped(kWide), bytes);
      break;
    case 2:
      table(mapped((data[0] & 4U) == 0 ? kLong : kTags), bytes);
      break;
    default:
      if (const auto map = ImportMap::parse(bytes, "map.toml", TimeZone::shanghai());
          !map && map.error().message.empty())
        std::abort();
  }
  return 0;
}
