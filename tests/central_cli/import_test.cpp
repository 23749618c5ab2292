// `songhua-central register import` as an office uses it: every fault with file and line, nothing half-imported.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include "support/process.h"
#include "support/temp_dir.h"

namespace songhua::test {
namespace {

using ::testing::HasSubstr;

const std::string kHeader =
    "id,region,industry,ownership,employees,name_zh,holding,size,scale,weight,valid_from,valid_to\n";
const std::string kRow = "E1,220102,C36,159,100,企业,state,L,above,1000,2018-01-01,\n";
const std::string kBase = "enterprise,period,item,product,market,value,unit\n";

class Import : public ::testing::Test {
 protected:
  Import() {
    config_ = directory_.file("central.toml", "region = \"220000\"\nstore = \"centre.db\"\n").string();
    catalogue_ = directory_.file("catalogue.toml", read_file(SONGHUA_DEPLOY_DATA "/catalogue.toml")).string();
  }
  auto central(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-c", config_});
    return run(built_program("songhua-central"), arguments);
  }
  auto import(const std::string& name, const std::string& text) {
    return central({"register", "import", catalogue_, directory_.file(name, text).string()});
  }
  void expect_refused(const std::string& name, const std::string& text, const std::string& place,
                      const std::string& words) {
    SCOPED_TRACE(words);
    const auto done = import(name, text);
    EXPECT_EQ(done.status, 2);
    EXPECT_THAT(done.err, HasSubstr(place + ": "));
    EXPECT_THAT(done.err, HasSubstr(words));
    EXPECT_THAT(done.err, HasSubstr("nothing was imported"));
    // Nor is the catalogue that came with it: its products are unknown still.
    const auto asked = central({"indicators", "--period", "2019-03", "--product", "emu-car", "--format", "json"});
    EXPECT_THAT(asked.err, HasSubstr("unknown code 'emu-car'"));
  }

  TempDir directory_;
  std::string config_, catalogue_;
};

TEST_F(Import, RefusesWhatIsWrongWithFileAndLine) {
  const std::string enterprises = "enterprises.csv";
  expect_refused(enterprises, kHeader + "E1,229999,C36,159,1,x,state,L,above,1,,\n", "enterprises.csv:2",
                 "unknown region code '229999'");
  expect_refused(enterprises, kHeader + "E1,220102,C36,159,1,x,state,L,above,,,\n", "enterprises.csv:2",
                 "the weight is missing");
  expect_refused(enterprises, kHeader + kRow + kRow, "enterprises.csv:3", "occurs twice");
  expect_refused(enterprises, kHeader + kRow + "E1,220102,C36,159,1,x,state,L,above,1,2019-01-01,\n",
                 "enterprises.csv:3", "overlapping validity");
  expect_refused("prices.csv", "product,valid_from,price\nno-such,2019-01-01,5\n", "prices.csv:2",
                 "unknown product 'no-such'");
  expect_refused("prices.csv", "product,valid_from,price\nemu-car,2019-01-01,-5\n", "prices.csv:2",
                 "a price cannot be negative");
  expect_refused("prices.csv", "product,valid_from,price\nemu-car,2019-01-01,\n", "prices.csv:2",
                 "the price is missing");
}

// What is stored misses what a file that cannot be read would have said: that is no fault of its own.
TEST_F(Import, TellsOneFaultOnceAndNotWhatFollowsFromIt) {
  ASSERT_EQ(import("enterprises.csv", kHeader + kRow).status, 0);
  ASSERT_EQ(import("base.csv", kBase + "E1,2018,va_cmp,,,5,CNY\nE1,2017,va_cmp,,,5,CNY\n").status, 0);
  const auto done = import("enterprises.csv", kHeader + "E1,220102,C36,159,100,\"x,state,L,above,1000,,\n");
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.err, HasSubstr("enterprises.csv:2: a quoted field is never closed"));
  EXPECT_THAT(done.err, HasSubstr("nothing was imported: 1 error above\n"));
  const auto folder = central({"register", "import", directory_.path().string(), "--kind", "base"});
  EXPECT_EQ(folder.status, 2);
  EXPECT_THAT(folder.err, HasSubstr("is a directory; name a file in it"));
}

// Prices add up over files: the fault is in what was stored, not in the file of the same name that comes now.
TEST_F(Import, TellsAFaultInWhatIsStoredFromOneInTheFile) {
  const std::string prices = "product,valid_from,price\n";
  ASSERT_EQ(import("prices.csv", prices + "emu-car,2019-01-01,5\n").status, 0);
  const auto again = import("prices.csv", prices + "emu-car,2019-01-01,5\n");
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.out, HasSubstr("prices.csv: unchanged, in force already"));
  auto catalogue = read_file(catalogue_);
  catalogue.replace(catalogue.find("\"emu-car\""), 9, "\"emu-cars\"");
  catalogue_ = directory_.file("catalogue.toml", catalogue).string();
  const auto done = import("prices.csv", prices + "emu-cars,2019-01-01,5\n");
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.err, HasSubstr("the stored prices.csv:2: unknown product 'emu-car'"));
  EXPECT_THAT(done.err, HasSubstr("what is stored stays in force"));
}

