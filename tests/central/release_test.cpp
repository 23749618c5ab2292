// Figures as of then, byte for byte; releases; what a revision says of itself.
#include "central/release.h"

#include <gtest/gtest.h>

#include <random>

#include "central/revisions.h"
#include "centre_fixture.h"

namespace songhua::central {
namespace {

using test::CentreBox;
using test::EdgeBox;
using test::minute;

constexpr int kDay = 24 * 60;

const std::string kCatalogue =
    "base_year = 2018\n[[product]]\nid = \"car\"\nindustry = \"C3611\"\nunit = \"vehicle\"\nstatistical_unit = "
    "\"vehicle\"\n"
    "[[product.price]]\nprice = 1000000\ncomparable_price = 1000000\nexport_price = 1000000\nva_rate = 2000\n";
const std::string kEnterprises =
    "id,region,industry,ownership,employees,name_zh,holding,size,scale,weight\n"
    "E1,220102,C3611,159,10,企业,state,L,above,1000\n";

// A province of one factory that has reported one whole day.
struct Province {
  Province() {
    centre.now = minute(-60);
    centre.enrol(edge);
    store(indicators::InputKind::catalogue, "catalogue.toml", kCatalogue);
    store(indicators::InputKind::enterprises, "enterprises.csv", kEnterprises);
    edge.read("S/C/L1", "car", minute(0), 100);
    edge.read("S/C/L1", "car", minute(60), 160);
    edge.read("S/C/L1", "car", minute(kDay + 60), 160);
    centre.now = minute(kDay + 70);
    centre.deliver(edge, centre.now);
    centre.now = minute(kDay + 120);
  }
  void store(indicators::InputKind kind, const std::string& name, const std::string& text) {
    const auto outcome = asking.import({{kind, name, text, {}}}, centre.now);
    for (const auto& error : outcome.errors) ADD_FAILURE() << error;
  }
  static std::vector<indicators::IndicatorRow> rows_by(Centre& office, const Moment& moment) {
    indicators::IndicatorRequest request;
    request.ids = {"industrial_value_added", "gross_output_current", "labour_productivity", "nominal_growth"};
    request.period = Period::parse("2019-03-15").value();
    return office.indicators(request, moment).value();
  }
  static std::string shown_by(Centre& office, const Moment& moment) {
    std::string text;
    for (const auto& row : rows_by(office, moment)) text += to_json(row, true).dump() + "\n";
    return text;
  }
  std::vector<indicators::IndicatorRow> rows(std::optional<UnixMillis> as_of = {}) {
    return rows_by(asking, {centre.now, as_of});
  }
  std::string shown(std::optional<UnixMillis> as_of = {}) { return shown_by(asking, {centre.now, as_of}); }
  void late_reading() {
    edge.read("S/C/L1", "car", minute(61), 190);
    edge.read("S/C/L1", "car", minute(kDay + 61), 190);
    centre.now += std::chrono::hours{1};
    centre.deliver(edge, centre.now);
    centre.now += std::chrono::hours{1};
  }

