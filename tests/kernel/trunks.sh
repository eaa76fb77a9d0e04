#!/usr/bin/env bash
# What can be a trunk, and waiting for one that is not there yet.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

scenario "a bond is a trunk like any other"
fresh_host 4
ip link add bond0 type bond mode active-backup
ip link set eth1 master bond0
expect_status 0 network start netdev=bond0 vlans=4
expect_segment bond0 4
fresh_vif vif3.0 4
expect "vif3.0 to be plugged" vif_online vif3.0 br4
expect "the guest to reach the switch over the bond" reach vif3.0 "$(switch_address 4)"

scenario "the bond's own port is none, and the message says whose port it is"
expect_unchanged 1 network start netdev=eth1 vlans=5
expect_contains "$err" \
  "xvlan: error: 1 VLAN not brought up: cannot use eth1 as trunk: it is a port of bond bond0"

scenario "a team is a trunk like any other"
fresh_host 4
ip link add team0 type team
ip link set eth1 master team0
ip link set eth1 up
expect_status 0 network start netdev=team0 vlans=4
expect_segment team0 4

scenario "a trunk that is a bridge's port is refused"
fresh_host
ip link add br0 type bridge
ip link set eth1 master br0
expect_unchanged 1 network start netdev=eth1 vlans=4,5
expect_equal "$err" "xvlan: error: 2 VLANs not brought up: cannot use eth1 as trunk: \
it is a port of bridge br0
xvlan: hint: a bridge takes the tagged frames before the VLAN links see them; \
take eth1 out, or name a bond or team itself"

scenario "a trunk that is somebody's keeps its addresses and its IPv6"
fresh_host
before=$(state eth0)
expect_status 0 network start netdev=eth0 vlans=4
expect_segment eth0 4
expect_equal "$(state eth0)" "$before"

scenario "a trunk that never comes is a clear error once the wait is over"
fresh_host
SECONDS=0
expect_unchanged 1 network start netdev=eth9 vlans=4 wait=1
expect "it to wait for 1 s" test "$SECONDS" -ge 1
expect_equal "$err" "xvlan: error: 1 VLAN not brought up, after 1 s of waiting: \
cannot use eth9 as trunk: there is no such link
xvlan: hint: 'ip link' lists the links: set netdev= to one of them"
expect_status 1 env ASAN_OPTIONS=detect_leaks=0 strace -o "$TMPDIR/calls" -e trace=poll,ppoll \
  "$XVLAN" network start netdev=eth9 vlans=4 wait=0
expect_missing "$(<"$TMPDIR/calls")" POLLIN  # it asks whether stderr takes a message

# ppoll or poll, and no more requests: the one answer it waits for is the kernel's notice.
scenario "a trunk that is not there yet is waited for by listening"
ASAN_OPTIONS=detect_leaks=0 strace -o "$TMPDIR/calls" \
  -e trace=sendmsg,sendto,poll,ppoll,select,pselect6,nanosleep,clock_nanosleep \
  "$XVLAN" network start netdev=eth9 vlans=4 wait=60 2>"$TMPDIR/start.err" &
start=$!
expect "it to listen" until_true 20 grep -qs poll "$TMPDIR/calls"
sleep 1.5
expect_equal "$(wc -l <"$TMPDIR/calls") calls" "2 calls"
expect_no_link br4

scenario "it goes on in the moment in which the trunk gets its name"
ip link add late type veth peer name late-far
sleep 0.2
expect_no_link br4
SECONDS=0
ip link set late name eth9
expect "the start to succeed" wait "$start"
expect "it not to wait for the 60 s" test "$SECONDS" -lt 50
expect_equal "$(<"$TMPDIR/start.err")" ""
expect_segment eth9 4

scenario "several trunks come from one file, and one that is missing costs its own VLANs only"
fresh_host
ip link add eth2 type veth peer name far2
config "wait = 0
[trunk eth1]
vlans = 4
[trunk eth2]
vlans = 5-6
bridge-name = second%v
[trunk eth3]
vlans = 7,8,9"
expect_status 3 network start config="$TMPDIR/xvlan.conf"
expect_contains "$err" "3 VLANs not brought up"
expect_contains "$err" "cannot use eth3 as trunk: there is no such link"
expect_segment eth1 4
expect_vlan eth2.5 eth2 5
expect_port eth2.5 second5
expect_port eth2.6 second6

# A VRF is a link that refuses VLANs, and one whose own MTU is more than a VLAN link can have.
scenario "a trunk that can't carry VLANs is refused in the kernel's own words, and nothing is left"
fresh_host
modprobe vrf
ip link add vrf1 mtu 1500 type vrf table 10
expect_unchanged 1 network start netdev=vrf1 vlans=4
expect_equal "$err" "xvlan: error: VLAN 4 of vrf1: \
cannot create VLAN link vrf1.4 on vrf1 with VID 4: 8021q: VLANs not supported on device"
ip link set vrf1 mtu 65575
expect_unchanged 1 network start netdev=vrf1 vlans=4
expect_equal "$err" "xvlan: error: VLAN 4 of vrf1: \
cannot create VLAN link vrf1.4 on vrf1 with VID 4: mtu greater than device maximum"
