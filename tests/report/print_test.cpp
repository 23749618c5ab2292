#include <fstream>
#include <regex>

#include "province.h"
#include "support/process.h"
#include "support/temp_dir.h"

// The bulletin on paper: what a press office prints must not be cut. Chromium lays the page out by its print rules at
// the width that A4 leaves between the margins, and says what sticks out.
namespace songhua::report {
namespace {

using ::testing::HasSubstr;

constexpr int kInside = 687;  // (210 - 2 * 14) mm at 96 px an inch

std::string page(Language language) {
  World world;
  fill(world, 3);
  const auto inputs = register_of();
  return to_html(bulletin_of("2019-03", inputs, world,
                             [](std::vector<indicators::IndicatorRow>&) { return Result<Protection>(Protection{}); }),
                 language);
}

// The page as print lays it out, with a script that tells what is wider than the paper.
std::string as_printed(std::string html) {
  html = std::regex_replace(html, std::regex("@media print"), "@media all");
  html = std::regex_replace(html, std::regex("<meta[^>]*Content-Security-Policy[^>]*>"), "");
  const std::string script =
      "<script>const wide = [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > " +
      std::to_string(kInside + 1) +
      ");document.body.dataset.wide = wide.length;document.body.dataset.at = innerWidth + ' ' + "
      "wide.slice(0, 3).map(e => e.tagName + ' ' + e.textContent.slice(0, 40)).join('; ');</script>";
  return html.insert(html.rfind("</body>"), script);
}

std::string laid_out(const std::string& html) {
  const test::TempDir folder;
  std::ofstream(folder.path() / "page.html", std::ios::binary) << html;
  test::Process browser("chromium", {"--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                                     "--hide-scrollbars", "--user-data-dir=" + (folder.path() / "profile").string(),
                                     "--window-size=" + std::to_string(kInside) + ",1000", "--dump-dom",
                                     "file://" + (folder.path() / "page.html").string()});
  EXPECT_EQ(browser.wait(std::chrono::seconds{240}), 0) << browser.err();
  return browser.out();
}

TEST(Print, NothingIsWiderThanA4) {
  for (const auto language : {Language::zh, Language::en, Language::both}) {
    const auto html = page(language);
    ASSERT_THAT(html, HasSubstr("</body>"));
    const auto shown = laid_out(as_printed(html));
    std::smatch told;
    ASSERT_TRUE(std::regex_search(shown, told, std::regex("data-wide=\"([0-9]+)\" data-at=\"([^\"]*)\"")));
    EXPECT_EQ(told[1].str(), "0") << told[2].str();
    EXPECT_THAT(told[2].str(), ::testing::StartsWith(std::to_string(kInside)));
  }
}

TEST(Print, HeadsAreRepeatedAndRowsStayWithTheirTables) {
  const auto html = page(Language::both);
  for (const char* rule : {
           "thead { display: table-header-group;",  // on each page that a table goes on to
           "tr, figure, .head, .note, .missing, dd { break-inside: avoid; }",
           "h2, h3, figcaption, dt { break-after: avoid; }",  // no heading at the foot of a page
           "tbody tr:nth-child(-n+3):not(:last-child)",       // nor a table's first row alone,
           "tbody tr:nth-last-child(-n+4):not(:last-child)",  // nor its last one
           ".note, .missing { break-before: avoid; }",
       }) {
    EXPECT_THAT(html, HasSubstr(rule));
  }
}

}  // namespace
}  // namespace songhua::report
