// Every route that the centre serves, asked of a real songhua-central over loopback: the answers are those of the
// command line. Beyond loopback everybody sees releases only, and the operator's token opens the rest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <algorithm>
#include <chrono>

#include "figures/questions.h"
#include "one_factory.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr const char* kToken = "correct-horse-battery-staple";
constexpr const char* kMonth = "period=2019-02&cumulative&exact";
const std::vector<std::string> kMonthFlags{"--period", "2019-02", "--cumulative", "--exact"};

std::string default_catalogue() {
  return read_file(std::filesystem::path(SONGHUA_DEPLOY_DATA) / "catalogue.toml");
}

struct Answer {
  int status = 0;
  std::string body;
  [[nodiscard]] json as_json() const { return json::parse(body); }
};

class CentreHttp : public testing::Test {
 protected:
  CentreHttp() { wait_for(port_, factory_.centre()); }

  static void wait_for(std::uint16_t port, Process& centre) {
    if (!eventually([&] { return port_answers(port); })) throw std::runtime_error("no page: " + centre.err());
  }
  static Answer get(std::uint16_t port, const std::string& path, const std::string& token = "") {
    httplib::Client client("127.0.0.1", port);
    client.set_read_timeout(120);
    const auto headers = token.empty() ? httplib::Headers{} : httplib::Headers{{"Authorization", "Bearer " + token}};
    const auto answer = client.Get(path.c_str(), headers);
    return answer ? Answer{answer->status, answer->body} : Answer{};
  }
  [[nodiscard]] Answer get(const std::string& path) const { return get(port_, path); }
  [[nodiscard]] Finished central(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"-c", factory_.centre_config().string()});
    return run(built_program("songhua-central"), arguments, std::chrono::seconds{240});
  }

  void routes_answer_as_the_command_line();
  void what_is_wrong_is_said();
  void beyond_loopback_releases_only();
  void the_token_opens_everything(std::uint16_t port);

  const std::uint16_t port_ = free_port();
  OneFactory factory_{{.from = "2019-01-01T00:00:00+08:00",
                       .to = "2019-03-03T00:00:00+08:00",
                       .catalogue = default_catalogue(),
                       .edge_listen = "",
                       .centre_listen = "127.0.0.1:" + std::to_string(port_)}};
};

void CentreHttp::routes_answer_as_the_command_line() {
  EXPECT_THAT(get("/").body, HasSubstr("<html"));
  EXPECT_EQ(get("/assets/page.js").status, 200);
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").as_json(), json::parse(R"({"ready":true,"reasons":[]})"));
  EXPECT_THAT(get("/metrics").body, HasSubstr("songhua_central_connected 1\n"));
  const auto status = get("/api/v1/status").as_json();
  EXPECT_EQ(status.at("role"), "central");
  EXPECT_EQ(status.at("gateways").at(0).at("gateway"), "gw1");
  EXPECT_EQ(get("/api/v1/lines").as_json().size(), 2U);
  EXPECT_EQ(get("/api/v1/quarantine").as_json(), json::array());
  EXPECT_EQ(get("/api/v1/rollup?grain=month&measure=output.good").body,
            central({"rollup", "--grain", "month", "--measure", "output.good", "--format", "json"}).out);
  // Final comes with the settle delay of a second: both are asked until nothing moves between them.
  EXPECT_TRUE(eventually([&] {
    return get(std::string("/api/v1/indicators?") + kMonth).as_json() == factory_.centre_figures(kMonthFlags);
  }));
  // Without a period: the last month that has ended.
  const auto latest =
      figures::last_month(std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()), TimeZone::shanghai())
          .name();
  const auto rows = get("/api/v1/indicators?indicator=industrial_value_added").as_json();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.at(0).at("period"), latest);
  const auto trees = get("/api/v1/explain?period=2019-02&indicator=industrial_value_added").as_json();
  ASSERT_EQ(trees.size(), 1U);
  EXPECT_FALSE(trees.at(0).at("children").empty());
  httplib::Client client("127.0.0.1", port_);
  EXPECT_EQ(client.Head("/api/v1/events")->get_header_value("Content-Type"), "text/event-stream");
}

