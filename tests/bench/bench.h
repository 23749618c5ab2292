#pragma once

#include <filesystem>
#include <string>

#include "fleet.h"
#include "measure.h"
#include "support/broker.h"
#include "support/temp_dir.h"

// What the measurements share: a plant of broker and gateway, and the table they are printed into.
namespace songhua::bench {

struct Options {
  int lines = 1'000;
  int ticks = 40;     // messages of each line in a flood
  int nodes = 1'000;  // of the storms
};

// A row of the Markdown table on standard output.
void row(const std::string& what, double value, const std::string& unit, int decimals = 1);
void section(const std::string& title);

class Plant {
 public:
  explicit Plant(const std::string& more_config = "");

  test::TempDir dir;
  test::Broker broker;
  std::filesystem::path config;
  std::unique_ptr<test::Process> gateway;
  StoreWatch store{dir / "store"};

  void start_gateway();  // waits until it is online
  void stop_gateway();   // in order
  // Every line's every counter is what the fleet sent; throws otherwise.
  void check_totals(const Fleet& fleet, int totals) const;
};

void measure_ingest(const Options& options);
void measure_storms(const Options& options);

}  // namespace songhua::bench
