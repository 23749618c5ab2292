#include "storage/store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <random>

#include "rollup/codec.h"
#include "storage/behind.h"
#include "storage/schema.h"
#include "storage/statements.h"

namespace songhua::storage {
namespace {

std::string random_id() {
  std::random_device device;
  std::string id;
  constexpr std::string_view kHex = "0123456789abcdef";
  for (int i = 0; i < 4; ++i) {
    for (auto [value, n] = std::pair(device(), 0); n < 8; ++n, value >>= 4) id.push_back(kHex[value & 0xF]);
  }
  return id;
}

// Segment numbers as pairs (gap to the end of the range before, length - 1): neighbours cost nothing.
std::string encode_numbers(const std::vector<std::uint64_t>& numbers) {
  std::string out;
  const auto put = [&](std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
  };
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t j = i + 1;
    while (j < numbers.size() && numbers[j] == numbers[j - 1] + 1) ++j;
    put(numbers[i] - end);
    put(j - i - 1);
    end = numbers[j - 1] + 1;
    i = j;
  }
  return out;
}

std::vector<std::uint64_t> decode_numbers(std::string_view bytes) {
  std::vector<std::uint64_t> numbers;
  std::size_t at = 0;
  const auto get = [&] {
    std::uint64_t value = 0;
    for (unsigned shift = 0; at < bytes.size() && shift < 64; shift += 7) {
      const auto b = static_cast<std::uint8_t>(bytes[at++]);
      value |= static_cast<std::uint64_t>(b & 0x7FU) << shift;
      if ((b & 0x80U) == 0) break;
    }
    return value;
  };
  std::uint64_t end = 0;
  while (at < bytes.size()) {
    const auto first = end + get();
    const auto more = get();
    for (std::uint64_t n = first; n <= first + more; ++n) numbers.push_back(n);
    end = first + more + 1;
  }
  return numbers;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& directory, Access access) {
  namespace fs = std::filesystem;
  std::unique_ptr<Store> store(new Store);
  if (access == Access::read_write) {
    std::error_code problem;
    fs::create_directories(directory, problem);
    if (problem) return Error{directory + ": cannot make the store's directory: " + problem.message()};
    const auto lock_path = directory + "/lock";
    store->lock_ = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (store->lock_ < 0) return Error{lock_path + ": the store's directory cannot be written"};
    if (::flock(store->lock_, LOCK_EX | LOCK_NB) != 0) {
      return Error{directory +
                   ": in use by another process; a running gateway takes commands through its control socket"};
    }
  }
  auto database = open_database(directory + "/songhua.db", access, kStoreId, kStoreMigrations);
  if (!database) return database.error();
  store->database_ = std::move(*database);
  try {
    store->load();
  } catch (const SQLite::Exception& problem) {
    return Error{directory + ": " + problem.what()};
  }
  return store;
}

std::unique_ptr<Store> Store::in_memory() {
  std::unique_ptr<Store> store(new Store);
  auto database = open_database(":memory:", Access::read_write, kStoreId, kStoreMigrations);
  store->database_ = std::move(*database);
  store->load();
  return store;
}

std::unique_ptr<Store> Store::copy_of(Store& original) {
  std::unique_ptr<Store> store(new Store);
  auto database = open_database("", Access::read_write, kStoreId, kStoreMigrations);
  if (!database) throw SQLite::Exception(database.error().message);
  store->database_ = std::move(*database);
  auto* copying = sqlite3_backup_init(store->database_->getHandle(), "main", original.database_->getHandle(), "main");
  const int done = copying == nullptr ? SQLITE_ERROR : sqlite3_backup_step(copying, -1);
  sqlite3_backup_finish(copying);
  if (done != SQLITE_DONE) throw SQLite::Exception(store->database_->getHandle(), done);
  store->load();
  return store;
}

Store::~Store() {
  statements_.reset();
  if (lock_ >= 0) ::close(lock_);
}

void Store::load() {
  dictionary_ = std::make_unique<Dictionary>(*database_);
  journal_ = std::make_unique<Journal>(*database_);
  if (const auto id = fact("incarnation")) {
    incarnation_.id = *id;
    if (const auto continues = fact("incarnation_continues"); continues && !continues->empty()) {
      incarnation_.continues = continues;
      incarnation_.continued_to = std::stoull(fact("incarnation_continued_to").value_or("0"));
    }
  } else {
    begin_incarnation({random_id(), std::nullopt, 0});
  }
  statements_ = std::make_unique<Statements>(*database_);
}

void Store::begin_incarnation(Incarnation incarnation) {
  if (incarnation.id.empty()) incarnation.id = random_id();
  set_fact("incarnation", incarnation.id);
  set_fact("incarnation_continues", incarnation.continues.value_or(""));
  set_fact("incarnation_continued_to", std::to_string(incarnation.continued_to));
  incarnation_ = std::move(incarnation);
}

std::optional<std::string> Store::fact(const std::string& name) const {
  SQLite::Statement query(*database_, "SELECT value FROM fact WHERE name = ?");
  query.bind(1, name);
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getString();
}

void Store::set_fact(const std::string& name, const std::string& value) {
  SQLite::Statement put(*database_, "INSERT OR REPLACE INTO fact(name, value) VALUES (?, ?)");
  put.bind(1, name);
  put.bind(2, value);
  put.exec();
}

void Store::put_record(const RecordKey& key, const std::string& bytes, std::uint64_t generation, UnixMillis now,
                       bool keep_superseded) {
  if (keep_superseded) {
    auto& s = statements_->supersede;
    s.reset();
    s.bind(1, sql_index(key.line));
    s.bind(2, sql(key.window.start));
    s.bind(3, sql_index(key.source));
    s.bind(4, sql(now));
    s.bindNoCopy(5, bytes.data(), static_cast<int>(bytes.size()));
    s.exec();
    auto& added = statements_->note_added;
    added.reset();
    added.bind(1, sql_index(key.line));
    added.bind(2, sql(key.window.start));
    added.bind(3, sql_index(key.source));
    added.bind(4, sql(now));
    added.bind(5, static_cast<std::int64_t>((key.window.end - key.window.start).count()));
    added.exec();
  }
  auto& s = statements_->put_record;
  s.reset();
  s.bind(1, sql_index(key.line));
  s.bind(2, sql(key.window.start));
  s.bind(3, sql_index(key.source));
  s.bind(4, static_cast<std::int64_t>((key.window.end - key.window.start).count()));
  s.bind(5, sql(generation));
  s.bind(6, sql(now));
  s.bindNoCopy(7, bytes.data(), static_cast<int>(bytes.size()));
  s.exec();
}

std::optional<RecordRow> Store::record(const RecordKey& key) const {
  auto& s = statements_->get_record;
  s.reset();
  s.bind(1, sql_index(key.line));
  s.bind(2, sql(key.window.start));
  s.bind(3, sql_index(key.source));
  if (!s.executeStep()) return std::nullopt;
  RecordRow row;
  row.key = key;
  row.key.window.end = key.window.start + Millis{s.getColumn(0).getInt64()};
  row.generation = static_cast<std::uint64_t>(s.getColumn(1).getInt64());
  row.committed = unix_millis(s.getColumn(2).getInt64());
  row.changed = unix_millis(s.getColumn(3).getInt64());
  row.bytes = blob(s.getColumn(4));
  Completion(*database_).complete(row);
  s.reset();
  return row;
}

void Store::scan_records(rollup::LineIndex line, std::optional<Window> range,
                         const std::function<void(RecordRow)>& visit) const {
  SQLite::Statement query(*database_,
                          "SELECT start, source, length, generation, committed, changed, bytes FROM record "
                          "WHERE line = ? AND start >= ? AND start < ? ORDER BY start, source");
  query.bind(1, sql_index(line));
  query.bind(2, range ? sql(range->start) : INT64_MIN);
  query.bind(3, range ? sql(range->end) : INT64_MAX);
  Completion completion(*database_);
  while (query.executeStep()) {
    auto row = row_of(query, line);
    completion.complete(row);
    visit(std::move(row));
  }
}

void Store::scan_back(rollup::LineIndex line, const std::function<bool(RecordRow)>& visit) const {
  SQLite::Statement query(*database_,
                          "SELECT start, source, length, generation, committed, changed, bytes FROM record "
                          "WHERE line = ? ORDER BY start DESC, source DESC");
  query.bind(1, sql_index(line));
  Completion completion(*database_);
  while (query.executeStep()) {
    auto row = row_of(query, line);
    completion.complete(row);
    if (!visit(std::move(row))) return;
  }
}

std::vector<std::vector<rollup::StoredRecord>> Store::line_records(rollup::LineIndex line,
                                                                   std::optional<UnixMillis> as_of) const {
  using Place = std::pair<SourceIndex, UnixMillis>;
  struct Version {
    std::string bytes;
    UnixMillis committed;
  };
  std::map<Place, Version> earlier;  // of what was replaced after `as_of`: the oldest one kept
  if (as_of) {
    SQLite::Statement query(*database_,
                            "SELECT source, start, committed, bytes FROM superseded WHERE line = ? AND replaced > ? "
                            "ORDER BY replaced, generation");
    query.bind(1, sql_index(line));
    query.bind(2, sql(*as_of));
    while (query.executeStep()) {
      earlier.try_emplace({SourceIndex{query.getColumn(0).getUInt()}, unix_millis(query.getColumn(1).getInt64())},
                          Version{blob(query.getColumn(3)), unix_millis(query.getColumn(2).getInt64())});
    }
  }
  std::map<SourceIndex, std::vector<rollup::StoredRecord>> by_source;
  scan_records(line, std::nullopt, [&](RecordRow row) {
    if (const auto it = earlier.find({row.key.source, row.key.window.start}); it != earlier.end()) {
      row.bytes = std::move(it->second.bytes);
      row.committed = it->second.committed;
      if (row.bytes.empty()) return;
    }
    auto record = rollup::decode(row.bytes);
    if (!record) {
      throw SQLite::Exception("record of " + dictionary_->line_id(line) + " at " + format_utc(row.key.window.start) +
                              ": " + record.error().message);
    }
    by_source[row.key.source].push_back({std::move(*record), row.committed});
  });
  std::vector<std::vector<rollup::StoredRecord>> sources;
  sources.reserve(by_source.size());
  for (auto& [source, records] : by_source) sources.push_back(std::move(records));
  return sources;
}

std::vector<std::vector<rollup::StoredRecord>> Store::line_quarters(rollup::LineIndex line, Millis gap_limit) const {
  return join_quarters(line_records(line), *dictionary_, gap_limit);
}

std::vector<std::vector<rollup::StoredRecord>> join_quarters(
    const std::vector<std::vector<rollup::StoredRecord>>& sources, const rollup::SeriesTable& table, Millis gap_limit) {
  std::vector<std::vector<rollup::StoredRecord>> joined;
  for (const auto& records : sources) {
    auto& out = joined.emplace_back();
    for (const auto& stored : records) {
      const auto quarter = floor_to(stored.record.window.start, kQuarterHour);
      if (!out.empty() && floor_to(out.back().record.window.start, kQuarterHour) == quarter) {
        out.back().record = rollup::join(out.back().record, stored.record, table, gap_limit);
      } else {
        out.push_back(stored);
      }
      // The quarter as a whole, whatever minutes are in it: equal on both sides of the wire.
      out.back().record.window = {quarter, std::max(quarter + kQuarterHour, stored.record.window.end)};
    }
  }
  return joined;
}

std::vector<Replacement> Store::replacements(rollup::LineIndex line) const {
  std::vector<Replacement> all;
  SQLite::Statement query(*database_,
                          "SELECT start, length, replaced FROM superseded WHERE line = ? ORDER BY replaced");
  query.bind(1, sql_index(line));
  while (query.executeStep()) {
    const auto start = unix_millis(query.getColumn(0).getInt64());
    all.push_back({{start, start + Millis{query.getColumn(1).getInt64()}}, unix_millis(query.getColumn(2).getInt64())});
  }
  return all;
}

std::optional<UnixMillis> Store::first_committed_after(rollup::LineIndex line, UnixMillis start) const {
  auto& query = statements_->first_committed_after;
  query.reset();
  query.bind(1, sql_index(line));
  query.bind(2, sql(start));
  std::optional<UnixMillis> first;
  if (query.executeStep() && !query.getColumn(0).isNull()) first = unix_millis(query.getColumn(0).getInt64());
  query.reset();  // a query left open keeps what it saw from being checkpointed
  return first;
}

void Store::set_line_state(const LineId& line, UnixMillis at, bool gone) {
  SQLite::Statement put(*database_, "INSERT OR REPLACE INTO line_state(line, at, gone) VALUES (?, ?, ?)");
  put.bind(1, line);
  put.bind(2, sql(at));
  put.bind(3, gone ? 1 : 0);
  put.exec();
}

std::optional<UnixMillis> Store::gone_since(const LineId& line) const {
  SQLite::Statement query(*database_, "SELECT at, gone FROM line_state WHERE line = ? ORDER BY at DESC LIMIT 1");
  query.bind(1, line);
  if (!query.executeStep() || query.getColumn(1).getInt() == 0) return std::nullopt;
  return unix_millis(query.getColumn(0).getInt64());
}

std::vector<std::uint64_t> Store::touched(SourceIndex source, UnixMillis window_start) const {
  auto& s = statements_->get_touched;
  s.reset();
  s.bind(1, sql_index(source));
  s.bind(2, sql(window_start));
  if (!s.executeStep()) return {};
  auto numbers = decode_numbers(blob(s.getColumn(0)));
  s.reset();
  return numbers;
}

void Store::set_touched(SourceIndex source, UnixMillis window_start, const std::vector<std::uint64_t>& segments,
                        const std::string& behind) {
  const auto bytes = encode_numbers(segments);
  auto& s = statements_->set_touched;
  s.reset();
  s.bind(1, sql_index(source));
  s.bind(2, sql(window_start));
  s.bindNoCopy(3, bytes.data(), static_cast<int>(bytes.size()));
  if (behind.empty()) {
    s.bind(4);
  } else {
    s.bindNoCopy(4, behind.data(), static_cast<int>(behind.size()));
  }
  s.exec();
}

bool Store::is_frozen(const std::vector<std::uint64_t>& touched) const {
  return !touched.empty() && touched.front() < journal_->first_segment();
}

std::vector<std::pair<SourceIndex, UnixMillis>> Store::frozen_windows() const {
  std::vector<std::pair<SourceIndex, UnixMillis>> windows;
  const auto first = journal_->first_segment();
  if (first <= 1) return windows;
  SQLite::Statement query(*database_, "SELECT source, start, segments FROM touched");
  while (query.executeStep()) {
    const auto segments = decode_numbers(blob(query.getColumn(2)));
    if (segments.empty() || segments.front() >= first) continue;
    windows.emplace_back(SourceIndex{query.getColumn(0).getUInt()}, unix_millis(query.getColumn(1).getInt64()));
  }
  return windows;
}

std::vector<rollup::LineIndex> Store::lines_of(SourceIndex source) const {
  std::vector<rollup::LineIndex> lines;
  SQLite::Statement query(*database_, "SELECT line FROM source_line WHERE source = ? ORDER BY line");
  query.bind(1, sql_index(source));
  while (query.executeStep()) lines.push_back(rollup::LineIndex{query.getColumn(0).getUInt()});
  return lines;
}

std::optional<UnixMillis> Store::first_window(SourceIndex source, rollup::LineIndex line) const {
  SQLite::Statement query(*database_,
                          "SELECT start FROM record WHERE line = ? AND source = ? ORDER BY line, start LIMIT 1");
  query.bind(1, sql_index(line));
  query.bind(2, sql_index(source));
  if (!query.executeStep()) return std::nullopt;
  return unix_millis(query.getColumn(0).getInt64());
}

std::vector<UnixMillis> Store::touched_windows(SourceIndex source, UnixMillis from, UnixMillis to,
                                               std::size_t limit) const {
  std::vector<UnixMillis> windows;
  SQLite::Statement query(*database_,
                          "SELECT start FROM touched WHERE source = ? AND start >= ? AND start < ? "
                          "ORDER BY start LIMIT ?");
  query.bind(1, sql_index(source));
  query.bind(2, sql(from));
  query.bind(3, sql(to));
  query.bind(4, static_cast<std::int64_t>(limit));
  while (query.executeStep()) windows.push_back(unix_millis(query.getColumn(0).getInt64()));
  return windows;
}

void Store::set_line_of(SourceIndex source, rollup::LineIndex line) {
  SQLite::Statement put(*database_, "INSERT OR IGNORE INTO source_line(source, line) VALUES (?, ?)");
  put.bind(1, sql_index(source));
  put.bind(2, sql_index(line));
  put.exec();
}

void Store::put_names(std::uint64_t id, const std::string& bytes) {
  SQLite::Statement put(*database_, "INSERT OR IGNORE INTO names(id, bytes) VALUES (?, ?)");
  put.bind(1, sql(id));
  put.bindNoCopy(2, bytes.data(), static_cast<int>(bytes.size()));
  put.exec();
}

std::optional<std::string> Store::names(std::uint64_t id) const {
  SQLite::Statement query(*database_, "SELECT bytes FROM names WHERE id = ?");
  query.bind(1, sql(id));
  if (!query.executeStep()) return std::nullopt;
  return blob(query.getColumn(0));
}

void Store::put_session(std::uint8_t server, const std::string& node, const std::string& bytes,
                        const Arrival& arrival) {
  const auto bind_time = [](SQLite::Statement& s, int index, std::optional<UnixMillis> time) {
    if (time) {
      s.bind(index, sql(*time));
    } else {
      s.bind(index);
    }
  };
  auto& s = statements_->put_session;
  s.reset();
  s.bind(1, static_cast<int>(server));
  s.bind(2, node);
  s.bindNoCopy(3, bytes.data(), static_cast<int>(bytes.size()));
  bind_time(s, 4, arrival.newest);
  bind_time(s, 5, arrival.unsettled);
  s.exec();
}

void Store::for_each_arrival(const std::function<void(std::uint8_t, const std::string&, const Arrival&)>& visit) const {
  SQLite::Statement query(*database_, "SELECT server, node, newest, unsettled FROM session");
  const auto time = [&](int column) -> std::optional<UnixMillis> {
    if (query.getColumn(column).isNull()) return std::nullopt;
    return unix_millis(query.getColumn(column).getInt64());
  };
  while (query.executeStep()) {
    visit(static_cast<std::uint8_t>(query.getColumn(0).getUInt()), query.getColumn(1).getString(), {time(2), time(3)});
  }
}

void Store::for_each_session(
    const std::function<void(std::uint8_t, const std::string&, const std::string&)>& visit) const {
  SQLite::Statement query(*database_, "SELECT server, node, bytes FROM session ORDER BY server, node");
  while (query.executeStep()) {
    visit(static_cast<std::uint8_t>(query.getColumn(0).getUInt()), query.getColumn(1).getString(),
          blob(query.getColumn(2)));
  }
}

void Store::mark_dirty(rollup::LineIndex line, UnixMillis quarter, std::uint64_t generation) {
  auto& s = statements_->mark_dirty;
  s.reset();
  s.bind(1, sql_index(line));
  s.bind(2, sql(quarter));
  s.bind(3, sql(generation));
  s.exec();
}

}  // namespace songhua::storage
