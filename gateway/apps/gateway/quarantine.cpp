// `quarantine list|show|retry`.
#include "quarantine.h"

#include <algorithm>
#include <iostream>
#include <map>

#include "commands.h"
#include "ingest/import_rows.h"
#include "ingest/stored_names.h"
#include "intake.h"
#include "listing.h"
#include "sparkplug/host_session.h"
#include "sparkplug/payload.h"
#include "sparkplug/payload_json.h"
#include "sparkplug/topic.h"
#include "storage/line_view.h"

namespace songhua::gateway {
namespace {

constexpr std::size_t kListed = 10'000;
constexpr std::size_t kAll = std::size_t{1} << 40U;

bool unreadable_then(const storage::Quarantined& entry) {
  return entry.reason == "undecodable" || entry.reason == "topic" || entry.reason == "import";
}

bool same(const storage::Quarantined& a, const storage::Quarantined& b) {
  return a.reason == b.reason && a.topic == b.topic && a.detail == b.detail;
}

// What the join of records refuses: no entries but a view, which a corrected rate limit changes. One row a series and
// reason, without an id; nothing to retry.
void add_implausible(storage::Store& store, const Context& context, nlohmann::json& all) {
  for (std::uint32_t i = 0; i < store.dictionary().line_count(); ++i) {
    const rollup::LineIndex line{i};
    storage::LineView view(store, line, context.config.rules.gap);
    std::map<std::pair<rollup::SeriesIndex, std::string_view>, std::vector<rollup::Reading>> found;
    for (const auto& refused : view.minutes().implausible()) {
      found[{refused.series, to_string(refused.reason)}].push_back(refused.reading);
    }
    for (const auto& [what, readings] : found) {
      const auto& key = store.dictionary().spec(what.first).key;
      std::string detail = key.measure;
      for (const auto& part : {key.product, key.market}) {
        if (!part.empty()) detail += ' ' + part;
      }
      detail +=
          ": " + to_string(readings.back().value) + " at " + context.config.time_zone.format(readings.back().time);
      all.push_back({{"id", nullptr},
                     {"received", nullptr},
                     {"reason", what.second},
                     {"count", readings.size()},
                     {"topic", store.dictionary().line_id(line)},
                     {"detail", detail}});
    }
  }
}

// Messages whose aliases no birth has explained yet: neither counted nor refused. A view as well; a later birth of
// their session, or its end, takes the row away.
void add_pending(const storage::Store& store, nlohmann::json& all) {
  store.for_each_session([&](std::uint8_t, const std::string& node, const std::string& bytes) {
    const auto session =
        sparkplug::HostSession::restore(bytes, {}, [&](std::uint64_t id) { return ingest::stored_names(store, id); });
    if (!session || session->held() == 0) return;
    all.push_back({{"id", nullptr},
                   {"received", nullptr},
                   {"reason", "pending"},
                   {"count", session->held()},
                   {"topic", node},
                   {"detail", "aliases wait for a birth that explains them"}});
  });
}

}  // namespace

QuarantineRetry::QuarantineRetry(storage::Store& store, std::optional<std::int64_t> id) : store_(store), id_(id) {
  if (id) {
    auto one = store.quarantined_one(*id);
    if (!one)
      throw Failure{
          kUsage, "quarantine entry " + std::to_string(*id) + " does not exist; `quarantine list` tells those that do"};
    before_.push_back(std::move(*one));
  } else {
    before_ = store.quarantined(kAll);
  }
  for (const auto& entry : before_) tried_ += entry.count;
}

void QuarantineRetry::take_in_again(ingest::Pipeline& pipeline) {
  const auto after = store_.quarantined(kAll);
  std::map<std::string, std::vector<storage::Quarantined>> unreadable;  // by topic
  for (const auto& entry : before_) {
    const auto it = std::find_if(after.begin(), after.end(), [&](const auto& other) { return same(entry, other); });
    if (it == after.end()) continue;  // the mapping in force takes it
    if (unreadable_then(*it)) {
      unreadable[it->topic].push_back(*it);
    } else {
      left_ += it->count;
    }
  }
  for (const auto& [topic, entries] : unreadable) {
    const bool taken = take_in(topic, pipeline);
    for (const auto& entry : entries) {
      if (taken) {
        taken_in_.push_back(entry.id);
      } else {
        left_ += entry.count;
      }
    }
  }
}

bool QuarantineRetry::readable(const storage::Entry& entry) {
  if (entry.kind == storage::EntryKind::import || entry.kind == storage::EntryKind::adjustment) {
    return ingest::import_messages(entry.payload, store_.dictionary()).ok();
  }
  sparkplug::PayloadDecoder decoder;
  return entry.kind == storage::EntryKind::message && sparkplug::parse_topic(entry.topic).ok() &&
         decoder.decode(entry.payload).ok();
}

// All refused messages of a topic, if every one of them can be read now.
bool QuarantineRetry::take_in(const std::string& topic, ingest::Pipeline& pipeline) {
  std::vector<storage::Entry> found;
  for (const auto& segment : store_.journal().segments()) {
    const auto entries = store_.journal().read(segment.id);
    if (!entries) throw Failure{kFault, entries.error().message};
    for (const auto& entry : *entries) {
      if (entry.topic != topic || entry.fate != storage::Fate::refused) continue;
      if (!readable(entry)) return false;
      found.push_back(entry);
    }
  }
  for (auto& entry : found) {
    entry.fate = storage::Fate::applied;
    pipeline.repeat(entry);
  }
  return !found.empty();
}

nlohmann::json QuarantineRetry::outcome() const {
  const auto accepted = tried_ > left_ ? tried_ - left_ : 0;
  return {{"tried", tried_}, {"accepted", accepted}, {"left", left_}};
}

int quarantine_list(const Place& place, const std::string& format) {
  const auto context = load_context(place);
  auto store = open_store(context, storage::Access::read_only);
  nlohmann::json all = nlohmann::json::array();
  for (const auto& entry : store->quarantined(kListed)) {
    all.push_back({{"id", entry.id},
                   {"received", context.config.time_zone.format(entry.received)},
                   {"reason", entry.reason},
                   {"count", entry.count},
                   {"topic", entry.topic},
                   {"detail", entry.detail}});
  }
  add_pending(*store, all);
  add_implausible(*store, context, all);
  print_list(all, {"id", "received", "reason", "count", "topic", "detail"}, format, std::cout);
  return kDone;
}

int quarantine_show(const Place& place, std::int64_t id) {
  const auto context = load_context(place);
  auto store = open_store(context, storage::Access::read_only);
  const auto entry = store->quarantined_one(id);
  if (!entry) throw Failure{kUsage, "quarantine entry " + std::to_string(id) + " does not exist"};
  const storage::Position position{entry->position};
  std::cout << "reason   " << entry->reason << "\nreceived " << context.config.time_zone.format(entry->received)
            << "\ntopic    " << entry->topic << "\ndetail   " << entry->detail << "\ncount    " << entry->count
            << "\njournal  segment " << position.segment() << ", entry " << position.index() << "\nbytes    "
            << entry->payload.size() << '\n';
  sparkplug::Payload payload;
  if (sparkplug::parse_payload(entry->payload, {}, payload)) std::cout << sparkplug::to_json(payload).dump() << '\n';
  return kDone;
}

int quarantine_retry(const Place& place, std::optional<std::int64_t> id) {
  const auto context = load_context(place);
  nlohmann::json outcome;
  if (const auto running = running_gateway(context)) {
    nlohmann::json request{{"request", "quarantine_retry"}};
    if (id) request["id"] = *id;
    outcome = ask(*running, request);
  } else {
    auto store = open_store(context, storage::Access::read_write);
    ingest::Pipeline pipeline(*store, pipeline_options(context));
    QuarantineRetry retry(*store, id);
    adopt_mapping(pipeline, context);
    retry.take_in_again(pipeline);
    finish_all(pipeline, wall_clock());
    for (const auto entry : retry.taken_in()) store->forget_quarantined(entry);
    outcome = retry.outcome();
  }
  std::cout << outcome["accepted"] << " of " << outcome["tried"] << " accepted, " << outcome["left"]
            << " left in quarantine\n";
  return kDone;
}

}  // namespace songhua::gateway
