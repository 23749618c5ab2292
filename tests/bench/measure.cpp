#include "measure.h"

#include <sys/resource.h>
#include <time.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "storage/schema.h"
#include "storage/store.h"
#include "support/wait.h"

namespace songhua::bench {
namespace {

double seconds(const timespec& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}
double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

double status_mib(const test::Process& process, const std::string& key) {
  std::ifstream in("/proc/" + std::to_string(process.pid()) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(key)) return std::stod(line.substr(key.size())) / 1024;
  }
  return 0;
}

}  // namespace

double cpu_seconds(const test::Process& process) {
  clockid_t id{};
  timespec time{};
  if (clock_getcpuclockid(process.pid(), &id) != 0 || clock_gettime(id, &time) != 0) return 0;
  return seconds(time);
}

double children_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_mib(const test::Process& process) {
  return status_mib(process, "VmRSS:");
}
double peak_mib(const test::Process& process) {
  return status_mib(process, "VmHWM:");
}

double now_seconds() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return seconds(time);
}

SQLite::Database& StoreWatch::database() {
  if (!database_) {
    auto opened = storage::open_database((store_ / "songhua.db").string(), storage::Access::read_only,
                                         storage::kStoreId, storage::kStoreMigrations);
    if (!opened) throw std::runtime_error(opened.error().message);
    database_ = std::move(*opened);
  }
  return *database_;
}

std::uint64_t StoreWatch::counter(const std::string& name) {
  SQLite::Statement query(database(), "SELECT value FROM counter WHERE name = ?");
  query.bind(1, name);
  return query.executeStep() ? static_cast<std::uint64_t>(query.getColumn(0).getInt64()) : 0;
}

std::uint64_t StoreWatch::journal_bytes() {
  return static_cast<std::uint64_t>(
      database().execAndGet("SELECT coalesce(sum(length(bytes)), 0) FROM segment").getInt64());
}

void StoreWatch::wait_for_messages(std::uint64_t number, test::Process& gateway) {
  const bool there =
      test::eventually([&] { return counter("messages") >= number || !gateway.running(); }, std::chrono::minutes{5});
  if (!there || !gateway.running()) {
    throw std::runtime_error("only " + std::to_string(counter("messages")) + " of " + std::to_string(number) +
                             " messages were stored:\n" + gateway.err());
  }
}

std::uint64_t file_bytes(const std::filesystem::path& store) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(store)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

}  // namespace songhua::bench
