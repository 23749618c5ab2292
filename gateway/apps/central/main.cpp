#include <cxxabi.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <typeinfo>

#include "commands.h"

using namespace songhua::centre_program;

namespace {

constexpr const char* kAbout =
    "Songhua's centre: merges what the factories' gateways forward into a province's indicators.\n\n"
    "Exit status: 0 done; 1 the answer is no (audit found a break); 2 wrong usage or configuration;\n"
    "3 a fault outside (broker, disk).";

constexpr const char* kFormats = "table|csv|json (default: table on a terminal, else csv)";

// What every command takes, and what several share.
struct Options {
  std::string config, format;
  RollupFlags rollup;
  IndicatorFlags indicators;
  ReportFlags report;
  PublishFlags publish;
  RevisionFlags revisions;
  std::map<std::string, std::string> scope;
  std::string as_of;
  std::vector<std::string> files;
  std::string kind, gateway, key_file, line, at;

  [[nodiscard]] ScopeFlags scope_flags() const {
    ScopeFlags flags;
    for (const auto& [key, value] : scope) {
      if (!value.empty()) flags.keys.emplace_back(key, value);
    }
    flags.as_of = as_of;
    return flags;
  }
};

class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.add_flag("--verbose", verbose_, "details of what goes wrong, and of what is done, on standard error");
    running();
    registering();
    figures();
    publishing();
    reporting();
    looking();
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
      if (verbose_) spdlog::set_level(spdlog::level::debug);
      return action_();
    } catch (const CLI::ParseError& error) {
      return app_.exit(error, std::cout, std::cerr) == 0 ? kDone : kUsage;
    } catch (const Failure& failure) {
      std::cerr << "songhua-central: " << failure.message << '\n';
      if (verbose_) tell_details(failure.status, nullptr);
      return failure.status;
    } catch (const std::exception& problem) {
      std::cerr << "songhua-central: " << problem.what() << '\n';
      if (verbose_) tell_details(kFault, &problem);
      return kFault;
    }
  }

 private:
  // What whoever looks into a failure asks first, after the one line for people (--verbose).
  void tell_details(int status, const std::exception* problem) const {
    std::cerr << "  exit status    " << status << ": "
              << (status == kUsage ? "wrong usage or configuration; repeating it changes nothing"
                                   : "a fault outside (broker, disk)")
              << '\n';
    if (!o_.config.empty()) std::cerr << "  configuration  " << std::filesystem::absolute(o_.config).string() << '\n';
    if (problem == nullptr) return;
    int outcome = 0;
    char* name = abi::__cxa_demangle(typeid(*problem).name(), nullptr, nullptr, &outcome);
    std::cerr << "  thrown as      " << (outcome == 0 ? name : typeid(*problem).name()) << '\n';
    std::free(name);
  }

  CLI::App* command(CLI::App& parent, const char* name, const char* help, std::function<int()> action) {
    auto* sub = parent.add_subcommand(name, help);
    sub->add_option("-c,--config", o_.config, "central.toml")->required();
    sub->callback([this, action = std::move(action)] { action_ = action; });
    return sub;
  }
  CLI::App* command(const char* name, const char* help, std::function<int()> action) {
    return command(app_, name, help, std::move(action));
  }
  void formatted(CLI::App* sub) { sub->add_option("--format", o_.format, kFormats); }

  void scoped(CLI::App* sub) {
    const std::pair<const char*, const char*> keys[]{
        {"region", "GB/T 2260 code of a province, prefecture or county, or a statistical code"},
        {"industry", "GB/T 4754 code: C, C36, C3612"},
        {"ownership", "a registration type, or domestic|hmt|foreign|foreign_hmt"},
        {"holding", "state|collective|private|foreign|hmt|other"},
        {"size", "L|M|S|XS"},
        {"group", "a group of groups.toml or a built-in one: high_tech, changjitu, ..."},
        {"scale", "above (default) | all"}};
    for (const auto& [key, help] : keys) sub->add_option(std::string("--") + key, o_.scope[key], help);
    sub->add_option("--as-of", o_.as_of, "what was stored at that time, ISO 8601");
  }

  // For indicators these are scope keys; for a rollup they select its rows.
  void selecting(CLI::App* sub, std::string& enterprise, std::string& line, std::string& product, std::string& market) {
    sub->add_option("--enterprise", enterprise, "id of the register");
    sub->add_option("--line", line, "SITE/CONTROLLER/DEVICE");
    sub->add_option("--product", product, "product id");
    sub->add_option("--market", market, "ISO 3166-1 alpha-2; CN is domestic");
  }

  void running() {
    command("run",
            "One worker: receive from the broker and serve HTTP until SIGTERM. Start as many as needed.\n"
            "  songhua-central run -c central.toml",
            [this] { return run_worker(o_.config); });
  }

  void registering() {
    auto* reg = app_.add_subcommand(
        "register",
        "What the centre must know beforehand: register, catalogue, gateways (docs/import-files.md).\n"
        "  songhua-central register import enterprises.csv catalogue.toml -c central.toml");
    reg->require_subcommand(1);
    auto* import = command(*reg, "import",
                           "Import register files, all of them or none; every error with file and line.\n"
                           "  songhua-central register import enterprises.csv lines.csv catalogue.toml -c central.toml",
                           [this] { return register_import(o_.config, o_.files, o_.kind); });
    import
        ->add_option("files", o_.files,
                     "enterprises.csv, lines.csv, catalogue.toml, base.csv, prices.csv, ppi.csv, "
                     "target.toml, groups.toml, calendar.csv, energy.toml")
        ->required();
    import->add_option("--kind", o_.kind, "where the file's name does not begin with its kind");
    auto* gateway = command(*reg, "gateway",
                            "Enrol a gateway with the key that `songhua-gateway key` prints.\n"
                            "  songhua-central register gateway E1/gw1 --key gw1.pub -c central.toml",
                            [this] { return register_gateway(o_.config, o_.gateway, o_.key_file); });
    gateway->add_option("gateway", o_.gateway, "ENTERPRISE/ID")->required();
    gateway->add_option("--key", o_.key_file, "FILE.pub, what `songhua-gateway key` printed")->required();

    auto* line = app_.add_subcommand("line",
                                     "Take a line out of service, or back: figures need not wait for it.\n"
                                     "  songhua-central line gone S1/C1/auto --at 2019-03-01T00:00 -c central.toml");
    line->require_subcommand(1);
    for (const bool gone : {true, false}) {
      auto* sub = command(*line, gone ? "gone" : "back",
                          gone ? "From --at on it reports no longer." : "It reports again from --at on.",
                          [this, gone] { return line_state(o_.config, gone, o_.line, o_.rollup.enterprise, o_.at); });
      sub->add_option("line", o_.line, "SITE/CONTROLLER/DEVICE")->required();
      sub->add_option("--at", o_.at, "ISO 8601")->required();
      sub->add_option("--enterprise", o_.rollup.enterprise, "where several have a line of that name");
    }
  }

  void figures() {
    auto* rollup_command = command("rollup",
                                   "Quantities by window, of all factories.\n"
                                   "  songhua-central rollup -c central.toml --grain month --measure output.good",
                                   [this] { return rollup(o_.config, o_.rollup, o_.scope_flags(), o_.format); });
    rollup_command->add_option("--from", o_.rollup.from, "first quarter hour, ISO 8601 (default: everything)");
    rollup_command->add_option("--to", o_.rollup.to, "end, exclusive");
    rollup_command->add_option("--grain", o_.rollup.grain, "15min|hour|day|month|quarter|year|total")
        ->capture_default_str();
    rollup_command->add_option("--measure", o_.rollup.measure, "output.good, energy.electricity, ...");
    selecting(rollup_command, o_.rollup.enterprise, o_.rollup.line, o_.rollup.product, o_.rollup.market);
    scoped(rollup_command);
    formatted(rollup_command);

    const auto indicator_options = [this](CLI::App* sub) {
      sub->add_option("--period", o_.indicators.period, "2019-03-15 | 2019-03 | 2019-01..02 | 2019-Q1 | 2019-H1 | 2019")
          ->required();
      sub->add_flag("--cumulative", o_.indicators.cumulative, "from 1 January to the period's end");
      sub->add_option("--by", o_.indicators.by, "one row for each part: division, prefecture, enterprise, market, ...");
      selecting(sub, o_.scope["enterprise"], o_.scope["line"], o_.scope["product"], o_.scope["market"]);
      sub->add_option("--market-group", o_.scope["market_group"], "a group of markets");
      scoped(sub);
      formatted(sub);
    };
    auto* indicators = command("indicators",
                               "Official indicators of a scope and period.\n"
                               "  songhua-central indicators -c central.toml --period 2019-03 --region 220000",
                               [this] { return indicators_of(o_.config, o_.indicators, o_.scope_flags(), o_.format); });
    indicators->add_option("--indicator", o_.indicators.ids, "one or several ids (default: all)");
    indicators->add_flag("--exact", o_.indicators.exact, "with the exact fraction behind each value");
    indicator_options(indicators);

    auto* explain_command = command("explain",
                                    "The tree of a figure: formula, inputs, down to rollup rows.\n"
                                    "  songhua-central explain industrial_value_added --period 2019-03 -c central.toml",
                                    [this] { return explain(o_.config, o_.indicators, o_.scope_flags(), o_.format); });
    explain_command->add_option("indicator", o_.indicators.ids, "indicator id")->required()->expected(1);
    indicator_options(explain_command);

    auto* expected_command = command("expected",
                                     "Who has not reported up to the period's end, with weight, since when.\n"
                                     "  songhua-central expected --period 2019-03 -c central.toml",
                                     [this] { return expected(o_.config, o_.indicators.period, o_.format); });
    expected_command->add_option("--period", o_.indicators.period, "as for indicators")->required();
    formatted(expected_command);
  }

  void publishing() {
    auto* publish_command =
        command("publish",
                "Freezes and names a release of a period: values, what they were made of, and what disclosure control\n"
                "withholds. Later revisions do not alter it.\n"
                "  songhua-central publish --period 2019-03 -c central.toml\n"
                "  songhua-central publish --list -c central.toml\n"
                "  songhua-central publish --show 2019-03/1 -c central.toml     as it left the house",
                [this] { return publish(o_.config, o_.publish, o_.format); });
    publish_command->add_option("--period", o_.publish.period, "2019-03 | 2019-01..02 | 2019-Q1 | 2019-H1 | 2019");
    publish_command->add_flag("--list", o_.publish.list, "releases so far");
    publish_command->add_option("--show", o_.publish.show, "a release by its name");
    formatted(publish_command);

    auto* revisions_command =
        command("revisions",
                "Figures as they were published first, second, final and now; size and cause of each revision.\n"
                "  songhua-central revisions --from 2019-01 --to 2019-06 -c central.toml\n"
                "  songhua-central revisions --indicator value_added_growth -c central.toml     of all releases",
                [this] { return revisions(o_.config, o_.revisions, o_.scope_flags(), o_.format); });
    revisions_command->add_option("--from", o_.revisions.from, "first month (default: the periods of all releases)");
    revisions_command->add_option("--to", o_.revisions.to, "last month");
    revisions_command->add_option("--indicator", o_.revisions.ids,
                                  "one or several ids (default: the headline figures)");
    selecting(revisions_command, o_.scope["enterprise"], o_.scope["line"], o_.scope["product"], o_.scope["market"]);
    scoped(revisions_command);
    formatted(revisions_command);
  }

  void reporting() {
    auto* sub = command("report",
                        "The bulletin of a month or longer, as a press office gives it out: HTML, XLSX or CSV.\n"
                        "  songhua-central report -c central.toml --period 2019-03 -o 2019-03.html",
                        [this] { return report_of(o_.config, o_.report, o_.scope_flags()); });
    sub->add_option("--period", o_.report.period, "2019-03 | 2019-01..02 | 2019-Q1 | 2019-H1 | 2019")->required();
    sub->add_option("-o,--output", o_.report.outputs,
                    "FILE.html | FILE.xlsx | FILE.csv; several times: several formats")
        ->required()
        ->allow_extra_args(false);
    sub->add_option("--lang", o_.report.language, "zh | en | both")->capture_default_str();
    sub->add_option("--national-growth", o_.report.national_growth,
                    "the country's rate of the period, to compare with");
    sub->add_option("--national-growth-cumulative", o_.report.national_cumulative, "the same of the year so far");
    sub->add_option("--as-of", o_.as_of, "what was stored at that time, ISO 8601");
  }

  void looking() {
    auto* audit_command = command("audit",
                                  "Signatures and hash chains of what was received; status 1 at a break.\n"
                                  "  songhua-central audit -c central.toml --gateway E1/gw1",
                                  [this] { return audit(o_.config, o_.gateway, o_.format); });
    audit_command->add_option("--gateway", o_.gateway, "ID or ENTERPRISE/ID (default: all)");
    formatted(audit_command);
    auto* status_command = command("status",
                                   "Gateways with incarnation, last batch and lag; what was refused.\n"
                                   "  songhua-central status -c central.toml",
                                   [this] { return status(o_.config, o_.format); });
    formatted(status_command);
  }

  CLI::App app_{kAbout, "songhua-central"};
  Options o_;
  std::function<int()> action_;
  bool verbose_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  return CommandLine{}.run(argc, argv);
}
