#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tck/ids.h"  // generated of assertions.tsv: kIds

// Tests named by the assertion that they prove. TEST(Suite, tck_id_...) does where one body proves one assertion; the
// specification says many things two or three times, so TCK_TEST(Suite, tck_id_a, tck_id_b) { ... } makes a test of
// each name that runs the same body. An id that assertions.tsv does not know does not compile.
namespace songhua::tck {

// The next of the names in "a, b, c", taken off the front of `list`.
constexpr std::string_view next_name(std::string_view& list) {
  const auto comma = list.find(',');
  const auto name = list.substr(0, comma);
  list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  while (!list.empty() && list.front() == ' ') list.remove_prefix(1);
  return name;
}

constexpr bool is_known(std::string_view name) {
  for (const auto id : kIds) {
    if (id == name) return true;
  }
  return false;
}

constexpr bool all_are_known(std::string_view list) {
  if (list.empty()) return false;
  while (!list.empty()) {
    if (!is_known(next_name(list))) return false;
  }
  return true;
}

template <typename Body>
bool register_all(const char* suite, std::string_view names, const char* file, int line) {
  while (!names.empty()) {
    const std::string name(next_name(names));
    testing::RegisterTest(suite, name.c_str(), nullptr, nullptr, file, line,
                          []() -> typename Body::Fixture* { return new Body; });
  }
  return true;
}

}  // namespace songhua::tck

#define TCK_JOIN_(a, b) a##b
#define TCK_JOIN(a, b) TCK_JOIN_(a, b)
#define TCK_TEST_OF(fixture, suite, body, ...)                                                            \
  static_assert(songhua::tck::all_are_known(#__VA_ARGS__), "tests/conformance/assertions.tsv lists ids"); \
  class body final : public fixture {                                                                     \
   public:                                                                                                \
    using Fixture = fixture;                                                                              \
    void TestBody() override;                                                                             \
  };                                                                                                      \
  [[maybe_unused]] static const bool TCK_JOIN(body, _registered) =                                        \
      songhua::tck::register_all<body>(suite, #__VA_ARGS__, __FILE__, __LINE__);                          \
  void body::TestBody()

#define TCK_TEST(suite, ...) \
  TCK_TEST_OF(testing::Test, #suite, TCK_JOIN(TCK_JOIN(suite, _of_line_), __LINE__), __VA_ARGS__)
#define TCK_TEST_F(fixture, ...) \
  TCK_TEST_OF(fixture, #fixture, TCK_JOIN(TCK_JOIN(fixture, _of_line_), __LINE__), __VA_ARGS__)
