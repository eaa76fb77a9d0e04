#!/usr/bin/env bash
# Every VLAN that a trunk can have.
sandbox_options=(--memory 2G --timeout 700)
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

scenario "4094 VLANs come up, and nothing is said that could fill a toolstack's pipe"
fresh_host 4094
expect_status 0 network start netdev=eth1 vlans=1-4094
expect_equal "$out$err" ""
for vid in 1 2000 4094; do expect_segment eth1 "$vid"; done
fresh_vif vif3.0 4094
expect "vif3.0 to be plugged" vif_online vif3.0 br4094
# The kernel tells bridges of carriers later, the more links there are.
expect "the guest to reach the switch on VLAN 4094" until_true 60 reach vif3.0 "$(switch_address 4094)"

scenario "with 4094 VLANs there, a start changes nothing"
expect_status 0 network start netdev=eth1 vlans=1-4094
expect_equal "$out$err" ""
expect_no_change "$XVLAN" network start netdev=eth1 vlans=1-4094

scenario "status has one line for each of them"
expect_status 0 network status netdev=eth1 vlans=1-4094
expect_equal "$(wc -l <<<"$out")" 4094
expect_contains "$out" "eth1 4094 eth1.4094 br4094 up vif3.0"

scenario "stop deletes all but the one that a guest uses"
expect_status 3 network stop
links=(/sys/class/net/br*)
expect_equal "${links[*]##*/}" br4094
links=(/sys/class/net/eth1.*)
expect_equal "${links[*]##*/}" eth1.4094
