#!/usr/bin/env bash
# Whatever start finds, it ends in the same state; where that is so already, it changes nothing.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

start() {
  network start netdev=eth1 vlans=4,5
}

expect_right() {
  expect_segment eth1 4
  expect_segment eth1 5
}

scenario "a second start asks the kernel for no change at all"
fresh_host 4
expect_change "$XVLAN" network start netdev=eth1 vlans=4,5
expect_right
wanted=$(state)
expect_no_change "$XVLAN" network start netdev=eth1 vlans=4,5
expect_equal "$(state)" "$wanted"

scenario "a second start says nothing, and the kernel has nothing to tell"
ip monitor link >>"$TMPDIR/notices" &
monitor=$!
# shellcheck disable=SC2317  # called by until_true
heard() {
  ip link set eth0 alias "$1"
  grep -q eth0 "$TMPDIR/notices"
}
expect "ip monitor to listen" until_true 10 heard before
expect_status 0 start
expect_equal "$out$err" ""
expect_status 0 start
: >"$TMPDIR/notices"
expect_status 0 start
expect "ip monitor to hear the last" until_true 10 heard after
kill "$monitor"
wait "$monitor" || true
expect_equal "$(grep -E '^[0-9]+: (br|eth1)' "$TMPDIR/notices" || true)" ""

scenario "more VLANs are added beside those that are there"
expect_status 0 network start netdev=eth1 vlans=4-6
expect_segment eth1 6
expect_right
ip link delete br6
ip link delete eth1.6

# Each of these breaks something; then start, and the state is that of a fresh start.
mended() {  # PROMISE, steps for ip on stdin
  scenario "$1"
  ip -batch -
  expect_not "the steps to leave things right" test "$(state)" == "$wanted"
  expect_status 0 start
  expect_equal "$err" ""
  expect_equal "$(state)" "$wanted"
}

mended "an uplink that somebody took out of its bridge goes back" <<<"link set eth1.4 nomaster"
mended "a VLAN link that somebody deleted is made again" <<<"link delete eth1.4"
mended "a bridge that somebody deleted is made again" <<<"link delete br5"
mended "links that are down come up" <<'BATCH'
link set br4 down
link set eth1.5 down
BATCH
mended "a trunk that is down comes up, and its VLANs with it" <<<"link set eth1 down"
mended "STP and a forward delay are switched off" <<'BATCH'
link set br4 type bridge forward_delay 1500 stp_state 1
link set br5 type bridge stp_state 1
BATCH
mended "a forward delay alone is set back" <<<"link set br4 type bridge forward_delay 400"
mended "MTUs are set back" <<'BATCH'
link set br4 mtu 1300
link set eth1.5 mtu 1280
BATCH

scenario "IPv6 that somebody switched on goes off, with its addresses"
echo 0 >/proc/sys/net/ipv6/conf/br4/disable_ipv6
echo 0 >/proc/sys/net/ipv6/conf/eth1.5/disable_ipv6
expect_status 0 start
expect_equal "$(state)" "$wanted"

scenario "a bridge made by hand with brctl is used as it should have been made"
fresh_host 4
brctl addbr br4
ip link set eth1 up
ip link add link eth1 name eth1.4 up type vlan id 4
brctl addif br4 eth1.4
ip link set br4 up
expect_status 0 start
expect_right
expect_no_change "$XVLAN" network start netdev=eth1 vlans=4,5

# XendNetwork.recreate: brctl addbr, sethello 0, setfd 0, stp off, ifconfig up.
scenario "a bare br4, as an old xend makes it again at its start, gets its uplink"
fresh_host 4
brctl addbr br4
brctl sethello br4 0 2>"$TMPDIR/ignored" || true  # refused by today's kernels
brctl setfd br4 0
brctl stp br4 off
ip link set br4 up
fresh_vif vif3.0 4
ip link set vif3.0 address fe:ff:ff:ff:ff:ff master br4 up
expect_status 0 start
expect_right
expect "the guest that was there before to reach the switch" reach vif3.0 "$(switch_address 4)"
expect_no_change "$XVLAN" network start netdev=eth1 vlans=4,5

scenario "a bridge with STP on and every timer odd, made by hand, is mended"
fresh_host 4
brctl addbr br4
brctl stp br4 on
brctl setfd br4 20
brctl sethello br4 5
brctl setmaxage br4 30
expect_status 0 start
expect_right
expect_no_change "$XVLAN" network start netdev=eth1 vlans=4,5

scenario "a guest's traffic goes on while start mends another VLAN"
fresh_host 4
expect_status 0 start
fresh_vif vif3.0 4
expect "vif3.0 to be plugged" vif_online vif3.0 br4
ip link delete br5
ip netns exec vif3.0 ping -n -q -i 0.01 -c 60 "$(switch_address 4)" >"$TMPDIR/pings" &
pings=$!
for _ in 1 2 3; do expect_status 0 start; done
expect "every ping to be answered" wait "$pings"
expect_contains "$(<"$TMPDIR/pings")" "60 packets transmitted, 60 received"
