#!/usr/bin/env bash
# NetworkManager as it is installed, with the profile that it makes for every Ethernet link without
# one, beside xvlan.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

unmanaged() {  # LINK
  [[ $(nmcli -g GENERAL.STATE device show "$1") == "10 "* ]]
}

# "Wired connection 1" and so on.
has_automatic_profile() {  # LINK
  [[ $(nmcli -g GENERAL.CONNECTION device show "$1") == Wired* ]]
}

# A guest's vif is there well before it is plugged. The twin differs in name only, and comes later.
host_with_guest() {
  bare_host 4
  start_udevd
  start_network_manager
  expect_status 0 network start netdev=eth1 vlans=4
  netback_link vif3.0
  netback_link twin
  tap vif3.0-emu
  expect "NetworkManager to begin with the twin" until_true 60 has_automatic_profile twin
}

scenario "NetworkManager makes no profile for a vif, and leaves it on its bridge"
files shipped
host_with_guest
expect "the vif to be plugged" plug online vif3.0
expect "the tap to be plugged" plug add vif3.0-emu
for link in eth1.4 br4 vif3.0 vif3.0-emu; do
  expect "NetworkManager to leave $link" until_true 60 unmanaged "$link"
done
expect_no_address br4
for link in eth1.4 vif3.0 vif3.0-emu; do expect_left_alone "$link" br4; done

scenario "without xvlan's files it gives dom0 an address on the vif"
files absent
host_with_guest
expect "NetworkManager to begin with the vif" until_true 60 has_automatic_profile vif3.0
expect "the vif to be plugged" plug online vif3.0
expect "vif3.0 to be taken" until_true 60 taken vif3.0 br4
