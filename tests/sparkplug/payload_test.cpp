#include "sparkplug/payload.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

#include "sparkplug/inflate.h"
#include "sparkplug/value.h"
#include "tck/tck.h"

namespace songhua::sparkplug {
namespace {

constexpr auto kNow = unix_millis(1'700'000'000'000);

std::string bytes_of(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 3)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

Payload parsed(const std::string& bytes) {
  Payload p;
  EXPECT_TRUE(parse_payload(bytes, {}, p).ok());
  return p;
}

TCK_TEST(Command, tck_id_operational_behavior_data_commands_ncmd_rebirth_name, tck_id_topics_ncmd_payload) {
  // The very bytes of the contract's message test vector.
  EXPECT_EQ(encode_rebirth(kNow), bytes_of("08 80 D0 95 FF BC 31 12 21 0A 14 4E 6F 64 65 20 43 6F 6E 74 72 6F 6C 2F 52 "
                                           "65 62 69 72 74 68 18 80 D0 95 FF BC "
                                           "31 20 0B 70 01"));
}
TEST(Command, tck_id_operational_behavior_data_commands_ncmd_rebirth_value) {
  const auto p = parsed(encode_rebirth(kNow));
  EXPECT_TRUE(p.metrics(0).boolean_value());
  EXPECT_EQ(p.metrics(0).datatype(), pb::Boolean);
}
TEST(Command, tck_id_payloads_ncmd_seq) {
  EXPECT_FALSE(parsed(encode_rebirth(kNow)).has_seq());
}
TCK_TEST(Command, tck_id_payloads_ncmd_timestamp, tck_id_topics_ncmd_timestamp) {
  EXPECT_EQ(parsed(encode_rebirth(kNow)).timestamp(), 1'700'000'000'000U);
}

Command write(std::uint32_t type, std::string value) {
  Command c;
  c.name = "M";
  c.datatype = type;
  c.value = std::move(value);
  return c;
}
Payload sent(const Command& c) {
  const auto bytes = encode_command(c, kNow);
  EXPECT_TRUE(bytes.ok()) << bytes.error().message;
  return parsed(*bytes);
}

TCK_TEST(Command, tck_id_payloads_dcmd_seq, tck_id_payloads_dcmd_timestamp, tck_id_topics_dcmd_timestamp,
         tck_id_topics_dcmd_payload, tck_id_payloads_name_cmd_requirement) {
  const auto p = sent(write(pb::Int32, "5"));
  EXPECT_FALSE(p.has_seq());
  EXPECT_EQ(p.timestamp(), 1'700'000'000'000U);
  ASSERT_EQ(p.metrics_size(), 1);  // what is to be written, and nothing else
  EXPECT_EQ(p.metrics(0).name(), "M");
  EXPECT_EQ(p.metrics(0).int_value(), 5U);
  EXPECT_EQ(p.metrics(0).timestamp(), 1'700'000'000'000U);
}
TCK_TEST(Command, tck_id_operational_behavior_data_commands_dcmd_metric_value,
         tck_id_operational_behavior_data_commands_ncmd_metric_value) {
  EXPECT_EQ(sent(write(pb::Int8, "-1")).metrics(0).int_value(), 0xFFFFFFFFU);
  EXPECT_EQ(sent(write(pb::UInt8, "200")).metrics(0).int_value(), 200U);
  EXPECT_EQ(sent(write(pb::UInt16, "65535")).metrics(0).int_value(), 65535U);
  EXPECT_EQ(sent(write(pb::Int64, "-2")).metrics(0).long_value(), 0xFFFFFFFFFFFFFFFEU);
  EXPECT_EQ(sent(write(pb::UInt64, "18446744073709551615")).metrics(0).long_value(), 0xFFFFFFFFFFFFFFFFU);
  EXPECT_EQ(sent(write(pb::UInt32, "4294967295")).metrics(0).long_value(), 4294967295U);
  EXPECT_EQ(sent(write(pb::Double, "1.5")).metrics(0).double_value(), 1.5);
  EXPECT_EQ(sent(write(pb::Float, "-0.25")).metrics(0).float_value(), -0.25F);
  EXPECT_TRUE(sent(write(pb::Boolean, "true")).metrics(0).boolean_value());
  EXPECT_EQ(sent(write(pb::String, "启动")).metrics(0).string_value(), "启动");
  auto in_int = write(pb::UInt32, "7");
  in_int.uint32_in_int_value = true;
  EXPECT_EQ(sent(in_int).metrics(0).int_value(), 7U);
}
TEST(Command, RefusesWhatDoesNotFit) {
  for (const auto& [type, value] : std::vector<std::pair<std::uint32_t, std::string>>{{pb::Int8, "128"},
                                                                                      {pb::UInt8, "-1"},
                                                                                      {pb::UInt32, "4294967296"},
                                                                                      {pb::Int64, "1.5"},
                                                                                      {pb::Int64, ""},
                                                                                      {pb::Boolean, "yes"},
                                                                                      {pb::Float, "1e39"},
                                                                                      {pb::Double, "x"},
                                                                                      {pb::String, "\xff"},
                                                                                      {pb::DataSet, "1"},
                                                                                      {pb::Unknown, "1"},
                                                                                      {99, "1"}})
    EXPECT_FALSE(encode_command(write(type, value), kNow).ok()) << type << " " << value;
  auto nameless = write(pb::Int8, "1");
  nameless.name.clear();
  EXPECT_FALSE(encode_command(nameless, kNow).ok());
}
TEST(Command, tck_id_payloads_alias_data_cmd_requirement) {
  auto c = write(pb::Int64, "3");
  c.alias = 0;
  const auto p = sent(c);
  EXPECT_TRUE(p.metrics(0).has_alias());
  EXPECT_FALSE(p.metrics(0).has_name());
}
TEST(Command, WritesNull) {
  auto c = write(pb::Int64, "");
  c.value.reset();
  const auto p = sent(c);
  EXPECT_TRUE(p.metrics(0).is_null());
  EXPECT_EQ(p.metrics(0).value_case(), Metric::VALUE_NOT_SET);
}
TEST(Command, KnowsDatatypesByNameAndNumber) {
  EXPECT_EQ(parse_datatype("Int64"), 4U);
  EXPECT_EQ(parse_datatype("11"), 11U);
  EXPECT_EQ(parse_datatype("Integer"), std::nullopt);
  EXPECT_EQ(parse_datatype("35"), std::nullopt);
  EXPECT_EQ(datatype_name(4), "Int64");
  EXPECT_EQ(datatype_name(77), "77");
}

TEST(Payload, ReadsTheContractsMessages) {
  const auto death = parsed(bytes_of("12 0B 0A 05 62 64 53 65 71 20 04 58 07"));
  EXPECT_EQ(death.metrics(0).name(), "bdSeq");
  EXPECT_EQ(death.metrics(0).long_value(), 7U);
  EXPECT_FALSE(death.has_seq());
  const auto data =
      parsed(bytes_of("08 80 D0 95 FF BC 31 12 14 10 05 18 80 D0 95 FF BC 31 58 FE FF FF FF FF FF FF FF FF 01 18 00"));
  EXPECT_TRUE(data.has_seq());
  EXPECT_EQ(data.metrics(0).alias(), 5U);
  EXPECT_EQ(static_cast<std::int64_t>(data.metrics(0).long_value()), -2);
}

std::string empty_metrics(std::size_t n) {
  std::string bytes;
  for (std::size_t i = 0; i < n; ++i) bytes += std::string("\x12\x00", 2);
  return bytes;
}

TEST(PayloadLimits, HoldAtTheBorder) {
  Payload p;
  PayloadLimits limits;
  limits.bytes = 100;
  EXPECT_TRUE(parse_payload(empty_metrics(50), limits, p).ok());
  EXPECT_FALSE(parse_payload(empty_metrics(51), limits, p).ok());
  EXPECT_TRUE(parse_payload(empty_metrics(100'000), {}, p).ok());
  EXPECT_FALSE(parse_payload(empty_metrics(100'001), {}, p).ok());
}

TEST(PayloadLimits, CountElementsAtAnyDepth) {
  Payload p;
  auto& set = *p.add_metrics()->mutable_dataset_value();
  for (int r = 0; r < 200; ++r)
    for (auto* row = set.add_rows(); row->elements_size() < 10;) row->add_elements();
  PayloadLimits limits;
  limits.elements = 2'202;  // the metric, its DataSet, 200 rows, 2,000 cells
  EXPECT_TRUE(parse_payload(p.SerializeAsString(), limits, p).ok());
  limits.elements = 2'201;
  EXPECT_FALSE(parse_payload(p.SerializeAsString(), limits, p).ok());
  std::string unknown;
  for (int i = 0; i < 500'000; ++i) unknown += std::string("\x38\x01", 2);  // field 7, varint
  EXPECT_FALSE(parse_payload(unknown, {}, p).ok());
}

std::string deflated(const std::string& text, int window_bits) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, text.size()) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

TEST(Compressed, LimitIsExact) {
  std::string text(100'000, 'x');
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(i * 2654435761U >> 13);  // hardly compressible
  const auto z = deflated(text, 15);
  EXPECT_EQ(*inflate_bytes(z, Wrapping::zlib, text.size(), 500), text);
  EXPECT_FALSE(inflate_bytes(z, Wrapping::zlib, text.size() - 1, 500).ok());
  EXPECT_EQ(*inflate_bytes(deflated(text, 31), Wrapping::gzip, text.size(), 500), text);
  EXPECT_FALSE(inflate_bytes(z, Wrapping::gzip, text.size(), 500).ok());
  EXPECT_FALSE(inflate_bytes(z + "x", Wrapping::zlib, text.size(), 500).ok());
  EXPECT_FALSE(inflate_bytes(z.substr(0, z.size() - 1), Wrapping::zlib, text.size(), 500).ok());
  EXPECT_FALSE(inflate_bytes("", Wrapping::zlib, 100, 500).ok());
}

TEST(Compressed, RatioStopsABombBelowTheSizeLimit) {
  const std::string zeros(4'000'000, '\0');
  EXPECT_FALSE(inflate_bytes(deflated(zeros, 15), Wrapping::zlib, 8'000'000, 500).ok());
  EXPECT_TRUE(inflate_bytes(deflated(std::string(60'000, '\0'), 15), Wrapping::zlib, 8'000'000, 500).ok());
}

TEST(Compressed, SeqIsTheOutersElseTheInners) {
  Payload inner, outer, out;
  inner.set_seq(5);
  inner.set_timestamp(11);
  outer.set_uuid("SPBV1.0_COMPRESSED");
  outer.set_body(deflated(inner.SerializeAsString(), 15));
  ASSERT_TRUE(unwrap(outer, {}, out).ok());
  EXPECT_EQ(out.seq(), 5U);
  outer.set_seq(6);
  outer.set_timestamp(12);
  ASSERT_TRUE(unwrap(outer, {}, out).ok());
  EXPECT_EQ(out.seq(), 6U);
  EXPECT_EQ(out.timestamp(), 11U);
  Payload twice;
  twice.set_uuid("SPBV1.0_COMPRESSED");
  twice.set_body(deflated(outer.SerializeAsString(), 15));
  EXPECT_FALSE(unwrap(twice, {}, out).ok());
}

TEST(PayloadDecoder, ForgetsThePayloadBefore) {
  PayloadDecoder decoder;
  Payload a;
  a.set_seq(1);
  a.add_metrics()->set_string_value(std::string(2'000'000, 'x'));
  ASSERT_TRUE(decoder.decode(a.SerializeAsString()).ok());
  const auto empty = decoder.decode("");
  ASSERT_TRUE(empty.ok());
  EXPECT_FALSE((*empty)->has_seq());
  EXPECT_EQ((*empty)->metrics_size(), 0);
  EXPECT_FALSE(decoder.decode("\xff").ok());
  EXPECT_TRUE(decoder.decode(encode_rebirth(kNow)).ok());
}

// For each integer type: what fits round trips from command to meaning, at every border.
RC_GTEST_PROP(Values, IntegersMeanWhatWasWritten, (std::int64_t value)) {
  for (auto type : {pb::Int8, pb::Int16, pb::Int32, pb::Int64, pb::UInt8, pb::UInt16, pb::UInt32, pb::UInt64}) {
    const auto bytes = encode_command(write(type, std::to_string(value)), kNow);
    if (!bytes) continue;
    const auto p = parsed(*bytes);
    const auto in = interpret(wire_value(p.metrics(0)), type);
    RC_ASSERT(in.problem == ValueProblem::none);
    if (const auto* s = std::get_if<std::int64_t>(&in.value))
      RC_ASSERT(*s == value);
    else
      RC_ASSERT(std::get<std::uint64_t>(in.value) == static_cast<std::uint64_t>(value));
  }
}

TEST(Values, ReadBareAndSignExtendedSmallIntegers) {
  Metric m;
  const auto read = [&](std::uint32_t raw, std::uint32_t type) {
    m.set_int_value(raw);
    return interpret(wire_value(m), type);
  };
  EXPECT_EQ(std::get<std::int64_t>(read(0xFF, pb::Int8).value), -1);
  EXPECT_EQ(std::get<std::int64_t>(read(0xFFFFFFFF, pb::Int8).value), -1);
  EXPECT_EQ(std::get<std::int64_t>(read(0x80, pb::Int8).value), -128);
  EXPECT_EQ(std::get<std::int64_t>(read(0x8000, pb::Int16).value), -32768);
  EXPECT_EQ(read(0x100, pb::Int8).problem, ValueProblem::out_of_range);
  EXPECT_EQ(read(0xFFFFFF7F, pb::Int8).problem, ValueProblem::out_of_range);
  EXPECT_EQ(read(256, pb::UInt8).problem, ValueProblem::out_of_range);
  EXPECT_EQ(read(65536, pb::UInt16).problem, ValueProblem::out_of_range);
  EXPECT_EQ(read(1, pb::Int64).problem, ValueProblem::wrong_field);
  EXPECT_EQ(std::get<std::uint64_t>(read(4294967295, pb::UInt32).value), 4294967295U);
  m.set_long_value(std::uint64_t{1} << 32);
  EXPECT_EQ(interpret(wire_value(m), pb::UInt32).problem, ValueProblem::out_of_range);
}

TEST(Values, JudgeArraysByTheirLength) {
  Metric m;
  const auto problem = [&](std::string bytes, std::uint32_t type) {
    m.set_bytes_value(std::move(bytes));
    return interpret(wire_value(m), type).problem;
  };
  EXPECT_EQ(problem("abc", pb::Int8Array), ValueProblem::none);
  EXPECT_EQ(problem("abc", pb::Int16Array), ValueProblem::bad_array);
  EXPECT_EQ(problem("12345678", pb::DateTimeArray), ValueProblem::none);
  EXPECT_EQ(problem(bytes_of("0C 00 00 00 34 D0"), pb::BooleanArray), ValueProblem::none);
  EXPECT_EQ(problem(bytes_of("0C 00 00 00 34"), pb::BooleanArray), ValueProblem::bad_array);
  EXPECT_EQ(problem("", pb::BooleanArray), ValueProblem::none);
  EXPECT_EQ(problem(bytes_of("0C 00"), pb::BooleanArray), ValueProblem::bad_array);
  EXPECT_EQ(problem(bytes_of("FF FF FF FF"), pb::BooleanArray), ValueProblem::bad_array);
}

}  // namespace
}  // namespace songhua::sparkplug
