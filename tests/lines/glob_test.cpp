#include "lines/glob.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace songhua::lines {
namespace {

// "no", or what was captured: "product=A market=CN".
std::string match(std::string_view pattern, std::string_view name) {
  Captures captures;
  if (!Glob::parse(pattern)->match(name, captures)) return "no";
  std::string text;
  for (const auto& [key, value] : captures) text += (text.empty() ? "" : " ") + key + "=" + value;
  return text;
}

TEST(Glob, CapturesTakeOneLevel) {
  EXPECT_EQ(match("Cnt/{product}/{market}", "Cnt/car/CN"), "market=CN product=car");
  EXPECT_EQ(match("Cnt/{product}/{market}", "Cnt/car/CN/x"), "no");
  EXPECT_EQ(match("Cnt/{product}/{market}", "Cnt//CN"), "no");
  EXPECT_EQ(match("Cnt/{product}/{market}", "cnt/car/CN"), "no");
}

TEST(Glob, StarsStayInTheirLevel) {
  EXPECT_EQ(match("*/Good", "Line 1/Good"), "");
  EXPECT_EQ(match("*/Good", "/Good"), "");
  EXPECT_EQ(match("*", "a/b"), "no");
  EXPECT_EQ(match("Cnt_*", "Cnt_"), "");
}

TEST(Glob, PartsOfALevel) {
  EXPECT_EQ(match("{x}_Good", "M1_Good"), "x=M1");
  EXPECT_EQ(match("{x}_Good", "_Good"), "no");
  EXPECT_EQ(match("{x}_Good", "A_Good_Good"), "x=A_Good");
  EXPECT_EQ(match("Good_{product}_{market}", "Good_A_B_CN"), "market=B_CN product=A");
  EXPECT_EQ(match("a*b*c", "abbc"), "");
  EXPECT_EQ(match("a*b*c", "acbc"), "");
  EXPECT_EQ(match("a*b*c", "acb"), "no");
}

TEST(Glob, TwoStarsTakeAnyNumberOfLevels) {
  EXPECT_EQ(match("**", "a/b/c"), "");
  EXPECT_EQ(match("**/Good", "Good"), "");
  EXPECT_EQ(match("**/{x}/Good", "a/b/c/Good"), "x=c");
  EXPECT_EQ(match("A/**", "A"), "");
  EXPECT_EQ(match("A/**/Z/**", "A/b/Z/c/d"), "");
  EXPECT_EQ(match("A/**/Z", "A/b/c"), "no");
}

TEST(Glob, FaultyPatternsAreTold) {
  const auto fault = [](std::string_view pattern) { return Glob::parse(pattern).error().message; };
  EXPECT_EQ(fault(""), "must not be empty");
  EXPECT_EQ(fault("a/{x"), "braces hold a name of letters, digits and '_', like {product}");
  EXPECT_EQ(fault("a/{}"), "braces hold a name of letters, digits and '_', like {product}");
  EXPECT_EQ(fault("a}b"), "'}' without '{'");
  EXPECT_EQ(fault("{a}{b}"), "two wildcards side by side: nothing says where the first one ends");
  EXPECT_EQ(fault("a***"), "two wildcards side by side: nothing says where the first one ends");
  EXPECT_EQ(fault("{a}/{a}"), "{a} stands twice: give each its own name");
}

TEST(Glob, LongNamesAndManyStarsAreNoTrap) {
  std::string pattern, name;
  for (int i = 0; i < 200; ++i) {
    pattern += "**/*a*b/";
    name += std::string(50, 'a') + "/";
  }
  EXPECT_EQ(match(pattern + "end", name + "enD"), "no");
}

// Oracle: tries every length that a wildcard can take.
bool slow_match(std::string_view pattern, std::string_view name, bool level_start = true) {
  if (level_start && pattern.starts_with("**/")) {
    if (slow_match(pattern.substr(3), name)) return true;
    const auto slash = name.find('/');
    return slash != std::string_view::npos && slow_match(pattern, name.substr(slash + 1));
  }
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    if (slow_match(pattern.substr(1), name, false)) return true;
    return !name.empty() && name.front() != '/' && slow_match(pattern, name.substr(1), false);
  }
  return !name.empty() && name.front() == pattern.front() &&
         slow_match(pattern.substr(1), name.substr(1), pattern.front() == '/');
}

RC_GTEST_PROP(Glob, MatchesWhatTryingEverythingMatches, ()) {
  const auto piece = rc::gen::element<std::string>("a", "b", "*", "/", "**/");
  const auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
  std::string pattern;
  for (const auto& p : pieces) {
    const bool level_start = pattern.empty() || pattern.back() == '/';
    const bool starred = !pattern.empty() && pattern.back() == '*';
    if (p == "**/" ? !level_start : (p == "*" && starred)) continue;
    pattern += p;
  }
  pattern += "z";
  const auto name = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab/"))) +
                    *rc::gen::element<std::string>("", "z");
  Captures captures;
  RC_ASSERT(Glob::parse(pattern)->match(name, captures) == slow_match(pattern, name));
}

TEST(Template, TakesCapturesAndText) {
  const auto parsed = Template::parse("line-{x}/{y}");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->expand({{"x", "1"}, {"y", "b"}}, [](std::string_view t) { return std::string(t) + "!"; }),
            "line-1!/b!");
  EXPECT_FALSE(parsed->is_literal());
  EXPECT_TRUE(Template::parse("L1")->is_literal());
  EXPECT_FALSE(Template::parse(""));
  EXPECT_FALSE(Template::parse("a{"));
  EXPECT_FALSE(Template::parse("a}"));
}

}  // namespace
}  // namespace songhua::lines
