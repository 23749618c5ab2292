#include "central/intake.h"

#include <algorithm>

namespace songhua::central {
namespace {

using forward::Ack;
using forward::Refusal;
using forward::Refused;

constexpr std::size_t kRememberedDictionaries = 64;

}  // namespace

Ack Intake::take_batch(const GatewayId& gateway, std::string_view payload, UnixMillis now) {
  Ack ack;
  const auto refuse = [&](const Refused& why) {
    store_.refuse(gateway, why, std::string(payload.substr(0, forward::kMaxEnvelope)), now);
    ack.status = Ack::Status::refused;
    ack.code = to_string(why.code);
    ack.text = why.text;
    return ack;
  };

  auto opened = forward::open_envelope(payload);
  if (const auto* why = std::get_if<Refused>(&opened)) return refuse(*why);
  const auto& envelope = std::get<forward::Envelope>(opened);
  ack.hash = envelope.hash();
  if (envelope.format > forward::kFormat) {
    return refuse({Refusal::newer_format, "format " + std::to_string(envelope.format) +
                                              " of batches; this centre reads " + std::to_string(forward::kFormat) +
                                              ": upgrade it"});
  }
  const auto verifies = [&](const forward::PublicKey& key) { return verify(envelope, key); };
  if (const auto why = check_key(gateway, envelope.key_id, verifies)) return refuse(*why);

  auto decoded = forward::decode_batch(envelope.batch);
  if (const auto* why = std::get_if<Refused>(&decoded)) return refuse(*why);
  auto& batch = std::get<forward::Batch>(decoded);
  ack.incarnation = batch.incarnation.id;
  ack.number = batch.number;
  ack.highest = store_.highest(batch.incarnation.id);
  if (const auto why = check_identity(gateway, batch, ack.hash)) return refuse(*why);
  ack.status = Ack::Status::committed;
  if (store_.batch_hash(batch.incarnation.id, batch.number)) return ack;  // known: sending again changes nothing

  const auto known = dictionary(batch.dictionary);
  if (!known) {
    ack.status = Ack::Status::need_dictionary;
    ack.dictionary = batch.dictionary;
    return ack;
  }
  std::vector<NewRecord> records;
  for (auto& record : batch.records) {
    if (const auto why = check_record(record, *known)) return refuse(*why);
    records.push_back({known->lines[static_cast<std::size_t>(record.line)].id,
                       known->sources[static_cast<std::size_t>(record.source)], record.window, record.generation,
                       std::move(record.content), window_at(record.window.start, Grain::day, options_.zone).end});
  }
  ack.highest = std::max(ack.highest, batch.number);
  store_.merge({std::move(batch), ack.hash, envelope.key_id, std::string(payload)}, records, options_.settle, now);
  return ack;
}

std::optional<Refused> Intake::take_dictionary(const GatewayId& gateway, std::string_view payload, UnixMillis now) {
  const auto refuse = [&](const Refused& why) {
    store_.refuse(gateway, why, std::string(payload.substr(0, forward::kMaxEnvelope)), now);
    return why;
  };
  auto opened = forward::open_dictionary_envelope(payload);
  if (const auto* why = std::get_if<Refused>(&opened)) return refuse(*why);
  const auto& envelope = std::get<forward::SignedDictionary>(opened);
  const auto verifies = [&](const forward::PublicKey& key) { return verify(envelope, key); };
  if (const auto why = check_key(gateway, envelope.key_id, verifies)) return refuse(*why);
  auto bytes = inflate_dictionary(envelope);
  if (const auto* why = std::get_if<Refused>(&bytes)) return refuse(*why);
  const auto& raw = std::get<std::string>(bytes);
  auto decoded = forward::decode_dictionary(raw);
  if (const auto* why = std::get_if<Refused>(&decoded)) return refuse(*why);
  store_.put_dictionary(gateway, forward::Digest::of(raw), raw, now);
  return std::nullopt;
}

std::optional<Refused> Intake::check_key(const GatewayId& gateway, const std::string& key_id,
                                         const std::function<bool(const forward::PublicKey&)>& verifies) {
  const auto name = gateway.enterprise + "/" + gateway.id;
  const auto keys = store_.keys(gateway);
  if (keys.empty()) {
    return Refused{Refusal::unknown_gateway,
                   name + " is not enrolled; songhua-central register gateway " + name + " --key FILE.pub"};
  }
  const auto key = std::ranges::find(keys, key_id, &forward::PublicKey::id);
  if (key == keys.end()) {
    return Refused{Refusal::unknown_key, name + " is enrolled with another key than " + key_id +
                                             "; if its disk was replaced, enrol the new one"};
  }
  if (!verifies(*key)) return Refused{Refusal::bad_signature, name + ": the signature is not this key's"};
  return std::nullopt;
}

std::optional<Refused> Intake::check_identity(const GatewayId& gateway, const forward::Batch& batch,
                                              const forward::Digest& hash) {
  const auto number = "batch " + std::to_string(batch.number);
  if (batch.enterprise != gateway.enterprise || batch.gateway != gateway.id) {
    return Refused{Refusal::wrong_topic, number + " of " + batch.enterprise + "/" + batch.gateway +
                                             " came on the topic of " + gateway.enterprise + "/" + gateway.id};
  }
  if (const auto owner = store_.owner(batch.incarnation.id); owner && *owner != gateway) {
    return Refused{Refusal::wrong_topic,
                   number + ": incarnation " + batch.incarnation.id + " is of " + owner->enterprise + "/" + owner->id};
  }
  const auto known = store_.batch_hash(batch.incarnation.id, batch.number);
  if (known && *known != hash) {
    return Refused{Refusal::number_taken, number + ": another batch of incarnation " + batch.incarnation.id +
                                              " has this number; the store was restored from an image"};
  }
  return std::nullopt;
}

Intake::Dictionary Intake::dictionary(const forward::Digest& hash) {
  if (const auto it = dictionaries_.find(hash); it != dictionaries_.end()) return it->second;
  const auto bytes = store_.dictionary(hash);
  if (!bytes) return nullptr;
  auto decoded = forward::decode_dictionary(*bytes);
  auto* known = std::get_if<forward::WireDictionary>(&decoded);
  if (known == nullptr) return nullptr;
  if (dictionaries_.size() >= kRememberedDictionaries) dictionaries_.clear();
  return dictionaries_[hash] = std::make_shared<const forward::WireDictionary>(std::move(*known));
}

}  // namespace songhua::central
