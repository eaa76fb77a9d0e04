#include "model/link.hpp"

#include <functional>
#include <set>

#include "model/vif_name.hpp"

namespace model {

std::string_view kind_named(std::string_view text) {
  static std::set<std::string, std::less<>> kinds;
  const auto known = kinds.find(text);
  return known != kinds.end() ? *known : *kinds.emplace(text).first;
}

bool is_guest_port(const Link& link) {
  if (link.mac == guest_port_mac || VifName::parse(link.name)) return true;
  return link.name.starts_with("tap") && VifName::parse("vif" + link.name.substr(3)).has_value();
}

}  // namespace model
