#include "sparkplug/state_json.h"

#include <gtest/gtest.h>

namespace songhua::sparkplug {
namespace {

TEST(StateJson, tck_id_host_topic_phid_birth_payload) {
  EXPECT_EQ(format_state({true, unix_millis(1'700'000'000'000)}), R"({"online":true,"timestamp":1700000000000})");
}
TEST(StateJson, tck_id_host_topic_phid_death_payload) {
  EXPECT_EQ(format_state({false, unix_millis(1'700'000'000'001)}), R"({"online":false,"timestamp":1700000000001})");
}

TEST(StateJson, ReadsWhatIsValid) {
  for (auto text : {R"({"online":true,"timestamp":16671135})",
                    R"({ "timestamp" : 16671135, "more": [1,{"x":null}], "online" : true })"}) {
    const auto status = parse_state(text);
    ASSERT_TRUE(status.ok()) << status.error().message;
    EXPECT_TRUE(status->online);
    EXPECT_EQ(count_of(status->timestamp), 16671135);
  }
  EXPECT_TRUE(parse_state(R"({"online":false,"timestamp":0})").ok());
  EXPECT_TRUE(parse_state(R"({"online":false,"timestamp":9223372036854775807})").ok());
}

TEST(StateJson, DropsWhatIsMalformed) {
  for (auto text :
       {"", "ONLINE", "OFFLINE", "true", "[]", "{", "{}", R"({"online":true})", R"({"timestamp":1})",
        R"({"online":"true","timestamp":1})", R"({"online":1,"timestamp":1})", R"({"online":true,"timestamp":"1"})",
        R"({"online":true,"timestamp":1.0})", R"({"online":true,"timestamp":1e3})", R"({"online":true,"timestamp":-1})",
        R"({"online":true,"timestamp":9223372036854775808})", R"({"online":true,"timestamp":null})",
        R"({"online":true,"timestamp":1}x)", "{\"online\":true,\"timestamp\":1,\"x\":\"\xff\"}"})
    EXPECT_FALSE(parse_state(text).ok()) << text;
  EXPECT_FALSE(parse_state(std::string(100'000, '[')).ok());
  EXPECT_FALSE(parse_state(std::string(4000, '[')).ok());
}

}  // namespace
}  // namespace songhua::sparkplug
