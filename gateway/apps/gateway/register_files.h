#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/config.h"
#include "indicators/inputs.h"

namespace songhua::gateway {

// The centre's import files as the edge box has them: the catalogue, and the files of `register` whose names begin with
// a kind (base.csv, prices-2019.csv, ...), of which the enterprise's own rows count. A missing file is none.
// Used by one thread at a time.
class RegisterFiles {
 public:
  explicit RegisterFiles(const config::GatewayConfig& config) : config_(config) {}

  // Read anew only when a file has changed. An error lists every fault with file and line.
  Result<const indicators::Inputs*> inputs();
  // How often they were read.
  [[nodiscard]] std::uint64_t loads() const { return loads_; }

 private:
  struct Stamp {
    std::filesystem::path file;
    std::filesystem::file_time_type written;
    std::uintmax_t size = 0;
    bool operator==(const Stamp&) const = default;
  };
  [[nodiscard]] Result<std::vector<Stamp>> files() const;
  void load(const std::vector<Stamp>& files);

  config::GatewayConfig config_;
  std::uint64_t loads_ = 0;
  std::vector<Stamp> stamps_;
  indicators::Inputs inputs_;
  std::string errors_;
};

}  // namespace songhua::gateway
