#pragma once

#include <mutex>
#include <string>

#include "central/receiver.h"
#include "commands.h"
#include "web/server.h"

namespace songhua::centre_program {

// What HTTP answers, from read-only connections of its own: two for figures, so that a long question does not hold up
// the page's, and one for all that a monitor asks all the time. Thread-safe. `receiver` must outlive it.
class Answers {
 public:
  Answers(const std::string& config_file, const central::Receiver& receiver);

  // Everything: for the operator (loopback, or whoever shows the token).
  web::Handlers for_operators();
  // For everybody else (`token`: who shows one is the operator, which the page asks for): what leaves the house are
  // releases, as they were protected when they were published, and nothing of single lines, gateways or factories.
  web::Handlers for_everybody(bool token);

 private:
  nlohmann::ordered_json status();
  nlohmann::json products();
  Result<std::string> rollup(const web::Params& params);
  Result<std::string> indicators(const web::Params& params, bool explain);  // rows, or the trees behind them
  Result<std::string> released(const web::Params& params);
  [[nodiscard]] web::Readiness ready() const;
  [[nodiscard]] std::string metrics() const;

  struct Figures {
    std::mutex mutex;
    Context context;
  };
  // Whoever waits for the first takes the second where that is free. Questions that may take long go to the second.
  enum class Length { common, may_be_long };
  class Taken {
   public:
    Taken(Figures& figures, std::unique_lock<std::mutex> lock) : figures_(figures), lock_(std::move(lock)) {}
    central::Centre& centre() { return *figures_.context.centre; }

   private:
    Figures& figures_;
    std::unique_lock<std::mutex> lock_;
  };
  Taken take(Length length);

  const central::Receiver& receiver_;
  Figures figures_, long_figures_;
  std::mutex looks_mutex_;
  Context looks_;
};

}  // namespace songhua::centre_program
