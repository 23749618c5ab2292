#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace songhua::edge_node {

// The Sparkplug datatypes that our lines use, with their ids on the wire. UInt32 is left out on purpose: encoders
// disagree about its value field (sparkplug.md 7.17).
enum class DataType : std::uint8_t {
  none = 0,
  int32 = 3,
  int64 = 4,
  float64 = 10,
  boolean = 11,
  string = 12,
  data_set = 16,
  template_ = 19,
  int64_array = 25
};

class DataSet;
class Template;

// One value of a metric. Strings, arrays, tables and templates are not owned: they live as long as the device that gave
// them. `revision` of those: any number that changes with the content.
class Value {
 public:
  Value() = default;
  static Value int32(std::int32_t v) { return {DataType::int32, v, {}}; }
  static Value int64(std::int64_t v) { return {DataType::int64, v, {}}; }
  static Value float64(double v) { return {DataType::float64, std::bit_cast<std::int64_t>(v), {}}; }
  static Value boolean(bool v) { return {DataType::boolean, v ? 1 : 0, {}}; }
  static Value string(std::string_view v) { return {DataType::string, 0, v}; }
  static Value int64_array(std::span<const std::int64_t> v, std::int64_t revision) {
    Value value{DataType::int64_array, revision, {}};
    value.array_ = v;
    return value;
  }
  static Value data_set(const DataSet& v, std::int64_t revision) {
    Value value{DataType::data_set, revision, {}};
    value.data_set_ = &v;
    return value;
  }
  static Value of_template(const Template& v, std::int64_t revision) {
    Value value{DataType::template_, revision, {}};
    value.template_ = &v;
    return value;
  }
  static Value from_bits(DataType type, std::int64_t bits) { return {type, bits, {}}; }

  [[nodiscard]] DataType type() const { return type_; }
  [[nodiscard]] std::int64_t integer() const { return bits_; }
  [[nodiscard]] double real() const { return std::bit_cast<double>(bits_); }
  [[nodiscard]] bool truth() const { return bits_ != 0; }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::span<const std::int64_t> array() const { return array_; }
  [[nodiscard]] const DataSet& table() const { return *data_set_; }
  [[nodiscard]] const Template& templ() const { return *template_; }
  // What to compare and, of numbers, to buffer. Strings of our lines never change within a session.
  [[nodiscard]] std::int64_t bits() const { return bits_; }

 private:
  Value(DataType type, std::int64_t bits, std::string_view text) : type_(type), bits_(bits), text_(text) {}
  DataType type_ = DataType::none;
  std::int64_t bits_ = 0;
  std::string_view text_;
  std::span<const std::int64_t> array_;
  const DataSet* data_set_ = nullptr;
  const Template* template_ = nullptr;
};

constexpr bool is_number(DataType type) {
  return type == DataType::int32 || type == DataType::int64 || type == DataType::float64 || type == DataType::boolean;
}

// A value with its name: parameter and member of a template, property of a metric, column of a table.
struct Named {
  std::string_view name;
  Value value;
};

// A table. Cells are numbers and strings, of their column's type.
class DataSet {
 public:
  [[nodiscard]] virtual std::size_t columns() const = 0;
  [[nodiscard]] virtual std::string_view header(std::size_t column) const = 0;
  [[nodiscard]] virtual DataType type(std::size_t column) const = 0;
  [[nodiscard]] virtual std::size_t rows() const = 0;
  [[nodiscard]] virtual Value cell(std::size_t row, std::size_t column) const = 0;

 protected:
  ~DataSet() = default;
};

// A definition (no reference: the name of its metric is the type's name), or an instance of one, always with all
// members.
class Template {
 public:
  [[nodiscard]] virtual std::string_view version() const = 0;
  [[nodiscard]] virtual std::string_view reference() const = 0;
  [[nodiscard]] virtual std::size_t parameters() const = 0;
  [[nodiscard]] virtual Named parameter(std::size_t index) const = 0;
  [[nodiscard]] virtual std::size_t members() const = 0;
  [[nodiscard]] virtual Named member(std::size_t index) const = 0;

 protected:
  ~Template() = default;
};

// The property `Quality` of Sparkplug.
enum class Quality : std::uint16_t { bad = 0, good = 192, stale = 500 };

struct Metric {
  std::string_view name;
  DataType type = DataType::none;
  bool totalizer = false;  // sent in full once a minute, and never without the counter epoch
  bool epoch = false;      // this is Properties/Counter Epoch
  bool prompt = false;     // a change is worth a buffered reading of its own while the host is away
  bool writable = false;
  bool seldom = false;      // a change waits for Config::seldom
  bool birth_only = false;  // a template definition
};

inline constexpr std::size_t kMaxDevices = 16;
inline constexpr std::size_t kMaxMetrics = 112;  // of one device

// What the node asks of a device (or of itself: the node's own metrics are a device without an id).
class Device {
 public:
  [[nodiscard]] virtual std::string_view id() const = 0;
  [[nodiscard]] virtual std::size_t metrics() const = 0;
  [[nodiscard]] virtual Metric metric(std::size_t index) const = 0;
  [[nodiscard]] virtual Value value(std::size_t index) const = 0;
  // What a birth tells beside the value: properties (engineering unit...) and a description in the metadata.
  [[nodiscard]] virtual std::size_t properties(std::size_t /*index*/) const { return 0; }
  [[nodiscard]] virtual Named property(std::size_t /*index*/, std::size_t /*number*/) const { return {}; }
  [[nodiscard]] virtual std::string_view description(std::size_t /*index*/) const { return {}; }
  // Told in births where it is not good, and whenever it changes.
  [[nodiscard]] virtual Quality quality(std::size_t /*index*/) const { return Quality::good; }
  // A command. False: not writable, or no such value; nothing has changed.
  [[nodiscard]] virtual bool write(std::size_t index, const Value& value) = 0;

 protected:
  ~Device() = default;
};

}  // namespace songhua::edge_node
