// Wrong, repeated and strange batches at a real centre, between those of a gateway that does all right: each gets its
// answer, what is refused is listed with reason and count, and the figures are the gateways' own (laws 4 and 6).
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "forward/edge_box.h"
#include "plant/plant.h"
#include "songhua/v1/forward.pb.h"
#include "support/mqtt_probe.h"

namespace songhua::test {
namespace {

using forward::Ack;
using forward::Outgoing;

std::string word(const Ack& ack) {
  switch (ack.status) {
    case Ack::Status::committed:
      return "committed";
    case Ack::Status::need_dictionary:
      return "need_dictionary";
    case Ack::Status::refused:
      break;
  }
  return ack.code;
}

// What the gateway sealed, with the envelope or the batch changed; `key` signs anew.
std::string with_envelope(const std::string& payload, const std::function<void(v1::Envelope&)>& change) {
  v1::Envelope envelope;
  if (!envelope.ParseFromString(payload)) throw std::logic_error("no envelope");
  change(envelope);
  return envelope.SerializeAsString();
}
std::string with_batch(const std::string& payload, const forward::SigningKey& key,
                       const std::function<void(v1::Batch&)>& change) {
  v1::Envelope envelope;
  v1::Batch batch;
  if (!envelope.ParseFromString(payload) || !batch.ParseFromString(envelope.batch()))
    throw std::logic_error("no batch");
  change(batch);
  return forward::seal_batch(batch.SerializeAsString(), key);
}

std::filesystem::path central_config(const TempDir& dir, const Broker& broker) {
  return dir.file("central.toml", "region = \"220000\"\nstore = \"sqlite://centre.db\"\n[broker]\nservers = [\"" +
                                      broker.uri() + "\"]\n[http]\nlisten = \"\"\n");
}

void enrol(const std::filesystem::path& config, const std::string& gateway, const std::filesystem::path& key) {
  const auto done = run(built_program("songhua-central"),
                        {"register", "gateway", gateway, "--key", key.string(), "-c", config.string()});
  ASSERT_EQ(done.status, 0) << done.err;
}

// "line measure product" -> quantity, of one enterprise
std::map<std::string, std::string> central_totals(const std::filesystem::path& config, const std::string& enterprise) {
  const auto done =
      run(built_program("songhua-central"), {"rollup", "-c", config.string(), "--grain", "total", "--format", "csv"});
  EXPECT_EQ(done.status, 0) << done.err;
  std::map<std::string, std::string> totals;
  for (const auto& [key, row] : csv_rows(done.out, {"enterprise", "line", "measure", "product"})) {
    if (row.at("enterprise") == enterprise) {
      totals[row.at("line") + " " + row.at("measure") + " " + row.at("product")] = row.at("quantity");
    }
  }
  return totals;
}

class CentreBatches : public testing::Test {
 protected:
  TempDir dir;
  Broker broker;
  std::filesystem::path config = central_config(dir, broker);
  MqttProbe probe;

