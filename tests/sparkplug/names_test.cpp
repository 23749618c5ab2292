#include "sparkplug/names.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace songhua::sparkplug {
namespace {

Metric& add(Payload& p, const std::string& name, std::optional<std::uint64_t> alias, std::uint32_t datatype) {
  auto& m = *p.add_metrics();
  m.set_name(name);
  if (alias) m.set_alias(*alias);
  m.set_datatype(datatype);
  return m;
}

TEST(DeviceNames, FindByNameAndAlias) {
  Payload p;
  add(p, "b", 7, pb::Int64);
  add(p, "a", 0, pb::Double);
  add(p, "c", std::nullopt, pb::String);
  const auto names = DeviceNames::of_birth("D", p);
  ASSERT_NE(names->by_alias(0), nullptr);  // alias 0 is legal
  EXPECT_EQ(names->by_alias(0)->name, "a");
  EXPECT_EQ(names->by_alias(7)->datatype, pb::Int64);
  EXPECT_EQ(names->by_alias(1), nullptr);
  EXPECT_EQ(names->by_name("c")->datatype, pb::String);
  EXPECT_EQ(names->by_name("d"), nullptr);
  EXPECT_EQ(names->all().front().name, "a");
}

TEST(DeviceNames, OfEqualNamesTheLastWins) {
  Payload p;
  add(p, "a", 1, pb::Int64);
  add(p, "a", 2, pb::Double);
  const auto names = DeviceNames::of_birth("", p);
  EXPECT_EQ(names->all().size(), 1U);
  EXPECT_EQ(names->by_alias(2)->datatype, pb::Double);
  EXPECT_EQ(names->by_alias(1), nullptr);
  EXPECT_EQ(names->faults(), 1U);
}

TEST(DeviceNames, AnAliasOfTwoMetricsExplainsNothing) {
  Payload p;
  add(p, "a", 1, pb::Int64);
  add(p, "b", 1, pb::Int64);
  add(p, "c", 2, pb::Int64);
  const auto names = DeviceNames::of_birth("", p);
  EXPECT_EQ(names->by_alias(1), nullptr);
  EXPECT_EQ(names->by_alias(2)->name, "c");
  EXPECT_NE(names->by_name("a"), nullptr);
}

TEST(DeviceNames, LeaveOutWhatHasNoName) {
  Payload p;
  p.add_metrics()->set_alias(3);
  add(p, "\xff", 4, pb::Int64);
  add(p, "", 5, pb::Int64);
  add(p, "ok", 6, pb::Int64);
  const auto names = DeviceNames::of_birth("", p);
  EXPECT_EQ(names->all().size(), 1U);
  EXPECT_EQ(names->faults(), 3U);
  EXPECT_EQ(names->by_alias(4), nullptr);
}

TEST(DeviceNames, IdIsTheContentNotTheValues) {
  Payload p, q;
  add(p, "a", 1, pb::Int64).set_long_value(1);
  p.set_timestamp(5);
  add(q, "a", 1, pb::Int64).set_long_value(2);
  EXPECT_EQ(DeviceNames::of_birth("D", p)->id(), DeviceNames::of_birth("D", q)->id());
  EXPECT_NE(DeviceNames::of_birth("D", p)->id(), DeviceNames::of_birth("E", p)->id());
  q.mutable_metrics(0)->set_datatype(pb::UInt64);
  EXPECT_NE(DeviceNames::of_birth("D", p)->id(), DeviceNames::of_birth("D", q)->id());
  // Stable for ever: stored journals refer to it.
  EXPECT_EQ(DeviceNames::of_birth("D", p)->id(), DeviceNames::of_birth("D", p)->id());
}

TEST(NameTable, ADeviceBirthReplacesJustItsShare) {
  Payload node, d1, d2;
  add(node, "n", 1, pb::Int64);
  add(d1, "x", 2, pb::Int64);
  add(d2, "y", 2, pb::Int64);
  const NameTable start({DeviceNames::of_birth("", node)});
  const auto one = start.with(DeviceNames::of_birth("D", d1));
  const auto two = one->with(DeviceNames::of_birth("D", d2));
  EXPECT_EQ(start.device("D"), nullptr);
  EXPECT_EQ(one->device("D")->by_alias(2)->name, "x");
  EXPECT_EQ(two->device("D")->by_alias(2)->name, "y");
  EXPECT_EQ(one->device(""), two->device(""));
  EXPECT_NE(one->id(), two->id());
  EXPECT_EQ(two->owner_of(1)->device(), "");
  EXPECT_EQ(two->owner_of(2)->device(), "D");
  EXPECT_EQ(two->owner_of(3), nullptr);
}

RC_GTEST_PROP(NameTable, SurvivesBytes, (std::vector<std::vector<std::pair<std::string, std::uint64_t>>> births)) {
  NameTable start;
  auto table = std::make_shared<const NameTable>(start);
  for (std::size_t d = 0; d < births.size(); ++d) {
    Payload p;
    for (const auto& [name, alias] : births[d])
      add(p, name, alias % 3 == 0 ? std::nullopt : std::optional(alias), static_cast<std::uint32_t>(alias % 40));
    table = table->with(DeviceNames::of_birth(d == 0 ? "" : "D" + std::to_string(d % 4), p));
  }
  const auto bytes = table->serialize();
  const auto copy = NameTable::deserialize(bytes);
  RC_ASSERT(copy.ok());
  RC_ASSERT((*copy)->id() == table->id());
  RC_ASSERT((*copy)->serialize() == bytes);
  for (const auto& share : table->shares()) {
    const auto* other = (*copy)->device(share->device());
    RC_ASSERT(other != nullptr);
    RC_ASSERT(other->all() == share->all());
    for (const auto& def : share->all())
      if (def.alias) RC_ASSERT((other->by_alias(*def.alias) == nullptr) == (share->by_alias(*def.alias) == nullptr));
  }
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) RC_ASSERT(!NameTable::deserialize(bytes.substr(0, cut)).ok());

  const auto by_id = [&](std::uint64_t id) {
    std::shared_ptr<const DeviceNames> found;
    for (const auto& share : table->shares())
      if (share->id() == id) found = share;
    return found;
  };
  const auto ids = table->serialize_ids();
  const auto listed = NameTable::deserialize(ids, by_id);
  RC_ASSERT(listed.ok());
  RC_ASSERT((*listed)->id() == table->id());
  RC_ASSERT((*listed)->shares() == table->shares());
  RC_ASSERT((*NameTable::deserialize(bytes, by_id))->id() == table->id());  // the older form still reads
  for (std::size_t cut = 0; cut < ids.size(); ++cut) RC_ASSERT(!NameTable::deserialize(ids.substr(0, cut), by_id).ok());
}

}  // namespace
}  // namespace songhua::sparkplug
