#include "imports/gzip.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

namespace songhua::imports {
namespace {

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string in = text, out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

constexpr std::uint64_t kLimit = 1'000'000;

TEST(Gzip, IsToldByItsFirstBytes) {
  EXPECT_TRUE(is_gzip(gzip("x")));
  EXPECT_FALSE(is_gzip("date,x"));
  EXPECT_FALSE(is_gzip(""));
}

TEST(Gzip, SeveralMembersAreOneText) {
  EXPECT_EQ(gunzip(gzip("ab") + gzip("") + gzip("cd"), kLimit).value(), "abcd");
}

TEST(Gzip, DamageIsTold) {
  const std::string good = gzip(std::string(1000, 'x'));
  EXPECT_EQ(gunzip(good.substr(0, good.size() - 1), kLimit).error().message, "the gzip data are cut off");
  EXPECT_EQ(gunzip("", kLimit).error().message, "the gzip data are cut off");
  std::string bad = good;
  bad[bad.size() - 6] ^= 1;  // of the checksum
  EXPECT_EQ(gunzip(bad, kLimit).error().message, "the gzip data are damaged");
  EXPECT_EQ(gunzip(good + "trailing", kLimit).error().message, "the gzip data are damaged");
  EXPECT_EQ(gunzip("no gzip at all", kLimit).error().message, "the gzip data are damaged");
}

TEST(Gzip, ABombIsStoppedAtTheLimit) {
  const std::string bomb = gzip(std::string(5'000'000, '\0'));
  std::uint64_t given = 0;
  GzipReader reader(kLimit, [&](std::string_view piece) -> Result<void> {
    EXPECT_LE(piece.size(), 65'536U);
    given += piece.size();
    return {};
  });
  EXPECT_EQ(reader.feed(bomb).error().message, "the gzip data expand beyond the limit of 1000000 bytes");
  EXPECT_LE(given, kLimit);
}

TEST(Gzip, TheReceiversErrorEndsTheReading) {
  GzipReader reader(kLimit, [](std::string_view) -> Result<void> { return Error{"full"}; });
  EXPECT_EQ(reader.feed(gzip("x")).error().message, "full");
}

RC_GTEST_PROP(Gzip, ChunksDoNotMatter, (const std::string& text, std::uint8_t size)) {
  const std::string data = gzip(text);
  std::string out;
  GzipReader reader(kLimit, [&](std::string_view piece) -> Result<void> {
    out += piece;
    return {};
  });
  const std::size_t step = size % 13 + 1U;
  for (std::size_t at = 0; at < data.size(); at += step) RC_ASSERT(reader.feed(data.substr(at, step)).ok());
  RC_ASSERT(reader.finish().ok());
  RC_ASSERT(out == text);
}

}  // namespace
}  // namespace songhua::imports
