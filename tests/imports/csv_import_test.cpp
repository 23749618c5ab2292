#include "imports/csv_import.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace songhua::imports {
namespace {

// Writes down what it is told, one line each.
class Notes final : public ImportSink {
 public:
  void reading(const ImportReading& reading) override {
    struct Teller {
      std::string operator()(const CounterReading& r) const {
        return format_utc(r.time) + " = " + songhua::to_string(r.value);
      }
      std::string operator()(const AmountReading& r) const {
        const std::string span = r.start == r.end ? format_utc(r.end) : format_utc(r.start) + ".." + format_utc(r.end);
        return span + " #" + std::to_string(r.ordinal) + " + " + songhua::to_string(r.quantity);
      }
      std::string operator()(const GaugeReading& r) const { return format_utc(r.time) + " ~ " + r.value.str(); }
      std::string operator()(const RateReading& r) const { return format_utc(r.time) + " /h " + r.per_hour.str(); }
    };
    const SeriesSpec& spec = *reading.spec;
    std::string name = spec.line + " " + spec.key.measure;
    if (!spec.key.product.empty()) name += " " + spec.key.product + " " + spec.key.market;
    readings.push_back(name + ": " + std::visit(Teller{}, reading.value));
  }
  void reject(const Reject& reject) override {
    rejects.push_back(std::to_string(reject.line) + ": " + reject.text + ": " + reject.reason);
  }

  std::vector<std::string> readings;
  std::vector<std::string> rejects;
};

using Texts = std::vector<std::string>;

struct Imported {
  Notes notes;
  ImportProgress progress;
  std::string error = "none";
};

Imported import(std::string_view map_text, std::string_view csv, std::size_t chunk = 1000) {
  const auto map = ImportMap::parse(map_text, "m.toml", TimeZone::find("UTC").value());
  EXPECT_TRUE(map) << map.error().message;
  Imported result;
  CsvImport reader(*map, result.notes);
  for (; !csv.empty(); csv.remove_prefix(std::min(chunk, csv.size()))) {
    if (const auto fed = reader.feed(csv.substr(0, chunk)); !fed) result.error = fed.error().message;
  }
  if (const auto done = reader.finish(); !done) result.error = done.error().message;
  result.progress = reader.progress();
  return result;
}

const std::string kWide = R"(
[time]
column = "t"
[defaults]
line = "L"
[[series]]
column = "kwh"
measure = "energy.electricity"
factor = "1000"
[[series]]
column = "cnt"
measure = "labour.time"
kind = "totalizer"
[[series]]
column = "temp"
measure = "process.Temp"
)";

TEST(CsvImport, AColumnASeries) {
  const auto result = import(kWide, "other,t,temp,cnt,kwh\nx,2019-03-01T00:00:00Z,21.5,100,0.29\n");
  EXPECT_EQ(result.notes.readings, (Texts{"L energy.electricity: 2019-03-01T00:00:00.000Z #0 + 290",
                                          "L labour.time: 2019-03-01T00:00:00.000Z = 100",
                                          "L process.Temp: 2019-03-01T00:00:00.000Z ~ 21.5"}));
  EXPECT_TRUE(result.notes.rejects.empty());
  EXPECT_EQ(result.progress.rows, 1U);
  EXPECT_EQ(result.progress.readings, 3U);
}

