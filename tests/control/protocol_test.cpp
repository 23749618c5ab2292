// The protocol of the control socket against clients that keep to it, and clients that do not.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <thread>

#include "control/control.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace songhua::control {
namespace {

using test::eventually;
using test::TempDir;

// A client that writes whatever it likes.
class RawClient {
 public:
  explicit RawClient(const std::filesystem::path& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  // False: the other side has closed meanwhile.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  // Up to the next line end, or what came before the other side closed.
  std::string line() {
    std::string text;
    char c = 0;
    while (::recv(socket_, &c, 1, 0) == 1 && c != '\n') text.push_back(c);
    return text;
  }
  // The other side has closed: nothing but the end can be read.
  [[nodiscard]] bool ended() {
    char c = 0;
    return ::recv(socket_, &c, 1, 0) == 0;
  }
  void end_input() { ::shutdown(socket_, SHUT_WR); }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

 private:
  int socket_;
  bool connected_ = false;
};

// A server whose requests the test takes by itself.
class Desk {
 public:
  explicit Desk(ServerOptions options = {}) {
    auto made = Server::listen(path(), options, [this] { ++wakes_; });
    if (!made) throw std::runtime_error(made.error().message);
    server_ = std::move(*made);
  }
  [[nodiscard]] std::filesystem::path path() const { return dir_ / "control.sock"; }
  Server& server() { return *server_; }
  void stop() { server_.reset(); }
  [[nodiscard]] int wakes() const { return wakes_; }
  // Waits until one is there.
  Request next() {
    EXPECT_TRUE(eventually([&] {
      if (requests_.empty()) requests_ = server_->take();
      return !requests_.empty();
    }));
    if (requests_.empty()) return {};
    auto request = std::move(requests_.front());
    requests_.erase(requests_.begin());
    return request;
  }

