#!/usr/bin/env bash
# IPv6 is off on every link of guests before it comes up, also where the kernel would bring it back
# by itself, and where it can't be switched off nothing comes up.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

# The kernel tells of an address when nobody else has it, which takes a second, and at once when it
# goes: one that ever was is heard, or still there in the end.
watch_addresses() {
  ip monitor address >"$TMPDIR/addresses" &
  monitor=$!
  expect "ip monitor to listen" until_true 10 _heard 192.0.2.2
}

# shellcheck disable=SC2317  # called by until_true
_heard() {
  ip address replace "$1/24" dev eth0
  grep -q "$1" "$TMPDIR/addresses"
}

# Prints the IPv6 addresses that came or went since watch_addresses.
addresses_heard() {
  expect "ip monitor to hear the last" until_true 10 _heard 192.0.2.3
  kill "$monitor"
  wait "$monitor" || true
  ip address delete 192.0.2.2/24 dev eth0
  ip address delete 192.0.2.3/24 dev eth0
  grep inet6 "$TMPDIR/addresses" || true
}

plug() {  # MTU
  XENSTORED_RUNDIR=/nonexistent xvlan vif online vif3.0 bridge=br4 "mtu=$1"
}

scenario "an MTU that rises above what IPv6 needs gives VLAN link and bridge no address"
fresh_host 4
expect_status 0 network start netdev=eth1 vlans=4 mtu=1000
watch_addresses
expect_status 0 network start netdev=eth1 vlans=4 mtu=1500
expect_equal "$(addresses_heard)" ""
expect_no_address eth1.4
expect_no_address br4
expect_segment eth1 4

scenario "an MTU that rises above what IPv6 needs gives a vif no address"
fresh_vif vif3.0 4
expect_status 0 plug 1000
watch_addresses
expect_status 0 plug 1500
expect_equal "$(addresses_heard)" ""
expect_no_address vif3.0
expect_port vif3.0 br4
expect_up vif3.0
expect_equal "$(_sys vif3.0 mtu)" 1500
expect "IPv6 to be off on vif3.0" ipv6_off vif3.0
expect "the guest to reach the switch" reach vif3.0 "$(switch_address 4)"

scenario "an address that the kernel gives a link whose MTU rises by hand goes: the watch is awake"
ip link set br4 mtu 1000
watch_addresses
ip link set br4 mtu 1500
expect_contains "$(ip address show dev br4)" "inet6 fe80::"
expect_status 0 network start netdev=eth1 vlans=4
expect_contains "$(addresses_heard)" "br4    inet6 fe80::"
expect_no_address br4

scenario "where IPv6 can't be switched off, start refuses, and nothing comes up"
fresh_host
mount -t tmpfs tmpfs /proc/sys/net/ipv6/conf
expect_unchanged 1 network start netdev=eth1 vlans=4,5
expect_contains "$err" "disable_ipv6: No such file or directory"
expect_down eth1
expect_no_segment eth1 4
expect_no_segment eth1 5
umount /proc/sys/net/ipv6/conf

scenario "where IPv6 can't be switched off, a vif is refused, and stays down"
expect_status 0 network start netdev=eth1 vlans=4
fresh_vif vif3.0
mount -t tmpfs tmpfs /proc/sys/net/ipv6/conf
expect_status 1 plug 1500
expect_contains "$err" "disable_ipv6: No such file or directory"
expect_down vif3.0
expect_port vif3.0 -
umount /proc/sys/net/ipv6/conf
expect_status 0 plug 1500
