#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "model/result.h"

namespace songhua::posix {

// The control socket of a running songhua-line: a Unix stream socket; a client sends one line, gets one line back
// ("ok", "error WHAT", or JSON for `state`) and the end. One client at a time, served by a thread of its own, which
// hands each request to the main loop.
class ControlServer {
 public:
  // `wake`: called on the server's thread when a request waits.
  static Result<std::unique_ptr<ControlServer>> open(const std::string& path, std::function<void()> wake);
  ~ControlServer();

  // Main loop: answers the request that waits, if one does.
  void serve(const std::function<std::string(const std::string&)>& answer);

 private:
  ControlServer(std::string path, int socket, std::function<void()> wake);
  void run();
  void talk(int client);

  std::string path_;
  int socket_;
  std::function<void()> wake_;
  std::atomic<bool> closing_{false};
  std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<std::string> request_, reply_;
  std::thread thread_;
};

// `songhua-line ctl`: sends one line, prints the answer, returns the exit status.
int control(const std::string& socket, const std::string& command);

}  // namespace songhua::posix
