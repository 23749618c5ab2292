#include "posix/base64.h"

namespace songhua::posix {

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto n = std::min<std::size_t>(3, bytes.size() - i);
    const auto at = [&](std::size_t k) { return k < n ? static_cast<unsigned>(bytes[i + k]) : 0U; };
    const unsigned word = at(0) << 16U | at(1) << 8U | at(2);
    for (unsigned k = 0; k < 4; ++k) out += k <= n ? kDigits[word >> (18U - 6U * k) & 63U] : '=';
  }
  return out;
}

}  // namespace songhua::posix
