#include "model/register_text.h"

#include <gtest/gtest.h>

namespace songhua {
namespace {

TEST(DecodeText, KeepsUtf8AsItIs) {
  for (const auto* text :
       {"", "abc", "°C", "松花江", "👷", "\x7f", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80"}) {
    const auto decoded = decode_text(text);
    ASSERT_TRUE(decoded.ok()) << text;
    EXPECT_EQ(*decoded, text);
  }
}

// Longer than it must be, half of a surrogate pair, beyond the last code point, cut: no UTF-8, and JSON throws on it.
TEST(DecodeText, TakesNothingForUtf8ThatIsNone) {
  for (const auto* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x81\x9a\x8d",
                           "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe4\xb8", "\xff"}) {
    const auto decoded = decode_text(text);
    if (decoded) {
      EXPECT_NE(*decoded, text);  // it may be GB18030
    }
  }
}

}  // namespace
}  // namespace songhua
