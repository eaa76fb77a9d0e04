#pragma once

#include <cstdint>
#include <vector>

#include "net/handle.hpp"
#include "plan/operation.hpp"

/// Requests about VXLAN: the VNIs of a single device, and forwarding tables (rtnetlink(7),
/// AF_BRIDGE).
namespace net {

/// Those that take VNIs from VLANs of that link, and give VNIs to others: what its port maps, and
/// what the device takes in.
std::vector<MessageHandle> vnis_requests(int index, const plan::SetVnis& op);

/// A MAC that a bridge has for good at that port, in that VLAN.
MessageHandle add_gateway_request(int index, const model::Mac& mac, std::uint16_t vid);
MessageHandle delete_gateway_request(int index, const model::Mac& mac, std::uint16_t vid);

/// The request for what is in the forwarding tables of bridges and VXLAN links: of all (0), or of
/// that port and of its bridge about it.
MessageHandle stations_request(int port);

}  // namespace net
