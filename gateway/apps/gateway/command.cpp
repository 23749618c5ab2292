// `command` and `rebirth`: written to a node or device through the running gateway.
#include <iostream>

#include "intake.h"

namespace songhua::gateway {

int command(const Place& place, const CommandFlags& flags) {
  const auto context = load_context(place);
  const auto first = flags.target.find('/');
  if (first == std::string::npos) throw Failure{kUsage, flags.target + ": write GROUP/NODE or GROUP/NODE/DEVICE"};
  if (flags.has_value == flags.null) throw Failure{kUsage, "give a VALUE, or --null"};
  const auto second = flags.target.find('/', first + 1);
  control::Json request{{"request", "command"}, {"node", flags.target.substr(0, second)}, {"metric", flags.metric}};
  if (second != std::string::npos) request["device"] = flags.target.substr(second + 1);
  if (!flags.type.empty()) request["type"] = flags.type;
  request["value"] = flags.null ? control::Json(nullptr) : control::Json(flags.value);
  const auto gateway = required_gateway(context);
  const auto answer = ask(*gateway, request);
  std::cout << "sent to " << answer.value("topic", "") << " as " << answer.value("type", "");
  if (answer.contains("alias")) std::cout << ", alias " << answer["alias"];
  std::cout << "; the device tells by its data whether it took it\n";
  return kDone;
}

int rebirth(const Place& place, const std::string& node) {
  const auto context = load_context(place);
  const auto gateway = required_gateway(context);
  const auto answer = ask(*gateway, {{"request", "rebirth"}, {"node", node}});
  std::cout << node << " was asked for its births";
  if (!answer.value("known", true)) std::cout << ", though it has never been heard";
  std::cout << '\n';
  return kDone;
}

}  // namespace songhua::gateway
