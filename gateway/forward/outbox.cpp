#include "forward/outbox.h"

#include <sstream>

#include "forward/outbox_sql.h"
#include "rollup/codec.h"

// The table outbox holds, by number, batches (above 0, in the order of the chain) and the dictionaries that they need
// (below 0). `bytes` is what is published. A batch is 'pending' until the centre has committed it, or 'refused'.
namespace songhua::forward {
namespace {

// A quarter as the centre gets it: the join of its minutes; nothing where they say nothing.
std::string quarter_content(std::vector<rollup::StoredRecord> minutes, const rollup::SeriesTable& table,
                            Millis gap_limit, Window& window) {
  if (minutes.empty()) return {};
  const auto joined = storage::join_quarters({std::move(minutes)}, table, gap_limit);
  const auto& record = joined.front().front().record;
  window = record.window;
  rollup::Record nothing;
  nothing.window = record.window;
  return record == nothing ? std::string{} : rollup::encode(record);
}

}  // namespace

Outbox::Outbox(storage::Store& store, SigningKey key, OutboxOptions options)
    : store_(store), key_(std::move(key)), options_(std::move(options)), window_(options_.window) {
  load_head();
}

// --- The chain's end ---------------------------------------------------------------------------------------------

void Outbox::load_head() {
  head_ = 0;
  head_hash_ = head_dictionary_ = std::nullopt;
  std::istringstream head(store_.fact("forward_head").value_or(""));
  std::string hash, dictionary;
  if (!(head >> head_ >> hash >> dictionary)) return;
  head_hash_ = Digest::from_raw(from_hex(hash).value_or(""));
  head_dictionary_ = Digest::from_raw(from_hex(dictionary).value_or(""));
}

void Outbox::save_head() {
  store_.set_fact("forward_head",
                  head_hash_ ? std::to_string(head_) + " " + head_hash_->hex() + " " + head_dictionary_->hex() : "");
}

// --- Cutting -----------------------------------------------------------------------------------------------------

Outbox::Version Outbox::version() {
  auto& db = store_.database();
  return {store_.dictionary().version(), db.execAndGet("SELECT count(*) FROM source").getInt64(),
          db.execAndGet("SELECT count(*) + coalesce(sum(2 * at + gone), 0) FROM line_state").getInt64()};
}

void Outbox::refresh_dictionary(UnixMillis now) {
  const auto newest = version();
  SQLite::Statement exists(store_.database(), "SELECT 1 FROM outbox WHERE number < 0 AND hash = ?");
  bind_blob(exists, 1, dictionary_.raw());
  if (newest == version_ && exists.executeStep()) return;
  const auto& known = store_.dictionary();
  WireDictionary wire;
  wire.gap_limit = options_.gap_limit;
  for (std::uint32_t i = 0; i < known.line_count(); ++i)
    wire.lines.push_back({known.line_id(rollup::LineIndex{i}), {}});
  for (std::uint32_t i = 0; i < known.series_count(); ++i) wire.series.push_back(known.spec(rollup::SeriesIndex{i}));
  for (std::uint32_t i = 0; i < newest.sources; ++i) wire.sources.push_back(known.source_name(storage::SourceIndex{i}));
  // The latest statement about a line counts.
  SQLite::Statement states(store_.database(), "SELECT line, at, gone FROM line_state ORDER BY at");
  while (states.executeStep()) {
    const auto line = known.find_line(states.getColumn(0).getString());
    if (!line) continue;
    auto& gone = wire.lines[static_cast<std::size_t>(*line)].gone_since;
    gone =
        states.getColumn(2).getInt() != 0 ? std::optional(unix_millis(states.getColumn(1).getInt64())) : std::nullopt;
  }

  const auto bytes = encode_dictionary(wire);
  dictionary_ = Digest::of(bytes);
  wire_ = std::move(wire);
  version_ = newest;
  exists.reset();
  bind_blob(exists, 1, dictionary_.raw());
  if (exists.executeStep()) return;
  SQLite::Statement insert(
      store_.database(),
      "INSERT INTO outbox(number, created, hash, previous, dictionary, bytes, state, reason) "
      "SELECT min(0, coalesce(min(number), 0)) - 1, ?, ?, x'', x'', ?, 'dictionary', '' FROM outbox");
  insert.bind(1, sql(now));
  bind_blob(insert, 2, dictionary_.raw());
  bind_blob(insert, 3, seal_dictionary(bytes, key_));
  insert.exec();
}

std::size_t Outbox::cut(UnixMillis now) {
  const bool due = !last_cut_ || now < *last_cut_ || now - *last_cut_ >= options_.cadence ||
                   floor_to(now, kQuarterHour) != floor_to(*last_cut_, kQuarterHour);
  return due ? cut_all(now) : 0;
}

std::size_t Outbox::cut_all(UnixMillis now) {
  load_head();  // a transaction of the caller's may have been rolled back since
  const auto before = head_;
  bool more = false;
  try {
    Together together(store_.database());
    more = cut_dirty(now) == options_.cut_quarters;
    together.commit();
  } catch (...) {
    load_head();
    version_ = {};
    throw;
  }
  if (!more) last_cut_ = now;  // else the next call goes on at once
  return static_cast<std::size_t>(head_ - before);
}

std::size_t Outbox::cut_dirty(UnixMillis now) {
  struct Dirty {
    rollup::LineIndex line;
    UnixMillis quarter;
    std::uint64_t generation;
  };
  std::vector<Dirty> dirty;
  SQLite::Statement query(store_.database(),
                          "SELECT line, quarter, generation FROM dirty ORDER BY quarter, line LIMIT ?");
  query.bind(1, sql(options_.cut_quarters));
  while (query.executeStep()) {
    dirty.push_back({rollup::LineIndex{query.getColumn(0).getUInt()}, unix_millis(query.getColumn(1).getInt64()),
                     static_cast<std::uint64_t>(query.getColumn(2).getInt64())});
  }
  refresh_dictionary(now);

  std::vector<BatchRecord> records;
  std::size_t bytes = 0;
  SQLite::Statement clean(store_.database(), "DELETE FROM dirty WHERE line = ? AND quarter = ?");
  for (const auto& d : dirty) {
    const auto from = records.size();
    cut_quarter(d.line, d.quarter, d.generation, now, records);
    for (auto i = from; i < records.size(); ++i) bytes += records[i].content.size() + 32;
    clean.reset();
    clean.bind(1, static_cast<std::int64_t>(d.line));
    clean.bind(2, sql(d.quarter));
    clean.exec();
    if (bytes >= options_.batch_bytes || records.size() >= kMaxRecords / 2) {
      put_batch(records, now);
      bytes = 0;
    }
  }
  // A dictionary that changed without any record still changes what the centre makes of the records it has.
  const bool says_news = head_ > 0 && head_dictionary_ != dictionary_;
  if (!records.empty() || says_news) put_batch(records, now);
  return dirty.size();
}

void Outbox::cut_quarter(rollup::LineIndex line, UnixMillis quarter, std::uint64_t generation, UnixMillis now,
                         std::vector<BatchRecord>& records) {
  struct Source {
    std::vector<rollup::StoredRecord> minutes;
    std::uint64_t generation = 0;
  };
  std::map<storage::SourceIndex, Source> sources;
  const Window window{quarter, quarter + kQuarterHour};
  store_.scan_records(line, window, [&](storage::RecordRow row) {
    auto& source = sources[row.key.source];
    source.generation = std::max({source.generation, row.generation, generation});
    if (row.bytes.empty()) return;
    auto record = rollup::decode(row.bytes);
    if (record) {
      source.minutes.push_back({std::move(*record), row.committed});
    } else {
      refuse_to_send({line, row.key.source, row.key.window, row.generation, row.bytes}, record.error().message, now);
    }
  });
  for (auto& [index, source] : sources) {
    BatchRecord record{line, index, window, source.generation, {}};
    record.content = quarter_content(std::move(source.minutes), store_.dictionary(), options_.gap_limit, record.window);
    if (record.content.size() > kMaxEnvelope / 2) {
      refuse_to_send(record, "larger than a batch may be", now);
    } else if (const auto problem = check_record(record, wire_)) {
      refuse_to_send(record, problem->text, now);
    } else {
      records.push_back(std::move(record));
    }
  }
}

// A record that the centre would refuse would hold up all that travels with it.
void Outbox::refuse_to_send(const BatchRecord& record, const std::string& why, UnixMillis now) {
  storage::Quarantined entry;
  entry.received = now;
  entry.reason = "not_forwardable";
  entry.topic = store_.dictionary().line_id(record.line);
  entry.detail = why;
  entry.payload = record.content;
  store_.quarantine(entry);
}

void Outbox::put_batch(std::vector<BatchRecord>& records, UnixMillis now) {
  Batch batch;
  batch.enterprise = options_.enterprise;
  batch.gateway = options_.gateway;
  batch.incarnation = store_.incarnation();
  batch.number = head_ + 1;
  batch.previous = head_hash_;
  batch.dictionary = dictionary_;
  batch.created = now;
  batch.records = std::move(records);
  records.clear();

  const auto bytes = encode_batch(batch);
  const auto hash = Digest::of(bytes);
  SQLite::Statement insert(store_.database(),
                           "INSERT INTO outbox(number, created, hash, previous, dictionary, bytes, state, reason) "
                           "VALUES (?, ?, ?, ?, ?, ?, 'pending', '')");
  insert.bind(1, sql(batch.number));
  insert.bind(2, sql(now));
  bind_blob(insert, 3, hash.raw());
  bind_blob(insert, 4, batch.previous ? batch.previous->raw() : "");
  bind_blob(insert, 5, dictionary_.raw());
  bind_blob(insert, 6, seal_batch(bytes, key_));
  insert.exec();
  head_ = batch.number;
  head_hash_ = hash;
  head_dictionary_ = dictionary_;
  save_head();
}

void Outbox::resync(UnixMillis since) {
  const auto from = floor_to(since, kQuarterHour);
  const Window range{from, UnixMillis::max()};
  Together together(store_.database());
  for (std::uint32_t i = 0; i < store_.dictionary().line_count(); ++i) {
    const auto line = rollup::LineIndex{i};
    std::map<UnixMillis, std::uint64_t> quarters;
    store_.scan_records(line, range, [&](const storage::RecordRow& row) {
      auto& generation = quarters[floor_to(row.key.window.start, kQuarterHour)];
      generation = std::max(generation, row.generation);
    });
    for (const auto& [quarter, generation] : quarters) store_.mark_dirty(line, quarter, generation);
  }
  together.commit();
  last_cut_.reset();
}

}  // namespace songhua::forward
