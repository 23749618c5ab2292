#include "edge_node/metric_wire.h"

#include "sparkplug_b.pb.h"

namespace songhua::edge_node {
namespace {

constexpr std::string_view kQuality = "Quality";

// Fields of Payload.Metric that are skipped when read, so that nanopb makes no names for their numbers.
constexpr std::uint32_t kMetadata = 8, kProperties = 9, kBytes = 16, kDataSet = 17, kTemplate = 18;

// The value fields of a metric, a property, a parameter and a cell have different numbers.
struct ValueTags {
  std::uint32_t integer, longer, real, boolean, text;
};
constexpr ValueTags kOfMetric{Payload_Metric_int_value_tag, Payload_Metric_long_value_tag,
                              Payload_Metric_double_value_tag, Payload_Metric_boolean_value_tag,
                              Payload_Metric_string_value_tag};
constexpr ValueTags kOfProperty{Payload_PropertyValue_int_value_tag, Payload_PropertyValue_long_value_tag,
                                Payload_PropertyValue_double_value_tag, Payload_PropertyValue_boolean_value_tag,
                                Payload_PropertyValue_string_value_tag};
constexpr ValueTags kOfParameter{Payload_Template_Parameter_int_value_tag, Payload_Template_Parameter_long_value_tag,
                                 Payload_Template_Parameter_double_value_tag,
                                 Payload_Template_Parameter_boolean_value_tag,
                                 Payload_Template_Parameter_string_value_tag};
constexpr ValueTags kOfCell{Payload_DataSet_DataSetValue_int_value_tag, Payload_DataSet_DataSetValue_long_value_tag,
                            Payload_DataSet_DataSetValue_double_value_tag,
                            Payload_DataSet_DataSetValue_boolean_value_tag,
                            Payload_DataSet_DataSetValue_string_value_tag};

bool write_simple(Wire& out, const ValueTags& tags, const Value& value) {
  switch (value.type()) {
    case DataType::int32:  // two's complement in an unsigned field
      return out.number(tags.integer, static_cast<std::uint32_t>(static_cast<std::int32_t>(value.integer())));
    case DataType::int64:
      return out.number(tags.longer, static_cast<std::uint64_t>(value.integer()));
    case DataType::float64:
      return out.real(tags.real, value.real());
    case DataType::boolean:
      return out.boolean(tags.boolean, value.truth());
    case DataType::string:
      return out.text(tags.text, value.text());
    default:
      return true;
  }
}

std::uint64_t id_of(DataType type) {
  return static_cast<std::uint64_t>(type);
}

bool write_property_value(Wire& out, const Value& value) {
  return out.message(Payload_PropertySet_values_tag, [&](Wire& w) {
    return w.number(Payload_PropertyValue_type_tag, id_of(value.type())) && write_simple(w, kOfProperty, value);
  });
}

// Calls use(Named) for each property that goes along.
template <typename Use>
bool for_each_property(const MetricOut& metric, Use&& use) {
  const std::size_t count = metric.described_by == nullptr ? 0 : metric.described_by->properties(metric.index);
  for (std::size_t i = 0; i < count; ++i) {
    const auto property = metric.described_by->property(metric.index, i);
    if (metric.plain && !is_number(property.value.type())) continue;
    if (!use(property)) return false;
  }
  return !metric.quality || use(Named{kQuality, Value::int32(static_cast<std::int32_t>(*metric.quality))});
}

// Keys and values are two lists, paired by position.
bool write_properties(Wire& out, const MetricOut& metric) {
  std::size_t count = 0;
  for_each_property(metric, [&count](const Named&) { return ++count > 0; });
  if (count == 0) return true;
  return out.message(kProperties, [&](Wire& w) {
    return for_each_property(metric, [&](const Named& p) { return w.text(Payload_PropertySet_keys_tag, p.name); }) &&
           for_each_property(metric, [&](const Named& p) { return write_property_value(w, p.value); });
  });
}

bool write_array(Wire& out, std::span<const std::int64_t> array) {
  return out.bytes(kBytes, array.size() * sizeof(std::int64_t), [&](pb_ostream_t& stream) {
    for (const auto element : array) {
      if (!pb_encode_fixed64(&stream, &element)) return false;  // little-endian, as arrays are
    }
    return true;
  });
}

bool write_row(Wire& out, const DataSet& table, std::size_t row) {
  return out.message(Payload_DataSet_rows_tag, [&](Wire& w) {
    for (std::size_t c = 0; c < table.columns(); ++c) {
      const bool done = w.message(Payload_DataSet_Row_elements_tag,
                                  [&](Wire& cell) { return write_simple(cell, kOfCell, table.cell(row, c)); });
      if (!done) return false;
    }
    return true;
  });
}

bool write_table(Wire& out, const DataSet& table) {
  return out.message(kDataSet, [&](Wire& w) {
    bool ok = w.number(Payload_DataSet_num_of_columns_tag, table.columns());
    for (std::size_t c = 0; ok && c < table.columns(); ++c) ok = w.text(Payload_DataSet_columns_tag, table.header(c));
    for (std::size_t c = 0; ok && c < table.columns(); ++c) {
      ok = w.number(Payload_DataSet_types_tag, id_of(table.type(c)));  // not packed, as proto2 has it
    }
    for (std::size_t r = 0; ok && r < table.rows(); ++r) ok = write_row(w, table, r);
    return ok;
  });
}

bool write_parameter(Wire& out, const Named& parameter) {
  return out.message(Payload_Template_parameters_tag, [&](Wire& w) {
    return w.text(Payload_Template_Parameter_name_tag, parameter.name) &&
           w.number(Payload_Template_Parameter_type_tag, id_of(parameter.value.type())) &&
           write_simple(w, kOfParameter, parameter.value);
  });
}

// Members are metrics: always with name and datatype, so that an instance can be read by itself.
bool write_template(Wire& out, const Template& t, const MetricOut& metric) {
  return out.message(kTemplate, [&](Wire& w) {
    bool ok = w.text(Payload_Template_version_tag, t.version());
    for (std::size_t i = 0; ok && i < t.members(); ++i) {
      const auto member = t.member(i);
      ok = write_metric(w, Payload_Template_metrics_tag,
                        {.name = member.name, .timestamp = metric.timestamp, .datatype = true, .value = member.value});
    }
    for (std::size_t i = 0; ok && i < t.parameters(); ++i) ok = write_parameter(w, t.parameter(i));
    const bool instance = !t.reference().empty();
    if (ok && instance) ok = w.text(Payload_Template_template_ref_tag, t.reference());
    return ok && w.boolean(Payload_Template_is_definition_tag, !instance);
  });
}

bool write_value(Wire& out, const MetricOut& metric) {
  switch (metric.value.type()) {
    case DataType::int64_array:
      return write_array(out, metric.value.array());
    case DataType::data_set:
      return write_table(out, metric.value.table());
    case DataType::template_:
      return write_template(out, metric.value.templ(), metric);
    default:
      return write_simple(out, kOfMetric, metric.value);
  }
}

bool write_description(Wire& out, std::string_view text) {
  return text.empty() ||
         out.message(kMetadata, [&](Wire& w) { return w.text(Payload_MetaData_description_tag, text); });
}

}  // namespace

bool write_metric(Wire& out, std::uint32_t tag, const MetricOut& metric) {
  return out.message(tag, [&](Wire& w) {
    bool ok = metric.name.empty() || w.text(Payload_Metric_name_tag, metric.name);
    if (ok && metric.alias) ok = w.number(Payload_Metric_alias_tag, *metric.alias);
    if (ok && metric.timestamp) ok = w.number(Payload_Metric_timestamp_tag, *metric.timestamp);
    if (ok && metric.datatype) ok = w.number(Payload_Metric_datatype_tag, id_of(metric.value.type()));
    if (ok && metric.historical) ok = w.boolean(Payload_Metric_is_historical_tag, true);
    if (ok && metric.value.type() == DataType::none) ok = w.boolean(Payload_Metric_is_null_tag, true);
    if (ok && metric.described_by != nullptr) {
      ok = write_description(w, metric.described_by->description(metric.index));
    }
    return ok && write_properties(w, metric) && write_value(w, metric);
  });
}

}  // namespace songhua::edge_node
