#pragma once

#include <memory>

#include "sparkplug/names.h"
#include "storage/store.h"

// Name tables as the store keeps them: the names of a device once, tables as lists of such (sparkplug/names.cpp).
namespace songhua::ingest {

// Null for 0, and where the store does not know the table or cannot read it.
std::shared_ptr<const sparkplug::NameTable> stored_names(const storage::Store& store, std::uint64_t id);

}  // namespace songhua::ingest
