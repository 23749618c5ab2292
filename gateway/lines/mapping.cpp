#include "lines/mapping.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "lines/builtin.h"
#include "lines/rules.h"
#include "lines/states.h"
#include "lines/suggestion.h"
#include "model/measures.h"

namespace songhua::lines {
namespace {

constexpr std::string_view kBuiltIn = "built in";

std::string unchanged(std::string_view text) {
  return std::string(text);
}

// Sparkplug's tables, files, templates and arrays.
bool holds_no_number(std::uint32_t datatype) {
  return (datatype >= 16 && datatype <= 19) || (datatype >= 22 && datatype <= 34);
}

// Bits of the unsigned integer types of Sparkplug (UInt8 5, UInt16 6, UInt32 7, UInt64 8): their counters wrap.
std::uint8_t width_of_datatype(std::uint32_t datatype) {
  return datatype >= 5 && datatype <= 8 ? static_cast<std::uint8_t>(8U << (datatype - 5)) : std::uint8_t{0};
}

// `energy.{carrier}` takes carriers as they are sent; the name of a process value stays as it is.
std::string expand_measure(const Template& measure, const Captures& captures) {
  const std::string as_sent = measure.expand(captures, unchanged);
  return as_sent.starts_with(kProcessPrefix) ? as_sent : measure.expand(captures, measure_suffix);
}

SeriesKind kind_of(std::optional<RuleKind> kind, std::string_view measure) {
  const SeriesKind natural = natural_kind(measure);
  if (!kind) return natural;
  switch (*kind) {
    case RuleKind::rate:
      return SeriesKind::rate;
    case RuleKind::amount:
      return SeriesKind::amount;
    case RuleKind::gauge:
      return natural == SeriesKind::level ? SeriesKind::level : SeriesKind::gauge;
    default:
      return SeriesKind::totalizer;
  }
}

// What a deciding rule makes of a metric; none where what it took from the name is no measure, or not of that kind.
std::optional<Meaning> meaning_of(const Rule& rule, const Captures& captures) {
  if (rule.kind == RuleKind::ignore) return IgnoredMetric{};
  if (rule.kind == RuleKind::state) {
    return StateMetric{rule.states.empty() ? packml_states() : states_of(rule.states), {}};
  }
  SeriesSpec spec;
  spec.key.measure = expand_measure(*rule.measure, captures);
  spec.kind = kind_of(rule.kind, spec.key.measure);
  if (!check_measure(spec.key.measure) || !check_kind(spec.key.measure, spec.kind)) return std::nullopt;
  if (rule.product) spec.key.product = rule.product->expand(captures, decode_product);
  if (rule.market) spec.key.market = rule.market->expand(captures, unchanged);
  spec.unit = unit_of_measure(spec.key.measure);
  return SeriesMetric{std::move(spec)};
}

void apply(const Traits& traits, const LineId& line, const SeriesDefaults& defaults, SeriesSpec& spec) {
  spec.line = line;
  spec.factor = traits.factor.value_or(Fraction{1, 1});
  spec.silence = traits.silence.value_or(defaults.silence);
  spec.gap = traits.gap.value_or(defaults.gap);
  spec.official = traits.official.value_or(true);
  spec.trapezoid = traits.trapezoid.value_or(false);
}

// What the rules say of one metric, before the built-in rules are asked.
struct Verdict {
  std::optional<Meaning> meaning;
  std::string where;
  bool by_state_rule = false;
  Traits traits;
  std::vector<std::size_t> met;  // rules that contributed
};

Verdict judge(const std::vector<Rule>& rules, const MetricSource& source) {
  Verdict verdict;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = rules[i];
    // Once decided, only rules for whole devices are asked: a device is one line, wherever its rule stands.
    if (verdict.meaning && rule.metric) continue;
    Captures captures;
    if (!rule.matches(source, captures)) continue;
    if (rule.decides()) {
      auto meaning = meaning_of(rule, captures);
      if (!meaning) continue;
      verdict.meaning = std::move(meaning);
      verdict.where = rule.where;
      verdict.by_state_rule = rule.kind == RuleKind::state;
    }
    Traits traits = rule.traits;
    if (rule.line) traits.line = rule.line->expand(captures, unchanged);
    verdict.traits.fill_in_from(traits);
    verdict.met.push_back(i);
  }
  return verdict;
}

void complete(Meaning& meaning, const Verdict& verdict, const MetricSource& source, const LineId& line,
              const SeriesDefaults& defaults) {
  if (auto* series = std::get_if<SeriesMetric>(&meaning)) {
    apply(verdict.traits, line, defaults, series->spec);
    if (series->spec.kind == SeriesKind::totalizer) {
      series->spec.width = verdict.traits.width.value_or(width_of_datatype(source.datatype));
      series->spec.rate_limit = verdict.traits.rate_limit;
    }
  }
  if (auto* state = std::get_if<StateMetric>(&meaning); state != nullptr && verdict.by_state_rule) {
    SeriesSpec model;
    apply(verdict.traits, line, defaults, model);
    model.factor = {1, 1};
    derive_times(*state, model);
  }
}

}  // namespace

