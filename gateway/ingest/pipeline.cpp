#include "ingest/pipeline.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "ingest/batch.h"
#include "ingest/entries.h"
#include "ingest/import_rows.h"

namespace songhua::ingest {
namespace {

using storage::Entry;
using storage::EntryKind;
using storage::Fate;
using storage::Position;

// "lost 0", "connected 1"
std::optional<std::uint8_t> server_of(std::string_view text, std::string_view event) {
  if (!text.starts_with(event) || text.size() <= event.size() + 1) return std::nullopt;
  text.remove_prefix(event.size() + 1);
  unsigned server = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), server);
  if (status != std::errc{} || end != text.data() + text.size() || server > 255) return std::nullopt;
  return static_cast<std::uint8_t>(server);
}

constexpr const char* kLostFact = "lost:";  // and the server: when its connection was lost last
constexpr std::size_t kSegmentsCached = 256;
constexpr std::size_t kLargestBatch = (std::size_t{1} << Position::kIndexBits) - 1024;

}  // namespace

Pipeline::Pipeline(storage::Store& store, PipelineOptions options)
    : store_(store),
      options_(std::move(options)),
      translator_(store, options_.mapping, options_.limits, options_.gap),
      keeper_(
          store, {options_.gap}, options_.readings_in_memory,
          [this](storage::SourceIndex source, std::vector<RecordKeeper::Wanted>& windows) { load(source, windows); }) {
  load_sessions();
}

Pipeline::~Pipeline() = default;

void Pipeline::load_sessions() {
  std::map<SessionKey, sparkplug::HostSession> sessions;  // what was known stays, where the store cannot be read
  std::size_t refused = 0;
  store_.for_each_session([&](std::uint8_t server, const std::string& node, const std::string& bytes) {
    auto session =
        sparkplug::HostSession::restore(bytes, options_.session, [this](std::uint64_t id) { return names(id); });
    // A session that cannot be read begins anew, as for a node never heard: its next birth explains it.
    if (!session) ++refused;
    sessions.insert_or_assign({server, node}, session ? std::move(*session) : sparkplug::HostSession(options_.session));
  });
  std::map<SessionKey, storage::Arrival> arrivals;
  std::map<std::uint8_t, UnixMillis> clocks;
  store_.for_each_arrival([&](std::uint8_t server, const std::string& node, const storage::Arrival& arrival) {
    arrivals[{server, node}] = arrival;
    if (!arrival.newest) return;
    auto& clock = clocks.try_emplace(server, *arrival.newest).first->second;
    clock = std::max(clock, *arrival.newest);
  });
  sessions_ = std::move(sessions);
  sessions_refused_ = refused;
  arrivals_ = std::move(arrivals);
  clocks_ = std::move(clocks);
  lost_.clear();
}

void Pipeline::message(Inbound inbound) {
  Entry entry;
  entry.kind = EntryKind::message;
  entry.received = inbound.received;
  if (inbound.retained) entry.fate = Fate::retained;
  entry.server = inbound.server;
  entry.topic = std::move(inbound.topic);
  entry.payload = std::move(inbound.payload);
  take_in({std::move(entry), false});
}

void Pipeline::server_connected(std::uint8_t server, UnixMillis now) {
  take_in({{EntryKind::host, Fate::noted, now, server, {}, "connected " + std::to_string(server), 0}, false});
}

void Pipeline::server_lost(std::uint8_t server, UnixMillis now) {
  take_in({{EntryKind::host, Fate::noted, now, server, {}, "lost " + std::to_string(server), 0}, false});
}

void Pipeline::import_rows(const std::string& name, bool quarters, std::string payload, UnixMillis now) {
  repeat(import_entry(name, quarters, std::move(payload), now));
}

void Pipeline::adjustment(std::string payload, UnixMillis now) {
  repeat(adjustment_entry(std::move(payload), now));
}

void Pipeline::line_state(const LineId& line, bool gone, UnixMillis at, UnixMillis now) {
  repeat(line_entry(line, gone, at, now));
}

void Pipeline::repeat(const Entry& entry) {
  if (entry.kind == EntryKind::resolution) return;  // found again by the sessions, at its new place
  take_in({entry, true});
}

void Pipeline::take_in(Queued queued) {
  queued_bytes_ += queued.entry.payload.size() + queued.entry.topic.size();
  queue_.push_back(std::move(queued));
}