void CentreHttp::what_is_wrong_is_said() {
  for (const auto& [path, words] : std::vector<std::pair<std::string, std::string>>{
           {"/api/v1/indicators?period=", "period"},
           {"/api/v1/indicators?period=2019-13", "2019-13"},
           {"/api/v1/indicators?period=2099-01", "lies in the future"},
           {"/api/v1/indicators?period=2019-02&indicator=oe", "unknown indicator 'oe'"},
           {"/api/v1/indicators?period=2019-02&regio=22", "unknown parameter"},
           {"/api/v1/indicators?period=2019-02&region=99", "unknown code '99'"},
           {"/api/v1/indicators?period=2019-02&as-of=yesterday", "as-of: "},
           {"/api/v1/explain?period=2019-02", "name the figure"},
           {"/api/v1/rollup?grain=minute", "15min is its finest"},
           {"/api/v1/rollup?from=2019-02-01T00:07", "quarter hour"}}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_THAT(answer.body, HasSubstr(words)) << path;
  }
  EXPECT_EQ(get("/api/v1/nothing").status, 404);
  httplib::Client client("127.0.0.1", port_);
  EXPECT_EQ(client.Post("/api/v1/status")->status, 405);
}

void CentreHttp::the_token_opens_everything(std::uint16_t port) {
  const auto path = std::string("/api/v1/indicators?") + kMonth;
  EXPECT_EQ(get(port, path, kToken).as_json(), factory_.centre_figures(kMonthFlags));
  EXPECT_EQ(get(port, "/api/v1/lines", kToken).as_json().size(), 2U);
  EXPECT_EQ(get(port, "/api/v1/explain?period=2019-02&indicator=oee", kToken).status, 200);
  EXPECT_EQ(get(port, path, std::string(kToken) + "r").status, 401);
  EXPECT_EQ(get(port, path, "correct-horse-battery-stable").status, 401);
}

void CentreHttp::beyond_loopback_releases_only() {
  const auto port = free_port();
  static_cast<void>(factory_.file("operator.token", std::string(kToken) + "\n"));
  auto config = read_file(factory_.centre_config());
  const std::string before = "listen = \"127.0.0.1:" + std::to_string(port_) + "\"";
  config.replace(config.find(before), before.size(),
                 "listen = \"0.0.0.0:" + std::to_string(port) + "\"\noperator_token_file = \"operator.token\"");
  const auto open = factory_.file("open.toml", config);
  Process centre(built_program("songhua-central"), {"run", "-c", open.string()});
  wait_for(port, centre);

  EXPECT_EQ(get(port, "/api/v1/indicators").status, 400);  // without a period: the newest release, and there is none
  EXPECT_EQ(get(port, "/api/v1/status").as_json(),
            json::parse(R"({"operator":false,"region":"220000","role":"central"})"));
  for (const char* path : {"/api/v1/lines", "/api/v1/quarantine", "/api/v1/rollup?grain=month", "/metrics",
                           "/api/v1/explain?period=2019-02&indicator=oee"}) {
    EXPECT_EQ(get(port, path).status, 401) << path;
  }
  EXPECT_THAT(get(port, "/api/v1/indicators?period=2019-01..02").body, HasSubstr("has not been published"));
  const auto published = central({"publish", "--period", "2019-01..02"});
  ASSERT_EQ(published.status, 0) << published.err;
  const auto rows = get(port, "/api/v1/indicators?period=2019-01..02&indicator=industrial_value_added").as_json();
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {  // one factory is the province: each of its figures would give it away
    EXPECT_FALSE(row.contains("conf"));
    if (row.at("value") == "0.00") continue;  // a group that it is not in: a true zero
    EXPECT_TRUE(row.at("value").is_null()) << row.dump();
    EXPECT_EQ(row.at("reason"), "confidential");
  }
  EXPECT_TRUE(std::ranges::any_of(rows, [](const json& row) { return row.at("value").is_null(); }));
  EXPECT_EQ(get(port, "/api/v1/indicators?indicator=industrial_value_added").as_json(), rows);
  the_token_opens_everything(port);
}

TEST_F(CentreHttp, ServesEveryRouteAndLeavesNothingOutBeyondLoopback) {
  routes_answer_as_the_command_line();
  what_is_wrong_is_said();
  beyond_loopback_releases_only();
}

TEST(OperatorToken, ThatIsNoSecretIsRefusedAtTheStart) {
  const TempDir dir;
  const auto config =
      dir.file("central.toml", "region = \"220000\"\nstore = \"centre.db\"\n[http]\nlisten = \"127.0.0.1:" +
                                   std::to_string(free_port()) + "\"\noperator_token_file = \"token\"\n");
  const auto start = [&] { return run(built_program("songhua-central"), {"run", "-c", config.string()}); };
  const auto missing = start();
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.err, HasSubstr("token: cannot be read"));
  static_cast<void>(dir.file("token", "short\n"));
  const auto weak = start();
  EXPECT_EQ(weak.status, 2);
  EXPECT_THAT(weak.err, HasSubstr("at least 16 characters"));
}

}  // namespace
}  // namespace songhua::test
