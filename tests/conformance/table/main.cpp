// conformance_table ASSERTIONS.tsv PAGE.md PROGRAM=LIST...: writes the page, or says what is missing and fails the
// build. LIST holds what PROGRAM --gtest_list_tests printed.
#include <cstdio>
#include <fstream>
#include <sstream>

#include "table/table.h"

namespace {

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace songhua::conformance;
  if (argc < 4) {
    std::fputs("usage: conformance_table ASSERTIONS.tsv PAGE.md PROGRAM=LIST...\n", stderr);
    return 2;
  }
  const auto assertions = parse_assertions(content_of(argv[1]));
  if (!assertions) {
    std::fprintf(stderr, "%s\n", assertions.error().message.c_str());
    return 1;
  }
  Proofs proofs;
  for (int i = 3; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    read_tests(argument.substr(0, equals), content_of(argument.substr(equals + 1)), proofs);
  }
  const auto wrong = faults(*assertions, proofs);
  for (const auto& fault : wrong) std::fprintf(stderr, "conformance: %s\n", fault.c_str());
  if (!wrong.empty()) {
    std::fprintf(stderr, "conformance: %zu faults; tests/conformance/tck/tck.h says how tests are named\n",
                 wrong.size());
    return 1;
  }
  std::ofstream out(argv[2], std::ios::binary);
  out << page(*assertions, proofs);
  return out.flush() ? 0 : 1;
}
