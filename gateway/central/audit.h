#pragma once

#include <optional>
#include <string>
#include <vector>

#include "central/store.h"

namespace songhua::central {

// The chain of one incarnation, looked at from its first batch.
struct ChainReport {
  GatewayId gateway;
  std::string incarnation;
  std::uint64_t batches = 0;
  std::uint64_t highest = 0;
  std::uint64_t verified = 0;  // signatures checked again; the others' envelopes are no longer kept
  struct Break {
    std::uint64_t number = 0;
    std::string what;
  };
  std::optional<Break> first_break;
};

// Signatures and hash chains of every incarnation, or of one gateway's. A break is shown at the first batch that breaks
// the chain; what is validly signed counts all the same.
std::vector<ChainReport> audit(CentreStore& store, const std::optional<GatewayId>& gateway);

}  // namespace songhua::central
