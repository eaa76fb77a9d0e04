#!/usr/bin/env bash
# One VLAN-aware bridge for all VLANs of a trunk: start, stop and status in that realisation.
sandbox_options=(--memory 2G --timeout 700)  # for the sanitizers, under emulation
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
export ASAN_OPTIONS=detect_leaks=0  # it can't look for leaks under strace

# What each port of a VLAN-aware bridge lets through, and the bridge itself, one line each: "eth1
# 4,10-20", "vif3.0 5pu 10". Of a range bridge tells first and last.
vlans() {  # [LINK...]
  local lines line
  bridge -compressvlans -json vlan show | jq -r '.[] | [.ifname, (.vlans[] |
    "\(.vlan)\(if .vlanEnd then "-\(.vlanEnd)" else "" end)" +
    ((.flags // []) | map({"PVID": "p", "Egress Untagged": "u"}[.]) | join("")))] | join(" ")' |
    sort >"$TMPDIR/vlans"
  mapfile -t lines <"$TMPDIR/vlans"
  for line in "${lines[@]}"; do
    [[ $# -gt 0 && " $* " != *" ${line%% *} "* ]] || echo "$line"
  done
}

# All that start decides of such a host.
whole_state() {
  state
  vlans
  ip -details -json link show type bridge | jq -r '
    sort_by(.ifname)[] | .linkinfo.info_data as $bridge | [.ifname,
      "filtering=\($bridge.vlan_filtering)", "pvid=\($bridge.vlan_default_pvid)",
      "snooping=\($bridge.mcast_snooping)", "protocol=\($bridge.vlan_protocol)"] | join(" ")'
}

expect_whole_state_unchanged() {  # N CMD...
  local before
  before=$(whole_state)
  expect_status "$@"
  expect_equal "$(whole_state)" "$before"
}

# The requests that a traced start sent to change links, one word each, VLANs and groups of a port
# being a RTM_SETLINK.
expect_requests() {  # WORD...
  expect_equal "$(grep -oE 'RTM_(NEW|DEL|SET)[A-Z]+' "$TMPDIR/changes" | xargs)" "$*"
}

scenario "start makes one bridge for all VLANs, and dom0 is not in any of them"
fresh_host 4
expect_status 0 network start netdev=eth1 vlans=4,10-20 vlan-aware=yes
expect_equal "$out$err" ""
expect_bridge xenbr0
expect_port eth1 xenbr0
expect_up xenbr0
expect_up eth1
expect_no_address xenbr0
expect_no_address eth1
expect_no_segment eth1 4
expect "IPv6 to be off on xenbr0" ipv6_off xenbr0
expect "IPv6 to be off on eth1" ipv6_off eth1
expect_equal "$(vlans)" "eth1 4 10-20"
expect_equal "$(whole_state | tail -1)" \
  "xenbr0 filtering=1 pvid=0 snooping=0 protocol=802.1Q"
expect_equal "MAC $(_sys xenbr0 address)" "MAC $(_sys eth1 address)"
expect_equal "assigned $(_sys xenbr0 addr_assign_type)" "assigned 3"  # NET_ADDR_SET
wanted=$(whole_state)

scenario "start over that changes nothing and says nothing"
expect_no_change "$XVLAN" network start netdev=eth1 vlans=4,10-20 vlan-aware=yes
expect_equal "$out$err" ""
expect_equal "$(whole_state)" "$wanted"

# The bridge, its MTU, the trunk into it, the VIDs, and up with each of the two.
scenario "start asks for the same few changes, whatever the number of VLANs"
for list in 4 4,10-20 1-4094; do
  fresh_host
  expect_change "$XVLAN" network start netdev=eth1 vlans="$list" vlan-aware=yes
  expect_requests \
    RTM_NEWLINK RTM_NEWLINK RTM_NEWLINK RTM_SETLINK RTM_NEWLINK RTM_NEWLINK
  expect_no_change "$XVLAN" network start netdev=eth1 vlans="$list" vlan-aware=yes
done
expect_equal "$(vlans)" "eth1 1-4094"

scenario "start of thousands of VLANs that are no range works as well"
fresh_host
odd=$(seq -s , 1 2 4093)
expect_status 0 network start netdev=eth1 vlans="$odd" vlan-aware=yes
expect_equal "$(vlans eth1)" "eth1 ${odd//,/ }"
expect_no_change "$XVLAN" network start netdev=eth1 vlans="$odd" vlan-aware=yes

scenario "status shows a line for each VLAN"
fresh_host 4 10
expect_status 3 network status netdev=eth1 vlans=4,10 vlan-aware=yes
expect_equal "$out" "eth1 4 - xenbr0 missing - : xenbr0 is missing; to do: \
switch IPv6 off on eth1; to do: add eth1 to bridge xenbr0; eth1 is not in VLAN 4; to do: set eth1 up
eth1 10 - xenbr0 missing - : xenbr0 is missing; to do: \
switch IPv6 off on eth1; to do: add eth1 to bridge xenbr0; eth1 is not in VLAN 10; to do: set eth1 up"
expect_status 0 network start netdev=eth1 vlans=4,10 vlan-aware=yes
expect_status 0 network status netdev=eth1 vlans=4,10 vlan-aware=yes
expect_equal "$out" "eth1 4 - xenbr0 up -
eth1 10 - xenbr0 up -"
fresh_vif vif3.0 10
expect "vif3.0 to be plugged" env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 \
  bridge=xenbr0 vlan=10 2>"$TMPDIR/ignored"
expect "the guest to reach the switch" reach vif3.0 "$(switch_address 10)"
expect_status 0 network status netdev=eth1 vlans=4,10 vlan-aware=yes
expect_equal "$(cut -d ' ' -f 1-6 <<<"$out")" "eth1 4 - xenbr0 up -
eth1 10 - xenbr0 up vif3.0"
expect_status 0 network status netdev=eth1 vlans=4 vlan-aware=yes
expect_contains "$out" "eth1 10 - xenbr0 unconfigured vif3.0 : made by xvlan, but not configured"

# Each of these breaks something; status names it, start mends it, and the guest is served.
wanted=$(whole_state)
mended() {  # PROMISE, WORDS of status and its status, steps on stdin
  scenario "$1"
  bash -e -
  expect_not "the steps to leave things right" test "$(whole_state)" == "$wanted"
  expect_status "${3:-3}" network status netdev=eth1 vlans=4,10 vlan-aware=yes
  expect_contains "$out" "$2"
  expect_status 0 network start netdev=eth1 vlans=4,10 vlan-aware=yes
  expect_equal "$err" ""
  expect_equal "$(whole_state)" "$wanted"
  expect "the guest to reach the switch" reach vif3.0 "$(switch_address 10)"
}

mended "a VID that somebody took from the trunk comes back" "eth1 is not in VLAN 10" <<'STEPS'
bridge vlan del dev eth1 vid 10
STEPS
mended "a VID that leaves the trunk untagged gets its tag back" \
  "to do: let eth1 into VLAN 4 of its bridge" <<'STEPS'
bridge vlan add dev eth1 vid 4 pvid untagged
STEPS
mended "a VID too many is taken from the trunk" \
  "eth1 60 - xenbr0 unconfigured - : made by xvlan, but not configured" 0 <<'STEPS'
bridge vlan add dev eth1 vid 50-60
STEPS
mended "a bridge whose filter is off filters again" "to do: shut xenbr0 off from dom0" <<'STEPS'
ip link set xenbr0 type bridge vlan_filtering 0
STEPS
mended "a default PVID goes" "to do: put new ports of xenbr0 into no VLAN" <<'STEPS'
ip link set xenbr0 type bridge vlan_default_pvid 1
STEPS
mended "a default PVID that is a guest's VLAN goes, and the guest stays" \
  "to do: put new ports of xenbr0 into no VLAN" <<'STEPS'
ip link set xenbr0 type bridge vlan_default_pvid 10
STEPS
mended "a VLAN that the bridge itself has goes" "to do: shut xenbr0 off from dom0" <<'STEPS'
bridge vlan add dev xenbr0 vid 10 self
STEPS
mended "multicast snooping goes off" "to do: switch multicast snooping of xenbr0 off" <<'STEPS'
ip link set xenbr0 type bridge mcast_snooping 1
STEPS
mended "802.1ad tags are no longer what it filters by" \
  "to do: stop guests' own tags at xenbr0" <<'STEPS'
ip link set xenbr0 type bridge vlan_protocol 802.1ad
STEPS
mended "an MTU is set back" "to do: set MTU of xenbr0 to 1500" <<'STEPS'
ip link set xenbr0 mtu 1300
STEPS
mended "STP and a forward delay are switched off" "to do: switch STP of xenbr0 off" <<'STEPS'
ip link set xenbr0 type bridge forward_delay 400 stp_state 1
STEPS
mended "IPv6 goes off" "to do: switch IPv6 off on xenbr0" <<'STEPS'
echo 0 >/proc/sys/net/ipv6/conf/xenbr0/disable_ipv6
STEPS
mended "a trunk that was taken out goes back" "eth1 is not in VLAN 4" <<'STEPS'
ip link set eth1 nomaster
STEPS
mended "links that are down come up" "to do: set xenbr0 up" <<'STEPS'
ip link set eth1 down
ip link set xenbr0 down
STEPS

scenario "a trunk's MTU that rises is the bridge's, and a guest's lower one does not drag it"
ip link set vif3.0 mtu 1400
expect_status 0 network status netdev=eth1 vlans=4,10 vlan-aware=yes
ip -n switch link set trunk mtu 2000
ip link set eth1 mtu 2000
expect_status 3 network status netdev=eth1 vlans=4,10 vlan-aware=yes
expect_contains "$out" "to do: set MTU of xenbr0 to 2000"
expect_status 0 network start netdev=eth1 vlans=4,10 vlan-aware=yes
expect_equal "mtu $(_sys xenbr0 mtu)" "mtu 2000"

scenario "a guest that another script plugged is in no VLAN, and status says so"
fresh_vif vif4.0
ip link set vif4.0 address fe:ff:ff:ff:ff:ff master xenbr0 up
expect_status 3 network status netdev=eth1 vlans=4,10 vlan-aware=yes
expect_contains "$err" "xvlan: warning: vif4.0 is in no VLAN of xenbr0: its frames go nowhere"
ip link delete vif4.0

scenario "VLANs come and go with the configuration, but for that of a guest"
fresh_host 4 10
expect_status 0 network start netdev=eth1 vlans=4,10 vlan-aware=yes
fresh_vif vif3.0 10
expect "vif3.0 to be plugged" env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 \
  bridge=xenbr0 vlan=10 2>"$TMPDIR/ignored"
expect_status 0 network start netdev=eth1 vlans=5-7 vlan-aware=yes
expect_equal "$(vlans)" "eth1 5-7 10
vif3.0 10pu"
expect "the guest to reach the switch" reach vif3.0 "$(switch_address 10)"

scenario "stop beside a guest takes the other VLANs out, and says which is left"
expect_status 3 network stop
expect_equal "$err" "xvlan: warning: VLAN 10 of eth1 is left: guest port vif3.0 is in it"
expect_equal "$(vlans eth1)" "eth1 10"
expect "the guest to reach the switch" reach vif3.0 "$(switch_address 10)"
expect_whole_state_unchanged 1 network stop
expect_whole_state_unchanged 1 network stop netdev=eth1 vlans=10 vlan-aware=yes
expect_contains "$err" "VLAN 10 of eth1 is left: guest port vif3.0 is in it"

scenario "stop by force deletes the bridge; the guest's vif stays, down"
expect_status 0 network stop force=yes
expect_no_link xenbr0
expect_port eth1 -
expect_link vif3.0
expect_port vif3.0 -
expect_down vif3.0

scenario "stop deletes the bridge, and leaves the trunk as it is"
fresh_host
ip link set eth1 up
before=$(state)
expect_status 0 network start netdev=eth1 vlans=4-4094 vlan-aware=yes
expect_status 0 network stop
expect_equal "$out$err" ""
expect_no_link xenbr0
expect_equal "$(state | grep -v ^eth1)" "$(grep -v ^eth1 <<<"$before")"
expect_port eth1 -
expect_up eth1
expect_status 0 network stop

scenario "stop of some VLANs leaves the others, and the bridge goes with the last"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4-7 vlan-aware=yes
expect_status 0 network stop netdev=eth1 vlans=5,6,9 vlan-aware=yes dry-run
expect_equal "$out" "take eth1 out of VLANs 5-6 of its bridge"
expect_status 0 network stop netdev=eth1 vlans=5,6,9 vlan-aware=yes
expect_equal "$(vlans)" "eth1 4 7"
expect_status 0 network stop netdev=eth1 vlans=4,7 vlan-aware=yes
expect_no_link xenbr0
expect_unchanged 0 network stop netdev=eth1 vlans=4,7 vlan-aware=yes

scenario "stop of a bridge by its name, or by the name that a VLAN has in a vif's spec"
config "netdev = eth1
vlans = 4,5
vlan-aware = yes"
expect_status 0 network start config="$TMPDIR/xvlan.conf"
expect_status 0 network stop bridge=br4 config="$TMPDIR/xvlan.conf"
expect_equal "$(vlans)" "eth1 5"
expect_status 0 network start config="$TMPDIR/xvlan.conf"
expect_status 0 network stop bridge=xenbr0 config="$TMPDIR/xvlan.conf"
expect_no_link xenbr0

scenario "what a killed start has left is taken back by a stop of its VLANs"
ip link add xenbr0 group 7894636 type bridge vlan_filtering 1 vlan_default_pvid 0
expect_status 0 network stop netdev=eth1 vlans=4 vlan-aware=yes
expect_no_link xenbr0
ip link add xenbr0 group 7894636 type bridge vlan_filtering 1 vlan_default_pvid 0
ip link set eth1 master xenbr0
expect_status 0 network stop netdev=eth1 vlans=4 vlan-aware=yes
expect_no_link xenbr0

scenario "stop works on a bridge whose default PVID somebody changed"
expect_status 0 network start netdev=eth1 vlans=4 vlan-aware=yes
ip link set xenbr0 type bridge vlan_default_pvid 1
expect_status 0 network stop
expect_no_link xenbr0

# Refusals. Each leaves the host as it was, unless other VLANs come up.
scenario "a VLAN with a VLAN link of its own is refused by name, and the others come up"
fresh_host 4 10
ip link set eth1 up
ip link add link eth1 name mine up type vlan id 10
expect_status 3 network start netdev=eth1 vlans=4,10 vlan-aware=yes
expect_equal "$err" "xvlan: error: cannot bring up VLAN 10 of eth1: \
VLAN link mine takes its frames before bridge xenbr0 sees them
xvlan: hint: delete that link, or take the VLAN out of vlans="
expect_equal "$(vlans)" "eth1 4"
expect_status 3 network status netdev=eth1 vlans=4,10 vlan-aware=yes
expect_equal "$(cut -d ' ' -f 1-5 <<<"$out")" "eth1 4 - xenbr0 up
eth1 10 - xenbr0 missing"

scenario "dom0's own VLAN link of another VID goes on working"
ip address add "$(guest_address 10)/24" dev mine
expect "dom0 to reach the switch" ping -n -q -c 1 -w 3 "$(switch_address 10)" >"$TMPDIR/ignored"
expect_status 0 network start netdev=eth1 vlans=4 vlan-aware=yes
expect "dom0 to reach the switch" ping -n -q -c 1 -w 3 "$(switch_address 10)" >"$TMPDIR/ignored"

scenario "a trunk with an address of dom0 is refused, and nothing changed"
fresh_host
expect_whole_state_unchanged 1 network start netdev=eth0 vlans=4,5 vlan-aware=yes
expect_equal "$err" "xvlan: error: 2 VLANs not brought up: cannot use eth0 as trunk: it has \
address 192.0.2.1/24, which nobody would reach once eth0 is a port of a VLAN-aware bridge
xvlan: hint: move the address to another NIC or to a VLAN link of its own, or leave vlan-aware=no"

scenario "a name that another link has is refused"
ip link add xenbr0 type dummy
expect_whole_state_unchanged 1 network start netdev=eth1 vlans=4 vlan-aware=yes
expect_equal "$err" "xvlan: error: 1 VLAN not brought up: cannot use eth1 as trunk: \
the name xenbr0 is taken by a link of kind dummy
xvlan: hint: choose another name for its VLAN-aware bridge: bridge=NAME"
ip link delete xenbr0

scenario "a bridge of somebody else's that filters no VLANs is refused"
ip link add xenbr0 type bridge
expect_whole_state_unchanged 1 network start netdev=eth1 vlans=4 vlan-aware=yes
expect_contains "$err" "bridge xenbr0 was not made by xvlan and does not filter VLANs"
ip link delete xenbr0

scenario "a trunk that is another bridge's port is refused"
ip link add br0 type bridge
ip link set eth1 master br0
expect_whole_state_unchanged 1 network start netdev=eth1 vlans=4 vlan-aware=yes
expect_contains "$err" "cannot use eth1 as trunk: it is a port of bridge br0"
ip link delete br0

scenario "a bridge with a foreign port is refused, by the port's name"
expect_status 0 network start netdev=eth1 vlans=4 vlan-aware=yes
ip link add other type dummy
ip link set other master xenbr0
expect_whole_state_unchanged 1 network start netdev=eth1 vlans=4,5 vlan-aware=yes
expect_equal "$err" "xvlan: error: 2 VLANs not brought up: cannot use eth1 as trunk: \
bridge xenbr0 has a foreign port, other
xvlan: hint: a port that is neither the trunk nor a guest's would join two networks; \
remove it: ip link set other nomaster"
expect_whole_state_unchanged 1 network stop
expect_equal "$err" "xvlan: warning: xenbr0 is left: it has port other"

scenario "an MTU that is more than the trunk's is refused, and its VLAN left out"
fresh_host
config "[trunk eth1]
vlans = 4,5
vlan-aware = yes
[trunk eth1 vlan 5]
mtu = 9000"
expect_status 3 network start config="$TMPDIR/xvlan.conf"
expect_contains "$err" "cannot bring up VLAN 5 of eth1: MTU 9000 is more than eth1 allows, 1500"
expect_equal "$(vlans)" "eth1 4"

scenario "two trunks that would share a bridge, and names that are taken, are wrong usage"
config "vlan-aware = yes
[trunk eth1]
vlans = 4
[trunk eth2]
vlans = 5"
expect_whole_state_unchanged 2 network start config="$TMPDIR/xvlan.conf"
expect_contains "$err" "cannot name a bridge xenbr0: it would belong to trunk eth1 and to trunk eth2
xvlan: hint: give each its own: bridge=NAME in the section of the trunk"
expect_unchanged 2 network start netdev=eth1 vlans=4 vlan-aware=yes bridge=eth1
expect_contains "$err" "cannot name a bridge eth1: it is the name of a trunk"
expect_unchanged 2 network start netdev=eth1 vlans=4 vlan-aware=yes guest-tags=yes
expect_contains "$err" "with vlan-aware=yes a guest's own tags name VLANs"

scenario "trunks of either kind live side by side"
fresh_host 4
ip link add eth2 type veth peer name far2
ip link add eth3 type veth peer name far3
config "wait = 0
[trunk eth1]
vlans = 4
[trunk eth2]
vlans = 5-6
vlan-aware = yes
bridge-name = second%v
[trunk eth3]
vlans = 5,7
vlan-aware = yes
bridge = san
bridge-name = third%v"
expect_status 0 network start config="$TMPDIR/xvlan.conf"
expect_segment eth1 4
expect_port eth2 xenbr0
expect_port eth3 san
expect_equal "$(vlans eth2 eth3)" "eth2 5-6
eth3 5 7"
expect_no_change "$XVLAN" network start config="$TMPDIR/xvlan.conf"
expect_status 0 network status config="$TMPDIR/xvlan.conf"
expect_equal "$out" "eth1 4 eth1.4 br4 up -
eth2 5 - xenbr0 up -
eth2 6 - xenbr0 up -
eth3 5 - san up -
eth3 7 - san up -"
expect_status 0 network stop netdev=eth2 config="$TMPDIR/xvlan.conf"
expect_no_link xenbr0
expect_segment eth1 4
expect_equal "$(vlans eth3)" "eth3 5 7"
expect_status 0 network stop
expect_no_link san
expect_no_segment eth1 4

scenario "ifcfg files name VLANs in this realisation, too"
fresh_host 4
mkdir -p "$TMPDIR/ifcfg"
printf 'DEVICE=eth1.4\nVLAN=yes\nBRIDGE=br4\n' >"$TMPDIR/ifcfg/ifcfg-eth1.4"
printf 'DEVICE=br4\nTYPE=Bridge\n' >"$TMPDIR/ifcfg/ifcfg-br4"
expect_status 0 network start ifcfg="$TMPDIR/ifcfg" config=/dev/null vlan-aware=yes
expect_equal "$(vlans)" "eth1 4"

scenario "a bond is a trunk like any other"
fresh_host 4
ip link add bond0 type bond mode active-backup
ip link set eth1 master bond0
expect_status 0 network start netdev=bond0 vlans=4 vlan-aware=yes
expect_equal "$(vlans)" "bond0 4"
expect_status 0 network stop
expect_no_link xenbr0

scenario "VLANs within a VLAN have a VLAN link as their trunk"
fresh_host
ip link set eth1 up
ip link add link eth1 name outer type vlan id 100
expect_status 0 network start netdev=outer vlans=4-6 vlan-aware=yes
expect_equal "$(vlans)" "outer 4-6"
expect_no_change "$XVLAN" network start netdev=outer vlans=4-6 vlan-aware=yes
expect_status 0 network stop netdev=outer vlans=4 vlan-aware=yes
expect_equal "$(vlans)" "outer 5-6"
expect_status 0 network stop
expect_no_link xenbr0

scenario "a VLAN-aware bridge of somebody else's is used: only the trunk's VLANs are added"
fresh_host 4 10
ip link add br0 type bridge vlan_filtering 1
echo 1 >/proc/sys/net/ipv6/conf/br0/disable_ipv6
ip link set br0 up
ip link set eth1 master br0 up
bridge vlan add dev eth1 vid 30
before=$(state)
expect_status 0 network start netdev=eth1 vlans=4,10 vlan-aware=yes bridge=br0
expect_equal "$err" ""
expect_equal "$(state)" "$before"
expect_equal "$(vlans)" "br0 1pu
eth1 1pu 4 10 30"
expect_no_change "$XVLAN" network start netdev=eth1 vlans=4,10 vlan-aware=yes bridge=br0
expect_status 0 network status netdev=eth1 vlans=4,10 vlan-aware=yes bridge=br0
expect_whole_state_unchanged 0 network stop

scenario "where dom0 is in a VLAN of such a bridge, status and start say so"
ip address add 10.0.1.9/24 dev br0
expect_status 0 network status netdev=eth1 vlans=4,10 vlan-aware=yes bridge=br0
expect_status 3 network status netdev=eth1 vlans=1,4 vlan-aware=yes bridge=br0
expect_contains "$out" "eth1 1 - br0 wrong - : br0 has address 10.0.1.9/24; br0 is dom0's own"
expect_contains "$out" "eth1 4 - br0 up -"
expect_status 0 network start netdev=eth1 vlans=1,4 vlan-aware=yes bridge=br0
expect_equal "$err" "xvlan: warning: br0 has address 10.0.1.9/24: \
dom0 can be reached from VLAN 1 of eth1"

take_back() {
  ip link delete xenbr0 2>"$TMPDIR/ignored" || true
  ip link set eth1 down
  echo 0 >/proc/sys/net/ipv6/conf/eth1/disable_ipv6
}

scenario "start, killed at every request, is finished by the next start"
fresh_host
aware=(netdev=eth1 "vlans=4,10-20" vlan-aware=yes)
expect_status 0 network start "${aware[@]}"
wanted=$(whole_state)
kills=0
for syscall in sendmsg write; do
  for ((n = 1; ; n += every)); do
    take_back
    killed_at "$syscall" "$n" "$XVLAN" network start "${aware[@]}" || break
    kills=$((kills + 1))
    expect_status 0 network start "${aware[@]}"
    expect_equal "$out$err" ""
    expect_equal "$(whole_state)" "$wanted"
  done
done
expect "no less than 8 points to be killed at, $kills found" \
  test "$((kills * every))" -ge 8

scenario "start that mends beside a guest, killed at every request, is finished by the next"
fresh_vif vif3.0 10
expect "vif3.0 to be plugged" env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 \
  bridge=xenbr0 vlan=10 2>"$TMPDIR/ignored"
wanted=$(whole_state)
kills=0
for ((n = 1; ; n += every)); do
  ip link set xenbr0 type bridge vlan_default_pvid 10 mcast_snooping 1
  bridge vlan del dev eth1 vid 11-15
  bridge vlan add dev xenbr0 vid 12 self
  killed_at sendmsg "$n" "$XVLAN" network start "${aware[@]}" || break
  kills=$((kills + 1))
  expect_status 0 network start "${aware[@]}"
  expect_equal "$(whole_state)" "$wanted"
done
expect_equal "$(whole_state)" "$wanted"
expect "no less than 4 points to be killed at, $kills found" \
  test "$((kills * every))" -ge 4

scenario "stop, killed at every request, is finished by the next stop"
fresh_host
kills=0
for ((n = 1; ; n += every)); do
  expect_status 0 network start "${aware[@]}"
  killed_at sendmsg "$n" "$XVLAN" network stop netdev=eth1 vlans=4 vlan-aware=yes || break
  kills=$((kills + 1))
  killed_at sendmsg "$n" "$XVLAN" network stop || true
  expect_status 0 network stop
  expect_no_link xenbr0
  expect_port eth1 -
done
expect "something to be killed at, $kills found" test "$kills" -ge 1

scenario "ten starts at once all succeed in silence, and the state is that of one"
fresh_host
expect_status 0 network start "${aware[@]}"
wanted=$(whole_state)
for ((round = 0; round < 3; round += every)); do
  expect_status 0 network stop
  runs=()
  for ((n = 1; n <= 10; ++n)); do
    "$XVLAN" network start "${aware[@]}" >"$TMPDIR/start$n.out" 2>&1 &
    runs+=("$!")
  done
  for run in "${runs[@]}"; do expect "a start beside others to succeed" wait "$run"; done
  expect_equal "$(cat "$TMPDIR"/start*.out)" ""
  expect_equal "$(whole_state)" "$wanted"
done

# Real are a bridge that is not there at that moment, or that goes under the vif.
real='^xvlan: hint: |nothing is written to xenstore$|Could not find bridge device xenbr0$|'
real+='(No such device|Invalid argument)$|was taken off meanwhile$'

scenario "starts, stops and 30 vif events at once: no error that is not real, same final state"
for ((n = 1; n <= 30; ++n)); do echo "link add vif$n.0 type dummy"; done | ip -batch -
plug() {  # N
  XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online "vif$1.0" bridge=xenbr0 \
    vlan="$((10 + $1 % 10))" 2>"$TMPDIR/vif$1.err"
}
for ((n = 1; n <= 30; ++n)); do expect "vif$n.0 to be plugged" plug "$n"; done
plugged=$(whole_state)
for ((round = 0; round < 3; round += every)); do
  expect_status 0 network stop force=yes
  runs=()
  for ((n = 1; n <= 30; ++n)); do
    plug "$n" || true &
    runs+=("$!")
    case $n in
      1 | 10 | 25)
        { "$XVLAN" network start "${aware[@]}" || echo failed; } >"$TMPDIR/start$n.out" 2>&1 &
        runs+=("$!")
        ;;
      15)
        "$XVLAN" network stop >"$TMPDIR/ignored" 2>&1 &
        runs+=("$!")
        ;;
    esac
  done
  wait "${runs[@]}" || true
  expect_equal "$(cat "$TMPDIR"/start{1,10,25}.out)" ""
  expect_equal "$(grep -hvE "$real" "$TMPDIR"/vif*.err || true)" ""
  expect_status 0 network start "${aware[@]}"
  expect_equal "$err" ""
  for ((n = 1; n <= 30; ++n)); do expect "vif$n.0 to be plugged" plug "$n"; done
  expect_equal "$(whole_state)" "$plugged"
done

scenario "a bridge that is full says so, and what to do"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4 vlan-aware=yes
for ((n = 1; n <= 1022; ++n)); do
  echo "link add vif$n.0 master xenbr0 address fe:ff:ff:ff:ff:ff type dummy"
done | ip -batch -
ip link add vif2000.0 type dummy
expect_status 1 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif2000.0 bridge=xenbr0 vlan=4
expect_contains "$err" "cannot add vif2000.0 to bridge xenbr0: Exchange full
xvlan: hint: a bridge has at most 1023 ports: give each VLAN a bridge of its own, vlan-aware=no"
expect_port vif2000.0 -
