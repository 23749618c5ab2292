#include "sparkplug/topic.h"

#include <gtest/gtest.h>

#include "tck/tck.h"

namespace songhua::sparkplug {
namespace {

using std::string_literals::operator""s;

void expect_refused(const std::string& topic) {
  EXPECT_FALSE(parse_topic(topic).ok()) << topic;
}

TCK_TEST(Topic, tck_id_topic_structure, tck_id_intro_group_id_string, tck_id_intro_edge_node_id_string,
         tck_id_intro_device_id_string) {
  for (auto type : {MessageType::nbirth, MessageType::ndeath, MessageType::ndata, MessageType::ncmd}) {
    const auto text = node_topic(type, "plant 1", "装配线");
    const auto topic = parse_topic(text);
    ASSERT_TRUE(topic.ok()) << topic.error().message;
    EXPECT_EQ(topic->type, type);
    EXPECT_EQ(topic->group, "plant 1");
    EXPECT_EQ(topic->node, "装配线");
    EXPECT_EQ(topic->device, "");
  }
  for (auto type : {MessageType::dbirth, MessageType::ddeath, MessageType::ddata, MessageType::dcmd}) {
    const auto text = device_topic(type, "G", "E", "D");
    const auto topic = parse_topic(text);
    ASSERT_TRUE(topic.ok());
    EXPECT_EQ(topic->type, type);
    EXPECT_EQ(topic->device, "D");
  }
}

TCK_TEST(Topic, tck_id_host_topic_phid_birth_topic, tck_id_host_topic_phid_death_topic,
         tck_id_operational_behavior_host_application_connect_will_topic,
         tck_id_operational_behavior_host_application_connect_birth_topic,
         tck_id_operational_behavior_host_application_death_topic) {
  EXPECT_EQ(state_topic("songhua"), "spBv1.0/STATE/songhua");
  const auto topic = parse_topic("spBv1.0/STATE/songhua");
  ASSERT_TRUE(topic.ok());
  EXPECT_EQ(topic->type, MessageType::state);
  EXPECT_EQ(topic->host_id, "songhua");
}

TEST(Topic, tck_id_topics_ncmd_topic) {
  EXPECT_EQ(node_topic(MessageType::ncmd, "G", "E"), "spBv1.0/G/NCMD/E");
}
TEST(Topic, tck_id_topics_dcmd_topic) {
  EXPECT_EQ(device_topic(MessageType::dcmd, "G", "E", "D"), "spBv1.0/G/DCMD/E/D");
}

TEST(Topic, tck_id_topic_structure_namespace_a) {
  expect_refused("spAv1.0/G/NDATA/E");
  expect_refused("spbv1.0/G/NDATA/E");
  expect_refused("STATE/songhua");
  expect_refused("");
}

TEST(Topic, tck_id_topic_structure_namespace_device_id_associated_message_types) {
  for (auto type : {"DBIRTH", "DDEATH", "DDATA", "DCMD"}) expect_refused("spBv1.0/G/"s + type + "/E");
}

TEST(Topic, tck_id_topic_structure_namespace_device_id_non_associated_message_types) {
  for (auto type : {"NBIRTH", "NDEATH", "NDATA", "NCMD"}) expect_refused("spBv1.0/G/"s + type + "/E/D");
  expect_refused("spBv1.0/STATE/H/D");
}

TCK_TEST(Topic, tck_id_topic_structure_namespace_valid_group_id, tck_id_intro_group_id_chars) {
  expect_refused("spBv1.0//NDATA/E");
  expect_refused("spBv1.0/G+/NDATA/E");
  expect_refused("spBv1.0/\xff/NDATA/E");
}
TCK_TEST(Topic, tck_id_topic_structure_namespace_valid_edge_node_id, tck_id_intro_edge_node_id_chars) {
  expect_refused("spBv1.0/G/NDATA/");
  expect_refused("spBv1.0/G/NDATA/E#");
  expect_refused("spBv1.0/G/NDATA/\xc3");
}
TCK_TEST(Topic, tck_id_topic_structure_namespace_valid_device_id, tck_id_intro_device_id_chars) {
  expect_refused("spBv1.0/G/DDATA/E/");
  expect_refused("spBv1.0/G/DDATA/E/D\0x"s);
  expect_refused("spBv1.0/G/DDATA/E/\xed\xa0\x80");
}

TEST(Topic, RefusesUnknownTypesAndLevels) {
  for (auto topic :
       {"spBv1.0", "spBv1.0/G", "spBv1.0/G/NDATA", "spBv1.0/G/NDATA/E/D/X", "spBv1.0/G/ndata/E", "spBv1.0/G/NRECORD/E",
        "spBv1.0/STATE", "spBv1.0/STATE/", "spBv1.0/G/STATE/E", "spBv1.0/G/DDATA/E/D/X/Y"})
    expect_refused(topic);
}

TEST(Topic, AllowsNamesOfMessageTypesAsIds) {
  const auto topic = parse_topic("spBv1.0/STATE/DDATA/NBIRTH/DDATA");
  ASSERT_TRUE(topic.ok());
  EXPECT_EQ(topic->group, "STATE");
  EXPECT_EQ(topic->node, "NBIRTH");
  EXPECT_EQ(topic->device, "DDATA");
}

TEST(Utf8, AcceptsExactlyTheWellFormed) {
  for (auto good : {"", "abc", "°C", "松花江", "👷", "\x7f", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (auto bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                   "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe4\xb8", "\xff", "a\xc3"})
    EXPECT_FALSE(is_utf8(bad));
}

// Every sequence of up to three bytes, against the definition: what encoding some code point gives.
TEST(Utf8, AgreesWithTheDefinitionOnAllShortTexts) {
  std::vector<bool> two(1 << 16), three(1 << 24);
  for (unsigned c = 0x80; c < 0x10000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    if (c < 0x800)
      two[(0xC0 | c >> 6) << 8 | (0x80 | (c & 63))] = true;
    else
      three[(0xE0 | c >> 12) << 16 | (0x80 | (c >> 6 & 63)) << 8 | (0x80 | (c & 63))] = true;
  }
  std::string text(3, '\0');
  std::size_t wrong = 0;
  for (unsigned n = 0; n < 1U << 24; ++n) {
    const unsigned a = n >> 16, b = n >> 8 & 255, c = n & 255;
    if (a < 0x80 && a != 'a') continue;  // one ASCII byte in front stands for all
    const bool expected = three[n] || (two[a << 8 | b] && c < 0x80) || (a < 0x80 && two[b << 8 | c]) ||
                          (a < 0x80 && b < 0x80 && c < 0x80);
    text[0] = static_cast<char>(a), text[1] = static_cast<char>(b), text[2] = static_cast<char>(c);
    if (is_utf8(text) != expected) ++wrong;
  }
  EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace songhua::sparkplug
