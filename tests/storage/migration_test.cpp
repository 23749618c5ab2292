// A store of an older version: who writes brings it up to date, who only reads says what to do.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "storage/schema.h"
#include "storage/store.h"

namespace songhua::storage {
namespace {

class Migration : public testing::Test {
 protected:
  Migration() { std::filesystem::create_directories(directory_); }
  ~Migration() override { std::filesystem::remove_all(directory_); }

  const std::string directory_ =
      (std::filesystem::temp_directory_path() / ("songhua-migration-" + std::to_string(::getpid()))).string();
};

TEST_F(Migration, AnOlderStoreIsBroughtUpToDateByItsWriterAndRefusedByReaders) {
  {
    auto first = open_database(directory_ + "/songhua.db", Access::read_write, kStoreId, {kStoreMigrations.front()});
    ASSERT_TRUE(first.ok());
    (*first)->exec("INSERT INTO touched(source, start, segments) VALUES (0, 60000, x'0100')");
  }
  const auto refused = Store::open(directory_, Access::read_only);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("older version"), std::string::npos) << refused.error().message;

  {
    const auto store = Store::open(directory_, Access::read_write);
    ASSERT_TRUE(store.ok()) << store.error().message;
    EXPECT_EQ((*store)->touched(SourceIndex{0}, unix_millis(60'000)), std::vector<std::uint64_t>{1});
    EXPECT_TRUE((*store)->complete_windows(1, unix_millis(0)).empty());
  }
  EXPECT_TRUE(Store::open(directory_, Access::read_only).ok());
}

}  // namespace
}  // namespace songhua::storage
