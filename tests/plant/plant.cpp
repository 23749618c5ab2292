#include "plant.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "model/csv.h"
#include "model/int128.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

std::string slurp(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::map<std::string, std::map<std::string, std::string>> csv_rows(const std::string& csv,
                                                                   const std::vector<std::string>& key) {
  std::map<std::string, std::map<std::string, std::string>> rows;
  CsvReader reader(csv);
  std::vector<std::string> header, fields;
  if (!*reader.next(header)) return rows;
  while (*reader.next(fields)) {
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < header.size() && i < fields.size(); ++i) row[header[i]] = fields[i];
    std::string name;
    for (const auto& part : key) name += (name.empty() ? "" : " ") + row[part];
    rows[name] = std::move(row);
  }
  return rows;
}

Totals ledger_totals(const std::filesystem::path& file) {
  std::map<std::string, int128> sums;
  const auto text = slurp(file);
  CsvReader reader(text);
  std::vector<std::string> fields;
  EXPECT_TRUE(*reader.next(fields));
  EXPECT_EQ(fields, (std::vector<std::string>{"minute", "line", "measure", "product", "market", "quantity"}));
  while (*reader.next(fields)) {
    sums[fields[1] + " " + fields[2] + " " + fields[3] + " " + fields[4]] += *parse_int128(fields[5]);
  }
  Totals totals;
  for (const auto& [key, sum] : sums) {
    if (sum != 0) totals[key] = to_string(sum);
  }
  return totals;
}

Totals rollup_totals(const std::filesystem::path& config) {
  const auto done =
      run(built_program("songhua-gateway"), {"rollup", "-c", config.string(), "--grain", "total", "--format", "csv"});
  EXPECT_EQ(done.status, 0) << done.err;
  Totals totals;
  for (const auto& [key, row] : csv_rows(done.out, {"line", "measure", "product", "market"})) {
    if (is_counted(row.at("measure")) && row.at("quantity") != "0") totals[key] = row.at("quantity");
  }
  return totals;
}

bool all_lines_heard(const std::filesystem::path& config) {
  return eventually([&] {
    const auto done =
        run(built_program("songhua-gateway"), {"rollup", "-c", config.string(), "--grain", "total", "--format", "csv"});
    std::set<std::string> lines;
    for (const auto& [line, row] : csv_rows(done.out, {"line"})) lines.insert(line);
    return lines.size() == 6;
  });
}

std::vector<std::string> line_arguments(const Broker& broker, const std::filesystem::path& dir, int hours) {
  return {"run",
          "--broker",
          broker.uri(),
          "--site",
          "S1",
          "--controller",
          "C1",
          "--line",
          "auto",
          "--line",
          "railcar",
          "--line",
          "laser",
          "--line",
          "rubber",
          "--line",
          "fertilizer",
          "--line",
          "satellite",
          "--seed",
          "7",
          "--speed",
          "max",
          "--start",
          "2019-03-01T08:30:00+08:00",
          "--duration",
          std::to_string(hours) + "h",
          "--interval",
          "10s",
          "--nvram",
          (dir / "nvram").string(),
          "--ledger",
          (dir / "ledger.csv").string(),
          "--primary-host",
          "songhua",
          "--reconnect",
          "100ms..500ms"};
}

bool is_counted(const std::string& measure) {
  return measure.starts_with("output.") || measure.starts_with("dispatch.") || measure.starts_with("time.") ||
         measure.starts_with("energy.") || measure == "labour.time" || measure == "event.failures";
}

Killer::Killer() {
  const char* rounds = std::getenv("SONGHUA_KILL_ROUNDS");
  const char* seed = std::getenv("SONGHUA_SEED");
  rounds_ = rounds != nullptr ? std::atoi(rounds) : 20;
  seed_ = seed != nullptr ? static_cast<unsigned>(std::atoi(seed)) : std::random_device{}();
  random_.seed(seed_);
}

void Killer::run(std::unique_ptr<Process>& line, const std::function<void()>& go_on,
                 const std::vector<std::function<void()>>& victims) {
  std::vector<std::size_t> order;
  for (int round = 0; round < rounds_; ++round) {
    if (order.empty()) {
      for (std::size_t i = 0; i < victims.size(); ++i) order.push_back(i);
      std::shuffle(order.begin(), order.end(), random_);
    }
    while (line->wait(std::chrono::milliseconds{20 + random_() % 600})) {
      ASSERT_EQ(line->wait(), 0) << line->err();
      go_on();
    }
    victims[order.back()]();
    order.pop_back();
  }
}

std::filesystem::path write_config(const std::filesystem::path& directory, const std::string& broker_uri,
                                   const std::string& more) {
  const auto file = directory / "gateway.toml";
  std::ofstream out(file);
  out << "id = \"gw1\"\nenterprise = \"E1\"\nstore = \"" << (directory / "store").string() << "\"\n"
      << more << "[sparkplug]\nservers = [\"" << broker_uri
      << "\"]\nreorder_timeout = \"500ms\"\n[http]\nlisten = \"\"\n";
  return file;
}

}  // namespace songhua::test
