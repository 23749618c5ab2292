#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
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
// Waits until the store knows all six lines. Killing begins then: what a life made before its first reading that was
// ever committed counts only within the gap limit of the announced start (design, "Lives"), and lines at full speed
// are past it in a moment.
[[nodiscard]] bool all_lines_heard(const std::filesystem::path& config);
// The quantity column of `rollup` rows by "line measure product market start".
std::map<std::string, std::map<std::string, std::string>> csv_rows(const std::string& csv,
                                                                   const std::vector<std::string>& key);

// Is the measure one that ledgers tell of?
bool is_counted(const std::string& measure);

// The first hours of six families at full speed, on a working morning; state and ledger in `dir`. Run again, it goes on
// from where it was, or says all its totals once more.
std::vector<std::string> line_arguments(const Broker& broker, const std::filesystem::path& dir, int hours = 3);

// Kills at random moments. SONGHUA_KILL_ROUNDS (20) and SONGHUA_SEED repeat a run, or make it longer.
class Killer {
 public:
  Killer();
  [[nodiscard]] unsigned seed() const { return seed_; }
  // So many rounds, each victim as often as the others: waits a random while, as long as `line` lives, then kills and
  // starts anew. `go_on` is called where the line has ended before, and starts it again with more to do.
  void run(std::unique_ptr<Process>& line, const std::function<void()>& go_on,
           const std::vector<std::function<void()>>& victims);

 private:
  int rounds_;
  unsigned seed_;
  std::mt19937 random_;
};

std::filesystem::path write_config(const std::filesystem::path& directory, const std::string& broker_uri,
                                   const std::string& more = {});

}  // namespace songhua::test
