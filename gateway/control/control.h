#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "model/result.h"
#include "model/time.h"
#include "storage/journal.h"

// The door of the room: the operator's hands on a running gateway. JSON lines over a Unix socket (file mode 0600: who
// may open it, may do everything). Grammar:
//   request = {"request": NAME, ...} "\n"                       one at a time; the next is read once this one is
//   answered answer  = {"ok": true, ...} "\n" | {"error": TEXT, "status": EXIT STATUS} "\n" stream  = answer, then any
//   number of objects, until either side closes
// What the requests are is the program's: gateway/apps/gateway/control.cpp.
namespace songhua::control {

using Json = nlohmann::json;

// One connection of one client; never used again.
enum class ClientId : std::uint64_t {};

struct Request {
  ClientId client{};
  std::string name;
  Json body;
};

[[nodiscard]] Json refusal(const std::string& message, int status);

struct ServerOptions {
  std::size_t clients = 64;                           // further ones are told so and closed
  std::size_t longest_line = std::size_t{16} << 20U;  // of a request, bytes
  std::size_t stream_bytes = std::size_t{4} << 20U;  // waiting for one client; beyond that a stream's lines are refused
};

// A thread of its own moves bytes; the functions may be called from any thread and never wait.
class Server {
 public:
  // Makes the socket; one left behind by a killed gateway is replaced, one that answers is an error. `wake` is called
  // on the server's thread when a request is there to be taken.
  static Result<std::unique_ptr<Server>> listen(const std::filesystem::path& path, ServerOptions options,
                                                std::function<void()> wake);
  // Closes all connections and removes the socket.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Well-formed requests, in order of arrival. Malformed ones have been answered already.
  [[nodiscard]] std::vector<Request> take();
  // Ends a request. A client that is gone by now is no error.
  void answer(ClientId client, const Json& answer);

  enum class Sent : std::uint8_t { sent, full, gone };
  // One more line to a client whose request was answered: full when it reads too slowly; then the line is not sent.
  Sent stream(ClientId client, const std::string& line);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// One connection to a running gateway. Not thread-safe; blocks.
class Client {
 public:
  // Null: no gateway runs there (no socket, or nobody behind it).
  static Result<std::unique_ptr<Client>> connect(const std::filesystem::path& path);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The answer to one request, whether it is "ok" or a refusal.
  [[nodiscard]] Result<Json> ask(const Json& request, Millis patience = std::chrono::seconds{60});
  // The next line of a stream. Null: nothing came within `patience`. An error: the gateway has left, or sends rubbish.
  [[nodiscard]] Result<Json> next(Millis patience);
  // The other side has closed, after everything that it had to say was read.
  [[nodiscard]] bool ended() const { return ended_; }

  // Journal entries for the pipeline of the running gateway (an import, a correction by hand, a line declared gone):
  // ok once they are committed. On an error whose text says so they may be taken in all the same, later.
  [[nodiscard]] Result<void> append(const std::vector<storage::Entry>& entries);
  // After the last of them: those that are older than what the gateway knew of their sessions get their place.
  [[nodiscard]] Result<void> appended();

 private:
  explicit Client(int socket) : socket_(socket) {}
  [[nodiscard]] Result<void> hand_over(const Json& request, Millis patience);
  int socket_;
  std::string received_;
  bool ended_ = false;
};

// The request by which entries travel, and back; malformed ones are refused with a reason.
[[nodiscard]] Json encode_entries(const std::vector<storage::Entry>& entries);
[[nodiscard]] Result<std::vector<storage::Entry>> decode_entries(const Json& request);

}  // namespace songhua::control
