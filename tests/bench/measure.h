#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/database.h"
#include "support/process.h"

// Looking at other processes and at a gateway's store from outside.
namespace songhua::bench {

double cpu_seconds(const test::Process& process);  // user and system, all threads
double children_cpu_seconds();                     // of children that have ended
double resident_mib(const test::Process& process);
double peak_mib(const test::Process& process);
double now_seconds();  // monotonic

// What a running gateway has committed.
class StoreWatch {
 public:
  explicit StoreWatch(std::filesystem::path store) : store_(std::move(store)) {}
  [[nodiscard]] std::uint64_t counter(const std::string& name);
  [[nodiscard]] std::uint64_t journal_bytes();
  void close() { database_.reset(); }  // so that the gateway, as the last one, tidies its files up
  // Waits until so many messages are durable.
  void wait_for_messages(std::uint64_t number, test::Process& gateway);

 private:
  SQLite::Database& database();
  std::filesystem::path store_;
  std::unique_ptr<SQLite::Database> database_;
};

std::uint64_t file_bytes(const std::filesystem::path& store);  // all files of it

}  // namespace songhua::bench
