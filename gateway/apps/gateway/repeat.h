#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "pace.h"
#include "recording.h"

namespace songhua::gateway {

// Every entry of a journal that is `wanted` (empty: all), as it was received and at `pace`, into `sink`, which is
// finished; how many. A bar named `name` shows how far it is. Ends early when interrupted(). Throws Failure.
std::uint64_t repeat_all(const storage::Journal& journal, EntrySink& sink, const std::string& name,
                         Pace pace = Pace::max(), const std::function<bool(const storage::Entry&)>& wanted = {});

}  // namespace songhua::gateway
