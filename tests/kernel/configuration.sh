#!/usr/bin/env bash
# What configuration files say about VLANs and bridges is what the kernel gets.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

folder=$TMPDIR/ifcfg

ifcfg() {  # NAME LINE...
  mkdir -p "$folder"
  printf '%s\n' "${@:2}" >"$folder/ifcfg-$1"
}

scenario "the configuration file's settings are the nearest ones: VLAN, then trunk, then host"
fresh_host
ip link add eth2 mtu 4000 type veth peer name far2
config "# for every trunk
mtu = 1400
bridge-name = all%v

[trunk eth1]
vlans = 4-6
mtu = 1300

[trunk eth1 vlan 5]
bridge = guests
mtu = 1200

[trunk eth2]
vlans = 7"
expect_status 0 network start config="$TMPDIR/xvlan.conf"
expect_equal "$out$err" ""
expect_port eth1.4 all4
expect_port eth1.5 guests
expect_port eth1.6 all6
expect_port eth2.7 all7
for pair in all4:1300 guests:1200 all6:1300 all7:1400 eth2.7:1400; do
  expect_equal "$pair" "${pair%:*}:$(_sys "${pair%:*}" mtu)"
done

scenario "the command line is nearer than all of them"
expect_status 0 network start config="$TMPDIR/xvlan.conf" netdev=eth1 vlans=9 mtu=1250 \
  bridge-name=mine%v
expect_port eth1.9 mine9
expect_equal "mtu $(_sys mine9 mtu)" "mtu 1250"

scenario "the file is status's and stop's, too"
expect_status 0 network status config="$TMPDIR/xvlan.conf"
expect_contains "$out" "eth1 5 eth1.5 guests up -"
expect_contains "$out" "eth1 9 eth1.9 mine9 unconfigured - : made by xvlan, but not configured"
expect_status 0 network stop config="$TMPDIR/xvlan.conf" netdev=eth2
expect_no_link eth2.7
expect_link eth1.4

scenario "every key of an ifcfg file that matters to a VLAN or bridge is honoured"
fresh_host
ifcfg guests 'DEVICE="guests"  # quoted' VLAN=yes PHYSDEV=eth1 VLAN_ID=4 "BRIDGE='br'4" MTU=1400
ifcfg br4 DEVICE=br4 TYPE=Bridge STP=on DELAY=4
ifcfg eth1.5 DEVICE=eth1.5 VLAN=yes BRIDGE=br5
ifcfg br5 DEVICE=br5 TYPE=Bridge MTU=1300 "# DELAY=7" "export DELAY=3"
ifcfg eth1.6 DEVICE=eth1.6 VLAN=yes BRIDGE=br6 ONBOOT=no
ifcfg eth1.7 DEVICE=eth1.7 VLAN=yes BRIDGE=br7
ifcfg br7 DEVICE=br7 TYPE=Bridge ONBOOT=no
ifcfg eth1.8 DEVICE=eth1.8 VLAN=yes IPADDR=192.0.2.8  # dom0's own: it names no bridge
ifcfg eth1.9 VLAN=yes BRIDGE=br9                      # DEVICE is in the file's name
ifcfg eth1.10.bak DEVICE=eth1.10 VLAN=yes BRIDGE=br10
ifcfg eth0 DEVICE=eth0 IPADDR=192.0.2.1
expect_status 0 network start ifcfg="$folder" config=/dev/null
expect_equal "$out$err" ""
expect_vlan guests eth1 4
expect_port guests br4
expect_equal "mtu $(_sys br4 mtu)" "mtu 1400"
expect_equal "stp $(_sys br4 bridge/stp_state)" "stp 1"
expect_equal "delay $(_sys br4 bridge/forward_delay)" "delay 400"
expect_port eth1.5 br5
expect_equal "mtu $(_sys eth1.5 mtu)" "mtu 1300"
expect_equal "delay $(_sys br5 bridge/forward_delay)" "delay 300"
for vid in 6 7 8 10; do expect_no_segment eth1 "$vid"; done
expect_segment eth1 9
expect_no_change "$XVLAN" network start ifcfg="$folder" config=/dev/null

scenario "netdev= takes one trunk's part of the ifcfg files"
fresh_host
ip link add eth2 type veth peer name far2
ifcfg eth2.11 DEVICE=eth2.11 VLAN=yes BRIDGE=br11
expect_status 0 network start ifcfg="$folder" config=/dev/null netdev=eth2
expect_segment eth2 11
expect_no_segment eth1 9
expect_down eth1

scenario "VLANs that are named anywhere else leave the ifcfg files unread"
fresh_host
expect_status 0 network start ifcfg="$folder" netdev=eth1 vlans=20
expect_segment eth1 20
expect_no_segment eth1 9
config "[trunk eth1]
vlans = 21"
expect_status 0 network start ifcfg="$folder" config="$TMPDIR/xvlan.conf"
expect_segment eth1 21
expect_no_segment eth1 9

scenario "a bridge with STP hears the BPDUs of its switch"
fresh_host 4
ip -n switch -batch - <<'BATCH'
link add sw type bridge stp_state 1 priority 0
link set trunk.4 master sw
link set sw up
BATCH
rm "$folder"/*
ifcfg eth1.4 DEVICE=eth1.4 VLAN=yes BRIDGE=br4
ifcfg br4 DEVICE=br4 TYPE=Bridge STP=yes
expect_status 0 network start ifcfg="$folder" config=/dev/null
switch_is_root() {
  [[ $(_sys br4 bridge/root_id) == 0000.* ]]
}
expect "the switch to be the root of its tree" until_true 20 switch_is_root
expect_status 0 network status ifcfg="$folder" config=/dev/null
