#include "model/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace songhua {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using ::testing::ElementsAre;

Rows read(std::string_view text, char delimiter = ',') {
  CsvReader reader(text, delimiter);
  Rows rows;
  std::vector<std::string> fields;
  while (reader.next(fields).value()) rows.push_back(fields);
  return rows;
}

TEST(Csv, LineEndsOfEveryKindAndAByteOrderMark) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\r\nc,d\r\r\ne,f\ng,h"),
            (Rows{{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g", "h"}}));
  EXPECT_EQ(read("a\n\n\nb\n"), (Rows{{"a"}, {"b"}}));
  EXPECT_TRUE(read("").empty());
  EXPECT_EQ(read("a,,\n"), (Rows{{"a", "", ""}}));
}

TEST(Csv, QuotedFields) {
  EXPECT_EQ(read("\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\n"), (Rows{{"a,b", "say \"x\"", "two\nlines"}}));
  EXPECT_EQ(read("-1 \"19/07/2008 11:55:00\"\r\r\n", ' '), (Rows{{"-1", "19/07/2008 11:55:00"}}));
}

TEST(Csv, LinesAreCountedAcrossQuotedBreaks) {
  CsvReader reader("h\n\"x\ny\"\nlast\n");
  std::vector<std::string> fields;
  std::vector<std::size_t> lines;
  while (reader.next(fields).value()) lines.push_back(reader.line());
  EXPECT_THAT(lines, ElementsAre(1, 2, 4));
}

TEST(Csv, AnUnclosedQuoteNamesItsLine) {
  CsvReader reader("a\n\"b\nc");
  std::vector<std::string> fields;
  ASSERT_TRUE(reader.next(fields).value());
  const auto result = reader.next(fields);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "line 2: a quoted field is never closed");
}

RC_GTEST_PROP(Csv, FieldsAreReadBackAsWritten, ()) {
  const auto field = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab,\"\n\r ")));
  const auto fields = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(field));
  RC_PRE(fields.size() > 1);  // a single empty field is a blank line
  std::string text;
  for (const auto& f : fields) text += (text.empty() && &f == fields.data() ? "" : ",") + csv_field(f);
  RC_ASSERT(read(text + "\n") == Rows{fields});
}

}  // namespace
}  // namespace songhua
