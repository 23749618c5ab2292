#pragma once

#include <cstdint>
#include <string_view>

#include "sparkplug_b.pb.h"

// Short names for the generated schema. All of this room is pure: no I/O, no clock, no threads.
namespace songhua::sparkplug {

namespace pb = org::eclipse::tahu::protobuf;
using Payload = pb::Payload;
using Metric = pb::Payload_Metric;
using PropertySet = pb::Payload_PropertySet;
using DataType = pb::DataType;

enum class MessageType : std::uint8_t { nbirth, ndeath, ndata, ncmd, dbirth, ddeath, ddata, dcmd, state };

// "NBIRTH", ..., "STATE"
std::string_view to_string(MessageType type);
constexpr bool is_birth(MessageType t) {
  return t == MessageType::nbirth || t == MessageType::dbirth;
}
constexpr bool is_data(MessageType t) {
  return t == MessageType::ndata || t == MessageType::ddata;
}
constexpr bool is_of_device(MessageType t) {
  return t >= MessageType::dbirth && t <= MessageType::dcmd;
}

// Well-formed UTF-8 (no overlong forms, surrogates or code points above 10FFFF). Protobuf does not check it for proto2.
bool is_utf8(std::string_view text);

}  // namespace songhua::sparkplug
