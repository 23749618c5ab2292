#include <iconv.h>

#include "world.h"

// Every kind of bad input has a message with its place, all of them are told, and nothing is half-imported.
namespace songhua::indicators {
namespace {

using ::testing::HasSubstr;

const std::string kHeader =
    "id,region,industry,ownership,employees,name_zh,holding,size,scale,weight,valid_from,valid_to\n";
const std::string kRow = "E1,220102,C36,159,100,企业,state,L,above,1000,2018-01-01,\n";

std::vector<std::string> errors_of(InputKind kind, const std::string& text) {
  Files files;
  files.default_catalogue();
  if (kind != InputKind::enterprises) files.put(InputKind::enterprises, kHeader + kRow);
  return files.put(kind, text).errors();
}

// Exactly one error, at the line, that holds the words.
void expect_error(InputKind kind, const std::string& text, const std::string& place, const std::string& words) {
  const auto errors = errors_of(kind, text);
  ASSERT_EQ(errors.size(), 1U) << ::testing::PrintToString(errors);
  EXPECT_THAT(errors[0], ::testing::StartsWith(place + ": "));
  EXPECT_THAT(errors[0], HasSubstr(words));
}

std::string base(const std::string& row) {
  return "enterprise,period,item,product,market,value,unit\n" + row + "\n";
}

TEST(BadInputs, UnknownCodesAreErrors) {
  const auto enterprise = [](const std::string& row) { return kHeader + row; };
  expect_error(InputKind::enterprises, enterprise("E1,229999,C36,159,1,x,state,L,above,1,,\n"), "enterprises.csv:2",
               "unknown region code '229999'");
  expect_error(InputKind::enterprises, enterprise("E1,220102,C99,159,1,x,state,L,above,1,,\n"), "enterprises.csv:2",
               "unknown industry code 'C99'");
  expect_error(InputKind::enterprises, enterprise("E1,220102,C36,999,1,x,state,L,above,1,,\n"), "enterprises.csv:2",
               "unknown ownership code '999'");
  expect_error(InputKind::enterprises, enterprise("E1,220102,C36,159,1,x,stat,L,above,1,,\n"), "enterprises.csv:2",
               "did you mean 'state'?");
  expect_error(InputKind::enterprises, enterprise("E1,220102,C36,159,1,x,state,XL,above,1,,\n"), "enterprises.csv:2",
               "unknown size 'XL'");
  expect_error(InputKind::lines, "enterprise,line,product\nE1,L1,no-such\n", "lines.csv:2",
               "unknown product 'no-such'");
  expect_error(InputKind::lines, "enterprise,line\nE9,L1\n", "lines.csv:2", "unknown enterprise 'E9'");
  expect_error(InputKind::prices, "product,valid_from,price\nno-such,2019-01-01,5\n", "prices.csv:2",
               "unknown product 'no-such'");
  expect_error(InputKind::base, base("E1,2018,output.good,no-such,,5,unit"), "base.csv:2", "unknown product 'no-such'");
  expect_error(InputKind::base, base("E1,2018,va_cnp,,,5,CNY"), "base.csv:2",
               "unknown item 'va_cnp'; did you mean 'va_cmp'?");
  expect_error(InputKind::base, base("E1,2018,dispatch.quantity,emu-car,XQ,5,car"), "base.csv:2",
               "unknown market 'XQ'");
  expect_error(InputKind::enterprises, enterprise("E/1,220102,C36,159,1,x,state,L,above,1,,\n"), "enterprises.csv:2",
               "'id' is 'E/1'");
  expect_error(InputKind::ppi, "industry,period,index\nC99,2019-03,101\n", "ppi.csv:2", "unknown industry code 'C99'");
}

TEST(BadInputs, ARegionMustHaveBeenValidAtTheTime) {
  expect_error(InputKind::enterprises, kHeader + "E1,220381,C36,159,1,x,state,L,above,1,2021-01-01,\n",
               "enterprises.csv:2", "was not valid in this row's time");
}

TEST(BadInputs, MissingPriceOrWeight) {
  const std::string product = "[[product]]\nid = \"x\"\nindustry = \"C36\"\nunit = \"unit\"\n";
  Files files;
  files.put(InputKind::catalogue, product);
  ASSERT_EQ(files.errors().size(), 1U);
  EXPECT_THAT(files.errors()[0], HasSubstr("catalogue.toml:1: product 'x' has no price"));
  Files partial;
  partial.put(InputKind::catalogue, product + "[[product.price]]\nprice = 5\nva_rate = 100\n");
  ASSERT_EQ(partial.errors().size(), 1U);
  EXPECT_THAT(partial.errors()[0], HasSubstr("has no export_price"));
  expect_error(InputKind::enterprises, kHeader + "E1,220102,C36,159,1,x,state,L,above,,,\n", "enterprises.csv:2",
               "the weight is missing");
  expect_error(InputKind::prices, "product,valid_from,price\nemu-car,2019-01-01,\n", "prices.csv:2",
               "the price is missing");
}

TEST(BadInputs, OverlappingValidityAndDuplicateIds) {
  expect_error(InputKind::enterprises, kHeader + kRow + "E1,220102,C36,159,100,企业,state,L,above,1000,2019-01-01,\n",
               "enterprises.csv:3", "overlapping validity (the other: line 2)");
  expect_error(InputKind::enterprises, kHeader + kRow + kRow, "enterprises.csv:3", "occurs twice (the other: line 2)");
  expect_error(InputKind::lines, "enterprise,line,product,valid_from\nE1,L1,emu-car,\nE1,L1,emu-car,2019-01-01\n",
               "lines.csv:3", "overlapping validity");
  expect_error(InputKind::base, base("E1,2018,va_cmp,,,5,CNY\nE1,2018,va_cmp,,,6,CNY"), "base.csv:3",
               "occurs twice (the other: line 2)");
  const auto split =
      errors_of(InputKind::enterprises, kHeader + "E1,220102,C36,159,1,x,state,L,above,1,2018-01-01,2019-01-01\n" +
                                            "E1,220102,C26,159,1,x,state,L,above,1,2019-01-01,\n");
  EXPECT_TRUE(split.empty()) << ::testing::PrintToString(split);
}

TEST(BadInputs, PricesAndWeightsOutOfRange) {
  expect_error(InputKind::prices, "product,valid_from,price\nemu-car,2019-01-01,-5\n", "prices.csv:2",
               "a price cannot be negative");
  expect_error(InputKind::lines, "enterprise,line,product,export_price\nE1,L1,emu-car,-5\n", "lines.csv:2",
               "a price cannot be negative");
  for (const char* file : {"prices", "lines"}) {
    const bool prices = std::string(file) == "prices";
    expect_error(prices ? InputKind::prices : InputKind::lines,
                 prices ? "product,valid_from,price\nemu-car,2019-01-01,1099511627776\n"
                        : "enterprise,line,product,price\nE1,L1,emu-car,1099511627776\n",
                 std::string(file) + ".csv:2", "above 2^40 fen");
  }
  expect_error(InputKind::enterprises, kHeader + "E1,220102,C36,159,1,x,state,L,above,-1,,\n", "enterprises.csv:2",
               "cannot be negative");
  Files files;
  files.put(InputKind::catalogue,
            "[[product]]\nid = \"x\"\nindustry = \"C36\"\nunit = \"unit\"\n[[product.price]]\nprice = -1\n"
            "comparable_price = 1\nexport_price = 1\nva_rate = 1\n");
  ASSERT_FALSE(files.errors().empty());
  EXPECT_THAT(files.errors()[0], HasSubstr("catalogue.toml:6: 'price' is negative"));
}

TEST(BadInputs, BaseFiguresInOtherUnits) {
  expect_error(InputKind::base, base("E1,2018,va_cmp,,,5,tce"), "base.csv:2",
               "unit 'tce' does not fit item 'va_cmp'; write CNY 10k");
  expect_error(InputKind::base, base("E1,2018,energy_tce,,,5,CNY 10k"), "base.csv:2", "write tce");
  expect_error(InputKind::base, base("E1,2018,output.good,car-ice-sedan,,5,t"), "base.csv:2", "write vehicle");
  expect_error(InputKind::base, base("E1,2018,output.good,npk-15-15-15,,5,t nutrient"), "base.csv:2", "does not fit");
}

// What is in this test's files was stored when 2021 began.
TEST(BadInputs, FiguresOfPeriodsThatAreNotOver) {
  expect_error(InputKind::base, base("E1,2099-01,va_cmp,,,5,CNY"), "base.csv:2", "period 2099-01 lies in the future");
  expect_error(InputKind::base, base("E1,2021-01,va_cmp,,,5,CNY"), "base.csv:2", "it is not over");
  expect_error(InputKind::base, base("E1,2021-01-01,va_cmp,,,5,CNY"), "base.csv:2", "lies in the future");
  expect_error(InputKind::ppi, "industry,period,index\nC36,2099,101\n", "ppi.csv:2", "period 2099 lies in the future");
  EXPECT_TRUE(errors_of(InputKind::base, base("E1,2020-12,va_cmp,,,5,CNY")).empty());
  EXPECT_TRUE(errors_of(InputKind::base, base("E1,2020,va_cmp,,,5,CNY")).empty());
}

TEST(BadInputs, NegativeFigures) {
  for (const char* row :
       {"E1,2018,gross_output_current,,,-5,CNY", "E1,2018,gross_output_comparable,,,-5,CNY",
        "E1,2018,sales_value,,,-1/3,CNY 10k", "E1,2018,energy_tce,,,-0.5,tce", "E1,2018,output.good,emu-car,,-5,car",
        "E1,2018,dispatch.quantity,emu-car,CN,-5,car", "E1,2018,labour.time,,,-5,person_s"}) {
    expect_error(InputKind::base, base(row), "base.csv:2", "cannot be negative");
  }
  EXPECT_TRUE(errors_of(InputKind::base, base("E1,2018,va_cmp,,,-5,CNY\nE1,2018,va_cur,,,-5,CNY")).empty());
}

TEST(BadInputs, PeriodsAndScopesOfARequest) {
  Files files;
  const auto inputs = files.default_catalogue().enterprises({"E1,220102,C36,159,1"}).inputs();
  World world;
  world.good("2019-03-05", "E1", "car-ice-sedan", 1);
  const auto error = [&](const std::string& period, const Scope& scope, const std::string& id) {
    IndicatorRequest request;
    request.ids = {id};
    request.period = Period::parse(period).value();
    request.scope = scope;
    const auto rows = compute(request, inputs, world, {}, kNow);
    return rows ? std::string("no error") : rows.error().message;
  };
  EXPECT_THAT(error("2099-01", {}, "industrial_value_added"), HasSubstr("lies in the future"));
  EXPECT_THAT(error("2019-03", {}, "industrial_value_aded"), HasSubstr("did you mean 'industrial_value_added'?"));
  EXPECT_THAT(error("2019-03", Scope{}.with("region", "999999"), "industrial_value_added"),
              HasSubstr("unknown code '999999'"));
  EXPECT_THAT(error("2019-03", Scope{}.with("industry", "C99"), "industrial_value_added"), HasSubstr("unknown code"));
  EXPECT_THAT(error("2019-03", Scope{}.with("regoin", "22"), "industrial_value_added"),
              HasSubstr("did you mean 'region'?"));
  EXPECT_THAT(error("2019-03", Scope{}.with("product", "emu-car"), "energy_consumption"),
              HasSubstr("not computed by product"));
}

TEST(BadInputs, EveryErrorIsToldAndNothingIsHalfImported) {
  const auto text = kHeader + "E1,229999,C99,159,1,x,state,L,above,1,,\nE2,220102,C36,159,-1,,state,L,above,1,,\n";
  const auto errors = errors_of(InputKind::enterprises, text);
  EXPECT_EQ(errors.size(), 4U) << ::testing::PrintToString(errors);
}

TEST(BadInputs, TablesOfAnotherShape) {
  expect_error(InputKind::base, "enterprise,period,item,product,market,value\nE1,2018,va_cmp,,,5\n", "base.csv:1",
               "column 'unit' is missing");
  expect_error(InputKind::base, "enterprise,period,item,product,market,value,unit,remark\n", "base.csv:1",
               "unknown column 'remark'");
  expect_error(InputKind::base, base("E1,2018,va_cmp,,,1,234,CNY"), "base.csv:2", "quote fields that hold commas");
  expect_error(InputKind::base, "enterprise;period;item;product;market;value;unit\nE1;2018;va_cmp;;;5,2;CNY\n",
               "base.csv:1", "separated by semicolons; save the file with commas");
  expect_error(InputKind::base, "enterprise\tperiod\nE1\t2018\n", "base.csv:1", "separated by tabs");
  expect_error(InputKind::base, std::string("PK\x03\x04 and so on"), "base.csv:1", "a workbook or an archive");
  // Rows that cannot be read are not told to be the same as each other.
  EXPECT_EQ(errors_of(InputKind::prices, "product,valid_from,price\nemu-car,2019/1/1,5\nemu-car,2019/2/1,5\n").size(),
            2U);
  expect_error(InputKind::base, "", "base.csv:1", "the file is empty");
  expect_error(InputKind::base, base("E1,2018,va_cmp,,,\"5,CNY"), "base.csv:2", "never closed");
  expect_error(InputKind::base, base("E1,2018-13,va_cmp,,,5,CNY"), "base.csv:2", "is no period");
  expect_error(InputKind::target, "[[target]]\nyear = 2019\nuplfit = \"1.0\"\n", "target.toml:3",
               "did you mean 'uplift'?");
  expect_error(InputKind::target, "[[target]]\nyear = 2019\nuplift = 1.5\n", "target.toml:3", "a float is not exact");
  expect_error(InputKind::groups, "[[group]]\nid = \"g\"\nkind = \"industry\"\nmembers = [\"C99\"]\n", "groups.toml:4",
               "unknown code 'C99'");
  expect_error(InputKind::energy, "[[coefficient]]\ncarrier = \"coal\"\nunit = \"kg\"\n", "energy.toml:1",
               "the coefficient is missing");
  expect_error(InputKind::calendar, "date,working\n2019-02-30,1\n", "calendar.csv:2", "not a date");
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

TEST(Imports, TextAsOfficesWriteItIsRead) {
  std::string crlf = "\xEF\xBB\xBF" + kHeader + "E1,220102,C36,159,100,\"第一汽车, 总厂\",state,L,above,1000,,\n";
  for (std::size_t at = 0; (at = crlf.find('\n', at)) != std::string::npos; at += 2) crlf.replace(at, 1, "\r\n");
  const auto plain = Files{}.put(InputKind::enterprises, crlf).inputs();
  ASSERT_EQ(plain.reg.enterprises().size(), 1U);
  EXPECT_EQ(plain.reg.enterprises()[0].name_zh, "第一汽车, 总厂");
  const auto chinese = Files{}.put(InputKind::enterprises, in_gb18030(kHeader + kRow)).inputs();
  ASSERT_EQ(chinese.reg.enterprises().size(), 1U);
  EXPECT_EQ(chinese.reg.enterprises()[0].name_zh, "企业");
  const auto neither = Files{}.put(InputKind::enterprises, "id\xFF\xFF\xFF").errors();
  ASSERT_EQ(neither.size(), 1U);
  EXPECT_THAT(neither[0], HasSubstr("neither UTF-8 nor GB18030"));
}

TEST(Imports, LaterDocumentsReplaceOrAddUpAndCanBeReadAsOf) {
  Files files;
  files.put(InputKind::catalogue, read_file(kDeployData + "/catalogue.toml"), "2019-01-01");
  files.put(InputKind::enterprises, kHeader + kRow, "2019-01-01");
  files.put(InputKind::base, base("E1,2018-03,va_cmp,,,5,fen\nE1,2018-04,va_cmp,,,7,fen"), "2019-02-01");
  files.put(InputKind::base, base("E1,2018-03,va_cmp,,,6,fen"), "2019-03-01");
  const auto now = files.load();
  ASSERT_TRUE(now.ok());
  ASSERT_EQ(now.inputs.base.size(), 2U);
  EXPECT_EQ(now.inputs.base[0].value, 6);
  EXPECT_EQ(now.inputs.base[1].value, 7);
  const auto then = files.load(TimeZone::shanghai().parse("2019-02-15").value());
  EXPECT_EQ(then.inputs.base[0].value, 5);
}

TEST(Imports, TheKindIsReadFromTheFileName) {
  EXPECT_EQ(kind_of_file("dir/base-2018.csv"), InputKind::base);
  EXPECT_EQ(kind_of_file("catalogue.toml"), InputKind::catalogue);
  EXPECT_EQ(kind_of_file("readme.md"), std::nullopt);
}

TEST(Imports, TheSamplesOfTheDocumentationLoadTogether) {
  std::vector<InputDocument> documents;
  for (const char* name : {"enterprises.csv", "lines.csv", "base.csv", "prices.csv", "ppi.csv", "target.toml",
                           "groups.toml", "calendar.csv", "energy.toml"}) {
    documents.push_back({kind_of_file(name).value(), name, read_file(kDeployData + "/samples/" + name), kNow});
  }
  documents.push_back({InputKind::catalogue, "catalogue.toml", read_file(kDeployData + "/catalogue.toml"), kNow});
  const auto loaded = load_inputs(documents);
  EXPECT_TRUE(loaded.ok()) << ::testing::PrintToString(loaded.errors);
  EXPECT_EQ(loaded.inputs.catalogue.products.size(), 12U);
  EXPECT_FALSE(loaded.inputs.reg.enterprises().empty());
  EXPECT_FALSE(loaded.inputs.base.empty());
  EXPECT_EQ(loaded.inputs.targets.front().year, 2019);
}

}  // namespace
}  // namespace songhua::indicators
