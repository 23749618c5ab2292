// What readers are told of a store in trouble: sick disks and busy stores pass, everything else is a fault of ours.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>

#include "storage/database.h"
#include "support/temp_dir.h"

namespace songhua::storage {
namespace {

std::optional<std::string> told_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& problem) {
    return passing_trouble(problem);
  }
  throw std::logic_error("nothing went wrong");
}

TEST(PassingTrouble, AFileThatLostItsEndIsSaidToBeUnreadable) {
  const test::TempDir dir;
  const auto file = (dir.path() / "a.db").string();
  SQLite::Database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE t(v BLOB); INSERT INTO t VALUES (zeroblob(200000))");
  std::filesystem::resize_file(file, 8'192);
  SQLite::Database cut(file, SQLite::OPEN_READONLY);
  const auto told = told_of([&] { static_cast<void>(cut.execAndGet("SELECT hex(v) FROM t").getString()); });
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->starts_with("the store cannot be read or written now: ")) << *told;
}

TEST(PassingTrouble, AStoreThatAnotherWritesToIsBusy) {
  const test::TempDir dir;
  const auto file = (dir.path() / "a.db").string();
  SQLite::Database first(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  SQLite::Database second(file, SQLite::OPEN_READWRITE);
  first.exec("BEGIN IMMEDIATE");
  const auto told = told_of([&] { second.exec("BEGIN IMMEDIATE"); });
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->starts_with("the store is busy: ")) << *told;
}

TEST(PassingTrouble, AFaultOfOursIsNotSaidToPass) {
  SQLite::Database store(":memory:", SQLite::OPEN_READWRITE);
  EXPECT_FALSE(told_of([&] { store.exec("SELECT nothing FROM nowhere"); }));
  EXPECT_FALSE(told_of([] { throw std::runtime_error("disk I/O error"); }));
}

}  // namespace
}  // namespace songhua::storage
