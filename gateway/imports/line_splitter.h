#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace songhua::imports {

// Cuts a stream of chunks into lines, whatever ends them: LF, CRLF, CR CR LF, or a lone CR; a byte order mark at the
// start is dropped. Lines longer than the limit are given cut off and marked. Not thread-safe.
class LineSplitter {
 public:
  using OnLine = std::function<void(std::string_view text, std::size_t line, bool too_long)>;

  LineSplitter(std::size_t max_length, OnLine on_line) : max_length_(max_length), on_line_(std::move(on_line)) {}
  void feed(std::string_view chunk);
  void finish();  // the last line may lack its end

 private:
  void end_line();
  void append(std::string_view text);

  std::size_t max_length_;
  OnLine on_line_;
  std::string buffer_;
  std::size_t line_ = 1;
  std::size_t carriage_returns_ = 0;  // seen and not yet known to be followed by LF
  bool too_long_ = false;
  bool begun_ = false;  // the byte order mark has been looked for
};

}  // namespace songhua::imports
