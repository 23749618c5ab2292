// Law 1 over power cuts: whatever was published is covered by what a restart begins with, and the ledger stays the
// truth.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "controller/controller.h"

namespace songhua::controller {
namespace {

constexpr line::Time kStart = 1'551'369'600'000;
using Key = std::tuple<std::string, std::string, std::string, std::string>;  // line, measure, product, market
struct Written {
  Key key;
  line::Time minute;
  std::int64_t quantity;
};

class Book final : public Ledger {
 public:
  void row(const Row& r) override {
    rows.push_back({{std::string(r.line), std::string(r.measure), std::string(r.product), std::string(r.market)},
                    r.minute,
                    r.quantity});
  }
  std::vector<Written> rows;
};

std::map<Key, std::int64_t> sums(const std::vector<Written>& rows) {
  std::map<Key, std::int64_t> out;
  for (const auto& row : rows) out[row.key] += row.quantity;
  return out;
}

std::vector<LineSpec> specs() {
  std::vector<LineSpec> out;
  for (const auto& family : line::families()) out.push_back({&family, family.id});
  return out;
}

std::unique_ptr<Controller> fresh(line::Time start = kStart, std::int64_t epoch = 1) {
  const auto all = specs();
  return std::make_unique<Controller>("S", "C", all, 5, start, epoch);
}

std::map<std::string, std::int64_t> totals(Controller& lines) {
  std::map<std::string, std::int64_t> out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto& device = lines.device(i);
    for (std::size_t m = 0; m < device.metrics(); ++m) {
      if (device.metric(m).totalizer)
        out[std::string(device.id()) + "/" + std::string(device.metric(m).name)] = device.value(m).integer();
    }
  }
  return out;
}

std::int64_t sum(const std::map<std::string, std::int64_t>& values) {
  std::int64_t sum = 0;
  for (const auto& [name, value] : values) sum += value;
  return sum;
}

// Runs in turns of advance, keep, publish; cut at any place of a turn; the memory and the ledger's length come back.
RC_GTEST_PROP(CrashLaws, NothingPublishedIsEverUndone, ()) {
  auto lines = fresh();
  Book ledger;
  std::vector<std::int64_t> memory(Controller::kMaxImageWords);
  const auto keep = [&] {
    static_cast<void>(lines->save(std::span<std::int64_t, Controller::kMaxImageWords>(memory),
                                  {.ledger_bytes = static_cast<std::int64_t>(ledger.rows.size())}));
  };
  keep();
  std::map<std::string, std::int64_t> published = totals(*lines);
  const auto turns = *rc::gen::inRange(1, 25);
  for (int turn = 0; turn < turns; ++turn) {
    const auto cut = *rc::gen::inRange(0, 6);  // 0: before keeping, 1: before publishing, 2: after, else not at all
    lines->advance(lines->now() + *rc::gen::inRange<line::Time>(1, 400'000), ledger);
    if (cut != 0) keep();
    if (cut >= 2) published = totals(*lines);
    if (cut > 2) continue;
    lines = fresh(kStart + 99, 2);
    const auto kept = lines->resume(memory);
    RC_ASSERT(kept.has_value());
    ledger.rows.resize(static_cast<std::size_t>(kept->ledger_bytes));
    const auto now = totals(*lines);
    for (const auto& [name, value] : published) RC_ASSERT(now.at(name) >= value);
    RC_ASSERT(lines->device(0).life().epoch == 1);
  }
  lines->preview(ledger);
  std::int64_t booked = 0;
  for (const auto& [key, quantity] : sums(ledger.rows)) booked += quantity;
  RC_ASSERT(booked == sum(totals(*lines)));
}

TEST(Controller, AnInterruptedLifeIsThatOfAnUninterruptedOne) {
  auto whole = fresh(), broken = fresh();
  Book one, other;
  std::vector<std::int64_t> memory(Controller::kMaxImageWords);
  whole->advance(kStart + 3 * line::kDayMs, one);
  for (line::Time t = kStart; t < kStart + 3 * line::kDayMs; t += 3'333'333) {
    broken->advance(std::min(t, kStart + 3 * line::kDayMs), other);
    static_cast<void>(broken->save(std::span<std::int64_t, Controller::kMaxImageWords>(memory), {}));
    broken = fresh(t, 77);
    ASSERT_TRUE(broken->resume(memory));
  }
  broken->advance(kStart + 3 * line::kDayMs, other);
  EXPECT_EQ(totals(*whole), totals(*broken));
  EXPECT_EQ(sums(one.rows), sums(other.rows));
  ASSERT_EQ(one.rows.size(), other.rows.size());
}

TEST(Controller, MinutesHoldWhatWasMadeUpToTheirEnd) {
  auto lines = fresh();
  Book ledger;
  lines->advance(kStart + line::kMinuteMs, ledger);
  ASSERT_FALSE(ledger.rows.empty());
  for (const auto& row : ledger.rows) {
    EXPECT_EQ(row.minute, kStart);
    EXPECT_NE(row.quantity, 0);
  }
}

TEST(Controller, ALineThatIsNewBeginsALifeOfItsOwn) {
  const auto all = specs();
  Book ledger;
  Controller two("S", "C", std::span(all).first(2), 5, kStart, 10);
  two.advance(kStart + line::kDayMs, ledger);
  std::vector<std::int64_t> memory(Controller::kMaxImageWords);
  memory.resize(two.save(std::span<std::int64_t, Controller::kMaxImageWords>(memory), {}));
  Controller three("S", "C", std::span(all).first(3), 5, kStart + 5, 20);
  ASSERT_TRUE(three.resume(memory));
  EXPECT_EQ(three.device(0).life().epoch, 10);
  EXPECT_EQ(three.device(2).life().epoch, 20);
  EXPECT_EQ(three.device(2).life().start, kStart + line::kDayMs);
  EXPECT_EQ(three.line(2).now(), kStart + line::kDayMs);
}

// An image of before the histogram: the lines go on from it, and the histogram begins empty.
TEST(Controller, ReadsImagesOfTheFormatBefore) {
  auto lines = fresh();
  Book book;
  lines->advance(kStart + 6 * 3'600'000, book);
  std::vector<std::int64_t> image(Controller::kMaxImageWords);
  image.resize(lines->save(std::span<std::int64_t, Controller::kMaxImageWords>(image), {.next_bd_seq = 7}));
  constexpr std::size_t kHead = 8, kUnitHead = 4, kWords = sizeof(line::Memory) / sizeof(std::int64_t);
  std::vector<std::int64_t> old(image.begin(), image.begin() + kHead);
  old[1] = 1;
  for (std::size_t unit = kHead; unit < image.size(); unit += kUnitHead + kWords + line::kMaxTotalizers) {
    const auto at = [&](std::size_t word) { return image.begin() + static_cast<std::ptrdiff_t>(unit + word); };
    const auto begin = old.size();
    old.insert(old.end(), at(0), at(kUnitHead + line::kMemoryWordsOfFormat1));
    old[begin + 3] = static_cast<std::int64_t>(line::kMemoryWordsOfFormat1);
    old[begin + kUnitHead] = 1;  // the memory's own format
    old.insert(old.end(), at(kUnitHead + kWords), at(kUnitHead + kWords + line::kMaxTotalizers));
  }
  auto resumed = fresh();
  const auto kept = resumed->resume(old);
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->next_bd_seq, 7);
  EXPECT_EQ(totals(*resumed), totals(*lines));
  for (const auto lots : resumed->line(0).cycles()) EXPECT_EQ(lots, 0);
  EXPECT_GT(sum(totals(*lines)), 0);
  resumed->advance(kStart + 9 * 3'600'000, book);
  lines->advance(kStart + 9 * 3'600'000, book);
  EXPECT_EQ(totals(*resumed), totals(*lines));
  old.pop_back();
  EXPECT_FALSE(fresh()->resume(old).has_value());
}

TEST(Controller, RefusesWhatIsNoImageOfItsLines) {
  auto lines = fresh();
  std::vector<std::int64_t> memory(Controller::kMaxImageWords);
  const auto words = lines->save(std::span<std::int64_t, Controller::kMaxImageWords>(memory), {});
  EXPECT_FALSE(lines->resume({}));
  EXPECT_FALSE(lines->resume(std::span(memory).first(words - 1)));
  const LineSpec swapped[] = {{line::find_family("rubber"), "auto"}};
  Controller other("S", "C", swapped, 5, kStart, 1);
  EXPECT_FALSE(other.resume(memory));
}

TEST(Controller, TheNamesAreThoseOfASonghuaLine) {
  auto lines = fresh();
  std::map<std::string, int> seen;
  for (std::size_t m = 0; m < lines->device(0).metrics(); ++m) ++seen[std::string(lines->device(0).metric(m).name)];
  for (const auto* name : {"Output/car-ice-sedan/CN/Good",
                           "Output/car-nev-bev/NO/Rejected",
                           "Output/car-nev-phev/RU/Reworked",
                           "Dispatch/car-ice-sedan/EG/Quantity",
                           "State/Current",
                           "Time/Execute",
                           "Time/Aborted",
                           "Energy/Electricity/Consumed",
                           "Energy/Natural Gas/Consumed",
                           "Energy/Water/Consumed",
                           "Labour/Time",
                           "Failures/Count",
                           "Equipment/Units",
                           "Equipment/Connected",
                           "Equipment/Key Processes",
                           "Equipment/NC Key Processes",
                           "Properties/Family",
                           "Properties/Silence",
                           "Properties/Counter Epoch",
                           "Properties/Counter Start"}) {
    EXPECT_EQ(seen[name], 1) << name;
  }
}

}  // namespace
}  // namespace songhua::controller
