#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "imports/import_map.h"

namespace songhua::imports {
namespace {

// The samples of docs/import-map.md, each with its own faults.
TEST(Docs, EverySampleOfTheImportMapPageIsValid) {
  std::ifstream file(SONGHUA_TEST_DATA "/../../docs/import-map.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::string open = "```toml\n", close = "```\n";
  std::size_t samples = 0;
  for (auto at = page.find(open); at != std::string::npos; at = page.find(open, at)) {
    at += open.size();
    const auto sample = page.substr(at, page.find(close, at) - at);
    const auto map = ImportMap::parse(sample, "import-map.md", TimeZone::shanghai());
    EXPECT_TRUE(map) << map.error().message;
    ++samples;
  }
  EXPECT_EQ(samples, 3U);
}

}  // namespace
}  // namespace songhua::imports
