#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

#include "control/control.h"
#include "control/socket.h"

namespace songhua::control {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10U;
constexpr int kUsage = 2;  // exit status of the command that sent what cannot be read

}  // namespace

Json refusal(const std::string& message, int status) {
  return {{"error", message}, {"status", status}};
}

// One mutex guards the clients and the requests; the thread holds it while it handles what poll() reported, never while
// it waits.
struct Server::Impl {
  struct Connection {
    Descriptor socket;
    std::string in;
    std::string out;
    bool busy = false;        // a request waits for its answer; further lines wait in `in`
    bool input_over = false;  // the client will send no more
    bool last_words = false;  // close as soon as `out` is sent
  };

  ServerOptions options;
  std::function<void()> wake;
  std::filesystem::path path;
  Descriptor listener;
  Descriptor alarm;  // eventfd: something to send, or to stop
  std::mutex mutex;
  std::map<ClientId, Connection> connections;
  std::vector<Request> requests;
  std::uint64_t next_client = 1;
  bool stopping = false;
  std::thread thread;

  void ring() const {
    const std::uint64_t one = 1;
    // Full means that the thread will wake anyhow.
    [[maybe_unused]] const auto written = ::write(alarm.get(), &one, sizeof one);
  }

  void run() {
    for (;;) {
      std::vector<pollfd> polled;
      std::vector<ClientId> owners;
      if (!prepare(polled, owners)) return;
      if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) return;
      handle(polled, owners);
    }
  }

  // What to wait for: false when the server stops.
  bool prepare(std::vector<pollfd>& polled, std::vector<ClientId>& owners) {
    const std::lock_guard lock(mutex);
    if (stopping) return false;
    polled.push_back({alarm.get(), POLLIN, 0});
    polled.push_back({listener.get(), POLLIN, 0});
    for (auto& [id, c] : connections) {
      short events = 0;
      if (!c.busy && !c.input_over && !c.last_words) events = POLLIN;
      if (!c.out.empty()) events = static_cast<short>(events | POLLOUT);
      polled.push_back({c.socket.get(), events, 0});
      owners.push_back(id);
    }
    return true;
  }

  void handle(const std::vector<pollfd>& polled, const std::vector<ClientId>& owners) {
    bool asked = false;
    {
      const std::lock_guard lock(mutex);
      if ((polled[0].revents & POLLIN) != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto read = ::read(alarm.get(), &count, sizeof count);
      }
      const auto before = requests.size();
      for (std::size_t i = 0; i < owners.size(); ++i) {
        const auto it = connections.find(owners[i]);
        if (it != connections.end() && !serve(it->first, it->second, polled[i + 2].revents)) connections.erase(it);
      }
      if ((polled[1].revents & POLLIN) != 0) accept_all();
      asked = requests.size() > before;
    }
    if (asked && wake) wake();
  }

  void accept_all() {
    for (;;) {
      Descriptor socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!socket.open()) return;
      Connection connection;
      connection.socket = std::move(socket);
      if (connections.size() >= options.clients) {
        say(connection, refusal("the gateway has too many clients on its control socket; end some (`tap`?)", 3));
        (void)send_out(connection);
        continue;
      }
      connections.emplace(ClientId{next_client++}, std::move(connection));
    }
  }

  // False: the connection is over.
  bool serve(ClientId id, Connection& c, short events) {
    if ((events & POLLOUT) != 0 && !send_out(c)) return false;
    if ((events & POLLIN) != 0) {
      if (!receive(c)) return false;
    } else if ((events & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
      return false;
    }
    look_for_request(id, c);
    const bool nothing_left = !c.busy && c.out.empty();
    return !(nothing_left && (c.last_words || c.input_over));
  }

  bool receive(Connection& c) const {
    std::array<char, kChunk> chunk;
    for (;;) {
      const auto size = ::recv(c.socket.get(), chunk.data(), chunk.size(), 0);
      if (size > 0) {
        c.in.append(chunk.data(), static_cast<std::size_t>(size));
        if (c.in.size() > options.longest_line) return true;  // look_for_request judges it
        continue;
      }
      if (size == 0) c.input_over = true;
      if (size < 0 && errno == EINTR) continue;
      return size == 0 || errno == EAGAIN || errno == EWOULDBLOCK;
    }
  }

  void look_for_request(ClientId id, Connection& c) {
    while (!c.busy && !c.last_words) {
      const auto end = c.in.find('\n');
      if (end == std::string::npos) {
        if (c.in.size() <= options.longest_line) return;
        say(c, refusal("a request of more than " + std::to_string(options.longest_line) + " bytes", kUsage));
        c.last_words = true;
        c.in.clear();
        return;
      }
      auto body = Json::parse(c.in.begin(), c.in.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
      c.in.erase(0, end + 1);
      if (!body.is_object() || !body.contains("request") || !body["request"].is_string()) {
        say(c, refusal("write one JSON object a line, with \"request\"", kUsage));
        continue;
      }
      c.busy = true;
      auto name = body["request"].get<std::string>();
      requests.push_back({id, std::move(name), std::move(body)});
    }
  }

  static void say(Connection& c, const Json& line) {
    c.out += line.dump(-1, ' ', false, Json::error_handler_t::replace);
    c.out += '\n';
  }

  // False: the client is gone.
  static bool send_out(Connection& c) {
    std::size_t sent = 0;
    while (sent < c.out.size()) {
      const auto size = ::send(c.socket.get(), c.out.data() + sent, c.out.size() - sent, MSG_NOSIGNAL);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) break;
      sent += static_cast<std::size_t>(size);
    }
    const bool alive = sent == c.out.size() || errno == EAGAIN || errno == EWOULDBLOCK;
    c.out.erase(0, sent);
    return alive;
  }
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<Server>> Server::listen(const std::filesystem::path& path, ServerOptions options,
                                               std::function<void()> wake) {
  auto listener = listen_at(path);
  if (!listener) return listener.error();
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->wake = std::move(wake);
  impl->path = path;
  impl->listener = std::move(*listener);
  impl->alarm = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!impl->alarm.open()) return Error{std::string("control socket: ") + std::strerror(errno)};
  impl->thread = std::thread([raw = impl.get()] { raw->run(); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->ring();
  impl_->thread.join();
  for (auto& [id, connection] : impl_->connections) (void)Impl::send_out(connection);  // answers just given
  ::unlink(impl_->path.c_str());
}

std::vector<Request> Server::take() {
  const std::lock_guard lock(impl_->mutex);
  return std::exchange(impl_->requests, {});
}

void Server::answer(ClientId client, const Json& answer) {
  {
    const std::lock_guard lock(impl_->mutex);
    const auto it = impl_->connections.find(client);
    if (it == impl_->connections.end()) return;
    Impl::say(it->second, answer);
    it->second.busy = false;
  }
  impl_->ring();
}

Server::Sent Server::stream(ClientId client, const std::string& line) {
  {
    const std::lock_guard lock(impl_->mutex);
    const auto it = impl_->connections.find(client);
    if (it == impl_->connections.end()) return Sent::gone;
    auto& out = it->second.out;
    // An empty queue takes any line: one larger than the bound must not be refused for ever.
    if (!out.empty() && out.size() + line.size() + 1 > impl_->options.stream_bytes) return Sent::full;
    out += line;
    out += '\n';
  }
  impl_->ring();
  return Sent::sent;
}

}  // namespace songhua::control
