#include "imports/line_splitter.h"

#include <algorithm>

namespace songhua::imports {

void LineSplitter::append(std::string_view text) {
  const auto room = max_length_ - std::min(max_length_, buffer_.size());
  if (text.size() > room) too_long_ = true;
  buffer_.append(text.substr(0, room));
}

void LineSplitter::end_line() {
  on_line_(buffer_, line_, too_long_);
  ++line_;
  buffer_.clear();
  too_long_ = false;
}

void LineSplitter::feed(std::string_view chunk) {
  for (std::size_t at = 0; at < chunk.size();) {
    const char c = chunk[at];
    if (c == '\r') {
      ++carriage_returns_;
      ++at;
      continue;
    }
    if (c == '\n') {  // LF, CRLF and CR CR LF end one line
      carriage_returns_ = 0;
      end_line();
      ++at;
      continue;
    }
    for (; carriage_returns_ > 0; --carriage_returns_) end_line();  // each lone CR ended a line
    const auto end = std::min(chunk.find_first_of("\r\n", at), chunk.size());
    append(chunk.substr(at, end - at));
    at = end;
    if (!begun_ && (buffer_.size() >= 3 || at < chunk.size())) {
      begun_ = true;
      if (buffer_.starts_with("\xEF\xBB\xBF")) buffer_.erase(0, 3);
    }
  }
}

void LineSplitter::finish() {
  if (!begun_ && buffer_.starts_with("\xEF\xBB\xBF")) buffer_.erase(0, 3);
  begun_ = true;
  if (!buffer_.empty() || carriage_returns_ > 0) end_line();
  carriage_returns_ = 0;
}

}  // namespace songhua::imports