TEST_F(Import, RefusesBaseFiguresInOtherUnits) {
  ASSERT_EQ(central({"register", "import", directory_.file("enterprises.csv", kHeader + kRow).string()}).status, 0);
  expect_refused("base.csv", kBase + "E1,2018,va_cmp,,,5,tce\n", "base.csv:2", "write CNY 10k");
}

std::string in_gb18030(const std::string& utf8) {
  const iconv_t handle = iconv_open("GB18030", "UTF-8");
  std::string in = utf8, out(utf8.size() * 2, '\0');
  char *from = in.data(), *to = out.data();
  std::size_t left = in.size(), room = out.size();
  EXPECT_NE(iconv(handle, &from, &left, &to, &room), static_cast<std::size_t>(-1));
  iconv_close(handle);
  out.resize(out.size() - room);
  return out;
}

TEST_F(Import, ReadsTextAsOfficesWriteIt) {
  auto crlf = "\xEF\xBB\xBF" + kHeader + "E1,220102,C36,159,100,\"第一, 总厂\",state,L,above,1000,,\n";
  for (std::size_t at = 0; (at = crlf.find('\n', at)) != std::string::npos; at += 2) crlf.replace(at, 1, "\r\n");
  EXPECT_EQ(import("enterprises.csv", crlf).status, 0);
  EXPECT_THAT(import("enterprises.csv", in_gb18030(kHeader + kRow)).out, HasSubstr("enterprises.csv: stored"));
  EXPECT_THAT(import("enterprises.csv", in_gb18030(kHeader + kRow)).out, HasSubstr("enterprises.csv: unchanged"));
}

TEST_F(Import, GrowthWithoutBaseHasAReasonAndTheFutureAnError) {
  ASSERT_EQ(import("enterprises.csv", kHeader + kRow).status, 0);
  const auto growth =
      central({"indicators", "--period", "2019-03", "--indicator", "value_added_growth", "--format", "json"});
  EXPECT_THAT(growth.out, HasSubstr("\"reason\": \"no_base\""));
  const auto zero = import("base.csv", kBase + "E1,2018-03,va_cmp,,,0,CNY 10k\n");
  EXPECT_EQ(zero.status, 0) << zero.err;
  EXPECT_THAT(
      central({"indicators", "--period", "2019-03", "--indicator", "value_added_growth", "--format", "json"}).out,
      HasSubstr("\"reason\": \"base_not_positive\""));
  const auto future = central({"indicators", "--period", "2099-01"});
  EXPECT_EQ(future.status, 2);
  EXPECT_THAT(future.err, HasSubstr("lies in the future"));
}

TEST_F(Import, ShowsAFigureAgainAsItWasBeforeInputsAndRulesChanged) {
  ASSERT_EQ(import("enterprises.csv", kHeader + kRow).status, 0);
  ASSERT_EQ(import("base.csv", kBase + "E1,2018-03,va_cmp,,,700,CNY 10k\n").status, 0);
  const auto ask = [&](const std::string& as_of) {
    std::vector<std::string> arguments{"indicators", "--period", "2019-03", "--exact", "--format", "json"};
    if (!as_of.empty()) arguments.insert(arguments.end(), {"--as-of", as_of});
    return central(arguments).out;
  };
  const auto shown = ask("");
  const auto release = central({"publish", "--period", "2019-03"});
  EXPECT_THAT(release.out, HasSubstr("2019-03/1 published at "));
  const auto from = release.out.find(" at ") + 4;
  const auto at = release.out.substr(from, release.out.find(": ", from) - from);
  static_cast<void>(
      directory_.file("central.toml", "region = \"220000\"\nstore = \"centre.db\"\n[rules]\nindex = \"chained\"\n"));
  ASSERT_EQ(import("base.csv", kBase + "E1,2018-03,va_cmp,,,900,CNY 10k\n").status, 0);
  EXPECT_NE(ask(""), shown);
  const auto then = ask(at);
  EXPECT_THAT(then, HasSubstr("\"index\": \"fixed\""));
  EXPECT_THAT(ask(""), HasSubstr("\"index\": \"chained\""));
  EXPECT_EQ(ask(at), then);
}

}  // namespace
}  // namespace songhua::test
