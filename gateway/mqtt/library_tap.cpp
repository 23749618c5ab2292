#include "mqtt/library_tap.h"

#include <MQTTAsync.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <mutex>
#include <string_view>
#include <utility>

namespace songhua::mqtt {
namespace {

constexpr std::string_view kConnack = " <- CONNACK rc: ", kPending = "Connect pending";
constexpr std::size_t kStamp = std::string_view{"19700101 000000.000 "}.size();

std::mutex taps_mutex;
int taps = 0;
thread_local int last_connack_socket = -1;
std::atomic<pid_t> receive_thread{0};

// Ends a poll() of the receive thread. SIGURG, because nobody minds it: its default is to be ignored. Should the thread
// be gone and its number be another thread's, that one does not notice (SA_RESTART).
void wake_receive_thread() {
  if (const pid_t thread = receive_thread.load(); thread != 0) tgkill(getpid(), thread, SIGURG);
}

void let_sigurg_interrupt() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction nothing {};
    nothing.sa_handler = [](int) {};
    nothing.sa_flags = SA_RESTART;
    sigaction(SIGURG, &nothing, nullptr);
  });
}

// On the library's threads, under the library's lock.
void read_trace(MQTTASYNC_TRACE_LEVELS level, char* text) {
  const std::string_view line{text};
  if (level == MQTTASYNC_TRACE_MINIMUM && line.ends_with(kPending)) {
    wake_receive_thread();
  } else if (level == MQTTASYNC_TRACE_PROTOCOL && line.size() > kStamp && line.find(kConnack) != line.npos) {
    std::from_chars(line.data() + kStamp, line.data() + line.size(), last_connack_socket);
    receive_thread = gettid();
  }
}

}  // namespace

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  reset();
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

void Socket::reset() {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
}

void Socket::shut_down() {
  if (descriptor_ >= 0) shutdown(descriptor_, SHUT_RDWR);
}

LibraryTap::LibraryTap() {
  const std::lock_guard lock(taps_mutex);
  if (++taps > 1) return;
  let_sigurg_interrupt();
  MQTTAsync_setTraceCallback(read_trace);
  MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_MINIMUM);
}

LibraryTap::~LibraryTap() {
  const std::lock_guard lock(taps_mutex);
  if (--taps == 0) MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_ERROR);
}

Socket LibraryTap::duplicate_of_last_connack() {
  struct stat status {};
  const int original = std::exchange(last_connack_socket, -1);
  if (original < 0 || fstat(original, &status) != 0 || !S_ISSOCK(status.st_mode)) return {};
  return Socket{fcntl(original, F_DUPFD_CLOEXEC, 0)};
}

}  // namespace songhua::mqtt
