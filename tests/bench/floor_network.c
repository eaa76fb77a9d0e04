// The least that xvlan's network commands take, by bare system calls.
//
// usage: floor_network start TRUNK COUNT [GROUP]
//                                         the messages of `xvlan network start` for VIDs 1..COUNT
//                                         on a bare host, in the same order and grouping, or with
//                                         GROUP VLANs side by side
//        floor_network vxlan-start LINK ADDRESS COUNT
//                                         those of `xvlan network start vxlan=ADDRESS
//                                         vni-base=10000`, where LINK has the address
//        floor_network stop               deletes all that xvlan's mark is on
//        floor_network dump               reads every link once
//        floor_network aware-start TRUNK COUNT
//                                         the changes of `xvlan network start vlan-aware=yes`
//        floor_network vxlan-aware-start LINK ADDRESS COUNT
//                                         the same with vlan-aware=yes
//        floor_network dump-vlans         reads the VLANs of every port once, in ranges
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rtnl.h"

enum {
  link_group = 0x78766c,  // model::link_group
  side_by_side = 128,     // command::apply
  vxlan_overhead = 50,    // model::vxlan_overhead
  vxlan_port = 4789,
  vni_base = 10000
};

static struct in_addr local;  // from which tunnels leave; 0 for a trunk
static int trunk_index;
static unsigned char trunk_mac[6];
static uint32_t trunk_mtu;

static void keep_trunk(const struct nlmsghdr* header) {
  if (header->nlmsg_type != RTM_NEWLINK) return;
  trunk_index = ((const struct ifinfomsg*)NLMSG_DATA(header))->ifi_index;
  memcpy(trunk_mac, RTA_DATA(rtnl_find(header, IFLA_ADDRESS)), sizeof trunk_mac);
  memcpy(&trunk_mtu, RTA_DATA(rtnl_find(header, IFLA_MTU)), sizeof trunk_mtu);
}

static void read_trunk(const char* trunk) {
  rtnl_begin(RTM_GETLINK, 0);
  rtnl_put_text(IFLA_IFNAME, trunk);
  rtnl_exchange(keep_trunk);
}

// What tunnels from an address of that link have in place of a trunk's.
static void read_underlay(const char* link, const char* address) {
  if (inet_pton(AF_INET, address, &local) != 1) die(address);
  read_trunk(link);
  trunk_mtu -= vxlan_overhead;
  memcpy(trunk_mac, "vx", 2);  // plan::derived_mac
  memcpy(trunk_mac + 2, &local, sizeof local);
}

static void set_trunk_up(void) {
  struct ifinfomsg* const header = rtnl_begin(RTM_NEWLINK, 0);
  header->ifi_index = trunk_index;
  header->ifi_flags = header->ifi_change = IFF_UP;
  rtnl_exchange(NULL);
}

// Names of the links of one VLAN.
static char name[IFNAMSIZ];

static const char* bridge_name(unsigned vid) {
  snprintf(name, sizeof name, "br%u", vid);
  return name;
}

static const char* uplink_name(const char* trunk, unsigned vid) {
  if (local.s_addr != 0) {
    snprintf(name, sizeof name, "vx%u", vid);
  } else {
    snprintf(name, sizeof name, "%.10s.%u", trunk, vid);
  }
  return name;
}

static void put_bridge(const char* bridge, bool vlan_aware) {
  const uint8_t off = 0;
  const uint8_t on = 1;
  const uint16_t no_vlan = 0;
  rtnl_begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  rtnl_put_text(IFLA_IFNAME, bridge);
  rtnl_put_number(IFLA_MTU, trunk_mtu - 4);  // so that setting it later pins it
  rtnl_put_number(IFLA_GROUP, link_group);
  rtnl_put(IFLA_ADDRESS, trunk_mac, sizeof trunk_mac);
  struct rtattr* const info = rtnl_begin_nest(IFLA_LINKINFO);
  rtnl_put_text(IFLA_INFO_KIND, "bridge");
  struct rtattr* const data = rtnl_begin_nest(IFLA_INFO_DATA);
  rtnl_put_number(IFLA_BR_FORWARD_DELAY, 0);
  rtnl_put_number(IFLA_BR_STP_STATE, 0);
  rtnl_put(IFLA_BR_MCAST_SNOOPING, &off, sizeof off);
  if (vlan_aware) {
    rtnl_put(IFLA_BR_VLAN_DEFAULT_PVID, &no_vlan, sizeof no_vlan);
    rtnl_put(IFLA_BR_VLAN_FILTERING, &on, sizeof on);
  }
  rtnl_end_nest(data);
  rtnl_end_nest(info);
}

