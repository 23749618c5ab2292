// Commands that look at one thing or change one thing.
#include <unistd.h>

#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "commands.h"
#include "forward/keys.h"
#include "ingest/import_rows.h"
#include "sparkplug/payload.h"
#include "sparkplug/payload_json.h"

namespace songhua::gateway {
namespace {

UnixMillis parse_at(const Context& context, const std::string& at) {
  const auto time = context.config.time_zone.parse(at);
  if (!time) throw Failure{kUsage, "--at: " + time.error().message};
  return *time;
}

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

nlohmann::json session_json(const std::pair<std::uint8_t, std::string>& key, const sparkplug::HostSession& session,
                            const TimeZone& zone) {
  nlohmann::json devices = nlohmann::json::array();
  for (const auto& [name, device] : session.devices()) {
    devices.push_back({{"device", name},
                       {"line", key.second + "/" + name},
                       {"online", device.status == sparkplug::DeviceStatus::online},
                       {"since", zone.format(device.since)}});
  }
  const auto& counters = session.counters();
  nlohmann::json node{{"node", key.second},
                      {"server", key.first},
                      {"state", std::string(to_string(session.state()))},
                      {"online", session.online()},
                      {"since", zone.format(session.since())},
                      {"gaps", counters.gaps},
                      {"rebirths", counters.rebirth_wishes},
                      {"ignored_ndeath", counters.ignored_ndeath},
                      {"devices", devices}};
  node["bdseq"] = session.bd_seq() ? nlohmann::json(*session.bd_seq()) : nlohmann::json(nullptr);
  node["seq"] = session.last_seq() ? nlohmann::json(*session.last_seq()) : nlohmann::json(nullptr);
  return node;
}

}  // namespace

int check_config(const Place& place) {
  const auto context = load_context(place);
  std::cout << place.config_file << ": gateway " << context.config.id << " of " << context.config.enterprise << ", store "
            << context.config.store.string() << ", " << context.config.sparkplug.servers.size() << " broker(s)\n";
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
  if (problem) throw Failure{kFault, context.config.store.string() + ": the store's directory cannot be made: " + problem.message()};
  auto made = forward::SigningKey::load_or_create(context.config.store);
  if (!made) throw Failure{kFault, made.error().message};
  std::cout << made->public_key().pem();
  return kDone;
}

int line_state(const Place& place, bool gone, const std::string& line, const std::string& at) {
  const auto context = load_context(place);
  const auto time = parse_at(context, at);
  auto store = open_store(context, storage::Access::read_write);
  if (!store->dictionary().find_line(line)) throw Failure{kUsage, line + ": no such line; `status` lists those known"};
  ingest::Pipeline pipeline(*store, pipeline_options(context));
  pipeline.line_state(line, gone, time, wall_clock());
  commit_all(pipeline, wall_clock());
  return kDone;
}

int adjust(const Place& place, const std::string& line, const std::string& measure, const std::string& product,
           const std::string& market, const std::string& quantity, const std::string& at, const std::string& reason) {
  const auto context = load_context(place);
  const auto amount = parse_int128(quantity);
  if (!amount || *amount == 0) throw Failure{kUsage, "--quantity: write a signed whole number in base units, like -12"};
  if (reason.empty()) throw Failure{kUsage, "--reason: a correction needs one"};
  auto store = open_store(context, storage::Access::read_write);
  if (!store->dictionary().find_line(line)) throw Failure{kUsage, line + ": no such line; `status` lists those known"};
  SeriesSpec spec;
  spec.line = line;
  spec.key = {measure, product, market};
  spec.kind = SeriesKind::amount;
  spec.unit = std::string(unit_of_measure(measure));
  ingest::ImportRow row;
  row.spec = &spec;
  row.time = row.start = parse_at(context, at);
  // Corrections of one instant are told apart by when they were made.
  row.ordinal = static_cast<std::uint32_t>(count_of(wall_clock()) & 0xFFFFFFFF);
  row.value = *amount;
  ingest::Pipeline pipeline(*store, pipeline_options(context));
  pipeline.adjustment(ingest::encode_rows({row}, reason), wall_clock());
  commit_all(pipeline, wall_clock());
  return kDone;
}

int quarantine_list(const Place& place, const std::string& format) {
  const auto context = load_context(place);
  auto store = open_store(context, storage::Access::read_only);
  nlohmann::json all = nlohmann::json::array();
  for (const auto& entry : store->quarantined(10'000)) {
    if (format == "json") {
      all.push_back({{"id", entry.id}, {"received", context.config.time_zone.format(entry.received)}, {"reason", entry.reason},
                     {"topic", entry.topic}, {"detail", entry.detail}, {"count", entry.count}});
      continue;
    }
    std::cout << entry.id << ',' << context.config.time_zone.format(entry.received) << ',' << entry.reason << ','
              << entry.count << ',' << entry.topic << ',' << entry.detail << '\n';
  }
  if (format == "json") std::cout << all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  return kDone;
}

int quarantine_show(const Place& place, std::int64_t id) {
  const auto context = load_context(place);
  auto store = open_store(context, storage::Access::read_only);
  const auto entry = store->quarantined_one(id);
  if (!entry) throw Failure{kUsage, "quarantine entry " + std::to_string(id) + " does not exist"};
  std::cout << "reason   " << entry->reason << "\nreceived " << context.config.time_zone.format(entry->received) << "\ntopic    "
            << entry->topic << "\ndetail   " << entry->detail << "\ncount    " << entry->count << "\nbytes    "
            << entry->payload.size() << '\n';
  sparkplug::Payload payload;
  if (sparkplug::parse_payload(entry->payload, {}, payload)) std::cout << sparkplug::to_json(payload).dump() << '\n';
  return kDone;
}

int status(const Place& place, const std::string& format) {
  const auto context = load_context(place);
  auto store = open_store(context, storage::Access::read_only);
  nlohmann::json nodes = nlohmann::json::array();
  store->for_each_session([&](std::uint8_t server, const std::string& node, const std::string& bytes) {
    const auto session = sparkplug::HostSession::restore(bytes, {});
    if (session) nodes.push_back(session_json({server, node}, *session, context.config.time_zone));
  });
  nlohmann::json lines = nlohmann::json::array();
  for (std::uint32_t i = 0; i < store->dictionary().line_count(); ++i) lines.push_back(store->dictionary().line_id(rollup::LineIndex{i}));
  const nlohmann::json all{{"role", "gateway"}, {"gateway", context.config.id}, {"enterprise", context.config.enterprise},
                           {"nodes", nodes}, {"lines", lines}, {"quarantine", store->quarantine_counts()}, {"counts", store->counts()}};
  if (format == "json") {
    std::cout << all.dump() << '\n';
    return kDone;
  }
  std::cout << "gateway " << context.config.id << " of " << context.config.enterprise << '\n';
  for (const auto& node : nodes) {
    std::cout << "  " << node["node"].get<std::string>() << "  " << node["state"].get<std::string>() << "  since "
              << node["since"].get<std::string>() << "  gaps " << node["gaps"] << "  rebirths " << node["rebirths"] << '\n';
    for (const auto& device : node["devices"]) {
      std::cout << "    " << device["device"].get<std::string>() << (device["online"].get<bool>() ? "  online" : "  offline")
                << "  since " << device["since"].get<std::string>() << '\n';
    }
  }
  for (const auto& [reason, count] : store->quarantine_counts()) std::cout << "  quarantine " << reason << "  " << count << '\n';
  return kDone;
}

}  // namespace songhua::gateway
