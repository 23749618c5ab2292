// `status`: from the running gateway where one runs, else from the store.
#include <fmt/format.h>

#include <iostream>

#include "control/control.h"
#include "implausible.h"
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
      {"NODE OR DEVICE", "STATE", "SINCE", "LAST BIRTH", "METRICS", "BDSEQ", "SEQ", "GAPS", "REBIRTHS", "LINE"}};
  for (const auto& node : status["nodes"]) {
    rows.push_back({text(node["node"]), text(node["state"]), text(node["since"]), text(node["last_birth"]),
                    text(node["metric_count"]), text(node["bdseq"]), text(node["seq"]), text(node["gaps"]),
                    text(node["rebirths"]), node["devices"].empty() ? text(node["line"]) : ""});
    for (const auto& device : node["devices"]) {
      const bool online = device["online"].get<bool>();
      const std::string state = online ? (device["stale"].get<bool>() ? "online, stale" : "online") : "offline";
      rows.push_back({"  " + text(device["device"]), state, text(device["since"]), text(device["last_birth"]),
                      text(device["metric_count"]), "", "", "", "", text(device["line"])});
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

std::string implausible_text(const json& status) {
  std::string out;
  for (const auto& [reason, count] : status["implausible"].items())
    out += (out.empty() ? "" : ", ") + reason + " " + text(count);
  if (out.empty()) return out;
  return "readings   " + out + (status["implausible_whole"].get<bool>() ? "" : " at least") + '\n';
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
  if (status.contains("store_error"))
    return out + "store      cannot be read: " + text(status["store_error"]) + "\n\n" + nodes_text(status);
  out += forward_text(status);
  return out + quarantine_text(status) + implausible_text(status) + '\n' + nodes_text(status);
}

namespace {

// One row a node and one a device, for --format csv.
json rows_of(const json& status) {
  json rows = json::array();
  for (const auto& node : status["nodes"]) {
    json row{{"device", ""}, {"line", ""}, {"online", node["online"]}};
    for (const char* key :
         {"node", "state", "since", "bdseq", "seq", "gaps", "rebirths", "last_birth", "metric_count"}) {
      row[key] = node[key];
    }
    if (node["devices"].empty()) row["line"] = node["line"];
    rows.push_back(row);
    for (const auto& device : node["devices"]) {
      json part{{"node", node["node"]}, {"state", device["stale"].get<bool>() ? "stale" : ""}};
      for (const char* key : {"device", "line", "online", "since", "last_birth", "metric_count"})
        part[key] = device[key];
      for (const char* key : {"bdseq", "seq", "gaps", "rebirths"}) part[key] = "";
      rows.push_back(part);
    }
  }
  return rows;
}

// Judged here, not by the running gateway: it takes as long as the store's history is long.
void add_implausible(json& status, const Context& context) {
  constexpr Millis kPatience{500};
  status["implausible"] = json::object();
  status["implausible_whole"] = false;
  try {
    auto store = open_store(context, storage::Access::read_only);
    ImplausibleCounts counts(*store, context.config.rules.gap);
    counts.look(kPatience);
    status["implausible"] = counts.by_reason();
    status["implausible_whole"] = counts.whole();  // else more lines would have to be judged
  } catch (const Failure& failure) {               // just then an operator asks how things are
    status["store_error"] = failure.message;
  } catch (const SQLite::Exception& problem) {
    status["store_error"] = problem.what();
  }
}

}  // namespace

int status(const Place& place, const std::string& format) {
  const auto wanted = format_of(format);
  const auto context = load_context(place);
  const bool as_json = wanted == query::Format::json;
  json all;
  if (const auto running = running_gateway(context)) {
    all = status_of_running(*running, as_json);
  } else {
    auto store = open_store(context, storage::Access::read_only);
    all = status_json(view_of_store(*store, context), context.config, as_json);
  }
  if (wanted == query::Format::csv) {
    print_list(rows_of(all),
               {"node", "device", "line", "online", "state", "since", "bdseq", "seq", "gaps", "rebirths", "last_birth",
                "metric_count"},
               "csv", std::cout);
    return kDone;
  }
  add_implausible(all, context);
  std::cout << (as_json ? all.dump(-1, ' ', false, json::error_handler_t::replace) + '\n' : status_table(all));
  return kDone;
}

}  // namespace songhua::gateway
