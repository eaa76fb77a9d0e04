#!/usr/bin/env bash
# A host that NetworkManager has made, taken over by `network import`.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

no_address=(ipv4.method disabled ipv6.method disabled)

# A bridge, with NetworkManager's own settings but for WORDs, and a VLAN link of eth1 as its port.
profiles() {  # BRIDGE LINK VID [WORD...]
  nmcli connection add type bridge con-name "$1" ifname "$1" "${no_address[@]}" "${@:4}"
  nmcli connection add type vlan con-name "$2" ifname "$2" dev eth1 id "$3" master "$1"
}

is_activated() {  # PROFILE
  [[ $(nmcli -g GENERAL.STATE connection show "$1") == activated ]]
}

expect_activated() {  # PROFILE...
  local profile
  for profile in "$@"; do
    expect "$profile to be up" until_true 60 is_activated "$profile"
  done
}

host_of_network_manager() {
  bare_host 4
  start_udevd
  udevadm trigger --settle --action=add --subsystem-match=net
  # Or it brings up what an earlier host had.
  rm -f /etc/NetworkManager/system-connections/*
  start_network_manager
  quietly nmcli device set eth1 managed yes  # it leaves a veth alone, unlike a NIC
}

scenario "a host of NetworkManager's is taken over, but for dom0's own bridge"
files shipped
host_of_network_manager
quietly nmcli connection add type ethernet con-name eth1 ifname eth1 "${no_address[@]}"
quietly profiles br4 eth1.4 4 bridge.stp no
quietly profiles br10 eth1.10 10
quietly profiles br20 eth1.20 20 bridge.stp no ipv4.method manual ipv4.addresses 10.0.20.1/24
expect_activated eth1 br4 eth1.4 br10 eth1.10 br20 eth1.20
netback_link vif3.0
ip link set vif3.0 master br4 up
expect_taken_over
expect_contains "$out" "# left out: br20, VLAN 20 of eth1: dom0 uses it: br20 has address 10.0.20.1/24"
expect_equal "$(file_of_import)" "netdev = eth1
vlans = 4,10"
for profile in br4 eth1.4 br10 eth1.10; do expect "$profile to be up" is_activated "$profile"; done

scenario "nothing of a VLAN-aware bridge of NetworkManager's changes"
host_of_network_manager
quietly nmcli connection add type bridge con-name guests ifname guests "${no_address[@]}" \
  bridge.stp no bridge.vlan-filtering yes
quietly nmcli connection add type ethernet con-name eth1 ifname eth1 master guests \
  bridge-port.vlans "10-25"
expect_activated guests eth1
expect_imported_as_it_is "netdev = eth1
vlans = 10-25
vlan-aware = yes
bridge = guests"
