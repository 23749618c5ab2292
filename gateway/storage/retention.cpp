#include "storage/retention.h"

#include <charconv>

namespace songhua::storage {
namespace {

constexpr int kSegmentsAtATime = 5'000;
constexpr const char* kCountedFact = "journal:counted";
constexpr const char* kHorizonFact = "horizon";

// What the journal's segments below `next` take: counted once, then carried forward, since adding them up means to read
// the whole journal.
struct Counted {
  std::uint64_t next = 0;
  std::uint64_t bytes = 0;
};

Counted counted(const Store& store) {
  Counted known;
  const auto text = store.fact(kCountedFact).value_or("");
  const auto* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, known.next);
  if (first.ec != std::errc{} || first.ptr == end) return {};
  const auto second = std::from_chars(first.ptr + 1, end, known.bytes);
  return second.ec == std::errc{} ? known : Counted{};
}

}  // namespace

Dropped drop_expired(Store& store, const RetentionLimits& limits, UnixMillis now) {
  auto& database = store.database();
  auto total = counted(store);
  total.bytes += store.journal().bytes_from(total.next);
  total.next = store.journal().next_segment();

  Dropped dropped;
  std::int64_t last = 0;
  {
    SQLite::Statement oldest(database,
                             "SELECT id, last_received, length(bytes) FROM segment WHERE id < "
                             "(SELECT max(id) FROM segment) ORDER BY id LIMIT ?");
    oldest.bind(1, kSegmentsAtATime);
    while (oldest.executeStep()) {
      const auto received = unix_millis(oldest.getColumn(1).getInt64());
      if (received >= now - limits.age && total.bytes <= limits.max_bytes) break;
      const auto bytes = static_cast<std::uint64_t>(oldest.getColumn(2).getInt64());
      last = oldest.getColumn(0).getInt64();
      dropped.last_received = std::max(dropped.last_received, received);
      ++dropped.segments;
      dropped.bytes += bytes;
      total.bytes -= std::min(bytes, total.bytes);
    }
  }
  dropped.more = dropped.segments == kSegmentsAtATime;
  if (dropped.segments > 0) {
    SQLite::Statement remove(database, "DELETE FROM segment WHERE id <= ?");
    remove.bind(1, last);
    remove.exec();
    const auto before = horizon(store).value_or(UnixMillis::min());
    store.set_fact(kHorizonFact, std::to_string(count_of(std::max(before, dropped.last_received))));
  }
  store.set_fact(kCountedFact, std::to_string(total.next) + ' ' + std::to_string(total.bytes));
  return dropped;
}

std::optional<UnixMillis> horizon(const Store& store) {
  const auto text = store.fact(kHorizonFact);
  std::int64_t ms = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), ms).ec != std::errc{}) return std::nullopt;
  return unix_millis(ms);
}

}  // namespace songhua::storage