  void enrol(EdgeBox& edge) {
    songhua::test::enrol(config, edge.options.enterprise + "/" + edge.options.gateway,
                         dir.file(edge.options.gateway + ".pub", edge.key().public_key().pem()));
  }
  void listen() {
    ASSERT_TRUE(probe.connect(broker.uri(), "gateways", {{"songhua/v1/+/+/ack", mqtt::Qos::kAtLeastOnce}}));
  }
  void say(const std::string& gateway, forward::Channel channel, const std::string& payload) {
    ASSERT_TRUE(
        probe.client().publish(forward::topic_of("E1", gateway, channel), payload, mqtt::Qos::kAtLeastOnce, false));
  }
  // The centre's word on a batch.
  std::string answer(const std::string& gateway, const std::string& payload) {
    const auto before = probe.messages().size();
    say(gateway, forward::Channel::rollup, payload);
    if (!probe.received(before + 1)) return "silence";
    const auto ack = forward::decode_ack(probe.messages()[before].payload);
    return ack ? word(*ack) : "unreadable";
  }
  [[nodiscard]] bool centre_listens() {
    return eventually([&] { return broker.log().find("/rollup (QoS 1)") != std::string::npos; });
  }
};

TEST_F(CentreBatches, AreAnsweredOneByOneAndChangeTheCentreOnce) {
  EdgeBox edge("gw1"), good("gw2", "E1", 'g'), stranger("gw3", "E1", 's');
  for (int i = 0; i < 60; i += 5) {
    for (const std::string line : {"/L1", "/L2", "/L3"}) {
      edge.read("S/C" + line, "car", minute(i), 10 * i);
      good.read("S/D" + line, "bus", minute(i), 7 * i);
    }
    stranger.read("S/X/L1", "car", minute(i), 9 * i);
  }
  edge.options.batch_bytes = good.options.batch_bytes = 100;  // some batches
  enrol(edge);
  enrol(good);
  Process centre(built_program("songhua-central"), {"run", "-c", config.string()});
  ASSERT_TRUE(centre_listens()) << centre.err();
  listen();

  const auto sent = edge.cut_and_take(minute(61));
  const auto others = good.cut_and_take(minute(61));
  ASSERT_EQ(sent[0].channel, forward::Channel::dictionary);
  ASSERT_GT(sent.size(), 3U);
  ASSERT_GT(others.size(), 3U);
  say("gw2", forward::Channel::dictionary, others[0].payload);
  const auto& batch = sent[1].payload;
  const std::vector<std::pair<std::string, std::string>> before_dictionary{
      {"malformed", "rubbish"},
      {"malformed", ""},
      {"too_large", std::string(forward::kMaxEnvelope + 1, 'x')},
      {"bad_signature", with_envelope(batch, [](auto& e) { e.mutable_signature()->front() ^= 1; })},
      {"bad_signature", with_envelope(batch, [](auto& e) { e.mutable_batch()->back() ^= 1; })},
      {"unknown_key", with_envelope(batch, [](auto& e) { e.set_key_id("0123456789abcdef"); })},
      {"unknown_key", with_batch(batch, stranger.key(), [](auto&) {})},
      {"newer_format", with_envelope(batch, [](auto& e) { e.set_format(forward::kFormat + 1); })},
      {"wrong_topic", with_batch(batch, edge.key(), [](auto& b) { b.set_gateway("gw2"); })},
      {"need_dictionary", batch},
  };
  std::size_t at = 1;  // of the good gateway's batches: one after each bad one
  for (const auto& [expected, payload] : before_dictionary) {
    EXPECT_EQ(answer("gw1", payload), expected) << payload.substr(0, 20);
    if (at < others.size()) {
      EXPECT_EQ(answer("gw2", others[at++].payload), "committed");
    }
  }
  EXPECT_EQ(answer("gw3", stranger.cut_and_take(minute(61))[1].payload), "unknown_gateway");

  say("gw1", forward::Channel::dictionary, sent[0].payload);
  EXPECT_EQ(answer("gw1", with_batch(batch, edge.key(), [](auto& b) { b.mutable_records(0)->set_line(99); })),
            "bad_record");
  for (std::size_t i = sent.size(); i-- > 1;) EXPECT_EQ(answer("gw1", sent[i].payload), "committed");  // out of order
  for (int again = 0; again < 3; ++again) EXPECT_EQ(answer("gw1", batch), "committed");                // replayed
  EXPECT_EQ(answer("gw1", with_batch(batch, edge.key(), [](auto& b) { b.set_created(b.created() + 1); })),
            "number_taken");
  for (; at < others.size(); ++at) EXPECT_EQ(answer("gw2", others[at].payload), "committed");

  auto expected = edge.totals();
  expected.merge(good.totals());
  EXPECT_EQ(central_totals(config, "E1"), expected);
  EXPECT_EQ(run(built_program("songhua-central"), {"audit", "-c", config.string()}).status, 0);
  const auto status = run(built_program("songhua-central"), {"status", "-c", config.string(), "--format", "json"});
  std::map<std::string, std::uint64_t> refused;
  const auto shown = nlohmann::json::parse(status.out);
  for (const auto& entry : shown.at("refused")) {
    refused[entry.at("reason").get<std::string>()] += entry.at("count").get<std::uint64_t>();
  }
  const std::map<std::string, std::uint64_t> counts{{"malformed", 2},   {"too_large", 1},    {"bad_signature", 2},
                                                    {"unknown_key", 2}, {"newer_format", 1}, {"wrong_topic", 1},
                                                    {"bad_record", 1},  {"number_taken", 1}, {"unknown_gateway", 1}};
  EXPECT_EQ(refused, counts);
  centre.terminate();
  EXPECT_EQ(centre.wait(std::chrono::seconds{20}), 0) << centre.err();
}

// One counter, read every minute of [from, to]: value 10 a minute.
std::string readings(int from, int to) {
  std::string csv = "time,value\n";
  for (int i = from; i <= to; ++i) {
    csv += "2019-03-15T" + std::to_string(10 + i / 60) + ":" + (i % 60 < 10 ? "0" : "") + std::to_string(i % 60) + "," +
           std::to_string(1'000 + 10 * i) + "\n";
  }
  return csv;
}

// A gateway whose disk was restored from an image speaks of old numbers with new content. It takes a new incarnation
// by itself, and what the centre had of the lost stretch stays.
TEST_F(CentreBatches, OfARestoredDiskGoOnUnderANewIncarnation) {
  const auto gateway_config =
      write_config(dir.path(), "tcp://127.0.0.1:1", "[forward]\nservers = [\"" + broker.uri() + "\"]\n");
  const auto map = dir.file("map.toml",
                            "[time]\ncolumn = \"time\"\nformat = \"%Y-%m-%dT%H:%M\"\nzone = \"Asia/Shanghai\"\n"
                            "[defaults]\nline = \"L1\"\n[[series]]\ncolumn = \"value\"\nmeasure = \"output.good\"\n"
                            "product = \"p\"\nmarket = \"CN\"\nkind = \"totalizer\"\n");
  const auto gateway = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-c", gateway_config.string()});
    const auto done = run(built_program("songhua-gateway"), arguments, std::chrono::seconds{90});
    EXPECT_EQ(done.status, 0) << arguments[0] << ": " << done.err;
    return done;
  };
  const auto take_in = [&](const std::string& name, int from, int to) {
    gateway({"import", dir.file(name, readings(from, to)).string(), "--map", map.string()});
    gateway({"forward", "--drain"});
  };
  const auto store = dir / "store", image = dir / "image";
  songhua::test::enrol(config, "E1/gw1", dir.file("gw1.pub", gateway({"key"}).out));
  Process centre(built_program("songhua-central"), {"run", "-c", config.string()});
  ASSERT_TRUE(centre_listens()) << centre.err();

  take_in("morning.csv", 0, 30);
  std::filesystem::copy(store, image, std::filesystem::copy_options::recursive);
  take_in("noon.csv", 31, 60);
  EXPECT_EQ(central_totals(config, "E1"), (std::map<std::string, std::string>{{"L1 output.good p", "600"}}));
  std::filesystem::remove_all(store);
  std::filesystem::rename(image, store);
  take_in("afternoon.csv", 90, 120);
  EXPECT_EQ(central_totals(config, "E1"), (std::map<std::string, std::string>{{"L1 output.good p", "1200"}}));

  const auto audit = run(built_program("songhua-central"), {"audit", "-c", config.string(), "--format", "json"});
  EXPECT_EQ(audit.status, 0) << audit.out;
  EXPECT_EQ(nlohmann::json::parse(audit.out).size(), 2U) << audit.out;  // two lives
}

}  // namespace
}  // namespace songhua::test
