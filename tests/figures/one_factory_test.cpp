// A province of one factory is that factory: what its gateway computes and what the centre computes from what the
// gateway forwarded are the same rows, to the last digit of the exact fractions (issue 'Indicators', same at both
// ends).
#include "one_factory.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <fstream>
#include <optional>
#include <sstream>

#include "support/port.h"
#include "support/wait.h"

namespace songhua::test {
namespace {

using nlohmann::json;

std::string default_catalogue() {
  std::ifstream in(std::string(SONGHUA_DEPLOY_DATA) + "/catalogue.toml");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// One test, since ctest runs each in a process of its own and the past takes a while to go its way.
class ProvinceOfOneFactory : public testing::Test {
 protected:
  void edge_and_centre_give_the_same_rows();
  void the_figures_are_there();
  void borders_follow_from_their_readings();
  void a_leaf_leads_to_the_journal();
  void a_late_correction_revises_both_ends();
  void a_faulty_register_file_is_told_with_its_place();

  const std::uint16_t edge_port_ = free_port(), centre_port_ = free_port();
  OneFactory factory_{{.from = "2018-01-01T00:00:00+08:00",
                       .to = "2019-04-03T00:00:00+08:00",
                       .catalogue = default_catalogue(),
                       .edge_listen = "127.0.0.1:" + std::to_string(edge_port_),
                       .centre_listen = "127.0.0.1:" + std::to_string(centre_port_)}};
};

// The flags of the command line as a question over HTTP.
json served(std::uint16_t port, const std::vector<std::string>& flags) {
  std::string path = "/api/v1/indicators", before = "?";
  for (const auto& flag : flags) {
    const bool key = flag.starts_with("--");
    path += key ? before + flag.substr(2) : "=" + flag;
    before = "&";
  }
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(120);
  const auto answer = client.Get(path.c_str());
  EXPECT_TRUE(answer && answer->status == 200) << path << (answer ? answer->body : "");
  return answer && answer->status == 200 ? json::parse(answer->body) : json();
}

const json* find(const json& rows, const std::string& id) {
  for (const auto& row : rows) {
    if (row.at("indicator") == id) return &row;
  }
  return nullptr;
}

void ProvinceOfOneFactory::edge_and_centre_give_the_same_rows() {
  using Flags = std::vector<std::string>;
  // The whole vocabulary for a month of the year so far and for a day, by both programs' command lines; some of it for
  // other periods and parts of running programs, which need not read fifteen months anew for each.
  const Flags whole[]{{"--period", "2019-03", "--cumulative"}, {"--period", "2019-03-15"}};
  const Flags parts[]{{"--period", "2019-01..02", "--indicator", "value_added_growth", "--indicator", "oee"},
                      {"--period", "2019-Q1", "--indicator", "energy_intensity", "--indicator", "labour_productivity"},
                      {"--period", "2018-H1", "--scale", "all", "--indicator", "sales_value"},
                      {"--period", "2018", "--indicator", "gross_output_comparable"},
                      {"--period", "2019-03", "--by", "product", "--indicator", "gross_output_current"},
                      {"--period", "2019-03", "--by", "market", "--indicator", "export_delivery_value"},
                      {"--period", "2019-03", "--by", "market_group", "--indicator", "export_delivery_value"},
                      {"--period", "2019-03", "--by", "prefecture", "--indicator", "industrial_value_added"},
                      {"--period", "2019-03-15", "--by", "line", "--indicator", "oee", "--indicator", "availability"},
                      {"--period", "2019-03", "--product", "rubber-epdm", "--indicator", "product_output"}};
  const auto compare = [](Flags flags, const auto& ask_edge, const auto& ask_centre) {
    flags.emplace_back("--exact");
    std::string question;
    for (const auto& flag : flags) question += flag + " ";
    SCOPED_TRACE(question);
    // Both ends count the settle delay from their own commits: final is what is waited for.
    json edge, centre;
    (void)eventually([&] {
      edge = ask_edge(flags);
      centre = ask_centre(flags);
      return edge == centre;
    });
    EXPECT_FALSE(edge.empty());
    EXPECT_EQ(edge, centre) << json::diff(edge, centre).dump(1);
  };
  for (const auto& flags : whole) {
    compare(
        flags, [&](const Flags& of) { return factory_.edge_figures(of); },
        [&](const Flags& of) { return factory_.centre_figures(of); });
  }
  auto& gateway = factory_.gateway();
  ASSERT_TRUE(eventually([&] { return port_answers(edge_port_) && port_answers(centre_port_); })) << gateway.err();
  for (const auto& flags : parts) {
    compare(
        flags, [&](const Flags& of) { return served(edge_port_, of); },
        [&](const Flags& of) { return served(centre_port_, of); });
  }
  gateway.terminate();  // corrections and what the journal holds are asked of the store
  EXPECT_TRUE(gateway.wait());
}

// That the comparison above compares figures, not absences of figures.
void ProvinceOfOneFactory::the_figures_are_there() {
  const auto month = factory_.edge_figures({"--period", "2019-03", "--exact"});
  for (const char* id : {"gross_output_current",
                         "gross_output_comparable",
                         "sales_value",
                         "sales_output_ratio",
                         "export_delivery_value",
                         "industrial_value_added",
                         "value_added_growth",
                         "value_added_growth_cumulative",
                         "production_index",
                         "capacity_utilisation",
                         "energy_consumption",
                         "energy_intensity",
                         "energy_per_unit",
                         "labour_productivity",
                         "labour_productivity_hour",
                         "availability",
                         "oee",
                         "quality_ratio",
                         "mtbf_s",
                         "target.gap_pp"}) {
    const auto* row = find(month, id);
    ASSERT_NE(row, nullptr) << id;
    EXPECT_FALSE(row->at("value").is_null()) << row->dump();
  }
  const auto day = factory_.edge_figures({"--period", "2019-03-15", "--indicator", "oee", "--by", "line"});
  ASSERT_EQ(day.size(), 2U) << day.dump();
  for (const auto& row : day) EXPECT_FALSE(row.at("value").is_null()) << row.dump();
}

// All readings at the tree's leaves.
void collect_readings(const json& node, std::vector<json>& readings) {
  if (node.at("label").get<std::string>().starts_with("reading ")) readings.push_back(node);
  if (!node.contains("children")) return;
  for (const auto& child : node.at("children")) collect_readings(child, readings);
}

// A border's value anew from the readings beside it, by docs/data-formats.md: (t0, v0), perhaps the time up to which v0
// held, (t1, v1).
boost::multiprecision::cpp_int border_value(const json& node) {
  using boost::multiprecision::cpp_int;
  struct Point {
    std::int64_t t;
    cpp_int v;
  };
  const auto b = node.at("at_ms").get<std::int64_t>();
  std::vector<Point> beside;
  std::optional<std::int64_t> held;
  for (const auto& child : node.at("children")) {
    const auto t = child.at("at_ms").get<std::int64_t>();
    if (child.at("label").get<std::string>().starts_with("unchanged up to ")) {
      held = t;
    } else {
      beside.push_back({t, cpp_int(child.at("value").get<std::string>())});
    }
  }
  if (beside.size() == 1) return beside.front().v;
  auto [t0, v0] = beside.at(0);
  const auto [t1, v1] = beside.at(1);
  EXPECT_LT(t0, b);
  EXPECT_LE(b, t1);
  if (held) t0 = *held;
  if (b <= t0) return v0;
  return v0 + (v1 - v0) * (b - t0) / (t1 - t0);  // counters do not fall in a life: the floor is the quotient
}

void check_borders(const json& node, std::size_t& checked) {
  if (node.value("rule", "") == "border") {
    ++checked;
    EXPECT_EQ(border_value(node).str(), node.at("value").get<std::string>()) << node.dump();
  }
  if (!node.contains("children")) return;
  for (const auto& child : node.at("children")) check_borders(child, checked);
}

// Of counters and of the clocks of states.
void ProvinceOfOneFactory::borders_follow_from_their_readings() {
  for (const char* id : {"industrial_value_added", "availability"}) {
    const auto explained = run(built_program("songhua-central"), {"explain", id, "--period", "2019-03", "--format",
                                                                  "json", "-c", factory_.centre_config().string()});
    ASSERT_EQ(explained.status, 0) << explained.err;
    std::size_t checked = 0;
    for (const auto& tree : json::parse(explained.out)) check_borders(tree, checked);
    EXPECT_GT(checked, 3U) << id;
  }
}

// What the centre's tree names is found in the journal of the gateway that it names: the same reading.
void ProvinceOfOneFactory::a_leaf_leads_to_the_journal() {
  const auto explained =
      run(built_program("songhua-central"), {"explain", "industrial_value_added", "--period", "2019-03", "--format",
                                             "json", "-c", factory_.centre_config().string()});
  ASSERT_EQ(explained.status, 0) << explained.err;
  std::vector<json> readings;
  collect_readings(json::parse(explained.out).at(0), readings);
  ASSERT_GT(readings.size(), 4U);
  for (const auto& reading : {readings.front(), readings[readings.size() / 2], readings.back()}) {
    const auto source = reading.at("source").get<std::string>();
    const auto between = [&](const std::string& before, const std::string& after) {
      const auto from = source.find(before) + before.size();
      return source.substr(from, source.find(after, from) - from);
    };
    EXPECT_EQ(between("gateway ", ","), "E1/gw1") << source;
    const auto found =
        run(built_program("songhua-gateway"),
            {"journal", "-c", factory_.edge_config().string(), "--line", between("line ", ","), "--from",
             between("record [", ", "), "--to", between("Z, ", ")"), "--metric", "Output/**", "--format", "json"});
    ASSERT_EQ(found.status, 0) << found.err;
    bool same = false;
    for (const auto& row : json::parse(found.out)) same = same || row.at("value").dump() == reading.at("value");
    EXPECT_TRUE(same) << reading.dump() << found.out;
  }
}

// A figure that was final and whose value has changed is revised at the edge as at the centre, with what it was before
// and which line's records changed; a figure that the correction leaves as it was stays final.
void ProvinceOfOneFactory::a_late_correction_revises_both_ends() {
  const std::vector<std::string> flags{"--period",       "2019-03",   "--exact",      "--indicator",
                                       "product_output", "--product", "car-ice-sedan"};
  const auto before = factory_.edge_figures(flags).at(0);
  EXPECT_EQ(before.at("status"), "final") << before.dump();
  const auto gateway = built_program("songhua-gateway");
  const auto lines =
      factory_.edge_figures({"--period", "2019-03", "--by", "line", "--indicator", "gross_output_current"});
  const auto line = lines.at(0).at("scope").at("line").get<std::string>();
  ASSERT_NE(line.find("auto"), std::string::npos) << line;
  const auto adjusted = run(
      gateway, {"adjust", line, "output.good", "--product", "car-ice-sedan", "--market", "CN", "--quantity", "-7",
                "--at", "2019-03-10T12:05:00+08:00", "--reason", "a test run", "-c", factory_.edge_config().string()});
  ASSERT_EQ(adjusted.status, 0) << adjusted.err;
  const auto sent =
      run(gateway, {"forward", "--drain", "-c", factory_.edge_config().string()}, std::chrono::seconds{120});
  ASSERT_EQ(sent.status, 0) << sent.err;
  json edge, centre;
  const auto revised = [](const json& row) { return row.at("status") == "revised"; };
  (void)eventually([&] {
    edge = factory_.edge_figures(flags).at(0);
    centre = factory_.centre_figures(flags).at(0);
    return revised(edge) && revised(centre);
  });
  for (auto* row : {&edge, &centre}) {
    ASSERT_TRUE(revised(*row)) << row->dump();
    EXPECT_EQ(row->at("revision").at("value"), "-7") << row->dump();
    EXPECT_EQ(row->at("previous").at("exact"), before.at("exact")) << row->dump();
    const auto& cause = row->at("previous").at("cause").at(0);
    EXPECT_EQ(cause.at("kind"), "late_data") << row->dump();
    EXPECT_NE(cause.at("what").get<std::string>().find("E1 " + line + " ["), std::string::npos) << row->dump();
    row->at("previous").erase("at");  // each end's own clock
    row->at("previous").erase("cause");
  }
  EXPECT_EQ(edge, centre);
  const auto other = factory_.edge_figures({"--period", "2019-03", "--indicator", "energy_consumption"}).at(0);
  EXPECT_EQ(other.at("status"), "final") << other.dump();
}

void ProvinceOfOneFactory::a_faulty_register_file_is_told_with_its_place() {
  const auto file = factory_.register_file(
      "base-2017.csv", "enterprise,period,item,product,market,value,unit\nE1,2017,va_cmp,,,x,CNY 10k\n");
  const auto done =
      run(built_program("songhua-gateway"),
          {"indicators", "-c", (file.parent_path().parent_path() / "gateway.toml").string(), "--period", "2019-03"});
  std::filesystem::remove(file);
  EXPECT_EQ(done.status, 2);
  EXPECT_NE(done.err.find("base-2017.csv:2"), std::string::npos) << done.err;
}

TEST_F(ProvinceOfOneFactory, EqualsThatFactory) {
  the_figures_are_there();
  edge_and_centre_give_the_same_rows();
  borders_follow_from_their_readings();
  a_leaf_leads_to_the_journal();
  a_late_correction_revises_both_ends();
  a_faulty_register_file_is_told_with_its_place();
}

}  // namespace
}  // namespace songhua::test
