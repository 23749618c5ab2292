#include <atomic>
#include <mutex>
#include <thread>

#include "fixture.h"
#include "support/wait.h"
#include "web/event_hub.h"

namespace songhua::web::test {
namespace {

using nlohmann::json;
using songhua::test::eventually;

// A listener on a thread of its own that collects what it is sent until the server ends the stream.
class Listener {
 public:
  explicit Listener(const Running& web) : client_(web.client()) {
    thread_ = std::thread([this] {
      client_.Get("/api/v1/events", [this](const char* data, std::size_t size) {
        const std::lock_guard lock(mutex_);
        text_.append(data, size);
        return true;
      });
      ended_ = true;
    });
  }
  ~Listener() { join(); }

  void join() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool has(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return text_.find(part) != std::string::npos;
  }

 private:
  httplib::Client client_;
  std::thread thread_;
  std::atomic<bool> ended_{false};
  mutable std::mutex mutex_;
  std::string text_;
};

TEST(WebEvents, ReachEveryListener) {
  Running web{Handlers{}};
  Listener one(web), two(web);
  ASSERT_TRUE(eventually([&] { return web.server().events().listeners() == 2; }));
  web.server().events().publish("line", {{"line", "E1/C1/L1"}, {"state", 6}});
  const std::string expected = "event: line\ndata: {\"line\":\"E1/C1/L1\",\"state\":6}\n\n";
  EXPECT_TRUE(eventually([&] { return one.has(expected) && two.has(expected); }));
  web.server().stop();
}

TEST(WebEvents, StopReleasesListeners) {
  Running web{Handlers{}};
  Listener listener(web);
  ASSERT_TRUE(eventually([&] { return web.server().events().listeners() == 1; }));
  web.server().stop();
  EXPECT_TRUE(eventually([&] { return listener.ended(); }));
  EXPECT_EQ(web.server().events().listeners(), 0u);
}

TEST(WebEvents, AListenerThatLeavesIsForgotten) {
  Running web{Handlers{}};
  auto client = web.client();
  // The receiver refuses the first bytes, which closes the connection.
  client.Get("/api/v1/events", [](const char*, std::size_t) { return false; });
  EXPECT_TRUE(eventually([&] { return web.server().events().listeners() == 0; }));
}

TEST(WebEvents, TooManyListenersAreRefused) {
  Running web{Handlers{}, Limits{.threads = 4, .queue = 4, .event_listeners = 1, .event_queue = 4}};
  Listener first(web);
  ASSERT_TRUE(eventually([&] { return web.server().events().listeners() == 1; }));
  EXPECT_EQ(web.get("/api/v1/events").first, 503);
  EXPECT_EQ(web.get("/healthz").first, 200);
  web.server().stop();
}

TEST(EventHub, ASlowListenerIsCutOffAndOthersGoOn) {
  EventHub hub(2, 8);
  const auto slow = hub.subscribe();
  const auto quick = hub.subscribe();
  std::string text;
  for (int i = 0; i < 3; ++i) {
    hub.publish("n", i);
    ASSERT_EQ(quick->next(text, std::chrono::seconds{10}), EventQueue::Wait::event);
    EXPECT_EQ(text, "event: n\ndata: " + std::to_string(i) + "\n\n");
  }
  EXPECT_EQ(slow->next(text, std::chrono::milliseconds{0}), EventQueue::Wait::closed);
  EXPECT_EQ(quick->next(text, std::chrono::milliseconds{0}), EventQueue::Wait::timeout);
  EXPECT_EQ(hub.listeners(), 1u);
  EXPECT_EQ(hub.dropped(), 1u);
}

TEST(EventHub, DataCannotPoseAsAnotherEvent) {
  EventHub hub;
  const auto queue = hub.subscribe();
  hub.publish("line\ndata: x", {{"name", "a\n\nevent: forged"}});
  std::string text;
  ASSERT_EQ(queue->next(text, std::chrono::seconds{10}), EventQueue::Wait::event);
  EXPECT_EQ(text, "event: linedatax\ndata: {\"name\":\"a\\n\\nevent: forged\"}\n\n");
}

TEST(EventHub, GivesNoQueueAfterClose) {
  EventHub hub;
  const auto queue = hub.subscribe();
  hub.close();
  std::string text;
  EXPECT_EQ(queue->next(text, std::chrono::seconds{10}), EventQueue::Wait::closed);
  EXPECT_EQ(hub.subscribe(), nullptr);
}

TEST(EventHub, ManyPublishersLoseNothing) {
  EventHub hub(4000, 8);
  const auto queue = hub.subscribe();
  std::vector<std::thread> publishers;
  for (int t = 0; t < 4; ++t) {
    publishers.emplace_back([&hub, t] {
      for (int i = 0; i < 1000; ++i) hub.publish("n", json{{"t", t}, {"i", i}});
    });
  }
  for (auto& thread : publishers) thread.join();
  std::string text;
  int events = 0;
  while (queue->next(text, std::chrono::milliseconds{0}) == EventQueue::Wait::event) ++events;
  EXPECT_EQ(events, 4000);
}

}  // namespace
}  // namespace songhua::web::test
