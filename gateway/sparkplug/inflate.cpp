#include "sparkplug/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

namespace songhua::sparkplug {
namespace {
constexpr std::size_t kChunk = std::size_t{64} << 10;
constexpr int kWindowBits = 15;
constexpr int kGzipHeader = 16;  // added to the window bits: expect a gzip header (zlib manual, inflateInit2)
}  // namespace

Result<std::string> inflate_bytes(std::string_view compressed, Wrapping wrapping, std::size_t max_bytes,
                                  std::size_t max_ratio) {
  z_stream z{};
  if (inflateInit2(&z, kWindowBits + (wrapping == Wrapping::gzip ? kGzipHeader : 0)) != Z_OK)
    return Error{"zlib could not be started (out of memory?)"};
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> end(&z, &inflateEnd);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));  // zlib does not write to its input
  z.avail_in = static_cast<uInt>(compressed.size());

  const auto most = std::min(max_bytes, std::max(kChunk, compressed.size() * max_ratio));
  std::string out;
  for (int status = Z_OK; status != Z_STREAM_END;) {
    const auto have = out.size();
    out.resize(std::min(most + 1, have + kChunk));  // one byte more than allowed tells too much from just enough
    z.next_out = reinterpret_cast<Bytef*>(out.data() + have);
    z.avail_out = static_cast<uInt>(out.size() - have);
    status = inflate(&z, Z_NO_FLUSH);
    out.resize(out.size() - z.avail_out);
    if (status != Z_OK && status != Z_STREAM_END) return Error{"compressed body is corrupt or cut"};
    if (out.size() > most)
      return Error{"compressed body expands beyond the limit of " + std::to_string(most) + " bytes"};
  }
  if (z.avail_in != 0) return Error{"compressed body has bytes after its end"};
  return out;
}

}  // namespace songhua::sparkplug
