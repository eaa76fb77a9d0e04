#!/usr/bin/env bash
# Differences from the configuration, one a line; above all, whatever joins a VLAN to dom0 or to another
# network without that an address or a port would show it.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

expect_check() {  # STATUS LINES
  expect_unchanged "$1" network check netdev=eth1 vlans=4,5
  expect_equal "$out" "$2"
  expect_equal "$err" ""
}

scenario "nothing is said of what is as configured"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4,5
expect_check 0 ""
expect_status 0 network check nagios netdev=eth1 vlans=4,5
expect_equal "$out" "XVLAN OK - 2 VLANs up | up=2 wrong=0 unconfigured=0 guests=0"

scenario "what is missing, drifted or too much has a sign for the side it is on"
ip -batch - <<'BATCH'
link delete br5
link set br4 mtu 1400
address add 10.0.4.9/24 dev br4
BATCH
expect_check 3 "- eth1 4: to do: set MTU of br4 to 1500
+ eth1 4: br4 has address 10.0.4.9/24
- eth1 5: br5 is missing
- eth1 5: to do: add eth1.5 to bridge br5, shut eth1.5 off from dom0"
expect_status 3 network check quiet netdev=eth1 vlans=4,5
expect_equal "$out$err" ""
expect_status 2 network check nagios netdev=eth1 vlans=4,5
expect_contains "$out" "XVLAN CRITICAL - 0 VLANs up, 2 problems: eth1 4: to do: set MTU of br4"
ip address delete 10.0.4.9/24 dev br4
expect_status 0 network start netdev=eth1 vlans=4
expect_status 3 network check netdev=eth1 vlans=4
expect_equal "$out" "+ eth1 5: made by xvlan, but not configured"
expect_status 1 network check --nagios netdev=eth1 vlans=4
expect_contains "$out" "XVLAN WARNING - 1 VLAN up, 1 not configured"
expect_status 0 network start netdev=eth1 vlans=4,5
expect_check 0 ""

scenario "what can't be looked at is unknown to Nagios"
expect_status 3 network check nagios netdev=eth1 vlans=4,4097
expect_contains "$out" "XVLAN UNKNOWN - cannot use "
expect_status 3 network check nagios config="$TMPDIR/none"
expect_contains "$out" "XVLAN UNKNOWN - cannot read $TMPDIR/none"

scenario "a link that stands on a VLAN's links"
fresh_vif vif3.0
expect "vif3.0 to be plugged" vif_online vif3.0 br4
expect_check 0 ""
ip link add link eth1.4 name eth1.4.7 type vlan id 7
expect_check 3 "+ eth1 4: eth1.4.7 (vlan) stands on eth1.4: some frames bypass the bridge"
ip link delete eth1.4.7
ip link add link vif3.0 name tap9 type vlan id 9
expect_check 3 "+ eth1 4: tap9 (vlan) stands on vif3.0: some frames bypass the bridge"
ip link delete tap9
ip link add link br4 name macv0 type macvlan
expect_check 3 "+ eth1 4: macv0 (macvlan) stands on br4: some frames bypass the bridge"
ip link delete macv0
expect_check 0 ""

scenario "a veth joins two VLANs, or leads into dom0 by the name of a vif"
ip link add join4 type veth peer name join5
ip link set join4 master br4
expect_check 3 "- eth1 4: cannot bring up VLAN 4 of eth1: bridge br4 has a foreign port, join4"
ip link set join5 master br5
expect_status 3 network check netdev=eth1 vlans=4,5
expect_contains "$out" "- eth1 5: cannot bring up VLAN 5 of eth1: bridge br5 has a foreign port, join5"
ip link delete join4
ip link add vif9.0 type veth peer name inside
ip link set vif9.0 master br4
expect_status 0 network start netdev=eth1 vlans=4,5
expect_check 3 "+ eth1 4: vif9.0 leads back into dom0: the other end of that veth is inside"
ip link delete vif9.0
expect_check 0 ""

