#include "imports/transcoder.h"

#include <algorithm>
#include <stdexcept>

namespace songhua::imports {

// From UTF-8, too: iconv refuses what is no UTF-8.
Transcoder::Transcoder(Encoding encoding)
    : converter_(iconv_open("UTF-8", encoding == Encoding::gb18030 ? "GB18030" : "UTF-8")) {
  // How iconv says it. NOLINTNEXTLINE(performance-no-int-to-ptr)
  if (converter_ == reinterpret_cast<iconv_t>(-1)) throw std::runtime_error("this system's iconv knows no GB18030");
}

Transcoder::~Transcoder() {
  iconv_close(converter_);
}

std::optional<std::string> Transcoder::to_utf8(std::string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), is_ascii)) return std::string(text);
  std::string in(text), out(text.size() * 4, '\0');  // no byte of either encoding becomes more than four
  char* from = in.data();
  char* to = out.data();
  std::size_t from_left = in.size(), to_left = out.size();
  iconv(converter_, nullptr, nullptr, nullptr, nullptr);  // forget what a faulty row before left behind
  if (iconv(converter_, &from, &from_left, &to, &to_left) == static_cast<std::size_t>(-1)) return std::nullopt;
  out.resize(out.size() - to_left);
  return out;
}

}  // namespace songhua::imports
