#include "edge_lines.h"

namespace songhua::gateway {

void EdgeLines::note_changed(const std::set<LineId>& lines) {
  for (const auto& id : lines) {
    if (const auto kept = lines_.find(id); kept != lines_.end()) kept->second.changed = true;
  }
  // A line's first message, and a birth that changes a series, write to the dictionary in the same commit.
  dictionary_changed_ = dictionary_changed_ || !lines.empty();
}

std::map<LineId, rollup::LineIndex> EdgeLines::known_lines() {
  if (dictionary_changed_) store_.dictionary().reload();
  dictionary_changed_ = false;
  std::map<LineId, rollup::LineIndex> known;
  for (std::uint32_t i = 0; i < store_.dictionary().line_count(); ++i) {
    const rollup::LineIndex index{i};
    known.emplace(store_.dictionary().line_id(index), index);
  }
  return known;
}

EdgeLines::Kept& EdgeLines::line(const LineId& id, rollup::LineIndex index) {
  auto& kept = lines_[id];
  const auto now = Clock::now();
  const bool due = kept.changed && now - kept.read_at >= kPatience * kept.cost;
  if (kept.view && !due) return kept;
  kept.view = std::make_unique<storage::LineView>(store_, index, gap_limit_);
  kept.changed = false;
  ++readings_;
  kept.read_at = Clock::now();
  kept.cost = kept.read_at - now;
  return kept;
}

query::LineHistory EdgeLines::history(const LineId& id, storage::LineView& view, bool minutes) const {
  query::LineHistory history;
  history.line = id;
  history.minutes = minutes ? &view.minutes() : nullptr;
  history.quarters = &view.quarters();
  history.table = &store_.dictionary();
  history.place = [id](UnixMillis time) {
    const auto minute = floor_to(time, kMinute);
    return "journal --line " + id + " --from " + format_utc(minute) + " --to " + format_utc(minute + kMinute);
  };
  history.as_final = [&view](Window window, UnixMillis final_at) { return view.as_final(window, final_at); };
  return history;
}

std::vector<query::LineHistory> EdgeLines::histories(const std::string& wanted, bool minutes) {
  std::vector<query::LineHistory> all;
  for (const auto& [id, index] : known_lines()) {
    if (wanted.empty() || id == wanted) all.push_back(history(id, *line(id, index).view, minutes));
  }
  return all;
}

std::optional<figures::FigureLine> EdgeLines::figure_line(query::LineHistory history,
                                                          const std::string& enterprise) const {
  const auto heard = history.quarters->heard_extent();
  if (!heard && history.quarters->series().empty()) return std::nullopt;
  history.enterprise = enterprise;
  const auto gone = store_.gone_since(history.line);
  return figures::FigureLine{std::move(history), heard ? std::optional(heard->start) : std::nullopt, gone};
}

std::vector<figures::FigureLine> EdgeLines::figure_lines(const std::string& enterprise) {
  std::vector<figures::FigureLine> all;
  for (const auto& [id, index] : known_lines()) {
    if (auto own = figure_line(history(id, *line(id, index).view, false), enterprise)) all.push_back(*std::move(own));
  }
  return all;
}

std::vector<figures::FigureLine> EdgeLines::figure_lines_at(const std::string& enterprise, UnixMillis time) {
  std::vector<figures::FigureLine> all;
  for (const auto& [id, index] : known_lines()) {
    const auto timeline = std::make_shared<rollup::Timeline>(line(id, index).view->as_of(time));
    query::LineHistory past;
    past.line = id;
    past.quarters = timeline.get();
    past.table = &store_.dictionary();
    auto own = figure_line(std::move(past), enterprise);
    if (!own) continue;
    own->held = timeline;
    all.push_back(*std::move(own));
  }
  return all;
}

std::vector<std::pair<LineId, storage::Replacement>> EdgeLines::replacements() {
  std::vector<std::pair<LineId, storage::Replacement>> all;
  for (const auto& [id, index] : known_lines()) {
    for (const auto& replacement : line(id, index).view->replacements()) all.emplace_back(id, replacement);
  }
  return all;
}

}  // namespace songhua::gateway
