#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <locale>

#include "model/csv.h"
#include "province.h"

namespace songhua::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Bulletin& march() {
  static const Bulletin bulletin = [] {
    World world;
    fill(world, 3);
    const auto inputs = register_of();
    return bulletin_of("2019-03", inputs, world, [](std::vector<indicators::IndicatorRow>& rows) {
      for (auto& row : rows) {
        if (row.scope.get("industry") == "C37") row.value = indicators::Reason::confidential;
      }
      return Result<Protection>(Protection{});
    });
  }();
  return bulletin;
}

struct Rendered {
  std::string html, csv, xlsx;
  bool operator==(const Rendered&) const = default;
};

Rendered rendered(Language language) {
  return {to_html(march(), language), to_csv(march(), language), to_xlsx(march(), language).value()};
}

// Numbers as another country writes them, for streams; the C library's locale where the system has one.
struct Commas : std::numpunct<char> {
  [[nodiscard]] char do_decimal_point() const override { return ','; }
  [[nodiscard]] char do_thousands_sep() const override { return '.'; }
  [[nodiscard]] std::string do_grouping() const override { return "\3"; }
};

class Abroad {
 public:
  Abroad() : before_(std::locale::global(std::locale(std::locale(), new Commas))) {
    if (const char* zone = std::getenv("TZ")) zone_ = zone;
    setenv("TZ", "America/St_Johns", 1);
    tzset();
    if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) std::setlocale(LC_ALL, "C.UTF-8");
  }
  Abroad(const Abroad&) = delete;
  Abroad& operator=(const Abroad&) = delete;
  ~Abroad() {
    std::locale::global(before_);
    std::setlocale(LC_ALL, "C");
    zone_.empty() ? unsetenv("TZ") : setenv("TZ", zone_.c_str(), 1);
    tzset();
  }

 private:
  std::locale before_;
  std::string zone_;
};

TEST(Documents, AreTheSameBytesAgainAndInAnotherZoneAndLocale) {
  for (const auto language : {Language::zh, Language::en, Language::both}) {
    const auto first = rendered(language);
    EXPECT_TRUE(rendered(language) == first);
    const Abroad abroad;
    const auto there = rendered(language);
    EXPECT_TRUE(there.html == first.html);
    EXPECT_TRUE(there.csv == first.csv);
    EXPECT_TRUE(there.xlsx == first.xlsx);
  }
}

TEST(Documents, TheSameFiguresMakeTheSameBytesFromTheStart) {
  const auto make = [] {
    World world;
    fill(world, 3);
    const auto inputs = register_of();
    return to_html(bulletin_of("2019-03", inputs, world), Language::both);
  };
  const auto first = make();
  const Abroad abroad;
  EXPECT_TRUE(make() == first);
}

TEST(Documents, CsvIsTidy) {
  const auto text = to_csv(march(), Language::both);
  ASSERT_THAT(text, StartsWith("\xEF\xBB\xBFtable,row,column,value,unit,status,flags,period,row_zh,row_en,column_zh,"
                               "column_en\n"));
  CsvReader reader(text);
  std::vector<std::string> fields;
  std::set<std::vector<std::string>> keys;
  std::size_t lines = 0, figures = 0;
  while (reader.next(fields).value()) {
    if (lines++ == 0) continue;
    ASSERT_EQ(fields.size(), 12U);
    EXPECT_TRUE(keys.insert({fields[0], fields[1], fields[2]}).second)
        << fields[0] << " " << fields[1] << " " << fields[2];
    if (fields[3].empty()) {
      EXPECT_EQ(fields[5], "") << "a status belongs to a figure";
      continue;
    }
    ++figures;
    EXPECT_TRUE(indicators::parse_exact(fields[3])) << fields[3];
    EXPECT_THAT(fields[5], ::testing::AnyOf("final", "preliminary", "revised"));
  }
  EXPECT_GT(figures, 300U);
  EXPECT_THAT(text, HasSubstr("industries,C37,period.industrial_value_added,,CNY 10k,,confidential,"));
}

// Files in a folder of their own, gone at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "songhua-report-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string put(const std::string& name, const std::string& bytes) const {
    const auto file = path_ / name;
    std::ofstream(file, std::ios::binary) << bytes;
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

// Readers that are not ours: zip, XML and HTML of Python's standard library. The script tells what is wrong on stdout.
int checked(const std::string& kind, const std::string& file, const std::string& other = "") {
  const auto command = std::string(PYTHON3) + " " + REPORT_CHECKS + " " + kind + " " + file + " " + other;
  return std::system(command.c_str());
}

TEST(Documents, TheWorkbookHoldsEveryFigureAsANumberWithItsDecimals) {
  const Folder folder;
  for (const auto language : {Language::zh, Language::en, Language::both}) {
    const auto book = folder.put("b.xlsx", to_xlsx(march(), language).value());
    EXPECT_EQ(checked("xlsx", book, folder.put("b.csv", to_csv(march(), Language::both))), 0);
  }
}

TEST(Documents, ThePageIsWellFormedAndLoadsNothing) {
  const Folder folder;
  for (const auto language : {Language::zh, Language::en, Language::both}) {
    EXPECT_EQ(checked("html", folder.put("b.html", to_html(march(), language))), 0);
  }
}

TEST(Documents, AllThreeSayTheSameCellByCell) {
  const Folder folder;
  const auto csv = folder.put("b.csv", to_csv(march(), Language::both));
  for (const auto language : {Language::zh, Language::en, Language::both}) {
    const auto page = folder.put("b.html", to_html(march(), language));
    const auto book = folder.put("b.xlsx", to_xlsx(march(), language).value());
    EXPECT_EQ(checked("all", page, std::string(book).append(" ").append(csv)), 0);
  }
}

TEST(Documents, OneLanguageIsOneLanguage) {
  const auto en = to_html(march(), Language::en), zh = to_html(march(), Language::zh);
  const auto body = [](const std::string& html) { return html.substr(html.find("</style>")); };
  for (const char c : body(en)) {
    const auto byte = static_cast<unsigned char>(c);
    ASSERT_FALSE(byte >= 0xE4 && byte <= 0xE9) << "a Chinese character in the English bulletin";
  }
  EXPECT_THAT(body(zh), Not(HasSubstr("growth")));
  EXPECT_THAT(to_csv(march(), Language::zh).substr(0, 100), HasSubstr("period,row_zh,column_zh\n"));
}

TEST(Documents, SheetsHaveWholeWordsForNames) {
  const Folder folder;
  const auto book = folder.put("b.xlsx", to_xlsx(march(), Language::en).value());
  EXPECT_EQ(checked("names", book), 0);
}

TEST(Documents, TextsAreEscaped) {
  Bulletin bulletin;
  bulletin.title = {"<b>&\"", "<script>"};
  bulletin.year = 2019;
  bulletin.month = 3;
  bulletin.day = 31;
  const auto html = to_html(bulletin, Language::both);
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;&amp;&quot;"));
  EXPECT_THAT(html, Not(HasSubstr("<script>")));
}

}  // namespace
}  // namespace songhua::report
