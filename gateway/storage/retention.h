#pragma once

#include <cstdint>
#include <optional>

#include "model/time.h"
#include "storage/store.h"

// The journal's bounds ([journal] retain, max_bytes). Dropping segments moves the store's horizon: a window that one of
// them touched is frozen, its records stay as they are and are never rebuilt (design.md, Horizon). Records, and with
// them what is to be forwarded, are not touched.
namespace songhua::storage {

struct RetentionLimits {
  Millis age{};
  std::uint64_t max_bytes = 0;  // compressed
};

struct Dropped {
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;
  UnixMillis last_received;  // of what was dropped
  bool more = false;         // there is more to drop: call again
};

// Drops the oldest segments that are beyond a limit, some thousands at a time so that nobody waits for long, never the
// newest one. Inside the caller's transaction.
Dropped drop_expired(Store& store, const RetentionLimits& limits, UnixMillis now);

// Up to when what was received is no longer in the journal; none while it is whole.
[[nodiscard]] std::optional<UnixMillis> horizon(const Store& store);

}  // namespace songhua::storage
