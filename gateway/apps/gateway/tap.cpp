// `tap`: decoded messages of the running gateway, live.
#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <iostream>

#include "intake.h"

namespace songhua::gateway {
namespace {

using control::Json;

constexpr Millis kLook{200};  // how often Ctrl-C is looked for at least

std::atomic<bool> g_ended{false};
extern "C" void on_end(int) {
  g_ended = true;
}

std::string text_of(const Json& value) {
  if (value.is_null()) return "null";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string where(const Json& message) {
  const auto device = message.value("device", "");
  return message.value("node", "") + (device.empty() ? "" : "/" + device);
}

// Text of the network must not steer a terminal.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return text;
}

void print_metric(const Json& message, const Json& metric) {
  std::string notes;
  for (const char* note : {"historical", "transient"}) {
    if (metric.contains(note)) notes += std::string("  ") + note;
  }
  if (metric.contains("problem")) notes += "  " + text_of(metric["problem"]);
  const auto name = metric.contains("name") && !metric["name"].is_null()
                        ? text_of(metric["name"])
                        : "alias " + text_of(metric.value("alias", Json()));
  const auto value = metric.contains("value") ? text_of(metric["value"]) : "-";
  std::cout << printable(fmt::format("{:<24}  {:<6}  {:>3}  {:<28}  {:<40}  {:<9}  {}{}", metric.value("time", "-"),
                                     message.value("type", ""), message.contains("seq") ? text_of(message["seq"]) : "",
                                     where(message), name, metric.value("type", ""), value, notes))
            << '\n';
}

void print_table(const Json& line) {
  if (line.contains("dropped")) {
    std::cout << "... " << line["dropped"] << " messages were too many for this tap\n";
    return;
  }
  const auto metrics = line.value("metrics", Json::array());
  for (const auto& metric : metrics) print_metric(line, metric);
  if (metrics.empty()) {
    std::cout << printable(fmt::format("{:<24}  {:<6}  {:>3}  {}", line.value("received", "-"), line.value("type", ""),
                                       line.contains("seq") ? text_of(line["seq"]) : "", where(line)))
              << '\n';
  }
}

}  // namespace

int tap(const Place& place, const TapFlags& flags) {
  const auto context = load_context(place);
  if (flags.format != "table" && flags.format != "json") throw Failure{kUsage, "--format: table or json"};
  const auto gateway = required_gateway(context);
  (void)ask(*gateway, {{"request", "tap"}, {"node", flags.node}, {"device", flags.device}, {"metric", flags.metric}});
  struct sigaction action {};
  action.sa_handler = on_end;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // `tap | head` ends by the stream's state, below
  if (flags.format == "table") {
    std::cout << fmt::format("{:<24}  {:<6}  {:>3}  {:<28}  {:<40}  {:<9}  {}\n", "TIME", "TYPE", "SEQ",
                             "NODE[/DEVICE]", "METRIC", "DATATYPE", "VALUE")
              << std::flush;
  }
  while (!g_ended && std::cout) {
    const auto line = gateway->next(kLook);
    if (!line) {
      if (!gateway->ended()) throw Failure{kFault, line.error().message};
      std::cerr << "the gateway has left\n";
      return kDone;
    }
    if (line->is_null()) continue;
    if (flags.format == "json") {
      std::cout << line->dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    } else {
      print_table(*line);
    }
    std::cout.flush();
  }
  return kDone;
}

}  // namespace songhua::gateway