  EdgeBox edge;
  CentreBox centre;
  static CentreSettings jilin() {
    CentreSettings settings;
    settings.region = "220000";
    return settings;
  }
  Centre asking{centre.store(), jilin()};
};

TEST(AsOf, ShowsTheBytesThatWereShownThenWhateverChangedSince) {
  Province province;
  province.asking.note_settings(province.centre.now);
  std::vector<std::pair<UnixMillis, std::string>> shown;
  const auto show = [&] {
    shown.emplace_back(province.centre.now, province.shown());
    province.centre.now += std::chrono::hours{1};
  };
  show();
  province.late_reading();
  show();
  province.store(indicators::InputKind::prices, "prices.csv", "product,valid_from,price\ncar,2019-01-01,1100000\n");
  show();
  province.store(indicators::InputKind::enterprises, "enterprises.csv",
                 kEnterprises + "E2,220102,C3611,159,10,企业,state,L,above,1000\n");
  show();
  CentreSettings imputing;
  imputing.indicators.impute_growth = true;
  Centre other(province.centre.store(), imputing);
  other.note_settings(province.centre.now);
  for (const auto& [at, bytes] : shown) {
    EXPECT_EQ(province.shown(at), bytes);
    EXPECT_EQ(other.settings_at(at).indicators.impute_growth, false);
  }
  for (std::size_t i = 1; i < shown.size(); ++i) EXPECT_NE(shown[i].second, shown[i - 1].second);
}

TEST(Revision, SaysWhatItWasBeforeAndWhichInputsChanged) {
  Province province;
  ASSERT_EQ(to_json(province.rows().at(1), false)["status"], "final");
  province.late_reading();
  province.store(indicators::InputKind::prices, "prices.csv", "product,valid_from,price\ncar,2019-01-01,1100000\n");
  province.centre.now += std::chrono::hours{1};
  const auto row = to_json(province.rows().at(1), true);  // gross output: 60 at 1.00 before, 90 at 1.10 now
  EXPECT_EQ(row["status"], "revised");
  EXPECT_EQ(row["value"], "99.00");
  EXPECT_EQ(row["previous"]["value"], "60.00");
  EXPECT_EQ(row["previous"]["status"], "final");
  EXPECT_EQ(row["revision"]["value"], "39.00");
  const auto cause = row["previous"]["cause"].dump();
  for (const char* part : {"late_data", "E1 S/C/L1", "\"kind\":\"price\"", "prices.csv:2"}) {
    EXPECT_NE(cause.find(part), std::string::npos) << part << " in " << cause;
  }
}

// A reading between two that were known replaces a record of a final day; the day's figure stays what it was.
TEST(Revision, IsOneOfTheValueAndNotOfRecords) {
  Province province;
  Centre office(province.centre.store(), Province::jilin());
  const auto period = Period::parse("2019-03-15").value();
  const auto statuses = [&] {
    std::set<std::string> all;
    const auto release = publish(office, period, province.centre.now);
    for (const auto& released : rows_of(*release)) {
      if (released.row.contains("exact")) all.insert(released.row.at("status").get<std::string>());
    }
    return all;
  };
  EXPECT_EQ(statuses(), std::set<std::string>{"final"});
  province.edge.read("S/C/L1", "car", minute(30), 130);
  province.centre.now += std::chrono::hours{1};
  province.centre.deliver(province.edge, province.centre.now);
  ASSERT_TRUE(
      province.centre.store().superseded({"E1", "S/C/L1"}, period.window(TimeZone::shanghai()), UnixMillis::min(), {}));
  province.centre.now += std::chrono::hours{1};
  EXPECT_EQ(to_json(province.rows().at(1), false)["status"], "final");
  EXPECT_EQ(statuses(), std::set<std::string>{"final"});
  province.late_reading();
  EXPECT_TRUE(statuses().contains("revised"));
  const auto row = to_json(province.rows().at(1), true);
  EXPECT_EQ(row["previous"]["exact"], "60");
  EXPECT_EQ(row["exact"], "90");
  EXPECT_EQ(row["revision"]["value"], "30.00");
  EXPECT_NE(row["previous"]["cause"].dump().find("E1 S/C/L1"), std::string::npos);
}

// Whatever comes when: late and repeated data, prices, bases, the register, releases. What was shown is shown again,
// byte for byte, by the same office and by one that has just come.
void any_history(unsigned seed) {
  std::mt19937 chance(seed);
  const auto draw = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to - 1)(chance); };
  Province province;
  province.asking.note_settings(province.centre.now);
  std::vector<std::pair<UnixMillis, std::string>> shown;
  const auto base = [](int value) {
    return "enterprise,period,item,product,market,value,unit\nE1,2018-03-15,va_cur,,," + std::to_string(value) +
           ",CNY 10k\n";
  };
  Quantity last = 160;
  for (int i = 0; i < 5; ++i) {
    const int step = draw(0, 6), value = draw(1, 1000);
    switch (step) {
      case 0:
        last += value % 50;
        // Records whose windows are not over are overwritten: what they say passes.
        province.edge.read("S/C/L1", "car", province.centre.now - std::chrono::minutes{30 + value % 40}, last);
        province.edge.read("S/C/L1", "car", minute(61 + value % 600), 160 + value % 3 * 10);
        province.centre.deliver(province.edge, province.centre.now);
        break;
      case 1:
        province.store(indicators::InputKind::prices, "prices.csv",
                       "product,valid_from,price\ncar,2019-01-01," + std::to_string(value) + "\n");
        break;
      case 2:
        province.store(indicators::InputKind::base, "base.csv", base(value));
        break;
      case 3:
        province.store(indicators::InputKind::enterprises, "enterprises.csv",
                       kEnterprises + "E" + std::to_string(value) + "x,220102,C3611,159,10,企业,state,L,above,1\n");
        break;
      case 4:
        province.centre.store().put_line_state({"E1", "S/C/L1"}, {minute(kDay * 2), value % 2 == 0},
                                               province.centre.now);
        break;
      default:
        ASSERT_TRUE(publish(province.asking, Period::parse("2019-03-15").value(), province.centre.now));
    }
    province.centre.now += std::chrono::minutes{draw(1, 90)};
    shown.emplace_back(province.centre.now, province.shown());
    province.centre.now += std::chrono::minutes{1};
  }
  Centre other(province.centre.store(), Province::jilin());
  for (const auto& [at, bytes] : shown) {
    EXPECT_EQ(province.shown(at), bytes) << "seed " << seed;
    EXPECT_EQ(Province::shown_by(other, {province.centre.now, at}), bytes) << "seed " << seed;
  }
}

