#pragma once

#include <string>
#include <string_view>

#include "model/result.h"
#include "rollup/record.h"

// Bytes of a record, in the store and on the way to the centre. Equal records have equal bytes.
namespace songhua::rollup {

inline constexpr std::uint8_t kRecordFormat = 1;

[[nodiscard]] std::string encode(const Record& record);
// Refuses another format, unknown fields, trailing bytes and values out of range; never reads past the end.
[[nodiscard]] Result<Record> decode(std::string_view bytes);

}  // namespace songhua::rollup
