#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "ingest/pipeline.h"

// Of the pipeline; not for other rooms.
namespace songhua::ingest {

struct Pipeline::Batch {
  UnixMillis now;
  std::uint64_t segment = 0;
  std::deque<storage::Entry> entries;  // references stay valid while it grows
  std::set<SessionKey> changed;
  std::map<std::string, std::uint64_t> counts;
  CommitResult result;
  // The message under way, read once: for its session and for its readings.
  struct Current {
    storage::Position position;
    const sparkplug::Topic& topic;
    const sparkplug::Payload* payload;  // null: undecodable
  };
  const Current* current = nullptr;

  [[nodiscard]] storage::Position position_of_last() const {
    return storage::Position::at(segment, static_cast<std::uint32_t>(entries.size() - 1));
  }
  [[nodiscard]] storage::Entry* find(storage::Position position) {
    return position.segment() == segment && position.index() < entries.size() ? &entries[position.index()] : nullptr;
  }
};

}  // namespace songhua::ingest
