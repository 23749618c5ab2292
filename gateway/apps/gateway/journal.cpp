// `verify`, `export`, `replay`: the journal is the recording.
#include <iostream>
#include <set>
#include <sstream>

#include "commands.h"
#include "storage/schema.h"

namespace songhua::gateway {
namespace {

constexpr std::size_t kEntriesPerCommit = 4'000;

std::string key_of(const query::RollupRow& row) {
  return row.line + " " + row.key.measure + " " + row.key.product + " " + row.key.market + " " + format_utc(row.window.start);
}

std::string value_of(const query::RollupRow& row) {
  if (row.gauge) {
    return std::to_string(row.gauge->count) + " readings, sum " + Fixed9{row.gauge->sum}.str();
  }
  return to_string(row.quantity) + (row.estimated ? " estimated" : "");
}

// Every entry of a journal through a pipeline, as it was received.
std::uint64_t repeat_all(const storage::Journal& journal, ingest::Pipeline& pipeline,
                         const std::function<bool(const storage::Entry&)>& wanted) {
  std::uint64_t taken = 0;
  UnixMillis last{};
  for (const auto& segment : journal.segments()) {
    const auto entries = journal.read(segment.id);
    if (!entries) throw Failure{kFault, entries.error().message};
    for (const auto& entry : *entries) {
      if (!wanted(entry)) continue;
      pipeline.repeat(entry);
      last = entry.received;
      ++taken;
      if (pipeline.waiting() >= kEntriesPerCommit) commit_all(pipeline, last);
    }
  }
  commit_all(pipeline, last);
  return taken;
}

std::unique_ptr<SQLite::Database> open_recording(const std::string& path) {
  auto database = storage::open_database(path, storage::Access::read_only, storage::kRecordingId, storage::kRecordingMigrations);
  if (!database) throw Failure{kUsage, database.error().message};
  return std::move(*database);
}

std::string recording_fact(SQLite::Database& database, const std::string& name) {
  SQLite::Statement query(database, "SELECT value FROM fact WHERE name = ?");
  query.bind(1, name);
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

std::string identity(const storage::Entry& entry) {
  return std::to_string(static_cast<int>(entry.kind)) + '\n' + std::to_string(count_of(entry.received)) + '\n' +
         entry.topic + '\n' + entry.payload;
}

}  // namespace

int verify(const Place& place) {
  const auto context = load_context(place);
  auto store = open_store(context, storage::Access::read_only);
  auto fresh = storage::Store::in_memory();
  ingest::Pipeline pipeline(*fresh, pipeline_options(context));
  const auto entries = repeat_all(store->journal(), pipeline, [](const auto&) { return true; });

  std::uint64_t compared = 0, different = 0;
  for (const auto grain : {Grain::minute, Grain::quarter_hour, Grain::day, Grain::month, Grain::total}) {
    query::RollupRequest request;
    request.grain = grain;
    std::map<std::string, std::string> kept, again;
    for (const auto& row : rollup_of(*store, context, request)) kept[key_of(row)] = value_of(row);
    for (const auto& row : rollup_of(*fresh, context, request)) again[key_of(row)] = value_of(row);
    for (const auto& [key, value] : kept) {
      ++compared;
      const auto it = again.find(key);
      if (it != again.end() && it->second == value) continue;
      ++different;
      std::cout << to_string(grain) << ' ' << key << ": stored " << value << ", recomputed "
                << (it == again.end() ? "nothing" : it->second) << '\n';
    }
    for (const auto& [key, value] : again) {
      if (kept.contains(key)) continue;
      ++different;
      std::cout << to_string(grain) << ' ' << key << ": stored nothing, recomputed " << value << '\n';
    }
  }
  const auto segments = store->journal().segments();
  std::cerr << entries << " journal entries";
  if (!segments.empty()) {
    std::cerr << " received " << context.config.time_zone.format(segments.front().first_received) << " to "
              << context.config.time_zone.format(segments.back().last_received);
  }
  std::cerr << ": " << compared << " rows compared, " << different << " differ\n";
  return different == 0 ? kDone : kNo;
}

int export_recording(const Place& place, const std::string& from, const std::string& to, const std::string& out) {
  const auto context = load_context(place);
  const auto time_of = [&](const std::string& text, const char* option) -> std::optional<UnixMillis> {
    if (text.empty()) return std::nullopt;
    const auto time = context.config.time_zone.parse(text);
    if (!time) throw Failure{kUsage, std::string(option) + ": " + time.error().message};
    return *time;
  };
  const auto first = time_of(from, "--from"), last = time_of(to, "--to");
  auto store = open_store(context, storage::Access::read_only);
  if (std::filesystem::exists(out)) throw Failure{kUsage, out + ": exists already; name a new file"};
  auto database = storage::open_database(out, storage::Access::read_write, storage::kRecordingId, storage::kRecordingMigrations);
  if (!database) throw Failure{kFault, database.error().message};
  storage::Journal journal(**database);
  SQLite::Transaction transaction(**database);
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"gateway", context.config.id}, {"enterprise", context.config.enterprise}, {"incarnation", store->incarnation().id}}) {
    SQLite::Statement put(**database, "INSERT INTO fact(name, value) VALUES (?, ?)");
    put.bind(1, name);
    put.bind(2, value);
    put.exec();
  }
  std::uint64_t count = 0;
  for (const auto& segment : store->journal().segments(first, last)) {
    auto entries = store->journal().read(segment.id);
    if (!entries) throw Failure{kFault, entries.error().message};
    std::erase_if(*entries, [&](const auto& entry) {
      return (first && entry.received < *first) || (last && entry.received >= *last);
    });
    journal.append(*entries);
    count += entries->size();
  }
  transaction.commit();
  (*database)->exec("PRAGMA journal_mode = DELETE");
  std::cerr << count << " entries exported to " << out << '\n';
  return kDone;
}

int replay(const std::string& recording, const Place& place, bool merge, bool force) {
  auto database = open_recording(recording);
  const storage::Journal journal(*database);
  const auto context = load_context(place);
  if (merge && !force && recording_fact(*database, "gateway") != context.config.id) {
    throw Failure{kUsage, recording + ": recorded by gateway '" + recording_fact(*database, "gateway") + "', not by '" +
                              context.config.id + "'; --force merges it all the same"};
  }
  auto store = open_store(context, storage::Access::read_write);
  std::multiset<std::string> known;
  if (merge) {
    for (const auto& segment : store->journal().segments()) {
      const auto entries = store->journal().read(segment.id);
      if (!entries) throw Failure{kFault, entries.error().message};
      for (const auto& entry : *entries) known.insert(identity(entry));
    }
  } else if (store->journal().next_segment() != 1) {
    throw Failure{kUsage, context.config.store.string() + ": holds a journal already; replay goes into a new store"};
  }
  ingest::Pipeline pipeline(*store, pipeline_options(context));
  const auto taken = repeat_all(journal, pipeline, [&](const storage::Entry& entry) {
    if (!merge) return true;
    const auto it = known.find(identity(entry));
    if (it == known.end()) return true;
    known.erase(it);
    return false;
  });
  std::cerr << taken << " entries replayed into " << context.config.store.string() << '\n';
  return kDone;
}

}  // namespace songhua::gateway
