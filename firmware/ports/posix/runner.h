#pragma once

#include "posix/options.h"

namespace songhua::posix {

// `songhua-line run`: the lines live until --duration is over or a signal comes. Returns the exit status.
int run_lines(const RunOptions& options);

}  // namespace songhua::posix