scenario "frames that traffic control sends elsewhere, whichever filter and hook it uses"
ip link add elsewhere type dummy
for hook in clsact ingress; do
  for filter in "matchall" "flower" "u32 match u32 0 0" "basic match meta(priority eq 0)"; do
    tc qdisc add dev vif3.0 "$hook"
    # shellcheck disable=SC2086
    tc filter add dev vif3.0 ingress protocol all $filter action mirred egress mirror dev elsewhere
    expect_check 3 "+ eth1 4: traffic control sends frames of vif3.0 to elsewhere"
    tc qdisc delete dev vif3.0 "$hook"
  done
done
tc qdisc add dev eth1.5 clsact
tc filter add dev eth1.5 egress matchall action mirred egress redirect dev elsewhere
expect_check 3 "+ eth1 5: traffic control sends frames of eth1.5 to elsewhere"
tc qdisc delete dev eth1.5 clsact
tc qdisc add dev eth1.5 root handle 1: prio
tc filter add dev eth1.5 parent 1: matchall action pass action mirred egress mirror dev eth1.4
expect_check 3 "+ eth1 4: traffic control sends frames of eth1.5 to eth1.4
+ eth1 5: traffic control sends frames of eth1.5 to eth1.4"
tc qdisc delete dev eth1.5 root
tc qdisc add dev eth1 clsact
tc filter add dev eth1 ingress matchall action mirred egress mirror dev elsewhere
expect_check 3 "+ traffic control sends frames of eth1 to elsewhere"
tc qdisc delete dev eth1 clsact
expect_check 0 ""

scenario "frames that get another VLAN's tag"
tc qdisc add dev eth1 clsact
tc filter add dev eth1 ingress protocol 802.1q flower vlan_id 4 action vlan modify id 5
expect_check 3 "+ traffic control changes VLAN tags of frames of eth1"
tc qdisc delete dev eth1 clsact

scenario "a filter of an inner class sends frames elsewhere, and shaping sends none"
tc -batch - <<'BATCH'
qdisc add dev vif3.0 root handle 1: htb default 10
class add dev vif3.0 parent 1: classid 1:1 htb rate 10mbit
class add dev vif3.0 parent 1:1 classid 1:10 htb rate 10mbit
qdisc add dev vif3.0 parent 1:10 handle 10: fq_codel
filter add dev vif3.0 parent 1: matchall flowid 1:1
filter add dev vif3.0 parent 1:1 matchall flowid 1:10
BATCH
expect_check 0 ""
tc filter replace dev vif3.0 parent 1:1 matchall flowid 1:10 action mirred egress mirror dev elsewhere
expect_check 3 "+ eth1 4: traffic control sends frames of vif3.0 to elsewhere"
tc qdisc delete dev vif3.0 root

scenario "a filter in the place of xvlan's own is looked at, and one whose target has gone sends nothing"
tc qdisc add dev vif3.0 clsact
tc filter add dev vif3.0 ingress prio 30838 protocol all handle 1 matchall \
  action mirred egress mirror dev elsewhere
expect_check 3 "+ eth1 4: traffic control sends frames of vif3.0 to elsewhere"
ip link delete elsewhere
expect_check 0 ""
ip link add elsewhere type dummy
tc qdisc delete dev vif3.0 clsact

scenario "a program that decides about frames can't be looked into, and xvlan's own filter is none"
tc qdisc add dev vif3.0 clsact
tc filter add dev vif3.0 ingress protocol all bpf bytecode "1,6 0 0 4294967295," flowid 1:1
expect_check 3 "+ eth1 4: a BPF program that is not xvlan's handles the frames of vif3.0"
tc qdisc delete dev vif3.0 clsact
config "netdev = eth1
vlans = 4,5
antispoof = mac"
expect_status 0 network start config="$TMPDIR/xvlan.conf"
expect_status 3 network check config="$TMPDIR/xvlan.conf"
expect_equal "$out" "- eth1 4: vif3.0 is not filtered, plug it again"
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 bridge=br4 \
  mac=00:16:3e:00:00:03 config="$TMPDIR/xvlan.conf"
