#include "posix/ledger_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <utility>

#include "model/csv.h"

namespace songhua::posix {
namespace {

constexpr std::string_view kHeader = "minute,line,measure,product,market,quantity\n";

Error fault(const std::string& path, const char* what) {
  return {fmt::format("{}: {}: {}", path, what, std::strerror(errno))};
}

void append_row(std::string& text, const controller::Ledger::Row& row) {
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::milliseconds> minute{chrono::milliseconds{row.minute}};
  const auto day = chrono::floor<chrono::days>(minute);
  const chrono::year_month_day date{day};
  const auto of_day = chrono::duration_cast<chrono::minutes>(minute - day).count();
  fmt::format_to(std::back_inserter(text), "{:04}-{:02}-{:02}T{:02}:{:02}:00Z,{},{},{},{},{}\n",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                 of_day / 60, of_day % 60, csv_field(row.line), row.measure, csv_field(row.product), row.market,
                 row.quantity);
}

class Preview final : public controller::Ledger {
 public:
  explicit Preview(std::string& text) : text_(text) {}
  void row(const Row& row) override { append_row(text_, row); }

 private:
  std::string& text_;
};

}  // namespace

LedgerFile::LedgerFile(std::string path, int file, std::int64_t booked)
    : path_(std::move(path)), file_(file), booked_(booked) {}

LedgerFile::LedgerFile(LedgerFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      booked_(other.booked_),
      fresh_(std::move(other.fresh_)) {}

LedgerFile::~LedgerFile() {
  if (file_ >= 0) ::close(file_);
}

Result<LedgerFile> LedgerFile::open(const std::string& path, std::int64_t booked) {
  if (path.empty()) return LedgerFile({}, -1, 0);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return fault(path, "cannot open the ledger");
  LedgerFile ledger(path, file, booked);
  struct stat info {};
  if (::fstat(file, &info) != 0) return fault(path, "cannot read the ledger");
  if (booked < 0) ledger.booked_ = info.st_size;
  if (info.st_size < ledger.booked_) {
    return Error{
        fmt::format("{}: has {} bytes, but the controller's memory knows {}: it was cut or replaced. Put it back, "
                    "or take both files away to begin a new life of the counters",
                    path, info.st_size, ledger.booked_)};
  }
  if (ledger.booked_ == 0) ledger.fresh_ = kHeader;
  return ledger;
}

void LedgerFile::row(const Row& row) {
  if (file_ >= 0) append_row(fresh_, row);
}

Result<void> LedgerFile::settle(const controller::Controller& lines) {
  if (file_ < 0) return {};
  open_.clear();
  Preview preview(open_);
  lines.preview(preview);
  const auto booked = booked_ + static_cast<std::int64_t>(fresh_.size());
  if (auto done = write(fresh_, booked_); !done) return done;
  if (auto done = write(open_, booked); !done) return done;
  const auto size = booked + static_cast<std::int64_t>(open_.size());
  if (::ftruncate(file_, size) != 0 || ::fdatasync(file_) != 0) return fault(path_, "cannot write the ledger");
  // Not before: after a failed sync the system may forget what was written, and say of the next one that all is well.
  booked_ = booked;
  fresh_.clear();
  return {};
}

Result<void> LedgerFile::write(const std::string& text, std::int64_t at) {
  std::size_t done = 0;
  while (done < text.size()) {
    const auto n = ::pwrite(file_, text.data() + done, text.size() - done, at + static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fault(path_, "cannot write the ledger");
    done += static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace songhua::posix
