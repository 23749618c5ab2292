#include "sparkplug/payload_json.h"

#include <openssl/evp.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "sparkplug/value.h"

// PAYLOAD  = {"timestamp"?, "seq"?, "uuid"?, "body"?, "metrics": [METRIC]}
// METRIC   = {"name"?, "alias"?, "timestamp"?, "datatype"?, "is_historical"?, "is_transient"?, "is_null"?, "metadata"?,
//             "properties"?, VALUE}
// VALUE    = nothing, or "field" (the oneof member) with "raw" (unsigned wire integer, or bytes) or "bits" (IEEE 754),
// and
//            "value", or "problem" and "wire_value"
// properties = {"keys": [..], "values": [{"type"?, "is_null"?, VALUE}]}
// DataSet  = {"num_of_columns"?, "columns", "types", "rows": [[VALUE]]}
// Template = {"version"?, "template_ref"?, "is_definition"?, "metrics": [METRIC], "parameters": [{"name"?, "type"?,
// VALUE}]}
namespace songhua::sparkplug {
namespace {

using nlohmann::json;

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // the encoder ends with a NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  out.pop_back();
  return out;
}

json text(std::string_view s) {
  if (is_utf8(s)) return s;
  return {{"invalid_utf8_base64", base64(s)}};
}
json decimal(std::uint64_t v) {
  return std::to_string(v);
}
json real(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "Infinity" : "-Infinity";
  return v;
}
template <typename Int>
std::string hex(Int bits) {
  std::array<char, 20> out{};
  std::snprintf(out.data(), out.size(), "0x%0*llx", static_cast<int>(2 * sizeof bits),
                static_cast<unsigned long long>(bits));
  return out.data();
}

json property_set(const PropertySet& set);
json data_set(const pb::Payload_DataSet& set);
json template_(const pb::Payload_Template& t);

// What only some of the four kinds of value can hold.
json structured(const Metric& m) {
  return m.has_dataset_value() ? data_set(m.dataset_value()) : template_(m.template_value());
}
json structured(const pb::Payload_PropertyValue& v) {
  if (v.has_propertyset_value()) return property_set(v.propertyset_value());
  auto list = json::array();
  for (const auto& set : v.propertysets_value().propertyset()) list.push_back(property_set(set));
  return list;
}
json structured(const pb::Payload_DataSet_DataSetValue&) {
  return {};
}
json structured(const pb::Payload_Template_Parameter&) {
  return {};
}

template <typename Unsigned>
Unsigned little_endian(std::string_view bytes) {
  Unsigned v = 0;
  for (std::size_t i = 0; i < sizeof v; ++i)
    v = static_cast<Unsigned>(v | static_cast<Unsigned>(static_cast<unsigned char>(bytes[i])) << (8 * i));
  return v;
}

template <typename Unsigned, typename Element>
json elements(std::string_view bytes, Element element) {
  auto list = json::array();
  for (; !bytes.empty(); bytes.remove_prefix(sizeof(Unsigned))) list.push_back(element(little_endian<Unsigned>(bytes)));
  return list;
}

json booleans(std::string_view bytes) {
  auto list = json::array();
  if (bytes.empty()) return list;
  const auto count = little_endian<std::uint32_t>(bytes);
  for (std::uint32_t i = 0; i < count; ++i)
    list.push_back((static_cast<unsigned char>(bytes[4 + i / 8]) >> (7 - i % 8) & 1) != 0);
  return list;
}

json strings(std::string_view bytes) {
  auto list = json::array();
  while (!bytes.empty()) {  // a last string without its NUL is accepted
    const auto end = bytes.find('\0');
    list.push_back(text(bytes.substr(0, end)));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return list;
}

json array_value(std::string_view bytes, std::uint32_t type) {
  const auto plain = [](auto v) { return json(std::to_string(v)); };
  switch (type) {
    case pb::Int8Array:
      return elements<std::uint8_t>(bytes, [&](auto v) { return plain(static_cast<std::int8_t>(v)); });
    case pb::Int16Array:
      return elements<std::uint16_t>(bytes, [&](auto v) { return plain(static_cast<std::int16_t>(v)); });
    case pb::Int32Array:
      return elements<std::uint32_t>(bytes, [&](auto v) { return plain(static_cast<std::int32_t>(v)); });
    case pb::Int64Array:
      return elements<std::uint64_t>(bytes, [&](auto v) { return plain(static_cast<std::int64_t>(v)); });
    case pb::UInt8Array:
      return elements<std::uint8_t>(bytes, plain);
    case pb::UInt16Array:
      return elements<std::uint16_t>(bytes, plain);
    case pb::UInt32Array:
      return elements<std::uint32_t>(bytes, plain);
    case pb::UInt64Array:
    case pb::DateTimeArray:
      return elements<std::uint64_t>(bytes, plain);
    case pb::FloatArray:
      return elements<std::uint32_t>(bytes, [](auto v) { return real(static_cast<double>(std::bit_cast<float>(v))); });
    case pb::DoubleArray:
      return elements<std::uint64_t>(bytes, [](auto v) { return real(std::bit_cast<double>(v)); });
    case pb::BooleanArray:
      return booleans(bytes);
    default:
      return strings(bytes);
  }
}

// What is on the wire, whatever the datatype says.
template <typename M>
json wire_json(const M& m, const WireValue& w) {
  switch (w.field) {
    case Field::int_value:
    case Field::long_value:
      return decimal(w.raw);
    case Field::float_value:
    case Field::double_value:
      return real(w.real);
    case Field::boolean_value:
      return w.flag;
    case Field::string_value:
      return text(w.text);
    case Field::bytes_value:
      return base64(w.text);
    case Field::extension_value:
      return json::object();
    default:
      return structured(m);
  }
}

template <typename M>
json meaning(const M& m, const WireValue& w, const Interpreted& in, std::optional<std::uint32_t> type) {
  if (const auto* i = std::get_if<std::int64_t>(&in.value); i && type) return std::to_string(*i);
  if (const auto* b = std::get_if<BytesView>(&in.value); b && type && is_array(*type))
    return array_value(b->bytes, *type);
  return wire_json(m, w);
}

template <typename M>
void put_value(json& out, const M& m, std::optional<std::uint32_t> type) {
  const auto w = wire_value(m);
  if (w.field == Field::none) return;
  out["field"] = to_string(w.field);
  if (w.field == Field::int_value || w.field == Field::long_value) out["raw"] = decimal(w.raw);
  if (w.field == Field::float_value) out["bits"] = hex(std::bit_cast<std::uint32_t>(m.float_value()));
  if (w.field == Field::double_value) out["bits"] = hex(std::bit_cast<std::uint64_t>(w.real));
  if (w.field == Field::bytes_value) out["raw"] = base64(w.text);
  const auto in = interpret(w, type);
  if (in.problem == ValueProblem::none) {
    out["value"] = meaning(m, w, in, type);
  } else {
    out["problem"] = to_string(in.problem);
    out["wire_value"] = wire_json(m, w);
  }
}

json property_set(const PropertySet& set) {
  json out = {{"keys", json::array()}, {"values", json::array()}};
  for (const auto& key : set.keys()) out["keys"].push_back(text(key));
  for (const auto& value : set.values()) {
    auto v = json::object();
    if (value.has_type()) v["type"] = value.type();
    if (value.has_is_null()) v["is_null"] = value.is_null();
    put_value(v, value, value.has_type() ? std::optional(value.type()) : std::nullopt);
    out["values"].push_back(std::move(v));
  }
  return out;
}

json data_set(const pb::Payload_DataSet& set) {
  json out = {{"columns", json::array()}, {"types", json::array()}, {"rows", json::array()}};
  if (set.has_num_of_columns()) out["num_of_columns"] = decimal(set.num_of_columns());
  for (const auto& column : set.columns()) out["columns"].push_back(text(column));
  for (const auto type : set.types()) out["types"].push_back(type);
  for (const auto& row : set.rows()) {
    auto cells = json::array();
    for (int i = 0; i < row.elements_size(); ++i) {
      auto cell = json::object();
      put_value(cell, row.elements(i), i < set.types_size() ? std::optional(set.types(i)) : std::nullopt);
      cells.push_back(std::move(cell));
    }
    out["rows"].push_back(std::move(cells));
  }
  return out;
}

json meta_data(const pb::Payload_MetaData& m) {
  auto out = json::object();
  if (m.has_is_multi_part()) out["is_multi_part"] = m.is_multi_part();
  if (m.has_content_type()) out["content_type"] = text(m.content_type());
  if (m.has_size()) out["size"] = decimal(m.size());
  if (m.has_seq()) out["seq"] = decimal(m.seq());
  if (m.has_file_name()) out["file_name"] = text(m.file_name());
  if (m.has_file_type()) out["file_type"] = text(m.file_type());
  if (m.has_md5()) out["md5"] = text(m.md5());
  if (m.has_description()) out["description"] = text(m.description());
  return out;
}

json metric(const Metric& m) {
  auto out = json::object();
  if (m.has_name()) out["name"] = text(m.name());
  if (m.has_alias()) out["alias"] = decimal(m.alias());
  if (m.has_timestamp()) out["timestamp"] = decimal(m.timestamp());
  if (m.has_datatype()) out["datatype"] = m.datatype();
  if (m.has_is_historical()) out["is_historical"] = m.is_historical();
  if (m.has_is_transient()) out["is_transient"] = m.is_transient();
  if (m.has_is_null()) out["is_null"] = m.is_null();
  if (m.has_metadata()) out["metadata"] = meta_data(m.metadata());
  if (m.has_properties()) out["properties"] = property_set(m.properties());
  put_value(out, m, m.has_datatype() ? std::optional(m.datatype()) : std::nullopt);
  return out;
}

json template_(const pb::Payload_Template& t) {
  json out = {{"metrics", json::array()}, {"parameters", json::array()}};
  if (t.has_version()) out["version"] = text(t.version());
  if (t.has_template_ref()) out["template_ref"] = text(t.template_ref());
  if (t.has_is_definition()) out["is_definition"] = t.is_definition();
  for (const auto& m : t.metrics()) out["metrics"].push_back(metric(m));
  for (const auto& p : t.parameters()) {
    auto parameter = json::object();
    if (p.has_name()) parameter["name"] = text(p.name());
    if (p.has_type()) parameter["type"] = p.type();
    put_value(parameter, p, p.has_type() ? std::optional(p.type()) : std::nullopt);
    out["parameters"].push_back(std::move(parameter));
  }
  return out;
}

}  // namespace

json to_json(const Payload& payload) {
  json out = {{"metrics", json::array()}};
  if (payload.has_timestamp()) out["timestamp"] = decimal(payload.timestamp());
  if (payload.has_seq()) out["seq"] = decimal(payload.seq());
  if (payload.has_uuid()) out["uuid"] = text(payload.uuid());
  if (payload.has_body()) out["body"] = base64(payload.body());
  for (const auto& m : payload.metrics()) out["metrics"].push_back(metric(m));
  return out;
}

}  // namespace songhua::sparkplug