TEST(CsvImport, AWrongCellDoesNotDisturbTheOthers) {
  const auto result = import(kWide,
                             "t,temp,cnt,kwh\n"
                             "2019-03-01,1,2,x\n"
                             "2019-03-01,,-2,1e40\n"
                             "yesterday,1,2,3\n"
                             "2019-03-01,1\n"
                             "2019-03-01,1,2,3,4\n"
                             "2019-03-01,1,2,3,\n"
                             "\xFF,1,2,3\n"
                             "2019-03-02,7,8,9\n");
  EXPECT_EQ(
      result.notes.readings,
      (Texts{"L labour.time: 2019-03-01T00:00:00.000Z = 2", "L process.Temp: 2019-03-01T00:00:00.000Z ~ 1",
             "L process.Temp: 2019-03-01T00:00:00.000Z ~ 1", "L energy.electricity: 2019-03-01T00:00:00.000Z #0 + 3000",
             "L labour.time: 2019-03-01T00:00:00.000Z = 2", "L process.Temp: 2019-03-01T00:00:00.000Z ~ 1",
             "L energy.electricity: 2019-03-02T00:00:00.000Z #0 + 9000", "L labour.time: 2019-03-02T00:00:00.000Z = 8",
             "L process.Temp: 2019-03-02T00:00:00.000Z ~ 7"}));
  EXPECT_EQ(result.notes.rejects,
            (Texts{"2: 2019-03-01,1,2,x: column 'kwh': 'x' is no number, or too large",
                   "3: 2019-03-01,,-2,1e40: column 'kwh': '1e40' is no number, or too large",
                   "3: 2019-03-01,,-2,1e40: column 'cnt': '-2' is negative, which a counter cannot be",
                   "3: 2019-03-01,,-2,1e40: column 'temp' is empty",
                   "4: yesterday,1,2,3: 'yesterday' is no time of the format iso",
                   "5: 2019-03-01,1: has 2 columns, too few for column 'kwh'",
                   "5: 2019-03-01,1: has 2 columns, too few for column 'cnt'",
                   "6: 2019-03-01,1,2,3,4: has 5 columns, the header 4",
                   "8: \xFF,1,2,3: is not UTF-8: [file] encoding may say another"}));
  EXPECT_EQ(result.progress.rows, 8U);
  EXPECT_EQ(result.progress.rejects, 9U);
}

TEST(CsvImport, FaultsOfTheWholeFile) {
  EXPECT_EQ(
      import(kWide, "t,temp,cnt\n1,2,3\n").error,
      "line 1, the header: has no column 'kwh', only 't', 'temp', 'cnt'; [file] skip passes over titles before it");
  EXPECT_EQ(import(kWide, "t,kwh,temp,cnt,kwh\n").error,
            "line 1, the header: has several columns 'kwh': write the column's number");
  EXPECT_EQ(import(kWide, "").error, "the file is empty: not even a header");
  EXPECT_EQ(import(kWide, "t,\xFF\n").error, "line 1, the header: is not UTF-8: [file] encoding may say another");
  EXPECT_EQ(
      import("[time]\ncolumn = 3\n[[series]]\ncolumn = 1\nline = \"L\"\nmeasure = \"output.good\"\n", "a,b\n").error,
      "line 1, the header: has 2 columns, and no column 3");
}

std::string interval_map(std::string_view time) {
  return "[file]\nheader = false\n[time]\ncolumn = 1\nformat = \"%d/%m/%Y %H:%M\"\n" + std::string(time) +
         "[defaults]\nline = \"L\"\n[[series]]\ncolumn = 2\nmeasure = \"output.good\"\n"
         "[[series]]\ncolumn = 2\nmeasure = \"process.P\"\n[[series]]\ncolumn = 2\nmeasure = \"energy.steam\"\nkind = "
         "\"rate\"\n"
         "[[series]]\ncolumn = 2\nmeasure = \"labour.time\"\nkind = \"totalizer\"\n";
}

TEST(CsvImport, WhatIsMeasuredOverAnIntervalBelongsToIt) {
  const auto end = import(interval_map("meaning = \"end\"\ninterval = \"15min\"\n"), "01/03/2019 00:15,5\n");
  EXPECT_EQ(end.notes.readings,
            (Texts{"L output.good: 2019-03-01T00:00:00.000Z..2019-03-01T00:15:00.000Z #0 + 5",
                   "L process.P: 2019-03-01T00:00:00.000Z ~ 5", "L energy.steam: 2019-03-01T00:00:00.000Z /h 5",
                   "L labour.time: 2019-03-01T00:15:00.000Z = 5"}));
  const auto start = import(interval_map("meaning = \"start\"\ninterval = \"15min\"\n"), "01/03/2019 00:15,5\n");
  EXPECT_EQ(start.notes.readings,
            (Texts{"L output.good: 2019-03-01T00:15:00.000Z..2019-03-01T00:30:00.000Z #0 + 5",
                   "L process.P: 2019-03-01T00:15:00.000Z ~ 5", "L energy.steam: 2019-03-01T00:15:00.000Z /h 5",
                   "L labour.time: 2019-03-01T00:15:00.000Z = 5"}));
}

