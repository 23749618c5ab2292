#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "indicators/indicators.h"
#include "indicators/presentation.h"

// A small language for worlds: quantities by day, import files as text, figures by name.
namespace songhua::indicators {

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline const std::string kDeployData = SONGHUA_DEPLOY_DATA;

// Quantities that happened at instants; a window's row is their sum, as totalizers would give it.
class World : public QuantitySource {
 public:
  struct Event {
    UnixMillis at;
    QuantityRow row;
  };

  // `when` is a civil time of Shanghai, "2019-03-05" or with a time of day.
  World& add(const std::string& when, const std::string& enterprise, const std::string& line, const SeriesKey& key,
             int128 quantity, Status status = Status::final) {
    QuantityRow row;
    row.enterprise = enterprise;
    row.line = line;
    row.key = key;
    row.quantity = quantity;
    row.status = status;
    row.official = official_;
    row.settling = status == Status::preliminary && settling_;
    events_.push_back({TimeZone::shanghai().parse(when).value(), row});
    lines_[{enterprise, line}] = {};
    return *this;
  }
  World& good(const std::string& when, const std::string& enterprise, const std::string& product, int128 quantity,
              const std::string& market = "CN", const std::string& line = "L1") {
    return add(when, enterprise, line, {"output.good", product, market}, quantity);
  }
  World& dispatched(const std::string& when, const std::string& enterprise, const std::string& product, int128 quantity,
                    const std::string& market = "CN") {
    return add(when, enterprise, "L1", {"dispatch.quantity", product, market}, quantity);
  }
  World& unofficial(bool on) {
    official_ = !on;
    return *this;
  }
  World& gone(const std::string& enterprise, const std::string& line, const std::string& when) {
    lines_[{enterprise, line}].gone_since = TimeZone::shanghai().parse(when).value();
    return *this;
  }
  // Levels that were told before the window only.
  World& carried(const std::string& when, const std::string& enterprise, const std::string& line,
                 const std::string& measure, int128 value) {
    add(when, enterprise, line, {measure, "", ""}, value);
    events_.back().row.carried = true;
    return *this;
  }
  World& heard_since(const std::string& enterprise, const std::string& line, const std::string& when) {
    lines_[{enterprise, line}].first_seen = TimeZone::shanghai().parse(when).value();
    return *this;
  }
  // Readings of the line from one time to another only: what begins before it or goes on after it is not all known.
  World& told(const std::string& enterprise, const std::string& line, const std::string& from,
              const std::string& until) {
    lines_[{enterprise, line}].told =
        Window{TimeZone::shanghai().parse(from).value(), TimeZone::shanghai().parse(until).value()};
    return *this;
  }
  // What is preliminary from here on is so by the clock alone.
  World& settling(bool on) {
    settling_ = on;
    return *this;
  }
  World& from_start(bool known) {
    from_start_ = known;
    return *this;
  }

  const std::vector<QuantityRow>& quantities(Window window) override {
    const auto found = cache_.find(window);
    if (found != cache_.end()) return found->second;
    std::map<std::tuple<std::string, std::string, SeriesKey>, QuantityRow> rows;
    for (const auto& event : events_) {
      if (!window.contains(event.at)) continue;
      const auto [found_row, fresh] =
          rows.try_emplace({event.row.enterprise, event.row.line, event.row.key}, event.row);
      auto& row = found_row->second;
      row.from_start = from_start_;
      if (!fresh) row.quantity += event.row.quantity;
      const bool all_in = (row.settling || row.status != Status::preliminary) &&
                          (event.row.settling || event.row.status != Status::preliminary);
      row.status = std::max(row.status, event.row.status);
      row.settling = row.status == Status::preliminary && all_in;
    }
    for (auto& [key, row] : rows) {
      const auto& told = lines_[{row.enterprise, row.line}].told;
      if (!told) continue;
      row.from_start = row.from_start && told->start <= window.start;
      if (window.end > told->end) row.status = Status::preliminary;
    }
    auto& list = cache_[window];
    for (auto& [key, row] : rows) list.push_back(row);
    return list;
  }
  const std::vector<LinePresence>& lines() override {
    presence_.clear();
    for (const auto& [key, line] : lines_)
      presence_.push_back({key.first, key.second, line.first_seen, line.gone_since});
    return presence_;
  }