// Shuts a bridge off from dom0: it filters VLANs, and has none of its own.
static void put_shut(unsigned vid) {
  const uint8_t on = 1;
  const uint16_t self = BRIDGE_FLAGS_SELF;
  const struct bridge_vlan_info own = {.flags = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED,
                                       .vid = 1};
  const int index = rtnl_index(bridge_name(vid));
  rtnl_begin(RTM_NEWLINK, 0)->ifi_index = index;
  struct rtattr* const info = rtnl_begin_nest(IFLA_LINKINFO);
  rtnl_put_text(IFLA_INFO_KIND, "bridge");
  struct rtattr* const data = rtnl_begin_nest(IFLA_INFO_DATA);
  rtnl_put(IFLA_BR_VLAN_FILTERING, &on, sizeof on);
  rtnl_end_nest(data);
  rtnl_end_nest(info);
  struct ifinfomsg* const header = rtnl_begin(RTM_DELLINK, 0);
  header->ifi_family = AF_BRIDGE;
  header->ifi_index = index;
  struct rtattr* const vlans = rtnl_begin_nest(IFLA_AF_SPEC);
  rtnl_put(IFLA_BRIDGE_FLAGS, &self, sizeof self);
  rtnl_put(IFLA_BRIDGE_VLAN_INFO, &own, sizeof own);
  rtnl_end_nest(vlans);
}

static void put_vxlan_link(const char* vxlan, unsigned vid) {
  const uint16_t port = htons(vxlan_port);
  const uint8_t off = 0;
  rtnl_begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  rtnl_put_text(IFLA_IFNAME, vxlan);
  rtnl_put_number(IFLA_MTU, trunk_mtu);
  rtnl_put_number(IFLA_GROUP, link_group);
  rtnl_put(IFLA_ADDRESS, trunk_mac, sizeof trunk_mac);
  struct rtattr* const info = rtnl_begin_nest(IFLA_LINKINFO);
  rtnl_put_text(IFLA_INFO_KIND, "vxlan");
  struct rtattr* const data = rtnl_begin_nest(IFLA_INFO_DATA);
  rtnl_put_number(IFLA_VXLAN_ID, vni_base + vid);
  rtnl_put(IFLA_VXLAN_LOCAL, &local, sizeof local);
  rtnl_put(IFLA_VXLAN_PORT, &port, sizeof port);
  rtnl_put(IFLA_VXLAN_LEARNING, &off, sizeof off);
  rtnl_end_nest(data);
  rtnl_end_nest(info);
}

static void put_vlan_link(const char* vlan_link, unsigned vid) {
  const uint16_t id = (uint16_t)vid;
  rtnl_begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  rtnl_put_text(IFLA_IFNAME, vlan_link);
  rtnl_put_number(IFLA_MTU, trunk_mtu);
  rtnl_put_number(IFLA_GROUP, link_group);
  rtnl_put_number(IFLA_LINK, (uint32_t)trunk_index);
  struct rtattr* const info = rtnl_begin_nest(IFLA_LINKINFO);
  rtnl_put_text(IFLA_INFO_KIND, "vlan");
  struct rtattr* const data = rtnl_begin_nest(IFLA_INFO_DATA);
  rtnl_put(IFLA_VLAN_ID, &id, sizeof id);
  rtnl_end_nest(data);
  rtnl_end_nest(info);
}

static void put_uplink(const char* trunk, unsigned vid) {
  const char* const uplink = uplink_name(trunk, vid);
  if (local.s_addr != 0) {
    put_vxlan_link(uplink, vid);
  } else {
    put_vlan_link(uplink, vid);
  }
}

static void put_up(const char* link) {
  struct ifinfomsg* const header = rtnl_begin(RTM_NEWLINK, 0);
  header->ifi_flags = header->ifi_change = IFF_UP;
  rtnl_put_text(IFLA_IFNAME, link);
}

static void put_change(const char* link, unsigned short setting, uint32_t value) {
  rtnl_begin(RTM_NEWLINK, 0);
  rtnl_put_text(IFLA_IFNAME, link);
  rtnl_put_number(setting, value);
}

// Makes an uplink a port.
static void put_port(const char* trunk, unsigned vid, int bridge) {
  const char* const uplink = uplink_name(trunk, vid);
  put_change(uplink, IFLA_MASTER, (uint32_t)bridge);
  if (local.s_addr != 0) {
    char alias[16];
    const int length = snprintf(alias, sizeof alias, "VLAN %u", vid);
    rtnl_put(IFLA_IFALIAS, alias, (size_t)length);
  }
  rtnl_shut_port(rtnl_index(uplink), local.s_addr == 0);
}

static void make_uplinks(const char* trunk, unsigned first, unsigned last) {
  for (unsigned vid = first; vid <= last; ++vid) put_uplink(trunk, vid);
  rtnl_exchange(NULL);
  for (unsigned vid = first; vid <= last; ++vid) switch_ipv6_off(uplink_name(trunk, vid));
}

static void set_uplinks_up(const char* trunk, unsigned first, unsigned last) {
  for (unsigned vid = first; vid <= last; ++vid) put_up(uplink_name(trunk, vid));
  rtnl_exchange(NULL);
}

