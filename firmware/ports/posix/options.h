#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/controller.h"
#include "line/schedule.h"
#include "model/result.h"

namespace CLI {
class App;
}

// What the command line says, checked as far as words go.
namespace songhua::posix {

// The lines and what is kept of them, of `run` and `history`.
struct LineOptions {
  std::string site, controller;
  std::vector<std::string> lines;  // FAMILY[:NAME]
  std::uint64_t seed = 1;
  std::string nvram, ledger;
};

struct RunOptions {
  LineOptions lines;
  std::vector<std::string> brokers;
  std::string speed = "1", start, duration, interval = "10s", primary_host;
  std::string username, password_file, ca, cert, key, mqtt = "3.1.1", control, client_id, reconnect, profile;
  int rate = 2'000;
  int birth_delay = 0;
  bool offline = false, verbose = false;
};

struct HistoryOptions {
  LineOptions lines;
  std::string from, to, interval, fine_from, fine_interval = "1h", output;
};

struct ControlOptions {
  std::string socket;
  std::string command;  // one line, as the socket takes it
};

void add_run(CLI::App& app, RunOptions& options);
void add_history(CLI::App& app, HistoryOptions& options);
void add_control(CLI::App& app, ControlOptions& options);

// The lines as named: the name is the family's unless given; names are unique and fit into a topic.
Result<std::vector<controller::LineSpec>> parse_lines(const LineOptions& options);
// A time as people write it (a zone is Asia/Shanghai unless written).
Result<line::Time> parse_time(const std::string& option, const std::string& text);
Result<std::int64_t> parse_ms(const std::string& option, const std::string& text);

}  // namespace songhua::posix
