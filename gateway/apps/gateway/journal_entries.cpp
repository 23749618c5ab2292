// `journal`: the entries that a line's records of some time were made of. What `explain` names at the centre is found
// here: gateway, line, record and generation lead to the messages with their readings.
#include <iostream>
#include <set>

#include "commands.h"
#include "ingest/record_keeper.h"
#include "ingest/stored_names.h"
#include "ingest/tap.h"
#include "lines/glob.h"
#include "listing.h"
#include "sparkplug/topic.h"

namespace songhua::gateway {
namespace {

using nlohmann::json;

std::string_view to_string(storage::Fate fate) {
  static constexpr std::string_view kNames[]{"applied", "held", "duplicate", "refused", "noted", "retained"};
  const auto index = static_cast<std::size_t>(fate);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

// What is looked for: messages of a source that touch the window of one of the line's records.
struct Look {
  storage::Store& store;
  const TimeZone& zone;
  Window span;
  ingest::TapFilter filter;
};

bool inside(const Look& look, const json& metric) {
  if (!metric.contains("time")) return true;
  const auto time = look.zone.parse(metric.at("time").get<std::string>());
  return time && look.span.contains(*time);
}

// A message that was held has aliases only, until a birth explained it: that is an entry of its own.
std::string name_of(const json& metric) {
  if (metric.at("name").is_string()) return metric.at("name").get<std::string>();
  return metric.contains("alias") ? "alias " + metric.at("alias").dump() : "";
}

void add_metrics(const Look& look, const storage::Entry& entry, const json& head, json& list) {
  const auto message = ingest::tap_json(
      {entry.server, entry.topic, entry.payload, entry.received, ingest::stored_names(look.store, entry.names)},
      look.filter);
  if (message.is_null() || !message.contains("metrics")) return;
  for (const auto& metric : message.at("metrics")) {
    if (!inside(look, metric)) continue;
    auto row = head;
    row["metric"] = name_of(metric);
    row["time"] = metric.value("time", "");
    row["value"] = metric.contains("value") ? metric.at("value") : json(nullptr);
    list.push_back(std::move(row));
  }
}

// Imports and corrections by hand are no messages of a node: the entry itself is what there is to show.
bool of_source(const std::string& source, const storage::Entry& entry) {
  if (entry.kind == storage::EntryKind::import) return source.ends_with(":" + entry.topic);
  if (entry.kind == storage::EntryKind::adjustment) return source == ingest::kAdjustSource;
  if (entry.kind == storage::EntryKind::resolution) return entry.topic == source;
  if (entry.kind != storage::EntryKind::message) return false;
  const auto topic = sparkplug::parse_topic(entry.topic);
  return topic && std::string(topic->group).append("/").append(topic->node) == source;
}

void add_segment(const Look& look, const storage::RecordRow& record, const std::string& source, std::uint64_t id,
                 std::set<std::pair<std::uint64_t, std::size_t>>& seen, json& list) {
  const auto entries = look.store.journal().read(id);
  if (!entries) {
    std::cerr << "segment " << id << " is no longer in the journal: " << entries.error().message << '\n';
    return;
  }
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const auto& entry = (*entries)[i];
    if (!of_source(source, entry) || !seen.emplace(id, i).second) continue;
    auto message = entry;
    if (entry.kind == storage::EntryKind::resolution) {
      auto held = ingest::held_message(look.store, entry);
      if (!held) continue;  // dropped with its segment
      message = std::move(*held);
      message.fate = entry.fate;
      message.names = entry.names;
    }
    const json head{{"segment", id},
                    {"index", i},
                    {"received", look.zone.format(message.received)},
                    {"fate", to_string(message.fate)},
                    {"source", source},
                    {"topic", message.topic},
                    {"metric", ""},
                    {"time", ""},
                    {"value", nullptr},
                    {"record", look.zone.format(record.key.window.start)},
                    {"generation", record.generation}};
    if (message.kind == storage::EntryKind::message) {
      add_metrics(look, message, head, list);
    } else {
      auto row = head;
      row["value"] = std::to_string(entry.payload.size()) + " bytes";
      list.push_back(std::move(row));
    }
  }
}

UnixMillis time_of(const std::string& text, const char* option, const TimeZone& zone) {
  const auto time = zone.parse(text);
  if (!time) throw Failure{kUsage, std::string(option) + ": " + time.error().message};
  return *time;
}

}  // namespace

int journal_entries(const Place& place, const JournalFlags& flags) {
  const auto context = load_context(place);
  const auto& zone = context.config.time_zone;
  const Window span{floor_to(time_of(flags.from, "--from", zone), kMinute), time_of(flags.to, "--to", zone)};
  if (span.start >= span.end) throw Failure{kUsage, "--from is not before --to"};
  auto filter = ingest::TapFilter::parse("", "", flags.metric);
  if (!filter) throw Failure{kUsage, "--metric: " + filter.error().message};
  auto store = open_store(context, storage::Access::read_only);
  const auto line = store->dictionary().find_line(flags.line);
  if (!line) throw Failure{kUsage, "--line: this gateway has never heard of '" + flags.line + "'"};
  const Look look{*store, zone, span, std::move(*filter)};
  std::vector<storage::RecordRow> records;
  // A record may be longer than a minute where retention or an import made it so.
  store->scan_records(*line, Window{floor_to(span.start, kQuarterHour), span.end}, [&](storage::RecordRow record) {
    if (span.start < record.key.window.end) records.push_back(std::move(record));
  });
  auto list = json::array();
  std::set<std::pair<std::uint64_t, std::size_t>> seen;
  for (const auto& record : records) {
    const auto source = store->dictionary().source_name(record.key.source);
    for (const auto id : store->touched(record.key.source, record.key.window.start)) {
      add_segment(look, record, source, id, seen, list);
    }
  }
  print_list(
      list,
      {"segment", "index", "received", "fate", "source", "topic", "metric", "time", "value", "record", "generation"},
      flags.format, std::cout);
  return list.empty() ? kNo : kDone;
}

}  // namespace songhua::gateway
