#!/usr/bin/env bash
# `network import`: an xvlan.conf for what runs, with which start has nothing to rewire.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

manual=$(cd "${BASH_SOURCE[0]%/*}/../../man" && pwd)/xvlan.8

# A VLAN link, and with BRIDGE that as its bridge, both up, by ip.
by_ip() {  # TRUNK VID LINK [BRIDGE]
  ip link add link "$1" name "$3" up type vlan id "$2"
  [[ -n ${4:-} ]] || return 0
  ip link add "$4" up type bridge
  ip link set "$3" master "$4"
}

second_trunk() {
  ip -batch - <<'BATCH'
link add eth2 mtu 9000 up type veth peer name far2
link set far2 up
BATCH
}

scenario "a host that has been built with ip is taken over as it is, with guests running"
fresh_host 4
second_trunk
ip link set eth1 up
by_ip eth1 4 eth1.4 br4
by_ip eth1 5 eth1.5 br5
by_ip eth1 6 vlan6 dmz
by_ip eth2 4 eth2.4 san4
by_ip eth2 30 eth2.30 backup
ip link set eth2.30 mtu 1500
ip link set backup mtu 1500
fresh_vif vif3.0 4
ip link set vif3.0 master br4 up
expect "the guest to reach the switch" until_true 20 reach vif3.0 "$(switch_address 4)"
expect_taken_over
expect_equal "$(file_of_import)" "[trunk eth1]
vlans = 4-6
[trunk eth1 vlan 6]
bridge = dmz
[trunk eth2]
vlans = 4,30
bridge-name = san%v
[trunk eth2 vlan 30]
bridge = backup
mtu = 1500"
expect "the guest to reach the switch" until_true 20 reach vif3.0 "$(switch_address 4)"

scenario "netdev= has import look at one trunk"
imported netdev=eth2
expect_missing "$out" eth1
expect_equal "$(file_of_import)" "[trunk eth2]
vlans = 4,30
bridge-name = san%v
[trunk eth2 vlan 30]
bridge = backup
mtu = 1500"
imported netdev=eth0
expect_equal "$out" "# xvlan network import: no VLAN to import"

scenario "a host that has been built with brctl, with STP on, is taken over"
fresh_host
ip link set eth1 up
for vid in 4 10 11 12; do
  by_ip eth1 "$vid" "vlan$vid"
  brctl addbr "vmbr$vid"
  brctl addif "vmbr$vid" "vlan$vid"
  ip link set "vmbr$vid" up
done
brctl stp vmbr11 on
imported
expect_contains "$out" "# start will: switch STP of vmbr11 off"
expect_taken_over
expect_equal "$(file_of_import)" "netdev = eth1
vlans = 4,10-12
bridge-name = vmbr%v
vlan-name = vlan%v"

scenario "the manual's example is what import prints"
fresh_host
ip link set eth1 address 00:16:3e:5e:00:01 up
for vid in 4 10 11; do by_ip eth1 "$vid" "eth1.$vid" "br$vid"; done
ip link set dev br10 type bridge stp_state 1
ip link add br0 up type bridge
ip link set eth0 master br0
by_ip eth1 20 eth1.20 br20
ip address add 10.0.20.1/24 dev br20
imported
expect_equal "# xvlan network import
$out" "$(sed -n '/^\.Sh IMPORT/,/^\.Ed/p' "$manual" | sed '1,/^\.Bd/d; $d')"
expect_taken_over

scenario "a bond's VLANs are taken over, and those of its ports never"
fresh_host
ip link add bond0 type bond mode active-backup
ip link set eth1 master bond0
ip link set bond0 up
by_ip bond0 4 bond0.4 br4
expect_taken_over
expect_equal "$(file_of_import)" "netdev = bond0
vlans = 4"

scenario "what xvlan has made needs no change at all, whatever its settings"
fresh_host
second_trunk
config "antispoof = mac
[trunk eth1]
vlans = 4,10-12
mtu = 1400
guest-tags = yes
[trunk eth1 vlan 11]
mtu = 1300
antispoof = ip
link-local = any
guest-tags = no
[trunk eth1 vlan 12]
bridge = dmz
isolated = yes
[trunk eth2]
vlans = 4,30
bridge-name = br-%t-%v
vlan-name = v%v-%t
multicast-snooping = yes
antispoof = no"
expect_status 0 xvlan network start "config=$TMPDIR/xvlan.conf"
expect_status 0 xvlan network status "config=$TMPDIR/xvlan.conf"
before=$out
imported
expect_missing "$out" "start will: "
expect_taken_over
expect_status 0 xvlan network status "config=$imported"
expect_equal "$out" "$before"

scenario "names that xvlan has shortened are known again"
fresh_host
ip link set eth1 name enp129s0f1np1
expect_status 0 xvlan network start netdev=enp129s0f1np1 vlans=4,4094
expect_taken_over
expect_equal "$(file_of_import)" "netdev = enp129s0f1np1
vlans = 4,4094"

scenario "VLANs on demand stay so, with a guest"
fresh_host
config "netdev = eth1
vlans = 4,10
on-demand = yes"
expect_status 0 xvlan network start "config=$TMPDIR/xvlan.conf"
imported
expect_equal "$out" "# xvlan network import: no VLAN to import"
fresh_vif vif3.0
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 bridge=br4 \
  "config=$TMPDIR/xvlan.conf"
expect_link br4
imported
expect_missing "$out" "start will: "
expect_equal "$(file_of_import)" "netdev = eth1
vlans = 4
on-demand = yes"
expect_no_change "$XVLAN" network start "config=$imported"

