#!/usr/bin/env bash
# Hosts that ifupdown or ifupdown2 have made, as people write them, taken over by `network import`.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

vlan_script=/etc/network/if-pre-up.d/vlan
unpack_ifupdown2
mkdir -p /etc/network/if-{pre-up,up,down,post-down}.d

# With the script of Debian's package vlan; that of bridge-utils is the machine's.
ifupdown() {  # PROGRAM ARG...
  cp "$XVLAN_PROGRAMS/ifupdown$vlan_script" "$vlan_script"
  "$XVLAN_PROGRAMS/ifupdown/sbin/$1" "${@:2}" >"$TMPDIR/ifupdown.log" 2>&1 ||
    _fail "$* to succeed" "$(<"$TMPDIR/ifupdown.log")"
  rm "$vlan_script"
}

scenario "a host of ifupdown's is taken over, but for dom0's own bridges"
bare_host 4
cat >/etc/network/interfaces <<'CONF'
auto eth1
iface eth1 inet manual

auto eth1.4
iface eth1.4 inet manual

auto br4
iface br4 inet manual
  bridge_ports eth1.4
  bridge_stp off
  bridge_fd 0

auto vlan10
iface vlan10 inet manual
  vlan-raw-device eth1

auto br10
iface br10 inet manual
  bridge_ports vlan10
  bridge_stp on
  bridge_maxwait 0

auto dmz
iface dmz inet manual
  bridge_ports eth1.11
  bridge_maxwait 0

auto br20
iface br20 inet static
  address 10.0.20.1/24
  bridge_ports eth1.20
  bridge_fd 0
CONF
ifupdown ifup -a --no-loopback
expect_port eth1.4 br4
expect_port vlan10 br10
expect_port eth1.11 dmz
fresh_vif vif3.0 4
brctl addif br4 vif3.0
ip link set vif3.0 up
expect_taken_over
expect_contains "$out" "# left out: br20, VLAN 20 of eth1: dom0 uses it: br20 has address 10.0.20.1/24"
expect_equal "$(file_of_import)" "[trunk eth1]
vlans = 4,10-11
[trunk eth1 vlan 11]
bridge = dmz"
expect "the guest to reach the switch" until_true 20 reach vif3.0 "$(switch_address 4)"

scenario "ifupdown can still take it down"
ip link delete vif3.0
ifupdown ifdown -a
for link in eth1.4 br4 br10 dmz; do expect_no_link "$link"; done

scenario "a host of ifupdown2's is taken over"
bare_host 4
cat >/etc/network/interfaces <<'CONF'
auto eth1
iface eth1 inet manual

auto eth1.4
iface eth1.4 inet manual

auto vmbr4
iface vmbr4 inet manual
  bridge-ports eth1.4
  bridge-stp off
  bridge-fd 0

auto eth1.10
iface eth1.10 inet manual
  mtu 1400

auto vmbr10
iface vmbr10 inet manual
  bridge-ports eth1.10
  bridge-stp on
  mtu 1400
CONF
ifupdown2 ifup -a
expect_port eth1.4 vmbr4
fresh_vif vif3.0 4
ip link set vif3.0 master vmbr4 up
expect_taken_over
expect_equal "$(file_of_import)" "[trunk eth1]
vlans = 4,10
bridge-name = vmbr%v
[trunk eth1 vlan 10]
mtu = 1400"
expect "the guest to reach the switch" until_true 20 reach vif3.0 "$(switch_address 4)"

scenario "a reload of ifupdown2's rewires nothing, and start mends the rest"
ip link delete vif3.0
before=$(wiring)
ifupdown2 ifreload -a
expect_equal "$(wiring)" "$before"
expect_status 0 network start "config=$imported"
expect_no_change "$XVLAN" network start "config=$imported"

scenario "where a bridge has a lower MTU than its VLAN link, that is the VLAN's, and so said"
bare_host
cat >/etc/network/interfaces <<'CONF'
auto br10
iface br10 inet manual
  bridge-ports eth1.10
  mtu 1400
CONF
ip link set eth1 up
ifupdown2 ifup -a
expect_sys eth1.10 mtu 1500
imported
expect_contains "$out" "# start will: set MTU of eth1.10 to 1400"
expect_status 0 network start "config=$imported"
for link in br10 eth1.10; do expect_sys "$link" mtu 1400; done
expect_no_change "$XVLAN" network start "config=$imported"

scenario "nothing of a VLAN-aware bridge of ifupdown2's changes"
bare_host
cat >/etc/network/interfaces <<'CONF'
auto eth1
iface eth1 inet manual

auto vmbr0
iface vmbr0 inet manual
  bridge-ports eth1
  bridge-vlan-aware yes
  bridge-vids 2-4094
CONF
ifupdown2 ifup -a
expect_imported_as_it_is "netdev = eth1
vlans = 2-4094
vlan-aware = yes
bridge = vmbr0"