// Live messages are in order by arrival, whatever the clock did. That it was set back is part of the recording, so that
// they are not taken for older ones when they are told again.
void Pipeline::note_clock(Batch& batch, const Queued& queued) {
  const auto& entry = queued.entry;
  if (queued.again || (entry.kind != EntryKind::message && entry.kind != EntryKind::host)) return;
  auto& clock = clocks_.try_emplace(entry.server, entry.received).first->second;
  if (entry.received < clock) {
    batch.entries.push_back(
        {EntryKind::host, Fate::noted, entry.received, entry.server, {}, "clock " + std::to_string(entry.server), 0});
    process(batch, batch.entries.back(), false);
  }
  clock = entry.received;
}

std::optional<UnixMillis> Pipeline::next_deadline() const {
  std::optional<UnixMillis> next;
  for (const auto& [key, session] : sessions_) {
    const auto deadline = session.next_deadline();
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  return next;
}

void Pipeline::rebirth_requested(const std::string& node, std::optional<std::uint8_t> server) {
  for (auto& [key, session] : sessions_) {
    if (key.second == node && (!server || key.first == *server)) session.rebirth_requested();
  }
}

std::variant<CommitResult, Pipeline::CommitError> Pipeline::commit(UnixMillis now) {
  const auto count = std::min(queue_.size(), kLargestBatch);
  try {
    recover();
    SQLite::Transaction transaction(store_.database(), SQLite::TransactionBehavior::IMMEDIATE);
    days_final_.clear();
    Batch batch;
    batch.now = now;
    batch.segment = store_.journal().next_segment();
    for (std::size_t i = 0; i < count; ++i) {
      note_clock(batch, queue_[i]);
      batch.entries.push_back(queue_[i].entry);
      process(batch, batch.entries.back(), queue_[i].again);
    }
    for (auto& [key, session] : sessions_) {
      const auto deadline = session.next_deadline();
      if (!deadline || *deadline > now) continue;
      sparkplug::Actions actions;
      session.on_time(now, actions);
      batch.changed.insert(key);
      act(batch, key, actions);
    }
    if (batch.entries.empty() && batch.changed.empty()) return batch.result;

    const auto generation = batch.segment;
    RecordKeeper::Written written;
    if (!batch.entries.empty()) {  // else the next commit has this generation, too
      written = keeper_.flush(generation, now,
                              [&](rollup::LineIndex line, Window window) { return day_is_final(line, window, now); });
    }
    store_.journal().append(
        {std::make_move_iterator(batch.entries.begin()), std::make_move_iterator(batch.entries.end())});
    for (const auto& key : batch.changed) {
      const auto& session = sessions_.at(key);
      remember_names(session.names());
      store_.put_session(key.first, key.second, session.save_beside_names(), arrivals_[key]);
    }
    for (const auto& [name, by] : batch.counts) store_.add_count(name, by);
    transaction.commit();

    keeper_.trim();
    trim_names();
    if (segments_.size() > kSegmentsCached) {
      segments_.clear();
    }
    batch.result.messages = count;
    batch.result.records = written.records;
    batch.result.generation = generation;
    for (const auto line : written.lines) batch.result.lines.push_back(store_.dictionary().line_id(line));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    queued_bytes_ = 0;
    for (const auto& queued : queue_) queued_bytes_ += queued.entry.payload.size() + queued.entry.topic.size();
    return batch.result;
  } catch (const SQLite::Exception& problem) {
    return failed("the store cannot be written: ", problem);
  }
}

Pipeline::CommitError Pipeline::failed(const std::string& what, const SQLite::Exception& problem) {
  CommitError error{what + storage::trouble_of(store_.database(), problem), storage::is_disk_trouble(problem)};
  is_stale_ = true;
  try {
    recover();
  } catch (const SQLite::Exception&) {  // the disk cannot even be read: before the next commit
  }
  return error;
}

// What memory knows is derived from the store: after a rollback it is read anew.
void Pipeline::recover() {
  if (!is_stale_) return;
  store_.journal().forget_appended();
  store_.dictionary().reload();
  translator_.reset();
  keeper_.reset();
  names_.clear();
  shares_stored_.clear();
  own_names_.clear();
  segments_.clear();
  imported_.clear();
  load_sessions();
  is_stale_ = false;
}

// A session that is only now heard of begins after what its server went through, unless that was later.
storage::Arrival& Pipeline::arrival_of(const SessionKey& key) {
  const auto [it, added] = arrivals_.try_emplace(key);
  if (added) it->second.newest = newest_lost(key.first);
  return it->second;
}

std::optional<UnixMillis>& Pipeline::newest_lost(std::uint8_t server) {
  const auto [it, added] = lost_.try_emplace(server);
  if (!added) return it->second;
  if (const auto fact = store_.fact(kLostFact + std::to_string(server))) {
    std::int64_t received = 0;
    if (std::from_chars(fact->data(), fact->data() + fact->size(), received).ec == std::errc{})
      it->second = unix_millis(received);
  }
  return it->second;
}

void Pipeline::note_lost(std::uint8_t server, std::optional<UnixMillis> received) {
  auto& newest = newest_lost(server);
  if (received && newest && *newest >= *received) return;
  newest = received;
  store_.set_fact(kLostFact + std::to_string(server), received ? std::to_string(count_of(*received)) : "");
}

bool Pipeline::is_older(const Entry& entry, bool again, const storage::Arrival& arrival) {
  return again && arrival.newest && entry.received < *arrival.newest;
}

void Pipeline::leave_for_later(Batch& batch, const SessionKey& key, storage::Arrival& arrival, const Entry& entry) {
  arrival.unsettled = std::min(arrival.unsettled.value_or(entry.received), entry.received);
  batch.changed.insert(key);
}

void Pipeline::process(Batch& batch, Entry& entry, bool again) {
  switch (entry.kind) {
    case EntryKind::message:
      return process_message(batch, entry, again);
    case EntryKind::import:
    case EntryKind::adjustment:
      return process_import(batch, entry, entry.topic);
    case EntryKind::host: {
      if (const auto server = server_of(entry.payload, "lost")) {
        for (auto& [key, session] : sessions_) {
          if (key.first != *server) continue;
          auto& arrival = arrival_of(key);
          if (is_older(entry, again, arrival)) {
            leave_for_later(batch, key, arrival, entry);
            continue;
          }
          arrival.newest = entry.received;
          sparkplug::Actions actions;
          session.on_connection_lost(entry.received, actions);
          batch.changed.insert(key);
          act(batch, key, actions);
        }
        note_lost(*server, entry.received);
      } else if (const auto of = server_of(entry.payload, "clock")) {
        for (auto& [key, arrival] : arrivals_) {
          if (key.first == *of) arrival.newest.reset();
        }
        note_lost(*of, std::nullopt);
      }
      return;
    }
    case EntryKind::line: {
      const auto text = nlohmann::json::parse(entry.payload, nullptr, false);
      if (text.is_object() && text.contains("line") && text.contains("gone") && text.contains("at")) {
        store_.set_line_state(text["line"].get<std::string>(), unix_millis(text["at"].get<std::int64_t>()),
                              text["gone"].get<bool>());
        if (const auto line = store_.dictionary().find_line(text["line"].get<std::string>())) {
          batch.result.lines.push_back(store_.dictionary().line_id(*line));
        }
      }
      return;
    }
    case EntryKind::resolution:
    case EntryKind::config:
      return;  // resolutions are found again by the sessions; configuration is the caller's
  }
}

void Pipeline::refuse(Batch& batch, const Entry& entry, const std::string& reason, const std::string& detail) {
  store_.quarantine(quarantined(entry, reason, detail, batch.position_of_last()));
  ++batch.counts["quarantined"];
}

void Pipeline::process_message(Batch& batch, Entry& entry, bool again) {
  ++batch.counts["messages"];
  entry.names = 0;
  const auto topic = sparkplug::parse_topic(entry.topic);
  if (!topic) {
    entry.fate = Fate::refused;
    return refuse(batch, entry, "topic", topic.error().message);
  }
  if (topic->type == sparkplug::MessageType::state || topic->type == sparkplug::MessageType::ncmd ||
      topic->type == sparkplug::MessageType::dcmd) {
    entry.fate = Fate::noted;
    return show_command(entry, *topic);
  }
  // Births are never retained by who keeps to the rules. One that was may be of a life that is over: its aliases would
  // book one metric on another, and its node would look alive.
  if (entry.fate == Fate::retained) return refuse(batch, entry, "retained", "kept by the broker, not said now");
  entry.fate = Fate::applied;  // a recording tells what another session made of it
  const auto payload = decoder_.decode(entry.payload);
  if (!payload) {
    entry.fate = Fate::refused;
    refuse(batch, entry, "undecodable", payload.error().message);
  }
  const Batch::Current current{batch.position_of_last(), *topic, payload ? *payload : nullptr};
  const SessionKey key{entry.server, node_of(*topic)};
  auto& session = sessions_.try_emplace(key, options_.session).first->second;
  auto& arrival = arrival_of(key);
  if (is_older(entry, again, arrival)) {
    if (!payload) return;
    leave_for_later(batch, key, arrival, entry);
    entry.fate = Fate::held;
    batch.current = &current;
    apply(batch, entry, nullptr, Take::named, current.position);
    batch.current = nullptr;
    return;
  }
  arrival.newest = entry.received;
  sparkplug::SessionMessage event;
  event.type = topic->type;
  event.device = topic->device;
  event.payload = current.payload;
  event.received = entry.received;
  event.position = current.position.value;
  sparkplug::Actions actions;
  // Timers that were over before this message count as over, live and in replay alike.
  if (const auto deadline = session.next_deadline(); deadline && *deadline <= entry.received) {
    session.on_time(entry.received, actions);
  }
  session.on_message(event, actions);
  batch.changed.insert(key);
  if (observer_ && payload) {
    observer_->message({entry.server, entry.topic, entry.payload, entry.received}, *topic, **payload, session.names());
  }
  batch.current = &current;
  act(batch, key, actions);
  batch.current = nullptr;
}

void Pipeline::show_command(const Entry& entry, const sparkplug::Topic& topic) {
  if (!observer_ || topic.type == sparkplug::MessageType::state) return;
  const auto payload = decoder_.decode(entry.payload);
  if (!payload) return;
  const auto session = sessions_.find({entry.server, node_of(topic)});
  observer_->message({entry.server, entry.topic, entry.payload, entry.received}, topic, **payload,
                     session == sessions_.end() ? nullptr : session->second.names());
}

void Pipeline::act(Batch& batch, const SessionKey& key, const sparkplug::Actions& actions) {
  struct Visitor {
    Pipeline& pipeline;
    Batch& batch;
    const SessionKey& key;

    void operator()(const sparkplug::Apply& a) const {
      if (Entry* entry = batch.find({a.position})) {
        entry->fate = Fate::applied;
        const auto own = pipeline.own_names(a.names, batch.current ? batch.current->topic.device : std::string_view());
        entry->names = own.id;
        pipeline.apply(batch, *entry, own.table.get(), Take::whole, {a.position});
      }
    }
    void operator()(const sparkplug::Hold& a) const {
      if (Entry* entry = batch.find({a.position})) {
        entry->fate = Fate::held;
        ++batch.counts["held"];
        pipeline.apply(batch, *entry, nullptr, Take::named, {a.position});
      }
    }
    void operator()(const sparkplug::ApplyHeld& a) const { pipeline.explain(batch, key, {a.position}, a.names); }
    void operator()(const sparkplug::Heard& a) const { pipeline.explain(batch, key, {a.position}, a.names); }
    void operator()(const sparkplug::Quarantine& a) const {
      auto held = pipeline.entry_at(batch, {a.position});
      // What was held has counted by its names already; only its aliases are refused.
      if (Entry* entry = batch.find({a.position}); entry != nullptr && entry->fate != Fate::held)
        entry->fate = Fate::refused;
      if (held && a.reason != sparkplug::QuarantineReason::undecodable) {
        pipeline.refuse(batch, *held, std::string(to_string(a.reason)), told_on(key.first));
      }
    }
    void operator()(const sparkplug::Duplicate& a) const {
      if (Entry* entry = batch.find({a.position})) entry->fate = Fate::duplicate;
      ++batch.counts["duplicates"];
    }
    void operator()(const sparkplug::Ignored& a) const {
      if (Entry* entry = batch.find({a.position})) entry->fate = Fate::noted;
      ++batch.counts["ignored"];
    }
    void operator()(const sparkplug::RequestRebirth& a) const {
      batch.result.rebirths.push_back({key.first, key.second, a.reason});
    }
    void operator()(const sparkplug::NodeOnline&) const { batch.result.born.push_back(key); }
    void operator()(const sparkplug::NodeOffline&) const { batch.result.gone.push_back(key); }
    void operator()(const sparkplug::GapOpened& a) const {
      ++batch.counts["gaps"];
      batch.counts["gap_messages"] += a.missing;
    }
    void operator()(const sparkplug::DeviceOnline&) const {}
    void operator()(const sparkplug::DeviceOffline&) const {}
    void operator()(const sparkplug::AllStale&) const {}
  };
  for (const auto& action : actions) std::visit(Visitor{*this, batch, key}, action);
}

// What of a message waited for names: its aliases, and of which lines it is a sign.
void Pipeline::explain(Batch& batch, const SessionKey& key, Position position,
                       const std::shared_ptr<const sparkplug::NameTable>& names) {
  const auto held = entry_at(batch, position);
  if (!held || !names) return;
  const auto topic = sparkplug::parse_topic(held->topic);
  if (!topic) return;
  const auto own = own_names(names, topic->device);
  const auto received = batch.entries.empty() ? batch.now : batch.entries.back().received;
  batch.entries.push_back(
      {EntryKind::resolution, Fate::applied, received, key.first, key.second, encode_position(position), own.id});
  apply(batch, *held, own.table.get(), Take::completed, position, batch.position_of_last().value);
}

void Pipeline::apply(Batch& batch, const Entry& entry, const sparkplug::NameTable* names, Take take, Position position,
                     std::uint64_t telling) {
  if (batch.current && batch.current->position == position) {
    if (batch.current->payload)
      take_readings(batch, entry, batch.current->topic, *batch.current->payload, names, take, telling);
    return;
  }
  const auto topic = sparkplug::parse_topic(entry.topic);
  if (!topic) return;
  if (const auto payload = decoder_again_.decode(entry.payload))
    take_readings(batch, entry, *topic, **payload, names, take, telling);
}

void Pipeline::take_readings(Batch& batch, const Entry& entry, const sparkplug::Topic& topic,
                             const sparkplug::Payload& payload, const sparkplug::NameTable* names, Take take,
                             std::uint64_t telling) {
  if (topic.type == sparkplug::MessageType::ndeath) return;
  auto translation = translator_.translate(topic, payload, names, take, entry.received);
  for (const auto& refusal : translation.refusals) refuse(batch, entry, refusal.reason, refusal.detail);
  const auto node = node_of(topic);
  if (translation.unknown_metrics) {
    const SessionKey key{entry.server, node};
    sparkplug::Actions actions;
    sessions_.at(key).on_unknown_metrics(topic.device, entry.received, actions);
    act(batch, key, actions);
  }
  translation.message->digest = digest_of(entry.topic, entry.payload);
  translation.message->telling = telling;
  refuse_frozen(batch, entry, keeper_.apply(store_.dictionary().source(node), translation.message, batch.segment));
}

void Pipeline::process_import(Batch& batch, Entry& entry, const std::string& source) {
  const auto messages = import_messages(entry.payload, store_.dictionary());
  if (!messages) {
    entry.fate = Fate::refused;
    return refuse(batch, entry, "import", messages.error().message);
  }
  entry.fate = Fate::applied;
  const auto index = store_.dictionary().source(source);
  std::vector<UnixMillis> frozen;
  for (const auto& message : *messages) {
    message->digest = digest_of(entry.topic, entry.payload);
    for (const auto start : keeper_.apply(index, message, batch.segment)) frozen.push_back(start);
  }
  refuse_frozen(batch, entry, frozen);
}

void Pipeline::refuse_frozen(Batch& batch, const Entry& entry, const std::vector<UnixMillis>& windows) {
  if (windows.empty()) return;
  refuse(batch, entry, "before_horizon",
         "the journal no longer holds what the records from " + format_utc(*std::ranges::min_element(windows)) +
             " on were made of; correct them with `adjust`");
}

std::optional<Entry> Pipeline::entry_at(Batch& batch, Position position) {
  if (position.segment() == batch.segment) {
    if (position.index() >= batch.entries.size()) return std::nullopt;
    return batch.entries[position.index()];
  }
  const auto entries = segment(position.segment());
  if (!entries || position.index() >= entries->size()) return std::nullopt;
  return (*entries)[position.index()];
}

bool Pipeline::day_is_final(rollup::LineIndex line, Window window, UnixMillis now) const {
  // Most records of a commit are of one day, and the calendar costs more than all else here.
  if (!day_.contains(window.start)) day_ = window_at(window.start, Grain::day, options_.zone);
  if (now < day_.end + options_.settle) return false;
  const auto [known, added] = days_final_.try_emplace({day_.start, line});
  if (added) {
    const auto after = store_.first_committed_after(line, day_.end);
    known->second = after && *after + options_.settle <= now;
  }
  return known->second;
}

}  // namespace songhua::ingest