TEST(CsvImport, MidnightMayMeanTheEndOfItsOwnDay) {
  const std::string csv = "01/03/2019 23:45,1\n01/03/2019 00:00,2\n02/03/2019 00:15,3\n";
  const auto amounts = [&](const std::string& midnight) {
    const auto result = import(
        "[file]\nheader = false\n[time]\ncolumn = 1\nformat = \"%d/%m/%Y %H:%M\"\nmeaning = \"end\"\n"
        "interval = \"15min\"\nzone = \"Asia/Seoul\"\nmidnight = \"" +
            midnight + "\"\n[[series]]\ncolumn = 2\nline = \"L\"\nmeasure = \"output.good\"\n",
        csv);
    return result.notes.readings.at(1);
  };
  EXPECT_EQ(amounts("end_of_same_day"), "L output.good: 2019-03-01T14:45:00.000Z..2019-03-01T15:00:00.000Z #0 + 2");
  EXPECT_EQ(amounts("as_written"), "L output.good: 2019-02-28T14:45:00.000Z..2019-02-28T15:00:00.000Z #0 + 2");
}

TEST(CsvImport, OrdinalsTellAmountsOfOneInstantApart) {
  const auto result = import(
      "[file]\nheader = false\ndelimiter = \" \"\n[time]\ncolumn = 2\n[defaults]\nline = \"L\"\nproduct = "
      "\"p\"\nmarket = \"CN\"\n"
      "[[series]]\ncolumn = 1\nmeasure = \"output.good\"\nkind = \"count\"\nequals = \"-1\"\n"
      "[[series]]\ncolumn = 1\nmeasure = \"output.good\"\nkind = \"count\"\nequals = \"0\"\n"
      "[[series]]\ncolumn = 1\nmeasure = \"output.rejected\"\nkind = \"count\"\nequals = \"1\"\n",
      "-1 2019-03-01\r\r\n0 2019-03-01\r\r\n1 2019-03-01\r\r\n-1 2019-03-01\r\r\n7 2019-03-01\r\r\n-1 2019-03-02");
  EXPECT_EQ(result.notes.readings, (Texts{"L output.good p CN: 2019-03-01T00:00:00.000Z #0 + 1",
                                          "L output.good p CN: 2019-03-01T00:00:00.000Z #1 + 1",
                                          "L output.rejected p CN: 2019-03-01T00:00:00.000Z #0 + 1",
                                          "L output.good p CN: 2019-03-01T00:00:00.000Z #2 + 1",
                                          "L output.good p CN: 2019-03-02T00:00:00.000Z #0 + 1"}));
  EXPECT_EQ(result.progress.silent, 1U);
  EXPECT_EQ(result.progress.rejects, 0U);
}

TEST(CsvImport, LongTables) {
  const auto result = import(
      "[time]\ncolumn = \"minute\"\nmeaning = \"start\"\ninterval = \"1min\"\n"
      "[keys]\nline = \"line\"\nmeasure = \"measure\"\nproduct = \"product\"\nmarket = \"market\"\nvalue = "
      "\"quantity\"\n",
      "minute,line,measure,product,market,quantity\n"
      "2019-03-01T00:00:00Z,A/B/C,output.good,\"car, red\",CN,3\n"
      "2019-03-01T00:00:00Z,A/B/C,energy.electricity,,,250\n"
      "2019-03-01T00:00:00Z,A/B/D,output.good,\"car, red\",CN,4\n"
      "2019-03-01T00:00:00Z,A/B/C,process.Temp,,,20.5\n"
      "2019-03-01T00:00:00Z,A/B/C,equipment.units,,,7\n"
      "2019-03-01T00:00:00Z,A/B/C,output.goods,,,1\n"
      "2019-03-01T00:00:00Z,,output.good,,,1\n");
  EXPECT_EQ(result.notes.readings,
            (Texts{"A/B/C output.good car, red CN: 2019-03-01T00:00:00.000Z..2019-03-01T00:01:00.000Z #0 + 3",
                   "A/B/C energy.electricity: 2019-03-01T00:00:00.000Z..2019-03-01T00:01:00.000Z #0 + 250",
                   "A/B/D output.good car, red CN: 2019-03-01T00:00:00.000Z..2019-03-01T00:01:00.000Z #0 + 4",
                   "A/B/C process.Temp: 2019-03-01T00:00:00.000Z ~ 20.5",
                   "A/B/C equipment.units: 2019-03-01T00:00:00.000Z = 7"}));
  EXPECT_EQ(result.notes.rejects,
            (Texts{"7: 2019-03-01T00:00:00Z,A/B/C,output.goods,,,1: 'output.goods' is not a measure: did you mean "
                   "'output.good'?",
                   "8: 2019-03-01T00:00:00Z,,output.good,,,1: names no line"}));
}

