#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "central/store.h"
#include "forward/batch.h"
#include "model/calendar.h"

// What a worker does with one message of a gateway: verify, merge, answer. No network; the clock is passed in.
namespace songhua::central {

struct IntakeOptions {
  Millis settle{600'000};
  TimeZone zone = TimeZone::shanghai();  // whose days become final
};

// Used by one thread. Call inside CentreStore::transact(): the answer may be sent once that has returned.
class Intake {
 public:
  Intake(CentreStore& store, IntakeOptions options) : store_(store), options_(std::move(options)) {}

  // The answer to a message on the `rollup` channel of `gateway`.
  forward::Ack take_batch(const GatewayId& gateway, std::string_view payload, UnixMillis now);
  // Nothing is answered to a dictionary; what is refused is noted in the store.
  std::optional<forward::Refused> take_dictionary(const GatewayId& gateway, std::string_view payload, UnixMillis now);
  // After a rollback what was only remembered must be read again.
  void forget() { dictionaries_.clear(); }

 private:
  using Dictionary = std::shared_ptr<const forward::WireDictionary>;

  std::optional<forward::Refused> check_key(const GatewayId& gateway, const std::string& key_id,
                                            const std::function<bool(const forward::PublicKey&)>& verifies);
  std::optional<forward::Refused> check_identity(const GatewayId& gateway, const forward::Batch& batch,
                                                 const forward::Digest& hash);
  Dictionary dictionary(const forward::Digest& hash);

  CentreStore& store_;
  IntakeOptions options_;
  std::map<forward::Digest, Dictionary> dictionaries_;
};

}  // namespace songhua::central
