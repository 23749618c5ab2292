#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

// What a plain reader makes of a node's messages and of its ledger, without any code of the gateway: conservation by
// hand, life by life.
namespace songhua::test {

using Key = std::tuple<std::string, std::string, std::string, std::string>;  // line, measure, product, market

class Telemetry {
 public:
  // One message in order of arrival. Records what goes against the contract in faults().
  void hear(const std::string& topic, const std::string& payload);

  // Sum over lives of last minus first (the first life from its first value, later ones from zero), zeros left out.
  [[nodiscard]] std::map<Key, std::int64_t> quantities() const;
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  [[nodiscard]] std::size_t births() const { return births_; }
  [[nodiscard]] std::size_t historical() const { return historical_; }
  [[nodiscard]] std::size_t count(const std::string& type) const {
    const auto found = types_.find(type);
    return found == types_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::uint64_t last_time() const { return last_time_; }
  [[nodiscard]] std::vector<std::uint64_t> bd_seqs() const { return bd_seqs_; }

 private:
  struct Life {
    std::int64_t first = 0, last = 0;
  };
  std::map<std::uint64_t, std::pair<std::string, std::string>> names_;  // alias -> device, metric
  std::map<Key, std::map<std::int64_t, Life>> lives_;                   // by epoch
  std::vector<std::string> faults_;
  std::map<std::string, std::size_t> types_;
  std::vector<std::uint64_t> bd_seqs_;
  std::size_t births_ = 0, historical_ = 0;
  std::uint64_t last_time_ = 0;
  int seq_ = -1;
};

// Sums of a ledger file over all minutes.
std::map<Key, std::int64_t> ledger_sums(const std::filesystem::path& file);
// The measure, product and market of a totalizer's metric name; an empty measure for other metrics.
Key key_of(const std::string& line, const std::string& metric);
std::string from_base64(const std::string& text);

}  // namespace songhua::test
