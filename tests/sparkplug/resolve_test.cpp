#include "sparkplug/resolve.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace songhua::sparkplug {
namespace {

// Births of a node and of devices L1 and L2; messages are built on top.
class Resolve : public testing::Test {
 protected:
  Resolve() {
    Payload node, one, two;
    define(node, "Uptime", 1, pb::UInt64);
    define(one, "Good", 2, pb::Int64);
    define(one, "Small", 3, pb::Int8);
    define(one, "Wide", 4, pb::UInt32);
    define(one, "Temp", 5, pb::Double);
    define(one, "Text", 6, pb::String);
    define(two, "Good", 9, pb::Int64);
    table_ = NameTable(
        {DeviceNames::of_birth("", node), DeviceNames::of_birth("L1", one), DeviceNames::of_birth("L2", two)});
    message_.set_timestamp(5000);
  }
  static void define(Payload& birth, const char* name, std::uint64_t alias, std::uint32_t type) {
    auto& m = *birth.add_metrics();
    m.set_name(name);
    m.set_alias(alias);
    m.set_datatype(type);
  }
  Metric& aliased(std::uint64_t alias) {
    auto& m = *message_.add_metrics();
    m.set_alias(alias);
    return m;
  }
  Metric& named(const char* name) {
    auto& m = *message_.add_metrics();
    m.set_name(name);
    return m;
  }
  const std::vector<ResolvedMetric>& run(ResolveOptions options = {}, bool known = true) {
    resolve(message_, "L1", known ? &table_ : nullptr, options, out_);
    return out_.metrics;
  }
  NameTable table_;
  Payload message_;
  ResolvedMessage out_;
};

TEST_F(Resolve, tck_id_payloads_alias_data_cmd_requirement) {
  aliased(2).set_long_value(static_cast<std::uint64_t>(-2));
  const auto& m = run().at(0);
  EXPECT_TRUE(m.usable());
  EXPECT_EQ(m.name, "Good");
  EXPECT_EQ(m.datatype, pb::Int64);
  EXPECT_EQ(std::get<std::int64_t>(m.value), -2);
  EXPECT_EQ(m.time, unix_millis(5000));  // the payload's
}

TEST_F(Resolve, TakesTheMetricsOwnTimeAndFlags) {
  auto& sent = aliased(2);
  sent.set_long_value(1);
  sent.set_timestamp(4000);
  sent.set_is_historical(true);
  sent.set_is_transient(true);
  const auto& m = run().at(0);
  EXPECT_EQ(m.time, unix_millis(4000));
  EXPECT_TRUE(m.is_historical && m.is_transient);
}

TEST_F(Resolve, ReadsEachIntegerByTheBirthsDatatype) {
  aliased(3).set_int_value(0xFF);
  aliased(4).set_long_value(4'000'000'000);
  aliased(4).set_int_value(4'000'000'000);
  const auto& m = run();
  EXPECT_EQ(std::get<std::int64_t>(m[0].value), -1);
  EXPECT_EQ(std::get<std::uint64_t>(m[1].value), 4'000'000'000U);
  EXPECT_EQ(std::get<std::uint64_t>(m[2].value), 4'000'000'000U);
  message_.clear_metrics();
  aliased(1).set_long_value(std::numeric_limits<std::uint64_t>::max());
  resolve(message_, "", &table_, {}, out_);
  EXPECT_EQ(std::get<std::uint64_t>(out_.metrics[0].value), std::numeric_limits<std::uint64_t>::max());
}

TEST_F(Resolve, FaultsNeverDisturbNeighbours) {
  message_.add_metrics()->set_long_value(1);
  aliased(77).set_long_value(1);
  aliased(9).set_long_value(1);
  named("Other").set_long_value(1);
  aliased(2);
  aliased(2).set_double_value(1.5);
  aliased(3).set_int_value(300);
  named("\xff").set_long_value(1);
  aliased(5).set_double_value(std::nan(""));
  aliased(5).set_double_value(-std::numeric_limits<double>::infinity());
  aliased(6).set_string_value("\xc3");
  auto& late = aliased(2);
  late.set_long_value(1);
  late.set_timestamp(253'402'300'800'000);
  aliased(2).set_long_value(42);
  const auto& m = run();
  const std::vector<Problem> expected{Problem::no_name,      Problem::unknown_alias, Problem::alias_of_other_device,
                                      Problem::unknown_name, Problem::no_value,      Problem::wrong_datatype,
                                      Problem::out_of_range, Problem::invalid_utf8,  Problem::nan_or_inf,
                                      Problem::nan_or_inf,   Problem::invalid_utf8,  Problem::bad_time,
                                      Problem::none};
  ASSERT_EQ(m.size(), expected.size());
  for (std::size_t i = 0; i < m.size(); ++i)
    EXPECT_EQ(m[i].problem, expected[i]) << i << " " << to_string(m[i].problem);
  for (const auto& metric : m) EXPECT_EQ(std::holds_alternative<std::monostate>(metric.value), !metric.usable());
  EXPECT_TRUE(m[3].usable());  // by its own name
  EXPECT_EQ(std::get<std::int64_t>(m.back().value), 42);
  EXPECT_EQ(out_.unknown, 3U);
}

TEST_F(Resolve, NullWinsOverAValue) {
  auto& sent = aliased(2);
  sent.set_is_null(true);
  sent.set_long_value(7);
  const auto& m = run().at(0);
  EXPECT_TRUE(m.is_null);
  EXPECT_EQ(m.problem, Problem::none);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(m.value));
}

TEST_F(Resolve, TheAliasWinsOverTheNameAndTheBirthOverTheDatatype) {
  auto& sent = aliased(2);
  sent.set_name("Wide");
  sent.set_datatype(pb::UInt64);
  sent.set_long_value(7);
  const auto& m = run().at(0);
  EXPECT_EQ(m.name, "Good");
  EXPECT_EQ(m.datatype, pb::Int64);
  EXPECT_EQ(out_.alias_name_clash, 1U);
  EXPECT_EQ(out_.datatype_clash, 1U);
}

TEST_F(Resolve, WithoutBirthsNamesAreEnough) {
  named("Good").set_long_value(7);
  aliased(2).set_long_value(8);
  const auto& m = run({}, false);
  EXPECT_EQ(m[0].problem, Problem::none);
  EXPECT_EQ(std::get<std::int64_t>(m[0].value), 7);
  EXPECT_EQ(m[1].problem, Problem::unknown_alias);
}

TEST_F(Resolve, OfAHeldMessageWhatCarriesANameIsReadAlone) {
  named("Good").set_long_value(1);
  aliased(3).set_int_value(2);
  auto& both = aliased(4);
  both.set_name("Wide");
  both.set_long_value(3);
  message_.add_metrics();
  EXPECT_EQ(run().size(), 4U);
  ResolveOptions named_part;
  named_part.only_named = true;
  ASSERT_EQ(run(named_part, false).size(), 3U);
  EXPECT_EQ(out_.metrics[1].index, 2U);
}

// To an Int32 0xFFFF'FFFE is -2, to a UInt32 a large counter: without a datatype only the birth knows.
TEST_F(Resolve, ANumberOfNoDatatypeWaitsForItsBirthWhereItsHighestBitIsSet) {
  ResolveOptions named_part;
  named_part.only_named = true;
  named("Wide").set_int_value(0x7FFF'FFFF);
  named("Wide").set_int_value(0x8000'0000);
  auto& typed = named("Wide");
  typed.set_int_value(0xFFFF'FFFE);
  typed.set_datatype(pb::UInt32);
  named("Widest").set_long_value(std::uint64_t{1} << 63U);
  named("Widest").set_long_value((std::uint64_t{1} << 63U) - 1);
  ASSERT_EQ(run(named_part, false).size(), 3U);
  EXPECT_EQ(out_.metrics[0].index, 0U);
  EXPECT_EQ(out_.metrics[1].index, 2U);
  EXPECT_EQ(out_.metrics[2].index, 4U);
}

TEST_F(Resolve, ABirthResolvesByItsOwnNames) {
  auto& sent = aliased(2);
  sent.set_name("New");
  sent.set_datatype(pb::Int32);
  sent.set_int_value(0xFFFFFFFF);
  ResolveOptions birth;
  birth.is_birth = true;
  const auto& m = run(birth).at(0);
  EXPECT_EQ(m.name, "New");
  EXPECT_EQ(std::get<std::int64_t>(m.value), -1);
  EXPECT_EQ(out_.unknown, 0U);
}

TEST_F(Resolve, RefusesMetricsNestedTooDeep) {
  for (int depth : {16, 17}) {
    auto* m = &named("T");
    m->set_datatype(pb::Template);
    auto* t = m->mutable_template_value();
    for (int i = 1; i < depth; ++i) t = t->add_metrics()->mutable_template_value();
  }
  const auto& m = run();
  EXPECT_EQ(m[0].problem, Problem::unknown_name);
  EXPECT_EQ(m[1].problem, Problem::too_deep);
}

TEST_F(Resolve, KeepsTheAbsenceOfAnyTime) {
  message_.clear_timestamp();
  aliased(2).set_long_value(1);
  EXPECT_EQ(run().at(0).time, std::nullopt);
  EXPECT_EQ(out_.time, std::nullopt);
}

}  // namespace
}  // namespace songhua::sparkplug
