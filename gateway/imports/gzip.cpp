#include "imports/gzip.h"

#include <zlib.h>

#include <array>

namespace songhua::imports {

bool is_gzip(std::string_view first_bytes) {
  return first_bytes.starts_with("\x1F\x8B");
}

struct GzipReader::Impl {
  Impl(std::uint64_t limit, Output sink) : max_bytes(limit), output(std::move(sink)) {
    // 15 window bits, and 16: a gzip header is expected.
    ready = inflateInit2(&stream, 15 + 16) == Z_OK;
  }
  ~Impl() {
    if (ready) inflateEnd(&stream);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> take(std::string_view chunk) {
    if (!ready) return Error{"zlib has no memory"};
    begun = begun || !chunk.empty();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(chunk.data()));
    stream.avail_in = static_cast<uInt>(chunk.size());
    while (true) {
      if (ended && stream.avail_in == 0) return {};
      if (ended && inflateReset(&stream) != Z_OK) return Error{"zlib cannot go on"};  // a further member
      ended = false;
      stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
      stream.avail_out = static_cast<uInt>(buffer.size());
      const int status = inflate(&stream, Z_NO_FLUSH);
      if (status == Z_BUF_ERROR) return {};  // all is used up and given out
      if (status != Z_OK && status != Z_STREAM_END) return Error{"the gzip data are damaged"};
      ended = status == Z_STREAM_END;
      if (auto given = give(buffer.size() - stream.avail_out); !given) return given;
    }
  }

  Result<void> give(std::size_t made) {
    total += made;
    if (total > max_bytes) {
      return Error{"the gzip data expand beyond the limit of " + std::to_string(max_bytes) + " bytes"};
    }
    if (made == 0) return {};
    return output({buffer.data(), made});
  }

  std::uint64_t max_bytes;
  Output output;
  z_stream stream{};
  std::array<char, 65'536> buffer{};
  std::uint64_t total = 0;
  bool ready = false;
  bool ended = false;
  bool begun = false;
};

GzipReader::GzipReader(std::uint64_t max_bytes, Output output)
    : impl_(std::make_unique<Impl>(max_bytes, std::move(output))) {}
GzipReader::~GzipReader() = default;

Result<void> GzipReader::feed(std::string_view chunk) {
  constexpr std::size_t kStep = std::size_t{1} << 20U;  // zlib counts in 32 bits
  for (std::size_t at = 0; at < chunk.size(); at += kStep) {
    if (auto result = impl_->take(chunk.substr(at, kStep)); !result) return result;
  }
  return {};
}

Result<void> GzipReader::finish() {
  if (!impl_->begun || !impl_->ended) return Error{"the gzip data are cut off"};
  return {};
}

Result<std::string> gunzip(std::string_view data, std::uint64_t max_bytes) {
  std::string out;
  GzipReader reader(max_bytes, [&](std::string_view piece) -> Result<void> {
    out += piece;
    return {};
  });
  if (const auto fed = reader.feed(data); !fed) return fed.error();
  if (const auto done = reader.finish(); !done) return done.error();
  return out;
}

}  // namespace songhua::imports
