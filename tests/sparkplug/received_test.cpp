// What a host makes of payloads that keep the rules for complex data, and of such that break them: by assertion id.
// Where a rule is broken the metric is refused or shown as it is; neighbours and session go on.
#include <gtest/gtest.h>

#include "sparkplug/resolve.h"
#include "tck/tck.h"

namespace songhua::sparkplug {
namespace {

constexpr std::uint64_t kNow = 1'700'000'000'000;

// A birth with the metric under test between two plain ones.
struct Birth {
  Birth() {
    payload.set_timestamp(kNow);
    plain("before");
  }
  Metric& metric(std::uint32_t datatype) {
    auto& m = *payload.add_metrics();
    m.set_name("m");
    m.set_datatype(datatype);
    return m;
  }
  // The problem of the metric under test; its neighbours have none.
  Problem judge() {
    plain("after");
    ResolveOptions options;
    options.is_birth = true;
    const auto names = std::make_shared<NameTable>(std::vector{DeviceNames::of_birth("D", payload)});
    resolve(payload, "D", names.get(), options, out);
    EXPECT_EQ(out.metrics.size(), 3U);
    EXPECT_TRUE(out.metrics.front().usable() && out.metrics.back().usable());
    EXPECT_EQ(std::get<std::int64_t>(out.metrics.back().value), 1);
    return out.metrics[1].problem;
  }
  void plain(const std::string& name) {
    auto& m = *payload.add_metrics();
    m.set_name(name);
    m.set_datatype(pb::Int64);
    m.set_long_value(1);
  }

