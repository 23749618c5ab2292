// Commands that look at what was received: status, audit.
#include <iostream>

#include "central/audit.h"
#include "commands.h"

namespace songhua::centre_program {

int status(const std::string& config_file, const std::string& format_text) {
  const auto format = format_of(format_text);
  auto context = open(config_file, storage::Access::read_only);
  const auto all = status_json(*context.centre, wall_clock());
  if (format == query::Format::json) {
    std::cout << all.dump(2) << '\n';
    return kDone;
  }
  print_list(all.at("gateways"), format);
  if (format == query::Format::table && !all.at("refused").empty()) {
    std::cout << "\nrefused:\n";
    print_list(all.at("refused"), format);
  }
  return kDone;
}

int audit(const std::string& config_file, const std::string& gateway, const std::string& format_text) {
  const auto format = format_of(format_text);
  auto context = open(config_file, storage::Access::read_only);
  bool broken = false, known = gateway.empty();
  auto list = nlohmann::ordered_json::array();
  for (const auto& report : central::audit(*context.store, std::nullopt)) {
    const auto name = report.gateway.enterprise + "/" + report.gateway.id;
    if (!gateway.empty() && gateway != name && gateway != report.gateway.id) continue;
    known = true;
    broken = broken || report.first_break;
    list.push_back({{"enterprise", report.gateway.enterprise},
                    {"gateway", report.gateway.id},
                    {"incarnation", report.incarnation},
                    {"batches", report.batches},
                    {"highest", report.highest},
                    {"verified", report.verified},
                    {"break_at", report.first_break ? nlohmann::ordered_json(report.first_break->number) : nullptr},
                    {"problem", report.first_break ? report.first_break->what : ""}});
  }
  if (!known) throw Failure{kUsage, gateway + ": nothing has been received from such a gateway"};
  print_list(list, format);
  return broken ? kNo : kDone;
}

}  // namespace songhua::centre_program