static void start_chunk(const char* trunk, unsigned first, unsigned last) {
  make_uplinks(trunk, first, last);
  for (unsigned vid = first; vid <= last; ++vid) put_bridge(bridge_name(vid), false);
  rtnl_exchange(NULL);
  for (unsigned vid = first; vid <= last; ++vid) put_shut(vid);
  rtnl_exchange(NULL);
  for (unsigned vid = first; vid <= last; ++vid) switch_ipv6_off(bridge_name(vid));
  for (unsigned vid = first; vid <= last; ++vid) put_change(bridge_name(vid), IFLA_MTU, trunk_mtu);
  rtnl_exchange(NULL);
  for (unsigned vid = first; vid <= last; ++vid) {
    put_port(trunk, vid, rtnl_index(bridge_name(vid)));
  }
  rtnl_exchange(NULL);
  set_uplinks_up(trunk, first, last);
  for (unsigned vid = first; vid <= last; ++vid) put_up(bridge_name(vid));
  rtnl_exchange(NULL);
}

// VXLAN links as ports of one bridge, each in its VLAN.
static void start_access_ports(const char* link, unsigned first, unsigned last, int bridge) {
  make_uplinks(link, first, last);
  for (unsigned vid = first; vid <= last; ++vid) put_port(link, vid, bridge);
  rtnl_exchange(NULL);
  for (unsigned vid = first; vid <= last; ++vid) {
    rtnl_begin_port(RTM_SETLINK, rtnl_index(uplink_name(link, vid)));
    rtnl_put_vlans((uint16_t)vid, 0, 0);
  }
  rtnl_exchange(NULL);
  set_uplinks_up(link, first, last);
}

static void start_bridges(const char* trunk, unsigned count, unsigned group) {
  for (unsigned first = 1; first <= count; first += group) {
    const unsigned last = first + group - 1;
    start_chunk(trunk, first, last < count ? last : count);
  }
}

static void start(const char* trunk, unsigned count, unsigned group) {
  read_trunk(trunk);
  set_trunk_up();
  start_bridges(trunk, count, group);
}

static void start_vxlan(const char* link, const char* address, unsigned count) {
  read_underlay(link, address);
  start_bridges(link, count, side_by_side);
}

static void make_aware_bridge(const char* bridge) {
  put_bridge(bridge, true);
  rtnl_exchange(NULL);
  switch_ipv6_off(bridge);
  put_change(bridge, IFLA_MTU, trunk_mtu);
}

static void start_aware(const char* trunk, unsigned count) {
  static const char bridge[] = "xenbr0";
  read_trunk(trunk);
  make_aware_bridge(bridge);
  put_change(trunk, IFLA_MASTER, (uint32_t)rtnl_index(bridge));
  rtnl_begin_port(RTM_SETLINK, trunk_index);
  rtnl_put_vlans(0, 1, (uint16_t)count);
  put_up(bridge);
  rtnl_exchange(NULL);
}

static void start_vxlan_aware(const char* link, const char* address, unsigned count) {
  static const char bridge[] = "xenbr0";
  read_underlay(link, address);
  make_aware_bridge(bridge);
  put_up(bridge);
  rtnl_exchange(NULL);
  const int index = rtnl_index(bridge);
  for (unsigned first = 1; first <= count; first += side_by_side) {
    const unsigned last = first + side_by_side - 1;
    start_access_ports(link, first, last < count ? last : count, index);
  }
}

static void stop(void) {
  rtnl_begin(RTM_DELLINK, 0);
  rtnl_put_number(IFLA_GROUP, link_group);
  rtnl_exchange(NULL);
}

static void dump(void) {
  rtnl_begin(RTM_GETLINK, 0);
  rtnl_put_number(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  rtnl_dump(NULL);
}

static void dump_vlans(void) {
  rtnl_begin_port(RTM_GETLINK, 0);
  rtnl_put_number(IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
  rtnl_dump(NULL);
}

int main(int argc, char** argv) {
  rtnl_open();
  if ((argc == 4 || argc == 5) && strcmp(argv[1], "start") == 0) {
    const unsigned group = argc == 5 ? (unsigned)strtoul(argv[4], NULL, 10) : side_by_side;
    start(argv[2], (unsigned)strtoul(argv[3], NULL, 10), group);
  } else if (argc == 2 && strcmp(argv[1], "stop") == 0) {
    stop();
  } else if (argc == 2 && strcmp(argv[1], "dump") == 0) {
    dump();
  } else if (argc == 4 && strcmp(argv[1], "aware-start") == 0) {
    start_aware(argv[2], (unsigned)strtoul(argv[3], NULL, 10));
  } else if (argc == 5 && strcmp(argv[1], "vxlan-start") == 0) {
    start_vxlan(argv[2], argv[3], (unsigned)strtoul(argv[4], NULL, 10));
  } else if (argc == 5 && strcmp(argv[1], "vxlan-aware-start") == 0) {
    start_vxlan_aware(argv[2], argv[3], (unsigned)strtoul(argv[4], NULL, 10));
  } else if (argc == 2 && strcmp(argv[1], "dump-vlans") == 0) {
    dump_vlans();
  } else {
    errno = EINVAL;
    die("floor_network start TRUNK COUNT [GROUP] | stop | dump | aware-start TRUNK COUNT | "
        "vxlan-start LINK ADDRESS COUNT | vxlan-aware-start LINK ADDRESS COUNT | dump-vlans");
  }
}
