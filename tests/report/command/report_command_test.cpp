#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

// The `report` command of the real program on a real store.
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status;
  std::string said;
};

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class ReportCommand : public ::testing::Test {
 protected:
  ReportCommand() {
    std::string name = (fs::temp_directory_path() / "songhua-bulletin-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::ofstream(folder_ / "central.toml")
        << "region = \"220000\"\nstore = \"sqlite://" << (folder_ / "centre.db").string()
        << "\"\n[broker]\nservers = [\"tcp://127.0.0.1:1\"]\n";
    const std::string data = SONGHUA_DEPLOY_DATA;
    const auto imported = central("register import " + data + "/catalogue.toml " + data + "/samples/enterprises.csv " +
                                  data + "/samples/base.csv " + data + "/samples/target.toml");
    EXPECT_EQ(imported.status, 0) << imported.said;
  }
  ~ReportCommand() override { fs::remove_all(folder_); }

  [[nodiscard]] Outcome central(const std::string& arguments, const std::string& environment = "") const {
    const auto log = folder_ / "said.txt";
    const auto command = environment + " " + SONGHUA_CENTRAL + " " + arguments + " -c " +
                         (folder_ / "central.toml").string() + " >" + log.string() + " 2>&1";
    const int raw = std::system(command.c_str());
    return {WIFEXITED(raw) ? WEXITSTATUS(raw) : -1, text_of(log)};
  }
  [[nodiscard]] Outcome report(const std::string& arguments, const std::string& environment = "") const {
    return central("report " + arguments, environment);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

TEST_F(ReportCommand, WritesAllFormatsTheSameInAnotherZoneAndLocale) {
  for (const char* ending : {"html", "csv", "xlsx"}) {
    const auto here = file(std::string("a.") + ending), there = file(std::string("b.") + ending);
    const auto first = report("--period 2019-03 -o " + here);
    ASSERT_EQ(first.status, 0) << first.said;
    EXPECT_EQ(first.said, "");
    ASSERT_EQ(report("--period 2019-03 -o " + there, "TZ=America/St_Johns LC_ALL=de_DE.UTF-8").status, 0);
    const auto bytes = text_of(here);
    EXPECT_GT(bytes.size(), 500U);
    EXPECT_TRUE(bytes == text_of(there)) << ending;
    EXPECT_FALSE(fs::exists(here + ".part"));
  }
}

TEST_F(ReportCommand, WritesOneBulletinInSeveralFormats) {
  const auto both = report("--period 2019-03 -o " + file("c.html") + " -o " + file("c.csv"));
  ASSERT_EQ(both.status, 0) << both.said;
  ASSERT_EQ(report("--period 2019-03 -o " + file("d.csv")).status, 0);
  EXPECT_TRUE(text_of(file("c.csv")) == text_of(file("d.csv")));
  EXPECT_TRUE(text_of(file("c.html")).starts_with("<!doctype html>"));
}

TEST_F(ReportCommand, RefusesWhatItCannotMake) {
  const auto check = [&](const std::string& arguments, int status, const std::string& says) {
    const auto outcome = report(arguments);
    EXPECT_EQ(outcome.status, status) << arguments << ": " << outcome.said;
    EXPECT_NE(outcome.said.find(says), std::string::npos) << arguments << ": " << outcome.said;
  };
  check("--period 2019-03 -o " + file("a.pdf"), 2, ".html, .xlsx or .csv");
  check("--period 2019-03 -o " + file("a.html") + " --lang fr", 2, "one of zh, en, both");
  check("--period 2019-03-15 -o " + file("a.html"), 2, "month or longer");
  check("--period 2019-13 -o " + file("a.html"), 2, "2019-13");
  check("--period 2999-03 -o " + file("a.html"), 2, "future");
  check("--period 2019-03 -o " + file("a.html") + " --national-growth viel", 2, "not a rate in percent");
  check("--period 2019-03 -o " + file("none/a.html"), 3, "cannot be written");
  check("--period 2019-03", 2, "--output");
  EXPECT_FALSE(fs::exists(file("a.html")));
}

}  // namespace