expect_status 0 network check config="$TMPDIR/xvlan.conf"
expect_equal "$out" ""

scenario "shaping by way of an ifb is no join"
modprobe ifb numifbs=0
ip link add shaped type ifb
tc qdisc add dev eth1.5 clsact
tc filter add dev eth1.5 ingress matchall action mirred egress redirect dev shaped
expect_status 0 network check config="$TMPDIR/xvlan.conf"
expect_equal "$out" ""
tc qdisc add dev shaped root handle 1: prio
tc filter add dev shaped parent 1: matchall action mirred egress redirect dev elsewhere
expect_status 3 network check config="$TMPDIR/xvlan.conf"
expect_equal "$out" "+ eth1 5: traffic control sends frames of shaped to elsewhere"

scenario "all of it on a VLAN-aware bridge"
fresh_host
config "netdev = eth1
vlans = 4,5
vlan-aware = yes"
expect_status 0 network start config="$TMPDIR/xvlan.conf"
expect_status 0 network check config="$TMPDIR/xvlan.conf"
expect_equal "$out" ""
fresh_vif vif3.0
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 vlan=5 \
  bridge=xenbr0 config="$TMPDIR/xvlan.conf"
ip link add elsewhere type dummy
tc qdisc add dev vif3.0 clsact
tc filter add dev vif3.0 ingress matchall action mirred egress mirror dev elsewhere
tc qdisc add dev xenbr0 clsact
tc filter add dev xenbr0 ingress matchall action mirred egress mirror dev elsewhere
expect_status 3 network check config="$TMPDIR/xvlan.conf"
expect_equal "$out" "+ eth1 5: traffic control sends frames of vif3.0 to elsewhere
+ traffic control sends frames of xenbr0 to elsewhere"

scenario "a link that stands on a VLAN-aware bridge of xvlan's"
tc qdisc delete dev vif3.0 clsact
tc qdisc delete dev xenbr0 clsact
ip link add link xenbr0 name macv0 type macvlan
expect_status 3 network check config="$TMPDIR/xvlan.conf"
expect_equal "$out" "+ macv0 (macvlan) stands on xenbr0: some frames bypass the bridge"
ip link delete macv0
tc qdisc add dev vif3.0 clsact
tc filter add dev vif3.0 ingress matchall action mirred egress mirror dev elsewhere

scenario "no root is needed, and a kernel without traffic control will do"
expect_status 3 setpriv --reuid=65534 --clear-groups "$XVLAN" network check \
  config="$TMPDIR/xvlan.conf"
expect_contains "$out" "+ eth1 5: traffic control sends frames of vif3.0 to elsewhere"

scenario "a bond as the trunk: what takes frames at its ports, before the bond sees them"
fresh_host
modprobe bonding max_bonds=0
ip -batch - <<'BATCH'
link add bond0 type bond mode active-backup
link set eth1 master bond0
link set bond0 up
BATCH
expect_status 0 network start netdev=bond0 vlans=4
expect_status 0 network check netdev=bond0 vlans=4
ip link add link eth1 name eth1.4 type vlan id 4
expect_status 3 network check netdev=bond0 vlans=4
expect_equal "$out" "+ eth1.4 (vlan) stands on eth1: some frames bypass the bridge"
ip link delete eth1.4
ip link add elsewhere type dummy
tc qdisc add dev eth1 clsact
tc filter add dev eth1 ingress matchall action mirred egress redirect dev elsewhere
expect_status 3 network check netdev=bond0 vlans=4
expect_equal "$out" "+ traffic control sends frames of eth1 to elsewhere"

scenario "a VLAN link with the MAC of guests' links is none of them"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4
ip -batch - <<'BATCH'
link add link eth0 name eth0.9 type vlan id 9
link set eth0.9 address fe:ff:ff:ff:ff:ff
link set eth0.9 master br4
BATCH
expect_status 1 network start netdev=eth1 vlans=4
expect_status 3 network check netdev=eth1 vlans=4
expect_contains "$out" "bridge br4 has a foreign port, eth0.9"
