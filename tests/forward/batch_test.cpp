#include "forward/batch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "rollup/codec.h"
#include "songhua/v1/forward.pb.h"

namespace songhua::forward {
namespace {

SigningKey key(char seed = 'k') {
  return SigningKey::from_seed(std::string(32, seed));
}

Batch batch(std::uint64_t number = 1) {
  Batch b;
  b.enterprise = "E1";
  b.gateway = "gw1";
  b.incarnation = {std::string(32, 'a'), std::nullopt, 0};
  b.number = number;
  if (number > 1) b.previous = Digest::of("before");
  b.dictionary = Digest::of("dictionary");
  b.created = unix_millis(1'552'608'000'123);
  return b;
}

BatchRecord record(std::string content = {}) {
  const auto start = unix_millis(1'552'608'000'000);
  return {rollup::LineIndex{0}, storage::SourceIndex{0}, {start, start + kQuarterHour}, 7, std::move(content)};
}

WireDictionary dictionary() {
  WireDictionary d;
  d.lines = {{"S/C/L1", std::nullopt}, {"S/C/L2", unix_millis(1'552'608'000'000)}};
  d.sources = {"S/C"};
  SeriesSpec spec;
  spec.line = "S/C/L1";
  spec.key = {"output.good", "car", "CN"};
  spec.unit = "";
  spec.width = 32;
  spec.rate_limit = RateLimit{100, Millis{60'000}};
  spec.silence = Silence::unchanged;
  d.series.push_back(spec);
  spec.line = "S/C/L2";
  spec.key = {"process.温度", "", ""};
  spec.kind = SeriesKind::gauge;
  spec.factor = Fraction{1, 3};
  spec.rate_limit.reset();
  spec.official = false;
  d.series.push_back(spec);
  d.gap_limit = Millis{90'000'000};
  return d;
}

rollup::Record content(rollup::Run run) {
  rollup::Record r;
  r.window = record().window;
  rollup::TotalizerPart part;
  part.runs.push_back(std::move(run));
  r.series.push_back({rollup::SeriesIndex{0}, part});
  return r;
}

template <typename T>
std::string code(const Checked<T>& outcome) {
  const auto* refused = std::get_if<Refused>(&outcome);
  return refused ? std::string(to_string(refused->code)) : "taken";
}

TEST(Batch, ComesBackAsItWasSent) {
  auto sent = batch(2);
  sent.incarnation.continues = std::string(32, 'b');
  sent.incarnation.continued_to = 17;
  sent.records = {record("bytes"), record()};
  const auto decoded = decode_batch(encode_batch(sent));
  ASSERT_EQ(code(decoded), "taken");
  const auto& got = std::get<Batch>(decoded);
  EXPECT_EQ(got.enterprise, sent.enterprise);
  EXPECT_EQ(got.incarnation.continues, sent.incarnation.continues);
  EXPECT_EQ(got.incarnation.continued_to, 17U);
  EXPECT_EQ(got.previous, sent.previous);
  EXPECT_EQ(got.created, sent.created);
  EXPECT_EQ(got.records, sent.records);
}

TEST(Batch, HeadsOutOfRangeAreRefused) {
  const auto with = [](auto change) {
    auto b = batch(2);
    b.records = {record()};
    change(b);
    return code(decode_batch(encode_batch(b)));
  };
  EXPECT_EQ(with([](Batch&) {}), "taken");
  EXPECT_EQ(with([](Batch& b) { b.enterprise = "E/1"; }), "malformed");
  EXPECT_EQ(with([](Batch& b) { b.gateway = ""; }), "malformed");
  EXPECT_EQ(with([](Batch& b) { b.incarnation.id = "abcd"; }), "malformed");
  EXPECT_EQ(with([](Batch& b) { b.previous.reset(); }), "malformed");
  EXPECT_EQ(with([](Batch& b) { b.number = 1; }), "malformed");  // a first batch with a previous one
  EXPECT_EQ(with([](Batch& b) { b.records[0].window.start += kMinute; }), "malformed");
  EXPECT_EQ(with([](Batch& b) { b.records[0].window.end = b.records[0].window.start; }), "malformed");
  EXPECT_EQ(with([](Batch& b) { b.records[0].window.end += std::chrono::days{400}; }), "malformed");
  EXPECT_EQ(with([](Batch& b) { b.records[0].generation = 0; }), "malformed");
  EXPECT_EQ(with([](Batch& b) { b.created = UnixMillis::min(); }), "malformed");
}

TEST(Batch, UnknownFieldsAreRefusedAtEveryDepth) {
  const auto known = encode_batch(batch());
  const auto decoded_with = [&](auto add) {
    v1::Batch b;
    EXPECT_TRUE(b.ParseFromString(known));
    add(b);
    return code(decode_batch(b.SerializeAsString()));
  };
  EXPECT_EQ(decoded_with([](v1::Batch&) {}), "taken");
  EXPECT_EQ(decoded_with([](v1::Batch& b) { b.GetReflection()->MutableUnknownFields(&b)->AddVarint(99, 1); }),
            "malformed");
  EXPECT_EQ(decoded_with([](v1::Batch& b) {
              auto& r = *b.add_records();
              r.set_length(900'000);
              r.set_generation(1);
              r.GetReflection()->MutableUnknownFields(&r)->AddVarint(99, 1);
            }),
            "malformed");
}

TEST(Batch, OnlyTheKeysOwnSignatureHolds) {
  const auto bytes = seal_batch(encode_batch(batch()), key());
  const auto opened = open_envelope(bytes);
  ASSERT_EQ(code(opened), "taken");
  auto envelope = std::get<Envelope>(opened);
  EXPECT_EQ(envelope.key_id, key().public_key().id());
  EXPECT_TRUE(verify(envelope, key().public_key()));
  EXPECT_FALSE(verify(envelope, key('x').public_key()));
  envelope.batch.back() = static_cast<char>(envelope.batch.back() ^ 1);
  EXPECT_FALSE(verify(envelope, key().public_key()));
}

TEST(Batch, ASignatureOverADictionaryIsNoneOverABatch) {
  const auto signed_dictionary = seal_dictionary("same bytes", key());
  const auto opened = std::get<SignedDictionary>(open_dictionary_envelope(signed_dictionary));
  const Envelope passed_off{kFormat, opened.key_id, opened.compressed, opened.signature};
  EXPECT_FALSE(verify(passed_off, key().public_key()));
}

TEST(Batch, ANewerFormatIsToldApartFromRubbish) {
  v1::Envelope newer;
  ASSERT_TRUE(newer.ParseFromString(seal_batch(encode_batch(batch()), key())));
  newer.set_format(kFormat + 1);
  newer.GetReflection()->MutableUnknownFields(&newer)->AddVarint(77, 1);
  const auto opened = open_envelope(newer.SerializeAsString());
  ASSERT_EQ(code(opened), "taken");
  EXPECT_EQ(std::get<Envelope>(opened).format, kFormat + 1);
  EXPECT_EQ(code(open_envelope("rubbish")), "malformed");
  EXPECT_EQ(code(open_envelope("")), "malformed");
  EXPECT_EQ(code(open_envelope(std::string(kMaxEnvelope + 1, 'x'))), "too_large");
}

RC_GTEST_PROP(BatchProperty, AnyBytesAreReadOrRefusedAndNeverMore, (const std::string& bytes)) {
  static_cast<void>(open_envelope(bytes));
  static_cast<void>(open_dictionary_envelope(bytes));
  static_cast<void>(decode_batch(bytes));
  static_cast<void>(decode_dictionary(bytes));
  static_cast<void>(decode_ack(bytes));
  static_cast<void>(decode_resync(bytes));
  static_cast<void>(parse_topic(bytes));
  const bool taken = !check_record(record(bytes), dictionary()).has_value();
  RC_ASSERT(taken == bytes.empty());
}

RC_GTEST_PROP(BatchProperty, AFlippedBitNeverPassesBothFormAndSignature, ()) {
  auto bytes = seal_batch(encode_batch(batch()), key());
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << *rc::gen::inRange(0, 8)));
  const auto opened = open_envelope(bytes);
  const auto* envelope = std::get_if<Envelope>(&opened);
  const bool passes = envelope != nullptr && envelope->format == kFormat &&
                      envelope->key_id == key().public_key().id() && verify(*envelope, key().public_key());
  RC_ASSERT(!passes);
}

TEST(Dictionary, ComesBackAsItWasSentAndKeepsItsHash) {
  const auto bytes = encode_dictionary(dictionary());
  const auto decoded = decode_dictionary(bytes);
  ASSERT_EQ(code(decoded), "taken");
  const auto& got = std::get<WireDictionary>(decoded);
  EXPECT_EQ(got.lines, dictionary().lines);
  EXPECT_EQ(got.series, dictionary().series);
  EXPECT_EQ(got.sources, dictionary().sources);
  EXPECT_EQ(got.gap_limit, dictionary().gap_limit);
  EXPECT_EQ(encode_dictionary(got), bytes);

  const auto envelope = std::get<SignedDictionary>(open_dictionary_envelope(seal_dictionary(bytes, key())));
  EXPECT_TRUE(verify(envelope, key().public_key()));
  EXPECT_EQ(std::get<std::string>(inflate_dictionary(envelope)), bytes);
}

TEST(Record, ItsContentMustBeWhatTheDictionarySays) {
  const auto t = [](std::int64_t ms) { return record().window.start + Millis{ms}; };
  const auto check = [](rollup::Record r, BatchRecord as = record()) {
    as.content = rollup::encode(r);
    const auto refused = check_record(as, dictionary());
    return refused ? refused->text : "";
  };
  const rollup::Run good{{}, {t(0), 5}, {}, {t(1000), 9}, {}};
  EXPECT_EQ(check(content(good)), "");

  auto other_line = record();
  other_line.line = rollup::LineIndex{1};
  EXPECT_NE(check(content(good), other_line), "");
  auto unknown_line = record();
  unknown_line.line = rollup::LineIndex{2};
  EXPECT_NE(check(content(good), unknown_line), "");
  auto unknown_source = record();
  unknown_source.source = storage::SourceIndex{1};
  EXPECT_NE(check(content(good), unknown_source), "");

  auto other_window = content(good);
  other_window.window.end += kQuarterHour;
  EXPECT_NE(check(other_window), "");
  auto unknown_series = content(good);
  unknown_series.series[0].series = rollup::SeriesIndex{9};
  EXPECT_NE(check(unknown_series), "");
  auto other_kind = content(good);
  other_kind.series[0].data = rollup::LevelPart{{t(0), 1}, {t(0), 1}};
  EXPECT_NE(check(other_kind), "");

  EXPECT_NE(check(content({{}, {t(0), -5}, {}, {t(1000), 9}, {}})), "");
  EXPECT_NE(check(content({{}, {t(1000), 5}, {}, {t(0), 9}, {}})), "");
  EXPECT_NE(check(content({{}, {t(-1), 5}, {}, {t(0), 9}, {}})), "");
  EXPECT_NE(check(content({{}, {t(0), 5}, {}, {t(1), int128{1} << 100U}, {}})), "");
}

TEST(Record, ANewerFormatSaysSo) {
  auto newer = record("\x02rest");
  const auto refused = check_record(newer, dictionary());
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, Refusal::newer_format);
}

TEST(Ack, ComesBackAsItWasSent) {
  Ack ack;
  ack.incarnation = std::string(32, 'c');
  ack.number = 5;
  ack.hash = Digest::of("x");
  ack.status = Ack::Status::need_dictionary;
  ack.highest = 9;
  ack.dictionary = Digest::of("d");
  const auto got = decode_ack(encode_ack(ack));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->incarnation, ack.incarnation);
  EXPECT_EQ(got->number, 5U);
  EXPECT_EQ(got->hash, ack.hash);
  EXPECT_EQ(got->status, ack.status);
  EXPECT_EQ(got->highest, 9U);
  EXPECT_EQ(got->highest_format, kFormat);
  EXPECT_EQ(got->dictionary, ack.dictionary);
  EXPECT_EQ(*decode_resync(encode_resync(unix_millis(-5))), unix_millis(-5));
}

TEST(Resync, ATimeOutOfRangeOrNoneIsRefused) {
  EXPECT_FALSE(decode_resync(""));
  EXPECT_FALSE(decode_resync(encode_resync(UnixMillis::min())));
  EXPECT_FALSE(decode_resync(encode_resync(UnixMillis::max())));
  EXPECT_TRUE(decode_resync(encode_resync(UnixMillis{})));
}

TEST(Dictionary, ATimeOutOfRangeIsRefused) {
  auto far = dictionary();
  far.lines[0].gone_since = UnixMillis::min();
  EXPECT_EQ(code(decode_dictionary(encode_dictionary(far))), "malformed");
}

TEST(Topic, HasTwoIdsAndAChannel) {
  const auto topic = parse_topic("songhua/v1/E1/gw1/rollup");
  ASSERT_TRUE(topic);
  EXPECT_EQ(topic->enterprise, "E1");
  EXPECT_EQ(topic->gateway, "gw1");
  EXPECT_EQ(topic->channel, Channel::rollup);
  for (const auto* wrong : {"songhua/v1/E1/rollup", "songhua/v1/E1/gw1/x/rollup", "songhua/v1//gw1/rollup",
                            "songhua/v2/E1/gw1/rollup", "songhua/v1/E1/gw1/", "songhua/v1/E 1/gw1/ack", ""}) {
    EXPECT_FALSE(parse_topic(wrong)) << wrong;
  }
  EXPECT_EQ(topic_filter(Channel::ack), "songhua/v1/+/+/ack");
}

}  // namespace
}  // namespace songhua::forward