TEST(CsvImport, Gb18030AndDecimalCommasAndTwoTimeColumns) {
  const auto result = import(
      "[file]\nencoding = \"gb18030\"\ndelimiter = \";\"\ndecimal = \",\"\n[time]\ncolumn = [\"日期\", \"时间\"]\n"
      "format = \"%d.%m.%Y %H:%M\"\n[[series]]\ncolumn = \"电量\"\nline = \"L\"\nmeasure = "
      "\"energy.electricity\"\nfactor = \"1000\"\n",
      "\xC8\xD5\xC6\xDA;\xCA\xB1\xBC\xE4;\xB5\xE7\xC1\xBF\r\n01.03.2019;08:00;1,25\r\n01.03.2019;08:15;\xFF\r\n01.03."
      "2019;08:30;2\r\n");
  EXPECT_EQ(result.error, "none");
  EXPECT_EQ(result.notes.readings, (Texts{"L energy.electricity: 2019-03-01T08:00:00.000Z #0 + 1250",
                                          "L energy.electricity: 2019-03-01T08:30:00.000Z #0 + 2000"}));
  EXPECT_EQ(result.notes.rejects, (Texts{"3: 01.03.2019;08:15;\xFF: is not in the encoding gb18030"}));
}

TEST(CsvImport, TitlesBeforeTheHeaderAndTotalsAtTheEndAreNoRows) {
  const auto result = import(
      "[file]\nskip = 2\nignore = [\"#\", \"合计\"]\n[time]\ncolumn = \"t\"\n"
      "[[series]]\ncolumn = \"v\"\nline = \"L\"\nmeasure = \"output.good\"\n",
      "\xEF\xBB\xBF\"Report of March\nmade, by, Historian\n# units: pieces\nt,v\n2019-03-01,1\n# a "
      "pause\n2019-03-02,2\n"
      "合计,3\n");
  EXPECT_EQ(result.error, "none");
  EXPECT_EQ(result.notes.readings, (Texts{"L output.good: 2019-03-01T00:00:00.000Z #0 + 1",
                                          "L output.good: 2019-03-02T00:00:00.000Z #0 + 2"}));
  EXPECT_EQ(result.notes.rejects, Texts{});
  EXPECT_EQ(result.progress.rows, 2U);
}

TEST(CsvImport, OnlyGoodValuesCount) {
  const std::string row = "[time]\ncolumn = \"t\"\n[quality]\ncolumn = \"q\"\n";
  const std::string series =
      "[[series]]\ncolumn = \"v\"\nline = \"L\"\nmeasure = \"output.good\"\nkind = \"totalizer\"\n";
  const std::string csv =
      "t,v,q\n2019-03-01,1,Good\n2019-03-02,0,Bad\n2019-03-03,3,192\n2019-03-04,4\n2019-03-05,,good\n";
  const auto usual = import(row + series, csv);
  EXPECT_EQ(usual.notes.readings,
            (Texts{"L output.good: 2019-03-01T00:00:00.000Z = 1", "L output.good: 2019-03-03T00:00:00.000Z = 3"}));
  EXPECT_EQ(usual.notes.rejects, (Texts{"3: 2019-03-02,0,Bad: column 'q': the quality is 'Bad'",
                                        "5: 2019-03-04,4: has 2 columns, too few for column 'q'",
                                        "6: 2019-03-05,,good: column 'q': the quality is 'good'"}));
  const auto own = import(row + "good = [\"Bad\"]\n" + series, csv);
  EXPECT_EQ(own.notes.readings, Texts{"L output.good: 2019-03-02T00:00:00.000Z = 0"});
}

TEST(CsvImport, AColumnMayHaveAQualityOfItsOwn) {
  const auto result = import(
      "[time]\ncolumn = \"t\"\n[quality]\ngood = [\"G\"]\n"
      "[[series]]\ncolumn = \"a\"\nquality = \"a.q\"\nline = \"L\"\nmeasure = \"process.a\"\n"
      "[[series]]\ncolumn = \"b\"\nline = \"L\"\nmeasure = \"process.b\"\n",
      "t,a,a.q,b\n2019-03-01,1,G,2\n2019-03-02,No Data,U,3\n");
  EXPECT_EQ(result.notes.readings,
            (Texts{"L process.a: 2019-03-01T00:00:00.000Z ~ 1", "L process.b: 2019-03-01T00:00:00.000Z ~ 2",
                   "L process.b: 2019-03-02T00:00:00.000Z ~ 3"}));
  EXPECT_EQ(result.notes.rejects, Texts{"3: 2019-03-02,No Data,U,3: column 'a.q': the quality is 'U'"});
}

