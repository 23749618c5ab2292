// Writes the cells of a release as tests/disclosure/cells_file.h reads them: dump_cells STORE PERIOD [AS-OF]
#include <iostream>

#include "../cells_file.h"
#include "central/release.h"
#include "central/sqlite_store.h"
#include "report/report.h"

int main(int argc, char** argv) {
  using namespace songhua;
  if (argc < 3) {
    std::cerr << "usage: dump_cells STORE PERIOD [AS-OF]\n";
    return 2;
  }
  const auto store = central::SqliteStore::open(argv[1], storage::Access::read_only);
  if (!store) {
    std::cerr << store.error().message << '\n';
    return 3;
  }
  central::CentreSettings settings;
  settings.region = "220000";
  central::Centre centre(**store, settings);
  central::Moment moment{std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()), std::nullopt};
  if (argc > 3) moment.as_of = settings.zone.parse(argv[3]).value();
  const auto study = centre.study(moment);
  report::Options options;
  options.period = Period::parse(argv[2]).value();
  options.region = settings.region;
  const auto also = report::requests_of(options, *study->inputs);
  const auto rows = central::rows_for(*study, options.period, also.value());
  if (!rows) {
    std::cerr << rows.error().message << '\n';
    return 3;
  }
  const auto again = centre.study(moment);  // rows looked at other moments, too
  indicators::Microdata micro(*again->inputs, *again->source, again->settings.indicators);
  disclosure::test::write(std::cout, disclosure::questions_of(*rows, micro, {}));
  for (const auto& [cell, decision] : (*store)->archive().decisions(moment.as_of)) {
    std::cout << "decision\t" << cell << '\t' << decision.code << '\n';
  }
}
