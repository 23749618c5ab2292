// {"request": "append", "entries": [{"kind", "received", "server", "topic", "payload"}]}: kind by its number in the
// journal, received in ms, topic and payload in base64 (topics come from networks and may be no UTF-8).
#include <openssl/evp.h>

#include "control/control.h"

namespace songhua::control {
namespace {

std::string to_base64(const std::string& bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // the encoder ends with a NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  out.pop_back();
  return out;
}

Result<std::string> from_base64(const Json& text) {
  const Error malformed{"topic and payload of an entry are base64"};
  if (!text.is_string()) return malformed;
  const auto& base64 = text.get_ref<const std::string&>();
  std::string out(base64.size() / 4 * 3, '\0');
  if (base64.size() % 4 != 0 ||
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size())) < 0) {
    return malformed;
  }
  // The decoder counts the padding as bytes.
  for (auto end = base64.size(); end > 0 && base64[end - 1] == '=' && !out.empty(); --end) out.pop_back();
  return out;
}

// Only what a person or a file can say; host events, resolutions and configuration are the gateway's own.
bool may_be_appended(std::int64_t kind) {
  using storage::EntryKind;
  return kind == static_cast<int>(EntryKind::message) || kind == static_cast<int>(EntryKind::import) ||
         kind == static_cast<int>(EntryKind::adjustment) || kind == static_cast<int>(EntryKind::line);
}

}  // namespace

Json encode_entries(const std::vector<storage::Entry>& entries) {
  Json list = Json::array();
  for (const auto& entry : entries) {
    list.push_back({{"kind", static_cast<int>(entry.kind)},
                    {"received", count_of(entry.received)},
                    {"server", entry.server},
                    {"topic", to_base64(entry.topic)},
                    {"payload", to_base64(entry.payload)}});
  }
  return {{"request", "append"}, {"entries", std::move(list)}};
}

Result<std::vector<storage::Entry>> decode_entries(const Json& request) {
  const Error malformed{"entries: a list of objects with kind, received, server, topic, payload"};
  const auto list = request.find("entries");
  if (list == request.end() || !list->is_array()) return malformed;
  std::vector<storage::Entry> entries;
  for (const auto& item : *list) {
    if (!item.is_object()) return malformed;
    for (const char* key : {"kind", "received", "server"}) {
      if (!item.contains(key) || !item[key].is_number_integer()) return malformed;
    }
    const auto kind = item["kind"].get<std::int64_t>(), server = item["server"].get<std::int64_t>();
    if (!may_be_appended(kind)) return Error{"entries of kind " + std::to_string(kind) + " are the gateway's own"};
    if (server < 0 || server > 255) return malformed;
    storage::Entry entry;
    entry.kind = static_cast<storage::EntryKind>(kind);
    entry.fate = entry.kind == storage::EntryKind::line ? storage::Fate::noted : storage::Fate::applied;
    entry.received = unix_millis(item["received"].get<std::int64_t>());
    entry.server = static_cast<std::uint8_t>(server);
    auto topic = from_base64(item.value("topic", Json())), payload = from_base64(item.value("payload", Json()));
    if (!topic) return topic.error();
    if (!payload) return payload.error();
    entry.topic = std::move(*topic);
    entry.payload = std::move(*payload);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace songhua::control
