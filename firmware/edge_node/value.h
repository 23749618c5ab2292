#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace songhua::edge_node {

// The Sparkplug datatypes that our lines use, with their ids on the wire. UInt32 is left out on purpose: encoders
// disagree about its value field (sparkplug.md 7.17).
enum class DataType : std::uint8_t { none = 0, int32 = 3, int64 = 4, float64 = 10, boolean = 11, string = 12 };

// One value of a metric. A string is not owned: it lives as long as the device that gave it.
class Value {
 public:
  Value() = default;
  static Value int32(std::int32_t v) { return {DataType::int32, v, {}}; }
  static Value int64(std::int64_t v) { return {DataType::int64, v, {}}; }
  static Value float64(double v) { return {DataType::float64, std::bit_cast<std::int64_t>(v), {}}; }
  static Value boolean(bool v) { return {DataType::boolean, v ? 1 : 0, {}}; }
  static Value string(std::string_view v) { return {DataType::string, 0, v}; }
  static Value from_bits(DataType type, std::int64_t bits) { return {type, bits, {}}; }

  [[nodiscard]] DataType type() const { return type_; }
  [[nodiscard]] std::int64_t integer() const { return bits_; }
  [[nodiscard]] double real() const { return std::bit_cast<double>(bits_); }
  [[nodiscard]] bool truth() const { return bits_ != 0; }
  [[nodiscard]] std::string_view text() const { return text_; }
  // What to compare and to buffer. Strings of our lines never change within a session.
  [[nodiscard]] std::int64_t bits() const { return bits_; }

 private:
  Value(DataType type, std::int64_t bits, std::string_view text) : type_(type), bits_(bits), text_(text) {}
  DataType type_ = DataType::none;
  std::int64_t bits_ = 0;
  std::string_view text_;
};

struct Metric {
  std::string_view name;
  DataType type = DataType::none;
  bool totalizer = false;  // sent in full once a minute, and never without the counter epoch
  bool epoch = false;      // this is Properties/Counter Epoch
  bool prompt = false;     // a change is worth a buffered reading of its own while the host is away
  bool writable = false;
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
  // A command. False: not writable, or no such value; nothing has changed.
  [[nodiscard]] virtual bool write(std::size_t index, const Value& value) = 0;

 protected:
  ~Device() = default;
};

}  // namespace songhua::edge_node
