#include "table/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tck/tck.h"

namespace songhua::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Assertion> table(const std::string& text) {
  auto all = parse_assertions(text);
  EXPECT_TRUE(all.ok());
  return all.ok() ? *all : std::vector<Assertion>{};
}

Proofs proofs(const std::string& list) {
  Proofs out;
  read_tests("edge_node", list, out);
  return out;
}

TEST(ConformanceTable, SaysWhatHasNoTestAndWhatNobodyAskedFor) {
  const auto all = table("# comment\ntck-id-a\tedge\tyes\t\ntck-id-b\tbroker\tno\tno broker\n");
  EXPECT_TRUE(faults(all, proofs("Suite.\n  tck_id_a\n  other\n")).empty());
  EXPECT_THAT(faults(all, proofs("Suite.\n  other_tck_id_a\n")), ElementsAre(HasSubstr("tck-id-a (edge)")));
  EXPECT_THAT(faults(all, proofs("Suite.\n  tck_id_a\nSuite2.\n  tck_id_c\n")),
              ElementsAre("tck-id-c (edge_node Suite2): assertions.tsv does not list this id"));
  EXPECT_THAT(faults(all, proofs("Suite.\n  tck_id_a\n  tck_id_b\n")), ElementsAre(HasSubstr("does not apply")));
}

TEST(ConformanceTable, ReadsWhatGtestPrints) {
  const auto all = proofs(
      "Running main() from gtest_main.cc\nS1.\n  tck_id_a\nS2.  # TypeParam = int\n  tck_id_a\n  tck_id_b  # "
      "GetParam() = 1\n");
  EXPECT_THAT(all.at("tck-id-a"), ElementsAre("edge_node S1", "edge_node S2"));
  EXPECT_EQ(all.size(), 2U);
}

TEST(ConformanceTable, RefusesATableThatIsNone) {
  const auto refused = [](const char* text, const char* why) {
    const auto all = parse_assertions(text);
    ASSERT_FALSE(all.ok());
    EXPECT_THAT(all.error().message, HasSubstr(why));
  };
  refused("tck-id-a\tedge\tyes\t\n\nid-b\tedge\tyes\t\n", "assertions.tsv:3");
  refused("tck-id-a\tedge\tyes\t\ntck-id-a\thost\tyes\t\n", "twice");
  refused("tck-id-a\tnode\tyes\t\n", "side");
  refused("tck-id-a\tedge\tperhaps\t\n", "yes or no");
  refused("tck-id-a\tedge\tno\t\n", "why");
}

TEST(ConformanceTable, ThePageTellsEveryAssertion) {
  const auto all = table("tck-id-a\tedge\tyes\t\ntck-id-b\tbroker\tno\tno broker\n");
  const auto text = page(all, proofs("S1.\n  tck_id_a\n"));
  EXPECT_THAT(text, HasSubstr("| `tck-id-a` | edge | edge_node S1 |"));
  EXPECT_THAT(text, HasSubstr("| `tck-id-b` | broker | not applicable: no broker |"));
}

// What TCK_TEST accepts.
static_assert(tck::all_are_known("tck_id_payloads_ndata_seq"));
static_assert(tck::all_are_known("tck_id_payloads_ndata_seq, tck_id_payloads_ddata_seq"));
static_assert(!tck::all_are_known("tck_id_payloads_ndata_seq, tck_id_no_such_thing"));
static_assert(!tck::all_are_known(""));

TEST(ConformanceTable, KnowsAllOfThem) {
  EXPECT_EQ(std::size(tck::kIds), 299U);
}

}  // namespace
}  // namespace songhua::conformance