scenario "a VLAN-aware bridge of xvlan's needs no change"
fresh_host
config "netdev = eth1
vlans = 4,10-20
vlan-aware = yes
bridge = guests"
expect_status 0 xvlan network start "config=$TMPDIR/xvlan.conf"
imported
expect_missing "$out" "start will: "
expect_taken_over
expect_equal "$(file_of_import)" "netdev = eth1
vlans = 4,10-20
vlan-aware = yes
bridge = guests"

scenario "a VLAN-aware bridge that has been built with ip needs no change, and nor does dom0's VLAN"
fresh_host
ip -batch - <<'BATCH'
link set eth1 up
link add vmbr0 up type bridge vlan_filtering 1
link set eth1 master vmbr0
link add link vmbr0 name vmbr0.12 up type vlan id 12
address add 10.0.12.1/24 dev vmbr0.12
BATCH
bridge vlan add vid 4 dev eth1
bridge vlan add vid 10-12 dev eth1
bridge vlan add vid 12 dev vmbr0 self
before=$(bridge vlan show)
imported
expect_missing "$out" "start will: "
expect_contains "$out" "# left out: VLAN 12 of eth1: dom0 uses it: vmbr0.12 is on top of vmbr0"
expect_contains "$out" "# left out: VLAN 1 of eth1: it is untagged there"
expect_taken_over
expect_equal "$(file_of_import)" "netdev = eth1
vlans = 4,10-11
vlan-aware = yes
bridge = vmbr0"
expect_equal "$(bridge vlan show)" "$before"

scenario "what is left out has its reason, and start leaves it alone"
fresh_host
second_trunk
ip link set eth1 up
by_ip eth1 4 eth1.4 br4
by_ip eth1 5 eth1.5 br5
ip address add 10.0.5.1/24 dev br5
by_ip eth1 6 eth1.6
by_ip eth1 7 eth1.7 two
by_ip eth1 8 eth1.8
by_ip eth1 9 eth1.9 joined
by_ip eth1.8 80 eth1.8.80 inner
by_ip br4 3 br4.3 above
ip -batch - <<'BATCH'
link set eth1.6 master two
link add extra up type dummy
link set extra master joined
link add link eth1 name q9 type vlan proto 802.1ad id 9
link add link eth1 name q10 up type vlan proto 802.1ad id 10
link add outer up type bridge
link set q10 master outer
link add lonely type bridge
link add plain up type bridge
link set eth2 master plain
BATCH
before=$(wiring)
imported
expect_equal "$(grep '^# left out' "$imported" | sort)" "$(sort <<'LINES'
# left out: br4, VLAN 4 of eth1: dom0 uses it: br4.3 is on top of br4
# left out: br5, VLAN 5 of eth1: dom0 uses it: br5 has address 10.0.5.1/24
# left out: two: it joins eth1.6 and eth1.7
# left out: eth1.8, VLAN 8 of eth1: it is in no bridge
# left out: joined: it joins eth1.9 and extra
# left out: inner, VLAN 80 of eth1.8: eth1.8 is not a NIC, bond or team
# left out: above, VLAN 3 of br4: br4 is not a NIC, bond or team
# left out: q9, an 802.1ad link: it is in no bridge
# left out: outer: its uplink q10 is an 802.1ad link, not an 802.1Q one
# left out: lonely: it has no uplink
# left out: plain: its uplink eth2 is not a VLAN link
LINES
)"
expect_equal "$(file_of_import)" ""
by_ip eth1 10 eth1.10 br10
before=$(state br4 br5 eth1.4 eth1.5)
expect_taken_over
expect_equal "$(state br4 br5 eth1.4 eth1.5)" "$before"
expect_equal "$(file_of_import)" "netdev = eth1
vlans = 10"

scenario "import needs no root"
fresh_host
ip link set eth1 up
by_ip eth1 4 eth1.4 br4
imported
expect_status 0 setpriv --reuid nobody --regid nogroup --clear-groups "$XVLAN" network import
expect_equal "$out$err" "$(<"$imported")"

scenario "a host without VLANs gets a file that says so, with status 0"
fresh_host
imported
expect_equal "$out" "# xvlan network import: no VLAN to import"

scenario "4094 VLANs are imported as one range, and a trunk's own MTU is not said"
fresh_host
expect_status 0 xvlan network start netdev=eth1 vlans=1-4094 vlan-aware=yes
imported
expect_equal "$(file_of_import)" "netdev = eth1
vlans = 1-4094
vlan-aware = yes
bridge = xenbr0"

# The last one: no batch of ip's could delete these.
scenario "names with nearly every byte leave the file and the terminal whole"
fresh_host
ip link set eth1 up
by_ip eth1 4 eth1.4 br4
by_ip eth1 5 eth1.5 'b#5'
by_ip eth1 6 eth1.6 $'\e[2J\x9b'
by_ip eth1 7 $'v\a7' '[b]=v"'
by_ip eth1 8 eth1.8 "br'8\\"
imported
expect "only printable characters" test -z "$(LC_ALL=C tr -d '\n -~' <"$imported")"
# shellcheck disable=SC1003  # a backslash
expect_contains "$out" '# left out: VLAN 6 of eth1, bridge \x1b[2J\x9b: xvlan.conf can'"'"'t hold such'
expect_equal "$(file_of_import)" "[trunk eth1]
vlans = 4,7-8
[trunk eth1 vlan 7]
bridge = [b]=v\"
[trunk eth1 vlan 8]
bridge = br'8\\"
# iproute2 escapes no control characters in its JSON.
masters() { readlink -f /sys/class/net/*/master && grep . /sys/class/net/*/ifindex; }
before=$(masters)
expect_status 0 xvlan network start "config=$imported"
expect_equal "$(masters)" "$before"
expect_no_change "$XVLAN" network start "config=$imported"
