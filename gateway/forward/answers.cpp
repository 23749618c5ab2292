// What the centre says, and the topics on which both sides speak.
#include <algorithm>
#include <array>

#include "forward/batch.h"
#include "forward/wire.h"
#include "songhua/v1/forward.pb.h"

namespace songhua::forward {
namespace {

namespace pb = songhua::v1;

constexpr std::string_view kRoot = "songhua/v1/";
constexpr std::array<std::pair<Channel, std::string_view>, 4> kChannels{{
    {Channel::dictionary, "dictionary"},
    {Channel::rollup, "rollup"},
    {Channel::ack, "ack"},
    {Channel::resync, "resync"},
}};

std::string_view to_string(Channel channel) {
  return std::ranges::find(kChannels, channel, &std::pair<Channel, std::string_view>::first)->second;
}

pb::Ack::Status wire_status(Ack::Status status) {
  switch (status) {
    case Ack::Status::committed:
      return pb::Ack::STATUS_COMMITTED;
    case Ack::Status::need_dictionary:
      return pb::Ack::STATUS_NEED_DICTIONARY;
    case Ack::Status::refused:
      return pb::Ack::STATUS_REFUSED;
  }
  return pb::Ack::STATUS_REFUSED;
}

std::optional<Ack::Status> model_status(pb::Ack::Status status) {
  switch (status) {
    case pb::Ack::STATUS_COMMITTED:
      return Ack::Status::committed;
    case pb::Ack::STATUS_NEED_DICTIONARY:
      return Ack::Status::need_dictionary;
    case pb::Ack::STATUS_REFUSED:
      return Ack::Status::refused;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string encode_ack(const Ack& ack) {
  pb::Ack out;
  out.set_incarnation(from_hex(ack.incarnation).value_or(""));
  out.set_number(ack.number);
  out.set_hash(ack.hash.raw());
  out.set_status(wire_status(ack.status));
  out.set_code(ack.code);
  out.set_text(ack.text);
  out.set_highest(ack.highest);
  out.set_highest_format(ack.highest_format);
  if (ack.dictionary) out.set_dictionary(ack.dictionary->raw());
  return deterministic_bytes(out);
}

Result<Ack> decode_ack(std::string_view bytes) {
  pb::Ack in;
  const Error malformed{"an acknowledgement that this version cannot read"};
  if (bytes.size() > kMaxEnvelope || !parse_strictly(bytes, in)) return malformed;
  const auto status = model_status(in.status());
  const auto hash = Digest::from_raw(in.hash());
  if (!status || !hash) return malformed;
  Ack ack;
  ack.incarnation = to_hex(in.incarnation());
  ack.number = in.number();
  ack.hash = *hash;
  ack.status = *status;
  ack.code = in.code();
  ack.text = in.text();
  ack.highest = in.highest();
  ack.highest_format = in.highest_format();
  ack.dictionary = Digest::from_raw(in.dictionary());
  return ack;
}

std::string encode_resync(UnixMillis since) {
  pb::Resync out;
  out.set_since(count_of(since));
  return deterministic_bytes(out);
}

Result<UnixMillis> decode_resync(std::string_view bytes) {
  pb::Resync in;
  if (bytes.size() > kMaxEnvelope || !parse_strictly(bytes, in) || !in.has_since() || !plausible_time(in.since())) {
    return Error{"a resync request that this version cannot read"};
  }
  return unix_millis(in.since());
}

Result<void> check_id(std::string_view id) {
  if (id.empty() || id.size() > kMaxId) return Error{"an id has 1 to 128 bytes"};
  for (const char c : id) {
    if (c == '/' || c == '+' || c == '#' || c == '\x7F' || (c >= 0 && c <= ' ')) {
      return Error{"'" + std::string(id) +
                   "': an id is one level of a topic, without '/', '+', '#', blanks and controls"};
    }
  }
  return {};
}

std::string topic_of(std::string_view enterprise, std::string_view gateway, Channel channel) {
  std::string topic(kRoot);
  topic.append(enterprise).append("/").append(gateway).append("/").append(to_string(channel));
  return topic;
}

std::string topic_filter(Channel channel) {
  return topic_of("+", "+", channel);
}

std::optional<Topic> parse_topic(std::string_view topic) {
  if (!topic.starts_with(kRoot)) return std::nullopt;
  topic.remove_prefix(kRoot.size());
  const auto first = topic.find('/');
  const auto second = first == std::string_view::npos ? first : topic.find('/', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto word = topic.substr(second + 1);
  const auto channel = std::ranges::find(kChannels, word, &std::pair<Channel, std::string_view>::second);
  if (channel == kChannels.end()) return std::nullopt;
  Topic parsed{std::string(topic.substr(0, first)), std::string(topic.substr(first + 1, second - first - 1)),
               channel->first};
  if (!check_id(parsed.enterprise) || !check_id(parsed.gateway)) return std::nullopt;
  return parsed;
}

}  // namespace songhua::forward
