#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "ingest/pipeline.h"
#include "lines/mapping.h"
#include "query/rollup_rows.h"
#include "storage/store.h"

// What the commands of songhua-gateway share. Exit statuses: docs of `--help`.
namespace songhua::gateway {

inline constexpr int kDone = 0;
inline constexpr int kNo = 1;
inline constexpr int kUsage = 2;
inline constexpr int kFault = 3;

// A failure that ends the command: one line for a person, and the exit status.
struct Failure {
  int status = kFault;
  std::string message;
};

// Where a command works: -c FILE, or --store DIR with the configuration's defaults.
struct Place {
  std::string config_file;
  std::string store_dir;
};

struct Context {
  config::GatewayConfig config;
  lines::Mapping mapping;
  std::string mapping_text;
};

// Reads and checks the configuration and lines.toml; throws Failure.
Context load_context(const Place& place);
// Puts a mapping into the context; `from` names it where it is faulty. Throws Failure.
void take_mapping(Context& context, std::string text, const std::string& from);
// What holds where no configuration is named and no store is needed.
Context default_context();
std::unique_ptr<storage::Store> open_store(const Context& context, storage::Access access);
ingest::PipelineOptions pipeline_options(const Context& context);
std::string read_file(const std::filesystem::path& path);
// Commits all that waits; throws Failure where the store refuses.
void commit_all(ingest::Pipeline& pipeline, UnixMillis now);
// ... and gives messages that came after newer ones their place. Throws Failure.
void finish_all(ingest::Pipeline& pipeline, UnixMillis now);
UnixMillis wall_clock();

struct RollupFlags {
  std::string from, to, grain = "day", line, measure, product, market, format;
};
struct IndicatorFlags {
  std::string period, by, format;
  std::vector<std::string> ids;
  bool cumulative = false, exact = false;
  std::map<std::string, std::string> scope;  // by key of indicators::kScopeKeys; "" is not set
};
// "table", "csv" or "json"; empty: table on a terminal, else csv. Throws Failure.
query::Format format_of(const std::string& text);
// Rows of a whole store, as `rollup` shows them.
std::vector<query::RollupRow> rollup_of(storage::Store& store, const Context& context,
                                        const query::RollupRequest& request);

// `no_disconnect`: leave by the STATE death alone, as a conformance run may ask.
int run_gateway(const std::filesystem::path& config, bool no_disconnect);
int check_config(const Place& place);
int rollup(const Place& place, const RollupFlags& flags);
int indicators_of(const Place& place, const IndicatorFlags& flags);
int status(const Place& place, const std::string& format);
int import_files(const Place& place, const std::vector<std::string>& files, const std::string& map_file,
                 const std::string& rejects_file, const std::string& recording);
int decode(const std::vector<std::string>& files, bool base64);
int verify(const Place& place);
int export_recording(const Place& place, const std::string& from, const std::string& to, const std::string& out);
struct ReplayFlags {
  std::string speed = "max";
  std::string publish;  // a broker's URL
  bool merge = false, force = false;
};
int replay(const std::string& recording, const Place& place, const ReplayFlags& flags);
int publish_recording(const std::string& recording, const std::string& url, const std::string& speed);
struct JournalFlags {
  std::string line, from, to, metric, format;
};
int journal_entries(const Place& place, const JournalFlags& flags);
int quarantine_list(const Place& place, const std::string& format);
int quarantine_show(const Place& place, std::int64_t id);
int quarantine_retry(const Place& place, std::optional<std::int64_t> id);
struct CommandFlags {
  std::string target;  // GROUP/NODE[/DEVICE]
  std::string metric;
  std::string value;
  std::string type;
  bool has_value = false;
  bool null = false;
};
int command(const Place& place, const CommandFlags& flags);
int rebirth(const Place& place, const std::string& node);
struct TapFlags {
  std::string node, device, metric, format = "table";
};
int tap(const Place& place, const TapFlags& flags);
struct MapFlags {
  std::string format;
  bool dry_run = false, apply = false;
};
int map(const Place& place, const MapFlags& flags);
int line_state(const Place& place, bool gone, const std::string& line, const std::string& at);
int adjust(const Place& place, const std::string& line, const std::string& measure, const std::string& product,
           const std::string& market, const std::string& quantity, const std::string& at, const std::string& reason);
int key(const Place& place);
int forward_drain(const Place& place, const std::string& patience);

}  // namespace songhua::gateway
