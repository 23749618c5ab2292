#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sparkplug/message.h"

namespace songhua::sparkplug {

// A payload for people and tests: a key is present exactly where the field is on the wire. Integers are decimal
// strings, floats come with their IEEE 754 bits, bytes are base64, text that is no UTF-8 is {"invalid_utf8_base64"}.
// Where the datatype gives a value no meaning there are "problem" and "wire_value" instead of "value". Grammar:
// payload_json.cpp.
nlohmann::json to_json(const Payload& payload);

}  // namespace songhua::sparkplug
