#pragma once

#include "posix/options.h"

namespace songhua::posix {

// `songhua-line history`: the past of the lines as recorded frames, one node session from NBIRTH on, its readings at
// every local midnight, every --interval and, from --fine-from on, every --fine-interval. Returns the exit status.
int make_history(const HistoryOptions& options);

}  // namespace songhua::posix
