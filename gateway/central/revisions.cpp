#include "central/revisions.h"

#include <algorithm>
#include <set>

#include "central/release.h"
#include "indicators/input_changes.h"
#include "indicators/presentation.h"

namespace songhua::central {
namespace {

using indicators::Cause;
using indicators::PublishedFigure;
using indicators::Rational;

// What a figure may look at: its period, those before it in the year, and the same of the year before.
Window span_of(const Period& period, const TimeZone& zone) {
  Period years;
  years.year = period.year - 1;
  return {years.window(zone).start, period.window(zone).end};
}

bool overlap(const Window& a, const Window& b) {
  return a.start < b.end && b.start < a.end;
}

std::set<std::string> members(const indicators::Inputs& inputs, const indicators::Scope& scope, Day day) {
  std::set<std::string> ids;
  if (!check_scope(scope, inputs)) return ids;
  for (const auto* enterprise : select_enterprises(scope, inputs, day, false)) ids.insert(enterprise->id);
  return ids;
}

std::vector<Cause> late_data(Centre& centre, const std::set<std::string>& enterprises, const Period& period,
                             UnixMillis from, UnixMillis to) {
  const auto& zone = centre.settings().zone;
  const auto own = period.window(zone), before = period.last_year().window(zone);
  struct Stretch {
    Window window;
    std::size_t records = 0;
    UnixMillis at;
  };
  std::map<LineName, Stretch> lines;
  for (const auto& change : centre.store().archive().record_changes(from, to, span_of(period, zone))) {
    if (!enterprises.contains(change.line.enterprise)) continue;
    if (!overlap(change.window, own) && !overlap(change.window, before)) continue;
    auto [it, fresh] = lines.try_emplace(change.line, Stretch{change.window, 0, change.at});
    auto& stretch = it->second;
    stretch.window.start = std::min(stretch.window.start, change.window.start);
    stretch.window.end = std::max(stretch.window.end, change.window.end);
    stretch.at = std::max(stretch.at, change.at);
    ++stretch.records;
  }
  std::vector<Cause> causes;
  causes.reserve(lines.size());
  for (const auto& [line, stretch] : lines) {
    causes.push_back({"late_data",
                      line.enterprise + " " + line.line + " [" + zone.format(stretch.window.start) + ", " +
                          zone.format(stretch.window.end) + "): " + std::to_string(stretch.records) + " records",
                      "", stretch.at});
  }
  return causes;
}

// When the newest document of that file came in.
UnixMillis stored_at(const std::vector<indicators::InputDocument>& documents, const std::string& file, UnixMillis to) {
  UnixMillis at = to;
  for (const auto& document : documents) {
    if (document.name == file && document.stored_at <= to) at = document.stored_at;
  }
  return at;
}

}  // namespace

History::History(Centre& centre, const indicators::IndicatorRequest& request, const Moment& moment)
    : centre_(centre), request_(request), moment_(moment) {
  request_.explain = false;
  const auto period = request.cumulative ? request.period.cumulative() : request.period;
  const auto& zone = centre.settings().zone;
  auto& archive = centre.store().archive();
  const auto first = archive.first_record();
  std::vector<UnixMillis> times;
  for (const auto time : archive.change_times(period.window(zone).end, span_of(period, zone))) {
    // Before anything was received there was nothing to show.
    if (first && *first < time && time <= moment.clock()) times.push_back(time - Millis{1});
  }
  first_final_.emplace(std::move(times),
                       [this](UnixMillis time) { return centre_.past_rows(request_, time, moment_.now); });
  for (const auto& release : centre.releases()) {
    if (release.at > moment.clock()) continue;
    const auto own = Period::parse(release.period);
    if (release.period == period.name() || (own && own->cumulative().name() == period.name())) {
      releases_.push_back(release);
    }
  }
}

std::optional<PublishedFigure> History::first(const std::string& indicator, const indicators::Scope& scope,
                                              const std::string& period) {
  auto computed = first_final(indicator, scope, period);
  const auto frozen = releases_of(indicator, scope, period);
  if (frozen.empty() || (computed && computed->at < frozen.front().second.at)) return computed;
  return frozen.front().second;
}

std::vector<std::pair<std::string, PublishedFigure>> History::releases_of(const std::string& indicator,
                                                                          const indicators::Scope& scope,
                                                                          const std::string& period) const {
  std::vector<std::pair<std::string, PublishedFigure>> found;
  for (const auto& release : releases_) {
    const auto& rows = centre_.released(release);
    const auto row = rows.find(std::make_tuple(indicator, scope, period));
    if (row != rows.end()) found.emplace_back(release.name, row->second);
  }
  return found;
}

std::vector<Cause> causes_between(Centre& centre, const indicators::Scope& scope, const Period& period, UnixMillis from,
                                  const Moment& moment) {
  const auto to = moment.clock();
  const auto documents = centre.store().inputs(to);
  auto then = indicators::load_inputs(centre.store().inputs(from), from).inputs;
  auto now = indicators::load_inputs(documents, to).inputs;
  const auto& zone = centre.settings().zone;
  then.zone = now.zone = zone;
  const auto window = period.window(zone);
  const auto day = now.day_of(window.end - Millis{1});
  auto enterprises = members(now, scope, day);
  enterprises.merge(members(then, scope, day));
  auto causes = late_data(centre, enterprises, period, from, to);
  const auto span = span_of(period, zone);
  for (const auto& change : changes_between(then, now)) {
    if (!change.enterprise.empty() && !enterprises.contains(change.enterprise)) continue;
    if (scope.has("product") && !change.product.empty() && change.product != scope.get("product")) continue;
    if (change.period && !overlap(change.period->window(zone), span)) continue;
    causes.push_back({change.kind, change.what, change.place.line == 0 ? change.place.file : change.place.str(),
                      stored_at(documents, change.place.file, to)});
  }
  for (const auto& word : centre.store().archive().line_words(from, to)) {
    if (!enterprises.contains(word.line.enterprise)) continue;
    causes.push_back({"line",
                      word.line.enterprise + " " + word.line.line + (word.gone ? " gone since " : " back since ") +
                          zone.format(word.at),
                      "", word.stored});
  }
  const auto before = to_text(centre.settings_at(from)), after = to_text(centre.settings_at(moment.as_of));
  if (before != after) causes.push_back({"settings", changed_lines(before, after), "central.toml", to});
  return causes;
}

}  // namespace songhua::central
