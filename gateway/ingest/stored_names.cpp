#include "ingest/stored_names.h"

#include "ingest/entries.h"

namespace songhua::ingest {

std::shared_ptr<const sparkplug::NameTable> stored_names(const storage::Store& store, std::uint64_t id) {
  const auto bytes = id == 0 ? std::nullopt : store.names(id);
  if (!bytes) return nullptr;
  const auto share = [&](std::uint64_t share_id) -> std::shared_ptr<const sparkplug::DeviceNames> {
    const auto names = store.names(share_id);
    if (!names) return nullptr;
    auto read = sparkplug::DeviceNames::deserialize(*names);
    return read ? *read : nullptr;
  };
  auto table = sparkplug::NameTable::deserialize(*bytes, share);
  return table ? *table : nullptr;
}

std::optional<storage::Entry> held_message(storage::Store& store, const storage::Entry& resolution) {
  const auto position = decode_position(resolution.payload);
  if (!position) return std::nullopt;
  auto entries = store.journal().read(position->segment());
  if (!entries || position->index() >= entries->size()) return std::nullopt;
  return std::move((*entries)[position->index()]);
}

}  // namespace songhua::ingest
