#include "generator.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "harness.h"

// Random histories prove nothing about a rule that they never reach.
namespace songhua::rollup {
namespace {

using Reached = std::map<std::string, int>;

void count_totalizer(const oracle::Totalizer& totalizer, const SeriesSpec& spec, Reached& reached) {
  int unannounced = 0, announced = 0;
  for (const auto& life : totalizer.lives) {
    ++(life.epoch ? announced : unannounced);
    reached["goes on in the first announced epoch"] += life.went_on;
    reached["virtual zero at its own first reading"] +=
        life.points.front().virtual_zero && life.points.front().time == life.points[1].time;
    reached["virtual zero before its first reading"] +=
        life.points.front().virtual_zero && life.points.front().time < life.points[1].time;
    if (spec.width != 0)
      reached["wrap"] +=
          life.points.back().value >= (oracle::BigInt{1} << spec.width) * spec.factor.num / spec.factor.den;
  }
  reached["lives without epoch"] += unannounced > 1;
  reached["lives by epoch"] += announced > 1;
  for (const auto& refusal : totalizer.refusals) ++reached[std::string{to_string(refusal.reason)}];
}

void count_rows(const History& history, LineIndex line, const oracle::Oracle& oracle, Reached& reached) {
  auto silent = history.table;
  for (auto& spec : silent.specs) spec.silence = Silence::unknown;
  const oracle::Oracle unknown{history.messages, line, silent, kQuarterHour};
  for (const auto series : oracle.series_of(SeriesKind::totalizer)) {
    count_totalizer(oracle.totalizer(series), history.table.spec(series), reached);
    for (const auto& window : windows_of(history, kMinute)) {
      const auto row = oracle.row(series, window);
      if (!row) continue;
      reached["estimated"] += row->estimated;
      reached["out of order"] += row->out_of_order;
      reached["several lives in a row"] += row->lives > 1;
      reached["held"] += row->quantity != unknown.row(series, window)->quantity;
    }
  }
}

TEST(Generator, ReachesEveryRule) {
  Reached reached;
  rc::Random random{20190301};
  for (int i = 0; i < 300; ++i) {
    const auto world = rc::gen::arbitrary<World>()(random.split(), 20 + i % 80).value();
    const auto history = play(world);
    for (const auto line : history.lines) {
      count_rows(history, line, oracle::Oracle{history.messages, line, history.table, kQuarterHour}, reached);
    }
  }
  for (const auto* rule : {"goes on in the first announced epoch", "virtual zero at its own first reading",
                           "virtual zero before its first reading", "wrap", "lives without epoch", "lives by epoch",
                           "implausible", "unconfirmed", "refused_epoch", "out_of_order", "first_before_jump",
                           "estimated", "out of order", "several lives in a row", "held"}) {
    EXPECT_GE(reached[rule], 5) << rule;
    RecordProperty(rule, reached[rule]);
  }
}

}  // namespace
}  // namespace songhua::rollup
