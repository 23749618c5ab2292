#include "sparkplug/value.h"

#include <cstring>
#include <limits>

namespace songhua::sparkplug {
namespace {

// The members that Metric, PropertyValue, DataSetValue and Template.Parameter have in common.
template <typename M>
bool read_common(const M& m, WireValue& w) {
  switch (m.value_case()) {
    case M::kIntValue:
      w.field = Field::int_value;
      w.raw = m.int_value();
      return true;
    case M::kLongValue:
      w.field = Field::long_value;
      w.raw = m.long_value();
      return true;
    case M::kFloatValue:
      w.field = Field::float_value;
      w.real = static_cast<double>(m.float_value());
      return true;
    case M::kDoubleValue:
      w.field = Field::double_value;
      w.real = m.double_value();
      return true;
    case M::kBooleanValue:
      w.field = Field::boolean_value;
      w.flag = m.boolean_value();
      return true;
    case M::kStringValue:
      w.field = Field::string_value;
      w.text = m.string_value();
      return true;
    case M::kExtensionValue:
      w.field = Field::extension_value;
      return true;
    case M::VALUE_NOT_SET:
      return true;
    default:
      return false;
  }
}

Interpreted faulty(ValueProblem problem) {
  return {std::monostate{}, problem};
}

// Two's complement of `bits` inside the 32 bits of int_value: as written by the table (sign-extended), or the bare low
// bits.
Interpreted small_signed(std::uint64_t raw, unsigned bits) {
  const auto value = static_cast<std::int32_t>(static_cast<std::uint32_t>(raw));
  const std::int32_t limit = std::int32_t{1} << (bits - 1);
  if (value >= -limit && value < limit) return {std::int64_t{value}};
  if (raw < (std::uint64_t{1} << bits)) return {static_cast<std::int64_t>(raw) - (std::int64_t{1} << bits)};
  return faulty(ValueProblem::out_of_range);
}

Interpreted small_unsigned(std::uint64_t raw, unsigned bits) {
  if (raw >> bits != 0) return faulty(ValueProblem::out_of_range);
  return {raw};
}

Interpreted integer(const WireValue& w, std::uint32_t type) {
  switch (type) {
    case pb::Int8:
      return small_signed(w.raw, 8);
    case pb::Int16:
      return small_signed(w.raw, 16);
    case pb::Int32:
      return {std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(w.raw))}};
    case pb::Int64:
      return {static_cast<std::int64_t>(w.raw)};
    case pb::UInt8:
      return small_unsigned(w.raw, 8);
    case pb::UInt16:
      return small_unsigned(w.raw, 16);
    case pb::UInt32:
      return small_unsigned(w.raw, 32);
    default:
      return {w.raw};  // UInt64, DateTime
  }
}

// Bytes per element; 0 for Boolean and String arrays, which have their own shape.
std::size_t element_size(std::uint32_t type) {
  switch (type) {
    case pb::Int8Array:
    case pb::UInt8Array:
      return 1;
    case pb::Int16Array:
    case pb::UInt16Array:
      return 2;
    case pb::Int32Array:
    case pb::UInt32Array:
    case pb::FloatArray:
      return 4;
    case pb::Int64Array:
    case pb::UInt64Array:
    case pb::DoubleArray:
    case pb::DateTimeArray:
      return 8;
    default:
      return 0;
  }
}

bool fits_boolean_array(std::string_view bytes) {
  if (bytes.size() < 4) return bytes.empty();
  std::uint64_t count = 0;
  for (unsigned i = 0; i < 4; ++i) count |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return bytes.size() - 4 >= (count + 7) / 8;
}

Interpreted array(const WireValue& w, std::uint32_t type) {
  const auto size = element_size(type);
  if (size != 0 && w.text.size() % size != 0) return faulty(ValueProblem::bad_array);
  if (type == pb::BooleanArray && !fits_boolean_array(w.text)) return faulty(ValueProblem::bad_array);
  return {BytesView{w.text}};
}

Interpreted expect(const WireValue& w, Field field, const Value& value) {
  if (w.field != field) return faulty(ValueProblem::wrong_field);
  return {value};
}

