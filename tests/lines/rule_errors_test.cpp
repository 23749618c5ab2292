#include <gtest/gtest.h>

#include "lines/mapping.h"

// Every fault of a lines.toml and the words in which it is told.
namespace songhua::lines {
namespace {

std::string fault(std::string_view rule) {
  const auto parsed = Mapping::parse("[[rule]]\n" + std::string(rule), "lines.toml");
  return parsed ? "none" : parsed.error().message;
}

TEST(RuleErrors, SyntaxAndKeys) {
  EXPECT_EQ(fault("metric = \n").substr(0, 33), "lines.toml:2: not valid TOML: Err");
  EXPECT_EQ(Mapping::parse("[[rules]]\n", "l.toml").error().message,
            "l.toml:1: rules: is not a known key: did you mean 'rule'?");
  EXPECT_EQ(Mapping::parse("[rule]\n", "l.toml").error().message,
            "l.toml:1: rule: must be a list of tables: write [[rule]], but is a table");
  EXPECT_EQ(fault("metric = \"a\"\nmeasur = \"output.good\"\n"),
            "lines.toml:3: rule[1].measur: is not a known key: did you mean 'measure'?");
  EXPECT_EQ(fault("metric = 3\n"), "lines.toml:2: rule[1].metric: must be a text, but is a whole number");
  EXPECT_EQ(fault("silence = \"unchanged\"\n"), "lines.toml:1: rule[1]: needs device or metric, else it says nothing");
}

TEST(RuleErrors, Patterns) {
  EXPECT_EQ(fault("device = \"G\"\n"),
            "lines.toml:2: rule[1].device: 'G' has 1 level: write GROUP/NODE or GROUP/NODE/DEVICE");
  EXPECT_EQ(fault("device = \"G/E/D/x\"\n"),
            "lines.toml:2: rule[1].device: 'G/E/D/x' has 4 levels: write GROUP/NODE or GROUP/NODE/DEVICE");
  EXPECT_EQ(fault("metric = \"a{b\"\n"),
            "lines.toml:2: rule[1].metric: braces hold a name of letters, digits and '_', like {product}");
  EXPECT_EQ(fault("device = \"G/E/{x}\"\nmetric = \"{x}\"\n"),
            "lines.toml:3: rule[1].metric: {x} stands in device, too: give each its own name");
  EXPECT_EQ(fault("metric = \"Cnt/{produkt}\"\nmeasure = \"output.good\"\nproduct = \"{product}\"\n"),
            "lines.toml:4: rule[1].product: {product} stands neither in device nor in metric: did you mean {produkt}?");
  EXPECT_EQ(fault("device = \"G/E\"\nline = \"\"\n"), "lines.toml:3: rule[1].line: must not be empty");
}

TEST(RuleErrors, MeasuresAndKinds) {
  EXPECT_EQ(fault("metric = \"a\"\nmeasure = \"output.goods\"\n"),
            "lines.toml:3: rule[1].measure: 'output.goods' is not a measure: did you mean 'output.good'?");
  EXPECT_EQ(fault("metric = \"a\"\nmeasure = \"output.good\"\nkind = \"counter\"\n"),
            "lines.toml:4: rule[1].kind: 'counter' is not one of totalizer, rate, state, amount, gauge, ignore");
  EXPECT_EQ(fault("metric = \"a\"\nmeasure = \"output.good\"\nkind = \"gauge\"\n"),
            "lines.toml:4: rule[1].kind: 'output.good' cannot be a gauge: gauges are called process.NAME");
  EXPECT_EQ(fault("metric = \"a\"\nmeasure = \"process.x\"\nkind = \"rate\"\n"),
            "lines.toml:4: rule[1].kind: 'process.x' is a gauge and cannot be a rate");
  EXPECT_EQ(fault("metric = \"a\"\nkind = \"rate\"\n"),
            "lines.toml:1: rule[1].measure: is missing: kind alone says nothing");
  EXPECT_EQ(fault("metric = \"a\"\nproduct = \"p\"\n"), "lines.toml:3: rule[1].product: needs a measure");
  EXPECT_EQ(fault("device = \"G/E\"\nmeasure = \"output.good\"\n"),
            "lines.toml:3: rule[1].measure: needs a metric: a rule for a whole device cannot say it");
}

TEST(RuleErrors, States) {
  EXPECT_EQ(fault("metric = \"a\"\nmeasure = \"time.execute\"\nkind = \"state\"\n"),
            "lines.toml:3: rule[1].measure: must be left out: a state gives time.STATE for each of its states");
  EXPECT_EQ(fault("metric = \"a\"\nmeasure = \"output.good\"\nkind = \"rate\"\nstates = { 1 = \"execute\" }\n"),
            "lines.toml:5: rule[1].states: needs kind = \"state\"");
  EXPECT_EQ(fault("metric = \"a\"\nstates = { 1 = 6 }\n"),
            "lines.toml:3: rule[1].states: value 1 needs the name of a state, like \"execute\"");
  EXPECT_EQ(fault("metric = \"a\"\nkind = \"state\"\nstates = {}\n"),
            "lines.toml:4: rule[1].states: must not be empty");
  EXPECT_EQ(fault("metric = \"a\"\nkind = \"state\"\nfactor = \"2\"\n"),
            "lines.toml:4: rule[1].factor: has nothing to act on here");
}

TEST(RuleErrors, Traits) {
  const std::string head = "metric = \"a\"\nmeasure = \"output.good\"\n";
  EXPECT_EQ(fault(head + "factor = \"x\"\n"),
            "lines.toml:4: rule[1].factor: 'x' is not understood: write a factor like \"1000\", \"0.5\" or \"3/2\"");
  EXPECT_EQ(fault(head + "factor = 1000\n"), "lines.toml:4: rule[1].factor: must be a text, but is a whole number");
  EXPECT_EQ(fault(head + "factor = \"-1\"\n"), "lines.toml:4: rule[1].factor: must be greater than zero");
  EXPECT_EQ(fault(head + "width = 65\n"),
            "lines.toml:4: rule[1].width: must be the counter's bits, 8 to 64, or 0 for a counter that does not wrap");
  EXPECT_EQ(fault(head + "rate_limit = \"100\"\n"),
            "lines.toml:4: rule[1].rate_limit: '100' is not understood: write units per time like \"100/min\"");
  EXPECT_EQ(fault(head + "silence = \"same\"\n"),
            "lines.toml:4: rule[1].silence: 'same' is not one of unchanged, unknown");
  EXPECT_EQ(fault(head + "gap = \"1 hour\"\n").substr(0, 57),
            "lines.toml:4: rule[1].gap: '1 hour' is not a duration: wr");
  EXPECT_EQ(fault(head + "official = \"no\"\n"),
            "lines.toml:4: rule[1].official: must be true or false, but is a text");
  EXPECT_EQ(fault(head + "trapezoid = true\n"), "lines.toml:4: rule[1].trapezoid: needs kind = \"rate\"");
  EXPECT_EQ(fault(head + "kind = \"amount\"\nwidth = 32\n"), "lines.toml:5: rule[1].width: is for totalizers only");
}

TEST(RuleErrors, AllAreTold) {
  EXPECT_EQ(
      fault("metric = \"a\"\nmeasure = \"x\"\nwidth = 1\n[[rule]]\ndevice = \"G\"\nfoo = 1\n"),
      "lines.toml:3: rule[1].measure: 'x' is not a measure: write output.good, output.rejected, output.reworked, "
      "dispatch.quantity, time.STATE, energy.CARRIER, labour.time, event.failures, equipment.units or process.NAME\n"
      "lines.toml:4: rule[1].width: must be the counter's bits, 8 to 64, or 0 for a counter that does not wrap\n"
      "lines.toml:6: rule[2].device: 'G' has 1 level: write GROUP/NODE or GROUP/NODE/DEVICE\n"
      "lines.toml:7: rule[2].foo: is not a known key");
}

}  // namespace
}  // namespace songhua::lines
