// The page of a real gateway and of a real centre, with data that went the whole way: every figure on it is the API's.
#include <httplib.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "browser.h"
#include "model/calendar.h"
#include "one_factory.h"
#include "support/port.h"
#include "support/wait.h"

namespace songhua::web::test {
namespace {

using nlohmann::json;
using songhua::test::OneFactory;

std::string default_catalogue() {
  std::ifstream in(std::string(SONGHUA_DEPLOY_DATA) + "/catalogue.toml");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// One program's API.
class Api {
 public:
  explicit Api(std::uint16_t port) : port_(port) {}

  [[nodiscard]] std::pair<int, std::string> get(const std::string& path, const httplib::Params& parameters = {}) const {
    httplib::Client client("127.0.0.1", port_);
    client.set_read_timeout(100);
    const auto target =
        "/api/v1/" + path + (parameters.empty() ? "" : "?" + httplib::detail::params_to_query_str(parameters));
    const auto answer = client.Get(target.c_str());
    return answer ? std::pair{answer->status, answer->body} : std::pair{0, std::string{}};
  }
  [[nodiscard]] json ask(const std::string& path, const httplib::Params& parameters = {}) const {
    const auto [status, body] = get(path, parameters);
    EXPECT_EQ(status, 200) << path << ": " << body;
    return status == 200 ? json::parse(body) : json();
  }
  [[nodiscard]] bool listens() const { return get("status").first == 200; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
};

httplib::Params question_of(const Shown& figure) {
  httplib::Params parameters{{"indicator", figure.attributes.at("indicator")},
                             {"period", figure.attributes.at("period")}};
  const auto scope = json::parse(figure.attributes.at("scope"));
  for (const auto& [key, value] : scope.items()) {
    parameters.emplace(key, value.get<std::string>());
  }
  return parameters;
}

void expect_indicator(const Api& api, const Shown& figure) {
  const auto rows = api.ask("indicators", question_of(figure));
  ASSERT_EQ(rows.size(), 1U) << rows.dump();
  const auto& row = rows.front();
  SCOPED_TRACE(row.dump());
  if (row.at("value").is_null()) {
    EXPECT_EQ(figure.attributes.at("reason"), row.at("reason"));
    EXPECT_EQ(figure.text.find_first_of("0123456789"), std::string::npos) << figure.text;
  } else {
    EXPECT_EQ(figure.attributes.at("value"), row.at("value"));
    EXPECT_EQ(without_commas(figure.text), row.at("value"));
  }
}

void expect_quantity(const json& rows, const Shown& figure) {
  const auto& marks = figure.attributes;
  std::int64_t sum = 0;
  bool any = false;
  for (const auto& row : rows) {
    const bool same = row.at("measure") == marks.at("measure") &&
                      row.at("start").get<std::string>().starts_with(marks.at("day")) &&
                      (!marks.contains("line") || row.at("line") == marks.at("line")) &&
                      (!marks.contains("product") || row.at("product") == marks.at("product"));
    if (!same) continue;
    any = true;
    sum += row.at("quantity").get<std::int64_t>();
  }
  if (any) {
    EXPECT_EQ(without_commas(figure.text), std::to_string(sum)) << marks.at("measure") << ' ' << marks.at("day");
  } else {
    EXPECT_EQ(marks.at("reason"), "none");
  }
}

// What was compared: indicators with a value, indicators without one, quantities.
struct Compared {
  std::set<std::string> indicators, reasons;
  std::size_t quantities = 0;
};

Compared compare(const Api& api, const std::string& page, const json& rows) {
  Compared compared;
  for (const auto& figure : figures(page)) {
    if (figure.attributes.contains("indicator")) {
      expect_indicator(api, figure);
      auto& kind = figure.attributes.contains("value") ? compared.indicators : compared.reasons;
      kind.insert(figure.attributes.at("indicator"));
    } else if (figure.attributes.contains("measure")) {
      expect_quantity(rows, figure);
      compared.quantities += figure.attributes.contains("value") ? 1 : 0;
    }
  }
  return compared;
}

// One test, since ctest runs each in a process of its own and the past takes a while to go its way.
class RealPages : public testing::Test {
 protected:
  void SetUp() override {
    const auto zone = TimeZone::shanghai();
    const auto now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
    const auto today = zone.date_of(now);
    const auto last_year = std::to_string(std::stoi(today.substr(0, 4)) - 1);
    const auto edge_port = songhua::test::free_port(), centre_port = songhua::test::free_port();
    edge_ = std::make_unique<Api>(edge_port);
    centre_ = std::make_unique<Api>(centre_port);
    factory_ =
        std::make_unique<OneFactory>(OneFactory::Options{.from = last_year + "-01-01T00:00:00+08:00",
                                                         .to = today + "T00:00:00+08:00",
                                                         .catalogue = default_catalogue(),
                                                         .edge_listen = "127.0.0.1:" + std::to_string(edge_port),
                                                         .centre_listen = "127.0.0.1:" + std::to_string(centre_port)});
    factory_->gateway();
    ASSERT_TRUE(songhua::test::eventually([&] { return edge_->listens() && centre_->listens(); }));
  }
  void gateway_shows_its_figures();
  void centre_shows_its_figures();
  void both_explain_a_figure();
  void gateway_tells_its_state();
  void a_port_in_use_is_wrong_configuration();

  std::unique_ptr<OneFactory> factory_;
  std::unique_ptr<Api> edge_, centre_;
};

void RealPages::gateway_shows_its_figures() {
  const auto page = browse_at(edge_->port(), 1280, "zh");
  expect_fits(page, 1280);
  const auto compared = compare(*edge_, page, edge_->ask("rollup", {{"grain", "day"}}));
  // The past ends at midnight: of today there is no busy time to divide by.
  EXPECT_TRUE(compared.reasons.contains("oee"));
  EXPECT_GT(compared.quantities, 4U);
}

void RealPages::centre_shows_its_figures() {
  const auto page = browse_at(centre_->port(), 390, "en");
  expect_fits(page, 390);
  const auto compared = compare(*centre_, page, json::array());
  for (const char* id :
       {"industrial_value_added", "value_added_growth_cumulative", "gross_output_current", "export_delivery_value"}) {
    EXPECT_TRUE(compared.indicators.contains(id)) << id;
  }
  // Tiles, all of one question: without a target of the year they say so.
  EXPECT_TRUE(compared.reasons.contains("target.gap_pp"));
}

void RealPages::both_explain_a_figure() {
  const auto year =
      TimeZone::shanghai().date_of(std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()));
  const httplib::Params question{{"indicator", "gross_output_current"},
                                 {"period", std::to_string(std::stoi(year.substr(0, 4)) - 1)}};
  const auto figure =
      edge_->ask("indicators",
                 {{"indicator", "gross_output_current"}, {"period", question.find("period")->second}, {"exact", ""}});
  for (const auto* api : {edge_.get(), centre_.get()}) {
    const auto trees = api->ask("explain", question);
    ASSERT_EQ(trees.size(), 1U);
    EXPECT_EQ(trees[0].at("value"), figure.at(0).at("exact")) << trees[0].dump().substr(0, 500);
    EXPECT_FALSE(trees[0].at("children").empty());
  }
  EXPECT_EQ(edge_->get("explain", {{"period", "2019"}}).first, 400);
}

void RealPages::gateway_tells_its_state() {
  const auto status = edge_->ask("status");
  EXPECT_EQ(status.at("role"), "gateway");
  EXPECT_EQ(status.at("enterprise"), "E1");
  ASSERT_TRUE(songhua::test::eventually([&] { return edge_->ask("status").at("servers").at(0).at("up") == true; }));
  EXPECT_EQ(status.at("forward").at("pending"), 0);
  std::set<std::string> lines;
  for (const auto& line : edge_->ask("lines")) lines.insert(line.at("line").get<std::string>());
  EXPECT_EQ(lines, (std::set<std::string>{"S1/C1/auto", "S1/C1/rubber"}));

  httplib::Client client("127.0.0.1", edge_->port());
  const auto ready = client.Get("/readyz");
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->status, 200) << ready->body;
  const auto metrics = client.Get("/metrics");
  ASSERT_TRUE(metrics);
  for (const char* name :
       {"songhua_gateway_build_info{version=", "songhua_gateway_server_up{server=", "songhua_gateway_journal_bytes ",
        "songhua_gateway_forward_pending 0", "songhua_gateway_queue_messages 0", "songhua_gateway_disk_free_bytes "}) {
    EXPECT_NE(metrics->body.find(name), std::string::npos) << name << '\n' << metrics->body;
  }
}

void RealPages::a_port_in_use_is_wrong_configuration() {
  const songhua::test::TempDir dir;
  const auto config =
      dir.file("gateway.toml", "id = \"gw2\"\nenterprise = \"E1\"\nstore = \"" + (dir / "store").string() +
                                   "\"\n[http]\nlisten = \"127.0.0.1:" + std::to_string(edge_->port()) + "\"\n");
  const auto done = songhua::test::run(songhua::test::built_program("songhua-gateway"), {"run", "-c", config.string()});
  EXPECT_EQ(done.status, 2);
  EXPECT_NE(done.err.find("is in use"), std::string::npos) << done.err;
}

TEST_F(RealPages, ShowAndExplainTheFiguresOfTheirApis) {
  gateway_tells_its_state();
  gateway_shows_its_figures();
  centre_shows_its_figures();
  both_explain_a_figure();
  a_port_in_use_is_wrong_configuration();
}

}  // namespace
}  // namespace songhua::web::test
