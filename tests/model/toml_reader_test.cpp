#include "model/toml_reader.h"

#include <gtest/gtest.h>

#include "model/suggest.h"

namespace songhua {
namespace {

TEST(TomlReader, TellsEveryFaultInTheOrderOfLines) {
  TomlDocument document("name = 3\nspan = \"5 minutes\"\nlist = [1]\n[inner]\nflga = true\nflag = \"no\"\n", "x.toml");
  TomlSection root = document.root();
  std::string name = "kept";
  Millis span{7};
  std::vector<std::string> list;
  bool flag = false;
  std::string needed;
  EXPECT_FALSE(root.read("name", name));
  EXPECT_FALSE(root.read("span", span));
  EXPECT_FALSE(root.read("list", list));
  EXPECT_FALSE(root.require("needed", needed));
  TomlSection inner = root.table("inner").value();
  EXPECT_FALSE(inner.read("flag", flag));
  inner.refuse_unknown_keys();
  root.refuse_unknown_keys();
  EXPECT_EQ(name, "kept");
  EXPECT_EQ(span, Millis{7});
  EXPECT_EQ(
      document.faults().error().message,
      "x.toml:1: name: must be a text, but is a whole number\n"
      "x.toml:1: needed: is missing and required\n"
      "x.toml:2: span: '5 minutes' is not a duration: write a whole number and ms, s, min, h or d, like \"15min\"\n"
      "x.toml:3: list: must be a list of texts, but holds a whole number\n"
      "x.toml:5: inner.flga: is not a known key: did you mean 'flag'?\n"
      "x.toml:6: inner.flag: must be true or false, but is a text");
}

TEST(TomlReader, ASyntaxErrorIsAFaultWithItsLine) {
  TomlDocument document("a = 1\nb = \n", "x.toml");
  EXPECT_FALSE(document.parsed());
  EXPECT_EQ(document.faults().error().message.find("x.toml:2: not valid TOML: "), 0U);
}

TEST(TomlReader, TablesOfTablesAreNumbered) {
  TomlDocument document("[[rule]]\n[[rule]]\nx = 1\n", "x.toml");
  TomlSection root = document.root();
  auto rules = root.tables("rule");
  ASSERT_EQ(rules.size(), 2U);
  rules[1].refuse_unknown_keys();
  EXPECT_EQ(document.faults().error().message, "x.toml:3: rule[2].x: is not a known key");
}

TEST(TomlReader, ATableWhereAListBelongs) {
  TomlDocument document("[rule]\n", "x.toml");
  TomlSection root = document.root();
  EXPECT_TRUE(root.tables("rule").empty());
  EXPECT_EQ(document.faults().error().message,
            "x.toml:1: rule: must be a list of tables: write [[rule]], but is a table");
}

TEST(NearestWord, OnlyWhatIsNear) {
  const std::vector<std::string> words{"settle", "future", "floor", "gap"};
  EXPECT_EQ(nearest_word("setle", words), "settle");
  EXPECT_EQ(nearest_word("gpa", words), "gap");
  EXPECT_FALSE(nearest_word("password", words));
  EXPECT_FALSE(nearest_word(std::string(500, 'x'), words));
}

}  // namespace
}  // namespace songhua
