// Pieces of a recording that come in another order than they were received in, where something goes wrong between the
// commit that takes the older ones in and the one that gives them their place: a kill, a disk that is full. What is to
// be done stands in the store, and is done at the next occasion.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>

#include "control/control.h"
#include "posix/base64.h"
#include "sparkplug/payload.h"
#include "support/process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

using storage::Entry;

constexpr int kSessions = 15, kCounters = 3;
const UnixMillis kStart = unix_millis(1'552'608'000'000);

// Sessions of one node, each of which deals the aliases of its device anew: read by the births of another one, every
// counter would go to another product.
std::vector<Entry> recording() {
  std::vector<Entry> all;
  auto at = kStart;
  std::uint64_t value[kCounters]{1'000, 20'000, 300'000};
  for (int session = 0; session < kSessions; ++session) {
    std::uint64_t seq = 0;
    const auto say = [&](const std::string& topic, sparkplug::Payload& payload) {
      payload.set_timestamp(static_cast<std::uint64_t>(count_of(at)));
      payload.set_seq(seq++);
      Entry entry;
      entry.received = at + Millis{40};
      entry.server = 0x80;
      entry.topic = "spBv1.0/G/" + topic;
      entry.payload = payload.SerializeAsString();
      all.push_back(std::move(entry));
      at += Millis{2'400};
    };
    const auto put = [&](sparkplug::Payload& payload, const std::string& name, std::uint64_t number) {
      auto& metric = *payload.add_metrics();
      metric.set_name(name);
      metric.set_datatype(sparkplug::pb::Int64);
      metric.set_long_value(number);
      return &metric;
    };
    sparkplug::Payload nbirth, dbirth;
    put(nbirth, "bdSeq", static_cast<std::uint64_t>(session));
    say("NBIRTH/N", nbirth);
    const auto alias = [&](int i) { return static_cast<std::uint64_t>((i + session) % kCounters); };
    for (int i = 0; i < kCounters; ++i)
      put(dbirth, "Output/p" + std::to_string(i) + "/CN/Good", value[i])->set_alias(alias(i));
    say("DBIRTH/N/D", dbirth);
    for (int message = 0; message < 100; ++message) {
      sparkplug::Payload ddata;
      for (int i = 0; i < kCounters; ++i) {
        value[i] += static_cast<std::uint64_t>(1 + i * 7 + message % 5);
        auto& metric = *ddata.add_metrics();
        metric.set_alias(alias(i));
        metric.set_long_value(value[i]);
      }
      say("DDATA/N/D", ddata);
    }
  }
  return all;
}

class Order : public testing::Test {
 protected:
  TempDir dir_;
  std::vector<Entry> all_ = recording();
  std::string first_, middle_, last_;  // frames; the middle one comes at the end
  std::size_t begin_ = all_.size() / 4 + 50, end_ = all_.size() / 2 + 30;
  std::string expected_;

  void SetUp() override {
    first_ = frames("first.jsonl", 0, begin_);
    middle_ = frames("middle.jsonl", begin_, end_);
    last_ = frames("last.jsonl", end_, all_.size());
    const auto config = prepared("whole");
    const auto done = gateway({"import", middle_, "-c", config});
    ASSERT_EQ(done.status, 0) << done.err;
    expected_ = rows(config);
    const auto ordered = new_config("ordered");
    ASSERT_EQ(gateway({"import", first_, middle_, last_, "-c", ordered}).status, 0);
    ASSERT_EQ(rows(ordered), expected_);
  }
  static Finished gateway(const std::vector<std::string>& arguments) {
    return run(built_program("songhua-gateway"), arguments, std::chrono::seconds{120});
  }
  std::string frames(const std::string& name, std::size_t from, std::size_t to) {
    std::string text;
    for (auto i = from; i < to; ++i) {
      const auto& payload = all_[i].payload;
      text += "{\"topic\":\"" + all_[i].topic + "\",\"time\":\"" + format_utc(all_[i].received) + "\",\"base64\":\"" +
              posix::base64({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()}) + "\"}\n";
    }
    return dir_.file(name, text).string();
  }
  std::string new_config(const std::string& name) {
    return dir_
        .file(name + ".toml", "id = \"g\"\nenterprise = \"E\"\nstore = \"" + name +
                                  "\"\n[journal]\nretain = \"40000d\"\n[sparkplug]\nservers = "
                                  "[\"tcp://127.0.0.1:1\"]\n[http]\nlisten = \"\"\n")
        .string();
  }
  // A store that has heard the first piece and the last.
  std::string prepared(const std::string& name) {
    auto config = new_config(name);
    const auto done = gateway({"import", first_, last_, "-c", config});
    EXPECT_EQ(done.status, 0) << done.err;
    return config;
  }
  // By minute, without what depends on when they were committed.
  static std::string rows(const std::string& config) {
    auto text = gateway({"rollup", "--grain", "minute", "--format", "json", "-c", config}).out;
    for (const char* status : {"\"status\":\"final\",", "\"status\":\"preliminary\",", "\"status\":\"revised\","}) {
      for (std::size_t at = 0; (at = text.find(status, at)) != std::string::npos;)
        text.erase(at, std::string(status).size());
    }
    return text;
  }
  [[nodiscard]] bool is_unsettled(const std::string& name) const {
    SQLite::Database database((dir_ / name / "songhua.db").string(), SQLite::OPEN_READONLY, 5'000);
    return database.execAndGet("SELECT count(*) FROM session WHERE unsettled IS NOT NULL").getInt() > 0;
  }
  static void expect_verified(const std::string& config) {
    const auto verified = gateway({"verify", "-c", config});
    EXPECT_EQ(verified.status, 0) << verified.out.substr(0, 1'000) << verified.err;
  }
};

TEST_F(Order, AKillBeforeOlderMessagesHaveTheirPlaceCostsNothing) {
  int hits = 0;
  for (int round = 0; round < 12 && hits < 3; ++round) {
    const auto name = "killed" + std::to_string(round);
    const auto config = prepared(name);
    Process victim(built_program("songhua-gateway"), {"import", middle_, "-c", config});
    while (victim.running() && !is_unsettled(name)) {
    }
    victim.kill_now();
    if (!is_unsettled(name)) continue;  // it was faster
    ++hits;
    EXPECT_NE(rows(config), expected_) << "else this test shows nothing";
    const auto verified = gateway({"verify", "-c", config});
    EXPECT_EQ(verified.status, 1) << verified.err;
    EXPECT_NE(verified.err.find("older messages of 1 nodes have not got their place yet"), std::string::npos)
        << verified.err;
    if (hits % 2 == 1) {  // the same again
      const auto again = gateway({"import", middle_, "-c", config});
      EXPECT_EQ(again.status, 0) << again.err;
    } else {  // a running gateway, to which somebody hands over something that is there already
      Process running(built_program("songhua-gateway"), {"run", "-c", config});
      ASSERT_TRUE(eventually([&] { return exists(dir_ / name / "control.sock"); })) << running.err();
      const auto other = gateway({"import", first_, "-c", config});
      EXPECT_EQ(other.status, 0) << other.err;
      running.terminate();
      EXPECT_EQ(running.wait(), 0) << running.err();
      const auto rest = gateway({"import", middle_, "-c", config});  // what had not been committed
      EXPECT_EQ(rest.status, 0) << rest.err;
    }
    EXPECT_FALSE(is_unsettled(name));
    EXPECT_EQ(rows(config), expected_);
    expect_verified(config);
  }
  EXPECT_GT(hits, 0) << "never killed in between";
}

TEST_F(Order, WhoHandsOverIsToldWhereOlderMessagesCouldNotGetTheirPlace) {
  const auto config = prepared("full");
  Process running(built_program("songhua-gateway"), {"run", "-c", config});
  ASSERT_TRUE(eventually([&] { return exists(dir_ / "full" / "control.sock"); })) << running.err();
  auto client = control::Client::connect(dir_ / "full" / "control.sock");
  ASSERT_TRUE(client && *client);
  const std::vector<Entry> middle(all_.begin() + static_cast<std::ptrdiff_t>(begin_),
                                  all_.begin() + static_cast<std::ptrdiff_t>(end_));
  const auto taken = (*client)->append(middle);
  ASSERT_TRUE(taken) << taken.error().message;

  rlimit limit{};
  ASSERT_EQ(prlimit(running.pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
  const auto unlimited = limit;
  limit.rlim_cur = 64U << 10U;  // less than the store, more than the log
  ASSERT_EQ(prlimit(running.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
  const auto refused = (*client)->appended();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("all is taken in, but older messages have not got their place, which is tried "
                                         "again: the store cannot be written: "),
            std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(is_unsettled("full"));

  ASSERT_EQ(prlimit(running.pid(), RLIMIT_FSIZE, &unlimited, nullptr), 0);
  const auto settled = (*client)->appended();
  EXPECT_TRUE(settled) << settled.error().message;
  EXPECT_FALSE(is_unsettled("full"));
  EXPECT_EQ(rows(config), expected_);
  running.terminate();
  EXPECT_EQ(running.wait(), 0) << running.err();
  expect_verified(config);
}

}  // namespace
}  // namespace songhua::test
