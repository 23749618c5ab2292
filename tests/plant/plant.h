#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "support/broker.h"
#include "support/process.h"
#include "support/temp_dir.h"

// A plant of real programs: a broker, a gateway, line controllers, each in a directory of its own.
namespace songhua::test {

// "line measure product market" -> quantity
using Totals = std::map<std::string, std::string>;

// What the lines made, by their own ledger; the header is checked.
Totals ledger_totals(const std::filesystem::path& file);
// What a store says, by `rollup --grain total`; zeros, gauges and equipment counts left out, as in ledgers.
Totals rollup_totals(const std::filesystem::path& config);
// The quantity column of `rollup` rows by "line measure product market start".
std::map<std::string, std::map<std::string, std::string>> csv_rows(const std::string& csv, const std::vector<std::string>& key);

// Is the measure one that ledgers tell of?
bool is_counted(const std::string& measure);

// Three hours of six families at full speed, on a working morning; state and ledger in `dir`.
std::vector<std::string> line_arguments(const Broker& broker, const std::filesystem::path& dir);

std::filesystem::path write_config(const std::filesystem::path& directory, const std::string& broker_uri,
                                   const std::string& more = {});

}  // namespace songhua::test