TEST(AsOf, ShowsAgainWhatWasShownInAnyHistory) {
  for (unsigned seed = 1; seed <= 6; ++seed) any_history(seed);
}

// What an earlier document gave out by mistake is told, and nothing is frozen or decided on top of it.
TEST(Release, IsRefusedWhereEarlierOnesGaveAwayWhatMustBeWithheld) {
  Province province;
  Centre office(province.centre.store(), Province::jilin());
  const auto period = Period::parse("2019-03-15").value();
  auto& archive = province.centre.store().archive();
  province.centre.store().transact([&] {
    archive.put_decisions({{"figures|2019-03-15|region=220000", "F"}}, province.centre.now);
  });
  const auto release = publish(office, period, province.centre.now);
  ASSERT_FALSE(release);
  EXPECT_NE(release.error().message.find("figures|2019-03-15|region=220000"), std::string::npos)
      << release.error().message;
  EXPECT_NE(release.error().message.find("nothing is given out"), std::string::npos);
  EXPECT_TRUE(office.releases().empty());
  EXPECT_EQ(archive.decisions(std::nullopt).size(), 1U);
}

TEST(Release, IsFrozenAndShowsNobodyWhatOneFactoryMade) {
  Province province;
  const auto period = Period::parse("2019-03-15").value();
  CentreSettings settings;
  settings.region = "220000";
  Centre office(province.centre.store(), settings);
  EXPECT_FALSE(publish(office, period, period.window(settings.zone).start));  // has not ended
  const auto first = publish(office, period, province.centre.now).value();
  EXPECT_EQ(first.name, "2019-03-15/1");
  for (const auto& row : outward(first)) {
    EXPECT_TRUE(row["value"].is_null() || row["value"] == "0.00" || row["unit"] == "divisions" ||
                row["unit"] == "products")
        << row.dump();
  }
  province.late_reading();
  const auto second = publish(office, period, province.centre.now).value();
  EXPECT_EQ(second.name, "2019-03-15/2");
  ASSERT_EQ(office.releases().size(), 2U);
  EXPECT_EQ(office.releases().front().document, first.document);
  RevisionQuery query;
  query.ids = {"gross_output_current"};
  query.scope = query.scope.with("region", "220000");
  const auto table = revisions(office, query, {province.centre.now, std::nullopt}).value();
  ASSERT_EQ(table.lines.size(), 1U);
  EXPECT_EQ(table.lines[0].first.value, "60.00");
  EXPECT_EQ(table.lines[0].second.value, "90.00");
  EXPECT_EQ(table.lines[0].latest.value, "90.00");
  ASSERT_EQ(table.summary.size(), 1U);
  EXPECT_EQ(table.summary[0].mean_absolute, 30);
}

}  // namespace
}  // namespace songhua::central
