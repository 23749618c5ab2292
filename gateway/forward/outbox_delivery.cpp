// The other half of the outbox: what is sent when, and what answers do.
#include <algorithm>

#include "forward/outbox.h"
#include "forward/outbox_sql.h"

namespace songhua::forward {
namespace {

constexpr Millis kLongestRetry = std::chrono::hours{1};

}  // namespace

// --- Sending -----------------------------------------------------------------------------------------------------

std::vector<Outgoing> Outbox::to_send(UnixMillis now, std::size_t room) {
  if (!unanswered_.empty() && now - waiting_since_ >= options_.answer_within) {
    // Nobody answers: knock with one batch instead of flooding whoever comes back.
    unanswered_.clear();
    dictionaries_sent_.clear();
    window_ = 1;
  }
  if (unanswered_.empty()) waiting_since_ = now;
  std::vector<Outgoing> out;
  for (auto& row : rows_to_send(now, room)) send_row(std::move(row), out);
  return out;
}

// Pending batches in the order of the chain as far as the window allows, then refused ones whose pause is over. A batch
// may bring its dictionary along, so it takes two places of the room.
std::vector<Outbox::Row> Outbox::rows_to_send(UnixMillis now, std::size_t room) {
  const auto read = [](SQLite::Statement& row) {
    return Row{static_cast<std::uint64_t>(row.getColumn(0).getInt64()),
               Digest::from_raw(blob(row.getColumn(1))).value_or(Digest{}), blob(row.getColumn(2))};
  };
  std::vector<Row> rows;
  const auto places = std::min(room / 2, window_ > unanswered_.size() ? window_ - unanswered_.size() : 0);
  if (places > 0) {
    SQLite::Statement query(store_.database(),
                            "SELECT number, dictionary, bytes FROM outbox "
                            "WHERE number > 0 AND state = 'pending' ORDER BY number LIMIT ?");
    query.bind(1, sql(places + unanswered_.size()));
    while (rows.size() < places && query.executeStep()) {
      if (unanswered_.contains(static_cast<std::uint64_t>(query.getColumn(0).getInt64()))) continue;
      rows.push_back(read(query));
      unanswered_.insert(rows.back().number);
    }
  }
  for (auto& [number, retry] : retries_) {
    if (retry.at > now || rows.size() >= room / 2) continue;
    SQLite::Statement query(store_.database(), "SELECT number, dictionary, bytes FROM outbox WHERE number = ?");
    query.bind(1, sql(number));
    if (query.executeStep()) rows.push_back(read(query));
    retry.pause = std::min(retry.pause * 2, kLongestRetry);
    retry.at = now + retry.pause;
  }
  return rows;
}

void Outbox::send_row(Row row, std::vector<Outgoing>& out) {
  if (dictionaries_sent_.insert(row.dictionary).second) {
    SQLite::Statement query(store_.database(), "SELECT bytes FROM outbox WHERE number < 0 AND hash = ?");
    bind_blob(query, 1, row.dictionary.raw());
    if (query.executeStep()) out.push_back({Channel::dictionary, 0, blob(query.getColumn(0))});
  }
  out.push_back({Channel::rollup, row.number, std::move(row.bytes)});
}

void Outbox::connected() {
  unanswered_.clear();
  window_ = options_.window;
  dictionaries_sent_.clear();
  // What was refused may have been set right meanwhile (an enrolment, a newer centre).
  SQLite::Statement query(store_.database(), "SELECT number FROM outbox WHERE number > 0 AND state = 'refused'");
  retries_.clear();
  while (query.executeStep()) {
    retries_[static_cast<std::uint64_t>(query.getColumn(0).getInt64())] = {UnixMillis::min(), options_.retry_refused};
  }
}

// --- Answers -----------------------------------------------------------------------------------------------------

void Outbox::apply(const Ack& ack, UnixMillis now) {
  const bool ours = ack.incarnation == store_.incarnation().id;
  Together together(store_.database());
  if (const auto number = find(ack)) {
    unanswered_.erase(*number);
    waiting_since_ = now;
    window_ = std::min(window_ * 2, options_.window);
    switch (ack.status) {
      case Ack::Status::committed:
        committed(*number);
        break;
      case Ack::Status::need_dictionary:
        dictionaries_sent_.erase(ack.dictionary.value_or(Digest{}));
        break;
      case Ack::Status::refused:
        refused(*number, ack, now);
        break;
    }
  }
  // The centre knows more of this store's life than the store does: it was restored from an image.
  if (ours && ack.incarnation == store_.incarnation().id && ack.highest > head_) {
    const auto oldest = store_.database().execAndGet("SELECT coalesce(min(number), 0) FROM outbox WHERE number > 0");
    const auto pending = static_cast<std::uint64_t>(oldest.getInt64());
    begin_new_incarnation(pending > 0 ? pending - 1 : head_);
  }
  together.commit();
}

// The batch that the ack speaks of: hashes tell it, numbers only find it fast.
std::optional<std::uint64_t> Outbox::find(const Ack& ack) {
  const bool readable = ack.number > 0;
  if (readable && ack.incarnation != store_.incarnation().id) return std::nullopt;
  SQLite::Statement query(store_.database(), readable ? "SELECT number FROM outbox WHERE hash = ?1 AND number = ?2"
                                                      : "SELECT number FROM outbox WHERE hash = ?1 AND number > 0");
  bind_blob(query, 1, ack.hash.raw());
  if (readable) query.bind(2, sql(ack.number));
  if (!query.executeStep()) return std::nullopt;
  return static_cast<std::uint64_t>(query.getColumn(0).getInt64());
}

void Outbox::committed(std::uint64_t number) {
  SQLite::Statement forget(store_.database(), "DELETE FROM outbox WHERE number = ?");
  forget.bind(1, sql(number));
  forget.exec();
  retries_.erase(number);
  sweep_dictionaries();
}

void Outbox::refused(std::uint64_t number, const Ack& ack, UnixMillis now) {
  if (ack.code == to_string(Refusal::number_taken)) {
    begin_new_incarnation(number - 1);
    return;
  }
  SQLite::Statement keep(store_.database(), "UPDATE outbox SET state = 'refused', reason = ? WHERE number = ?");
  keep.bind(1, ack.code + ": " + ack.text);
  keep.bind(2, sql(number));
  keep.exec();
  retries_.try_emplace(number, Retry{now + options_.retry_refused, options_.retry_refused});
}

// Dictionaries stay as long as a batch needs them, and the newest one for the batches to come.
void Outbox::sweep_dictionaries() {
  SQLite::Statement sweep(store_.database(),
                          "DELETE FROM outbox WHERE number < 0 AND hash NOT IN "
                          "(SELECT dictionary FROM outbox WHERE number > 0) "
                          "AND number > (SELECT min(number) FROM outbox)");
  sweep.exec();
}

// What the centre has not committed is cut anew, under the new name; what it has stays valid up to `continued_to`.
void Outbox::begin_new_incarnation(std::uint64_t continued_to) {
  auto& db = store_.database();
  SQLite::Statement query(db, "SELECT bytes FROM outbox WHERE number > 0");
  while (query.executeStep()) {
    const auto envelope = open_envelope(blob(query.getColumn(0)));
    const auto* opened = std::get_if<Envelope>(&envelope);
    if (opened == nullptr) continue;
    const auto batch = decode_batch(opened->batch);
    const auto* decoded = std::get_if<Batch>(&batch);
    if (decoded == nullptr) continue;
    for (const auto& record : decoded->records) {
      store_.mark_dirty(record.line, floor_to(record.window.start, kQuarterHour), record.generation);
    }
  }
  db.exec("DELETE FROM outbox WHERE number > 0");
  store_.begin_incarnation({"", store_.incarnation().id, continued_to});
  head_ = 0;
  head_hash_ = head_dictionary_ = std::nullopt;
  save_head();
  unanswered_.clear();
  retries_.clear();
  last_cut_.reset();
}

// --- Looking -----------------------------------------------------------------------------------------------------

OutboxStatus outbox_status(storage::Store& store) {
  OutboxStatus status;
  auto& db = store.database();
  SQLite::Statement sums(db,
                         "SELECT count(*), coalesce(sum(length(bytes)), 0), min(created) FROM outbox WHERE number > 0");
  if (sums.executeStep()) {
    status.pending = static_cast<std::uint64_t>(sums.getColumn(0).getInt64());
    status.bytes = static_cast<std::uint64_t>(sums.getColumn(1).getInt64());
    if (status.pending > 0) status.oldest = unix_millis(sums.getColumn(2).getInt64());
  }
  status.dirty = static_cast<std::uint64_t>(db.execAndGet("SELECT count(*) FROM dirty").getInt64());
  SQLite::Statement refused(
      db, "SELECT number, created, reason FROM outbox WHERE number > 0 AND state = 'refused' ORDER BY number");
  while (refused.executeStep()) {
    status.refused.push_back({static_cast<std::uint64_t>(refused.getColumn(0).getInt64()),
                              unix_millis(refused.getColumn(1).getInt64()), refused.getColumn(2).getString()});
  }
  status.head = std::strtoull(store.fact("forward_head").value_or("0").c_str(), nullptr, 10);
  return status;
}

}  // namespace songhua::forward
