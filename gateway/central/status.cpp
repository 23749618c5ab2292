// What the centre has received, for status and the page.
#include <map>

#include "central/centre.h"

namespace songhua::central {

nlohmann::ordered_json refused_json(Centre& centre) {
  auto out = nlohmann::ordered_json::array();
  const auto& zone = centre.settings().zone;
  for (const auto& refusal : centre.store().refusals()) {
    out.push_back({{"enterprise", refusal.gateway.enterprise},
                   {"gateway", refusal.gateway.id},
                   {"reason", refusal.code},
                   {"detail", refusal.text},
                   {"count", refusal.count},
                   {"first", zone.format(refusal.first)},
                   {"last", zone.format(refusal.last)}});
  }
  return out;
}

nlohmann::ordered_json status_json(Centre& centre, UnixMillis now) {
  const auto& zone = centre.settings().zone;
  std::map<GatewayId, IncarnationInfo> newest;  // incarnations come in the order of their first batch
  for (auto& info : centre.store().incarnations()) newest.insert_or_assign(info.gateway, info);

  nlohmann::ordered_json out{{"role", "central"}, {"region", centre.settings().region}, {"now", zone.format(now)}};
  auto& gateways = out["gateways"] = nlohmann::ordered_json::array();
  std::map<GatewayId, bool> listed;
  for (const auto& enrolled : centre.store().gateways()) {
    if (!listed.emplace(enrolled.gateway, true).second) continue;  // one row, however many keys it has had
    nlohmann::ordered_json row{{"enterprise", enrolled.gateway.enterprise}, {"gateway", enrolled.gateway.id}};
    const auto it = newest.find(enrolled.gateway);
    if (it == newest.end()) {
      row["incarnation"] = row["last_batch"] = row["last_received"] = row["lag_ms"] = nullptr;
    } else {
      row["incarnation"] = it->second.incarnation.id;
      row["last_batch"] = it->second.highest;
      row["last_received"] = zone.format(it->second.last_received);
      row["lag_ms"] = (now - it->second.last_created).count();
    }
    gateways.push_back(std::move(row));
  }
  out["refused"] = refused_json(centre);
  return out;
}

}  // namespace songhua::central
