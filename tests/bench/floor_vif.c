// The least that the job of `xvlan vif online type_if=vif` and `offline` takes: the same questions,
// the same changes and the same answers to xenstore, by bare system calls. What xvlan adds to this
// is what it costs to be told of mistakes, to be called in many ways and to be written in C++.
//
// usage: floor_vif online|offline   (with the toolstack's XENBUS_PATH and vif in the environment)
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "rtnl.h"

// Needs <stdint.h>, and does not include it.
#include <xen/io/xs_wire.h>

static const unsigned char guest_port_mac[6] = {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff};

static int store = -1;
static char answer[XENSTORE_PAYLOAD_MAX + 1];

static void open_store(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/xenstored/socket"};
  store = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (store < 0 || connect(store, (struct sockaddr*)&address, sizeof address) != 0) {
    die(address.sun_path);
  }
}

static void read_whole(void* to, size_t length) {
  for (size_t done = 0; done < length;) {
    const ssize_t count = read(store, (char*)to + done, length - done);
    if (count <= 0) die("read from xenstored");
    done += (size_t)count;
  }
}

// One request and its answer, which goes to `answer`, NUL-terminated. Its length; -1 if refused.
static int ask_store(uint32_t type, const char* body, size_t length) {
  char request[sizeof(struct xsd_sockmsg) + 512];
  struct xsd_sockmsg header = {.type = type, .len = (uint32_t)length};
  memcpy(request, &header, sizeof header);
  memcpy(request + sizeof header, body, length);
  const ssize_t size = (ssize_t)(sizeof header + length);
  if (write(store, request, (size_t)size) != size) die("write to xenstored");
  read_whole(&header, sizeof header);
  if (header.len > XENSTORE_PAYLOAD_MAX) die("an answer of xenstored");
  read_whole(answer, header.len);
  answer[header.len] = '\0';
  return header.type == XS_ERROR ? -1 : (int)header.len;
}

// The value of a node that must be there, as text.
static void read_node(const char* directory, const char* key, char text[static 256]) {
  char path[256];
  const int length = snprintf(path, sizeof path, "%s/%s", directory, key) + 1;
  const int size = ask_store(XS_READ, path, (size_t)length);
  if (size <= 0 || size > 255) die(path);
  memcpy(text, answer, (size_t)size + 1);
}

static void write_node(const char* directory, const char* key, const char* value) {
  char body[512];
  const size_t path = (size_t)snprintf(body, sizeof body, "%s/%s", directory, key) + 1;
  const size_t length = strlen(value);
  memcpy(body + path, value, length);
  if (ask_store(XS_WRITE, body, path + length) < 0) die(body);
}

// Whether a list of names, each with a NUL behind it, holds `key`.
static bool lists(const char* names, int length, const char* key) {
  for (const char* name = names; name < names + length; name += strlen(name) + 1) {
    if (strcmp(name, key) == 0) return true;
  }
  return false;
}

// What the kernel says of the two links.
struct link {
  int index;
  uint32_t mtu;
  bool is_bridge;
};
static struct link found[2];
static unsigned found_count;

static void keep_link(const struct nlmsghdr* header) {
  if (header->nlmsg_type != RTM_NEWLINK || found_count == 2) return;
  struct link* const link = &found[found_count++];
  link->index = ((const struct ifinfomsg*)NLMSG_DATA(header))->ifi_index;
  const struct rtattr* const mtu = rtnl_find(header, IFLA_MTU);
  if (mtu != NULL) memcpy(&link->mtu, RTA_DATA(mtu), sizeof link->mtu);
  const struct rtattr* const info = rtnl_find(header, IFLA_LINKINFO);
  if (info == NULL) return;
  const struct rtattr* const kind = RTA_DATA(info);  // the kernel puts it first
  link->is_bridge = kind->rta_type == IFLA_INFO_KIND && strcmp(RTA_DATA(kind), "bridge") == 0;
}

static void ask_for(const char* name) {
  rtnl_begin(RTM_GETLINK, 0);
  rtnl_put_text(IFLA_IFNAME, name);
  rtnl_put_number(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

static void join(const struct link* vif, const struct link* bridge) {
  rtnl_begin(RTM_NEWLINK, 0)->ifi_index = vif->index;
  rtnl_put(IFLA_ADDRESS, guest_port_mac, sizeof guest_port_mac);
  rtnl_put_number(IFLA_MTU, bridge->mtu);
  rtnl_put_number(IFLA_MASTER, (uint32_t)bridge->index);
  rtnl_shut_port(vif->index, true);
  rtnl_exchange(NULL);
}

// On a VLAN-aware bridge: the vif's only VLAN, without a tag.
static void enter(const struct link* vif, uint16_t vlan) {
  rtnl_begin_port(RTM_SETLINK, vif->index);
  rtnl_put_vlans(vlan, 0, 0);
  rtnl_exchange(NULL);
}

static void set_up(const struct link* vif) {
  struct ifinfomsg* const header = rtnl_begin(RTM_NEWLINK, 0);
  header->ifi_index = vif->index;
  header->ifi_flags = header->ifi_change = IFF_UP;
  rtnl_exchange(NULL);
}

// Whether the vif is still on its bridge, now that it is up.
static void look_again(const struct link* vif) {
  rtnl_begin(RTM_GETLINK, 0)->ifi_index = vif->index;
  rtnl_put_number(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  rtnl_exchange(NULL);
}

static void online(const char* backend, const char* vif) {
  char bridge[256];
  char frontend[256];
  char vlan[256];
  char mtu[16];
  open_store();
  const int length = ask_store(XS_DIRECTORY, backend, strlen(backend) + 1);
  if (length < 0) die(backend);
  if (lists(answer, length, "mtu") || lists(answer, length, "vifname")) die("a key of this vif");
  const bool has_vlan = lists(answer, length, "vlan");
  read_node(backend, "bridge", bridge);
  if (has_vlan) read_node(backend, "vlan", vlan);
  read_node(backend, "frontend", frontend);

  rtnl_open();
  ask_for(vif);
  ask_for(bridge);
  rtnl_exchange(keep_link);
  if (found_count != 2 || !found[1].is_bridge) die("look up the links");
  join(&found[0], &found[1]);
  if (has_vlan) enter(&found[0], (uint16_t)strtoul(vlan, NULL, 10));
  switch_ipv6_off(vif);
  set_up(&found[0]);
  look_again(&found[0]);

  snprintf(mtu, sizeof mtu, "%u", found[1].mtu);
  write_node(frontend, "mtu", mtu);
  write_node(backend, "hotplug-status", "connected");
}

static void offline(const char* vif) {
  rtnl_open();
  struct ifinfomsg* const header = rtnl_begin(RTM_NEWLINK, 0);
  header->ifi_change = IFF_UP;
  rtnl_put_text(IFLA_IFNAME, vif);
  rtnl_exchange(NULL);
  rtnl_begin(RTM_NEWLINK, 0);
  rtnl_put_text(IFLA_IFNAME, vif);
  rtnl_put_number(IFLA_MASTER, 0);
  rtnl_exchange(NULL);
}

int main(int argc, char** argv) {
  const char* const backend = getenv("XENBUS_PATH");
  const char* const vif = getenv("vif");
  errno = EINVAL;
  if (argc < 2 || backend == NULL || vif == NULL) die("floor_vif online|offline");
  if (strcmp(argv[1], "online") == 0) {
    online(backend, vif);
  } else {
    offline(vif);
  }
}
