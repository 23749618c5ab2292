#include <cxxabi.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <typeinfo>

#include "commands.h"

using namespace songhua::gateway;

namespace {

constexpr const char* kAbout =
    "Songhua's edge box: collects Sparkplug B telemetry, keeps it, rolls it up exactly.\n\n"
    "Exit status: 0 done; 1 the answer is no (verify found a difference, a payload was refused);\n"
    "2 wrong usage or configuration; 3 a fault outside (broker, disk).";

void where(CLI::App* command, Place& place) {
  command->add_option("-c,--config", place.config_file, "gateway.toml");
  command->add_option("--store", place.store_dir, "a store's directory, in place of the configured one");
}

const char* meaning_of(int status) {
  if (status == kUsage) return "wrong usage or configuration; repeating it changes nothing";
  return status == kFault ? "a fault outside (broker, disk)" : "the answer is no";
}

// What whoever looks into a failure asks first, after the one line for people (--verbose).
void tell_details(const Place& place, int status, const std::exception* problem) {
  std::cerr << "  exit status    " << status << ": " << meaning_of(status) << '\n';
  if (!place.config_file.empty())
    std::cerr << "  configuration  " << std::filesystem::absolute(place.config_file).string() << '\n';
  if (!place.store_dir.empty())
    std::cerr << "  store          " << std::filesystem::absolute(place.store_dir).string() << '\n';
  if (problem == nullptr) return;
  int outcome = 0;
  char* name = abi::__cxa_demangle(typeid(*problem).name(), nullptr, nullptr, &outcome);
  std::cerr << "  thrown as      " << (outcome == 0 ? name : typeid(*problem).name()) << '\n';
  std::free(name);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{kAbout, "songhua-gateway"};
  app.require_subcommand(1);
  app.fallthrough();
  bool verbose = false;
  app.add_flag("--verbose", verbose, "details of what goes wrong, and of what is done, on standard error");
  Place place;
  int status = kDone;
  std::function<int()> action;

  auto* run =
      app.add_subcommand("run", "Collect from the brokers until SIGTERM.\n  songhua-gateway run -c gateway.toml");
  where(run, place);
  bool no_disconnect = false;
  run->add_flag("--no-disconnect", no_disconnect,
                "end by STATE offline alone, without DISCONNECT (for conformance runs)");
  run->callback([&] {
    action = [&] {
      if (place.config_file.empty()) throw Failure{kUsage, "run needs -c FILE"};
      return run_gateway(place.config_file, no_disconnect);
    };
  });

  auto* check = app.add_subcommand("check-config",
                                   "Every fault of a configuration with file, line and key; status 2 where there is "
                                   "one.\n  songhua-gateway check-config -c gateway.toml");
  where(check, place);
  check->callback([&] { action = [&] { return check_config(place); }; });

  RollupFlags flags;
  auto* rollup_command = app.add_subcommand(
      "rollup", "Quantities by window.\n  songhua-gateway rollup -c gateway.toml --grain hour --measure output.good");
  where(rollup_command, place);
  rollup_command->add_option("--from", flags.from, "first minute, ISO 8601 (default: everything)");
  rollup_command->add_option("--to", flags.to, "end, exclusive");
  rollup_command->add_option("--grain", flags.grain, "minute|15min|hour|shift|day|month|quarter|year|total")
      ->capture_default_str();
  rollup_command->add_option("--line", flags.line, "SITE/CONTROLLER/DEVICE");
  rollup_command->add_option("--measure", flags.measure, "output.good, energy.electricity, ...");
  rollup_command->add_option("--product", flags.product, "product id");
  rollup_command->add_option("--market", flags.market, "ISO 3166-1 alpha-2; CN is domestic");
  rollup_command->add_option("--format", flags.format, "table|csv|json (default: table on a terminal, else csv)");
  rollup_command->callback([&] { action = [&] { return rollup(place, flags); }; });

  IndicatorFlags figure_flags;
  auto* indicators_command = app.add_subcommand(
      "indicators",
      "This factory's official indicators, by the formulas of the centre. Register and prices are read from the\n"
      "directory `register` of the configuration; a figure whose inputs are missing is null, with the reason.\n"
      "  songhua-gateway indicators -c gateway.toml --period 2019-03\n"
      "  songhua-gateway indicators -c gateway.toml --period 2019-03 --cumulative --indicator gross_output_current "
      "--by product\n"
      "  songhua-gateway indicators -c gateway.toml --period 2019-03-15 --indicator oee --by line --exact");
  where(indicators_command, place);
  indicators_command
      ->add_option("--period", figure_flags.period, "2019-03-15 | 2019-03 | 2019-01..02 | 2019-Q1 | 2019-H1 | 2019")
      ->required();
  indicators_command->add_flag("--cumulative", figure_flags.cumulative, "from 1 January to the period's end");
  indicators_command->add_option("--indicator", figure_flags.ids, "one or several ids (default: the whole vocabulary)");
  indicators_command->add_option("--by", figure_flags.by,
                                 "one row for each part: line, product, market, market_group, division, ...");
  indicators_command->add_flag("--exact", figure_flags.exact, "with the exact fraction behind each value");
  const std::pair<const char*, const char*> scope_keys[]{
      {"line", "SITE/CONTROLLER/DEVICE"},
      {"product", "product id"},
      {"market", "ISO 3166-1 alpha-2; CN is domestic"},
      {"market-group", "a group of markets: cee, northeast_asia, ..."},
      {"group", "a group of products or industries: high_tech, nev, ..."},
      {"industry", "GB/T 4754 code; for figures of products that of the product"},
      {"region", "as at the centre: the enterprise counts if it lies there"},
      {"scale", "above (default) | all"}};
  for (const auto& [key, help] : scope_keys) {
    const std::string name = std::string(key) == "market-group" ? "market_group" : key;
    indicators_command->add_option("--" + std::string(key), figure_flags.scope[name], help);
  }
  indicators_command->add_option("--format", figure_flags.format,
                                 "table|csv|json (default: table on a terminal, else csv)");
  indicators_command->callback([&] { action = [&] { return indicators_of(place, figure_flags); }; });

  std::string format;
  auto* status_command = app.add_subcommand(
      "status",
      "Servers, edge nodes, devices, forwarding and quarantine: of the running gateway, or what its store knows.\n"
      "  songhua-gateway status -c gateway.toml\n"
      "  songhua-gateway status -c gateway.toml --format json      with every metric: stale or not, since when");
  where(status_command, place);
  status_command->add_option("--format", format, "table|csv|json (default: table on a terminal, else csv)");
  status_command->callback([&] { action = [&] { return songhua::gateway::status(place, format); }; });

  std::vector<std::string> files;
  std::string map_file, rejects, import_recording;
  auto* import_command = app.add_subcommand(
      "import",
      "Historian exports (CSV with --map) or recorded frames (JSON lines); .gz is inflated.\n"
      "  songhua-gateway import meters.csv --map meters.toml -c gateway.toml            docs/import-map.md\n"
      "  songhua-gateway import frames.jsonl.gz -c gateway.toml\n"
      "  songhua-gateway import frames.jsonl -o frames.songhua                          a recording\n"
      "A row or frame that cannot be read goes into the reject file, with line and reason; importing again\n"
      "changes nothing.");
  where(import_command, place);
  import_command->add_option("files", files, "CSV or FRAMES.jsonl")->required();
  import_command->add_option("--map", map_file, "MAP.toml: what the columns mean");
  import_command->add_option("--rejects", rejects, "where rejected lines go (default: FILE.rejects)");
  import_command->add_option("-o,--output", import_recording, "a new recording for replay, in place of the store");
  import_command->callback(
      [&] { action = [&] { return import_files(place, files, map_file, rejects, import_recording); }; });

  bool base64 = false;
  auto* decode_command =
      app.add_subcommand("decode",
                         "A Sparkplug payload as JSON, or why it is refused, with status 1; - reads standard input.\n  "
                         "songhua-gateway decode payload.bin\n  echo CAEYAA== | songhua-gateway decode --base64 -");
  decode_command->add_flag("--base64", base64, "the input is base64");
  decode_command->add_option("files", files, "FILE... or -")->required();
  decode_command->callback([&] { action = [&] { return decode(files, base64); }; });

  auto* verify_command = app.add_subcommand("verify",
                                            "Rollups recomputed from the journal, compared; status 1 where they "
                                            "differ. Changes nothing.\n  songhua-gateway verify -c gateway.toml");
  where(verify_command, place);
  verify_command->callback([&] { action = [&] { return verify(place); }; });

  std::string from, to, out;
  auto* export_command =
      app.add_subcommand("export",
                         "A recording: one SQLite file with the journal, whole or what was received in some time. "
                         "`replay` reads it.\n  songhua-gateway export -c gateway.toml -o all.songhua\n  "
                         "songhua-gateway export -c gateway.toml --from 2019-03-15 --to 2019-03-16 -o day.songhua");
  where(export_command, place);
  export_command->add_option("--from", from, "received from; births in force by then come along");
  export_command->add_option("--to", to, "received before");
  export_command->add_option("-o,--output", out, "the new file")->required();
  export_command->callback([&] { action = [&] { return export_recording(place, from, to, out); }; });

  std::string recording;
  ReplayFlags replay_flags;
  auto* replay_command = app.add_subcommand(
      "replay",
      "A recording through the same pipeline again.\n"
      "  songhua-gateway replay day.songhua --store DIR                     into a new store, never forwarded\n"
      "  songhua-gateway replay day.songhua --merge -c gateway.toml         what this gateway lost comes back\n"
      "  songhua-gateway replay day.songhua --publish tcp://HOST:1883       onto a broker, to test other systems");
  where(replay_command, place);
  replay_command->add_option("recording", recording, "made by export or import -o")->required();
  replay_command->add_option("--speed", replay_flags.speed, "recorded time per real time, or max")
      ->capture_default_str();
  auto* merge_flag = replay_command->add_flag("--merge", replay_flags.merge, "into the configured store");
  replay_command->add_flag("--force", replay_flags.force, "merge another gateway's recording")->needs(merge_flag);
  replay_command->add_option("--publish", replay_flags.publish, "tcp://HOST:PORT")->excludes(merge_flag);
  replay_command->callback([&] { action = [&] { return replay(recording, place, replay_flags); }; });

  CommandFlags command_flags;
  auto* command_command = app.add_subcommand(
      "command",
      "Writes a metric of an edge node (NCMD) or a device (DCMD) through the running gateway. The datatype, and the "
      "alias\n"
      "where it has one, are those of its birth; with --type it goes out by name even where no birth is known.\n"
      "  songhua-gateway command -c gateway.toml S1/C1/auto 'Device Control/Takt Percent' 90\n"
      "  songhua-gateway command -c gateway.toml S1/C1 'Node Control/Report Period' 5000\n"
      "  songhua-gateway command -c gateway.toml S1/C1/auto Setpoint --null --type Double\n"
      "Status 3 where no gateway runs or its server is down. Commands are QoS 0: the device's data tell whether it "
      "took "
      "it.");
  where(command_command, place);
  command_command->add_option("target", command_flags.target, "GROUP/NODE or GROUP/NODE/DEVICE")->required();
  command_command->add_option("metric", command_flags.metric, "the metric's name, as the birth has it")->required();
  auto* command_value = command_command->add_option("value", command_flags.value, "true|false, a number, or text");
  command_command->add_flag("--null", command_flags.null, "writes null");
  command_command->add_option("--type", command_flags.type,
                              "Int32, Int64, Double, Boolean, String, ... in place of the birth's");
  command_command->callback([&, command_value] {
    command_flags.has_value = command_value->count() > 0;
    action = [&] { return command(place, command_flags); };
  });

  std::string node;
  auto* rebirth_command = app.add_subcommand(
      "rebirth",
      "Asks an edge node for its births (NCMD Node Control/Rebirth) through the running gateway, at once and past the\n"
      "throttle; also one that was never heard.\n"
      "  songhua-gateway rebirth -c gateway.toml S1/C1");
  where(rebirth_command, place);
  rebirth_command->add_option("node", node, "GROUP/NODE")->required();
  rebirth_command->callback([&] { action = [&] { return rebirth(place, node); }; });

  TapFlags tap_flags;
  auto* tap_command =
      app.add_subcommand("tap",
                         "Decoded messages of the running gateway as they are committed, until Ctrl-C. A tap that "
                         "reads too slowly misses\n"
                         "messages and says how many; the gateway is never held up.\n"
                         "  songhua-gateway tap -c gateway.toml --node S1/C1 --device auto --metric 'Output/**'\n"
                         "  songhua-gateway tap -c gateway.toml --format json | jq .");
  where(tap_command, place);
  tap_command->add_option("--node", tap_flags.node, "GROUP/NODE");
  tap_command->add_option("--device", tap_flags.device, "device id");
  tap_command->add_option("--metric", tap_flags.metric, "pattern: * within a level, ** for any number of levels");
  tap_command->add_option("--format", tap_flags.format, "table|json (one object a line)")->capture_default_str();
  tap_command->callback([&] { action = [&] { return tap(place, tap_flags); }; });

  MapFlags map_flags;
  auto* map_command = app.add_subcommand(
      "map",
      "What lines.toml makes of the metrics seen: mapped, unmapped with a rule to paste, clashes, rules that meet "
      "nothing.\n"
      "  songhua-gateway map --dry-run -c gateway.toml             changes nothing, with or without a running gateway\n"
      "  songhua-gateway map --apply -c gateway.toml               puts the file in force, also for the past: all "
      "records are\n"
      "                                                            made again from the journal (`run` does so at its "
      "start)\n"
      "--dry-run exits with 1 where two metrics clash.");
  where(map_command, place);
  auto* map_dry = map_command->add_flag("--dry-run", map_flags.dry_run, "only look (the default)");
  map_command->add_flag("--apply", map_flags.apply, "put it in force")->excludes(map_dry);
  map_command->add_option("--format", map_flags.format, "table|csv|json (default: table on a terminal, else csv)");
  map_command->callback([&] { action = [&] { return songhua::gateway::map(place, map_flags); }; });

  JournalFlags journal_flags;
  auto* journal_command = app.add_subcommand(
      "journal",
      "The journal's entries that a line's records of some time were made of, one row a metric: what the centre's\n"
      "`explain` leads to. Status 1: there are none.\n"
      "  songhua-gateway journal -c gateway.toml --line S1/C1/auto --from 2019-03-01T00:00 --to 2019-03-01T00:01 "
      "--metric 'Output/**'");
  where(journal_command, place);
  journal_command->add_option("--line", journal_flags.line, "line id")->required();
  journal_command->add_option("--from", journal_flags.from, "first minute, ISO 8601")->required();
  journal_command->add_option("--to", journal_flags.to, "end, exclusive")->required();
  journal_command->add_option("--metric", journal_flags.metric, "pattern: * within a level, ** for any number of them");
  journal_command->add_option("--format", journal_flags.format,
                              "table|csv|json (default: table on a terminal, else csv)");
  journal_command->callback([&] { action = [&] { return journal_entries(place, journal_flags); }; });

  auto* quarantine = app.add_subcommand("quarantine",
                                        "What was refused, and why (docs/operations.md lists the reasons).\n  "
                                        "songhua-gateway quarantine list -c gateway.toml");
  quarantine->require_subcommand(1);
  auto* list = quarantine->add_subcommand(
      "list", "What was refused, newest first; rows without id are judgements of the moment.");
  where(list, place);
  list->add_option("--format", format, "table|csv|json (default: table on a terminal, else csv)");
  list->callback([&] { action = [&] { return quarantine_list(place, format); }; });
  std::int64_t id = 0;
  auto* show = quarantine->add_subcommand(
      "show", "One entry with its payload.\n  songhua-gateway quarantine show 17 -c gateway.toml");
  where(show, place);
  show->add_option("id", id, "as `quarantine list` gives it")->required();
  show->callback([&] { action = [&] { return quarantine_show(place, id); }; });

  auto* retry =
      quarantine->add_subcommand("retry",
                                 "What was refused is judged again by the present lines.toml and program: what is "
                                 "accepted leaves the list and counts,\n"
                                 "the rest stays. Through the running gateway, or on the store while none runs.\n"
                                 "  songhua-gateway quarantine retry -c gateway.toml");
  where(retry, place);
  auto* retry_id = retry->add_option("id", id, "only this entry");
  retry->callback([&, retry_id] {
    action = [&, retry_id] {
      return quarantine_retry(place, retry_id->count() > 0 ? std::optional(id) : std::nullopt);
    };
  });

  std::string line_id, at;
  auto* line = app.add_subcommand("line",
                                  "Take a line out of service, or back.\n  songhua-gateway line gone S1/C1/auto --at "
                                  "2019-03-01T00:00 -c gateway.toml");
  line->require_subcommand(1);
  for (const bool gone : {true, false}) {
    auto* command = line->add_subcommand(gone ? "gone" : "back", gone ? "From --at on its windows need not wait for it."
                                                                      : "It reports again from --at on.");
    where(command, place);
    command->add_option("line", line_id, "line id, as `rollup` gives it")->required();
    command->add_option("--at", at, "ISO 8601; without offset in the configured zone")->required();
    command->callback([&, gone] { action = [&, gone] { return line_state(place, gone, line_id, at); }; });
  }

  std::string measure, product, market, quantity, reason;
  auto* adjust_command = app.add_subcommand("adjust",
                                            "A correction by hand, journaled with its reason.\n"
                                            "  songhua-gateway adjust S1/C1/L1 output.good --product car --market CN "
                                            "--quantity -12 --at 2019-03-01T10:00 --reason 'test run' -c gateway.toml");
  where(adjust_command, place);
  adjust_command->add_option("line", line_id, "line id, as `rollup` gives it")->required();
  adjust_command->add_option("measure", measure, "output.good, energy.electricity, ...")->required();
  adjust_command->add_option("--product", product, "product id, for output.* and dispatch.*");
  adjust_command->add_option("--market", market, "ISO 3166-1 alpha-2; CN is domestic");
  adjust_command->add_option("--quantity", quantity, "signed, in base units")->required();
  adjust_command->add_option("--at", at, "ISO 8601: the minute that it counts in")->required();
  adjust_command->add_option("--reason", reason, "kept and shown with it")->required();
  adjust_command->callback(
      [&] { action = [&] { return adjust(place, line_id, measure, product, market, quantity, at, reason); }; });

  auto* key_command = app.add_subcommand("key",
                                         "Print the public key that batches are signed with (made at the first call); "
                                         "the centre must know it.\n  songhua-gateway key -c gateway.toml > gw1.pub");
  where(key_command, place);
  key_command->callback([&] { action = [&] { return key(place); }; });

  bool drain = false;
  std::string patience = "60s";
  auto* forward_command =
      app.add_subcommand("forward",
                         "Send all that is due to the centre; 0 when it has committed it, 1 where it refused a batch.\n"
                         "  songhua-gateway forward --drain -c gateway.toml");
  where(forward_command, place);
  forward_command->add_flag("--drain", drain, "wait until nothing is due any more")->required();
  forward_command->add_option("--timeout", patience, "how long to wait at most")->capture_default_str();
  forward_command->callback([&] { action = [&] { return forward_drain(place, patience); }; });

  try {
    app.parse(argc, argv);
    if (verbose) spdlog::set_level(spdlog::level::debug);
    status = action();
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, std::cout, std::cerr);
    return code == 0 ? kDone : kUsage;
  } catch (const Failure& failure) {
    std::cerr << "songhua-gateway: " << failure.message << '\n';
    if (verbose) tell_details(place, failure.status, nullptr);
    return failure.status;
  } catch (const std::exception& problem) {
    std::cerr << "songhua-gateway: " << problem.what() << '\n';
    if (verbose) tell_details(place, kFault, &problem);
    return kFault;
  }
  return status;
}