Interpreted by_field(const WireValue& w) {
  switch (w.field) {
    case Field::int_value:
      return integer(w, pb::Int32);
    case Field::long_value:
      return integer(w, pb::Int64);
    case Field::float_value:
    case Field::double_value:
      return {w.real};
    case Field::boolean_value:
      return {w.flag};
    case Field::string_value:
      return {w.text};
    case Field::bytes_value:
      return {BytesView{w.text}};
    case Field::extension_value:
      return faulty(ValueProblem::wrong_field);
    default:
      return {Structured{}};
  }
}

}  // namespace

WireValue wire_value(const Metric& m) {
  WireValue w;
  if (read_common(m, w)) return w;
  if (m.has_bytes_value())
    w.field = Field::bytes_value, w.text = m.bytes_value();
  else if (m.has_dataset_value())
    w.field = Field::dataset_value;
  else
    w.field = Field::template_value;
  return w;
}
WireValue wire_value(const pb::Payload_PropertyValue& v) {
  WireValue w;
  if (read_common(v, w)) return w;
  w.field = v.has_propertyset_value() ? Field::propertyset_value : Field::propertysets_value;
  return w;
}
WireValue wire_value(const pb::Payload_DataSet_DataSetValue& v) {
  WireValue w;
  read_common(v, w);
  return w;
}
WireValue wire_value(const pb::Payload_Template_Parameter& v) {
  WireValue w;
  read_common(v, w);
  return w;
}

Interpreted interpret(const WireValue& w, std::optional<std::uint32_t> datatype) {
  if (w.field == Field::none) return faulty(ValueProblem::absent);
  if (!datatype) return by_field(w);
  const auto type = *datatype;
  if (type == pb::Unknown || type > pb::DateTimeArray) return faulty(ValueProblem::unknown_datatype);
  if (is_array(type)) return w.field == Field::bytes_value ? array(w, type) : faulty(ValueProblem::wrong_field);
  const bool in_int = w.field == Field::int_value, in_long = w.field == Field::long_value;
  switch (type) {
    case pb::Int8:
    case pb::Int16:
    case pb::Int32:
    case pb::UInt8:
    case pb::UInt16:
      return in_int ? integer(w, type) : faulty(ValueProblem::wrong_field);
    case pb::UInt32:
      return in_int || in_long ? integer(w, type) : faulty(ValueProblem::wrong_field);
    case pb::Int64:
    case pb::UInt64:
    case pb::DateTime:
      return in_long ? integer(w, type) : faulty(ValueProblem::wrong_field);
    case pb::Float:
      return expect(w, Field::float_value, w.real);
    case pb::Double:
      return expect(w, Field::double_value, w.real);
    case pb::Boolean:
      return expect(w, Field::boolean_value, w.flag);
    case pb::String:
    case pb::Text:
    case pb::UUID:
      return expect(w, Field::string_value, w.text);
    case pb::DataSet:
      return expect(w, Field::dataset_value, Structured{});
    case pb::Bytes:
    case pb::File:
      return expect(w, Field::bytes_value, BytesView{w.text});
    case pb::Template:
      return expect(w, Field::template_value, Structured{});
    case pb::PropertySet:
      return expect(w, Field::propertyset_value, Structured{});
    default:
      return expect(w, Field::propertysets_value, Structured{});
  }
}

std::string_view to_string(ValueProblem problem) {
  switch (problem) {
    case ValueProblem::none:
      return "none";
    case ValueProblem::absent:
      return "no value";
    case ValueProblem::unknown_datatype:
      return "unknown datatype";
    case ValueProblem::wrong_field:
      return "field does not fit datatype";
    case ValueProblem::out_of_range:
      return "out of range";
    case ValueProblem::bad_array:
      return "length does not fit array";
  }
  return "?";
}

std::string_view to_string(Field field) {
  switch (field) {
    case Field::none:
      return "none";
    case Field::int_value:
      return "int_value";
    case Field::long_value:
      return "long_value";
    case Field::float_value:
      return "float_value";
    case Field::double_value:
      return "double_value";
    case Field::boolean_value:
      return "boolean_value";
    case Field::string_value:
      return "string_value";
    case Field::bytes_value:
      return "bytes_value";
    case Field::dataset_value:
      return "dataset_value";
    case Field::template_value:
      return "template_value";
    case Field::propertyset_value:
      return "propertyset_value";
    case Field::propertysets_value:
      return "propertysets_value";
    case Field::extension_value:
      return "extension_value";
  }
  return "?";
}

}  // namespace songhua::sparkplug
