#pragma once

#include <cstdint>

namespace songhua::test {

// A loopback TCP port that nobody uses, reserved for this process until it ends: tests that run side by side never get
// the same one. Below the range from which the kernel takes ports of outgoing connections.
std::uint16_t free_port();

// Whether something accepts connections there.
bool port_answers(std::uint16_t port);

}  // namespace songhua::test
