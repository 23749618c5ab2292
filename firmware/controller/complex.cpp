#include "controller/complex.h"

#include <array>

namespace songhua::controller {
namespace {

using edge_node::DataType;
using edge_node::Named;
using edge_node::Value;
using line::Measure;
using line::State;

struct Cause {
  std::string_view name;
  std::array<State, 4> states;  // undefined: none
  Measure units;                // labour: none
};
constexpr State kNoState = State::undefined;
constexpr Measure kNoUnits = Measure::labour;
constexpr std::array<Cause, 7> kCauses{{
    {"Failures", {State::aborting, State::aborted, State::clearing, kNoState}, kNoUnits},
    {"Short Stops", {State::suspending, State::suspended, State::unsuspending, kNoState}, kNoUnits},
    {"Set-up", {State::resetting, State::starting, State::completing, State::stopping}, kNoUnits},
    {"Breaks", {State::holding, State::held, State::unholding, kNoState}, kNoUnits},
    {"No Work", {State::stopped, State::idle, State::complete, kNoState}, kNoUnits},
    {"Rejects", {kNoState, kNoState, kNoState, kNoState}, Measure::rejected},
    {"Rework", {kNoState, kNoState, kNoState, kNoState}, Measure::reworked},
}};
constexpr std::string_view kHeaders[] = {"Cause", "Time", "Units"};
constexpr std::string_view kParameters[] = {"Name", "Position"};
constexpr std::string_view kMembers[] = {"Occupied", "Product", "Quantity", "Rework Rounds"};

bool counts(const Cause& cause, line::Totalizer totalizer, bool time) {
  if (time != (totalizer.measure == Measure::time)) return false;
  if (!time) return totalizer.measure == cause.units;
  for (const auto state : cause.states) {
    if (state != kNoState && totalizer.index == static_cast<std::uint8_t>(state)) return true;
  }
  return false;
}

std::int64_t lost(const line::Line& line, const Cause& cause, bool time) {
  if (!time && cause.units == kNoUnits) return 0;
  std::int64_t sum = 0;
  for (std::size_t t = 0; t < line.totalizers(); ++t) {
    if (counts(cause, line.totalizer(t), time)) sum += line.value(t);
  }
  return sum;
}

Named member_of(std::size_t index, const line::Lot& lot) {
  switch (index) {
    case 0:
      return {kMembers[0], Value::boolean(lot.product != nullptr)};
    case 1:
      return {kMembers[1], Value::string(lot.product == nullptr ? std::string_view{} : lot.product->id)};
    case 2:
      return {kMembers[2], Value::int64(lot.quantity)};
    default:
      return {kMembers[3], Value::int32(static_cast<std::int32_t>(lot.rework_rounds))};
  }
}

}  // namespace

std::string_view LossTable::header(std::size_t column) const {
  return kHeaders[column];
}

DataType LossTable::type(std::size_t column) const {
  return column == 0 ? DataType::string : DataType::int64;
}

std::size_t LossTable::rows() const {
  return kCauses.size();
}

Value LossTable::cell(std::size_t row, std::size_t column) const {
  const auto& cause = kCauses[row];
  if (column == 0) return Value::string(cause.name);
  return Value::int64(lost(*line_, cause, column == 1));
}

std::int64_t LossTable::revision() const {
  std::int64_t sum = 0;
  for (const auto& cause : kCauses) sum += lost(*line_, cause, true) + lost(*line_, cause, false);
  return sum;
}

Named StationType::parameter(std::size_t index) const {
  return {kParameters[index], index == 0 ? Value::string({}) : Value::int32(0)};
}

Named StationType::member(std::size_t index) const {
  return member_of(index, {});
}

Named Station::parameter(std::size_t index) const {
  return {kParameters[index], index == 0 ? Value::string(line_->family().stations[index_])
                                         : Value::int32(static_cast<std::int32_t>(index_ + 1))};
}

Named Station::member(std::size_t index) const {
  return member_of(index, line_->lot(index_));
}

}  // namespace songhua::controller
