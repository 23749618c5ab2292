#include "edge_node/payload.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "edge_node/host_state.h"
#include "sparkplug_b.pb.h"

namespace songhua::edge_node {
namespace {

using Payload = org::eclipse::tahu::protobuf::Payload;

class List final : public MetricSource {
 public:
  explicit List(std::vector<MetricOut> metrics) : metrics_(std::move(metrics)) {}
  void rewind() override { next_ = 0; }
  bool next(MetricOut& metric) override {
    if (next_ == metrics_.size()) return false;
    metric = metrics_[next_++];
    return true;
  }

 private:
  std::vector<MetricOut> metrics_;
  std::size_t next_ = 0;
};

std::string encoded(std::optional<std::uint64_t> time, std::optional<std::uint64_t> seq,
                    std::vector<MetricOut> metrics) {
  std::array<std::uint8_t, 4096> out{};
  List list(std::move(metrics));
  const auto size = encode(out, time, seq, list);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 3)
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

// The message vectors of the wire contract, T = 1700000000000.
TEST(Payload, WritesTheReferenceBytes) {
  constexpr std::uint64_t kT = 1'700'000'000'000;
  EXPECT_EQ(
      encoded({}, {}, {{.name = "bdSeq", .alias = {}, .timestamp = {}, .datatype = true, .value = Value::int64(7)}}),
      from_hex("12 0B 0A 05 62 64 53 65 71 20 04 58 07 "));
  EXPECT_EQ(encoded(kT, 0, {{.name = {}, .alias = 5, .timestamp = kT, .value = Value::int64(-2)}}),
            from_hex("08 80 D0 95 FF BC 31 12 14 10 05 18 80 D0 95 FF BC 31 58 FE FF FF FF FF FF FF FF FF 01 18 00 "));
  EXPECT_EQ(encoded(kT, 255, {}), from_hex("08 80 D0 95 FF BC 31 18 FF 01 "));
}

TEST(Payload, TooSmallABufferIsToldNotOverrun) {
  std::array<std::uint8_t, 16> out{};
  List list(
      {{.name = "a name that is longer than the buffer", .alias = {}, .timestamp = {}, .value = Value::int64(1)}});
  EXPECT_EQ(encode(out, 1, 1, list), 0U);
}

RC_GTEST_PROP(PayloadLaws, AnotherLibraryReadsWhatWeWrite, ()) {
  const auto ascii = rc::gen::container<std::string>(rc::gen::inRange<char>(' ', 127));
  const auto name = *ascii;
  const auto integer = *rc::gen::arbitrary<std::int64_t>();
  const auto small = *rc::gen::arbitrary<std::int32_t>();
  const auto alias = *rc::gen::arbitrary<std::uint64_t>();
  const auto text = *ascii;
  RC_PRE(text.size() < 64 && !name.empty());
  Payload p;
  RC_ASSERT(p.ParseFromString(
      encoded(3, 4,
              {{.name = name, .alias = alias, .timestamp = 9, .datatype = true, .value = Value::int64(integer)},
               {.name = {}, .alias = 0, .timestamp = {}, .historical = true, .value = Value::int32(small)},
               {.name = {}, .alias = {}, .timestamp = {}, .value = Value::string(text)},
               {.name = {}, .alias = {}, .timestamp = {}, .value = Value::float64(0.5)},
               {.name = {}, .alias = {}, .timestamp = {}, .value = Value::boolean(true)}})));
  RC_ASSERT(p.metrics_size() == 5);
  RC_ASSERT(p.metrics(0).name() == name && p.metrics(0).alias() == alias && p.metrics(0).datatype() == 4U);
  RC_ASSERT(static_cast<std::int64_t>(p.metrics(0).long_value()) == integer);
  RC_ASSERT(p.metrics(1).has_alias() && p.metrics(1).is_historical() && !p.metrics(1).has_datatype());
  RC_ASSERT(static_cast<std::int32_t>(p.metrics(1).int_value()) == small);
  RC_ASSERT(p.metrics(2).string_value() == text);
  RC_ASSERT(p.metrics(3).double_value() == 0.5 && p.metrics(4).boolean_value());
}

class Collect final : public CommandSink {
 public:
  void command(const Command& c) override {
    names.emplace_back(c.name.view());
    integers.push_back(c.integer);
  }
  std::vector<std::string> names;
  std::vector<std::int64_t> integers;
};

TEST(Payload, ReadsCommandsAndSkipsWhatItDoesNotKnow) {
  Payload p;
  p.set_uuid("something");
  p.set_body("opaque");
  auto* table = p.add_metrics();
  table->set_name("table");
  table->mutable_dataset_value()->add_columns("c");
  auto* m = p.add_metrics();
  m->set_name("Takt");
  m->set_int_value(static_cast<std::uint32_t>(-3));
  m->mutable_properties()->add_keys("k");
  auto* longer = p.add_metrics();
  longer->set_name(std::string(500, 'x'));
  const auto bytes = p.SerializeAsString();
  Collect collect;
  ASSERT_TRUE(decode_commands({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, collect));
  ASSERT_EQ(collect.names.size(), 3U);
  EXPECT_EQ(collect.names[1], "Takt");
  EXPECT_EQ(collect.integers[1], -3);
}

RC_GTEST_PROP(PayloadLaws, NoBytesFromTheNetworkBreakIt, ()) {
  const auto bytes = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
  Collect collect;
  decode_commands(bytes, collect);
}

TEST(HostState, ReadsWhatHostsWrite) {
  const auto plain = parse_host_state(R"({"online":true,"timestamp":1700000000000})");
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->online);
  EXPECT_EQ(plain->timestamp, 1'700'000'000'000);
  const auto odd =
      parse_host_state(" { \"x\" : [1,{\"y\":null}, -2.5e3] , \"timestamp\" : 16671135 ,\n\"online\":false } ");
  ASSERT_TRUE(odd);
  EXPECT_FALSE(odd->online);
  EXPECT_EQ(odd->timestamp, 16'671'135);
}

TEST(HostState, DropsWhatIsMalformed) {
  for (const auto* text :
       {"", "{}", "OFFLINE", "[]", R"({"online":true})", R"({"timestamp":1})", R"({"online":"true","timestamp":1})",
        R"({"online":true,"timestamp":"1"})", R"({"online":true,"timestamp":-1})", R"({"online":true,"timestamp":1.5})",
        R"({"online":true,"timestamp":1e3})", R"({"online":true,"timestamp":1)", R"({"online":true,"timestamp":1} x)",
        R"({"online":true,"timestamp":99999999999999999999})",
        R"({"a":[[[[[[[[[[[1]]]]]]]]]]],"online":true,"timestamp":1})"}) {
    EXPECT_FALSE(parse_host_state(text)) << text;
  }
}

}  // namespace
}  // namespace songhua::edge_node
