#pragma once

#include <filesystem>
#include <string_view>

#include "forward/digest.h"

namespace songhua::centre_program {

// The operator's role over HTTP: whoever shows the token of the file that central.toml names sees all figures, as the
// command line does (indicators.md 12). Only the token's digest is kept. Thread-safe.
class OperatorRole {
 public:
  // The first line of the file; throws Failure where it cannot be read or is too short to be a secret.
  explicit OperatorRole(const std::filesystem::path& token_file);

  // Takes the same time whatever the token is, but for its length.
  [[nodiscard]] bool admits(std::string_view token) const;

 private:
  forward::Digest digest_;
};

}  // namespace songhua::centre_program
