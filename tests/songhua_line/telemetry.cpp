#include "telemetry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

#include "model/csv.h"
#include "sparkplug_b.pb.h"
#include "support/temp_dir.h"

namespace songhua::test {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::stringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

std::string lower(std::string text) {
  for (char& c : text) c = c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

Key key_of(const std::string& line, const std::string& metric) {
  const auto parts = split(metric, '/');
  if (parts.size() == 4 && parts[0] == "Output") return {line, "output." + lower(parts[3]), parts[1], parts[2]};
  if (parts.size() == 4 && parts[0] == "Dispatch") return {line, "dispatch.quantity", parts[1], parts[2]};
  if (parts.size() == 2 && parts[0] == "Time") return {line, "time." + lower(parts[1]), "", ""};
  if (parts.size() == 3 && parts[0] == "Energy") return {line, "energy." + lower(parts[1]), "", ""};
  if (metric == "Labour/Time") return {line, "labour.time", "", ""};
  if (metric == "Failures/Count") return {line, "event.failures", "", ""};
  return {line, "", "", ""};
}

void Telemetry::hear(const std::string& topic, const std::string& bytes) {
  const auto level = split(topic, '/');
  if (level.size() < 4 || level[0] != "spBv1.0" || level[1] == "STATE") return;
  const auto& type = level[2];
  const auto node = level[1] + "/" + level[3];
  const auto device = level.size() > 4 ? level[4] : std::string();
  ++types_[type];
  org::eclipse::tahu::protobuf::Payload payload;
  if (!payload.ParseFromString(bytes)) return faults_.push_back("undecodable " + topic);
  if (type == "NDEATH" || type == "NCMD" || type == "DCMD") return;

  if (type == "NBIRTH") {
    names_.clear();
    seq_ = -1;
    ++births_;
  }
  if (static_cast<int>(payload.seq()) != (seq_ + 1) % 256) {
    faults_.push_back(fmt::format("{}: seq {} after {}", topic, payload.seq(), seq_));
  }
  seq_ = static_cast<int>(payload.seq());
  last_time_ = std::max(last_time_, payload.timestamp());

  std::int64_t epoch = -1;
  std::vector<std::pair<std::string, std::int64_t>> counters;
  for (const auto& metric : payload.metrics()) {
    if (metric.has_name() && metric.has_alias()) names_[metric.alias()] = {device, metric.name()};
    if (metric.has_name() && metric.name() == "bdSeq") bd_seqs_.push_back(metric.long_value());
    std::string name = metric.name();
    if (!metric.has_name()) {
      const auto found = names_.find(metric.alias());
      if (found == names_.end() || found->second.first != device) {
        faults_.push_back(fmt::format("{}: alias {} is not known", topic, metric.alias()));
        continue;
      }
      name = found->second.second;
    }
    if (metric.is_historical()) ++historical_;
    if (metric.timestamp() > payload.timestamp()) faults_.push_back(topic + ": a metric later than its message");
    if (name == "Properties/Counter Epoch") epoch = static_cast<std::int64_t>(metric.long_value());
    if (!std::get<1>(key_of("", name)).empty())
      counters.emplace_back(name, static_cast<std::int64_t>(metric.long_value()));
  }
  if (!counters.empty() && epoch < 0) faults_.push_back(topic + ": counters without their epoch");
  for (const auto& [name, value] : counters) {
    const auto [life, is_new] = lives_[key_of(node + "/" + device, name)].try_emplace(epoch, Life{value, value});
    if (value < life->second.last && type == "DBIRTH")
      faults_.push_back(fmt::format("{}: {} fell from {} to {}", topic, name, life->second.last, value));
    life->second.first = std::min(life->second.first, value);
    life->second.last = std::max(life->second.last, value);
  }
}

std::map<Key, std::int64_t> Telemetry::quantities() const {
  std::map<Key, std::int64_t> sums;
  for (const auto& [key, lives] : lives_) {
    std::int64_t sum = 0;
    bool first = true;
    for (const auto& [epoch, life] : lives) {
      sum += first ? life.last - life.first : life.last;
      first = false;
    }
    if (sum != 0) sums[key] = sum;
  }
  return sums;
}

std::map<Key, std::int64_t> ledger_sums(const std::filesystem::path& file) {
  std::map<Key, std::int64_t> sums;
  const auto text = read_file(file);
  CsvReader reader(text);
  std::vector<std::string> row;
  bool header = true;
  for (auto more = reader.next(row); more.ok() && *more; more = reader.next(row)) {
    if (!header) sums[{row.at(1), row.at(2), row.at(3), row.at(4)}] += std::stoll(row.at(5));
    header = false;
  }
  return sums;
}

std::string from_base64(const std::string& text) {
  static const std::string kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0, word = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string::npos) break;
    word = word << 6U | static_cast<unsigned>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(word >> bits & 0xFFU);
    }
  }
  return out;
}

}  // namespace songhua::test
