#include "command/heard.hpp"
#include "command/json.hpp"

namespace command {
namespace {

using heard::Counts;
using heard::Neighbour;
using heard::Verdict;

void add_counts(JsonObject& object, const Counts& counts) {
  JsonArray subnets;
  for (const heard::Subnet& subnet : counts.subnets.all()) subnets.add(subnet.text());
  object.add("frames", counts.frames).add("macs", counts.macs);
  if (counts.more_macs) object.add("more_macs", true);
  object.add_if_any("subnets", subnets);
  if (counts.subnets.more()) object.add("more_subnets", true);
}

JsonObject counts_json(const Counts& counts) {
  JsonObject object;
  add_counts(object, counts);
  return object;
}

JsonObject vlan_json(model::Vid vid, const Verdict& verdict) {
  JsonObject object;
  object.add("vlan", std::uint32_t{vid.value()}).add("state", heard::word(verdict.state));
  if (verdict.native) object.add("native", true);
  if (verdict.announced) object.add("name", verdict.name);
  add_counts(object, verdict.counts);
  return object;
}

JsonArray vlans_json(const HeardTrunk& trunk) {
  JsonArray vlans;
  for (const Verdict& verdict : heard::judge(trunk.traffic, trunk.configured)) {
    for (const model::Vid vid : verdict.vids) vlans.add(vlan_json(vid, verdict));
  }
  return vlans;
}

JsonArray names_json(const Neighbour& neighbour) {
  JsonArray names;
  for (const auto& [vid, name] : neighbour.vlans) {
    names.add(JsonObject().add("vlan", std::uint32_t{vid}).add("name", name));
  }
  return names;
}

JsonArray neighbours_json(const heard::Traffic& traffic) {
  JsonArray neighbours;
  for (const Neighbour& neighbour : traffic.neighbours()) {
    const bool is_lldp = neighbour.protocol == Neighbour::Protocol::lldp;
    JsonObject object;
    object.add("protocol", is_lldp ? "lldp" : "cdp")
        .add_if_any("chassis", neighbour.chassis)
        .add_if_any("system", neighbour.system)
        .add("port", neighbour.port)
        .add_if_any("port_description", neighbour.port_description);
    if (neighbour.native_vlan != 0) {
      object.add("native_vlan", std::uint32_t{neighbour.native_vlan});
    }
    neighbours.add(object.add_if_any("vlans", names_json(neighbour)));
  }
  return neighbours;
}

JsonArray roots_json(const heard::Traffic& traffic) {
  JsonArray roots;
  for (const auto& [number, tree] : traffic.spanning_trees()) {
    JsonObject object;
    if (number != 0) object.add("vlan", std::uint32_t{number});
    roots.add(object.add("protocol", heard::word(tree.protocol))
                  .add("priority", std::uint32_t{tree.root.priority})
                  .add("address", tree.root.mac.text()));
  }
  return roots;
}

JsonObject trunk_json(const HeardTrunk& trunk) {
  const heard::Traffic& traffic = trunk.traffic;
  JsonObject object;
  object.add("ifname", trunk.name).add("vlans", vlans_json(trunk));
  object.add("untagged", counts_json(traffic.untagged()));
  if (traffic.provider().frames != 0) object.add("802.1ad", counts_json(traffic.provider()));
  object.add_if_any("neighbours", neighbours_json(traffic));
  if (traffic.more_neighbours()) object.add("more_neighbours", true);
  object.add_if_any("roots", roots_json(traffic));
  if (trunk.gaps.lost != 0) object.add("lost", trunk.gaps.lost);
  if (trunk.gaps.went_down) object.add("went_down", true);
  return object;
}

}  // namespace

std::string heard_json(const std::vector<HeardTrunk>& trunks, std::chrono::seconds listened) {
  JsonArray heard;
  for (const HeardTrunk& trunk : trunks) heard.add(trunk_json(trunk));
  return JsonObject()
      .add("format", json_format)
      .add("seconds", static_cast<std::uint64_t>(listened.count()))
      .add("trunks", heard)
      .text();
}

}  // namespace command
