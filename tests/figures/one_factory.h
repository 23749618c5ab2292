#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/broker.h"
#include "support/process.h"
#include "support/temp_dir.h"

namespace songhua::test {

// A province of one factory, of real programs: the past of two simulated lines imported by a gateway, forwarded to a
// centre that has the same register, and committed there. The gateway has the files of a larger province.
class OneFactory {
 public:
  struct Options {
    std::string from, to;                    // of the lines' past, a reading a day
    std::string catalogue;                   // catalogue.toml
    std::string edge_listen, centre_listen;  // [http] listen
  };
  explicit OneFactory(const Options& options);

  // `indicators` with these flags, as JSON.
  [[nodiscard]] nlohmann::json edge_figures(std::vector<std::string> flags) const;
  [[nodiscard]] nlohmann::json centre_figures(std::vector<std::string> flags) const;
  [[nodiscard]] const std::filesystem::path& centre_config() const { return centre_config_; }
  [[nodiscard]] const std::filesystem::path& edge_config() const { return edge_config_; }
  // A file beside the configurations.
  std::filesystem::path file(const std::string& name, const std::string& text) const { return dir_.file(name, text); }
  // The running worker; it serves HTTP where an address was given.
  [[nodiscard]] Process& centre() { return *centre_; }
  // Starts the gateway; it serves HTTP where an address was given.
  Process& gateway();
  // A file among the gateway's register files.
  std::filesystem::path register_file(const std::string& name, const std::string& text) const;

 private:
  void import_past(const Options& options);
  void enrol_and_register();
  [[nodiscard]] nlohmann::json figures(const char* program, const std::filesystem::path& config,
                                       std::vector<std::string> flags) const;

  TempDir dir_;
  Broker plant_, uplink_;
  std::filesystem::path edge_config_, centre_config_;
  std::unique_ptr<Process> centre_, gateway_;
};

}  // namespace songhua::test
