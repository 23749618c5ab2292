#pragma once

#include <rapidcheck.h>

#include <vector>

#include "world.h"

// Random worlds for the property tests. Shrinking drops steps first and then makes their numbers small.
namespace rc {

template <>
struct Arbitrary<songhua::rollup::Step> {
  static Gen<songhua::rollup::Step> arbitrary() {
    using songhua::rollup::Act;
    using songhua::rollup::Step;
    const auto act = gen::weightedElement<Act>({{24, Act::report},
                                                {8, Act::heartbeat},
                                                {2, Act::pause},
                                                {4, Act::keep},
                                                {2, Act::flush},
                                                {2, Act::birth},
                                                {2, Act::reset},
                                                {1, Act::hidden},
                                                {3, Act::spike},
                                                {2, Act::null_value},
                                                {3, Act::lose},
                                                {1, Act::step_back},
                                                {1, Act::lower_epoch},
                                                {1, Act::repeat},
                                                {2, Act::amount}});
    const auto wait = gen::weightedOneOf<std::uint32_t>({{2, gen::inRange<std::uint32_t>(0, 3)},
                                                         {8, gen::inRange<std::uint32_t>(1, 30'000)},
                                                         {3, gen::inRange<std::uint32_t>(1, 200'000)},
                                                         {1, gen::inRange<std::uint32_t>(1, 2'400'000)}});
    return gen::build<Step>(gen::set(&Step::act, act), gen::set(&Step::line, gen::inRange<std::uint8_t>(0, 3)),
                            gen::set(&Step::mask, gen::inRange<std::uint8_t>(0, 64)), gen::set(&Step::wait, wait),
                            gen::set(&Step::to_border, gen::weightedElement<bool>({{12, false}, {1, true}})),
                            gen::set(&Step::amount, gen::inRange<std::uint16_t>(0, 600)));
  }
};

template <>
struct Arbitrary<songhua::rollup::CounterTraits> {
  static Gen<songhua::rollup::CounterTraits> arbitrary() {
    using songhua::RateLimit;
    using songhua::rollup::CounterTraits;
    const auto limit = gen::weightedElement<std::optional<RateLimit>>({{4, std::nullopt},
                                                                       {1, RateLimit{100, std::chrono::minutes{1}}},
                                                                       {1, RateLimit{5, std::chrono::seconds{1}}},
                                                                       {1, RateLimit{3600, std::chrono::hours{1}}}});
    return gen::build<CounterTraits>(
        gen::set(&CounterTraits::width, gen::weightedElement<std::uint8_t>({{4, 0}, {2, 8}, {1, 16}, {1, 32}})),
        gen::set(&CounterTraits::factor,
                 gen::weightedElement<songhua::Fraction>({{4, {1, 1}}, {1, {10, 1}}, {1, {1, 4}}})),
        gen::set(&CounterTraits::limit, limit),
        gen::set(&CounterTraits::zero_first, gen::weightedElement<bool>({{3, false}, {1, true}})),
        gen::set(&CounterTraits::start, gen::element<std::int64_t>(0, 7, 230, 1000, 65'000, 4'294'967'000)));
  }
};

template <>
struct Arbitrary<songhua::rollup::LineTraits> {
  static Gen<songhua::rollup::LineTraits> arbitrary() {
    using songhua::rollup::EpochHabit;
    using songhua::rollup::LineTraits;
    return gen::build<LineTraits>(
        gen::set(&LineTraits::epochs, gen::element(EpochHabit::never, EpochHabit::in_births, EpochHabit::always)),
        gen::set(&LineTraits::counter_start),
        gen::set(&LineTraits::late_start,
                 gen::weightedOneOf<std::uint32_t>(
                     {{2, gen::just<std::uint32_t>(0)}, {1, gen::inRange<std::uint32_t>(0, 300'000)}})),
        gen::set(&LineTraits::silence_unchanged), gen::set(&LineTraits::trapezoid), gen::set(&LineTraits::counters));
  }
};

template <>
struct Arbitrary<songhua::rollup::World> {
  static Gen<songhua::rollup::World> arbitrary() {
    using songhua::rollup::LineTraits;
    using songhua::rollup::World;
    const auto lines = gen::mapcat(gen::inRange<std::size_t>(1, 4), [](std::size_t count) {
      return gen::container<std::vector<LineTraits>>(count, gen::arbitrary<LineTraits>());
    });
    return gen::build<World>(gen::set(&World::lines, lines), gen::set(&World::steps));
  }
};

}  // namespace rc
