#!/usr/bin/env bash
# A VLAN-aware bridge that ifupdown2 makes, with guests that xvlan plugs.
# shellcheck source-path=SCRIPTDIR source=their_bridge.sh
source "${BASH_SOURCE[0]%/*}/their_bridge.sh"

interfaces() {  # [LINE]
  unpack_ifupdown2
  cat >/etc/network/interfaces <<CONF
auto eth1
iface eth1 inet manual

auto guests
iface guests inet manual
  bridge-ports eth1
  bridge-vlan-aware yes
  bridge-vids 10-25
  ${1:-}
CONF
}

scenario "guests use the bridge that ifupdown2 has made, and nothing else of it changes"
bare_host
interfaces "bridge-ports-condone-regex ^vif"
ifupdown2 ifup -a
expect_usable 1p

scenario "network-xvlan brings the trunk's missing VLANs, and leaves ifupdown2 the rest"
expect_used 1p

scenario "a reload leaves guests on it where its file says so, and the trunk what the file has"
ifupdown2 ifreload -a
expect_plugged
expect_equal "trunk: $(vlans eth1)" "trunk: 1p/10-25"
expect_status 3 network status "${on_guests[@]}"
expect_contains "$out" "eth1 40 - guests missing - : eth1 is not in VLAN 40"

scenario "otherwise a reload takes guests off it"
interfaces
ifupdown2 ifreload -a
expect_port vif3.0 -
