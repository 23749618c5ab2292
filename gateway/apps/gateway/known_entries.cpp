#include "known_entries.h"

#include <functional>
#include <string_view>

#include "commands.h"

namespace songhua::gateway {

KnownEntries::Identity KnownEntries::identity(const storage::Entry& entry) {
  const std::hash<std::string_view> hash;
  return {static_cast<std::uint64_t>(count_of(entry.received)) * 8 + static_cast<std::uint64_t>(entry.kind),
          hash(entry.topic) * 31 + hash(entry.payload)};
}

bool KnownEntries::take(const storage::Entry& entry) {
  std::erase_if(unread_, [&](const storage::SegmentInfo& segment) {
    if (entry.received < segment.first_received || segment.last_received < entry.received) return false;
    const auto entries = journal_.read(segment.id);
    if (!entries) throw Failure{kFault, entries.error().message};
    for (const auto& there : *entries) known_.insert(identity(there));
    return true;
  });
  const auto it = known_.find(identity(entry));
  if (it == known_.end()) return false;
  known_.erase(it);
  return true;
}

}  // namespace songhua::gateway
