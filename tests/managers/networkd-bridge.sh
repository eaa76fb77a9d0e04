#!/usr/bin/env bash
# A VLAN-aware bridge that systemd-networkd makes and manages, with guests that xvlan plugs.
# shellcheck source-path=SCRIPTDIR source=their_bridge.sh
source "${BASH_SOURCE[0]%/*}/their_bridge.sh"

trunk_of_guests() {  # VLANS
  cat >"$networks/20-trunk.network" <<CONF
[Match]
Name=eth1
[Network]
Bridge=guests
LinkLocalAddressing=no
[BridgeVLAN]
VLAN=$1
CONF
}

host_with_bridge() {  # [LINE]
  files shipped
  bare_host
  start_udevd
  udevadm trigger --settle --action=add --subsystem-match=net
  start_bus
  printf '[NetDev]\nName=guests\nKind=bridge\n[Bridge]\nVLANFiltering=yes\n%s\n' "${1:-}" \
    >"$networks/10-guests.netdev"
  printf '[Match]\nName=guests\n[Network]\nLinkLocalAddressing=no\n' >"$networks/20-guests.network"
  trunk_of_guests 10-25
  start_networkd
  expect "networkd to be done with guests" until_true 60 is_configured guests
  expect "networkd to be done with eth1" until_true 60 is_configured eth1
}

trunk_carries() {  # VID
  bridge -json vlan show dev eth1 | jq -e --argjson vid "$1" \
    'any(.[].vlans[]?; .vlan == $vid)' >"$TMPDIR/ignored"
}

scenario "guests use the bridge that networkd has made, and nothing else of it changes"
host_with_bridge
expect_usable 1p

scenario "network-xvlan brings the trunk's missing VLANs, and leaves networkd the rest"
expect_used 1p

# That its trunk gets a VLAN shows each time that networkd has been there.
scenario "networkd reads its files anew, and guests keep their VLANs"
trunk_of_guests 10-26
quietly networkctl reload
expect "networkd to let eth1 into VLAN 26" until_true 60 trunk_carries 26
expect_plugged

scenario "it configures bridge and trunk anew, and guests keep their VLANs"
bridge vlan delete vid 26 dev eth1
quietly networkctl reconfigure guests
quietly networkctl reconfigure eth1
expect "networkd to let eth1 into VLAN 26" until_true 60 trunk_carries 26
expect "networkd to be done with guests" until_true 60 is_configured guests
expect_plugged

scenario "it starts anew, and guests keep their VLANs"
bridge vlan delete vid 26 dev eth1
end_daemons
start_udevd
start_bus
start_networkd
expect "networkd to let eth1 into VLAN 26" until_true 60 trunk_carries 26
expect "networkd to be done with guests" until_true 60 is_configured guests
expect_plugged

scenario "where it gives ports no VLAN, guests are in those they ask for, or are told"
host_with_bridge DefaultPVID=none
before=$(rest)
netback_link vif3.0
expect_status 0 by_hand online bridge=guests
expect_vif_in ""
expect_contains "$err" "warning: vif3.0: it is in no VLAN of guests, which gives its ports none"
expect_status 0 by_hand online bridge=guests vlan=10
expect_vif_in 10p
expect_status 0 by_hand move bridge=guests vlan=5p/10/20-30
expect_vif_in 5p/10/20-30
expect_used ""
