// When a node is asked for its births: not while the birth that explains its data is still in time. And what a store of
// another version of the program costs: births asked for anew, nothing else.
#include <gtest/gtest.h>

#include "ingest/pipeline.h"
#include "rollup/timeline.h"
#include "storage/store.h"

namespace songhua::ingest {
namespace {

using sparkplug::RebirthReason;

const UnixMillis kStart = unix_millis(1'552'608'000'000);

class RebirthWish : public testing::Test {
 protected:
  // A message with Output/NAME/CN/Good under an alias; in births with its name.
  void say(const std::string& type, const std::string& device, std::uint64_t seq, const std::string& name,
           std::uint64_t alias, std::int64_t value) {
    sparkplug::Payload payload;
    payload.set_timestamp(static_cast<std::uint64_t>(count_of(now_)));
    payload.set_seq(seq);
    auto& metric = *payload.add_metrics();
    metric.set_alias(alias);
    metric.set_long_value(static_cast<std::uint64_t>(value));
    if (sparkplug::is_birth(sparkplug::parse_topic("spBv1.0/G/" + type + "/E" + device)->type)) {
      metric.set_name("Output/" + name + "/CN/Good");
      metric.set_datatype(sparkplug::pb::Int64);
    }
    pipeline_->message({0, "spBv1.0/G/" + type + "/E" + device, payload.SerializeAsString(), now_, false});
    commit();
  }
  void commit() {
    const auto outcome = pipeline_->commit(now_);
    ASSERT_TRUE(std::holds_alternative<CommitResult>(outcome));
    for (const auto& wish : std::get<CommitResult>(outcome).rebirths) wishes_.push_back(wish.reason);
  }
  void wait(int millis) {
    now_ += Millis{millis};
    commit();
  }
  std::string total(const std::string& line, const std::string& product) {
    const auto index = store_->dictionary().find_line(line);
    if (!index) return "no line";
    const rollup::Timeline timeline(store_->line_records(*index), store_->dictionary(), {});
    for (const auto series : timeline.series()) {
      if (store_->dictionary().spec(series).key.product != product) continue;
      Quantity sum = 0;
      for (const auto& row :
           timeline.rows(series, windows_in(*timeline.extent(series), Grain::minute, TimeZone::shanghai(), {}))) {
        sum += row.quantity;
      }
      return to_string(sum);
    }
    return "no series";
  }

  UnixMillis now_ = kStart;
  std::unique_ptr<storage::Store> store_ = storage::Store::in_memory();
  std::unique_ptr<Pipeline> pipeline_ = std::make_unique<Pipeline>(*store_, PipelineOptions{});
  std::vector<RebirthReason> wishes_;
};

TEST_F(RebirthWish, ADbirthThatComesAfterItsDataIsInTime) {
  say("NBIRTH", "", 0, "node", 1, 5);
  say("DDATA", "/D", 1, "car", 2, 100);
  wait(1'000);
  say("DDATA", "/D", 2, "car", 2, 110);
  wait(900);
  say("DBIRTH", "/D", 3, "car", 2, 115);
  wait(60'000);
  say("DDATA", "/D", 4, "car", 2, 130);
  EXPECT_TRUE(wishes_.empty());
  EXPECT_EQ(total("G/E/D", "car"), "30") << "from the first reading on, which waited for the birth";
  EXPECT_TRUE(store_->quarantine_counts().empty());
}

TEST_F(RebirthWish, ADeviceWhoseDbirthDoesNotComeIsAskedForOnce) {
  say("NBIRTH", "", 0, "node", 1, 5);
  say("DDATA", "/D", 1, "car", 2, 100);
  wait(1'999);
  EXPECT_TRUE(wishes_.empty());
  wait(1);
  EXPECT_EQ(wishes_, std::vector{RebirthReason::unborn_device});
  wait(60'000);
  EXPECT_EQ(wishes_.size(), 1U);
}

TEST_F(RebirthWish, AMetricThatANewBirthListsInTimeIsNotAskedFor) {
  say("NBIRTH", "", 0, "node", 1, 5);
  say("DBIRTH", "/D", 1, "car", 2, 100);
  say("DDATA", "/D", 2, "bus", 3, 7);
  wait(1'500);
  say("DBIRTH", "/D", 3, "bus", 3, 8);
  wait(60'000);
  EXPECT_TRUE(wishes_.empty());
  say("DDATA", "/D", 4, "van", 4, 1);
  wait(2'000);
  EXPECT_EQ(wishes_, std::vector{RebirthReason::unknown_metric});
}

TEST_F(RebirthWish, AStoredSessionOfAnotherVersionBeginsAnew) {
  say("NBIRTH", "", 0, "node", 1, 5);
  wait(1'000);
  say("NDATA", "", 1, "node", 1, 8);
  pipeline_.reset();
  std::string bytes;
  store_->for_each_session([&](std::uint8_t, const std::string&, const std::string& stored) { bytes = stored; });
  ASSERT_EQ(bytes.substr(0, 2), "S6");
  store_->put_session(0, "G/E", "S4" + bytes.substr(2), {});
  pipeline_ = std::make_unique<Pipeline>(*store_, PipelineOptions{});
  EXPECT_EQ(pipeline_->sessions_refused(), 1U);
  say("NDATA", "", 2, "node", 1, 9);
  wait(2'000);
  EXPECT_EQ(wishes_, std::vector{RebirthReason::no_birth});
  say("NBIRTH", "", 0, "node", 1, 11);
  EXPECT_EQ(total("G/E", "node"), "6");
}

}  // namespace
}  // namespace songhua::ingest
