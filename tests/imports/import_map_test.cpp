#include "imports/import_map.h"

#include <gtest/gtest.h>

namespace songhua::imports {
namespace {

Result<ImportMap> parse(std::string_view toml) {
  return ImportMap::parse(toml, "m.toml", TimeZone::shanghai());
}

std::string fault(std::string_view toml) {
  const auto map = parse(toml);
  return map ? "none" : map.error().message;
}

// A whole map whose line 5 is the first of `more`, which stands in its [[series]].
std::string series_fault(std::string_view more) {
  return fault("[time]\ncolumn = \"t\"\n[[series]]\ncolumn = \"v\"\n" + std::string(more));
}

// A map whose line 3 is the first of `more`, which stands in [time].
std::string time_fault(std::string_view more) {
  return fault("[time]\ncolumn = \"t\"\n" + std::string(more) +
               "[[series]]\ncolumn = \"v\"\nline = \"L\"\nmeasure = \"output.good\"\n");
}

TEST(ImportMap, TheSampleOfTheInterfacePage) {
  const auto map = parse(R"(
[file]
delimiter = ","
header = true
encoding = "utf-8"
[time]
column = "date"
format = "%d/%m/%Y %H:%M"
zone = "Asia/Seoul"
meaning = "end"
interval = "15min"
midnight = "end_of_same_day"
[defaults]
line = "L1"
gap = "25h"
[[series]]
column = "Usage_kWh"
measure = "energy.electricity"
kind = "amount"
factor = "1000"
)");
  ASSERT_TRUE(map) << map.error().message;
  EXPECT_EQ(map->file.delimiter, ',');
  EXPECT_TRUE(map->file.header);
  EXPECT_EQ(map->time.columns, std::vector<Column>{"date"});
  EXPECT_EQ(map->time.zone.name(), "Asia/Seoul");
  EXPECT_EQ(map->time.meaning, TimeMeaning::interval_end);
  EXPECT_EQ(map->time.interval, kQuarterHour);
  EXPECT_EQ(map->time.midnight, Midnight::end_of_same_day);
  ASSERT_EQ(map->series.size(), 1U);
  EXPECT_EQ(map->series[0].column, Column{"Usage_kWh"});
  EXPECT_EQ(map->series[0].factor, (Fraction{1000, 1}));
  EXPECT_EQ(map->series[0].spec.line, "L1");
  EXPECT_EQ(map->series[0].spec.key, (SeriesKey{"energy.electricity", "", ""}));
  EXPECT_EQ(map->series[0].spec.kind, SeriesKind::amount);
  EXPECT_EQ(map->series[0].spec.unit, "Wh");
  EXPECT_EQ(map->series[0].spec.gap, std::chrono::hours{25});
  EXPECT_EQ(map->series[0].spec.factor, (Fraction{1, 1}));
}

TEST(ImportMap, KindsFollowTheMeasureWhereNoneIsGiven) {
  const auto map = parse(
      "[time]\ncolumn = 1\n[defaults]\nline = \"L\"\n"
      "[[series]]\ncolumn = 2\nmeasure = \"process.Temp\"\n"
      "[[series]]\ncolumn = 3\nmeasure = \"equipment.units\"\n"
      "[[series]]\ncolumn = 4\nmeasure = \"output.good\"\nproduct = \"p\"\nmarket = \"CN\"\n"
      "[[series]]\ncolumn = 5\nmeasure = \"labour.time\"\nkind = \"totalizer\"\nwidth = 16\nrate_limit = "
      "\"10/min\"\nofficial = "
      "false\n"
      "[[series]]\ncolumn = 6\nmeasure = \"energy.electricity\"\nkind = \"rate\"\n");
  ASSERT_TRUE(map) << map.error().message;
  EXPECT_EQ(map->series[0].spec.kind, SeriesKind::gauge);
  EXPECT_EQ(map->series[1].spec.kind, SeriesKind::level);
  EXPECT_EQ(map->series[2].spec.kind, SeriesKind::amount);
  EXPECT_EQ(map->series[2].spec.unit, "");
  EXPECT_EQ(map->series[3].spec.kind, SeriesKind::totalizer);
  EXPECT_EQ(map->series[3].spec.rate_limit, (RateLimit{10, kMinute}));
  EXPECT_EQ(map->series[3].spec.width, 16);
  EXPECT_FALSE(map->series[3].spec.official);
  EXPECT_EQ(map->series[4].spec.kind, SeriesKind::rate);
}

TEST(ImportMap, LongTablesAndSeveralTimeColumns) {
  const auto map = parse(
      "[file]\ndelimiter = \"\\t\"\ndecimal = \",\"\nencoding = \"gb18030\"\n[time]\ncolumn = [\"Date\", 2]\n"
      "[defaults]\nmarket = \"CN\"\n[keys]\nline = \"l\"\nmeasure = \"m\"\nproduct = 4\nvalue = \"v\"\nkind = "
      "\"totalizer\"\n");
  ASSERT_TRUE(map) << map.error().message;
  EXPECT_EQ(map->file.delimiter, '\t');
  EXPECT_EQ(map->file.decimal, ',');
  EXPECT_EQ(map->file.encoding, Encoding::gb18030);
  EXPECT_EQ(map->time.columns, (std::vector<Column>{"Date", std::size_t{2}}));
  EXPECT_EQ(map->time.zone.name(), "Asia/Shanghai");
  ASSERT_TRUE(map->keys);
  EXPECT_EQ(map->keys->product, Column{std::size_t{4}});
  EXPECT_FALSE(map->keys->market);
  EXPECT_EQ(map->keys->kind, ImportKind::totalizer);
  EXPECT_EQ(to_string(map->keys->value), "column 'v'");
  EXPECT_EQ(to_string(*map->keys->product), "column 4");
}

TEST(ImportMap, EqualsMayBeANumber) {
  const auto map = parse(
      "[time]\ncolumn = 1\n[[series]]\ncolumn = 2\nline = \"L\"\nmeasure = \"output.good\"\nkind = \"count\"\nequals = "
      "-1\n");
  EXPECT_EQ(map->series[0].equals, "-1");
}

TEST(ImportMapErrors, ShapeOfTheFile) {
  EXPECT_EQ(fault("x = \n").substr(0, 24), "m.toml:1: not valid TOML");
  EXPECT_EQ(fault(""),
            "m.toml:1: time: is missing: [time] says in which column the time stands\n"
            "m.toml:1: has neither [[series]], for a column a series, nor [keys], for a value a row");
  EXPECT_EQ(fault("[time]\ncolumn = 1\n[defaults]\nline = \"L\"\nmeasure = \"output.good\"\n[[series]]\ncolumn = 1\n"
                  "[keys]\nvalue = 2\n"),
            "m.toml:8: keys: stands beside [[series]]: write one of them");
  EXPECT_EQ(fault("[time]\ncolumn = 1\n[default]\n[keys]\nvalue = 2\nline = 3\nmeasure = 4\n"),
            "m.toml:3: default: is not a known key: did you mean 'defaults'?");
}

TEST(ImportMapErrors, File) {
  const auto file_fault = [](std::string_view line) {
    return fault("[file]\n" + std::string(line) + "[time]\ncolumn = 1\n[keys]\nvalue = 2\nline = 3\nmeasure = 4\n");
  };
  EXPECT_EQ(file_fault("delimiter = \", \"\n"),
            "m.toml:2: file.delimiter: must be one character, like \",\" or \";\" or \"\\t\"");
  EXPECT_EQ(file_fault("decimal = \"'\"\n"), "m.toml:2: file.decimal: ''' is not one of ., ,");
  EXPECT_EQ(file_fault("encoding = \"latin1\"\n"), "m.toml:2: file.encoding: 'latin1' is not one of utf-8, gb18030");
  EXPECT_EQ(file_fault("header = \"no\"\n"), "m.toml:2: file.header: must be true or false, but is a text");
  EXPECT_EQ(file_fault("headers = true\n"), "m.toml:2: file.headers: is not a known key: did you mean 'header'?");
}

TEST(ImportMapErrors, Columns) {
  EXPECT_EQ(fault("[time]\n[keys]\nline = 1\nmeasure = 2\n"),
            "m.toml:1: time.column: is missing and required\nm.toml:2: keys.value: is missing and required");
  EXPECT_EQ(fault("[time]\ncolumn = 0\n[keys]\nvalue = \"\"\nline = 1\nmeasure = 2\n"),
            "m.toml:2: time.column: must be a column's name, or its number from 1\n"
            "m.toml:4: keys.value: must be a column's name, or its number from 1");
  EXPECT_EQ(fault("[file]\nheader = false\n[time]\ncolumn = \"t\"\n[keys]\nvalue = 2\nline = 3\nmeasure = 4\n"),
            "m.toml:4: time.column: 't' is a name, but [file] header is false: write the column's number");
  EXPECT_EQ(fault("[time]\ncolumn = []\n[keys]\nvalue = 2\nline = 3\nmeasure = 4\n"),
            "m.toml:2: time.column: must not be empty");
  EXPECT_EQ(fault("[time]\ncolumn = 1\ncolumns = [1]\n[keys]\nvalue = 2\nline = 3\nmeasure = 4\n"),
            "m.toml:3: time.columns: stands beside column: write one of them");
}

TEST(ImportMapErrors, Time) {
  EXPECT_EQ(time_fault("format = \"%d\"\n").substr(0, 46), "m.toml:3: time.format: '%d' is no time format:");
  EXPECT_EQ(time_fault("zone = \"Seoul\"\n").substr(0, 42), "m.toml:3: time.zone: 'Seoul' is no time zo");
  EXPECT_EQ(time_fault("meaning = \"begin\"\n"), "m.toml:3: time.meaning: 'begin' is not one of instant, start, end");
  EXPECT_EQ(time_fault("meaning = \"end\"\n"),
            "m.toml:1: time.interval: is missing: how long is what the time is the start or the end of?");
  EXPECT_EQ(time_fault("interval = \"15min\"\n"),
            "m.toml:3: time.interval: needs meaning = \"start\" or \"end\": an instant has no length");
  EXPECT_EQ(time_fault("meaning = \"end\"\ninterval = \"0s\"\n"), "m.toml:4: time.interval: must be longer than 0");
  EXPECT_EQ(time_fault("midnight = \"x\"\n"), "m.toml:3: time.midnight: 'x' is not one of as_written, end_of_same_day");
  EXPECT_EQ(time_fault("meaning = \"start\"\ninterval = \"1h\"\nmidnight = \"end_of_same_day\"\n"),
            "m.toml:5: time.midnight: contradicts meaning = \"start\": nothing starts at 24:00");
  EXPECT_EQ(time_fault("format = \"unix_ms\"\nmidnight = \"end_of_same_day\"\n"),
            "m.toml:4: time.midnight: needs a format of civil times: a Unix time has no 24:00");
}

TEST(ImportMapErrors, Series) {
  const std::string head = "line = \"L\"\nmeasure = \"output.good\"\n";
  EXPECT_EQ(series_fault(""),
            "m.toml:3: series[1].line: is missing here and in [defaults]\n"
            "m.toml:3: series[1].measure: is missing here and in [defaults]");
  EXPECT_EQ(series_fault("line = \"L\"\nmeasure = \"output.goods\"\n"),
            "m.toml:6: series[1].measure: 'output.goods' is not a measure: did you mean 'output.good'?");
  EXPECT_EQ(series_fault(head + "kind = \"sum\"\n"),
            "m.toml:7: series[1].kind: 'sum' is not one of amount, totalizer, rate, count, gauge");
  EXPECT_EQ(series_fault(head + "kind = \"gauge\"\n"),
            "m.toml:7: series[1].kind: 'output.good' cannot be a gauge: gauges are called process.NAME");
  EXPECT_EQ(series_fault(head + "factor = \"0\"\n"), "m.toml:7: series[1].factor: must be greater than zero");
  EXPECT_EQ(series_fault(head + "factor = \"1k\"\n"),
            "m.toml:7: series[1].factor: '1k' is not understood: write a factor like \"1000\", \"0.5\" or \"3/2\"");
  EXPECT_EQ(series_fault(head + "equals = \"1\"\n"), "m.toml:7: series[1].equals: needs kind = \"count\"");
  EXPECT_EQ(series_fault(head + "kind = \"count\"\nfactor = \"2\"\n"),
            "m.toml:8: series[1].factor: has nothing to act on in a count");
  EXPECT_EQ(series_fault(head + "rate_limit = \"5/min\"\n"), "m.toml:7: series[1].rate_limit: is for totalizers only");
  EXPECT_EQ(series_fault(head + "width = 16\n"), "m.toml:7: series[1].width: is for totalizers only");
  EXPECT_EQ(series_fault(head + "kind = \"totalizer\"\nwidth = 6\n"),
            "m.toml:8: series[1].width: must be the counter's bits, 8 to 64, or 0 for a counter that does not wrap");
  EXPECT_EQ(series_fault(head + "colum = 1\n"),
            "m.toml:7: series[1].colum: is not a known key: did you mean 'column'?");
  EXPECT_EQ(series_fault(head + "kind = \"totalizer\"\n[[series]]\ncolumn = \"w\"\n" + head + "kind = \"totalizer\"\n"),
            "m.toml:11: series[2].measure: two columns give one series of L, output.good");
}

TEST(ImportMapErrors, Keys) {
  EXPECT_EQ(fault("[time]\ncolumn = 1\n[keys]\nvalue = 2\n"),
            "m.toml:3: keys.line: is missing here and in [defaults]\n"
            "m.toml:3: keys.measure: is missing here and in [defaults]");
  EXPECT_EQ(fault("[time]\ncolumn = 1\n[keys]\nvalue = 2\nline = 3\nmeasure = 4\nkind = \"count\"\n"),
            "m.toml:7: keys.kind: count is for [[series]] only");
}

TEST(ImportMapErrors, WhatIsPassedOver) {
  const auto file_fault = [](std::string_view line) {
    return fault("[file]\n" + std::string(line) + "[time]\ncolumn = 1\n[keys]\nvalue = 2\nline = 3\nmeasure = 4\n");
  };
  EXPECT_EQ(file_fault("skip = 2\nignore = [\"#\"]\nthousands = \",\"\n"), "none");
  EXPECT_EQ(file_fault("skip = -1\n"),
            "m.toml:2: file.skip: must be the number of lines before the header, 0 to 10000");
  EXPECT_EQ(file_fault("ignore = [\"\"]\n"), "m.toml:2: file.ignore: holds an empty text, with which every row begins");
  EXPECT_EQ(file_fault("ignore = \"#\"\n"), "m.toml:2: file.ignore: must be a list of texts, but is a text");
  EXPECT_EQ(file_fault("thousands = \".\"\n"), "m.toml:2: file.thousands: is the decimal sign, too: which is it?");
}

TEST(ImportMapErrors, Quality) {
  const std::string head = "[time]\ncolumn = 1\n[quality]\n";
  const std::string tail = "[[series]]\ncolumn = 2\nline = \"L\"\nmeasure = \"output.good\"\n";
  EXPECT_EQ(fault(head + "column = 3\n" + tail), "none");
  EXPECT_EQ(fault(head + tail + "quality = 3\n"), "none");
  EXPECT_EQ(fault(head + tail),
            "m.toml:3: quality.column: is missing, and no [[series]] has a quality: which column says it?");
  EXPECT_EQ(fault(head + "column = 3\ngood = []\n" + tail),
            "m.toml:5: quality.good: must not be empty: no row would count");
  EXPECT_EQ(fault(head + "column = 3\ngod = []\n" + tail),
            "m.toml:5: quality.god: is not a known key: did you mean 'good'?");
}

TEST(ImportMapErrors, Tags) {
  const std::string head = "[time]\ncolumn = 1\n[defaults]\nline = \"L\"\n[keys]\nvalue = 2\n";
  const std::string tag = "[[tag]]\nname = \"A\"\nmeasure = \"output.good\"\n";
  EXPECT_EQ(fault(head + "tag = 3\n" + tag), "none");
  EXPECT_EQ(fault(head + "tag = 3\n"), "m.toml:1: tag: is missing: [keys] tag needs a [[tag]] for each name");
  EXPECT_EQ(fault(head + "measure = 3\n" + tag), "m.toml:8: tag: needs [keys] tag: the column where the names stand");
  EXPECT_EQ(fault(head + "tag = 3\nmeasure = 4\n" + tag),
            "m.toml:8: keys.measure: stands beside tag: each [[tag]] says it");
  EXPECT_EQ(fault(head + "tag = 3\n[[tag]]\nmeasure = \"output.good\"\n"),
            "m.toml:8: tag[1].name: is missing and required");
  EXPECT_EQ(fault(head + "tag = 3\n" + tag + tag), "m.toml:12: tag[2].name: 'A' stands twice");
  EXPECT_EQ(fault(head + "tag = 3\n[[tag]]\nname = \"B\"\n"),
            "m.toml:8: tag[1].measure: is missing here and in [defaults]");
}

}  // namespace
}  // namespace songhua::imports
