#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace songhua::gateway {

Progress::Progress(std::string name, std::uint64_t whole)
    : name_(std::move(name)), whole_(whole), shown_(isatty(STDERR_FILENO) == 1 && whole > 0) {}

void Progress::at(std::uint64_t done) {
  if (!shown_) return;
  constexpr std::uint64_t kWidth = 25;
  const auto percent = std::min<std::uint64_t>(100, done * 100 / whole_);
  if (percent == percent_) return;
  percent_ = percent;
  const auto filled = percent * kWidth / 100;
  std::cerr << '\r' << name_ << " [" << std::string(filled, '#') << std::string(kWidth - filled, '.') << "] " << percent
            << " %" << std::flush;
}

void Progress::clear() {
  if (shown_ && percent_ != UINT64_MAX) std::cerr << '\r' << std::string(name_.size() + 40, ' ') << '\r' << std::flush;
  percent_ = UINT64_MAX;
}

}  // namespace songhua::gateway
