#include <fmt/format.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <thread>
#include <vector>

#include "fixture.h"
#include "support/process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

// The figures that a browser shows are those of the API, digit by digit. Headless Chromium reads the page from the
// real server, which serves the rows of tests/data/web; the page it made is compared with the rows.
namespace songhua::web::test {
namespace {

using nlohmann::json;

json read_rows(const std::string& name) {
  std::ifstream file(std::string(SONGHUA_TEST_DATA) + "/web/" + name);
  return json::parse(file);
}

// The months that an indicator row's period ends in: a cumulative row is asked for by its last month.
std::string asked_month(const std::string& period) {
  const auto dots = period.find("..");
  return dots == std::string::npos ? period : period.substr(0, 5) + period.substr(dots + 2);
}

Result<std::string> answer_indicators(const json& data, const Params& params) {
  auto rows = json::array();
  for (const auto& one : data.at("indicators")) {
    const auto& query = one.at("query");
    const auto cumulative = params.flag("cumulative");
    if (!cumulative) return cumulative.error();
    if (query.at("indicator") == params.get("indicator").value_or("") &&
        query.at("by") == params.get("by").value_or("") && query.at("cumulative") == *cumulative &&
        asked_month(one.at("row").at("period")) == params.get("period").value_or("")) {
      rows.push_back(one.at("row"));
    }
  }
  return rows.dump();
}

Handlers serve(const json& data) {
  Handlers handlers;
  handlers.status = [&data] { return data.at("status"); };
  if (data.contains("lines")) handlers.lines = [&data] { return data.at("lines"); };
  if (data.contains("quarantine")) handlers.quarantine = [&data] { return data.at("quarantine"); };
  if (data.contains("rollup"))
    handlers.rollup = [&data](const Params&) { return Result<std::string>(data.at("rollup").dump()); };
  handlers.indicators = [&data](const Params& params) { return answer_indicators(data, params); };
  return handlers;
}

struct Shown {
  std::map<std::string, std::string> attributes;
  std::string text;
};

std::string unescape(std::string text) {
  for (const auto& [code, plain] : {std::pair{"&quot;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    for (auto at = text.find(code); at != std::string::npos; at = text.find(code, at + 1)) {
      text.replace(at, std::string_view(code).size(), plain);
    }
  }
  return text;
}

// All elements with a class "figure" of a page as Chromium prints it.
std::vector<Shown> figures(const std::string& page) {
  static const std::regex element(R"re(<span class="figure[^"]*"([^>]*)>([^<]*)</span>)re");
  static const std::regex attribute(R"re(data-([a-z]+)="([^"]*)")re");
  std::vector<Shown> all;
  for (std::sregex_iterator found(page.begin(), page.end(), element), end; found != end; ++found) {
    Shown figure{{}, (*found)[2]};
    const std::string attributes = (*found)[1];
    for (std::sregex_iterator a(attributes.begin(), attributes.end(), attribute); a != end; ++a) {
      figure.attributes[(*a)[1]] = unescape((*a)[2]);
    }
    all.push_back(std::move(figure));
  }
  return all;
}

std::string without_commas(std::string text) {
  std::erase(text, ',');
  return text;
}

// The value that a page attribute `data-NAME` of the body has; "" without.
std::string body_value(const std::string& page, const std::string& name) {
  std::smatch match;
  return std::regex_search(page, match, std::regex("<body[^>]* data-" + name + "=\"([^\"]*)\"")) ? match[1].str() : "";
}

// Chromium's window cannot be narrower than 500 pixels, and the real server forbids frames. So this one passes requests
// on to it and shows what it gives in a frame of any width; when the page is ready it takes the frame's place.
class Frame {
 public:
  Frame(std::uint16_t target, int width, const std::string& language) {
    proxy_.set_keep_alive_timeout(1);
    proxy_.Get("/frame", [width, language](const httplib::Request&, httplib::Response& response) {
      response.set_content(fmt::format(R"(<!doctype html><body style="margin:0">
<iframe id="page" src="/?lang={}" style="border:0;height:900px;width:{}px"></iframe><script>
const wait = setInterval(() => {{
  const inner = document.getElementById('page').contentDocument;
  if (!inner || !inner.body || !inner.body.dataset.ready) return;
  clearInterval(wait);
  document.documentElement.innerHTML = inner.documentElement.innerHTML;
}}, 20);</script>)",
                                       language, width),
                           "text/html");
    });
    proxy_.Get(".*", [target](const httplib::Request& request, httplib::Response& response) {
      httplib::Client client("127.0.0.1", target);
      const auto answer = client.Get(request.target.c_str());
      response.status = answer ? answer->status : 502;
      if (answer) response.set_content(answer->body, answer->get_header_value("Content-Type"));
    });
    port_ = proxy_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { proxy_.listen_after_bind(); });
    if (!songhua::test::eventually([this] { return proxy_.is_running(); })) throw std::runtime_error("no proxy");
  }
  ~Frame() {
    proxy_.stop();
    thread_.join();
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}/frame", port_); }

 private:
  httplib::Server proxy_;
  int port_ = 0;
  std::thread thread_;
};

// The page as Chromium has it after it drew all figures. Nobody may listen to events: a connection that stays open
// would stop the browser's virtual time.
std::string browse(const json& data, int width, const std::string& language) {
  const Running web(serve(data), Limits{.threads = 16, .queue = 64, .event_listeners = 0, .event_queue = 1});
  const Frame frame(web.port(), width, language);
  const songhua::test::TempDir profile;
  songhua::test::Process browser(
      "chromium", {"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--hide-scrollbars", "--user-data-dir=" + profile.path().string(), "--window-size=1400,900",
                   "--virtual-time-budget=5000", "--dump-dom", frame.url()});
  EXPECT_EQ(browser.wait(std::chrono::seconds{90}), 0) << browser.err();
  return browser.out();
}

// Every indicator row that the page asked for is shown with its digits, or with a reason and no digit.
void expect_indicators_shown(const json& data, const std::string& page) {
  std::map<std::string, json> rows;  // by indicator, period and scope as the page marks them
  for (const auto& one : data.at("indicators")) {
    const auto& row = one.at("row");
    rows[row.at("indicator").get<std::string>() + row.at("period").get<std::string>() + row.at("scope").dump()] = row;
  }
  std::set<std::string> seen;
  for (const auto& figure : figures(page)) {
    const auto& marks = figure.attributes;
    if (!marks.contains("indicator")) continue;
    const auto key = marks.at("indicator") + marks.at("period") + json::parse(marks.at("scope")).dump();
    ASSERT_TRUE(rows.contains(key)) << "the page shows a figure that the API did not give: " << key;
    const auto& row = rows.at(key);
    if (row.at("value").is_null()) {
      EXPECT_EQ(marks.at("reason"), row.at("reason")) << key;
      EXPECT_FALSE(figure.text.empty()) << key;
      EXPECT_EQ(figure.text.find_first_of("0123456789"), std::string::npos) << key << ": " << figure.text;
      EXPECT_EQ(figure.text.find('_'), std::string::npos)
          << "a reason is said in words, not by its id: " << figure.text;
    } else {
      EXPECT_EQ(marks.at("value"), row.at("value")) << key;
      EXPECT_EQ(without_commas(figure.text), row.at("value")) << key;
    }
    seen.insert(key);
  }
  for (const auto& [key, row] : rows) {
    // April has no rate yet: that row only tells the page to show March.
    EXPECT_TRUE(row.at("period") == "2019-04" || seen.contains(key)) << "not on the page: " << key;
  }
}

// Each sum on the page is the sum of the rows it stands for.
void expect_quantities_shown(const json& data, const std::string& page) {
  std::map<std::string, std::int64_t> sums;
  for (const auto& row : data.at("rollup")) {
    const auto day = row.at("start").get<std::string>().substr(0, 10);
    const auto measure = row.at("measure").get<std::string>();
    auto key = measure + " " + day;
    if (measure == "output.good") {
      key += " " + row.at("line").get<std::string>() + " " + row.at("product").get<std::string>();
    }
    sums[key] += row.at("quantity").get<std::int64_t>();
  }
  std::set<std::string> seen;
  for (const auto& figure : figures(page)) {
    const auto& marks = figure.attributes;
    if (!marks.contains("measure")) continue;
    auto key = marks.at("measure") + " " + marks.at("day");
    if (marks.contains("line")) key += " " + marks.at("line") + " " + marks.at("product");
    if (!sums.contains(key)) {
      EXPECT_EQ(marks.at("reason"), "none") << key;
      EXPECT_EQ(figure.text.find_first_of("0123456789"), std::string::npos) << key;
      continue;
    }
    EXPECT_EQ(marks.at("value"), std::to_string(sums.at(key))) << key;
    EXPECT_EQ(without_commas(figure.text), std::to_string(sums.at(key))) << key;
    seen.insert(key);
  }
  EXPECT_EQ(seen.size(), sums.size());
}

void expect_fits(const std::string& page, int width) {
  EXPECT_EQ(body_value(page, "ready"), "true") << "the page did not get as far as showing its figures";
  EXPECT_EQ(body_value(page, "width"), std::to_string(width));
  EXPECT_EQ(body_value(page, "overflow"), "0");
  EXPECT_EQ(page.find("NaN"), std::string::npos);
  EXPECT_EQ(page.find("undefined"), std::string::npos);
}

struct View {
  int width;
  std::string language;
  friend void PrintTo(const View& view, std::ostream* out) { *out << view.width << ' ' << view.language; }
};

class PageInBrowser : public testing::TestWithParam<View> {};

TEST_P(PageInBrowser, GatewayShowsTheFiguresOfTheApi) {
  const auto data = read_rows("gateway.json");
  const auto page = browse(data, GetParam().width, GetParam().language);
  expect_fits(page, GetParam().width);
  expect_indicators_shown(data, page);
  expect_quantities_shown(data, page);
  EXPECT_NE(page.find(R"(data-status="forward.pending" data-value="1204")"), std::string::npos);
  EXPECT_NE(page.find(R"(data-status="quarantine" data-value="16")"), std::string::npos);
}

TEST_P(PageInBrowser, CentreShowsTheFiguresOfTheApi) {
  const auto data = read_rows("central.json");
  const auto page = browse(data, GetParam().width, GetParam().language);
  expect_fits(page, GetParam().width);
  expect_indicators_shown(data, page);
}

INSTANTIATE_TEST_SUITE_P(Views, PageInBrowser, testing::Values(View{1280, "zh"}, View{390, "en"}, View{390, "zh"}),
                         [](const auto& view) { return view.param.language + std::to_string(view.param.width); });

}  // namespace
}  // namespace songhua::web::test
