#include "imports/frames_jsonl.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "imports/gzip.h"

namespace songhua::imports {
namespace {

std::string fault(std::string_view line) {
  const auto frame = parse_frame(line, TimeZone::shanghai());
  return frame ? "none" : frame.error().message;
}

TEST(Frames, TopicPayloadAndTime) {
  const auto frame =
      parse_frame(R"({"topic":"a/b","base64":"AAH/","time":"2019-03-01T08:00:00","qos":0})", TimeZone::shanghai());
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->topic, "a/b");
  EXPECT_EQ(frame->payload, std::string("\0\x01\xFF", 3));
  EXPECT_EQ(format_utc(*frame->time), "2019-03-01T00:00:00.000Z");
  EXPECT_FALSE(frame->offset);
  EXPECT_EQ(parse_frame(R"({"topic":"a","base64":"","offset_ms":1234})", TimeZone::shanghai())->offset, Millis{1234});
}

TEST(Frames, Base64IsStrict) {
  const auto payload = [](std::string_view text) {
    const auto frame = parse_frame(R"({"topic":"a","base64":")" + std::string(text) + "\"}", TimeZone::shanghai());
    return frame ? frame->payload : "none";
  };
  EXPECT_EQ(payload("Zg=="), "f");
  EXPECT_EQ(payload("Zm8="), "fo");
  EXPECT_EQ(payload("Zm9v"), "foo");
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v Zm9v", "Zm-_", "=Zg="}) {
    EXPECT_EQ(payload(text), "none") << text;
  }
}

TEST(Frames, FaultsAreTold) {
  EXPECT_EQ(fault("{"), "not a JSON object");
  EXPECT_EQ(fault("[]"), "not a JSON object");
  EXPECT_EQ(fault(R"({"base64":""})"), "\"topic\" is missing or no text");
  EXPECT_EQ(fault(R"({"topic":"","base64":""})"), "\"topic\" is missing or no text");
  EXPECT_EQ(fault(R"({"topic":"a"})"), "\"base64\" is missing or no text");
  EXPECT_EQ(fault(R"({"topic":"a","base64":1})"), "\"base64\" is missing or no text");
  EXPECT_EQ(fault(R"({"topic":"a","base64":"!"})"), "\"base64\" is not base64");
  EXPECT_EQ(fault(R"({"topic":"a","base64":"","time":3})"), "\"time\" is no text");
  EXPECT_EQ(fault(R"({"topic":"a","base64":"","time":"noon"})").substr(0, 25), "\"time\": 'noon' is no time");
  EXPECT_EQ(fault(R"({"topic":"a","base64":"","offset_ms":1.5})"), "\"offset_ms\" is no whole number of milliseconds");
  EXPECT_EQ(fault(R"({"topic":"a","base64":"","offset_ms":-1})"), "\"offset_ms\" is no whole number of milliseconds");
  EXPECT_EQ(fault("{\"topic\":\"\xFF\",\"base64\":\"\"}"), "not a JSON object");
}

TEST(Frames, OneBadLineDoesNotDisturbTheOthers) {
  std::vector<std::string> seen;
  FramesReader reader(
      TimeZone::shanghai(), [&](Frame&& frame) { seen.push_back(std::to_string(frame.line) + " " + frame.topic); },
      [&](std::size_t line, std::string_view text, const std::string& reason) {
        seen.push_back(std::to_string(line) + " " + std::string(text) + ": " + reason);
      });
  const std::string text = "{\"topic\":\"a\",\"base64\":\"\"}\r\n\nnonsense\n{\"topic\":\"b\",\"base64\":\"\"}";
  for (const char c : text) reader.feed(std::string_view(&c, 1));
  reader.finish();
  EXPECT_EQ(seen, (std::vector<std::string>{"1 a", "3 nonsense: not a JSON object", "4 b"}));
}

TEST(Frames, AForeignNodesRecordingIsRead) {
  std::ifstream file(SONGHUA_TEST_DATA "/recording_foreign_a/recording.jsonl.gz", std::ios::binary);
  const std::string data((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto text = gunzip(data, 100'000'000);
  ASSERT_TRUE(text) << text.error().message;
  std::size_t frames = 0, rejects = 0;
  Millis last{0};
  FramesReader reader(
      TimeZone::shanghai(),
      [&](Frame&& frame) {
        ++frames;
        EXPECT_TRUE(frame.topic.starts_with("spBv1.0/")) << frame.topic;
        ASSERT_TRUE(frame.offset);
        EXPECT_GE(*frame.offset, last);
        last = *frame.offset;
      },
      [&](std::size_t, std::string_view, const std::string&) { ++rejects; });
  reader.feed(*text);
  reader.finish();
  EXPECT_EQ(frames, static_cast<std::size_t>(std::count(text->begin(), text->end(), '\n')));
  EXPECT_EQ(rejects, 0U);
}

}  // namespace
}  // namespace songhua::imports
