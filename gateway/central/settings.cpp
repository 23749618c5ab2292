#include "central/settings.h"

#include <functional>
#include <sstream>
#include <vector>

namespace songhua::central {
namespace {

struct Key {
  std::string name;
  std::function<std::string(const CentreSettings&)> write;
  std::function<bool(CentreSettings&, const std::string&)> read;
};

Key choice(const std::string& name, const std::function<bool&(CentreSettings&)>& field, const std::string& off,
           const std::string& on) {
  return {name,
          [=](const CentreSettings& s) {
            CentreSettings copy = s;
            return field(copy) ? on : off;
          },
          [=](CentreSettings& s, const std::string& text) {
            field(s) = text == on;
            return text == on || text == off;
          }};
}

bool read_number(const std::string& text, const std::function<void(const indicators::Rational&)>& put) {
  const auto number = indicators::parse_exact(text);
  if (number) put(*number);
  return number.has_value();
}

const std::vector<Key>& keys() {
  static const std::vector<Key> all{
      {"time_zone", [](const CentreSettings& s) { return std::string(s.zone.name()); },
       [](CentreSettings& s, const std::string& text) {
         const auto zone = TimeZone::find(text);
         if (zone) s.zone = *zone;
         return static_cast<bool>(zone);
       }},
      {"settle_ms", [](const CentreSettings& s) { return std::to_string(s.settle.count()); },
       [](CentreSettings& s, const std::string& text) {
         return read_number(text, [&](const auto& n) { s.settle = Millis{static_cast<std::int64_t>(numerator(n))}; });
       }},
      choice(
          "growth_method", [](CentreSettings& s) -> bool& { return s.indicators.deflated; }, "comparable", "deflated"),
      choice(
          "index", [](CentreSettings& s) -> bool& { return s.indicators.chained; }, "fixed", "chained"),
      choice(
          "imputation", [](CentreSettings& s) -> bool& { return s.indicators.impute_growth; }, "none", "growth"),
      {"mtbf_method",
       [](const CentreSettings& s) {
         return std::string(s.indicators.mtbf == indicators::MtbfMethod::iso ? "iso" : "per_failure");
       },
       [](CentreSettings& s, const std::string& text) {
         s.indicators.mtbf = text == "iso" ? indicators::MtbfMethod::iso : indicators::MtbfMethod::between_failures;
         return text == "iso" || text == "per_failure";
       }},
      {"coverage_limit", [](const CentreSettings& s) { return indicators::exact_text(s.indicators.coverage_limit); },
       [](CentreSettings& s, const std::string& text) {
         return read_number(text, [&](const auto& n) { s.indicators.coverage_limit = n; });
       }},
      choice(
          "calendar_adjusted", [](CentreSettings& s) -> bool& { return s.indicators.calendar_adjusted; }, "no", "yes"),
      choice(
          "disclosure_rule", [](CentreSettings& s) -> bool& { return s.disclosure.primary.p_percent; }, "dominance",
          "p%")};
  return all;
}

}  // namespace

std::string to_text(const CentreSettings& settings) {
  std::string text;
  for (const auto& key : keys()) text.append(key.name).append(" = ").append(key.write(settings)).append("\n");
  return text;
}

Result<CentreSettings> settings_from(const std::string& text, const CentreSettings& now) {
  CentreSettings settings = now;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find(" = ");
    bool known = false;
    for (const auto& key : keys()) {
      if (equals == std::string::npos || line.compare(0, equals, key.name) != 0) continue;
      known = key.read(settings, line.substr(equals + 3));
    }
    if (!known) return Error{"the stored setting '" + line + "' is not known to this version"};
  }
  return settings;
}

std::string changed_lines(const std::string& before, const std::string& after) {
  std::istringstream a(before), b(after);
  std::string changes;
  for (std::string x, y; std::getline(a, x) && std::getline(b, y);) {
    if (x == y) continue;
    const auto value = y.find(" = ");
    changes.append(changes.empty() ? "" : ", ").append(x).append(" -> ");
    changes.append(value == std::string::npos ? y : y.substr(value + 3));
  }
  return changes;
}

}  // namespace songhua::central
