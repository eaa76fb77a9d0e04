#include "rtnl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { request_space = 1 << 17, answer_space = 1 << 15, socket_space = 1 << 18 };

static int rtnl = -1;
static char requests[request_space];
static size_t used;
static struct nlmsghdr* current;
static uint32_t sequence;
static char answers[answer_space];

void die(const char* what) {
  dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
  exit(1);
}

void rtnl_open(void) {
  rtnl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (rtnl < 0) die("netlink socket");
}

// For as many answers as a batch has requests, should each be a refusal.
static void widen_socket(void) {
  static bool done;
  const int size = socket_space;
  if (done) return;
  done = true;
  setsockopt(rtnl, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt(rtnl, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  const int yes = 1;
  setsockopt(rtnl, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof yes);
}

struct ifinfomsg* rtnl_begin(uint16_t type, uint16_t flags) {
  current = (struct nlmsghdr*)(requests + used);
  const size_t length = NLMSG_SPACE(sizeof(struct ifinfomsg));
  memset(current, 0, length);
  current->nlmsg_len = (uint32_t)length;
  current->nlmsg_type = type;
  current->nlmsg_flags = NLM_F_REQUEST | flags;
  current->nlmsg_seq = ++sequence;
  used += length;
  return NLMSG_DATA(current);
}

void rtnl_put(uint16_t type, const void* data, size_t length) {
  struct rtattr* const attribute = (struct rtattr*)(requests + used);
  attribute->rta_type = type;
  attribute->rta_len = (uint16_t)RTA_LENGTH(length);
  if (length > 0) memcpy(RTA_DATA(attribute), data, length);
  current->nlmsg_len += (uint32_t)RTA_SPACE(length);
  used += RTA_SPACE(length);
}

void rtnl_put_text(uint16_t type, const char* text) {
  rtnl_put(type, text, strlen(text) + 1);
}

void rtnl_put_number(uint16_t type, uint32_t number) {
  rtnl_put(type, &number, sizeof number);
}

struct rtattr* rtnl_begin_nest(uint16_t type) {
  struct rtattr* const nest = (struct rtattr*)(requests + used);
  rtnl_put(type, NULL, 0);
  return nest;
}

void rtnl_end_nest(struct rtattr* nest) {
  nest->rta_len = (uint16_t)(requests + used - (char*)nest);
}

static void send_requests(void) {
  if (send(rtnl, requests, used, 0) != (ssize_t)used) die("send requests");
  used = 0;
}

// True at the end of an answer: the acknowledgement of the last request, or the end of a dump.
static bool ends_answer(const struct nlmsghdr* header) {
  if (header->nlmsg_type == NLMSG_DONE) return true;
  if (header->nlmsg_type != NLMSG_ERROR) return false;
  errno = -((const struct nlmsgerr*)NLMSG_DATA(header))->error;
  if (errno != 0) die("refused");
  return header->nlmsg_seq == sequence;
}

static void receive(void (*visit)(const struct nlmsghdr*)) {
  for (;;) {
    const ssize_t length = recv(rtnl, answers, sizeof answers, 0);
    if (length < 0) die("receive");
    unsigned left = (unsigned)length;
    for (struct nlmsghdr* header = (struct nlmsghdr*)answers; NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (ends_answer(header)) return;
      if (visit != NULL && header->nlmsg_type != NLMSG_ERROR) visit(header);
    }
  }
}

struct ifinfomsg* rtnl_begin_port(uint16_t type, int index) {
  struct ifinfomsg* const header = rtnl_begin(type, 0);
  header->ifi_family = AF_BRIDGE;
  header->ifi_index = index;
  return header;
}

static void put_vlan(uint16_t vid, uint16_t flags) {
  const struct bridge_vlan_info info = {.flags = flags, .vid = vid};
  rtnl_put(IFLA_BRIDGE_VLAN_INFO, &info, sizeof info);
}

void rtnl_put_vlans(uint16_t native, uint16_t first, uint16_t last) {
  struct rtattr* const vlans = rtnl_begin_nest(IFLA_AF_SPEC);
  if (native != 0) put_vlan(native, BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
  if (first != 0) {
    put_vlan(first, BRIDGE_VLAN_INFO_RANGE_BEGIN);
    put_vlan(last, BRIDGE_VLAN_INFO_RANGE_END);
  }
  rtnl_end_nest(vlans);
}

void rtnl_shut_port(int index, bool learns) {
  const uint16_t groups = 0xfffd;  // plan::all_groups
  const uint8_t off = 0;
  rtnl_begin_port(RTM_SETLINK, index);
  struct rtattr* const port = rtnl_begin_nest(IFLA_PROTINFO | NLA_F_NESTED);
  rtnl_put(IFLA_BRPORT_GROUP_FWD_MASK, &groups, sizeof groups);
  if (!learns) rtnl_put(IFLA_BRPORT_LEARNING, &off, sizeof off);
  rtnl_end_nest(port);
}

void rtnl_exchange(void (*visit)(const struct nlmsghdr*)) {
  current->nlmsg_flags |= NLM_F_ACK;
  if (used > 4096) widen_socket();
  send_requests();
  receive(visit);
}

void rtnl_dump(void (*visit)(const struct nlmsghdr*)) {
  current->nlmsg_flags |= NLM_F_DUMP;
  send_requests();
  receive(visit);
}

const struct rtattr* rtnl_find(const struct nlmsghdr* link, uint16_t type) {
  int left = (int)link->nlmsg_len - (int)NLMSG_SPACE(sizeof(struct ifinfomsg));
  for (const struct rtattr* attribute = IFLA_RTA(NLMSG_DATA(link)); RTA_OK(attribute, left);
       attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type == type) return attribute;
  }
  return NULL;
}

int rtnl_index(const char* link) {
  struct ifreq request = {.ifr_ifindex = 0};
  strncpy(request.ifr_name, link, IFNAMSIZ - 1);
  if (ioctl(rtnl, SIOCGIFINDEX, &request) != 0) die(link);
  return request.ifr_ifindex;
}

void switch_ipv6_off(const char* link) {
  char path[64];
  snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", link);
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return;  // this kernel speaks no IPv6
  if (file < 0 || write(file, "1", 1) != 1) die(path);
  close(file);
}