TEST(CsvImport, TagsAreTranslatedAndStrangersToldOnce) {
  const auto result = import(
      "[time]\ncolumn = \"t\"\n[defaults]\nline = \"L\"\n[keys]\ntag = \"tag\"\nvalue = \"v\"\n[quality]\ncolumn = "
      "\"q\"\n[[tag]]\nname = \"FIQ.101\"\nmeasure = \"energy.natural_gas\"\nkind = \"totalizer\"\nfactor = "
      "\"1000\"\n[[tag]]\nname = \"TI.7\"\nmeasure = \"process.T\"\n[[tag]]\nname = \"EV\"\nline = \"M\"\nmeasure = "
      "\"output.good\"\nproduct = \"p\"\nmarket = \"CN\"\nkind = \"count\"\nequals = \"OK\"\n",
      "t,tag,v,q\n2019-03-01,FIQ.101,1.5,Good\n2019-03-01,TI.7,20,Good\n2019-03-01,ZZ,1,Good\n2019-03-01,EV,OK,Good\n"
      "2019-03-01,EV,NOK,Good\n2019-03-02,ZZ,1,Good\n2019-03-02,FIQ.101,9,Bad\n2019-03-02,FIQ.101,1.7,Good\n");
  EXPECT_EQ(result.notes.readings,
            (Texts{"L energy.natural_gas: 2019-03-01T00:00:00.000Z = 1500",
                   "L process.T: 2019-03-01T00:00:00.000Z ~ 20", "M output.good p CN: 2019-03-01T00:00:00.000Z #0 + 1",
                   "L energy.natural_gas: 2019-03-02T00:00:00.000Z = 1700"}));
  EXPECT_EQ(result.notes.rejects,
            (Texts{"4: 2019-03-01,ZZ,1,Good: no [[tag]] has the name 'ZZ'; its other rows are left out, too",
                   "8: 2019-03-02,FIQ.101,9,Bad: column 'q': the quality is 'Bad'"}));
  EXPECT_EQ(result.progress.unnamed, 2U);
}

// Two tags of one series, each with an hour of its own that comes twice.
TEST(CsvImport, TheRepeatedHourOfTagsIsToldTagByTag) {
  const auto result = import(
      "[time]\ncolumn = \"t\"\nformat = \"%Y-%m-%d %H:%M\"\nzone = \"Europe/Berlin\"\nmeaning = \"start\"\ninterval = "
      "\"1h\"\n"
      "[defaults]\nline = \"L\"\nmeasure = \"energy.electricity\"\n[keys]\ntag = 2\nvalue = 3\n"
      "[[tag]]\nname = \"A\"\n[[tag]]\nname = \"B\"\n",
      "t,tag,v\n2019-10-27 02:00,A,1\n2019-10-27 02:00,A,2\n2019-10-27 03:00,A,3\n2019-10-27 02:00,B,10\n"
      "2019-10-27 02:00,B,20\n2019-10-27 03:00,B,30\n");
  const auto at = [](const char* from, const char* to, const char* value) {
    return std::string("L energy.electricity: 2019-10-27T") + from + ":00:00.000Z..2019-10-27T" + to + ":00:00.000Z #" +
           value;
  };
  EXPECT_EQ(result.notes.readings,
            (Texts{at("00", "01", "0 + 1"), at("01", "02", "0 + 2"), at("02", "03", "0 + 3"), at("00", "01", "1 + 10"),
                   at("01", "02", "1 + 20"), at("02", "03", "1 + 30")}));
}

TEST(CsvImport, QuotedLineEndsAndUnclosedQuotes) {
  const auto result = import("[time]\ncolumn = 1\n[[series]]\ncolumn = 2\nline = \"L\"\nmeasure = \"output.good\"\n",
                             "t,v,note\n2019-03-01,1,\"a\nb\"\n2019-03-02,2,\"never closed\n2019-03-03,3,x\n");
  EXPECT_EQ(result.error, "none");
  EXPECT_EQ(result.notes.readings, (Texts{"L output.good: 2019-03-01T00:00:00.000Z #0 + 1",
                                          "L output.good: 2019-03-03T00:00:00.000Z #0 + 3"}));
  EXPECT_EQ(result.notes.rejects, (Texts{"4: 2019-03-02,2,\"never closed: a quoted field is never closed"}));
}

