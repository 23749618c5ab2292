// The fuzz targets without a fuzzer: the whole corpus, and each input cut short and with one bit turned, the same at
// every run. A broken invariant aborts.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>

extern "C" {
int fuzz_sparkplug_payload(const std::uint8_t* data, std::size_t size);
int fuzz_sparkplug_topic(const std::uint8_t* data, std::size_t size);
int fuzz_sparkplug_state_json(const std::uint8_t* data, std::size_t size);
int fuzz_sparkplug_session(const std::uint8_t* data, std::size_t size);
int fuzz_edge_node_payload(const std::uint8_t* data, std::size_t size);
int fuzz_rollup_record(const std::uint8_t* data, std::size_t size);
int fuzz_storage_segment(const std::uint8_t* data, std::size_t size);
int fuzz_forward_wire(const std::uint8_t* data, std::size_t size);
int fuzz_imports_text(const std::uint8_t* data, std::size_t size);
int fuzz_lines_text(const std::uint8_t* data, std::size_t size);
int fuzz_control_request(const std::uint8_t* data, std::size_t size);
int fuzz_config_text(const std::uint8_t* data, std::size_t size);
int fuzz_model_words(const std::uint8_t* data, std::size_t size);
int fuzz_indicators_inputs(const std::uint8_t* data, std::size_t size);
int fuzz_figures_question(const std::uint8_t* data, std::size_t size);
int fuzz_web_request(const std::uint8_t* data, std::size_t size);
}

namespace songhua {
namespace {

using Target = int (*)(const std::uint8_t*, std::size_t);

int feed(Target target, const std::string& bytes) {
  return target(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::set<std::string> corpus(const std::string& name) {
  std::set<std::string> inputs{""};
  for (const auto& entry : std::filesystem::directory_iterator(std::string(SONGHUA_FUZZ_CORPUS) + "/" + name)) {
    std::ifstream in(entry.path(), std::ios::binary);
    inputs.insert(std::string(std::istreambuf_iterator<char>(in), {}));
  }
  return inputs;
}

void run(const std::string& name, Target target) {
  constexpr int kTurnsPerInput = 40;
  const auto inputs = corpus(name);
  ASSERT_GT(inputs.size(), 3U) << name;
  std::mt19937 random(20190304);
  for (const auto& input : inputs) {
    EXPECT_EQ(feed(target, input), 0);
    for (int turn = 0; turn < kTurnsPerInput && !input.empty(); ++turn) {
      auto changed = input;
      changed[random() % input.size()] ^= static_cast<char>(1U << random() % 8);
      EXPECT_EQ(feed(target, changed), 0);
      EXPECT_EQ(feed(target, changed.substr(0, random() % changed.size())), 0);
    }
  }
}

TEST(FuzzCorpus, Payloads) {
  run("sparkplug_payload", fuzz_sparkplug_payload);
}
TEST(FuzzCorpus, Topics) {
  run("sparkplug_topic", fuzz_sparkplug_topic);
}
TEST(FuzzCorpus, States) {
  run("sparkplug_state_json", fuzz_sparkplug_state_json);
}
TEST(FuzzCorpus, Sessions) {
  run("sparkplug_session", fuzz_sparkplug_session);
}

TEST(FuzzCorpus, CommandsAndStatesOnTheController) {
  run("edge_node_payload", fuzz_edge_node_payload);
}
TEST(FuzzCorpus, Records) {
  run("rollup_record", fuzz_rollup_record);
}
TEST(FuzzCorpus, JournalSegments) {
  run("storage_segment", fuzz_storage_segment);
}
TEST(FuzzCorpus, BatchesAndAnswers) {
  run("forward_wire", fuzz_forward_wire);
}
TEST(FuzzCorpus, ImportedText) {
  run("imports_text", fuzz_imports_text);
}
TEST(FuzzCorpus, LinesToml) {
  run("lines_text", fuzz_lines_text);
}
TEST(FuzzCorpus, ControlRequests) {
  run("control_request", fuzz_control_request);
}
TEST(FuzzCorpus, GatewayAndCentralToml) {
  run("config_text", fuzz_config_text);
}
TEST(FuzzCorpus, PeriodsTimesNumbersTables) {
  run("model_words", fuzz_model_words);
}
TEST(FuzzCorpus, RegistersAndOtherInputs) {
  run("indicators_inputs", fuzz_indicators_inputs);
}
TEST(FuzzCorpus, QuestionsForFigures) {
  run("figures_question", fuzz_figures_question);
}
TEST(FuzzCorpus, HttpRequests) {
  run("web_request", fuzz_web_request);
}

// Twice the input, about twice the time: long payloads of the kinds that invite quadratic work.
TEST(FuzzCorpus, TimeGrowsWithTheInputOnly) {
  const auto repeated = [](const std::string& piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += piece;
    return out;
  };
  const std::string same_alias("\x12\x04\x10\x05\x58\x01", 6), same_name("\x12\x05\x0A\x01n\x58\x01", 7),
      nested("\x12\x04\x92\x01\x01\x12", 6);
  for (const auto& piece : {same_alias, same_name, nested}) {
    const auto seconds = [&](int times) {
      const auto start = std::chrono::steady_clock::now();
      feed(fuzz_sparkplug_payload, repeated(piece, times));
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const auto once = seconds(4'000);
    EXPECT_LT(seconds(16'000), 16 * (once + 0.05));
  }
}

}  // namespace
}  // namespace songhua
