#include "browser.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <vector>

#include "fixture.h"

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
  const auto cumulative = params.flag("cumulative");
  if (!cumulative) return cumulative.error();
  const auto ids = params.all("indicator");
  auto rows = json::array();
  for (const auto& one : data.at("indicators")) {
    const auto& query = one.at("query");
    const auto& row = one.at("row");
    if (std::ranges::find(ids, query.at("indicator").get<std::string>()) != ids.end() &&
        query.at("by") == params.get("by").value_or("") && query.at("cumulative") == *cumulative &&
        asked_month(row.at("period")) == params.get("period").value_or("") &&
        row.at("scope").value("group", "") == params.get("group").value_or("")) {
      rows.push_back(row);
    }
  }
  return rows.dump();
}

// A tree that tells what it was asked for, down to a reading.
Result<std::string> tree_of(const Params& params) {
  json reading{
      {"label", "reading 2019-03-31T23:59:00+08:00"}, {"value", "9007199254740993"}, {"source", "gateway E1/gw1"}};
  json row{{"label", "output.good car-ice-sedan CN"}, {"value", "41"}, {"unit", "vehicle"}, {"children", {reading}}};
  json tree{{"label", params.get("indicator").value_or("") + " " + params.get("period").value_or("")},
            {"formula", "GOV_cur = sum q(good) * price"},
            {"value", "165000005/5"},
            {"status", "preliminary"},
            {"source", "group " + params.get("group").value_or("")},
            {"children", {row}}};
  return json::array({tree}).dump();
}

Handlers serve(const json& data) {
  Handlers handlers;
  handlers.status = [&data] { return data.at("status"); };
  if (data.contains("lines")) handlers.lines = [&data] { return data.at("lines"); };
  if (data.contains("products")) handlers.products = [&data] { return data.at("products"); };
  if (data.contains("quarantine")) handlers.quarantine = [&data] { return data.at("quarantine"); };
  if (data.contains("rollup"))
    handlers.rollup = [&data](const Params&) { return Result<std::string>(data.at("rollup").dump()); };
  handlers.indicators = [&data](const Params& params) { return answer_indicators(data, params); };
  handlers.explain = [](const Params& params) { return tree_of(params); };
  return handlers;
}

// The page as Chromium has it after it drew all figures. Nobody may listen to events: a connection that stays open
// would stop the browser's virtual time.
std::string browse(const json& data, int width, const std::string& language, const std::string& click = {}) {
  const Running web(serve(data), Limits{.threads = 16, .queue = 64, .event_listeners = 0, .event_queue = 1});
  return browse_at(web.port(), width, language, click);
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
    // April has only begun: against the whole April of last year it has fallen, which tells nothing.
    EXPECT_EQ(row.at("period") != "2019-01..04", seen.contains(key)) << key;
  }
}

// Meters' units are shown a thousand times larger: the same digits with a point among them.
std::string as_shown(std::int64_t sum, const std::string& unit) {
  auto text = std::to_string(sum);
  if (unit != "Wh" && unit != "dm3") return text;
  text.insert(0, text.size() < 4 ? 4 - text.size() : 0, '0');
  text.insert(text.size() - 3, ".");
  text.erase(text.find_last_not_of('0') + 1);
  return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

// Each sum on the page is the sum of the rows it stands for.
void expect_quantities_shown(const json& data, const std::string& page) {
  std::map<std::string, std::int64_t> sums;
  std::map<std::string, std::string> units;
  for (const auto& row : data.at("rollup")) {
    const auto day = row.at("start").get<std::string>().substr(0, 10);
    const auto measure = row.at("measure").get<std::string>();
    auto key = std::string(measure).append(" ").append(day);
    if (measure == "output.good") {
      key.append(" ").append(row.at("line").get<std::string>());
      key.append(" ").append(row.at("product").get<std::string>());
    }
    sums[key] += row.at("quantity").get<std::int64_t>();
    units[key] = row.at("unit").get<std::string>();
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
    EXPECT_EQ(without_commas(figure.text), as_shown(sums.at(key), units.at(key))) << key;
    seen.insert(key);
  }
  EXPECT_EQ(seen.size(), sums.size());
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
  const bool chinese = GetParam().language.starts_with("zh");
  EXPECT_NE(page.find(chinese ? ">汽柴油轿车<" : ">petrol sedan<"), std::string::npos);
  EXPECT_NE(page.find(">rubber-epdm<"), std::string::npos) << "a product that the catalogue does not know";
  EXPECT_NE(page.find(chinese ? ">千瓦时<" : ">kWh<"), std::string::npos);
}

TEST_P(PageInBrowser, CentreShowsTheFiguresOfTheApi) {
  const auto data = read_rows("central.json");
  const auto page = browse(data, GetParam().width, GetParam().language);
  expect_fits(page, GetParam().width);
  expect_indicators_shown(data, page);
  const bool chinese = GetParam().language.starts_with("zh");
  for (const auto* text : {chinese ? ">复合肥料<" : ">compound fertilizer<", ">not-in-the-catalogue<",
                           chinese ? ">吨（折纯）<" : ">t nutrient<"}) {
    EXPECT_NE(page.find(text), std::string::npos) << text;
  }
}

// A click on a figure opens the tree of that figure: asked for with its own marks, drawn down to the leaf, digits as
// they came.
TEST_P(PageInBrowser, AClickOnAFigureOpensItsTree) {
  const auto data = read_rows("central.json");
  const auto page = browse(data, GetParam().width, GetParam().language,
                           R"(.figure[data-indicator="gross_output_current"][data-scope*='"group":"auto"'])");
  const auto dialog = page.find("<dialog");
  ASSERT_NE(dialog, std::string::npos);
  const auto tree = page.substr(dialog, page.find("</dialog>") - dialog);
  for (const char* part :
       {"gross_output_current 2019-01..03", "GOV_cur = sum q(good) * price", "165000005/5", "group auto",
        "output.good car-ice-sedan CN", "reading 2019-03-31T23:59:00+08:00", "9007199254740993", "gateway E1/gw1"}) {
    EXPECT_NE(tree.find(part), std::string::npos) << part << " is not in " << tree;
  }
  EXPECT_NE(tree.find(GetParam().language == "zh" ? "初步" : "preliminary"), std::string::npos) << tree;
}

INSTANTIATE_TEST_SUITE_P(Views, PageInBrowser, testing::Values(View{1280, "zh"}, View{390, "en"}, View{390, "zh"}),
                         [](const auto& view) { return view.param.language + std::to_string(view.param.width); });

}  // namespace
}  // namespace songhua::web::test
