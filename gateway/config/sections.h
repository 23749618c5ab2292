#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "model/toml_reader.h"

// Sections and values that both programs' files have. Faults go to the table; targets keep their defaults then.
namespace songhua::config {

// Reads one file: knows its folder, to which relative paths are resolved.
class Paths {
 public:
  explicit Paths(const std::filesystem::path& file) : folder_(file.parent_path()) {}
  [[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& path) const;
  bool read(TomlSection& table, std::string_view key, std::filesystem::path& target) const;

 private:
  std::filesystem::path folder_;
};

// "tcp://HOST[:PORT]" or "ssl://HOST[:PORT]", at least one where `required`, none twice.
void read_servers(TomlSection& table, bool required, std::vector<std::string>& servers);
// After read_servers: certificates need an ssl:// server.
void read_credentials(TomlSection& table, const Paths& paths, const std::vector<std::string>& servers,
                      Credentials& credentials);
// `roles`: where the file of the operator's token may be named.
void read_http(TomlSection& root, Http& http, const Paths* roles = nullptr);
void read_mqtt_version(TomlSection& table, MqttVersion& version);
void read_time_zone(TomlSection& root, TimeZone& zone);
// A whole number with B, KiB, MiB, GiB or TiB.
void read_bytes(TomlSection& table, std::string_view key, std::uint64_t& bytes);
// An id that becomes one level of MQTT topics.
void read_topic_level(TomlSection& table, std::string_view key, bool required, std::string& id);
// A duration that must be longer than nothing.
void read_span(TomlSection& table, std::string_view key, Millis& span);

}  // namespace songhua::config
