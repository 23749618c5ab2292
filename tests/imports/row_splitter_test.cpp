#include "imports/row_splitter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/csv.h"

namespace songhua::imports {
namespace {

struct Row {
  std::string text;
  std::size_t line;
  std::string fault;
  bool operator==(const Row&) const = default;
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.line << ":" << row.text << "|" << row.fault;
}

std::vector<Row> rows(std::string_view text, std::size_t chunk = 1000, char delimiter = ',') {
  std::vector<Row> found;
  RowSplitter splitter(delimiter, 0, [&](std::string_view row, std::size_t line, std::string_view fault) {
    found.push_back({std::string(row), line, std::string(fault)});
  });
  for (; !text.empty(); text.remove_prefix(std::min(chunk, text.size()))) splitter.feed(text.substr(0, chunk));
  splitter.finish();
  return found;
}

TEST(RowSplitter, LineEndsOfEveryKind) {
  const std::vector<Row> expected{{"a", 1, ""}, {"b", 2, ""}, {"c", 3, ""}, {"d", 5, ""}, {"e", 6, ""}};
  for (std::size_t chunk = 1; chunk < 8; ++chunk) {
    EXPECT_EQ(rows("\xEF\xBB\xBF"
                   "a\nb\r\nc\r\r\n\nd\re",
                   chunk),
              expected)
        << chunk;
  }
}

TEST(RowSplitter, QuotedFieldsMayHoldLineEnds) {
  EXPECT_EQ(rows("1,\"x\r\ny\"\n2\n", 3), (std::vector<Row>{{"1,\"x\ny\"", 1, ""}, {"2", 3, ""}}));
}

TEST(RowSplitter, AQuoteInsideAFieldIsACharacter) {
  EXPECT_EQ(rows("6\" pipe,1\n2\" pipe,2\n"), (std::vector<Row>{{"6\" pipe,1", 1, ""}, {"2\" pipe,2", 2, ""}}));
}

TEST(RowSplitter, AnUnclosedQuoteCostsItsOwnLineOnly) {
  EXPECT_EQ(rows("1\n\"x\n2\n3"),
            (std::vector<Row>{{"1", 1, ""}, {"\"x", 2, "a quoted field is never closed"}, {"2", 3, ""}, {"3", 4, ""}}));
  std::string text = "\"x\n";
  for (int i = 0; i < 1000; ++i) text += "r\n";
  const auto found = rows(text + "\"y\"\n");
  ASSERT_EQ(found.size(), 1002U);
  EXPECT_EQ(found[0], (Row{"\"x", 1, "a quoted field is never closed"}));
  EXPECT_EQ(found[1000], (Row{"r", 1001, ""}));
  EXPECT_EQ(found[1001], (Row{"\"y\"", 1002, ""}));
}

TEST(RowSplitter, LongRowsAreRefusedAndTheNextOnesRead) {
  const auto found = rows("a\n" + std::string(3U << 20U, 'x') + "\nb\n", 100'000);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[1].line, 2U);
  EXPECT_EQ(found[1].fault, "the row is longer than 1 MiB");
  EXPECT_EQ(found[2], (Row{"b", 3, ""}));
}

RC_GTEST_PROP(RowSplitter, ChunksDoNotMatter, (std::uint8_t chunk)) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("a,\"\n\r ")));
  RC_ASSERT(rows(text, chunk % 7 + 1) == rows(text));
}

TEST(SplitFields, BlanksAroundFieldsAreNotTheirs) {
  EXPECT_EQ(split_fields(" a , b\t,\" c \" ,", ','), (std::vector<std::string>{"a", "b", " c ", ""}));
  EXPECT_EQ(split_fields("-1 \"19/07/2008 11:55:00\"", ' '), (std::vector<std::string>{"-1", "19/07/2008 11:55:00"}));
  EXPECT_EQ(split_fields("\"say \"\"x\"\"\"", ','), (std::vector<std::string>{"say \"x\""}));
  EXPECT_EQ(split_fields("", ','), (std::vector<std::string>{""}));
}

RC_GTEST_PROP(SplitFields, FieldsAreReadBackAsWritten, ()) {
  const auto field = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab,\"")));
  const auto fields = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(field));
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) text += (i == 0 ? "" : ",") + csv_field(fields[i]);
  RC_ASSERT(split_fields(text, ',') == fields);
}

}  // namespace
}  // namespace songhua::imports
