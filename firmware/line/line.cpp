#include "line/line.h"

#include <algorithm>
#include <type_traits>

#include "line/random.h"

namespace songhua::line {
namespace {

static_assert(std::is_trivially_copyable_v<Memory> && sizeof(Memory) % sizeof(std::int64_t) == 0);

constexpr std::int64_t kSecond = 1'000, kHourMs = 3'600'000;
// Energy is kept in thousandths of a unit times ms per hour: integers all the way, whatever the steps.
constexpr std::int64_t kEnergyUnit = 1'000 * kHourMs;
constexpr std::int64_t kBaseShare = 20, kRestShare = 6;  // % of full consumption that does not depend on output

constexpr std::int64_t make_lot(std::int64_t cell, std::int64_t quantity) {
  return quantity << 16 | (cell + 1);
}
constexpr std::size_t cell_of(std::int64_t lot) {
  return static_cast<std::size_t>((lot & 0xFF) - 1);
}
constexpr std::int64_t rounds_of(std::int64_t lot) {
  return lot >> 8 & 0xFF;
}
constexpr std::int64_t quantity_of(std::int64_t lot) {
  return lot >> 16;
}
constexpr std::int64_t once_more(std::int64_t lot) {
  return lot + (1 << 8);
}

std::int64_t family_hash(const Family& family) {
  std::uint64_t h = 0;
  for (const char c : family.id) h = hash(h, static_cast<unsigned char>(c));
  return static_cast<std::int64_t>(h);
}

// Times between failures: uniform around the mean, which is all that a demonstration needs.
std::int64_t between(std::int64_t& random, std::int64_t mean) {
  return uniform(random, mean / 5, mean * 9 / 5);
}

bool executing(State state) {
  return state == State::execute;
}

}  // namespace

Line::Line(const Family& family, std::uint64_t seed, Time start) : family_(&family) {
  for (const auto& product : family.products) cells_ += product.markets.size();
  const auto list = [this](Measure measure, std::size_t count, std::size_t from) {
    first_[static_cast<std::size_t>(measure)] = static_cast<std::uint8_t>(totalizers_);
    for (std::size_t i = 0; i < count; ++i) table_[totalizers_++] = {measure, static_cast<std::uint8_t>(i + from)};
  };
  list(Measure::good, cells_, 0);
  list(Measure::rejected, cells_, 0);
  list(Measure::reworked, cells_, 0);
  list(Measure::dispatched, cells_, 0);
  list(Measure::time, kStates - 1, 1);  // no line of ours is ever Undefined
  first_[static_cast<std::size_t>(Measure::energy)] = static_cast<std::uint8_t>(totalizers_);
  for (std::size_t carrier = 0; carrier < kCarriers; ++carrier) {
    const bool used = std::any_of(family.products.begin(), family.products.end(),
                                  [carrier](const Product& p) { return p.energy[carrier] > 0; });
    if (!used) continue;
    carrier_[carrier] = static_cast<std::uint8_t>(totalizers_ + 1);  // 0: not used
    table_[totalizers_++] = {Measure::energy, static_cast<std::uint8_t>(carrier)};
  }
  list(Measure::labour, 1, 0);
  list(Measure::failures, 1, 0);

  memory_.family = family_hash(family);
  memory_.seed = memory_.random = static_cast<std::int64_t>(mix(seed));
  memory_.now = memory_.phase_end = start;
  memory_.state = static_cast<std::int64_t>(State::stopped);
  memory_.failure_left = between(memory_.random, family.mtbf_ms);
  memory_.short_stop_left = between(memory_.random, family.mtbs_ms);
  memory_.next_border = next_border(family, start);
  memory_.next_dispatch = start + family.dispatch_ms;
  duty_ = on_duty(family, start);
  break_ = on_break(family, start);
  new_order();
  for (std::size_t i = 1; i < family.stations.size(); ++i) {  // a line is never seen empty
    begin_lot();
    memory_.lots[i] = memory_.lots[0];
    memory_.lots[0] = 0;
  }
  memory_.cycle_left = memory_.changeover_due = memory_.plan_left = 0;
  memory_.cycles = {};
  new_day();
  set_rates();
  while (decide()) {
  }
}

bool Line::resume(const Memory& memory) {
  if (memory.format < 1 || memory.format > kMemoryFormat || memory.family != family_hash(*family_)) return false;
  memory_ = memory;
  if (memory.format == 1) memory_.cycles = {};
  memory_.format = kMemoryFormat;
  duty_ = on_duty(*family_, memory_.now);
  break_ = on_break(*family_, memory_.now);
  set_rates();
  return true;
}

void Line::advance(Time to) {
  for (;;) {
    Event event{};
    const Time at = next_event(event);
    if (at > to) break;
    pass(at - memory_.now);
    handle(event);
    while (decide()) {
    }
  }
  if (to > memory_.now) pass(to - memory_.now);
}

// Of events of one instant the first of this list comes first.
Time Line::next_event(Event& event) const {
  Time at = memory_.next_border;
  event = Event::border;
  const auto consider = [&](Time t, Event e) {
    if (t < at) {
      at = t;
      event = e;
    }
  };
  if (memory_.phase_end > memory_.now) consider(memory_.phase_end, Event::phase);  // else it waits for something
  if (executing(state())) {
    if (memory_.cycle_left > 0) consider(memory_.now + memory_.cycle_left, Event::cycle);
    consider(memory_.now + memory_.failure_left, Event::failure);
    consider(memory_.now + memory_.short_stop_left, Event::short_stop);
  }
  consider(memory_.next_dispatch, Event::dispatch);
  return at;
}

void Line::handle(Event event) {
  switch (event) {
    case Event::border:
      if (local_midnight(local_day(memory_.now)) == memory_.now) new_day();
      duty_ = on_duty(*family_, memory_.now);
      break_ = on_break(*family_, memory_.now);
      memory_.next_border = next_border(*family_, memory_.now);
      break;
    case Event::cycle:
      finish_cycle();
      break;
    case Event::dispatch:
      dispatch();
      break;
    case Event::phase:
      break;  // decide() sees that the phase is over
    case Event::failure:
      memory_.failure_left = between(memory_.random, family_->mtbf_ms);
      total(Measure::failures, 0) += 1;
      memory_.offline_units = uniform(memory_.random, 0, std::min<std::int64_t>(3, family_->equipment));
      enter(State::aborting);
      break;
    case Event::short_stop:
      memory_.short_stop_left = between(memory_.random, family_->mtbs_ms);
      enter(State::suspending);
      break;
  }
}

void Line::pass(std::int64_t ms) {
  memory_.now += ms;
  total(Measure::time, static_cast<std::size_t>(memory_.state - 1)) += ms;
  for (std::size_t c = 0; c < kCarriers; ++c) {
    if (rate_[c] == 0) continue;
    auto& rest = memory_.energy_rest[c];
    rest += rate_[c] * ms;  // a day at most (next_border), so far below 2^63
    memory_.totals[carrier_[c] - 1U] += rest / kEnergyUnit;
    rest %= kEnergyUnit;
  }
  if (duty_ && !break_) {
    memory_.labour_rest += family_->crew * ms;
    total(Measure::labour, 0) += memory_.labour_rest / kSecond;
    memory_.labour_rest %= kSecond;
  }
  if (executing(state())) {
    if (memory_.cycle_left > 0) memory_.cycle_left -= ms;
    memory_.failure_left -= ms;
    memory_.short_stop_left -= ms;
  }
}

// The PackML machine: what each state does when its work is over, or when shift, break, plan or people want otherwise.
bool Line::decide() {
  const bool over = memory_.phase_end <= memory_.now;
  const bool leave = !duty_ || memory_.told_to_stop != 0;
  const auto go = [this](State next) {
    enter(next);
    return true;
  };
  switch (state()) {
    case State::stopped:
      return over && wanted() && go(State::resetting);
    case State::resetting:
      return over && go(State::idle);
    case State::idle:
      return over && ((leave && go(State::stopping)) || (wanted() && go(State::starting)));
    case State::starting:
      return over && go(State::execute);
    case State::execute:
      if (leave) return go(State::stopping);
      if (break_) return go(State::holding);
      return memory_.cycle_left == 0 && go(State::completing);
    case State::completing:
      return over && go(State::complete);
    case State::complete:
      return over && ((leave && go(State::stopping)) || (wanted() && go(State::resetting)));
    case State::holding:
      return over && go(State::held);
    case State::held:
      return over && ((leave && go(State::stopping)) || (!break_ && go(State::unholding)));
    case State::unholding:
      return over && go(State::execute);
    case State::suspending:
      return over && go(State::suspended);
    case State::suspended:
      return over && go(leave ? State::stopping : State::unsuspending);
    case State::unsuspending:
      return over && go(State::execute);
    case State::aborting:
      return over && go(State::aborted);
    case State::aborted:
      return over && go(State::clearing);
    case State::clearing:
    case State::stopping:
      return over && go(State::stopped);
    case State::undefined:
      break;
  }
  return false;
}

bool Line::wanted() const {
  return duty_ && !break_ && memory_.told_to_stop == 0 && memory_.plan_left > 0;
}

void Line::enter(State next) {
  if (next == State::clearing) memory_.offline_units = 0;
  memory_.state = static_cast<std::int64_t>(next);
  if (next == State::execute) {
    memory_.phase_end = kNever;
    if (memory_.cycle_left == 0) begin_lot();
  } else {
    memory_.phase_end = memory_.now + duration(next);
  }
  if (next == State::resetting) memory_.changeover_due = 0;
  set_rates();
}

std::int64_t Line::duration(State state) {
  const auto seconds = [this](std::int64_t low, std::int64_t high) {
    return uniform(memory_.random, low * kSecond, high * kSecond);
  };
  const auto within = [this](Range range) { return uniform(memory_.random, range.low, range.high); };
  switch (state) {
    case State::resetting:
      return memory_.changeover_due != 0 ? within(family_->changeover_ms) : seconds(30, 90);
    case State::starting:
      return seconds(15, 45);
    case State::stopping:
      return seconds(10, 40);
    case State::aborting:
      return seconds(1, 4);
    case State::aborted:
      return within(family_->repair_ms);
    case State::clearing:
      return seconds(20, 60);
    case State::holding:
      return seconds(3, 8);
    case State::unholding:
      return seconds(5, 15);
    case State::suspending:
      return seconds(2, 6);
    case State::suspended:
      return within(family_->short_stop_ms);
    case State::unsuspending:
      return seconds(3, 10);
    case State::completing:
      return seconds(5, 20);
    default:
      return seconds(1, 3);  // stopped, idle, complete, held: then they wait
  }
}

void Line::new_day() {
  const auto plan = planned_ms(*family_, memory_.seed, local_day(memory_.now));
  memory_.plan_left = std::min(memory_.plan_left + plan, 2 * plan);  // a backlog of one day is caught up, no more
}

void Line::new_order() {
  std::int64_t products = 0;
  for (const auto& product : family_->products) products += product.weight;
  auto chance = uniform(memory_.random, 0, products - 1);
  std::size_t cell = 0;
  const Product* chosen = nullptr;
  for (const auto& product : family_->products) {
    chosen = &product;
    if (chance < product.weight) break;
    chance -= product.weight;
    cell += product.markets.size();
  }
  std::int64_t markets = 0;
  for (const auto& market : chosen->markets) markets += market.weight;
  chance = uniform(memory_.random, 0, markets - 1);
  for (const auto& market : chosen->markets) {
    if (chance < market.weight) break;
    chance -= market.weight;
    ++cell;
  }
  const bool other = this->cell(static_cast<std::size_t>(memory_.order_cell)).product != chosen;
  if (other && family_->changeover_ms.high > 0) memory_.changeover_due = 1;
  memory_.order_cell = static_cast<std::int64_t>(cell);
  memory_.order_left = uniform(memory_.random, family_->order.low, family_->order.high);
}

// Fills the first station, with what comes round again or else with the next lot of the order.
void Line::begin_lot() {
  if (memory_.lots[0] == 0) {
    const auto quantity = uniform(memory_.random, family_->lot.low, family_->lot.high);
    memory_.lots[0] = make_lot(memory_.order_cell, quantity);
    memory_.started += quantity;
    if (--memory_.order_left <= 0) new_order();
  }
  const auto nominal = product_of(memory_.lots[0]).cycle_ms * quantity_of(memory_.lots[0]);
  const auto jitter = uniform(memory_.random, family_->jitter.low, family_->jitter.high);
  memory_.cycle_left = std::max<std::int64_t>(1, nominal / 10 * jitter / memory_.speed_percent);
  memory_.last_cycle_ms = memory_.cycle_left * 1000 / quantity_of(memory_.lots[0]);
  memory_.plan_left -= nominal;
  count_cycle(nominal);
}

void Line::count_cycle(std::int64_t nominal) {
  const auto percent = memory_.cycle_left * 100 / std::max<std::int64_t>(1, nominal);
  const auto bin = (percent - kLowestCycleBin) / kCycleBinWidth;
  memory_.cycles[static_cast<std::size_t>(std::clamp<std::int64_t>(bin, 0, kCycleBins - 1))] += 1;
}

void Line::finish_cycle() {
  const auto stations = family_->stations.size();
  const auto done = memory_.lots[stations - 1];
  std::copy_backward(memory_.lots.begin(), memory_.lots.begin() + static_cast<std::ptrdiff_t>(stations) - 1,
                     memory_.lots.begin() + static_cast<std::ptrdiff_t>(stations));
  memory_.lots[0] = 0;
  memory_.cycle_left = 0;
  if (done != 0) judge(done);
  if (memory_.plan_left > 0 && memory_.changeover_due == 0) begin_lot();
  set_rates();
}

void Line::judge(std::int64_t lot) {
  const auto cell = cell_of(lot);
  const auto quantity = quantity_of(lot);
  const auto chance = uniform(memory_.random, 0, 9'999);
  if (rounds_of(lot) < 2 && chance < family_->rework_bp) {
    total(Measure::reworked, cell) += quantity;
    memory_.lots[0] = once_more(lot);
  } else if (chance >= 10'000 - family_->reject_bp) {
    total(Measure::rejected, cell) += quantity;
  } else {
    total(Measure::good, cell) += quantity;
    memory_.stock[cell] += quantity;
  }
}

// Lorries leave full. What goes abroad waits for the sixth departure: it travels together.
void Line::dispatch() {
  memory_.next_dispatch += family_->dispatch_ms;
  const bool abroad = ++memory_.departures % 6 == 0;
  for (std::size_t i = 0; i < cells_; ++i) {
    if (!abroad && cell(i).market->country != "CN") continue;
    auto& stock = memory_.stock[i];
    const auto load = stock / family_->truck * family_->truck;
    if (load == 0 || uniform(memory_.random, 0, 9) == 0) continue;  // now and then a lorry is late
    stock -= load;
    total(Measure::dispatched, i) += load;
  }
}

void Line::set_rates() {
  const auto now = state();
  for (std::size_t c = 0; c < kCarriers; ++c) {
    if (carrier_[c] == 0) continue;
    const auto full = [c](const Product& p) { return p.energy[c] * kHourMs / p.cycle_ms; };
    const bool resting = now == State::stopped;
    rate_[c] = full(family_->products[0]) / 100 * (resting ? kRestShare : kBaseShare);
    if (executing(now) && memory_.lots[0] != 0) {
      rate_[c] += full(product_of(memory_.lots[0])) / 100 * (100 - kBaseShare) / 100 * memory_.speed_percent;
    }
  }
}

void Line::tell_to_start() {
  memory_.told_to_stop = 0;
  while (decide()) {
  }
}

void Line::tell_to_stop() {
  memory_.told_to_stop = 1;
  while (decide()) {
  }
}

void Line::reset() {
  if (state() == State::aborted) memory_.phase_end = memory_.now;
  while (decide()) {
  }
}

bool Line::set_speed(std::int64_t percent) {
  if (percent < 20 || percent > 200) return false;
  memory_.speed_percent = percent;  // from the next lot on
  set_rates();
  return true;
}

std::int64_t Line::gauge_milli(std::size_t index) const {
  const auto& gauge = family_->gauges[index];
  const auto tick = static_cast<std::uint64_t>(memory_.now / 10'000);
  const auto spread = static_cast<std::uint64_t>(2 * gauge.noise + 1);
  const auto noise = static_cast<std::int64_t>(hash(static_cast<std::uint64_t>(memory_.seed) + index, tick) % spread);
  return (executing(state()) ? gauge.running : gauge.resting) + noise - gauge.noise;
}

Lot Line::lot(std::size_t station) const {
  const auto lot = memory_.lots[station];
  if (lot == 0) return {};
  return {&product_of(lot), quantity_of(lot), rounds_of(lot)};
}

Cell Line::cell(std::size_t index) const {
  for (const auto& product : family_->products) {
    if (index < product.markets.size()) return {&product, &product.markets[index]};
    index -= product.markets.size();
  }
  return {};
}

std::int64_t Line::in_process() const {
  std::int64_t sum = 0;
  for (const auto lot : memory_.lots) sum += quantity_of(lot);
  return sum;
}

std::int64_t Line::stock() const {
  std::int64_t sum = 0;
  for (const auto quantity : memory_.stock) sum += quantity;
  return sum;
}

const Product& Line::product_of(std::int64_t lot) const {
  return *cell(cell_of(lot)).product;
}

std::int64_t& Line::total(Measure measure, std::size_t index) {
  return memory_.totals[first_[static_cast<std::size_t>(measure)] + index];
}

}  // namespace songhua::line