RC_GTEST_PROP(CsvImport, ChunksDoNotMatterAndAnyTextIsTaken, (std::uint8_t size)) {
  const auto tail = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("2019-03-0,\"\n\r \xFF.")));
  const std::string csv = "\xEF\xBB\xBFt,temp,cnt,kwh\n2019-03-01,1,2,3\n" + tail;
  const auto whole = import(kWide, csv), pieces = import(kWide, csv, size % 5 + 1);
  RC_ASSERT(whole.error == "none");
  RC_ASSERT(whole.notes.readings == pieces.notes.readings);
  RC_ASSERT(whole.notes.rejects == pieces.notes.rejects);
}

// Summer time ends at 01:00 UTC: Berlin's clocks show 02:00 to 03:00 twice.
const std::string kBerlin = "[time]\ncolumn = \"t\"\nformat = \"%d.%m.%Y %H:%M\"\nzone = \"Europe/Berlin\"\n";
const std::string kMeter = "[defaults]\nline = \"L\"\n[[series]]\ncolumn = \"v\"\nmeasure = \"energy.electricity\"\n";

Texts times_of(const Imported& imported) {
  Texts times;
  for (const auto& text : imported.notes.readings) {
    const auto from = text.find('T');
    times.push_back(text.substr(from + 1, 5));
  }
  return times;
}

Texts times_of(const std::string& map, const std::vector<std::string>& clock) {
  std::string csv = "t,v\n";
  for (const auto& time : clock) csv += "30.10.2022 " + time + ",1\n";
  return times_of(import(map, csv));
}

TEST(CsvImport, TheRepeatedHourIsToldApartByTheOrderOfTheRows) {
  const auto meter = kBerlin + "meaning = \"start\"\ninterval = \"30min\"\n" + kMeter;
  EXPECT_EQ(times_of(meter, {"01:30", "02:00", "02:30", "02:00", "02:30", "03:00"}),
            (Texts{"23:30", "00:00", "00:30", "01:00", "01:30", "02:00"}));
  EXPECT_EQ(times_of(meter, {"03:30", "03:00", "02:30", "02:00", "02:30", "02:00", "01:30"}),
            (Texts{"02:30", "02:00", "01:30", "01:00", "00:30", "00:00", "23:30"}))
      << "newest first";
  const auto hourly = kBerlin + kMeter + "kind = \"totalizer\"\n";
  EXPECT_EQ(times_of(hourly, {"01:00", "02:00", "02:00", "03:00"}), (Texts{"23:00", "00:00", "01:00", "02:00"}));
  EXPECT_EQ(times_of(hourly, {"04:00", "03:00", "02:00", "02:00", "01:00"}),
            (Texts{"03:00", "02:00", "01:00", "00:00", "23:00"}));
}

TEST(CsvImport, EventsOfOneInstantAreNoSecondHour) {
  EXPECT_EQ(times_of(kBerlin + kMeter, {"02:10", "02:10", "02:40", "02:05", "02:05", "02:40"}),
            (Texts{"00:10", "00:10", "00:40", "01:05", "01:05", "01:40"}));
}

TEST(CsvImport, TheRepeatedHourOfALongTableIsToldSeriesBySeries) {
  const auto map = kBerlin +
                   "[keys]\nline = \"l\"\nvalue = \"v\"\nkind = \"totalizer\"\n[defaults]\nmeasure = "
                   "\"energy.electricity\"\n";
  EXPECT_EQ(times_of(import(map,
                            "t,l,v\n30.10.2022 02:20,A,1\n30.10.2022 02:10,B,1\n30.10.2022 02:10,A,2\n"
                            "30.10.2022 02:20,B,2\n")),
            (Texts{"00:20", "00:10", "01:10", "00:20"}));
}

TEST(CsvImport, TimesWithAnOffsetOccurOnce) {
  const auto map = "[time]\ncolumn = \"t\"\nzone = \"Europe/Berlin\"\n" + kMeter;
  EXPECT_EQ(times_of(import(map,
                            "t,v\n2022-10-30T02:30+02:00,1\n2022-10-30T02:00+02:00,1\n2022-10-30T02:00,1\n"
                            "2022-10-30T01:10Z,1\n")),
            (Texts{"00:30", "00:00", "00:00", "01:10"}));
}

}  // namespace
}  // namespace songhua::imports