 private:
  TempDir dir_;
  std::atomic<int> wakes_{0};
  std::vector<Request> requests_;
  std::unique_ptr<Server> server_;
};

std::string error_in(const std::string& line) {
  const auto json = Json::parse(line, nullptr, false);
  return json.is_object() ? json.value("error", "") : "no JSON: " + line;
}

TEST(ControlSocket, AnswersOneRequestAfterTheOther) {
  Desk desk;
  RawClient client(desk.path());
  ASSERT_TRUE(client.connected());
  client.write("{\"request\":\"one\",\"n\":1}\n{\"request\":\"two\"}\n");
  const auto one = desk.next();
  EXPECT_EQ(one.name, "one");
  EXPECT_EQ(one.body["n"], 1);
  EXPECT_TRUE(desk.server().take().empty()) << "the second waits for the first one's answer";
  desk.server().answer(one.client, {{"ok", true}, {"n", 1}});
  EXPECT_EQ(client.line(), R"({"n":1,"ok":true})");
  const auto two = desk.next();
  EXPECT_EQ(two.name, "two");
  EXPECT_EQ(two.client, one.client);
  desk.server().answer(two.client, refusal("no", 3));
  EXPECT_EQ(client.line(), R"({"error":"no","status":3})");
  EXPECT_GE(desk.wakes(), 2);
}

TEST(ControlSocket, IsTheOwnersAloneAndGoesWithTheServer) {
  Desk desk;
  struct stat found {};
  ASSERT_EQ(::lstat(desk.path().c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  desk.stop();
  EXPECT_NE(::lstat(desk.path().c_str(), &found), 0);
}

TEST(ControlSocket, RefusesWhatIsNoRequestAndGoesOn) {
  Desk desk;
  RawClient client(desk.path());
  std::string noise;
  for (int i = 1; i < 256; ++i) {
    if (i != '\n') noise.push_back(static_cast<char>(i));
  }
  for (const std::string& line :
       {std::string("garbage"), std::string(), std::string("[1,2]"), std::string("{\"request\":7}"),
        std::string("{\"answer\":1}"), noise, std::string("\0\0", 2), std::string(10'000, '[')}) {
    ASSERT_TRUE(client.write(line + "\n"));
    EXPECT_NE(error_in(client.line()).find("one JSON object a line"), std::string::npos);
  }
  ASSERT_TRUE(client.write("{\"request\":\"status\"}\n"));
  const auto request = desk.next();
  EXPECT_EQ(request.name, "status");
  desk.server().answer(request.client, {{"ok", true}});
  EXPECT_EQ(client.line(), R"({"ok":true})");
}

TEST(ControlSocket, WaitsForTheRestOfALine) {
  Desk desk;
  RawClient slow(desk.path()), quick(desk.path());
  const std::string text = R"({"request":"slow"})";
  for (const char c : text) ASSERT_TRUE(slow.write(std::string(1, c)));
  ASSERT_TRUE(quick.write("{\"request\":\"quick\"}\n"));
  EXPECT_EQ(desk.next().name, "quick") << "half a line of one client holds up nobody";
  ASSERT_TRUE(slow.write("\n"));
  EXPECT_EQ(desk.next().name, "slow");
}

TEST(ControlSocket, EndsAConnectionWhoseLineIsTooLong) {
  ServerOptions options;
  options.longest_line = 100'000;
  Desk desk(options);
  RawClient client(desk.path());
  for (int i = 0; i < 20 && client.write(std::string(10'000, 'x')); ++i) {
  }
  EXPECT_NE(error_in(client.line()).find("more than 100000 bytes"), std::string::npos);
  EXPECT_TRUE(client.ended() || !client.write("x\n"));
  RawClient other(desk.path());
  ASSERT_TRUE(other.write("{\"request\":\"status\"}\n"));
  EXPECT_EQ(desk.next().name, "status");
}

TEST(ControlSocket, ServesManyClientsAndTellsThoseThatAreTooMany) {
  ServerOptions options;
  options.clients = 20;
  Desk desk(options);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(desk.path()));
    ASSERT_TRUE(clients.back()->write("{\"request\":\"n\",\"n\":" + std::to_string(i) + "}\n"));
  }
  for (int i = 0; i < 20; ++i) {
    const auto request = desk.next();
    desk.server().answer(request.client, {{"n", request.body["n"]}});
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Json::parse(clients[static_cast<std::size_t>(i)]->line())["n"], i);
  RawClient late(desk.path());
  EXPECT_NE(error_in(late.line()).find("too many clients"), std::string::npos);
  EXPECT_TRUE(late.ended());
  clients.clear();  // room again, as soon as the server has seen that they are gone
  EXPECT_TRUE(eventually([&] {
    RawClient again(desk.path());
    if (!again.write("{\"request\":\"again\"}\n")) return false;
    const auto seen = [&] { return !desk.server().take().empty(); };
    return eventually(seen, std::chrono::milliseconds{200});
  }));
}

TEST(ControlSocket, OutlivesClientsThatDie) {
  Desk desk;
  {
    RawClient dead(desk.path());
    ASSERT_TRUE(dead.write("{\"request\":\"last words\"}\n"));
  }
  const auto request = desk.next();
  EXPECT_EQ(request.name, "last words") << "what was asked is done, whoever is left to hear of it";
  desk.server().answer(request.client, {{"ok", true}});
  EXPECT_TRUE(eventually([&] { return desk.server().stream(request.client, "{}") == Server::Sent::gone; }));
  RawClient half(desk.path());
  ASSERT_TRUE(half.write("{\"request\":\"status\"}\n"));
  half.end_input();  // as `nc -N` does: the answer still comes
  desk.server().answer(desk.next().client, {{"ok", true}});
  EXPECT_EQ(half.line(), R"({"ok":true})");
  EXPECT_TRUE(half.ended());
}

TEST(ControlSocket, StreamsWithinABound) {
  ServerOptions options;
  options.stream_bytes = 64'000;
  Desk desk(options);
  auto client = std::move(Client::connect(desk.path())).value();
  ASSERT_TRUE(client);
  std::thread asking([&] { EXPECT_TRUE(client->ask({{"request", "tap"}}).ok()); });
  const auto request = desk.next();
  desk.server().answer(request.client, {{"ok", true}});
  asking.join();
  // A client that does not read: the socket's own buffers fill up, then the queue, then lines are refused.
  const auto line = "\"" + std::string(9'998, 'y') + "\"";
  std::size_t sent = 0;
  Server::Sent last = Server::Sent::sent;
  for (; sent < 10'000 && last == Server::Sent::sent; sent += last == Server::Sent::sent ? 1 : 0) {
    last = desk.server().stream(request.client, line);
  }
  EXPECT_EQ(last, Server::Sent::full);
  std::size_t read = 0;
  for (auto got = client->next(Millis{500}); got && !got->is_null(); got = client->next(Millis{500})) ++read;
  EXPECT_EQ(read, sent) << "nothing that was taken is lost";
  EXPECT_EQ(desk.server().stream(request.client, line), Server::Sent::sent);
  EXPECT_FALSE(client->next(std::chrono::seconds{10})->is_null());
  desk.stop();
  EXPECT_FALSE(client->next(std::chrono::seconds{10}).ok());
  EXPECT_TRUE(client->ended());
}

TEST(ControlSocket, TellsARunningGatewayFromADeadOne) {
  TempDir dir;
  EXPECT_EQ(*Client::connect(dir / "nothing.sock"), nullptr);
  EXPECT_EQ(*Client::connect(dir.path() / "no" / "folder.sock"), nullptr);
  const auto path = dir / "control.sock";
  {
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(left);  // as kill -9 leaves it
  }
  EXPECT_EQ(*Client::connect(path), nullptr);
  const auto server = Server::listen(path, {}, {});
  ASSERT_TRUE(server.ok()) << server.error().message;
  EXPECT_NE(*Client::connect(path), nullptr);
  const auto second = Server::listen(path, {}, {});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find("another gateway"), std::string::npos);
  const auto file = dir.file("file", "precious");
  EXPECT_FALSE(Server::listen(file, {}, {}).ok());
  EXPECT_EQ(test::read_file(file), "precious");
}

TEST(ControlSocket, MayLieDeep) {
  TempDir dir;
  auto deep = dir.path();
  for (int i = 0; i < 12; ++i) deep /= "a-folder-with-a-long-name";
  const auto server = Server::listen(deep / "control.sock", {}, {});
  ASSERT_TRUE(server.ok()) << server.error().message;
  const auto client = Client::connect(deep / "control.sock");
  ASSERT_TRUE(client.ok()) << client.error().message;
  EXPECT_NE(*client, nullptr);
}

TEST(ControlEntries, TravelAsTheyAre) {
  std::vector<storage::Entry> entries;
  for (std::size_t size = 0; size < 10; ++size) {
    storage::Entry entry;
    entry.kind = size % 2 == 0 ? storage::EntryKind::import : storage::EntryKind::message;
    entry.received = unix_millis(1'552'608'000'000 + static_cast<std::int64_t>(size));
    entry.server = 0x80;
    entry.topic = "import:\xFF topic";
    for (std::size_t i = 0; i < size; ++i) entry.payload.push_back(static_cast<char>(255 - 29 * i));
    entries.push_back(entry);
  }
  const auto text = encode_entries(entries).dump();
  const auto again = decode_entries(Json::parse(text));
  ASSERT_TRUE(again.ok()) << again.error().message;
  ASSERT_EQ(again->size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ((*again)[i].kind, entries[i].kind);
    EXPECT_EQ((*again)[i].received, entries[i].received);
    EXPECT_EQ((*again)[i].server, entries[i].server);
    EXPECT_EQ((*again)[i].topic, entries[i].topic);
    EXPECT_EQ((*again)[i].payload, entries[i].payload);
  }
}

TEST(ControlEntries, RefuseWhatTheGatewayAloneSays) {
  const auto refused = [](const std::string& entries) {
    const auto result = decode_entries(Json::parse(R"({"request":"append","entries":)" + entries + "}"));
    return result.ok() ? std::string() : result.error().message;
  };
  EXPECT_EQ(refused("[]"), "");
  EXPECT_EQ(refused(R"([{"kind":1,"received":5,"server":0,"topic":"","payload":"YQ=="}])"), "");
  for (const int kind : {0, 2, 5, 6, 8, -1, 257}) {
    const auto text = R"([{"kind":)" + std::to_string(kind) + R"(,"received":5,"server":0,"topic":"","payload":""}])";
    EXPECT_NE(refused(text).find("gateway's own"), std::string::npos) << kind;
  }
  EXPECT_NE(refused("7"), "");
  EXPECT_NE(refused("[7]"), "");
  EXPECT_NE(refused(R"([{"kind":1}])"), "");
  EXPECT_NE(refused(R"([{"kind":1,"received":5,"server":256,"topic":"","payload":""}])"), "");
  EXPECT_NE(refused(R"([{"kind":1,"received":5,"server":0,"topic":"","payload":"YQ="}])"), "");
  EXPECT_NE(refused(R"([{"kind":1,"received":5,"server":0,"topic":"","payload":"Y*=="}])"), "");
  EXPECT_NE(refused(R"([{"kind":1,"received":5.5,"server":0,"topic":"","payload":""}])"), "");
}

}  // namespace
}  // namespace songhua::control
