#pragma once

#include <google/protobuf/io/coded_stream.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/time.h"

// Varints and texts (read by protobuf's coded stream), for what this room stores (names, sessions). A two-letter tag
// with the version comes first. An optional is a 0, or a 1 and the value; a signed number is zigzag.
namespace songhua::sparkplug {

class ByteWriter {
 public:
  explicit ByteWriter(std::string_view tag) : bytes_(tag) {}
  void number(std::uint64_t v) {
    for (; v >= 0x80; v >>= 7) bytes_.push_back(static_cast<char>(v | 0x80));
    bytes_.push_back(static_cast<char>(v));
  }
  void signed_number(std::int64_t v) {
    number(static_cast<std::uint64_t>(v) << 1 ^ static_cast<std::uint64_t>(v >> 63));
  }
  void flag(bool v) { number(v ? 1 : 0); }
  void time(UnixMillis t) { signed_number(count_of(t)); }
  void text(std::string_view v) {
    number(v.size());
    bytes_.append(v);
  }
  template <typename T, typename Write>
  void optional(const std::optional<T>& v, Write write) {
    flag(v.has_value());
    if (v) write(*v);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads zeros and empty texts once anything was wrong; ask ok() or at_end() before the result is used.
class ByteReader {
 public:
  ByteReader(std::string_view bytes, std::string_view tag)
      : in_(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size())),
        ok_(bytes.substr(0, tag.size()) == tag) {
    ok_ = ok_ && in_.Skip(static_cast<int>(tag.size()));
  }
  std::uint64_t number() {
    std::uint64_t v = 0;
    ok_ = ok_ && in_.ReadVarint64(&v);
    return ok_ ? v : 0;
  }
  std::int64_t signed_number() {
    const auto v = number();
    return static_cast<std::int64_t>(v >> 1 ^ (~(v & 1) + 1));
  }
  bool flag() { return number() != 0; }
  UnixMillis time() { return unix_millis(signed_number()); }
  std::string text() {
    std::string v;
    const auto size = number();
    ok_ = ok_ && size <= INT32_MAX && in_.ReadString(&v, static_cast<int>(size));
    return ok_ ? v : std::string();
  }
  template <typename T, typename Read>
  std::optional<T> optional(Read read) {
    return flag() ? std::optional<T>(read()) : std::nullopt;
  }
  void fail() { ok_ = false; }
  [[nodiscard]] bool ok() const { return ok_; }
  // Everything read, nothing wrong.
  [[nodiscard]] bool at_end() { return ok_ && in_.ExpectAtEnd(); }

 private:
  google::protobuf::io::CodedInputStream in_;
  bool ok_;
};

}  // namespace songhua::sparkplug
