#!/usr/bin/env bash
# Hosts that systemd-networkd has made, from files of its own and from netplan's, taken over by
# `network import`.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

# A host on which networkd has read what is in $networks, and is done with LINKs.
host_of_networkd() {  # LINK...
  local link
  bare_host 4
  start_udevd
  udevadm trigger --settle --action=add --subsystem-match=net
  start_bus
  start_networkd
  for link in "$@"; do
    expect "networkd to be done with $link" until_true 60 is_configured "$link"
  done
  udevadm settle
}

network_file() {  # NAME LINE...
  printf '%s\n' "${@:2}" >"$networks/$1"
}

no_files() {
  rm -f "$networks"/*
  files shipped
}

guest_on_br4() {
  netback_link vif3.0
  ip link set vif3.0 master br4 up
}

scenario "a host of networkd's is taken over"
no_files
network_file 10-eth1.network "[Match]" Name=eth1 "[Network]" VLAN=eth1.4 VLAN=storage \
  LinkLocalAddressing=no
network_file 10-eth1.4.netdev "[NetDev]" Name=eth1.4 Kind=vlan "[VLAN]" Id=4
network_file 10-storage.netdev "[NetDev]" Name=storage Kind=vlan MTUBytes=1400 "[VLAN]" Id=30
network_file 10-br4.netdev "[NetDev]" Name=br4 Kind=bridge
network_file 10-br30.netdev "[NetDev]" Name=br30 Kind=bridge "[Bridge]" STP=yes
network_file 20-eth1.4.network "[Match]" Name=eth1.4 "[Network]" Bridge=br4
network_file 20-storage.network "[Match]" Name=storage "[Network]" Bridge=br30
network_file 20-bridges.network "[Match]" "Name=br4 br30" "[Network]" LinkLocalAddressing=no
host_of_networkd eth1 eth1.4 storage br4 br30
guest_on_br4
expect_taken_over
expect_equal "$(file_of_import)" "[trunk eth1]
vlans = 4,30
[trunk eth1 vlan 30]
mtu = 1400"

scenario "networkd configures its links anew, and rewires nothing"
before=$(wiring)
for link in br4 eth1.4; do quietly networkctl reconfigure "$link"; done
for link in br4 eth1.4; do
  expect "networkd to be done with $link" until_true 60 is_configured "$link"
done
expect_equal "$(wiring)" "$before"
expect_status 0 network start "config=$imported"
expect_no_change "$XVLAN" network start "config=$imported"

scenario "nothing of a VLAN-aware bridge of networkd's changes"
no_files
network_file 10-guests.netdev "[NetDev]" Name=guests Kind=bridge "[Bridge]" VLANFiltering=yes
network_file 20-guests.network "[Match]" Name=guests "[Network]" LinkLocalAddressing=no
network_file 20-eth1.network "[Match]" Name=eth1 "[Network]" Bridge=guests LinkLocalAddressing=no \
  "[BridgeVLAN]" VLAN=10-25
host_of_networkd guests eth1
expect_imported_as_it_is "netdev = eth1
vlans = 10-25
vlan-aware = yes
bridge = guests"

# What netplan's generator writes for networkd from YAML.
netplan() {
  local root=$TMPDIR/netplan
  rm -rf "$root"
  mkdir -p "$root/etc/netplan"
  cat >"$root/etc/netplan/10-host.yaml"
  chmod 600 "$root/etc/netplan/10-host.yaml"
  LD_LIBRARY_PATH=$(echo "$XVLAN_PROGRAMS"/usr/lib/*-linux-gnu*) \
    "$XVLAN_PROGRAMS/usr/libexec/netplan/generate" --root-dir "$root"
  cp "$root"/run/systemd/network/* "$networks"
}

scenario "a host of netplan's is taken over, but for dom0's own bridge"
no_files
netplan <<'YAML'
network:
  version: 2
  renderer: networkd
  ethernets:
    eth1: {dhcp4: false, link-local: []}
  vlans:
    vlan4: {id: 4, link: eth1, link-local: []}
    vlan10: {id: 10, link: eth1, link-local: []}
    vlan20: {id: 20, link: eth1, link-local: []}
  bridges:
    br4: {interfaces: [vlan4], link-local: [], parameters: {stp: false, forward-delay: 0}}
    br10: {interfaces: [vlan10], link-local: []}
    br20: {interfaces: [vlan20], addresses: [10.0.20.1/24]}
YAML
host_of_networkd eth1 vlan4 vlan10 br4 br10 br20
guest_on_br4
expect_taken_over
expect_contains "$out" "# left out: br20, VLAN 20 of eth1: dom0 uses it: br20 has address 10.0.20.1/24"
expect_equal "$(file_of_import)" "netdev = eth1
vlans = 4,10
vlan-name = vlan%v"
