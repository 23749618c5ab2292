#include "support/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace songhua::test {
namespace {

std::filesystem::path find_program(const std::filesystem::path& program) {
  if (program.has_parent_path()) return program;
  const char* search = std::getenv("PATH");
  const std::string folders = std::string(search != nullptr ? search : "/usr/bin:/bin") + ":/usr/sbin";
  for (std::size_t begin = 0; begin <= folders.size();) {
    const auto end = std::min(folders.find(':', begin), folders.size());
    auto candidate = std::filesystem::path{folders.substr(begin, end - begin)} / program;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  throw std::runtime_error("program not found: " + program.string());
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text{*entry};
    if (!added.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Everything a child needs, made before fork(): afterwards only async-signal-safe calls are allowed.
struct Launch {
  std::string program, out, err, directory;
  std::vector<std::string> arguments, environment;
};

[[noreturn]] void become(const Launch& launch, char* const* arguments, char* const* environment, pid_t parent) {
  // Signals that the test ignores or blocks (SIGPIPE) must not be ignored by the program under test.
  std::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(126);
  const int in = open("/dev/null", O_RDONLY);
  const int out = open(launch.out.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  const int err = open(launch.err.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(126);
  if (!launch.directory.empty() && chdir(launch.directory.c_str()) != 0) _exit(126);
  close_range(3, ~0U, 0);
  execve(launch.program.c_str(), arguments, environment);
  _exit(127);
}

}  // namespace

Process::Process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                 const Options& options) {
  Launch launch{find_program(program),
                output_ / "out",
                output_ / "err",
                options.directory,
                {},
                environment_with(options.environment)};
  launch.arguments.push_back(launch.program);
  launch.arguments.insert(launch.arguments.end(), arguments.begin(), arguments.end());
  const auto argv = pointers(launch.arguments), envp = pointers(launch.environment);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) become(launch, argv.data(), envp.data(), parent);
  handle_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));  // glibc 2.36 declares its wrapper without extern "C"
  if (handle_ < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
}

Process::~Process() {
  kill_now();
  close(handle_);
}

bool Process::running() {
  return !wait(std::chrono::milliseconds{0});
}

void Process::signal(int number) {
  if (running()) kill(pid_, number);
}

void Process::kill_now() {
  signal(SIGKILL);
  wait(std::chrono::hours{1});  // a killed process cannot refuse
}

std::optional<int> Process::wait(std::chrono::milliseconds bound) {
  if (status_) return status_;
  const auto deadline = std::chrono::steady_clock::now() + bound;
  pollfd ended{handle_, POLLIN, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = poll(&ended, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready > 0) break;
    if (ready == 0) return std::nullopt;
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
  }
  int raw = 0;
  if (waitpid(pid_, &raw, 0) != pid_) throw std::system_error(errno, std::generic_category(), "waitpid");
  status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
  return status_;
}

Finished run(const std::filesystem::path& program, const std::vector<std::string>& arguments,
             std::chrono::milliseconds bound) {
  Process process{program, arguments};
  const auto status = process.wait(bound);
  if (!status) throw std::runtime_error(program.string() + " did not end in time:\n" + process.err());
  return {*status, process.out(), process.err()};
}

std::filesystem::path built_program(const std::string& name) {
  return std::filesystem::path{SONGHUA_BIN_DIR} / name;
}

}  // namespace songhua::test