struct Mapping::Rules {
  std::vector<Rule> list;
};

Mapping::Mapping() : rules_(std::make_shared<const Rules>()) {}

Result<Mapping> Mapping::parse(std::string_view toml, std::string_view file) {
  auto rules = read_rules(toml, file);
  if (!rules) return rules.error();
  return Mapping{std::make_shared<const Rules>(Rules{std::move(*rules)})};
}

Match Mapping::match(const MetricSource& source, const SeriesDefaults& defaults) const {
  Verdict verdict = judge(rules_->list, source);
  Match match;
  match.line = verdict.traits.line.value_or(default_line(source));
  if (is_protocol_metric(source.metric)) {
    match.meaning = IgnoredMetric{};
    match.rule = kBuiltIn;
    return match;
  }
  match.rule = verdict.where;
  if (!verdict.meaning) {
    verdict.meaning = builtin_meaning(source.metric);
    if (verdict.meaning) match.rule = kBuiltIn;
  }
  if (verdict.meaning) {
    match.meaning = std::move(*verdict.meaning);
    complete(match.meaning, verdict, source, match.line, defaults);
  } else if (holds_no_number(source.datatype)) {
    match.meaning = IgnoredMetric{};  // nothing that a rule could map
    match.rule = kBuiltIn;
  } else {
    match.meaning = UnmappedMetric{suggest_rule(source)};
  }
  return match;
}

std::vector<Clash> Mapping::clashes(const std::vector<SeenMetric>& metrics) const {
  std::map<std::pair<LineId, SeriesKey>, std::vector<std::string>> users;
  for (const SeenMetric& metric : metrics) {
    const Match found = match(metric.source());
    for (const SeriesSpec* spec : found.series()) users[{spec->line, spec->key}].push_back(metric.name());
    if (std::holds_alternative<StateMetric>(found.meaning)) {
      users[{found.line, SeriesKey{"state", "", ""}}].push_back(metric.name());
    }
  }
  std::vector<Clash> clashes;
  for (auto& [series, names] : users) {
    if (names.size() > 1) clashes.push_back({series.first, series.second, std::move(names)});
  }
  return clashes;
}

std::vector<std::string> Mapping::idle_rules(const std::vector<SeenMetric>& metrics) const {
  std::set<std::size_t> met;
  for (const SeenMetric& metric : metrics) {
    const Verdict verdict = judge(rules_->list, metric.source());
    met.insert(verdict.met.begin(), verdict.met.end());
  }
  std::vector<std::string> idle;
  for (std::size_t i = 0; i < rules_->list.size(); ++i) {
    if (!met.contains(i)) idle.push_back(rules_->list[i].where);
  }
  return idle;
}

LineId default_line(const MetricSource& source) {
  LineId line = std::string(source.group) + "/" + std::string(source.node);
  if (!source.device.empty()) line += "/" + std::string(source.device);
  return line;
}

std::string SeenMetric::name() const {
  return default_line(source()) + " " + metric;
}

std::vector<const SeriesSpec*> Match::series() const {
  std::vector<const SeriesSpec*> specs;
  if (const auto* series = std::get_if<SeriesMetric>(&meaning)) specs.push_back(&series->spec);
  if (const auto* state = std::get_if<StateMetric>(&meaning)) {
    for (const SeriesSpec& spec : state->times) specs.push_back(&spec);
  }
  return specs;
}

}  // namespace songhua::lines
