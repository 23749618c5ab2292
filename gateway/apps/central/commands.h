#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "central/centre.h"
#include "central/sqlite_store.h"
#include "config/config.h"

// What the commands of songhua-central share.
namespace songhua::centre_program {

inline constexpr int kDone = 0;
inline constexpr int kNo = 1;
inline constexpr int kUsage = 2;
inline constexpr int kFault = 3;

// A failure that ends the command: one line for a person, and the exit status.
struct Failure {
  int status = kFault;
  std::string message;
};

struct Context {
  config::CentralConfig config;
  std::unique_ptr<central::SqliteStore> store;
  std::unique_ptr<central::Centre> centre;
};

std::string read_file(const std::filesystem::path& path);  // throws Failure
UnixMillis wall_clock();
config::CentralConfig load_config(const std::string& file);  // throws Failure
// A command that only asks may find no store yet: that is a failure with advice.
Context open(const std::string& config_file, storage::Access access);
central::CentreSettings settings_of(const config::CentralConfig& config);

// "table", "csv" or "json"; empty: table on a terminal, else csv.
query::Format format_of(const std::string& text);

struct ScopeFlags {
  std::vector<std::pair<std::string, std::string>> keys;  // long option -> value
  std::string as_of;
};
indicators::Scope scope_of(const ScopeFlags& flags);
central::Moment moment_of(const ScopeFlags& flags, const TimeZone& zone);
// The same from the text of --as-of; "" is now. The error names it.
Result<central::Moment> moment_at(const std::string& as_of, const TimeZone& zone);

struct RollupFlags {
  std::string from, to, grain = "day", enterprise, line, measure, product, market;
};
Result<query::RollupRequest> rollup_request(const RollupFlags& flags, const TimeZone& zone);

struct IndicatorFlags {
  std::string period, by;
  std::vector<std::string> ids;
  bool cumulative = false, exact = false;
};
Result<indicators::IndicatorRequest> indicator_request(const IndicatorFlags& flags, const ScopeFlags& scope);

struct ReportFlags {
  std::string period, language = "both", national_growth, national_cumulative;
  std::vector<std::string> outputs;  // one bulletin, in several formats
};

struct PublishFlags {
  std::string period, show;
  bool list = false;
};
struct RevisionFlags {
  std::string from, to;
  std::vector<std::string> ids;
};

int publish(const std::string& config_file, const PublishFlags& flags, const std::string& format);
int revisions(const std::string& config_file, const RevisionFlags& flags, const ScopeFlags& scope,
              const std::string& format);
int run_worker(const std::string& config_file);
int rollup(const std::string& config_file, const RollupFlags& flags, const ScopeFlags& scope,
           const std::string& format);
int indicators_of(const std::string& config_file, const IndicatorFlags& flags, const ScopeFlags& scope,
                  const std::string& format);
int explain(const std::string& config_file, const IndicatorFlags& flags, const ScopeFlags& scope,
            const std::string& format);
int expected(const std::string& config_file, const std::string& period, const std::string& format);
int report_of(const std::string& config_file, const ReportFlags& flags, const ScopeFlags& scope);
int register_import(const std::string& config_file, const std::vector<std::string>& files, const std::string& kind);
int register_gateway(const std::string& config_file, const std::string& name, const std::string& key_file);
int line_state(const std::string& config_file, bool gone, const std::string& line, const std::string& enterprise,
               const std::string& at);
int audit(const std::string& config_file, const std::string& gateway, const std::string& format);
int status(const std::string& config_file, const std::string& format);

// A list of equal rows in any of the formats: keys of the first row are the columns.
void print_list(const nlohmann::ordered_json& rows, query::Format format);

}  // namespace songhua::centre_program
