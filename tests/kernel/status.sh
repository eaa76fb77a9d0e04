#!/usr/bin/env bash
# One line for each VLAN: trunk, VID, VLAN link, bridge, state, guests, and what is wrong.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
needs_xenstore

expect_line() {  # STATUS LINE
  expect_unchanged "$1" network status netdev=eth1 vlans=4
  expect_equal "$out" "$2"
  expect_equal "$err" ""
}

# Breaks the one VLAN by a step for ip; status says what is to be done, and start does it.
expect_drift() {  # STEP LINE
  ip -batch - <<<"$1"
  expect_line 3 "$2"
  expect_status 0 network start netdev=eth1 vlans=4
  expect_line 0 "eth1 4 eth1.4 br4 up -"
}

scenario "nothing there yet: missing, with both names"
fresh_host
expect_line 3 "eth1 4 eth1.4 br4 missing - : to do: switch IPv6 off on eth1; to do: set eth1 up; \
eth1.4 is missing; br4 is missing"

scenario "all as configured: up"
expect_status 0 network start netdev=eth1 vlans=4,5
expect_line 0 "eth1 4 eth1.4 br4 up -"$'\n'"eth1 5 eth1.5 br5 unconfigured - : \
made by xvlan, but not configured"
expect_unchanged 0 network status netdev=eth1 vlans=4,5
expect_equal "$out" $'eth1 4 eth1.4 br4 up -\neth1 5 eth1.5 br5 up -'
expect_status 0 network stop netdev=eth1 vlans=5

scenario "whatever drifted is wrong, in words"
expect_drift "link set br4 type bridge stp_state 1" \
  "eth1 4 eth1.4 br4 wrong - : to do: switch STP of br4 off; to do: set forward delay of br4 to 0 s"
expect_drift "link set eth1.4 nomaster" \
  "eth1 4 eth1.4 br4 wrong - : to do: add eth1.4 to bridge br4, shut eth1.4 off from dom0"
expect_drift "link set br4 down" \
  "eth1 4 eth1.4 br4 wrong - : to do: set br4 up"
expect_drift "link set br4 mtu 1400" \
  "eth1 4 eth1.4 br4 wrong - : to do: set MTU of br4 to 1500"
expect_drift "link delete eth1.4" \
  "eth1 4 eth1.4 br4 missing - : eth1.4 is missing"
expect_drift "link delete br4" \
  "eth1 4 eth1.4 br4 missing - : br4 is missing; to do: add eth1.4 to bridge br4, \
shut eth1.4 off from dom0"

scenario "an address is found on what xvlan made as well"
ip address add 10.0.4.9/24 dev br4
expect_line 3 "eth1 4 eth1.4 br4 wrong - : br4 has address 10.0.4.9/24"
ip address delete 10.0.4.9/24 dev br4
echo 0 >/proc/sys/net/ipv6/conf/br4/disable_ipv6
expect_status 3 network status netdev=eth1 vlans=4
expect_contains "$out" "to do: switch IPv6 off on br4; br4 has address fe80::"
expect_status 0 network start netdev=eth1 vlans=4

scenario "guests are shown with their domain's name"
fresh_vif vif3.0
expect_status 0 xenstore-write /local/domain/3/name web
expect "vif3.0 to be plugged" vif_online vif3.0 br4
expect_line 0 "eth1 4 eth1.4 br4 up vif3.0=web"
ip link add vif7.0-emu type dummy
ip link set vif7.0-emu master br4
expect_line 3 "eth1 4 eth1.4 br4 wrong vif3.0=web,vif7.0-emu : to do: shut vif7.0-emu off from dom0"
expect_status 0 network start netdev=eth1 vlans=4
expect_line 0 "eth1 4 eth1.4 br4 up vif3.0=web,vif7.0-emu"

scenario "without a xenstore they are shown by their links, and that is said once"
ip link add vif8.0 type dummy
ip link set vif8.0 master br4
expect_status 0 network start netdev=eth1 vlans=4
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" network status netdev=eth1 vlans=4
expect_equal "$out" "eth1 4 eth1.4 br4 up vif3.0,vif7.0-emu,vif8.0"
expect_equal "$err" "xvlan: warning: guests are shown without their names: \
cannot reach xenstored: No such file or directory"

scenario "a host without guests does not ask the xenstore at all"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" network status netdev=eth1 vlans=4
expect_equal "$out" "eth1 4 eth1.4 br4 up -"
expect_equal "$err" ""

scenario "a trunk that is not there is wrong, without waiting for it"
expect_status 3 env ASAN_OPTIONS=detect_leaks=0 strace -o "$TMPDIR/calls" -e trace=poll,ppoll \
  "$XVLAN" network status netdev=eth9 vlans=4
expect_missing "$(<"$TMPDIR/calls")" POLLIN
expect_equal "$out" "eth9 4 eth9.4 br4 missing - : cannot use eth9 as trunk: there is no such link
eth1 4 eth1.4 br4 unconfigured - : made by xvlan, but not configured"

scenario "VLANs that a file gives an address are part of the status"
mkdir -p "$TMPDIR/ifcfg"
printf '%s\n' DEVICE=eth1.4 VLAN=yes BRIDGE=br4 >"$TMPDIR/ifcfg/ifcfg-eth1.4"
printf '%s\n' DEVICE=eth1.5 VLAN=yes BRIDGE=br5 IPADDR=10.0.5.1 >"$TMPDIR/ifcfg/ifcfg-eth1.5"
expect_status 3 network status ifcfg="$TMPDIR/ifcfg"
expect_equal "$out" "eth1 4 eth1.4 br4 up -"
expect_contains "$err" "ifcfg-eth1.5:4: IPADDR=10.0.5.1 gives dom0 an address on a guests' VLAN"

scenario "dom0's firewall that sees bridged frames is told of once, by status and by online"
modprobe br_netfilter
echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
fresh_host
expect_status 0 network start netdev=eth1 vlans=4-6
expect_equal "$err" ""
expect_status 0 network status netdev=eth1 vlans=4-6
firewall="xvlan: warning: dom0's own firewall sees the guests' frames, because \
bridge-nf-call-iptables is 1: a DROP policy in FORWARD cuts guests off; \
sysctl net.bridge.bridge-nf-call-iptables=0 ends it"
expect_equal "$err" "$firewall"
fresh_vif vif3.0
expect_status 0 xenstore-write /local/domain/0/backend/vif/3/0/bridge br4
expect_status 0 xvlan vif online vif3.0
expect_equal "$err" "$firewall"
echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables
expect_status 0 network status netdev=eth1 vlans=4-6
expect_equal "$err" ""
expect_status 0 xvlan vif online vif3.0
expect_equal "$err" ""
