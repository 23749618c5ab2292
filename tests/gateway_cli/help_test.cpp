// What a newcomer reads first: every command explains itself, and its examples are what the program takes.
#include <gtest/gtest.h>

#include <sstream>

#include "support/process.h"
#include "support/temp_dir.h"

namespace songhua::test {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string help_of(const std::string& program, const std::vector<std::string>& command) {
  auto arguments = command;
  arguments.emplace_back("--help");
  const auto done = run(built_program(program), arguments);
  EXPECT_EQ(done.status, 0) << done.err;
  return done.out;
}

// The words that the help lists under "Subcommands:".
std::vector<std::string> commands_of(const std::string& help) {
  std::vector<std::string> commands;
  bool listed = false;
  for (const auto& line : lines_of(help)) {
    if (line == "Subcommands:") {
      listed = true;
    } else if (listed && line.size() > 2 && line.starts_with("  ") && line[2] != ' ') {
      commands.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
  }
  return commands;
}

// Lines that call the program, without the remark behind three blanks; a backslash joins the next one.
std::vector<std::string> examples_of(const std::string& help, const std::string& program) {
  std::vector<std::string> examples;
  bool goes_on = false;
  for (const auto& line : lines_of(help.substr(0, help.find("Usage:")))) {
    const auto start = line.find_first_not_of(' ');
    if (start == std::string::npos) continue;
    auto text = line.substr(start);
    const bool begins = start == 2 && text.starts_with(program + " ");
    if (!begins && !goes_on) continue;
    text = text.substr(0, text.find("   "));
    const bool more = text.ends_with(" \\");
    if (more) text.resize(text.size() - 1);
    if (goes_on) {
      examples.back() += text;
    } else {
      examples.push_back(text);
    }
    goes_on = more;
  }
  return examples;
}

// In an empty folder nothing is found; but a usage that is wrong is told as such.
void expect_understood(const std::string& program, const std::string& example) {
  const TempDir dir;
  const auto folder = built_program(program).parent_path().string();
  Process shell("sh", {"-c", "PATH=" + folder + ":$PATH timeout 2 " + example},
                {.directory = dir.path(), .environment = {}});
  (void)shell.wait();
  EXPECT_EQ(shell.err().find("--help"), std::string::npos) << example << "\n" << shell.err();
}

class Help : public testing::TestWithParam<const char*> {};

TEST_P(Help, HasAnExampleForEveryCommandAndTheProgramTakesIt) {
  const std::string program = GetParam();
  const auto commands = commands_of(help_of(program, {}));
  EXPECT_GT(commands.size(), 3U);
  for (const auto& command : commands) {
    const auto help = help_of(program, {command});
    auto examples = examples_of(help, program);
    EXPECT_FALSE(examples.empty()) << program << ' ' << command << " has no example";
    if (program != "songhua-line" || command != "ctl") {
      for (const auto& word : commands_of(help)) {
        for (auto& example : examples_of(help_of(program, {command, word}), program)) examples.push_back(example);
      }
    }
    for (const auto& example : examples) expect_understood(program, example);
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, Help, testing::Values("songhua-gateway", "songhua-central", "songhua-line"));

}  // namespace
}  // namespace songhua::test
