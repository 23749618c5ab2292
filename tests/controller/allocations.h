#pragma once

#include <cstddef>

namespace songhua::controller::test {

// Allocations through operator new in this program so far.
std::size_t allocations();

}  // namespace songhua::controller::test
