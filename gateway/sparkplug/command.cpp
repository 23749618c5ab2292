#include <charconv>
#include <cmath>
#include <limits>

#include "sparkplug/payload.h"

// Messages that a host sends: NCMD and DCMD. QoS 0, not retained, payload timestamp, no seq (tck-id-payloads-ncmd-seq).
namespace songhua::sparkplug {
namespace {

Payload stamped(UnixMillis now) {
  Payload payload;
  payload.set_timestamp(static_cast<std::uint64_t>(count_of(now)));
  return payload;
}

Error misfit(const Command& c) {
  return Error{"value '" + *c.value + "' does not fit datatype " + datatype_name(c.datatype)};
}

template <typename T>
std::optional<T> number(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <typename T>
bool set_int(Metric& m, const std::string& text) {
  const auto value = number<T>(text);
  if (value)
    m.set_int_value(static_cast<std::uint32_t>(static_cast<std::int32_t>(*value)));  // sign-extended to 32 bits
  return value.has_value();
}

template <typename T>
bool set_long(Metric& m, const std::string& text) {
  const auto value = number<T>(text);
  if (value) m.set_long_value(static_cast<std::uint64_t>(*value));
  return value.has_value();
}

bool set_uint32(Metric& m, const Command& c) {
  const auto value = number<std::uint32_t>(*c.value);
  if (!value) return false;
  if (c.uint32_in_int_value)
    m.set_int_value(*value);
  else
    m.set_long_value(*value);
  return true;
}

bool set_real(Metric& m, const Command& c) {
  const auto value = number<double>(*c.value);
  if (!value) return false;
  if (c.datatype == pb::Double) return m.set_double_value(*value), true;
  if (std::isfinite(*value) && std::abs(*value) > std::numeric_limits<float>::max()) return false;
  m.set_float_value(static_cast<float>(*value));
  return true;
}

bool set_boolean(Metric& m, const std::string& text) {
  const bool on = text == "true" || text == "1";
  if (!on && text != "false" && text != "0") return false;
  m.set_boolean_value(on);
  return true;
}

bool set_text(Metric& m, const std::string& text) {
  if (!is_utf8(text)) return false;
  m.set_string_value(text);
  return true;
}

bool set_value(Metric& m, const Command& c) {
  const auto& text = *c.value;
  switch (c.datatype) {
    case pb::Int8:
      return set_int<std::int8_t>(m, text);
    case pb::Int16:
      return set_int<std::int16_t>(m, text);
    case pb::Int32:
      return set_int<std::int32_t>(m, text);
    case pb::UInt8:
      return set_int<std::uint8_t>(m, text);
    case pb::UInt16:
      return set_int<std::uint16_t>(m, text);
    case pb::UInt32:
      return set_uint32(m, c);
    case pb::Int64:
      return set_long<std::int64_t>(m, text);
    case pb::UInt64:
    case pb::DateTime:
      return set_long<std::uint64_t>(m, text);
    case pb::Float:
    case pb::Double:
      return set_real(m, c);
    case pb::Boolean:
      return set_boolean(m, text);
    default:
      return set_text(m, text);  // String, Text, UUID
  }
}

bool is_writable(std::uint32_t datatype) {
  return datatype >= pb::Int8 && datatype <= pb::UUID;
}

}  // namespace

std::string encode_rebirth(UnixMillis now) {
  auto payload = stamped(now);
  auto& m = *payload.add_metrics();
  m.set_name("Node Control/Rebirth");
  m.set_timestamp(payload.timestamp());
  m.set_datatype(pb::Boolean);
  m.set_boolean_value(true);
  return payload.SerializeAsString();
}

Result<std::string> encode_command(const Command& c, UnixMillis now) {
  if (!is_writable(c.datatype)) return Error{"metrics of datatype " + datatype_name(c.datatype) + " cannot be written"};
  if (c.name.empty() && !c.alias) return Error{"a command needs the name of a metric"};
  if (!is_utf8(c.name)) return Error{"the metric's name is no UTF-8"};
  auto payload = stamped(now);
  auto& m = *payload.add_metrics();
  if (c.alias)
    m.set_alias(*c.alias);
  else
    m.set_name(c.name);
  m.set_timestamp(payload.timestamp());
  m.set_datatype(c.datatype);
  if (!c.value)
    m.set_is_null(true);
  else if (!set_value(m, c))
    return misfit(c);
  return payload.SerializeAsString();
}

std::optional<std::uint32_t> parse_datatype(std::string_view text) {
  DataType type{};
  if (pb::DataType_Parse(std::string(text), &type)) return static_cast<std::uint32_t>(type);
  const auto id = number<std::uint32_t>(std::string(text));
  return id && pb::DataType_IsValid(static_cast<int>(*id)) ? id : std::nullopt;
}

std::string datatype_name(std::uint32_t datatype) {
  if (datatype <= pb::DateTimeArray) return pb::DataType_Name(static_cast<DataType>(datatype));
  return std::to_string(datatype);
}

}  // namespace songhua::sparkplug
