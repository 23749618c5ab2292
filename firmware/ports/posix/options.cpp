#include "posix/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "model/calendar.h"
#include "model/time.h"

namespace songhua::posix {
namespace {

void add_lines(CLI::App& app, LineOptions& o) {
  app.add_option("--site", o.site, "Factory: the Sparkplug group")->required();
  app.add_option("--controller", o.controller, "Controller of the lines: the Sparkplug edge node")->required();
  app.add_option("--line", o.lines,
                 "A line, FAMILY[:NAME]; the name (default: the family) is the Sparkplug device. Several times for "
                 "several lines. Families: `songhua-line families`")
      ->required()
      ->type_name("FAMILY[:NAME]");
  app.add_option("--seed", o.seed, "Chance of the lines; the same seed and times give the same bytes")
      ->capture_default_str();
  app.add_option(
         "--nvram", o.nvram,
         "File that keeps lines, totalizers and ledger at one consistent instant over any kill; without it each "
         "start is a new life of the counters")
      ->type_name("FILE");
  app.add_option("--ledger", o.ledger, "CSV of what the lines made, minute by minute: their own truth")
      ->type_name("FILE.csv");
}

bool fits_topic(const std::string& name) {
  return !name.empty() && name.size() <= 60 && name.find_first_of(std::string("+/#\0", 4)) == std::string::npos;
}

}  // namespace

void add_run(CLI::App& app, RunOptions& o) {
  app.add_option("--broker", o.brokers, "tcp://HOST:PORT or ssl://HOST:PORT; several times for several servers")
      ->required()
      ->type_name("URL");
  add_lines(app, o.lines);
  app.add_option("--speed", o.speed, "Line time per real time, or max; line time is never in the future")
      ->type_name("X|max")
      ->capture_default_str();
  app.add_option("--start", o.start,
                 "Line time at which the first life begins (default: now); what --nvram holds comes first")
      ->type_name("TIME");
  app.add_option("--duration", o.duration,
                 "Line time after which all lines stop in order; counted from --start if given")
      ->type_name("D");
  app.add_option("--interval", o.interval, "Line time between two reports of what has changed")
      ->type_name("D")
      ->capture_default_str();
  app.add_option("--primary-host", o.primary_host, "Sparkplug host without which nothing is sent but kept for it")
      ->type_name("ID");
  app.add_option("--rate", o.rate, "Most messages a second")->check(CLI::Range(1, 1'000'000))->capture_default_str();
  app.add_option("--mqtt", o.mqtt, "MQTT version")->check(CLI::IsMember({"3.1.1", "5"}))->capture_default_str();
  app.add_option("--client-id", o.client_id, "MQTT client id (default: songhua-line-SITE-CONTROLLER)");
  app.add_option("--username", o.username, "MQTT user");
  app.add_option("--password-file", o.password_file, "File whose first line is the password")->check(CLI::ExistingFile);
  app.add_option("--ca", o.ca, "PEM file of authorities, for ssl://")->check(CLI::ExistingFile);
  app.add_option("--cert", o.cert, "PEM file of this controller's certificate")->check(CLI::ExistingFile);
  app.add_option("--key", o.key, "PEM file of its key")->check(CLI::ExistingFile);
  app.add_option("--reconnect", o.reconnect, "Shortest and longest delay, as 200ms..30s")->type_name("MIN..MAX");
  app.add_option("--birth-delay", o.birth_delay, "ms between stamping and sending a birth")
      ->check(CLI::Range(0, 60'000));
  app.add_option("--profile", o.profile,
                 "conformance: real time, 5 s interval, a node metric that changes, quick reconnect")
      ->check(CLI::IsMember({"conformance"}));
  app.add_option("--control", o.control, "Unix socket for `songhua-line ctl`")->type_name("SOCKET");
  app.add_flag("--offline", o.offline, "Do not connect before `ctl SOCKET connect`");
  app.add_flag("--verbose", o.verbose, "Say more on stderr");
}

void add_history(CLI::App& app, HistoryOptions& o) {
  add_lines(app, o.lines);
  app.add_option("--from", o.from, "Begin of the past")->required()->type_name("TIME");
  app.add_option("--to", o.to, "Its end")->required()->type_name("TIME");
  app.add_option("--interval", o.interval,
                 "Between two readings (default: one at every local midnight, which there always is)")
      ->type_name("D");
  app.add_option("--fine-from", o.fine_from, "From here on readings are taken every --fine-interval")
      ->type_name("TIME");
  app.add_option("--fine-interval", o.fine_interval, "See --fine-from")->type_name("D")->capture_default_str();
  app.add_option("-o,--output", o.output, "Frames: one JSON object a line with topic, base64 and time")
      ->required()
      ->type_name("FRAMES.jsonl");
}

void add_control(CLI::App& app, ControlOptions& o) {
  app.add_option("SOCKET", o.socket, "The socket that `run --control` opened")->required();
  app.require_subcommand(1);
  const auto plain = [&](const char* word, const char* help) {
    app.add_subcommand(word, help)->callback([&o, word] { o.command = word; });
  };
  const auto with_device = [&](const char* word, const char* help) {
    auto* sub = app.add_subcommand(word, help);
    auto* device = sub->add_option("DEVICE", "Line name")->required();
    sub->callback([&o, word, device] { o.command = fmt::format("{} {}", word, device->as<std::string>()); });
  };
  plain("connect", "Connect, and stay connected");
  auto* leave = app.add_subcommand("disconnect", "Report everything, die in order and stay away");
  auto* abrupt = leave->add_flag("--abrupt");
  abrupt->description("Close the connection without DISCONNECT: the broker sends the will");
  leave->callback([&o, abrupt] { o.command = abrupt->count() > 0 ? "disconnect --abrupt" : "disconnect"; });
  with_device("birth", "A lost device is back: DBIRTH");
  with_device("death", "A device is lost: DDEATH");
  with_device("send", "One DDATA with all totalizers now; DEVICE `node`: one NDATA");
  plain("state", "What the controller knows of itself, as JSON");
}

Result<std::vector<controller::LineSpec>> parse_lines(const LineOptions& options) {
  if (!fits_topic(options.site)) return Error{"--site: 1 to 60 bytes without + / #"};
  if (!fits_topic(options.controller)) return Error{"--controller: 1 to 60 bytes without + / #"};
  if (options.lines.size() > edge_node::kMaxDevices) {
    return Error{fmt::format("--line: at most {} lines on one controller", edge_node::kMaxDevices)};
  }
  std::vector<controller::LineSpec> specs;
  for (const auto& text : options.lines) {
    const auto colon = text.find(':');
    const auto family_id = text.substr(0, colon);
    const auto* family = line::find_family(family_id);
    if (family == nullptr) {
      return Error{fmt::format("--line {}: no such family; `songhua-line families` lists them", text)};
    }
    // Views into `options`, which lives as long as the lines.
    const auto device = colon == std::string::npos ? family->id : std::string_view(text).substr(colon + 1);
    if (!fits_topic(std::string(device)))
      return Error{fmt::format("--line {}: a name has 1 to 60 bytes without + / #", text)};
    for (const auto& other : specs) {
      if (other.device == device) {
        return Error{fmt::format("--line {}: two lines are named {}; write FAMILY:NAME", text, device)};
      }
      if (CLI::detail::to_lower(std::string(other.device)) == CLI::detail::to_lower(std::string(device))) {
        return Error{fmt::format("--line {}: {} and {} differ by the case of letters only; hosts may take them for one",
                                 text, other.device, device)};
      }
    }
    specs.push_back({family, device});
  }
  return specs;
}

Result<line::Time> parse_time(const std::string& option, const std::string& text) {
  const auto time = TimeZone::shanghai().parse(text);
  if (!time) return Error{fmt::format("{} {}: {}", option, text, time.error().message)};
  const auto ms = count_of(*time);
  if (ms < 0) return Error{fmt::format("{} {}: lines begin in 1970 at the earliest", option, text)};
  return ms;
}

Result<std::int64_t> parse_ms(const std::string& option, const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) return Error{fmt::format("{} {}: {}", option, text, duration.error().message)};
  if (duration->count() <= 0) return Error{fmt::format("{} {}: must be longer than nothing", option, text)};
  return duration->count();
}

}  // namespace songhua::posix
