#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <charconv>

#include "web/server.h"

namespace songhua::web {

std::optional<std::string> Params::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second.front();
}

std::vector<std::string> Params::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

Result<bool> Params::flag(std::string_view name) const {
  const auto value = get(name);
  if (!value || *value == "0" || *value == "false") return false;
  if (value->empty() || *value == "1" || *value == "true") return true;
  return Error{"parameter " + std::string(name) + ": \"" + *value + "\" is neither true nor false"};
}

Result<void> Params::only(std::initializer_list<std::string_view> known, std::string_view list_name) const {
  for (const auto& [name, values] : values_) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string list;
      for (const auto& one : known) list.append(list.empty() ? "" : ", ").append(one);
      return Error{std::string("unknown parameter \"").append(name).append("\"; known: ").append(list)};
    }
    if (values.size() > 1 && name != list_name)
      return Error{"parameter " + name + " is given " + std::to_string(values.size()) + " times"};
  }
  return {};
}

Result<Address> parse_address(std::string_view text) {
  const Error wrong{"\"" + std::string(text) +
                    "\" is not an address to listen on; write HOST:PORT, like 127.0.0.1:8610"};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return Error{"\"" + std::string(text) + "\": an IPv6 address needs brackets, like [::1]:8610"};
  }
  Address address{std::string(host), 0};
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (host.empty() || digits.empty() || status != std::errc{} || end != digits.data() + digits.size()) return wrong;
  return address;
}

std::string prometheus_text(const prometheus::Collectable& registry) {
  return prometheus::TextSerializer{}.Serialize(registry.Collect());
}

}  // namespace songhua::web
