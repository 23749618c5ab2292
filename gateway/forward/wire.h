#pragma once

#include <google/protobuf/message.h>

#include <climits>
#include <string>
#include <string_view>
#include <vector>

// Inside of the room: reading protobuf strictly.
namespace songhua::forward {

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

// False: not protobuf, not UTF-8 where text is meant, or with unknown fields.
inline bool parse_strictly(std::string_view bytes, google::protobuf::Message& message) {
  return bytes.size() <= INT_MAX && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
         !has_unknown_fields(message);
}

// One way to write a message, so that equal ones have equal bytes and hashes.
std::string deterministic_bytes(const google::protobuf::Message& message);

}  // namespace songhua::forward
