#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rollup/timeline.h"
#include "storage/store.h"

namespace songhua::storage {

// What a line's rows are computed from: its records joined, now and as they were when a window had become final.
// Read from the store when it is made; `store` must outlive it. Used by one thread at a time.
class LineView {
 public:
  LineView(const Store& store, rollup::LineIndex line, Millis gap_limit);

  // Records as they are stored; read when they are first asked for, since hardly a question does.
  [[nodiscard]] const rollup::Timeline& minutes();
  [[nodiscard]] const rollup::Timeline& quarters() const { return quarters_; }  // their quarter-hour joins

  // The quarter-hour joins as of `final_at`, where a record inside the window was replaced or added after that: what
  // a revision is measured against. Null: nothing has changed since. Valid until the next call.
  [[nodiscard]] const rollup::Timeline* as_final(Window window, UnixMillis final_at);
  // The quarter-hour joins as of that time.
  [[nodiscard]] rollup::Timeline as_of(UnixMillis time) const { return joined(store_.line_records(line_, time)); }
  // Of records of final days, by time.
  [[nodiscard]] const std::vector<Replacement>& replacements() const { return replacements_; }

 private:
  [[nodiscard]] rollup::Timeline joined(const std::vector<std::vector<rollup::StoredRecord>>& records) const;

  const Store& store_;
  rollup::LineIndex line_;
  Millis gap_limit_;
  rollup::TimelineRules rules_;
  std::vector<Replacement> replacements_;  // by time of replacement
  std::unique_ptr<rollup::Timeline> minutes_;
  rollup::Timeline quarters_;
  std::optional<std::size_t> earlier_known_;  // how many replacements `earlier_` knows of
  std::unique_ptr<rollup::Timeline> earlier_;
};

}  // namespace songhua::storage
