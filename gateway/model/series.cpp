#include "model/series.h"

#include <array>
#include <charconv>
#include <utility>

namespace songhua {
namespace {

constexpr std::array<std::pair<SeriesKind, std::string_view>, 5> kKindNames{{
    {SeriesKind::totalizer, "totalizer"},
    {SeriesKind::rate, "rate"},
    {SeriesKind::amount, "amount"},
    {SeriesKind::gauge, "gauge"},
    {SeriesKind::level, "level"},
}};

// Units of interfaces.md, 'Measures'. A name that ends in '.' stands for all that begins with it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kUnits{{
    {"output.", ""},
    {"dispatch.", ""},
    {"time.", "ms"},
    {"energy.electricity", "Wh"},
    {"energy.natural_gas", "dm3"},
    {"energy.water", "dm3"},
    {"energy.steam", "kg"},
    {"labour.time", "person_s"},
}};

}  // namespace

std::string_view to_string(SeriesKind kind) {
  for (const auto& [value, name] : kKindNames) {
    if (value == kind) return name;
  }
  return "unknown";
}

std::optional<SeriesKind> parse_series_kind(std::string_view text) {
  for (const auto& [value, name] : kKindNames) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::optional<RateLimit> RateLimit::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  RateLimit limit;
  const auto [end, status] = std::from_chars(text.data(), text.data() + slash, limit.units);
  if (status != std::errc{} || end != text.data() + slash || limit.units < 0) return std::nullopt;
  const std::string span(text.substr(slash + 1));
  const bool has_count = !span.empty() && span.front() >= '0' && span.front() <= '9';
  const auto per = parse_duration(has_count ? span : "1" + span);
  if (!per || *per <= Millis{0}) return std::nullopt;
  limit.per = *per;
  return limit;
}

std::string RateLimit::str() const {
  std::string span = format_duration(per);
  const bool one = span.size() > 1 && span[0] == '1' && (span[1] < '0' || span[1] > '9');
  return std::to_string(units) + "/" + (one ? span.substr(1) : span);
}

std::string_view unit_of_measure(std::string_view measure) {
  for (const auto& [name, unit] : kUnits) {
    if (name.ends_with('.') ? measure.starts_with(name) : measure == name) return unit;
  }
  return "1";
}

}  // namespace songhua
