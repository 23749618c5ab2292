#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace songhua::test {

// A real program. It gets no input; what it prints goes to files. It never outlives the object, nor the thread that
// started it (the kernel kills it when that thread ends, so that a test killed by its time limit leaves nothing
// behind): start programs from the test's own thread.
class Process {
 public:
  struct Options {
    std::filesystem::path directory{};                 // working directory; empty: the test's
    std::map<std::string, std::string> environment{};  // added to the test's
  };

  // `program` is looked up in PATH and in /usr/sbin. Throws when it cannot be started.
  explicit Process(const std::filesystem::path& program, const std::vector<std::string>& arguments = {})
      : Process(program, arguments, Options{}) {}
  Process(const std::filesystem::path& program, const std::vector<std::string>& arguments, const Options& options);
  ~Process();  // SIGKILL, if it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  void signal(int number);
  void kill_now();  // SIGKILL, and waits until it is gone
  void terminate() { signal(SIGTERM); }

  // Exit status, 128 + signal number when a signal ended it, nothing when it still runs after `bound`.
  std::optional<int> wait(std::chrono::milliseconds bound = std::chrono::seconds{60});

  // What it has printed so far.
  [[nodiscard]] std::string out() const { return read_file(output_ / "out"); }
  [[nodiscard]] std::string err() const { return read_file(output_ / "err"); }

 private:
  TempDir output_;
  pid_t pid_ = -1;
  int handle_ = -1;  // pidfd
  std::optional<int> status_;
};

// A finished run of a program.
struct Finished {
  int status = 0;
  std::string out;
  std::string err;
};
Finished run(const std::filesystem::path& program, const std::vector<std::string>& arguments = {},
             std::chrono::milliseconds bound = std::chrono::seconds{60});

// The path of one of the project's own programs, as built.
std::filesystem::path built_program(const std::string& name);

}  // namespace songhua::test
