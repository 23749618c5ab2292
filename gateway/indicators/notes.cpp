#include "indicators/notes.h"

namespace songhua::indicators {

void Notes::warn(const std::string& kind, const std::string& item) {
  auto& warning = warnings[kind];
  warning.items.insert(item);
  warning.count = warning.items.size();
}

void Notes::merge(const Notes& other) {
  doubt(other.status);
  flags.insert(other.flags.begin(), other.flags.end());
  base_sources.insert(other.base_sources.begin(), other.base_sources.end());
  for (const auto& [kind, warning] : other.warnings) {
    for (const auto& item : warning.items) warn(kind, item);
  }
  if (!coverage) coverage = other.coverage;
  if (!imputed_share) imputed_share = other.imputed_share;
}

}  // namespace songhua::indicators
