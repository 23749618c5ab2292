#pragma once

#include <mutex>
#include <string>

#include "central/receiver.h"
#include "commands.h"
#include "web/server.h"

namespace songhua::centre_program {

// What HTTP answers, from two read-only connections of its own: one for figures, which may take long, one for all that
// a monitor asks all the time. Thread-safe. `receiver` must outlive it.
class Answers {
 public:
  Answers(const std::string& config_file, const central::Receiver& receiver);

  // Everything: for the operator (loopback, or whoever shows the token).
  web::Handlers for_operators();
  // For everybody else: what leaves the house are releases, as they were protected when they were published, and
  // nothing of single lines, gateways or factories.
  web::Handlers for_everybody();

 private:
  nlohmann::ordered_json status();
  Result<std::string> rollup(const web::Params& params);
  Result<std::string> indicators(const web::Params& params, bool explain);  // rows, or the trees behind them
  Result<std::string> released(const web::Params& params);
  [[nodiscard]] web::Readiness ready() const;
  [[nodiscard]] std::string metrics() const;

  const central::Receiver& receiver_;
  std::mutex figures_mutex_;
  Context figures_;
  std::mutex looks_mutex_;
  Context looks_;
};

}  // namespace songhua::centre_program
