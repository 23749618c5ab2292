#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include <climits>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Inside of the room: reading protobuf strictly.
namespace songhua::forward {

// Times on the wire, ms since 1970: within 9,000 years either way, so that nothing that is done with them overflows.
inline bool plausible_time(std::int64_t ms) {
  constexpr std::int64_t kFarthest = std::int64_t{9'000} * 365 * 86'400'000;
  return -kFarthest <= ms && ms <= kFarthest;
}

// Whether the message, or one inside it, carries a field that this version does not know. Such a field may change the
// meaning of the others: it is refused, never skipped.
inline bool has_unknown_fields(const google::protobuf::Message& message) {
  const auto* reflection = message.GetReflection();
  if (!reflection->GetUnknownFields(message).empty()) return true;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (has_unknown_fields(reflection->GetMessage(message, field))) return true;
      continue;
    }
    const int count = reflection->FieldSize(message, field);
    for (int i = 0; i < count; ++i) {
      if (has_unknown_fields(reflection->GetRepeatedMessage(message, field, i))) return true;
    }
  }
  return false;
}

// False: not protobuf. Only for looking at a format's number before its fields.
inline bool parse_leniently(std::string_view bytes, google::protobuf::Message& message) {
  const google::protobuf::LogSilencer quiet;  // what is wrong is said by whoever refuses it
  return bytes.size() <= INT_MAX && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// False: not protobuf, not UTF-8 where text is meant, or with unknown fields.
inline bool parse_strictly(std::string_view bytes, google::protobuf::Message& message) {
  return parse_leniently(bytes, message) && !has_unknown_fields(message);
}

// One way to write a message, so that equal ones have equal bytes and hashes.
std::string deterministic_bytes(const google::protobuf::Message& message);

}  // namespace songhua::forward
