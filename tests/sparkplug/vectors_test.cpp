#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "sparkplug/payload.h"
#include "sparkplug/payload_json.h"

// Payloads of another encoder and of nobody's good will (tests/data/sparkplug/README.md).
namespace songhua::sparkplug {
namespace {

using nlohmann::json;

json load(const char* file) {
  std::ifstream in(std::string(SONGHUA_TEST_DATA) + "/sparkplug/" + file);
  return json::parse(in).at("vectors");
}

std::string from_base64(const std::string& text) {
  std::string out(text.size() / 4 * 3, '\0');
  const int n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  EXPECT_EQ(n, static_cast<int>(out.size()));
  for (auto c = text.rbegin(); c != text.rend() && *c == '='; ++c) out.pop_back();  // padding decodes to zeros
  return out;
}

TEST(PayloadVectors, AllDecodeExactlyAsStated) {
  const auto vectors = load("sparkplug_payload_vectors.json");
  ASSERT_EQ(vectors.size(), 87U);
  for (const auto& v : vectors) {
    SCOPED_TRACE(v.at("name").get<std::string>());
    Payload payload;
    const auto parsed = parse_payload(from_base64(v.at("base64")), {}, payload);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(to_json(payload), v.at("expect"));
  }
}

TEST(PayloadVectors, CompressedOnesExpandAsStated) {
  int compressed = 0;
  for (const auto& v : load("sparkplug_payload_vectors.json")) {
    if (!v.contains("expect_decompressed")) continue;
    ++compressed;
    SCOPED_TRACE(v.at("name").get<std::string>());
    Payload outer, inner;
    ASSERT_TRUE(parse_payload(from_base64(v.at("base64")), {}, outer).ok());
    ASSERT_TRUE(is_compressed(outer));
    const auto unwrapped = unwrap(outer, {}, inner);
    ASSERT_TRUE(unwrapped.ok()) << unwrapped.error().message;
    auto expected = v.at("expect_decompressed");
    if (outer.has_seq()) expected["seq"] = std::to_string(outer.seq());
    EXPECT_EQ(to_json(inner), expected);
  }
  EXPECT_EQ(compressed, 4);
}

TEST(PayloadVectors, SurviveEncodingAgain) {
  for (const auto& v : load("sparkplug_payload_vectors.json")) {
    SCOPED_TRACE(v.at("name").get<std::string>());
    Payload first, second;
    ASSERT_TRUE(parse_payload(from_base64(v.at("base64")), {}, first).ok());
    ASSERT_TRUE(parse_payload(first.SerializeAsString(), {}, second).ok());
    EXPECT_EQ(to_json(second), v.at("expect"));
  }
}

TEST(HostilePayloads, AreRefusedOrReadAsStated) {
  const auto vectors = load("sparkplug_hostile_payloads.json");
  ASSERT_EQ(vectors.size(), 100U);
  for (const auto& v : vectors) {
    SCOPED_TRACE(v.at("name").get<std::string>());
    Payload payload;
    const auto parsed = parse_payload(from_base64(v.at("base64")), {}, payload);
    EXPECT_EQ(parsed.ok(), v.at("protobuf") == "decodes");
    if (!parsed) {
      EXPECT_NE(parsed.error().message.find("refused"), std::string::npos);
      continue;
    }
    if (v.contains("expect")) {
      EXPECT_EQ(to_json(payload), v.at("expect"));
    }
    if (v.contains("expect_summary")) {
      EXPECT_EQ(payload.metrics_size(), v.at("expect_summary").at("metrics").get<int>());
    }
    EXPECT_NO_THROW((void)to_json(payload).dump());  // whatever is inside, the JSON is valid UTF-8
  }
}

TEST(HostilePayloads, FaultyCompressedOnesAreRefusedWithAReason) {
  int refused = 0, empty = 0;
  for (const auto& v : load("sparkplug_hostile_payloads.json")) {
    const auto name = v.at("name").get<std::string>();
    if (v.at("group") != "compressed" && name != "uuid-compressed-no-body") continue;
    SCOPED_TRACE(name);
    PayloadDecoder decoder;
    const auto decoded = decoder.decode(from_base64(v.at("base64")));
    if (name == "compressed-empty-inner") {
      ASSERT_TRUE(decoded.ok());
      EXPECT_EQ((*decoded)->metrics_size(), 0);
      ++empty;
    } else {
      ASSERT_FALSE(decoded.ok());
      EXPECT_NE(decoded.error().message.find("compressed"), std::string::npos) << decoded.error().message;
      ++refused;
    }
  }
  EXPECT_EQ(refused, 6);
  EXPECT_EQ(empty, 1);
}

}  // namespace
}  // namespace songhua::sparkplug
