// A sync that fails may make the system forget what was written before it, and call the next one good: nothing counts
// as booked in the ledger before a sync that went well.
#include "posix/ledger_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <span>

#include "line/families.h"
#include "support/temp_dir.h"

namespace {

bool g_forgets = false;  // the disk, at the next sync
off_t g_on_disk = 0;     // bytes that were synced

}  // namespace

// In place of the C library's, for this program alone.
extern "C" int fdatasync(int file) {
  if (g_forgets) {
    if (::ftruncate(file, g_on_disk) != 0) std::abort();
    errno = EIO;
    return -1;
  }
  struct stat info {};
  if (::fstat(file, &info) == 0) g_on_disk = info.st_size;
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace songhua::posix {
namespace {

TEST(LedgerFile, BooksNothingBeforeItIsOnTheDisk) {
  const test::TempDir dir;
  const auto path = (dir / "ledger.csv").string();
  const controller::LineSpec line{&line::families().front(), "auto"};
  const auto lines =
      std::make_unique<controller::Controller>("S1", "C1", std::span(&line, 1), 7U, 1'551'400'200'000, 1);
  auto ledger = LedgerFile::open(path, -1);
  ASSERT_TRUE(ledger) << ledger.error().message;
  const auto book = [&](std::int64_t minute) {
    ledger->row({minute * 60'000, "S1/C1/auto", "output.good", "p", "CN", minute});
    return ledger->settle(*lines);
  };
  ASSERT_TRUE(book(1));
  g_forgets = true;
  const auto refused = book(2);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(path + ": cannot write the ledger: "), std::string::npos)
      << refused.error().message;
  g_forgets = false;
  ASSERT_TRUE(book(3));
  EXPECT_EQ(test::read_file(path),
            "minute,line,measure,product,market,quantity\n"
            "1970-01-01T00:01:00Z,S1/C1/auto,output.good,p,CN,1\n"
            "1970-01-01T00:02:00Z,S1/C1/auto,output.good,p,CN,2\n"
            "1970-01-01T00:03:00Z,S1/C1/auto,output.good,p,CN,3\n");
  EXPECT_EQ(ledger->booked_bytes(), g_on_disk);
}

}  // namespace
}  // namespace songhua::posix
