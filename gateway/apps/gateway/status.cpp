// `status`: from the running gateway where one runs, else from the store.
#include <fmt/format.h>

#include <iostream>

#include "control/control.h"
#include "intake.h"
#include "listing.h"
#include "status_view.h"

namespace songhua::gateway {
namespace {

using nlohmann::json;

std::string text(const json& value) {
  if (value.is_null()) return "-";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string servers_text(const json& status) {
  std::string out;
  for (const auto& server : status["servers"]) {
    const bool up = server["up"].get<bool>();
    const auto error = server["last_error"].get<std::string>();
    out += "server     " + server["uri"].get<std::string>();
    if (status["running"].get<bool>()) out += up ? "  up" : "  down" + (error.empty() ? error : ": " + error);
    out += '\n';
  }
  return out;
}

std::string nodes_text(const json& status) {
  if (status["nodes"].empty()) return "no edge node has been heard yet\n";
  std::vector<std::vector<std::string>> rows{
      {"NODE OR DEVICE", "STATE", "SINCE", "BDSEQ", "SEQ", "GAPS", "REBIRTHS", "LINE"}};
  for (const auto& node : status["nodes"]) {
    rows.push_back({text(node["node"]), text(node["state"]), text(node["since"]), text(node["bdseq"]),
                    text(node["seq"]), text(node["gaps"]), text(node["rebirths"]),
                    node["devices"].empty() ? text(node["line"]) : ""});
    for (const auto& device : node["devices"]) {
      const bool online = device["online"].get<bool>();
      const std::string state = online ? (device["stale"].get<bool>() ? "online, stale" : "online") : "offline";
      rows.push_back(
          {"  " + text(device["device"]), state, text(device["since"]), "", "", "", "", text(device["line"])});
    }
  }
  return lined_up(rows);
}

std::string forward_text(const json& status) {
  const auto& forward = status["forward"];
  if (!forward["enabled"].get<bool>()) return "forward    not configured\n";
  std::string out =
      fmt::format("forward    {} batches pending, {} line-quarters to cut, lag {:.1f} s\n", text(forward["pending"]),
                  text(forward["dirty"]), forward["lag_ms"].get<double>() / 1000);
  if (const auto error = forward["last_error"].get<std::string>(); !error.empty())
    out += "           centre: " + error + '\n';
  for (const auto& batch : forward["refused"]) {
    out += "           batch " + text(batch["batch"]) + " refused: " + text(batch["reason"]) + '\n';
  }
  return out;
}

std::string quarantine_text(const json& status) {
  if (status["quarantine"].empty()) return "quarantine is empty\n";
  std::string out;
  for (const auto& [reason, count] : status["quarantine"].items())
    out += (out.empty() ? "" : ", ") + reason + " " + text(count);
  return "quarantine " + out + '\n';
}

json status_of_running(control::Client& client, bool with_metrics) {
  const auto answer = client.ask({{"request", "status"}, {"metrics", with_metrics}});
  if (!answer) throw Failure{kFault, answer.error().message};
  if (answer->contains("error")) throw Failure{kFault, answer->value("error", "refused")};
  return answer->at("status");
}

}  // namespace

std::string status_table(const json& status) {
  std::string out = "gateway    " + text(status["gateway"]) + " of " + text(status["enterprise"]) +
                    (status["running"].get<bool>() ? ", running\n" : ", not running; as the store knows it\n");
  out += servers_text(status);
  if (status["away"].get<bool>()) out += "away       " + text(status["away_reason"]) + '\n';
  if (status["missed"] != 0) out += "missed     " + text(status["missed"]) + " messages that came too fast\n";
  out += forward_text(status);
  return out + quarantine_text(status) + '\n' + nodes_text(status);
}

int status(const Place& place, const std::string& format) {
  const auto context = load_context(place);
  const bool as_json = format == "json";
  json all;
  if (const auto running = running_gateway(context)) {
    all = status_of_running(*running, as_json);
  } else {
    auto store = open_store(context, storage::Access::read_only);
    all = status_json(view_of_store(*store, context), context.config, as_json);
  }
  std::cout << (as_json ? all.dump(-1, ' ', false, json::error_handler_t::replace) + '\n' : status_table(all));
  return kDone;
}

}  // namespace songhua::gateway
