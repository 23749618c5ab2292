#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "figures/line_quantities.h"
#include "query/rollup_rows.h"
#include "storage/line_view.h"

namespace songhua::gateway {

// The lines of a store as questions need them, kept from one question to the next. The store must outlive it and be
// opened for reading by this thread alone. Used by one thread at a time.
//
// A line that changes with every commit would be read anew for every question, and what that costs grows with its
// history. So a line that took d to read is shown as it was for up to kPatience * d: reading takes a bounded share of a
// processor, whatever the page asks, and a young line is always fresh.
class EdgeLines {
 public:
  static constexpr int kPatience = 20;

  EdgeLines(storage::Store& store, Millis gap_limit) : store_(store), gap_limit_(gap_limit) {}

  // Commits have changed these lines (or the dictionary) since they were read.
  void note_changed(const std::set<LineId>& lines);

  // Grows whenever a line was read anew: what was returned before is no longer valid.
  [[nodiscard]] std::uint64_t readings() const { return readings_; }

  // One history a line, ascending by id; of one line only, unless `line` is "". Valid until a line is read anew.
  std::vector<query::LineHistory> histories(const std::string& line, bool minutes);
  // For figures of this enterprise. As at the centre, a line that was never heard and has no reading is none.
  std::vector<figures::FigureLine> figure_lines(const std::string& enterprise);
  // The same as of that time; they stay valid.
  std::vector<figures::FigureLine> figure_lines_at(const std::string& enterprise, UnixMillis time);
  // Of records of final days.
  std::vector<std::pair<LineId, storage::Replacement>> replacements();

 private:
  using Clock = std::chrono::steady_clock;
  struct Kept {
    std::unique_ptr<storage::LineView> view;
    bool changed = false;
    Clock::time_point read_at;
    Clock::duration cost{};
  };
  [[nodiscard]] std::map<LineId, rollup::LineIndex> known_lines();
  Kept& line(const LineId& id, rollup::LineIndex index);
  query::LineHistory history(const LineId& id, storage::LineView& view, bool minutes) const;
  [[nodiscard]] std::optional<figures::FigureLine> figure_line(query::LineHistory history,
                                                               const std::string& enterprise) const;

  storage::Store& store_;
  Millis gap_limit_;
  bool dictionary_changed_ = false;
  std::uint64_t readings_ = 0;
  std::map<LineId, Kept> lines_;
};

}  // namespace songhua::gateway
