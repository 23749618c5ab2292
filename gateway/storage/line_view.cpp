#include "storage/line_view.h"

#include <algorithm>

namespace songhua::storage {

LineView::LineView(const Store& store, rollup::LineIndex line, Millis gap_limit)
    : store_(store),
      line_(line),
      gap_limit_(gap_limit),
      rules_{gap_limit, store.gone_since(store.dictionary().line_id(line))},
      replacements_(store.replacements(line)),
      quarters_(joined(store.line_records(line))) {}

rollup::Timeline LineView::joined(const std::vector<std::vector<rollup::StoredRecord>>& records) const {
  return {join_quarters(records, store_.dictionary(), gap_limit_), store_.dictionary(), rules_};
}

const rollup::Timeline& LineView::minutes() {
  if (!minutes_) {
    minutes_ = std::make_unique<rollup::Timeline>(store_.line_records(line_), store_.dictionary(), rules_);
  }
  return *minutes_;
}

const rollup::Timeline* LineView::as_final(Window window, UnixMillis final_at) {
  const auto later = std::ranges::upper_bound(replacements_, final_at, {}, &Replacement::at);
  const bool inside = std::any_of(later, replacements_.end(), [&](const Replacement& replacement) {
    return replacement.window.start < window.end && window.start < replacement.window.end;
  });
  if (!inside) return nullptr;
  const auto known = static_cast<std::size_t>(later - replacements_.begin());
  if (earlier_known_ != known) {
    earlier_ = std::make_unique<rollup::Timeline>(joined(store_.line_records(line_, later->at - Millis{1})));
    earlier_known_ = known;
  }
  return earlier_.get();
}

}  // namespace songhua::storage