  Payload payload;
  ResolvedMessage out;
};

TCK_TEST(Received, tck_id_payloads_metric_datatype_value, tck_id_payloads_metric_datatype_value_type) {
  for (const std::uint32_t datatype : {0U, 35U, 99U, 0xFFFFFFFFU}) {
    Birth birth;
    birth.metric(datatype).set_long_value(1);
    EXPECT_EQ(birth.judge(), Problem::unknown_datatype) << datatype;
  }
  for (std::uint32_t datatype = pb::Int8; datatype <= pb::DateTimeArray; ++datatype) {
    Birth birth;
    birth.metric(datatype).set_is_null(true);
    EXPECT_EQ(birth.judge(), Problem::none) << datatype;
  }
}

TEST(Received, tck_id_payloads_name_requirement) {
  Birth birth;
  birth.metric(pb::Int64).clear_name();
  EXPECT_EQ(birth.judge(), Problem::no_name);
}

TCK_TEST(Received, tck_id_payloads_timestamp_in_UTC, tck_id_payloads_metric_timestamp_in_UTC) {
  Birth birth;
  birth.metric(pb::Int64).set_long_value(2);
  birth.payload.mutable_metrics(1)->set_timestamp(kNow - 5);
  EXPECT_EQ(birth.judge(), Problem::none);
  EXPECT_EQ(birth.out.time, unix_millis(1'700'000'000'000));
  EXPECT_EQ(birth.out.metrics[0].time, unix_millis(1'700'000'000'000));
  EXPECT_EQ(birth.out.metrics[1].time, unix_millis(1'699'999'999'995));
  Birth nonsense;  // nanoseconds
  nonsense.metric(pb::Int64).set_long_value(2);
  nonsense.payload.mutable_metrics(1)->set_timestamp(kNow * 1'000'000);
  EXPECT_EQ(nonsense.judge(), Problem::bad_time);
}

pb::Payload_DataSet table(int columns, int headers, int types, int cells) {
  pb::Payload_DataSet set;
  set.set_num_of_columns(static_cast<std::uint64_t>(columns));
  for (int i = 0; i < headers; ++i) set.add_columns("c" + std::to_string(i));
  for (int i = 0; i < types; ++i) set.add_types(pb::Int64);
  auto& row = *set.add_rows();
  for (int i = 0; i < cells; ++i) row.add_elements()->set_long_value(1);
  return set;
}

// A table is never a number: whatever its dimensions say, it stays in the message and counts nowhere.
TCK_TEST(Received, tck_id_payloads_dataset_column_size, tck_id_payloads_dataset_column_num_headers,
         tck_id_payloads_dataset_types_def, tck_id_payloads_dataset_types_num, tck_id_payloads_dataset_types_type,
         tck_id_payloads_dataset_types_value, tck_id_payloads_dataset_parameter_type_req,
         tck_id_payloads_template_dataset_value) {
  for (const auto& [columns, headers, types, cells] :
       {std::tuple(2, 2, 2, 2), {3, 2, 2, 2}, {2, 1, 2, 2}, {2, 2, 0, 2}, {2, 2, 2, 9}, {0, 0, 0, 0}}) {
    Birth birth;
    *birth.metric(pb::DataSet).mutable_dataset_value() = table(columns, headers, types, cells);
    EXPECT_EQ(birth.judge(), Problem::none);
    EXPECT_TRUE(std::holds_alternative<Structured>(birth.out.metrics[1].value));
  }
  for (const std::uint32_t no_basic_type : {0U, 16U, 99U, 0xFFFFFFFFU}) {
    Birth birth;
    auto& set = *birth.metric(pb::DataSet).mutable_dataset_value();
    set = table(2, 2, 2, 2);
    set.set_types(1, no_basic_type);
    set.mutable_rows(0)->mutable_elements(0)->clear_value();  // a cell that is null
    EXPECT_EQ(birth.judge(), Problem::none);
    EXPECT_TRUE(std::holds_alternative<Structured>(birth.out.metrics[1].value));
  }
  Birth as_number;
  *as_number.metric(pb::Int64).mutable_dataset_value() = table(1, 1, 1, 1);
  EXPECT_EQ(as_number.judge(), Problem::wrong_datatype);
}

// Definitions in a DBIRTH, instances without definition, members or parameters that nobody defined: shown, not refused.
TCK_TEST(Received, tck_id_payloads_template_definition_is_definition, tck_id_payloads_template_definition_ref,
         tck_id_payloads_template_definition_members, tck_id_payloads_template_definition_parameters,
         tck_id_payloads_template_definition_parameters_default, tck_id_payloads_template_instance_is_definition,
         tck_id_payloads_template_instance_ref, tck_id_payloads_template_instance_members,
         tck_id_payloads_template_instance_parameters, tck_id_payloads_template_version,
         tck_id_payloads_template_ref_definition, tck_id_payloads_template_ref_instance,
         tck_id_payloads_template_is_definition, tck_id_payloads_template_is_definition_definition,
         tck_id_payloads_template_is_definition_instance, tck_id_payloads_template_parameter_name_required,
         tck_id_payloads_template_parameter_name_type, tck_id_payloads_template_parameter_value_type,
         tck_id_payloads_template_parameter_type_value, tck_id_payloads_template_parameter_value) {
  for (int variant = 0; variant < 5; ++variant) {
    Birth birth;
    auto& t = *birth.metric(pb::Template).mutable_template_value();
    if (variant > 0) t.set_is_definition(variant % 2 == 0);
    if (variant > 1) t.set_template_ref("no such type");
    if (variant > 2) t.set_version("\xFF");
    if (variant > 3) t.add_parameters()->set_type(99);
    auto& member = *t.add_metrics();
    member.set_name("m");
    member.set_alias(1);
    member.set_long_value(7);
    EXPECT_EQ(birth.judge(), Problem::none) << variant;
    EXPECT_TRUE(std::holds_alternative<Structured>(birth.out.metrics[1].value));
  }
  Birth deep;
  auto* t = deep.metric(pb::Template).mutable_template_value();
  for (int i = 0; i < 40; ++i) t = t->add_metrics()->mutable_template_value();
  EXPECT_EQ(deep.judge(), Problem::too_deep);
}

// Keys and values that do not pair, types that are none, a Quality of a foreign type: the value counts as it is.
TCK_TEST(Received, tck_id_payloads_propertyset_keys_array_size, tck_id_payloads_propertyset_values_array_size,
         tck_id_payloads_metric_propertyvalue_type_type, tck_id_payloads_metric_propertyvalue_type_value,
         tck_id_payloads_propertyset_quality_value_type, tck_id_payloads_propertyset_quality_value_value) {
  for (int variant = 0; variant < 4; ++variant) {
    Birth birth;
    auto& m = birth.metric(pb::Int64);
    m.set_long_value(42);
    auto& set = *m.mutable_properties();
    set.add_keys("Quality");
    if (variant > 0) set.add_values()->set_long_value(77);
    if (variant > 1) set.mutable_values(0)->set_type(99);
    if (variant > 2) set.add_values()->set_string_value("\xFF");
    EXPECT_EQ(birth.judge(), Problem::none) << variant;
    EXPECT_EQ(std::get<std::int64_t>(birth.out.metrics[1].value), 42);
  }
}

}  // namespace
}  // namespace songhua::sparkplug
