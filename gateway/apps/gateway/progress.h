#pragma once

#include <cstdint>
#include <string>

namespace songhua::gateway {

// A bar on standard error while something long goes on; nothing where that is no terminal, or where the whole is
// not known (0).
class Progress {
 public:
  Progress(std::string name, std::uint64_t whole);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void at(std::uint64_t done);
  void clear();  // wipes the bar: what is printed next stands on its own line

 private:
  std::string name_;
  std::uint64_t whole_;
  bool shown_;
  std::uint64_t percent_ = UINT64_MAX;
};

}  // namespace songhua::gateway
