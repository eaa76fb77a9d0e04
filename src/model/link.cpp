#include "model/link.hpp"

#include "model/vif_name.hpp"

namespace model {

bool is_guest_port(const Link& link) {
  if (link.mac == guest_port_mac || VifName::parse(link.name)) return true;
  return link.name.starts_with("tap") && VifName::parse("vif" + link.name.substr(3)).has_value();
}

}  // namespace model
