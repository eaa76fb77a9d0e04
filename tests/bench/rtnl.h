// Route netlink by bare system calls, for the floor programs: requests are written one behind the
// other into one buffer and sent at once. Whatever goes wrong ends the program.
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Ends the program with status 1; says what failed, and errno.
_Noreturn void die(const char* what);

void rtnl_open(void);

// Begins a request. An answer comes to an object asked for, and to any request of `flags`
// NLM_F_ACK.
struct ifinfomsg* rtnl_begin(uint16_t type, uint16_t flags);
void rtnl_put(uint16_t type, const void* data, size_t length);
void rtnl_put_text(uint16_t type, const char* text);
void rtnl_put_number(uint16_t type, uint32_t number);
// Attributes up to rtnl_end_nest are inside of this one.
struct rtattr* rtnl_begin_nest(uint16_t type);
void rtnl_end_nest(struct rtattr* nest);

// Begins a request about the VLANs of a bridge's port (RTM_SETLINK, RTM_GETLINK).
struct ifinfomsg* rtnl_begin_port(uint16_t type, int index);
// Puts a port into VLANs, which is in none of them without a tag but `native` (0 for none).
void rtnl_put_vlans(uint16_t native, uint16_t first, uint16_t last);

// Begins the request that shuts a port off from dom0: it sends on what its bridge would keep. One
// of tunnels does not learn either.
void rtnl_shut_port(int index, bool learns);

// Sends what was begun since the last call; the last request is acknowledged (NLM_F_ACK). Gives
// every object answered to `visit` (may be NULL). A refusal ends the program.
void rtnl_exchange(void (*visit)(const struct nlmsghdr*));

// Sends one dump request, and reads its answer to the end.
void rtnl_dump(void (*visit)(const struct nlmsghdr*));

// The attribute of that type of an RTM_NEWLINK; NULL if there is none.
const struct rtattr* rtnl_find(const struct nlmsghdr* link, uint16_t type);

// The ifindex of a link.
int rtnl_index(const char* link);

// Writes 1 into net.ipv6.conf.<link>.disable_ipv6.
void switch_ipv6_off(const char* link);
