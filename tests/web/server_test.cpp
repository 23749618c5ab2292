#include "web/server.h"

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "fixture.h"

namespace songhua::web::test {
namespace {

using nlohmann::json;

std::string error_of(const std::string& body) {
  return json::parse(body).at("error").get<std::string>();
}

Handlers echo() {
  Handlers handlers;
  handlers.status = [] { return json{{"role", "gateway"}}; };
  handlers.lines = [] { return json::array({"E1/C1/L1"}); };
  handlers.quarantine = [] { return json{{"total", 3}}; };
  handlers.rollup = [](const Params& params) -> Result<std::string> {
    if (auto fine = params.only({"grain", "line", "measure"}); !fine) return fine.error();
    return json::array({params.get("grain").value_or("none"), params.get("line").value_or("none")}).dump();
  };
  handlers.indicators = [](const Params& params) -> Result<std::string> {
    const auto cumulative = params.flag("cumulative");
    if (!cumulative) return cumulative.error();
    return std::string(*cumulative ? "[1]" : "[0]");
  };
  handlers.ready = [] { return Readiness{false, {"broker tcp://127.0.0.1:1883 is not reached"}}; };
  handlers.metrics = [] { return std::string("songhua_up 1\n"); };
  return handlers;
}

TEST(WebServer, AnswersEveryRouteFromThePrograms) {
  const Running web(echo());
  EXPECT_EQ(web.get("/api/v1/status"), (std::pair{200, std::string(R"({"role":"gateway"})")}));
  EXPECT_EQ(web.get("/api/v1/lines"), (std::pair{200, std::string(R"(["E1/C1/L1"])")}));
  EXPECT_EQ(web.get("/api/v1/quarantine"), (std::pair{200, std::string(R"({"total":3})")}));
  EXPECT_EQ(web.get("/healthz").first, 200);
  EXPECT_EQ(web.get("/metrics"), (std::pair{200, std::string("songhua_up 1\n")}));
}

TEST(WebServer, GivesARoleToWhoeverShowsItsToken) {
  Handlers everybody;
  everybody.status = [] { return json{{"role", "central"}}; };
  Server server("127.0.0.1", 0, std::move(everybody));
  server.add_role([](std::string_view token) { return token == "open sesame"; }, echo());
  httplib::Client client("127.0.0.1", server.start().value());
  const auto ask = [&](const std::string& path, const std::string& authorization) {
    const auto headers =
        authorization.empty() ? httplib::Headers{} : httplib::Headers{{"Authorization", authorization}};
    const auto answer = client.Get(path.c_str(), headers);
    return answer ? std::pair{answer->status, answer->body} : std::pair{0, std::string{}};
  };
  EXPECT_EQ(ask("/api/v1/status", "").second, R"({"role":"central"})");
  EXPECT_EQ(ask("/api/v1/status", "Bearer open sesame").second, R"({"role":"gateway"})");
  EXPECT_EQ(ask("/api/v1/lines", "Bearer open sesame").first, 200);
  EXPECT_EQ(ask("/api/v1/rollup?grain=day", "Bearer open sesame").second, R"(["day","none"])");
  EXPECT_EQ(ask("/metrics", "Bearer open sesame").first, 200);
  for (const char* path : {"/api/v1/lines", "/api/v1/rollup", "/metrics"}) {
    EXPECT_EQ(ask(path, "").first, 401) << path;
  }
  EXPECT_EQ(ask("/api/v1/explain", "").first, 404) << "nobody has it";
  for (const char* wrong : {"Bearer open sesam", "Bearer ", "Basic open sesame", "open sesame"}) {
    EXPECT_EQ(ask("/api/v1/status", wrong).first, 401) << wrong;
  }
}

TEST(WebServer, PassesParametersDecoded) {
  const Running web(echo());
  EXPECT_EQ(web.get("/api/v1/rollup?grain=day&line=E1%2FC1%2F%E4%B8%80").second, R"(["day","E1/C1/一"])");
  EXPECT_EQ(web.get("/api/v1/indicators?cumulative").second, "[1]");
  EXPECT_EQ(web.get("/api/v1/indicators?cumulative=false").second, "[0]");
}

TEST(WebParams, OnlyTheListMayBeGivenSeveralTimes) {
  Params params;
  params.add("indicator", "oee");
  params.add("indicator", "coverage");
  EXPECT_TRUE(params.only({"indicator", "period"}, "indicator"));
  EXPECT_EQ(params.only({"indicator", "period"}).error().message, "parameter indicator is given 2 times");
  params.add("period", "2019");
  params.add("period", "2020");
  EXPECT_EQ(params.only({"indicator", "period"}, "indicator").error().message, "parameter period is given 2 times");
}

TEST(WebServer, ReadinessTellsItsReasons) {
  const Running web(echo());
  const auto [status, body] = web.get("/readyz");
  EXPECT_EQ(status, 503);
  EXPECT_EQ(json::parse(body),
            json::parse(R"({"ready":false,"reasons":["broker tcp://127.0.0.1:1883 is not reached"]})"));

  const Running other{Handlers{}};
  EXPECT_EQ(other.get("/readyz"), (std::pair{200, std::string(R"({"ready":true,"reasons":[]})")}));
}

TEST(WebServer, ErrorsAreJsonWithTheRightStatus) {
  auto handlers = echo();
  handlers.lines = []() -> json { throw Unavailable("the store is being rebuilt"); };
  handlers.quarantine = []() -> json { throw std::logic_error("a secret of the inside"); };
  handlers.status = []() -> json { throw std::runtime_error("disk I/O error"); };
  handlers.unavailable = [](const std::exception& problem) -> std::optional<std::string> {
    if (std::string(problem.what()) == "disk I/O error") return "the store cannot be read now";
    return std::nullopt;
  };
  handlers.metrics = nullptr;
  const Running web(handlers);

  const auto [unknown, unknown_body] = web.get("/api/v1/rollup?grian=day");
  EXPECT_EQ(unknown, 400);
  EXPECT_EQ(error_of(unknown_body), "unknown parameter \"grian\"; known: grain, line, measure");
  const auto [twice, twice_body] = web.get("/api/v1/rollup?grain=day&grain=hour");
  EXPECT_EQ(twice, 400);
  EXPECT_EQ(error_of(twice_body), "parameter grain is given 2 times");
  EXPECT_EQ(web.get("/api/v1/indicators?cumulative=maybe").first, 400);

  const auto [busy, busy_body] = web.get("/api/v1/lines");
  EXPECT_EQ(busy, 503);
  EXPECT_EQ(error_of(busy_body), "the store is being rebuilt");
  const auto [sick, sick_body] = web.get("/api/v1/status");
  EXPECT_EQ(sick, 503);
  EXPECT_EQ(error_of(sick_body), "the store cannot be read now");
  const auto [broken, broken_body] = web.get("/api/v1/quarantine");
  EXPECT_EQ(broken, 500);
  EXPECT_EQ(broken_body.find("secret"), std::string::npos);
  EXPECT_EQ(web.get("/metrics").first, 404);

  for (const auto* path : {"/nothing", "/api/v1/nothing", "/assets/nothing.js", "/assets/../server.h", "/assets/a/b"}) {
    const auto [status, body] = web.get(path);
    EXPECT_EQ(status, 404) << path;
    EXPECT_EQ(error_of(body), std::string("nothing at ") + path);
  }
}

TEST(WebServer, OnlyReadsAreServed) {
  const Running web(echo());
  auto client = web.client();
  const auto posted = client.Post("/api/v1/status", "", "text/plain");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->status, 405);
  EXPECT_EQ(posted->get_header_value("Allow"), "GET, HEAD");
  const auto deleted = client.Delete("/api/v1/lines");
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->status, 405);
  const auto head = client.Head("/api/v1/status");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
}

TEST(WebServer, AForeignHostNameIsRefusedOnLoopback) {
  const Running web(echo());
  auto client = web.client();
  for (const auto* host : {"localhost", "localhost:8610", "127.0.0.1:80", "[::1]:8610"}) {
    const auto answer = client.Get("/api/v1/status", httplib::Headers{{"Host", host}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200) << host;
  }
  for (const auto* host : {"evil.example", "evil.example:8610", "localhost.evil.example"}) {
    const auto answer = client.Get("/api/v1/status", httplib::Headers{{"Host", host}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 421) << host;
  }
}

TEST(WebServer, ThePageIsCompiledInAndClosedToTheOutside) {
  const Running web(echo());
  auto client = web.client();
  const auto page = client.Get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(page->get_header_value("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(page->get_header_value("Content-Security-Policy").find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page->get_header_value("X-Content-Type-Options"), "nosniff");
  for (const auto* path : {"/assets/page.js", "/assets/page.css", "/assets/chart.min.js"}) {
    const auto asset = client.Get(path);
    ASSERT_TRUE(asset);
    EXPECT_EQ(asset->status, 200) << path;
    EXPECT_GT(asset->body.size(), 1000u) << path;
    const auto again = client.Get(path, httplib::Headers{{"If-None-Match", asset->get_header_value("ETag")}});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->status, 304) << path;
  }
  EXPECT_EQ(page->body.find("http://"), std::string::npos);
  EXPECT_EQ(page->body.find("https://"), std::string::npos);
}

TEST(WebServer, BytesThatAreNotUtf8AreReplaced) {
  Handlers handlers;
  handlers.lines = [] { return json::array({"\xff\xfe line"}); };
  const Running web(handlers);
  EXPECT_EQ(web.get("/api/v1/lines"), (std::pair{200, std::string("[\"\xEF\xBF\xBD\xEF\xBF\xBD line\"]")}));
}

TEST(WebServer, APortInUseIsNamed) {
  const Running first{Handlers{}};
  Server second("127.0.0.1", first.port(), Handlers{});
  const auto result = second.start();
  ASSERT_FALSE(result);
  const auto port = std::to_string(first.port());
  EXPECT_EQ(result.error().message, "cannot listen on 127.0.0.1:" + port + ": port " + port +
                                        " is in use by another program; stop that one or choose another [http] listen");
}

TEST(WebServer, APortIsFreeAgainAfterStop) {
  std::uint16_t port = 0;
  {
    const Running first(echo());
    port = first.port();
    EXPECT_EQ(first.get("/healthz").first, 200);
  }
  Server second("127.0.0.1", port, echo());
  const auto result = second.start();
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(*result, port);
}

TEST(WebServer, AnAddressOfNobodyIsAnError) {
  Server server("192.0.2.1", 0, Handlers{});  // reserved for documentation, on no interface
  const auto result = server.start();
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("cannot listen on 192.0.2.1:0"), std::string::npos) << result.error().message;
}

TEST(WebServer, RequestsRunSideBySide) {
  constexpr std::ptrdiff_t kClients = 8;
  std::latch all_inside(kClients);  // passes only when all handlers run at the same time
  Handlers handlers;
  handlers.lines = [&] {
    all_inside.arrive_and_wait();
    return json::array();
  };
  const Running web(handlers);
  std::atomic<int> good = 0;
  std::vector<std::thread> clients;
  clients.reserve(kClients);
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&] { good += web.get("/api/v1/lines").first == 200 ? 1 : 0; });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, kClients);
}

TEST(WebServer, MoreConnectionsThanThreadsAndQueueAreAllAnswered) {
  const Running web(echo(), Limits{.threads = 2, .queue = 1, .event_listeners = 1, .event_queue = 4});
  std::atomic<int> good = 0;
  std::vector<std::thread> clients;
  clients.reserve(12);
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back([&] {
      for (int k = 0; k < 5; ++k) good += web.get("/api/v1/status").first == 200 ? 1 : 0;
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 60);
}

TEST(WebServer, MetricsOfARegistryAreText) {
  prometheus::Registry registry;
  prometheus::BuildCounter().Name("songhua_messages_total").Help("Messages").Register(registry).Add({}).Increment(7);
  const auto text = prometheus_text(registry);
  EXPECT_NE(text.find("# TYPE songhua_messages_total counter"), std::string::npos);
  EXPECT_NE(text.find("songhua_messages_total 7"), std::string::npos);
}

TEST(WebAddress, IsReadStrictly) {
  const auto plain = parse_address("127.0.0.1:8610");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 8610);
  const auto six = parse_address("[::1]:0");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "::1");
  for (const auto* wrong : {"", "8610", "127.0.0.1", ":8610", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:80x",
                            "127.0.0.1:65536", "127.0.0.1:-1", "::1:80"}) {
    EXPECT_FALSE(parse_address(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace songhua::web::test
