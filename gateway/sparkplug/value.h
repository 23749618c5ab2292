#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "sparkplug/message.h"

// The one place that says what a value field means by its datatype (table 'Datatypes and value encoding').
namespace songhua::sparkplug {

struct BytesView {
  std::string_view bytes;  // Bytes, File and arrays, as on the wire
  bool operator==(const BytesView&) const = default;
};
// DataSet, Template, PropertySet, PropertySetList: stays in the message, which the caller holds.
struct Structured {
  bool operator==(const Structured&) const = default;
};

// Signed types and Boolean's kin as their own alternative: Int8..Int64 and DateTime below 2^63 are int64, UInt8..UInt64
// uint64, Float widens to double. Views live as long as the message.
using Value =
    std::variant<std::monostate, std::int64_t, std::uint64_t, double, bool, std::string_view, BytesView, Structured>;

enum class ValueProblem : std::uint8_t {
  none,
  absent,            // no value field set
  unknown_datatype,  // 0, or a number that the specification does not know
  wrong_field,       // "field does not fit datatype"
  out_of_range,      // an integer outside its type
  bad_array,         // a length that its element type does not allow
};
std::string_view to_string(ValueProblem problem);

struct Interpreted {
  Value value;
  ValueProblem problem = ValueProblem::none;
};

// Exactly one field is set on the wire: `raw` for int_value and long_value, `real` for the floats, and so on.
enum class Field : std::uint8_t {
  none,
  int_value,
  long_value,
  float_value,
  double_value,
  boolean_value,
  string_value,
  bytes_value,
  dataset_value,
  template_value,
  propertyset_value,
  propertysets_value,
  extension_value
};
std::string_view to_string(Field field);

struct WireValue {
  Field field = Field::none;
  std::uint64_t raw = 0;
  double real = 0;
  bool flag = false;
  std::string_view text;
};
WireValue wire_value(const Metric& metric);
WireValue wire_value(const pb::Payload_PropertyValue& value);
WireValue wire_value(const pb::Payload_DataSet_DataSetValue& value);
WireValue wire_value(const pb::Payload_Template_Parameter& value);

// Integers are masked and sign-extended (Int8 -1 as 0xFF and as 0xFFFFFFFF), UInt32 is read from either integer field.
// Without a datatype the field decides: int_value is Int32, long_value Int64.
Interpreted interpret(const WireValue& value, std::optional<std::uint32_t> datatype);

constexpr bool is_array(std::uint32_t datatype) {
  return datatype >= pb::Int8Array && datatype <= pb::DateTimeArray;
}

}  // namespace songhua::sparkplug
