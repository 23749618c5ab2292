#include "imports/frames_jsonl.h"

#include <array>
#include <nlohmann/json.hpp>

namespace songhua::imports {
namespace {

constexpr std::size_t kLongestLine = std::size_t{32} << 20U;

// RFC 4648, standard alphabet, padding required where it belongs; nothing else passes.
std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static const auto kValues = [&] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
      values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::int8_t>(i);
    return values;
  }();
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text.substr(0, text.size() - padding)) {
    const auto value = kValues[static_cast<std::uint8_t>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xFFU));
  }
  return out;
}

}  // namespace

Result<Frame> parse_frame(std::string_view line, const TimeZone& zone) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return Error{"not a JSON object"};
  const auto text = [&](const char* key) -> const std::string* {
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? it->get_ptr<const std::string*>() : nullptr;
  };
  Frame frame;
  const auto* topic = text("topic");
  if (!topic || topic->empty()) return Error{"\"topic\" is missing or no text"};
  frame.topic = *topic;
  const auto* payload = text("base64");
  if (!payload) return Error{"\"base64\" is missing or no text"};
  auto bytes = decode_base64(*payload);
  if (!bytes) return Error{"\"base64\" is not base64"};
  frame.payload = std::move(*bytes);
  if (json.contains("time")) {
    const auto* time = text("time");
    if (!time) return Error{"\"time\" is no text"};
    const auto parsed = zone.parse(*time);
    if (!parsed) return Error{"\"time\": " + parsed.error().message};
    frame.time = *parsed;
  }
  if (const auto offset = json.find("offset_ms"); offset != json.end()) {
    const auto count = offset->is_number_integer() ? offset->get<std::int64_t>() : -1;
    if (count < 0) return Error{"\"offset_ms\" is no whole number of milliseconds"};
    frame.offset = Millis{count};
  }
  return frame;
}

FramesReader::FramesReader(const TimeZone& zone, OnFrame on_frame, OnReject on_reject)
    : zone_(zone),
      on_frame_(std::move(on_frame)),
      on_reject_(std::move(on_reject)),
      splitter_(kLongestLine,
                [this](std::string_view text, std::size_t line, bool too_long) { take(text, line, too_long); }) {}

void FramesReader::feed(std::string_view chunk) {
  splitter_.feed(chunk);
}
void FramesReader::finish() {
  splitter_.finish();
}

void FramesReader::take(std::string_view text, std::size_t line, bool too_long) {
  if (text.find_first_not_of(" \t") == std::string_view::npos) return;
  if (too_long) return on_reject_(line, text.substr(0, 200), "the line is longer than 32 MiB");
  auto frame = parse_frame(text, zone_);
  if (!frame) return on_reject_(line, text, frame.error().message);
  frame->line = line;
  on_frame_(std::move(*frame));
}

}  // namespace songhua::imports
