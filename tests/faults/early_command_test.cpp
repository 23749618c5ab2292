// An operator's command that is faster than the birth it goes by.
#include <nlohmann/json.hpp>

#include "plant/plant.h"
#include "raw_node.h"

namespace songhua::test {
namespace {

// A script that answers a birth within milliseconds, as drivers of the conformance kit do: its command is written with
// the alias and type of that birth, which the gateway has not taken in yet.
TEST(EarlyCommand, WaitsForTheBirthThatIsOnItsWay) {
  Broker broker;
  const TempDir dir;
  const auto config = write_config(dir.path(), broker.uri());
  const auto program = built_program("songhua-gateway");
  MqttProbe ear;
  ASSERT_TRUE(ear.connect(broker.uri(), "ear", {{"spBv1.0/STATE/songhua", mqtt::Qos::kAtLeastOnce}}));
  const Process gateway(program, {"run", "-c", config.string()});
  ASSERT_TRUE(ear.received(1));
  Voice voice(broker.uri());
  for (const char* name : {"E1", "E2", "E3", "E4", "E5"}) {
    RawNode node(voice, "G", name);
    node.birth(std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()), 100);
    ASSERT_TRUE(voice.heard());
    const auto sent =
        run(program, {"command", "-c", config.string(), std::string("G/") + name + "/L", RawNode::kGood, "7"});
    EXPECT_EQ(sent.status, 0) << sent.err;
    EXPECT_NE(sent.out.find("as Int64, alias 1"), std::string::npos) << sent.out;
  }
  const auto unknown = run(program, {"command", "-c", config.string(), "G/E1/L", "Output/q/CN/Good", "7"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("not among the metrics of G/E1/L"), std::string::npos) << unknown.err;
}

}  // namespace
}  // namespace songhua::test
