#pragma once

#include <optional>
#include <vector>

#include "model/time.h"
#include "storage/journal.h"

namespace songhua::gateway {

// A part of a journal that begins at `from` starts in the middle of sessions: its messages carry aliases which births
// from before explain. These births, oldest first: of each edge node whose first message in the part is no NBIRTH, the
// NBIRTH in force and the DBIRTHs that followed it. `to` as for Journal::segments. Throws Failure.
std::vector<storage::Entry> births_before(const storage::Journal& journal, UnixMillis from,
                                          std::optional<UnixMillis> to);

}  // namespace songhua::gateway
