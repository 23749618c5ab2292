#pragma once

#include <string>

#include "lines/mapping.h"
#include "model/catalogue.h"

namespace songhua::lines {

// A [[rule]] for lines.toml that would map the metric, guessed from its name and datatype. It always parses and always
// matches the metric; what it means is for a person to check. With a catalogue, a product whose id stands in the name
// is taken from there, with a rate limit from its capacity.
[[nodiscard]] std::string suggest_rule(const MetricSource& source, const Catalogue* catalogue = nullptr);

// "240/h": the product's capacity, twice; empty where it has none. Twice, because a line may catch up after a stop that
// the capacity's normal hours contain, and a limit that refuses true output does more harm than one that lets a spike
// pass.
[[nodiscard]] std::string rate_limit_of(const Product& product);

// A [[rule]] that only adds that rate limit to a metric which is mapped already.
[[nodiscard]] std::string suggest_rate_limit(const MetricSource& source, const Product& product);

}  // namespace songhua::lines
