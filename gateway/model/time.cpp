#include "model/time.h"

#include <date/date.h>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace songhua {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t millis;
};
constexpr std::array<Unit, 5> kUnits{{{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

}  // namespace

Result<Millis> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  if (status == std::errc{} && count >= 0) {
    for (const auto& candidate : kUnits) {
      if (candidate.name != unit) continue;
      if (count > std::numeric_limits<std::int64_t>::max() / 4 / candidate.millis) break;
      return Millis{count * candidate.millis};
    }
  }
  return Error{"'" + std::string(text) +
               "' is not a duration: write a whole number and ms, s, min, h or d, like \"15min\""};
}

std::string format_duration(Millis duration) {
  const auto count = duration.count();
  for (std::size_t i = kUnits.size(); i-- > 0;) {
    if (count % kUnits[i].millis == 0 && (count != 0 || i == 1)) {
      return std::to_string(count / kUnits[i].millis) + std::string(kUnits[i].name);
    }
  }
  return std::to_string(count) + "ms";
}

std::string format_utc(UnixMillis time) {
  return date::format("%FT%TZ", time);
}

}  // namespace songhua
