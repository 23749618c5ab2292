#include "central/audit.h"

#include <algorithm>

namespace songhua::central {
namespace {

// What is wrong with the envelope of a link, whatever its neighbours are.
std::optional<std::string> wrong_envelope(const ChainLink& link, const std::vector<forward::PublicKey>& keys) {
  const auto opened = forward::open_envelope(link.envelope);
  const auto* envelope = std::get_if<forward::Envelope>(&opened);
  if (envelope == nullptr || envelope->hash() != link.hash) return "its stored envelope is not what was received";
  const auto key = std::ranges::find(keys, envelope->key_id, &forward::PublicKey::id);
  if (key == keys.end()) return "its key " + envelope->key_id + " is no longer enrolled";
  if (!verify(*envelope, *key)) return "its signature does not verify";
  return std::nullopt;
}

class ChainWalk {
 public:
  ChainWalk(ChainReport& report, std::vector<forward::PublicKey> keys) : report_(report), keys_(std::move(keys)) {}

  void step(const ChainLink& link) {
    ++report_.batches;
    report_.highest = link.number;
    if (link.number != next_) {
      broken(next_, next_ + 1 == link.number
                        ? "is missing: not received yet, or refused"
                        : "to " + std::to_string(link.number - 1) + " are missing: not received yet, or refused");
    } else if (before_ && link.previous != before_) {
      broken(link.number, "does not follow the batch before it: the hash it names is another one's");
    }
    if (!link.envelope.empty()) {
      if (auto wrong = wrong_envelope(link, keys_)) {
        broken(link.number, *wrong);
      } else {
        ++report_.verified;
      }
    }
    before_ = link.hash;
    next_ = link.number + 1;
  }

 private:
  void broken(std::uint64_t number, std::string what) {
    if (!report_.first_break) report_.first_break = {number, std::move(what)};
  }

  ChainReport& report_;
  std::vector<forward::PublicKey> keys_;
  std::uint64_t next_ = 1;
  std::optional<forward::Digest> before_;
};

}  // namespace

std::vector<ChainReport> audit(CentreStore& store, const std::optional<GatewayId>& gateway) {
  std::vector<ChainReport> reports;
  for (const auto& info : store.incarnations()) {
    if (gateway && info.gateway != *gateway) continue;
    auto& report = reports.emplace_back();
    report.gateway = info.gateway;
    report.incarnation = info.incarnation.id;
    ChainWalk walk(report, store.keys(info.gateway));
    store.chain(info.incarnation.id, [&](const ChainLink& link) { walk.step(link); });
  }
  return reports;
}

}  // namespace songhua::central
