#include "lines/states.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "model/measures.h"

namespace songhua::lines {
namespace {

constexpr std::array<std::string_view, 18> kPackml{
    "undefined", "clearing",   "stopped",      "starting",  "idle",       "suspended",
    "execute",   "stopping",   "aborting",     "aborted",   "holding",    "held",
    "unholding", "suspending", "unsuspending", "resetting", "completing", "complete",
};

bool sent_before(const StateMetric::State& a, const StateMetric::State& b) {
  return a.sent < b.sent;
}

}  // namespace

std::optional<std::int32_t> packml_code(std::string_view name) {
  const auto found = std::find(kPackml.begin(), kPackml.end(), name);
  if (found == kPackml.end()) return std::nullopt;
  return static_cast<std::int32_t>(found - kPackml.begin());
}

std::vector<StateMetric::State> packml_states() {
  std::vector<std::pair<std::string, std::string>> table;
  for (std::size_t code = 0; code < kPackml.size(); ++code) {
    table.emplace_back(std::to_string(code), std::string(kPackml[code]));
  }
  return states_of(table);
}

std::vector<StateMetric::State> states_of(const std::vector<std::pair<std::string, std::string>>& table) {
  std::vector<StateMetric::State> states;
  states.reserve(table.size());
  for (const auto& [sent, name] : table) states.push_back({sent, name, packml_code(name).value_or(0)});
  std::sort(states.begin(), states.end(), sent_before);
  return states;
}

void derive_times(StateMetric& metric, const SeriesSpec& model) {
  std::map<std::string, std::size_t> index;
  for (const auto& state : metric.states) index.emplace(state.name, 0);
  for (auto& [name, position] : index) {
    position = metric.times.size();
    SeriesSpec spec = model;
    spec.key = {std::string(kTimePrefix) + name, "", ""};
    spec.kind = SeriesKind::rate;
    spec.unit = unit_of_measure(spec.key.measure);
    metric.times.push_back(std::move(spec));
  }
  for (auto& state : metric.states) state.time = index.at(state.name);
}

const StateMetric::State* StateMetric::find(std::string_view sent) const {
  const auto found = std::lower_bound(states.begin(), states.end(), sent,
                                      [](const State& state, std::string_view text) { return state.sent < text; });
  return found != states.end() && found->sent == sent ? &*found : nullptr;
}

const StateMetric::State* StateMetric::find(std::int64_t sent) const {
  std::array<char, 24> digits{};
  const auto [end, status] = std::to_chars(digits.data(), digits.data() + digits.size(), sent);
  (void)status;  // 24 characters hold any 64-bit integer
  return find(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

}  // namespace songhua::lines
