#include "forward/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "forward/digest.h"
#include "support/temp_dir.h"

namespace songhua::forward {
namespace {

TEST(Keys, VectorOfRfc8032) {
  // RFC 8032, 7.1, test 2.
  const auto key = SigningKey::from_seed(*from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  EXPECT_EQ(to_hex(key.public_key().raw()), "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(to_hex(key.sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Keys, MadeOnceAndReadByTheOwnerOnly) {
  const test::TempDir directory;
  const auto made = SigningKey::load_or_create(directory.path());
  ASSERT_TRUE(made) << made.error().message;
  struct stat state {};
  ASSERT_EQ(::stat((directory / "forward.key").c_str(), &state), 0);
  EXPECT_EQ(state.st_mode & 0777U, 0600U);
  const auto again = SigningKey::load_or_create(directory.path());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->public_key(), made->public_key());
  EXPECT_TRUE(made->public_key().verifies("text", again->sign("text")));
  EXPECT_FALSE(made->public_key().verifies("texT", again->sign("text")));
}

TEST(Keys, AKeyThatOthersMayReadIsRefused) {
  const test::TempDir directory;
  ASSERT_TRUE(SigningKey::load_or_create(directory.path()));
  ASSERT_EQ(::chmod((directory / "forward.key").c_str(), 0644), 0);
  const auto key = SigningKey::load_or_create(directory.path());
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message.find("chmod 600"), std::string::npos) << key.error().message;
}

TEST(Keys, ADamagedKeyIsToldNotReplaced) {
  const test::TempDir directory;
  const auto file = directory.file("forward.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n");
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  const auto key = SigningKey::load_or_create(directory.path());
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message.find(file.string()), std::string::npos);
  EXPECT_EQ(test::read_file(file), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
}

TEST(Keys, PublicKeyTravelsAsPem) {
  const auto key = SigningKey::from_seed(std::string(32, 'x')).public_key();
  const auto read = PublicKey::parse(key.pem());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, key);
  EXPECT_EQ(key.id().size(), 16U);
  EXPECT_FALSE(PublicKey::parse("gibberish"));
  EXPECT_FALSE(
      PublicKey::parse("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\n"
                       "q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n-----END PUBLIC KEY-----\n"));
}

}  // namespace
}  // namespace songhua::forward
