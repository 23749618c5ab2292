#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lines/mapping.h"
#include "model/catalogue.h"

// What a mapping makes of all metrics seen: for `map --dry-run`, and for whoever writes a lines.toml. Pure.
namespace songhua::lines {

struct Surveyed {
  SeenMetric metric;
  Match match;
  bool clash = false;      // another metric feeds the same series
  std::string suggestion;  // a [[rule]] to paste into lines.toml: a mapping for what has none, a rate limit for a
                           // counter without one whose product's capacity is known; empty: nothing to suggest
};

struct Survey {
  std::vector<Surveyed> metrics;  // by device and name
  std::vector<Clash> clashes;
  std::vector<std::string> idle_rules;  // "lines.toml:12": they meet none of the metrics
};

// Each metric once, however often it is given.
[[nodiscard]] Survey survey(const Mapping& mapping, std::vector<SeenMetric> metrics, const Catalogue& catalogue);

// "series", "state", "epoch", "property", "ignored" or "unmapped".
[[nodiscard]] std::string_view role_name(const Meaning& meaning);

}  // namespace songhua::lines
