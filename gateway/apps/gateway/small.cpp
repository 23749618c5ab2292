// `check-config`, `decode`, `key`: commands that need no store.
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "forward/keys.h"
#include "sparkplug/payload.h"
#include "sparkplug/payload_json.h"

namespace songhua::gateway {
namespace {

std::string from_base64_lines(const std::string& text) {
  // One line is a whole FRAMES.jsonl frame's payload: the reader of frames knows base64.
  std::string compact;
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ') compact.push_back(c);
  }
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : compact) {
    if (c == '=') break;
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) throw Failure{kUsage, "the input is not base64"};
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(bits >> count & 0xFFU));
    }
  }
  return out;
}

}  // namespace

int check_config(const Place& place) {
  const auto context = load_context(place);
  std::cout << place.config_file << ": gateway " << context.config.id << " of " << context.config.enterprise
            << ", store " << context.config.store.string() << ", " << context.config.sparkplug.servers.size()
            << " broker(s)\n";
  return kDone;
}

int decode(const std::vector<std::string>& files, bool base64) {
  int status = kDone;
  for (const auto& file : files) {
    std::string bytes = file == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : read_file(file);
    if (base64) bytes = from_base64_lines(bytes);
    sparkplug::Payload payload;
    if (const auto parsed = sparkplug::parse_payload(bytes, {}, payload); !parsed) {
      std::cerr << file << ": " << parsed.error().message << '\n';
      status = kNo;
      continue;
    }
    std::cout << sparkplug::to_json(payload).dump() << '\n';
    if (!sparkplug::is_compressed(payload)) continue;
    sparkplug::Payload inner;
    if (const auto unwrapped = sparkplug::unwrap(payload, {}, inner); !unwrapped) {
      std::cerr << file << ": " << unwrapped.error().message << '\n';
      status = kNo;
    }
  }
  return status;
}

int key(const Place& place) {
  const auto context = load_context(place);
  std::error_code problem;
  std::filesystem::create_directories(context.config.store, problem);
  if (problem)
    throw Failure{kFault,
                  context.config.store.string() + ": the store's directory cannot be made: " + problem.message()};
  auto made = forward::SigningKey::load_or_create(context.config.store);
  if (!made) throw Failure{kFault, made.error().message};
  std::cout << made->public_key().pem();
  return kDone;
}

}  // namespace songhua::gateway
