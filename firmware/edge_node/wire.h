#pragma once

#include <pb_encode.h>

#include <cstdint>
#include <string_view>

namespace songhua::edge_node {

// Protobuf fields, one after the other, onto a nanopb stream. Nested messages are written twice, once to learn their
// size, so that none of them needs a buffer. A method returns false when the stream is full.
class Wire {
 public:
  explicit Wire(pb_ostream_t& stream) : stream_(stream) {}

  bool number(std::uint32_t tag, std::uint64_t value) {
    return pb_encode_tag(&stream_, PB_WT_VARINT, tag) && pb_encode_varint(&stream_, value);
  }
  bool boolean(std::uint32_t tag, bool value) { return number(tag, value ? 1 : 0); }
  bool real(std::uint32_t tag, double value) {
    return pb_encode_tag(&stream_, PB_WT_64BIT, tag) && pb_encode_fixed64(&stream_, &value);
  }
  bool text(std::uint32_t tag, std::string_view value) {
    return pb_encode_tag(&stream_, PB_WT_STRING, tag) &&
           pb_encode_string(&stream_, reinterpret_cast<const pb_byte_t*>(value.data()), value.size());
  }
  // A field of `size` bytes, which `fill` writes.
  template <typename Fill>
  bool bytes(std::uint32_t tag, std::size_t size, Fill&& fill) {
    return pb_encode_tag(&stream_, PB_WT_STRING, tag) && pb_encode_varint(&stream_, size) && fill(stream_);
  }
  // fill(Wire&) writes the fields of the message.
  template <typename Fill>
  bool message(std::uint32_t tag, Fill&& fill) {
    pb_ostream_t sizing = PB_OSTREAM_SIZING;
    Wire measure(sizing);
    if (!fill(measure)) return false;
    return bytes(tag, sizing.bytes_written, [&](pb_ostream_t&) { return fill(*this); });
  }

 private:
  pb_ostream_t& stream_;
};

}  // namespace songhua::edge_node
