#pragma once

#include <string>

namespace songhua::posix {

// `songhua-line families` as table, csv or json; an empty format: table on a terminal, else csv.
int show_families(const std::string& format);

}  // namespace songhua::posix
