#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "rollup/record.h"

// Bytes of a record, in the store and on the way to the centre. Equal records have equal bytes.
namespace songhua::rollup {

inline constexpr std::uint8_t kRecordFormat = 1;

[[nodiscard]] std::string encode(const Record& record);
// Refuses another format, unknown fields, trailing bytes and values out of range; never reads past the end.
[[nodiscard]] Result<Record> decode(std::string_view bytes);

// A source's stretches alone, as they stand in the records of its lines; times relative to `start`.
[[nodiscard]] std::string encode_stretches(const std::vector<Stretch>& stretches, UnixMillis start);
[[nodiscard]] Result<std::vector<Stretch>> decode_stretches(std::string_view bytes, UnixMillis start);

}  // namespace songhua::rollup
