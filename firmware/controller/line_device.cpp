#include "controller/line_device.h"

namespace songhua::controller {
namespace {

using edge_node::DataType;
using edge_node::Text;
using edge_node::Value;

// A product id is one level of a metric name: '/' and '%' are percent-encoded.
Text<48> level(std::string_view id) {
  Text<48> out;
  for (const char& c : id) {
    if (c == '/') {
      out.append("%2F");
    } else if (c == '%') {
      out.append("%25");
    } else {
      out.append({&c, 1});
    }
  }
  return out;
}

// Thousandths as a double, for gauges only: no official figure is made of them.
Value milli(std::int64_t thousandths) {
  return Value::float64(static_cast<double>(thousandths) / 1000.0);
}
Value count(std::int64_t n) {
  return Value::int32(static_cast<std::int32_t>(n));
}

}  // namespace

LineDevice::LineDevice(line::Line& line, std::string_view id, Life life)
    : line_(&line), id_(id), life_(life), losses_(line) {
  const auto named = [](std::string_view name) { return Text<72>(name); };
  add(What::family, DataType::string, named("Properties/Family"));
  add(What::nominal_cycle, DataType::int64, named("Properties/Nominal Cycle Time"));
  add(What::capacity, DataType::float64, named("Properties/Capacity Per Hour"));
  add(What::silence, DataType::string, named("Properties/Silence"));
  add(What::epoch, DataType::int64, named("Properties/Counter Epoch"));
  add(What::epoch_start, DataType::int64, named("Properties/Counter Start"));
  add(What::state, DataType::int32, named("State/Current"));
  add_totalizers();
  add(What::units, DataType::int32, named("Equipment/Units"));
  add(What::connected, DataType::int32, named("Equipment/Connected"));
  add(What::key_processes, DataType::int32, named("Equipment/Key Processes"));
  add(What::nc_key_processes, DataType::int32, named("Equipment/NC Key Processes"));
  add(What::cycle_time, DataType::float64, named("Process/Cycle Time"));
  for (std::size_t i = 0; i < line.family().gauges.size(); ++i) {
    add(What::gauge, DataType::float64, Text<72>("Process/", line.family().gauges[i].name), i);
  }
  add(What::losses, DataType::data_set, named("Losses/By Cause"));
  add(What::histogram, DataType::int64_array, named("Losses/Cycle Times"));
  for (std::size_t i = 0; i < line.family().stations.size(); ++i) {
    stations_[i] = Station(line, i);
    add(What::station, DataType::template_, Text<72>("Stations/", line.family().stations[i]), i);
  }
  add(What::takt, DataType::int32, named("Device Control/Takt Percent"));
  add(What::start, DataType::boolean, named("Device Control/Start"));
  add(What::stop, DataType::boolean, named("Device Control/Stop"));
  add(What::reset, DataType::boolean, named("Device Control/Reset"));
}

void LineDevice::add(What what, DataType type, const Text<72>& name, std::size_t index) {
  entries_[count_++] = {name, what, static_cast<std::uint8_t>(index), type};
}

void LineDevice::add_totalizers() {
  const auto of_cell = [this](std::string_view folder, std::size_t index, std::string_view last) {
    const auto cell = line_->cell(index);
    return Text<72>(folder, level(cell.product->id), "/", cell.market->country, "/", last);
  };
  for (std::size_t i = 0; i < line_->totalizers(); ++i) {
    const auto totalizer = line_->totalizer(i);
    Text<72> name;
    switch (totalizer.measure) {
      case line::Measure::good:
        name = of_cell("Output/", totalizer.index, "Good");
        break;
      case line::Measure::rejected:
        name = of_cell("Output/", totalizer.index, "Rejected");
        break;
      case line::Measure::reworked:
        name = of_cell("Output/", totalizer.index, "Reworked");
        break;
      case line::Measure::dispatched:
        name = of_cell("Dispatch/", totalizer.index, "Quantity");
        break;
      case line::Measure::time:
        name = Text<72>("Time/", line::name(static_cast<line::State>(totalizer.index)));
        break;
      case line::Measure::energy:
        name = Text<72>("Energy/", line::metric_name(static_cast<line::Carrier>(totalizer.index)), "/Consumed");
        break;
      case line::Measure::labour:
        name = Text<72>(std::string_view{"Labour/Time"});
        break;
      case line::Measure::failures:
        name = Text<72>(std::string_view{"Failures/Count"});
        break;
    }
    add(What::totalizer, DataType::int64, name, i);
  }
}

edge_node::Metric LineDevice::metric(std::size_t index) const {
  const auto& entry = entries_[index];
  edge_node::Metric metric{entry.name.view(), entry.type};
  metric.totalizer = entry.what == What::totalizer;
  metric.epoch = entry.what == What::epoch;
  metric.prompt = entry.what == What::state;
  metric.writable = entry.what >= What::takt;
  metric.seldom = entry.what == What::losses || entry.what == What::histogram || entry.what == What::station;
  return metric;
}

Value LineDevice::value(std::size_t index) const {
  const auto& family = line_->family();
  switch (entries_[index].what) {
    case What::family:
      return Value::string(family.id);
    case What::nominal_cycle:
      return Value::int64(family.products[0].cycle_ms);
    case What::capacity:
      return Value::float64(3'600'000.0 / static_cast<double>(family.products[0].cycle_ms));
    case What::silence:
      return Value::string("unchanged");
    case What::epoch:
      return Value::int64(life_.epoch);
    case What::epoch_start:
      return Value::int64(life_.start);
    case What::state:
      return count(static_cast<std::int64_t>(line_->state()));
    case What::totalizer:
      return Value::int64(line_->value(entries_[index].index));
    case What::units:
      return count(family.equipment);
    case What::connected:
      return count(line_->connected_units());
    case What::key_processes:
      return count(family.key_processes);
    case What::nc_key_processes:
      return count(family.nc_key_processes);
    case What::cycle_time:
      return Value::float64(static_cast<double>(line_->cycle_time_us()) / 1'000'000.0);  // s
    case What::gauge:
      return milli(line_->gauge_milli(entries_[index].index));
    case What::losses:
      return Value::data_set(losses_, losses_.revision());
    case What::histogram: {
      std::int64_t lots = 0;
      for (const auto n : line_->cycles()) lots += n;
      return Value::int64_array(line_->cycles(), lots);
    }
    case What::station: {
      const auto& station = stations_[entries_[index].index];
      return Value::of_template(station, station.revision());
    }
    case What::takt:
      return count(line_->speed_percent());
    case What::start:
    case What::stop:
    case What::reset:
      return Value::boolean(false);
  }
  return {};
}

// Engineering units, and of gauges how many decimals mean something.
std::string_view LineDevice::unit(const Entry& entry) const {
  switch (entry.what) {
    case What::nominal_cycle:
      return "ms";
    case What::capacity:
      return "1/h";
    case What::cycle_time:
      return "s";
    case What::histogram:
    case What::takt:
      return "%";
    case What::gauge:
      return line_->family().gauges[entry.index].unit;
    case What::totalizer:
      break;
    default:
      return {};
  }
  const auto totalizer = line_->totalizer(entry.index);
  if (totalizer.measure <= line::Measure::dispatched) return line_->cell(totalizer.index).product->unit;
  if (totalizer.measure == line::Measure::time) return "ms";
  if (totalizer.measure == line::Measure::energy) return line::unit(static_cast<line::Carrier>(totalizer.index));
  return totalizer.measure == line::Measure::labour ? "person.s" : std::string_view{};
}

std::size_t LineDevice::properties(std::size_t index) const {
  const auto& entry = entries_[index];
  if (entry.what == What::histogram) return 3;
  if (entry.what == What::gauge) return 2;
  return unit(entry).empty() ? 0 : 1;
}

edge_node::Named LineDevice::property(std::size_t index, std::size_t number) const {
  const auto& entry = entries_[index];
  if (number == 0) return {"engUnit", Value::string(unit(entry))};
  if (entry.what == What::gauge) return {"Decimals", Value::int32(1)};
  return number == 1 ? edge_node::Named{"Lowest", count(line::kLowestCycleBin)}
                     : edge_node::Named{"Bin Width", count(line::kCycleBinWidth)};
}

std::string_view LineDevice::description(std::size_t index) const {
  switch (entries_[index].what) {
    case What::losses:
      return "time (ms) and units lost since the counters began";
    case What::histogram:
      return "lots by their cycle time in percent of the nominal one";
    default:
      return {};
  }
}

// While units are out of reach after a failure nobody reads their sensors.
edge_node::Quality LineDevice::quality(std::size_t index) const {
  const bool unread = line_->connected_units() < line_->family().equipment;
  return unread && entries_[index].what == What::gauge ? edge_node::Quality::stale : edge_node::Quality::good;
}

bool LineDevice::write(std::size_t index, const Value& value) {
  switch (entries_[index].what) {
    case What::takt:
      return line_->set_speed(value.integer());
    case What::start:
      if (value.truth()) line_->tell_to_start();
      return true;
    case What::stop:
      if (value.truth()) line_->tell_to_stop();
      return true;
    case What::reset:
      if (value.truth()) line_->reset();
      return true;
    default:
      return false;
  }
}

}  // namespace songhua::controller
