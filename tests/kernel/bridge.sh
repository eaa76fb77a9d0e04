#!/usr/bin/env bash
# What a bridge and its uplink are like: no STP, no delay, a MAC that stays, and no address in dom0.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

scenario "start gives every VLAN its link and bridge, and says nothing"
fresh_host 4 10
expect_status 0 network start netdev=eth1 vlans=4,10-12
expect_equal "$out$err" ""
for vid in 4 10 11 12; do expect_segment eth1 "$vid"; done

scenario "a port with the lowest MAC of all never changes the bridge's own"
fresh_vif vif3.0 4
ip link set vif3.0 address 00:00:00:00:00:01 master br4 up
expect_equal "$(_sys br4 address)" "$(_sys eth1 address)"
expect_status 0 xvlan vif online vif3.0 bridge=br4
expect_equal "$(_sys br4 address)" "$(_sys eth1 address)"
ip link delete vif3.0
expect_equal "$(_sys br4 address)" "$(_sys eth1 address)"

scenario "frames pass in the instant in which a vif is plugged"
fresh_vif vif5.0 4
expect "vif5.0 to be plugged" vif_online vif5.0 br4
expect "the guest to reach the switch" reach vif5.0 "$(switch_address 4)"

# The kernel tells of an address the moment it makes one. The witnesses around `start` show that
# it was heard: 192.0.2.2 comes before, 192.0.2.3 after.
scenario "no link ever has an IPv6 address, not even for an instant"
fresh_host
ip monitor address >"$TMPDIR/addresses" &
monitor=$!
# shellcheck disable=SC2317  # called by until_true
heard() {
  ip address replace "$1/24" dev eth0
  grep -q "$1" "$TMPDIR/addresses"
}
expect "ip monitor to listen" until_true 10 heard 192.0.2.2
expect_status 0 network start netdev=eth1 vlans=4-20
expect "ip monitor to hear the last" until_true 10 heard 192.0.2.3
kill "$monitor"
wait "$monitor" || true
expect_equal "$(grep -c inet6 "$TMPDIR/addresses" || true)" 0

scenario "a link that another made and gave an address is used and reported, not stripped"
fresh_host 4
ip -batch - <<'BATCH'
link add br4 type bridge
address add 10.0.4.9/24 dev br4
link add link eth1 name eth1.5 type vlan id 5
address add 2001:db8::9/64 dev eth1.5
BATCH
expect_status 0 network start netdev=eth1 vlans=4,5
expect_contains "$err" \
  "xvlan: warning: br4 has address 10.0.4.9/24: dom0 can be reached from VLAN 4 of eth1"
expect_contains "$err" \
  "xvlan: warning: eth1.5 has address 2001:db8::9/64: dom0 can be reached from VLAN 5 of eth1"
expect_contains "$(ip address show dev br4)" 10.0.4.9/24
expect_contains "$(ip address show dev eth1.5)" 2001:db8::9/64
expect_port eth1.4 br4
expect_port eth1.5 br5
expect_not "IPv6 to be off where somebody uses it" ipv6_off eth1.5
expect_status 3 network status netdev=eth1 vlans=4,5
expect_contains "$out" "eth1 4 eth1.4 br4 wrong - : br4 has address 10.0.4.9/24"
expect_contains "$out" "eth1 5 eth1.5 br5 wrong - : eth1.5 has address 2001:db8::9/64"

scenario "a link that only the kernel gave an IPv6 address loses it"
fresh_host 4
ip link set eth1 up
ip link add link eth1 name eth1.4 up type vlan id 4
expect_status 0 network start netdev=eth1 vlans=4
expect_no_address eth1.4
expect_segment eth1 4
