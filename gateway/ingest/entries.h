#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/translator.h"
#include "sparkplug/topic.h"
#include "storage/journal.h"
#include "storage/store.h"

// Small helpers of the pipeline about journal entries; not for other rooms.
namespace songhua::ingest {

// Enough to tell messages of one instant apart in a stable order; not a defence against anybody.
[[nodiscard]] std::uint64_t digest_of(std::string_view topic, std::string_view payload);

// "GROUP/NODE"
[[nodiscard]] std::string node_of(const sparkplug::Topic& topic);

// Which of several servers brought a message, for people; empty for the first, which is mostly the only one.
[[nodiscard]] std::string told_on(std::uint8_t server);

// The payload of a resolution entry.
[[nodiscard]] std::string encode_position(storage::Position position);
[[nodiscard]] std::optional<storage::Position> decode_position(std::string_view bytes);

// How the message that a resolution is about is read: whole, or by its own names alone where no birth explains it.
[[nodiscard]] Take take_of_resolution(const storage::Entry& resolution);

// What quarantine keeps of a refused entry; `position`: where in the journal it was judged.
[[nodiscard]] storage::Quarantined quarantined(const storage::Entry& entry, const std::string& reason,
                                               const std::string& detail, storage::Position position);

}  // namespace songhua::ingest
