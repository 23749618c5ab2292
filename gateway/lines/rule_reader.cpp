#include <algorithm>

#include "lines/rules.h"
#include "model/measures.h"
#include "model/suggest.h"
#include "model/toml_reader.h"

namespace songhua::lines {
namespace {

void read_device(TomlSection& table, Rule& rule) {
  std::string text;
  if (!table.read("device", text)) return;
  auto glob = Glob::parse(text);
  if (!glob) return table.fault("device", glob.error().message);
  const auto levels = glob->levels();
  if (levels && *levels != 2 && *levels != 3) {
    return table.fault("device", "'" + text + "' has " + std::to_string(*levels) +
                                     (*levels == 1 ? " level" : " levels") + ": write GROUP/NODE or GROUP/NODE/DEVICE");
  }
  rule.device = std::move(*glob);
}

void read_metric(TomlSection& table, Rule& rule) {
  std::string text;
  if (!table.read("metric", text)) return;
  auto glob = Glob::parse(text);
  if (!glob) return table.fault("metric", glob.error().message);
  if (rule.device) {
    for (const std::string& name : glob->captures()) {
      const auto& others = rule.device->captures();
      if (std::find(others.begin(), others.end(), name) == others.end()) continue;
      return table.fault("metric", "{" + name + "} stands in device, too: give each its own name");
    }
  }
  rule.metric = std::move(*glob);
}

std::vector<std::string> captured_names(const Rule& rule) {
  std::vector<std::string> names;
  for (const auto* glob : {&rule.device, &rule.metric}) {
    if (*glob) names.insert(names.end(), (*glob)->captures().begin(), (*glob)->captures().end());
  }
  return names;
}

void read_template(TomlSection& table, std::string_view key, const Rule& rule, std::optional<Template>& target) {
  std::string text;
  if (!table.read(key, text)) return;
  auto parsed = Template::parse(text);
  if (!parsed) return table.fault(key, parsed.error().message);
  const auto known = captured_names(rule);
  for (const std::string& name : parsed->names()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto nearest = nearest_word(name, known);
    return table.fault(key, "{" + name + "} stands neither in device nor in metric" +
                                (nearest ? ": did you mean {" + *nearest + "}?" : ""));
  }
  target = std::move(*parsed);
}

// A pattern that takes {product} or {market} need not say so again.
void adopt_capture(const Rule& rule, std::string_view name, std::optional<Template>& target) {
  const auto known = captured_names(rule);
  if (target || !rule.measure || std::find(known.begin(), known.end(), name) == known.end()) return;
  target = Template::parse("{" + std::string(name) + "}").value();
}

void read_states(TomlSection& table, Rule& rule) {
  const auto states = table.table("states");
  if (!states) return;
  const toml::table& values = *table.node("states")->as_table();
  if (values.empty()) table.fault("states", "must not be empty");
  for (const auto& [key, value] : values) {
    const auto name = value.value_exact<std::string>();
    if (!name || name->empty()) {
      table.fault("states", "value " + std::string(key.str()) + " needs the name of a state, like \"execute\"");
      continue;
    }
    rule.states.emplace_back(std::string(key.str()), measure_suffix(*name));
  }
}

void read_width(TomlSection& table, Rule& rule) {
  std::int64_t width = 0;
  if (!table.read("width", width)) return;
  if (width != 0 && (width < 8 || width > 64)) {
    return table.fault("width", "must be the counter's bits, 8 to 64, or 0 for a counter that does not wrap");
  }
  rule.traits.width = static_cast<std::uint8_t>(width);
}

template <typename T>
void keep(bool read, const T& value, std::optional<T>& target) {
  if (read) target = value;
}

void read_traits(TomlSection& table, Rule& rule) {
  Fraction factor;
  if (table.read_as("factor", factor, Fraction::parse, "a factor like \"1000\", \"0.5\" or \"3/2\"")) {
    if (factor.num <= 0) table.fault("factor", "must be greater than zero");
    rule.traits.factor = factor;
  }
  read_width(table, rule);
  RateLimit limit;
  keep(table.read_as("rate_limit", limit, RateLimit::parse, "units per time like \"100/min\""), limit,
       rule.traits.rate_limit);
  Silence silence{};
  keep(table.choose<Silence>("silence", silence, {{"unchanged", Silence::unchanged}, {"unknown", Silence::unknown}}),
       silence, rule.traits.silence);
  Millis gap{0};
  keep(table.read("gap", gap), gap, rule.traits.gap);
  bool flag = false;
  keep(table.read("official", flag), flag, rule.traits.official);
  keep(table.read("trapezoid", flag), flag, rule.traits.trapezoid);
}

void read_kind(TomlSection& table, Rule& rule) {
  RuleKind kind{};
  const bool given = table.choose<RuleKind>("kind", kind,
                                            {{"totalizer", RuleKind::totalizer},
                                             {"rate", RuleKind::rate},
                                             {"state", RuleKind::state},
                                             {"amount", RuleKind::amount},
                                             {"gauge", RuleKind::gauge},
                                             {"ignore", RuleKind::ignore}});
  keep(given, kind, rule.kind);
  if (!table.has("kind") && table.has("states")) rule.kind = RuleKind::state;
}

std::optional<SeriesKind> series_kind(const Rule& rule) {
  if (!rule.kind) return std::nullopt;
  switch (*rule.kind) {
    case RuleKind::totalizer:
      return SeriesKind::totalizer;
    case RuleKind::rate:
      return SeriesKind::rate;
    case RuleKind::amount:
      return SeriesKind::amount;
    case RuleKind::gauge:
      return SeriesKind::gauge;
    default:
      return std::nullopt;
  }
}

void check_literal_measure(TomlSection& table, const Rule& rule) {
  if (!rule.measure || !rule.measure->is_literal()) return;
  const std::string measure = rule.measure->expand({}, nullptr);
  if (const auto known = check_measure(measure); !known) return table.fault("measure", known.error().message);
  auto kind = series_kind(rule);
  if (!kind) return;
  if (kind == SeriesKind::gauge && natural_kind(measure) == SeriesKind::level) kind = SeriesKind::level;
  if (const auto fits = check_kind(measure, *kind); !fits) table.fault("kind", fits.error().message);
}

// Keys that contradict each other or have nothing to act on.
void check_combination(TomlSection& table, const Rule& rule) {
  const bool state = rule.kind == RuleKind::state, ignore = rule.kind == RuleKind::ignore;
  if (!table.has("device") && !table.has("metric")) table.fault("", "needs device or metric, else it says nothing");
  if ((state || ignore) && table.has("measure")) {
    table.fault("measure", state ? "must be left out: a state gives time.STATE for each of its states"
                                 : "must be left out: an ignored metric has none");
  }
  if (table.has("states") && !state) table.fault("states", "needs kind = \"state\"");
  if (rule.kind && !state && !ignore && !table.has("measure"))
    table.fault("measure", "is missing: kind alone says nothing");
  for (const char* key : {"product", "market"}) {
    if (table.has(key) && !table.has("measure")) table.fault(key, "needs a measure");
  }
  for (const char* key : {"measure", "kind", "states", "factor", "width", "rate_limit", "trapezoid"}) {
    if (table.has(key) && !table.has("metric"))
      table.fault(key, "needs a metric: a rule for a whole device cannot say it");
  }
  const bool sums = !rule.kind || rule.kind == RuleKind::totalizer;
  for (const char* key : {"width", "rate_limit"}) {
    if (table.has(key) && !sums) table.fault(key, "is for totalizers only");
  }
  if (table.has("trapezoid") && rule.kind != RuleKind::rate) table.fault("trapezoid", "needs kind = \"rate\"");
  if (table.has("factor") && (state || ignore)) table.fault("factor", "has nothing to act on here");
}

Rule read_rule(TomlSection& table, std::string_view file) {
  Rule rule;
  rule.where = std::string(file) + ":" + std::to_string(table.line());
  read_device(table, rule);
  read_metric(table, rule);
  read_template(table, "line", rule, rule.line);
  read_template(table, "measure", rule, rule.measure);
  read_template(table, "product", rule, rule.product);
  read_template(table, "market", rule, rule.market);
  adopt_capture(rule, "product", rule.product);
  adopt_capture(rule, "market", rule.market);
  read_states(table, rule);
  read_kind(table, rule);
  read_traits(table, rule);
  check_literal_measure(table, rule);
  check_combination(table, rule);
  table.refuse_unknown_keys();
  return rule;
}

}  // namespace

Result<std::vector<Rule>> read_rules(std::string_view toml, std::string_view file) {
  TomlDocument document(toml, std::string(file));
  TomlSection root = document.root();
  std::vector<Rule> rules;
  for (TomlSection& table : root.tables("rule")) rules.push_back(read_rule(table, file));
  root.refuse_unknown_keys();
  if (!document.faults().empty()) return document.faults().error();
  return rules;
}

}  // namespace songhua::lines
