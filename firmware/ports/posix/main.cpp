// songhua-line: simulated line controllers. Parses the command line and hands over.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "posix/catalogue.h"
#include "posix/control.h"
#include "posix/history.h"
#include "posix/options.h"
#include "posix/runner.h"

namespace {

constexpr int kWrongUsage = 2, kFault = 3;

int dispatch(int argc, char** argv) {
  using namespace songhua::posix;
  CLI::App app("Simulated line controllers: six families of production lines as Sparkplug B edge nodes.",
               "songhua-line");
  app.require_subcommand(1);
  RunOptions run;
  HistoryOptions history;
  ControlOptions ctl;
  std::string format;
  auto* run_command = app.add_subcommand(
      "run",
      "Let lines live and tell a broker, until SIGTERM or the end of --duration.\n"
      "  songhua-line run --broker tcp://127.0.0.1:1883 --site S1 --controller C1 --line auto --line laser:laser2 \\\n"
      "    --nvram c1.nvram --ledger c1.csv --primary-host songhua\n"
      "  songhua-line run --broker tcp://127.0.0.1:1883 --site S1 --controller C1 --line auto --speed max \\\n"
      "    --start 2019-03-01T08:00 --duration 3h");
  add_run(*run_command, run);
  auto* history_command = app.add_subcommand(
      "history",
      "The past of lines as recorded frames, for `songhua-gateway import`; `run --nvram` goes on where it ends.\n"
      "  songhua-line history --site S1 --controller C1 --line auto --from 2019-01-01 --to 2019-03-01 \\\n"
      "    -o frames.jsonl --nvram c1.nvram --ledger c1.csv");
  add_history(*history_command, history);
  auto* ctl_command = app.add_subcommand("ctl",
                                         "Drive a running one through its --control socket.\n"
                                         "  songhua-line ctl c1.sock state\n"
                                         "  songhua-line ctl c1.sock death auto");
  add_control(*ctl_command, ctl);
  auto* families_command = app.add_subcommand(
      "families", "The families with products, takt, energy and markets.\n  songhua-line families --format csv");
  families_command->add_option("--format", format, "table, csv or json (default: table on a terminal, else csv)")
      ->check(CLI::IsMember({"table", "csv", "json"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  if (run_command->parsed()) return run_lines(run);
  if (history_command->parsed()) return make_history(history);
  if (ctl_command->parsed()) return control(ctl.socket, ctl.command);
  return show_families(format);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return dispatch(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "songhua-line: %s\n", error.what());
    return kFault;
  }
}
