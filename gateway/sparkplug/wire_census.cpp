#include "sparkplug/wire_census.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>
#include <cstdint>

namespace songhua::sparkplug {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

enum class Kind : std::uint8_t {
  payload,
  metric,
  property_set,
  property_value,
  property_set_list,
  data_set,
  row,
  template_,
  leaf
};

struct Edge {
  Kind from;
  int field;
  Kind to;
};
// Every field of the schema whose value is a message. Texts and the like are leaves.
constexpr std::array kEdges{
    Edge{Kind::payload, 2, Kind::metric},
    Edge{Kind::metric, 9, Kind::property_set},
    Edge{Kind::metric, 17, Kind::data_set},
    Edge{Kind::metric, 18, Kind::template_},
    Edge{Kind::property_set, 2, Kind::property_value},
    Edge{Kind::property_value, 9, Kind::property_set},
    Edge{Kind::property_value, 10, Kind::property_set_list},
    Edge{Kind::property_set_list, 1, Kind::property_set},
    Edge{Kind::data_set, 4, Kind::row},
    Edge{Kind::row, 1, Kind::leaf},
    Edge{Kind::template_, 2, Kind::metric},
    Edge{Kind::template_, 3, Kind::leaf},
};

Kind kind_of(Kind from, int field) {
  for (const auto& edge : kEdges)
    if (edge.from == from && edge.field == field) return edge.to;
  return Kind::leaf;
}

// The highest field number that the schema gives a kind: a scalar above it is unknown, and protobuf keeps it.
int highest_field(Kind kind) {
  return kind == Kind::metric ? 19 : kind == Kind::property_value ? 11 : 5;
}

class Walk {
 public:
  Walk(std::string_view bytes, std::size_t max_metrics, std::size_t max_elements)
      : in_(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size())),
        max_metrics_(max_metrics),
        max_elements_(max_elements) {}

  Census run() {
    message(Kind::payload);
    return census_;
  }

 private:
  // False: stop.
  bool message(Kind kind) {
    while (const auto tag = in_.ReadTag()) {
      const bool known = WireFormatLite::GetTagFieldNumber(tag) <= highest_field(kind);
      if (WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
        if (!delimited(kind, WireFormatLite::GetTagFieldNumber(tag))) return false;
      } else {
        if (!known || WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_START_GROUP) ++census_.elements;
        if (!WireFormatLite::SkipField(&in_, tag)) return false;
      }
      if (census_.metrics > max_metrics_ || census_.elements > max_elements_) return false;
    }
    return true;
  }

  bool delimited(Kind kind, int field) {
    ++census_.elements;
    const auto inner = kind_of(kind, field);
    if (kind == Kind::payload && inner == Kind::metric) ++census_.metrics;
    std::uint32_t length = 0;
    if (!in_.ReadVarint32(&length) ||
        length > static_cast<std::uint32_t>(in_.BytesUntilLimit() < 0 ? INT32_MAX : in_.BytesUntilLimit()))
      return false;
    if (inner == Kind::leaf) return in_.Skip(static_cast<int>(length));
    if (!in_.IncrementRecursionDepth()) return false;
    const auto limit = in_.PushLimit(static_cast<int>(length));
    const bool go_on = message(inner) && in_.BytesUntilLimit() == 0;
    in_.PopLimit(limit);
    in_.DecrementRecursionDepth();
    return go_on;
  }

  CodedInputStream in_;
  std::size_t max_metrics_;
  std::size_t max_elements_;
  Census census_;
};

}  // namespace

Census take_census(std::string_view payload, std::size_t max_metrics, std::size_t max_elements) {
  return Walk(payload, max_metrics, max_elements).run();
}

}  // namespace songhua::sparkplug
