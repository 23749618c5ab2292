#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "rollup/codec.h"
#include "storage/store.h"

// For comparing stores whose dictionaries may number series differently.
namespace songhua::ingest {

// The records of a line as text, series by what they are. Empty where the store does not know the line. A record that
// something touched once, and no longer does, stays as an empty one: it retracts, and is left out here.
inline std::string record_text(storage::Store& store, const LineId& id) {
  const auto line = store.dictionary().find_line(id);
  if (!line) return {};
  std::string all = id;
  store.scan_records(*line, std::nullopt, [&](const storage::RecordRow& row) {
    auto record = rollup::decode(row.bytes);
    if (!record) throw std::runtime_error("a record cannot be decoded: " + record.error().message);
    const bool content = record->has_content();
    std::vector<std::string> series;
    for (auto& part : record->series) {
      rollup::Record one;
      one.window = record->window;
      one.series.push_back({rollup::SeriesIndex{0}, std::move(part.data)});
      const auto& spec = store.dictionary().spec(part.series);
      series.push_back(spec.key.product + " width " + std::to_string(spec.width) +
                       (spec.silence == Silence::unchanged ? " unchanged " : " ") + rollup::encode(one));
    }
    if (series.empty() && record->stretches.empty() && record->epochs.empty()) return;
    // Before the first that the line itself said something in there may be records of its node's stretches alone, where
    // something was taken for the line's that was not. They hold no silence: nothing was heard before.
    if (all == id && !content) return;
    std::ranges::sort(series);
    record->series.clear();
    all += format_utc(row.key.window.start) + rollup::encode(*record);
    for (const auto& text : series) all += text;
  });
  return all;
}

}  // namespace songhua::ingest
