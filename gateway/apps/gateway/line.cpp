// `line gone|back` and `adjust`: what a person says of a line, journaled like any message.
#include <nlohmann/json.hpp>

#include "commands.h"
#include "ingest/import_rows.h"
#include "intake.h"

namespace songhua::gateway {
namespace {

UnixMillis parse_at(const Context& context, const std::string& at) {
  const auto time = context.config.time_zone.parse(at);
  if (!time) throw Failure{kUsage, "--at: " + time.error().message};
  return *time;
}

// A mistyped line must not become a new one.
void check_line(const Context& context, const std::string& line) {
  const auto store = open_store(context, storage::Access::read_only);
  if (!store->dictionary().find_line(line)) throw Failure{kUsage, line + ": no such line; `status` lists those known"};
}

void take(const Context& context, storage::Entry entry) {
  const auto sink = intake(context);
  sink->take(std::move(entry));
  sink->finish();
}

}  // namespace

int line_state(const Place& place, bool gone, const std::string& line, const std::string& at) {
  const auto context = load_context(place);
  const auto time = parse_at(context, at);
  check_line(context, line);
  take(context, ingest::line_entry(line, gone, time, wall_clock()));
  return kDone;
}

int adjust(const Place& place, const std::string& line, const std::string& measure, const std::string& product,
           const std::string& market, const std::string& quantity, const std::string& at, const std::string& reason) {
  const auto context = load_context(place);
  const auto amount = parse_int128(quantity);
  if (!amount || *amount == 0) throw Failure{kUsage, "--quantity: write a signed whole number in base units, like -12"};
  if (reason.empty()) throw Failure{kUsage, "--reason: a correction needs one"};
  check_line(context, line);
  SeriesSpec spec;
  spec.line = line;
  spec.key = {measure, product, market};
  spec.kind = SeriesKind::amount;
  spec.unit = std::string(unit_of_measure(measure));
  ingest::ImportRow row;
  row.spec = &spec;
  row.time = row.start = parse_at(context, at);
  // Corrections of one instant are told apart by when they were made.
  row.ordinal = static_cast<std::uint32_t>(count_of(wall_clock()) & 0xFFFFFFFF);
  row.value = *amount;
  take(context, ingest::adjustment_entry(ingest::encode_rows({row}, reason), wall_clock()));
  return kDone;
}

}  // namespace songhua::gateway
