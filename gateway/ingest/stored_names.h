#pragma once

#include <memory>
#include <optional>

#include "sparkplug/names.h"
#include "storage/store.h"

// Name tables as the store keeps them: the names of a device once, tables as lists of such (sparkplug/names.cpp).
namespace songhua::ingest {

// Null for 0, and where the store does not know the table or cannot read it.
std::shared_ptr<const sparkplug::NameTable> stored_names(const storage::Store& store, std::uint64_t id);

// The message that a resolution entry speaks of; none where its segment is no longer in the journal.
std::optional<storage::Entry> held_message(storage::Store& store, const storage::Entry& resolution);

}  // namespace songhua::ingest
