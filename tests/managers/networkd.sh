#!/usr/bin/env bash
# systemd-networkd with files that match every NIC, as people write them, beside xvlan.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

nics="Name=eth* en*"
of_no_kind=$'Type=ether\nKind=!*'

# VLAN 4 is xvlan's, VLAN 5 is made as xvlan makes it but for the mark.
start_vlans() {
  expect_status 0 network start netdev=eth1 vlans=4
  ip -batch - <<'BATCH'
link add br5 up type bridge
link add link eth1 name eth1.5 master br5 up type vlan id 5
BATCH
}

# The twin of vif3.0 differs in name only, and comes after it.
plug_guest() {
  netback_link vif3.0
  expect "the vif to be plugged" plug online vif3.0
  tap vif3.0-emu
  expect "the tap to be plugged" plug add vif3.0-emu
  netback_link twin
  ip link set twin master br4 up
}

# What networkd says of a link to itself.
says() {  # LINK LINE
  grep -qs "^$2" "/run/systemd/netif/links/$(_sys "$1" ifindex)"
}

leased() {  # LINK VID
  [[ $(ip -o -4 address show dev "$1") == *" 10.0.$2.1"* ]]
}

expect_guests_untouched() {
  local link
  for link in eth1.4 br4 vif3.0 vif3.0-emu; do
    expect "networkd to leave $link" until_true 30 says "$link" ADMIN_STATE=unmanaged
  done
  expect_no_address br4
  for link in eth1.4 vif3.0 vif3.0-emu; do expect_left_alone "$link" br4; done
}

scenario "a file for every NIC's name leaves xvlan's links to their bridge"
files shipped
bare_host 4 5
start_udevd
dhcp_server 5
start_networkd "$nics"
start_vlans
plug_guest
expect "VLAN 5, which is not xvlan's, to be taken" until_true 60 leased eth1.5 5
expect_port eth1.5 -
expect_guests_untouched

scenario "without xvlan's files, dom0 gets an address on the guests' VLAN"
files absent
bare_host 4 5
start_udevd
start_bus
dhcp_server 4
start_networkd "$nics"
start_vlans
expect "eth1.4 to be taken" until_true 60 leased eth1.4 4
expect_port eth1.4 -

scenario "what the README says for that case gives the link back"
files shipped
udevadm control --reload
udevadm trigger --settle --action=change --subsystem-match=net
expect "networkd to read its files anew" until_true 20 quietly networkctl reload
expect "networkd to leave eth1.4" until_true 30 says eth1.4 ADMIN_STATE=unmanaged
expect_status 0 network start netdev=eth1 vlans=4
expect_left_alone eth1.4 br4

scenario "a file for every link of no kind leaves a running guest on its bridge"
files shipped
bare_host 4 5
start_udevd
start_vlans
plug_guest
udevadm settle
start_networkd "$of_no_kind"
expect "the twin of the vif to be taken" until_true 60 taken twin br4
expect_guests_untouched

scenario "a guest that starts beside it is left alone as well"
ip link delete vif3.0-emu
modprobe -r br2684
plug_guest
expect "the twin to be managed" until_true 60 says twin NETWORK_FILE=
expect_guests_untouched

scenario "without xvlan's files, a running guest loses its network"
files absent
bare_host 4 5
start_udevd
start_vlans
plug_guest
udevadm settle
start_networkd "$of_no_kind"
expect "vif3.0 to be taken" until_true 60 taken vif3.0 br4
