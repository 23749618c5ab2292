// What real lines say on the wire, by assertion id: complete births, templates, tables, properties, times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <optional>
#include <set>

#include "lines/recording.h"
#include "tck/tck.h"

namespace songhua::controller {
namespace {

using test::Payload;
using test::Recording;
using test::Sent;
using Metric = Payload::Metric;
using Template = Payload::Template;

// Two days: long enough for failures, reworked lots and a hundred quarter hours. Made once.
const Recording& life() {
  static const Recording recording(48);
  return recording;
}

bool is_birth(const Sent& sent) {
  return sent.type == "NBIRTH" || sent.type == "DBIRTH";
}
bool is_data(const Sent& sent) {
  return sent.type == "NDATA" || sent.type == "DDATA";
}
bool is_basic(std::uint32_t type) {
  return type >= 1 && type <= 14;
}

// Does the oneof case named so belong to the datatype? Integers to 32 bits, longer ones, floats, doubles, booleans,
// text.
std::string field_of(std::uint32_t type) {
  switch (type) {
    case 1:
    case 2:
    case 3:
    case 5:
    case 6:
      return "int";
    case 4:
    case 8:
    case 13:
      return "long";
    case 9:
      return "float";
    case 10:
      return "double";
    case 11:
      return "boolean";
    case 12:
    case 14:
    case 15:
      return "string";
    case 16:
      return "dataset";
    case 19:
      return "template";
    default:
      return type >= 22 && type <= 34 ? "bytes" : "none";
  }
}
template <typename Valued>
std::string field_in(const Valued& v) {
  if (v.has_int_value()) return "int";
  if (v.has_long_value()) return "long";
  if (v.has_float_value()) return "float";
  if (v.has_double_value()) return "double";
  if (v.has_boolean_value()) return "boolean";
  if (v.has_string_value()) return "string";
  return "none";
}
std::string field_in_metric(const Metric& m) {
  if (m.has_dataset_value()) return "dataset";
  if (m.has_template_value()) return "template";
  if (m.has_bytes_value()) return "bytes";
  return field_in(m);
}

std::map<std::string, Template> definitions() {
  std::map<std::string, Template> out;
  for (const auto& sent : life().all) {
    for (const auto& metric : sent.payload.metrics()) {
      if (metric.has_template_value() && metric.template_value().is_definition()) {
        out[metric.name()] = metric.template_value();
      }
    }
  }
  return out;
}
// Calls see(sent, metric) for each instance, and says how many there were.
int for_instances(const std::function<void(const Sent&, const Template&)>& see) {
  int count = 0;
  for (const auto& sent : life().all) {
    for (const auto& metric : sent.payload.metrics()) {
      if (!metric.has_template_value() || metric.template_value().is_definition()) continue;
      see(sent, metric.template_value());
      ++count;
    }
  }
  return count;
}
std::set<std::string> members(const Template& t) {
  std::set<std::string> out;
  for (const auto& metric : t.metrics()) out.insert(metric.name());
  return out;
}
std::set<std::string> parameters(const Template& t) {
  std::set<std::string> out;
  for (const auto& parameter : t.parameters()) out.insert(parameter.name());
  return out;
}

// Another encoder writes the same bytes: the gateway keeps differences to readings in place of frames by this.
TEST(Messages, AreWhatAnyOtherEncoderWrites) {
  EXPECT_EQ(life().undecodable, 0);
  for (const auto& sent : life().all) ASSERT_EQ(sent.payload.SerializeAsString(), sent.bytes) << sent.type;
  EXPECT_GT(life().all.size(), 10'000U);
}

// --- births

TCK_TEST(Messages, tck_id_topics_nbirth_metric_reqs, tck_id_topics_dbirth_metric_reqs,
         tck_id_operational_behavior_data_publish_nbirth, tck_id_operational_behavior_data_publish_dbirth,
         tck_id_payloads_name_requirement) {
  std::map<std::string, std::set<std::uint64_t>> born;
  std::size_t told = 0;
  for (const auto& sent : life().all) {
    if (is_birth(sent)) born[sent.device].clear();
    for (const auto& metric : sent.payload.metrics()) {
      EXPECT_TRUE(metric.has_name() || metric.has_alias());
      if (is_birth(sent) && metric.has_alias()) born[sent.device].insert(metric.alias());
      if (!is_data(sent)) continue;
      ASSERT_TRUE(born[sent.device].contains(metric.alias())) << sent.type << " " << sent.device;
      ++told;
    }
  }
  EXPECT_GT(told, 100'000U);
}

TEST(Messages, tck_id_case_sensitivity_metric_names) {
  for (const auto& sent : life().all) {
    if (!is_birth(sent)) continue;
    std::set<std::string> folded;
    for (const auto& metric : sent.payload.metrics()) {
      std::string name = metric.name();
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      EXPECT_TRUE(folded.insert(name).second) << metric.name();
    }
    EXPECT_GT(folded.size(), 3U);
  }
}

TCK_TEST(Messages, tck_id_payloads_metric_datatype_value_type, tck_id_payloads_metric_datatype_value) {
  std::set<std::uint32_t> seen;
  for (const auto& sent : life().all) {
    if (!is_birth(sent)) continue;
    for (const auto& metric : sent.payload.metrics()) {
      EXPECT_EQ(field_in_metric(metric), field_of(metric.datatype())) << metric.name() << " " << metric.datatype();
      seen.insert(metric.datatype());
    }
  }
  EXPECT_EQ(seen, (std::set<std::uint32_t>{3, 4, 10, 11, 12, 16, 19, 25}));
}

TCK_TEST(Messages, tck_id_payloads_timestamp_in_UTC, tck_id_payloads_metric_timestamp_in_UTC) {
  std::uint64_t last = Recording::kStart;
  for (const auto& sent : life().all) {
    if (sent.type == "NDEATH") continue;
    EXPECT_GE(sent.payload.timestamp(), last)
        << "of the clock that was passed in: UTC, whatever zone the shifts follow";
    EXPECT_LE(sent.payload.timestamp(), static_cast<std::uint64_t>(life().lines->now()));
    last = sent.payload.timestamp();
    for (const auto& metric : sent.payload.metrics()) EXPECT_EQ(metric.timestamp(), last);
  }
  EXPECT_EQ(last, static_cast<std::uint64_t>(life().lines->now()));
}

// --- templates

TCK_TEST(Messages, tck_id_topics_nbirth_templates, tck_id_payloads_template_definition_nbirth,
         tck_id_payloads_template_definition_nbirth_only) {
  std::set<std::string> known;
  for (const auto& sent : life().all) {
    for (const auto& metric : sent.payload.metrics()) {
      if (!metric.has_template_value()) continue;
      if (metric.template_value().is_definition()) {
        EXPECT_EQ(sent.type, "NBIRTH");
        known.insert(metric.name());
      } else {
        EXPECT_TRUE(known.contains(metric.template_value().template_ref()));
      }
    }
  }
  EXPECT_EQ(known, std::set<std::string>{"Types/Station"});
}

TCK_TEST(Messages, tck_id_payloads_template_definition_is_definition, tck_id_payloads_template_is_definition_definition,
         tck_id_payloads_template_is_definition, tck_id_payloads_template_definition_ref,
         tck_id_payloads_template_ref_definition, tck_id_payloads_template_version) {
  for (const auto& [name, definition] : definitions()) {
    EXPECT_TRUE(definition.has_is_definition() && definition.is_definition());
    EXPECT_FALSE(definition.has_template_ref());
    EXPECT_EQ(definition.version(), "1");
  }
  EXPECT_GT(for_instances([](const Sent&, const Template& t) { EXPECT_TRUE(t.has_is_definition()); }), 500);
}

TCK_TEST(Messages, tck_id_payloads_template_instance_is_definition, tck_id_payloads_template_is_definition_instance,
         tck_id_payloads_template_instance_ref, tck_id_payloads_template_ref_instance) {
  const auto known = definitions();
  const auto count = for_instances([&](const Sent&, const Template& t) {
    EXPECT_TRUE(t.has_is_definition() && !t.is_definition());
    EXPECT_TRUE(known.contains(t.template_ref())) << t.template_ref();
  });
  EXPECT_GT(count, 500);
}

TCK_TEST(Messages, tck_id_payloads_template_definition_members, tck_id_payloads_template_instance_members,
         tck_id_payloads_template_instance_members_birth, tck_id_payloads_template_instance_members_data) {
  const auto known = definitions();
  std::map<std::string, int> seen;
  for_instances([&](const Sent& sent, const Template& t) {
    EXPECT_EQ(members(t), members(known.at(t.template_ref())));  // all of them: in births a must, in data allowed
    ++seen[sent.type];
  });
  EXPECT_GT(seen["DBIRTH"], 50);
  EXPECT_GT(seen["DDATA"], 500);
}

TCK_TEST(Messages, tck_id_payloads_template_definition_parameters,
         tck_id_payloads_template_definition_parameters_default, tck_id_payloads_template_instance_parameters) {
  const auto known = definitions();
  EXPECT_EQ(parameters(known.at("Types/Station")), (std::set<std::string>{"Name", "Position"}));
  for (const auto& parameter : known.at("Types/Station").parameters()) EXPECT_NE(field_in(parameter), "none");
  std::set<std::string> names;
  for_instances([&](const Sent&, const Template& t) {
    EXPECT_EQ(parameters(t), parameters(known.at(t.template_ref())));
    names.insert(t.parameters(0).string_value());
  });
  EXPECT_TRUE(names.contains("paint") && names.contains("thermal-vacuum"));
}

TCK_TEST(Messages, tck_id_payloads_template_parameter_name_required, tck_id_payloads_template_parameter_name_type,
         tck_id_payloads_template_parameter_value_type, tck_id_payloads_template_parameter_type_value,
         tck_id_payloads_template_parameter_type_req, tck_id_payloads_template_parameter_value) {
  const auto check = [](const Template& t) {
    for (const auto& parameter : t.parameters()) {
      EXPECT_FALSE(parameter.name().empty());
      EXPECT_TRUE(parameter.has_type() && is_basic(parameter.type()));
      EXPECT_EQ(field_in(parameter), field_of(parameter.type()));
    }
  };
  for (const auto& [name, definition] : definitions()) check(definition);
  EXPECT_GT(for_instances([&](const Sent&, const Template& t) { check(t); }), 500);
}

TEST(Messages, AStationSaysWhatStandsThere) {
  std::set<std::string> products;
  std::int64_t most = 0;
  for_instances([&](const Sent&, const Template& t) {
    ASSERT_EQ(t.metrics_size(), 4);
    const bool occupied = t.metrics(0).boolean_value();
    EXPECT_EQ(occupied, !t.metrics(1).string_value().empty());
    EXPECT_EQ(occupied, t.metrics(2).long_value() > 0);
    products.insert(t.metrics(1).string_value());
    most = std::max(most, static_cast<std::int64_t>(t.metrics(2).long_value()));
  });
  EXPECT_TRUE(products.contains("car-ice-sedan") && products.contains("sat-rs-optical"));
  EXPECT_GT(most, 100);  // kilograms of rubber
}

// --- tables

TCK_TEST(Messages, tck_id_payloads_dataset_column_size, tck_id_payloads_dataset_column_num_headers,
         tck_id_payloads_dataset_types_def, tck_id_payloads_dataset_types_num, tck_id_payloads_dataset_types_type,
         tck_id_payloads_dataset_types_value, tck_id_payloads_dataset_parameter_type_req,
         tck_id_payloads_template_dataset_value) {
  int tables = 0;
  for (const auto& sent : life().all) {
    for (const auto& metric : sent.payload.metrics()) {
      if (!metric.has_dataset_value()) continue;
      const auto& table = metric.dataset_value();
      ++tables;
      EXPECT_EQ(table.num_of_columns(), 3U);
      ASSERT_EQ(table.columns_size(), 3);
      ASSERT_EQ(table.types_size(), 3);
      for (const auto type : table.types()) EXPECT_TRUE(is_basic(type));
      for (const auto& row : table.rows()) {
        ASSERT_EQ(row.elements_size(), 3);
        for (int c = 0; c < 3; ++c) EXPECT_EQ(field_in(row.elements(c)), field_of(table.types(c)));
      }
    }
  }
  EXPECT_GT(tables, 100);
}

// The table's times are the line's totalizers of states, its units those of rejects and rework.
TEST(Messages, TheLossTableAddsUp) {
  auto& lines = *life().lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::int64_t lost = 0, units = 0, not_executing = 0, scrapped = 0;
    for (std::size_t m = 0; m < lines.device(i).metrics(); ++m) {
      const std::string name(lines.device(i).metric(m).name);
      const auto value = lines.device(i).value(m);
      if (name.starts_with("Time/") && name != "Time/Execute") not_executing += value.integer();
      if (name.ends_with("/Rejected") || name.ends_with("/Reworked")) scrapped += value.integer();
      if (name != "Losses/By Cause") continue;
      for (std::size_t row = 0; row < value.table().rows(); ++row) {
        lost += value.table().cell(row, 1).integer();
        units += value.table().cell(row, 2).integer();
      }
    }
    EXPECT_EQ(lost, not_executing) << lines.device(i).id();
    EXPECT_EQ(units, scrapped) << lines.device(i).id();
    EXPECT_GT(lost, 0);
  }
}

TEST(Messages, TheHistogramHoldsEveryLot) {
  std::map<std::string, std::int64_t> lots;
  for (const auto& sent : life().all) {
    for (const auto& metric : sent.payload.metrics()) {
      if (!metric.has_bytes_value()) continue;
      ASSERT_EQ(metric.bytes_value().size(), 8 * line::kCycleBins);
      std::int64_t sum = 0;
      for (std::size_t bin = 0; bin < line::kCycleBins; ++bin) {
        sum += static_cast<unsigned char>(metric.bytes_value()[8 * bin]) +
               256 * static_cast<unsigned char>(metric.bytes_value()[8 * bin + 1]);
      }
      EXPECT_GE(sum, lots[sent.device]);
      lots[sent.device] = sum;
    }
  }
  EXPECT_EQ(lots.size(), 6U);
  EXPECT_GT(lots["auto"], 100);
}

// --- properties

TCK_TEST(Messages, tck_id_payloads_propertyset_keys_array_size, tck_id_payloads_propertyset_values_array_size,
         tck_id_payloads_metric_propertyvalue_type_type, tck_id_payloads_metric_propertyvalue_type_value,
         tck_id_payloads_metric_propertyvalue_type_req) {
  std::map<std::string, std::string> units;
  for (const auto& sent : life().all) {
    for (const auto& metric : sent.payload.metrics()) {
      if (!metric.has_properties()) continue;
      const auto& set = metric.properties();
      ASSERT_EQ(set.keys_size(), set.values_size());
      ASSERT_GT(set.keys_size(), 0);
      for (int i = 0; i < set.keys_size(); ++i) {
        EXPECT_TRUE(set.values(i).has_type() && is_basic(set.values(i).type()));
        EXPECT_EQ(field_in(set.values(i)), field_of(set.values(i).type()));
        if (set.keys(i) == "engUnit") units[metric.name()] = set.values(i).string_value();
      }
    }
  }
  EXPECT_EQ(units["Output/rubber-epdm/CN/Good"], "kg");
  EXPECT_EQ(units["Energy/Electricity/Consumed"], "Wh");
  EXPECT_EQ(units["Time/Execute"], "ms");
  EXPECT_EQ(units["Process/Paint Oven Temperature"], "°C");
}

// A gauge is STALE while units are out of reach after a failure, and GOOD is said when they are back, not before.
TCK_TEST(Messages, tck_id_payloads_propertyset_quality_value_type, tck_id_payloads_propertyset_quality_value_value) {
  std::map<std::pair<std::string, std::uint64_t>, std::uint32_t> now;
  std::map<std::uint32_t, int> seen;
  for (const auto& sent : life().all) {
    for (const auto& metric : sent.payload.metrics()) {
      const auto key = std::pair(sent.device, metric.alias());
      if (is_birth(sent)) now[key] = 192;
      for (int i = 0; i < metric.properties().keys_size(); ++i) {
        if (metric.properties().keys(i) != "Quality") continue;
        const auto& value = metric.properties().values(i);
        EXPECT_EQ(value.type(), 3U);
        EXPECT_TRUE(value.has_int_value());
        EXPECT_TRUE(value.int_value() == 0 || value.int_value() == 192 || value.int_value() == 500);
        EXPECT_NE(value.int_value(), now[key]) << "told though it has not changed";
        now[key] = value.int_value();
        ++seen[value.int_value()];
      }
    }
  }
  EXPECT_GT(seen[500], 4);
  EXPECT_GT(seen[192], 4);
}

TEST(Messages, OfAConformanceRunHaveNumbersAsPropertiesAndNoQuality) {
  edge_node::Config config;
  config.plain = true;
  const Recording plain(24, config);
  int properties = 0;
  for (const auto& sent : plain.all) {
    for (const auto& metric : sent.payload.metrics()) {
      for (int i = 0; i < metric.properties().keys_size(); ++i) {
        EXPECT_NE(metric.properties().keys(i), "Quality");
        EXPECT_TRUE(metric.properties().values(i).type() >= 3 && metric.properties().values(i).type() <= 11);
        ++properties;
      }
    }
  }
  EXPECT_GT(properties, 20);
}

}  // namespace
}  // namespace songhua::controller
