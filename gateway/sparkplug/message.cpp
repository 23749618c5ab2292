#include "sparkplug/message.h"

namespace songhua::sparkplug {

std::string_view to_string(MessageType type) {
  switch (type) {
    case MessageType::nbirth:
      return "NBIRTH";
    case MessageType::ndeath:
      return "NDEATH";
    case MessageType::ndata:
      return "NDATA";
    case MessageType::ncmd:
      return "NCMD";
    case MessageType::dbirth:
      return "DBIRTH";
    case MessageType::ddeath:
      return "DDEATH";
    case MessageType::ddata:
      return "DDATA";
    case MessageType::dcmd:
      return "DCMD";
    case MessageType::state:
      return "STATE";
  }
  return "?";
}

namespace {
struct Lead {
  int tail;                 // continuation bytes
  unsigned char low, high;  // bounds of the first of them: excludes overlong forms, surrogates and > 10FFFF
};

// The table of well-formed byte sequences of the Unicode standard (3.9, table 3-7). tail < 0: no lead byte.
Lead lead_of(unsigned char c) {
  if (c >= 0xC2 && c <= 0xDF) return {1, 0x80, 0xBF};
  if (c == 0xE0) return {2, 0xA0, 0xBF};
  if (c == 0xED) return {2, 0x80, 0x9F};
  if (c >= 0xE1 && c <= 0xEF) return {2, 0x80, 0xBF};
  if (c == 0xF0) return {3, 0x90, 0xBF};
  if (c >= 0xF1 && c <= 0xF3) return {3, 0x80, 0xBF};
  if (c == 0xF4) return {3, 0x80, 0x8F};
  return {-1, 0, 0};
}
}  // namespace

bool is_utf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = p + text.size();
  while (p != end) {
    if (*p < 0x80) {
      ++p;
      continue;
    }
    const auto [tail, low, high] = lead_of(*p);
    if (tail < 0 || end - p <= tail) return false;
    if (p[1] < low || p[1] > high) return false;
    for (int i = 2; i <= tail; ++i)
      if ((p[i] & 0xC0) != 0x80) return false;
    p += tail + 1;
  }
  return true;
}

}  // namespace songhua::sparkplug
