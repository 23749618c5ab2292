#include "retention.h"

#include <spdlog/spdlog.h>

namespace songhua::gateway {
namespace {

constexpr Millis kLook = std::chrono::minutes{10};
constexpr Millis kGoOn = std::chrono::seconds{1};  // between two lots, so that messages are not kept waiting

}  // namespace

Retention::Retention(storage::Store& store, ingest::Pipeline& pipeline, const config::Journal& limits)
    : store_(store), pipeline_(pipeline), limits_{limits.retain, limits.max_bytes} {}

void Retention::turn(UnixMillis now) {
  if (now < next_) return;
  next_ = now + kLook;
  try {
    SQLite::Transaction transaction(store_.database(), SQLite::TransactionBehavior::IMMEDIATE);
    const auto dropped = storage::drop_expired(store_, limits_, now);
    transaction.commit();
    if (dropped.segments == 0) return;
    // The horizon's moves are part of the recording.
    pipeline_.repeat({storage::EntryKind::host,
                      storage::Fate::noted,
                      now,
                      0,
                      {},
                      "horizon " + std::to_string(count_of(dropped.last_received)),
                      0});
    spdlog::info("journal: {} segments, {} bytes dropped; it begins after {}", dropped.segments, dropped.bytes,
                 format_utc(dropped.last_received));
    if (dropped.more) next_ = now + kGoOn;
  } catch (const SQLite::Exception& problem) {
    spdlog::warn("the journal cannot be kept within its limits: {}", problem.what());
  }
}

}  // namespace songhua::gateway
