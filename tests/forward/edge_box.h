#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "forward/outbox.h"
#include "rollup/builder.h"
#include "rollup/codec.h"
#include "storage/store.h"

namespace songhua::test {

inline UnixMillis minute(std::int64_t n) {
  return unix_millis(1'552'608'000'000) + n * kMinute;
}  // 2019-03-15 08:00 CST

// Line and product -> whole quantity, as text.
inline void add_totals(std::map<std::string, std::string>& totals, const LineId& line, const rollup::Timeline& timeline,
                       const rollup::SeriesTable& table) {
  for (const auto series : timeline.series()) {
    const auto extent = *timeline.extent(series);
    const Window whole{floor_to(extent.start, kQuarterHour), floor_to(extent.end, kQuarterHour) + kQuarterHour};
    for (const auto& row : timeline.rows(series, {whole})) {
      const auto& key = table.spec(series).key;
      totals[line + " " + key.measure + " " + key.product] = to_string(row.quantity);
    }
  }
}

// An edge box's store and outbox without its network: readings go in, batches come out.
class EdgeBox {
 public:
  explicit EdgeBox(std::string gateway = "gw1", std::string enterprise = "E1", char seed = 'k')
      : key_(forward::SigningKey::from_seed(std::string(32, seed))), store_(storage::Store::in_memory()) {
    options.enterprise = std::move(enterprise);
    options.gateway = std::move(gateway);
    store_->begin_incarnation({forward::Digest::of(options.gateway + seed).hex().substr(0, 32), {}, 0});
  }

  forward::OutboxOptions options;
  SeriesSpec defaults;  // of series made by read()

  storage::Store& store() { return *store_; }
  [[nodiscard]] const forward::SigningKey& key() const { return key_; }
  forward::Outbox& outbox() {
    if (!outbox_) outbox_ = std::make_unique<forward::Outbox>(*store_, key_, options);
    return *outbox_;
  }
  void restart() { outbox_.reset(); }  // forgets what was only in memory

  // A message of one source that carries one reading of one totalizer.
  void read(const LineId& line, const std::string& product, UnixMillis time, Quantity value,
            std::optional<rollup::Epoch> epoch = {}) {
    rollup::MappedReading reading;
    reading.series = series(line, product, SeriesKind::totalizer);
    reading.value = value;
    if (epoch) {
      add(line, time, reading, rollup::AnnouncedEpoch{*epoch, time, {}});
    } else {
      add(line, time, reading, {});
    }
  }
  void amount(const LineId& line, const std::string& product, UnixMillis time, Quantity value) {
    rollup::MappedReading reading;
    reading.series = series(line, product, SeriesKind::amount);
    reading.value = value;
    reading.interval_start = time;
    add(line, time, reading, {});
  }

  // Pieces of equipment that the line says it has.
  void units(const LineId& line, UnixMillis time, Quantity value) {
    rollup::MappedReading reading;
    reading.series = series(line, "", SeriesKind::level);
    reading.value = value;
    add(line, time, reading, {});
  }

  rollup::SeriesIndex series(const LineId& line, const std::string& product, SeriesKind kind) {
    SeriesSpec spec = defaults;
    spec.line = line;
    spec.key = {kind == SeriesKind::amount ? "event.packs" : "output.good", product, "CN"};
    if (kind == SeriesKind::level) spec.key = {"equipment.units", "", ""};
    spec.kind = kind;
    return store_->dictionary().series(spec);
  }

  [[nodiscard]] std::map<std::string, std::string> totals() {
    std::map<std::string, std::string> all;
    auto& dictionary = store_->dictionary();
    for (std::uint32_t i = 0; i < dictionary.line_count(); ++i) {
      const rollup::LineIndex line{i};
      const rollup::Timeline timeline(store_->line_records(line), dictionary, {options.gap_limit, {}});
      add_totals(all, dictionary.line_id(line), timeline, dictionary);
    }
    return all;
  }

  // Everything that is not committed, as bytes; cuts what is due first.
  std::vector<forward::Outgoing> cut_and_take(UnixMillis now) {
    outbox().cut_all(now);
    outbox().connected();
    std::vector<forward::Outgoing> all;
    for (;;) {
      auto part = outbox().to_send(now, 64);
      if (part.empty()) return all;
      std::move(part.begin(), part.end(), std::back_inserter(all));
    }
  }

 private:
  void add(const LineId& line, UnixMillis time, rollup::MappedReading reading,
           std::optional<rollup::AnnouncedEpoch> epoch) {
    reading.time = time;
    rollup::SourceMessage message;
    message.time = time;
    message.seq = seq_++;
    message.digest = ++digest_;
    const auto index = store_->dictionary().line(line);
    message.lines.push_back({index, true, epoch, {}, {reading}});
    messages_.push_back(std::move(message));
    rebuild(floor_to(time, kMinute));
  }

  void rebuild(UnixMillis start) {
    const auto source = store_->dictionary().source("S/C");
    std::vector<const rollup::SourceMessage*> touching;
    std::vector<rollup::LineIndex> lines;
    for (const auto& message : messages_) {
      const auto minutes = message.minutes();
      if (std::ranges::find(minutes, start) == minutes.end()) continue;
      touching.push_back(&message);
      if (std::ranges::find(lines, message.lines[0].line) == lines.end()) lines.push_back(message.lines[0].line);
    }
    ++generation_;
    for (const auto& [line, record] :
         rollup::build_minute(start, touching, lines, store_->dictionary(), {options.gap_limit})) {
      store_->put_record({line, source, {start, start + kMinute}}, rollup::encode(record), generation_, start + kMinute,
                         false);
      store_->mark_dirty(line, floor_to(start, kQuarterHour), generation_);
    }
  }

  forward::SigningKey key_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<forward::Outbox> outbox_;
  std::vector<rollup::SourceMessage> messages_;
  std::uint8_t seq_ = 0;
  std::uint64_t digest_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace songhua::test
