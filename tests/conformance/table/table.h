#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

// The table of Sparkplug's assertions against the tests that prove them.
namespace songhua::conformance {

struct Assertion {
  std::string id;    // tck-id-...
  std::string side;  // edge, host, both, broker
  bool applies = true;
  std::string reason;  // why it does not apply
};

// assertions.tsv. An error names the line.
Result<std::vector<Assertion>> parse_assertions(std::string_view text);

// Suites of one test program that prove an id, by id; from what `PROGRAM --gtest_list_tests` prints.
using Proofs = std::map<std::string, std::vector<std::string>>;  // tck-id-... -> "program Suite"
void read_tests(const std::string& program, std::string_view list, Proofs& proofs);

// What is wrong: an applicable id without test, a test of an id that is not listed, a test of one that does not apply.
std::vector<std::string> faults(const std::vector<Assertion>& assertions, const Proofs& proofs);

// The page as Markdown.
std::string page(const std::vector<Assertion>& assertions, const Proofs& proofs);

}  // namespace songhua::conformance
