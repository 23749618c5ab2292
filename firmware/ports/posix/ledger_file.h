#pragma once

#include <cstdint>
#include <string>

#include "controller/controller.h"
#include "model/result.h"

namespace songhua::posix {

// The ledger as CSV: minute,line,measure,product,market,quantity; minutes as 2019-03-01T00:00:00Z. Booked rows stay;
// behind them stand the rows of the minute that has not ended yet, which each settle() writes anew. So at every moment
// the file says all that the lines had made when the controller's memory was last kept. Not thread-safe.
class LedgerFile final : public controller::Ledger {
 public:
  // Goes on behind the first `booked` bytes; -1: behind whatever is there (a new life). An empty path: no ledger.
  static Result<LedgerFile> open(const std::string& path, std::int64_t booked);
  LedgerFile(LedgerFile&& other) noexcept;
  LedgerFile& operator=(LedgerFile&&) = delete;
  ~LedgerFile();

  void row(const Row& row) override;  // collected until settle()
  // Writes what was booked since, then the open minute's rows, and makes both durable.
  Result<void> settle(const controller::Controller& lines);
  // Bytes of booked rows that are durable or will be with the next settle().
  [[nodiscard]] std::int64_t booked_bytes() const { return booked_ + static_cast<std::int64_t>(fresh_.size()); }

 private:
  LedgerFile(std::string path, int file, std::int64_t booked);
  Result<void> write(const std::string& text, std::int64_t at);

  std::string path_;
  int file_ = -1;
  std::int64_t booked_ = 0;  // in the file
  std::string fresh_, open_;
};

}  // namespace songhua::posix