 private:
  struct Line {
    std::optional<UnixMillis> first_seen, gone_since;
    std::optional<Window> told;
  };
  std::vector<Event> events_;
  std::map<std::pair<std::string, std::string>, Line> lines_;
  std::vector<LinePresence> presence_;
  std::map<Window, std::vector<QuantityRow>> cache_;
  bool official_ = true;
  bool settling_ = false;
  bool from_start_ = true;
};

// Import files by kind.
class Files {
 public:
  Files& put(InputKind kind, const std::string& text, const std::string& stored = "2021-01-01") {
    documents_.push_back({kind, std::string(to_string(kind)) + (is_toml(kind) ? ".toml" : ".csv"), text,
                          TimeZone::shanghai().parse(stored).value()});
    return *this;
  }
  Files& default_catalogue() { return put(InputKind::catalogue, read_file(kDeployData + "/catalogue.toml")); }
  // Rows "id,region,industry,ownership,employees" of enterprises, the rest alike.
  Files& enterprises(const std::vector<std::string>& rows) {
    std::string text = "id,region,industry,ownership,employees,name_zh,holding,size,scale,weight\n";
    for (const auto& row : rows) text += row + ",企业,state,L,above,1000\n";
    return put(InputKind::enterprises, text);
  }
  Files& base(const std::vector<std::string>& rows) {
    std::string text = "enterprise,period,item,product,market,value,unit\n";
    for (const auto& row : rows) text += row + "\n";
    return put(InputKind::base, text);
  }
  [[nodiscard]] LoadedInputs load(std::optional<UnixMillis> as_of = std::nullopt) const {
    return load_inputs(documents_, as_of);
  }
  [[nodiscard]] Inputs inputs() const {
    auto loaded = load();
    for (const auto& error : loaded.errors) ADD_FAILURE() << error;
    return std::move(loaded.inputs);
  }
  [[nodiscard]] std::vector<std::string> errors() const { return load().errors; }

 private:
  static bool is_toml(InputKind kind) {
    return kind == InputKind::catalogue || kind == InputKind::target || kind == InputKind::groups ||
           kind == InputKind::energy;
  }
  std::vector<InputDocument> documents_;
};

inline const UnixMillis kNow = TimeZone::shanghai().parse("2021-01-01").value();

inline std::vector<IndicatorRow> rows_of(const std::vector<std::string>& ids, const std::string& period,
                                         const Inputs& inputs, QuantitySource& source, const Scope& scope = {},
                                         const Settings& settings = {}, const std::string& by = "") {
  IndicatorRequest request;
  request.ids = ids;
  request.period = Period::parse(period).value();
  request.scope = scope;
  request.by = by;
  auto rows = compute(request, inputs, source, settings, kNow);
  if (!rows) {
    ADD_FAILURE() << rows.error().message;
    return {};
  }
  return *std::move(rows);
}

inline IndicatorRow row_of(const std::string& id, const std::string& period, const Inputs& inputs,
                           QuantitySource& source, const Scope& scope = {}, const Settings& settings = {}) {
  auto rows = rows_of({id}, period, inputs, source, scope, settings);
  EXPECT_EQ(rows.size(), 1U) << id;
  return rows.empty() ? IndicatorRow{} : rows.front();
}

inline std::string exact(const IndicatorRow& row) {
  return row.value.known() ? exact_text(*row.value) : std::string(to_string(row.value.reason()));
}
inline std::string shown(const IndicatorRow& row) {
  return row.value.known() ? present(*row.value, row.decimals) : std::string(to_string(row.value.reason()));
}
inline std::string exact(const Value& value) {
  return value.known() ? exact_text(*value) : std::string(to_string(value.reason()));
}
inline std::string shown(const Value& value, int decimals) {
  return value.known() ? present(*value, decimals) : std::string(to_string(value.reason()));
}

}  // namespace songhua::indicators
