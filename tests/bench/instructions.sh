#!/usr/bin/env bash
# How many instructions an online takes, a start of VLANs by VXLAN, and a start with nothing to do, as
# callgrind counts them, against the recorded budgets.
#
# usage: instructions.sh [--record]
#   --record   makes the counts found the new budgets, in callgrind.budget beside this file
# shellcheck source-path=SCRIPTDIR source=../support/check.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/../support/check.sh"
[[ -z ${1:-} ]] || export XVLAN_RECORD=$1
needs_xenstore

budget_file=${BASH_SOURCE[0]%/*}/callgrind.budget
tolerance=5  # percent, for other processors and C libraries
recorded=""
found=  # by the last run

# Plugs the vif of domain 1, whose spec is in xenstore.
expect_online_within_budget() {  # WHAT BRIDGE
  expect_within_budget "$1" vif online type_if=vif  # as libxl calls
  expect_port vif1.0 "$2"
}

expect_within_budget() {  # WHAT ARGUMENT...
  local budget
  expect_status 0 env -i XENBUS_PATH=backend/vif/1/0 vif=vif1.0 \
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$XVLAN" "${@:2}"
  found=$(sed -n 's/.*Collected : //p' <<<"$err")
  [[ $found =~ ^[1-9][0-9]*$ ]] || _fail "a number of instructions" "$found"
  recorded+="$1 $found"$'\n'
  [[ ${XVLAN_RECORD:-} != --record ]] || return 0
  budget=$(sed -n "s/^$1 //p" "$budget_file")
  [[ $found -le $((budget * (100 + tolerance) / 100)) ]] ||
    _fail "at most $budget instructions, and $tolerance %; after a change that is worth more of them:
tests/bench/instructions.sh --record" "$found"
}

mount -t tmpfs tmpfs /etc/xen  # the machine's own stays as it is

scenario "an online takes no more instructions than its budget"
fresh_host
ip -batch - <<'BATCH'
link add br4 up group 7894636 type bridge
link add vif1.0 type veth peer name guest
BATCH
xenstore-write backend/vif/1/0/bridge br4 backend/vif/1/0/frontend /local/domain/1/device/vif/0
expect_online_within_budget bridge br4

scenario "nor does one whose guest is filtered"
ip link set br4 alias "xvlan: antispoof=ip"
ip link set vif1.0 down nomaster
xenstore-write backend/vif/1/0/mac 00:16:3e:01:fb:fe \
  backend/vif/1/0/ip "10.0.4.2 10.0.5.0/24 2001:db8::2 2001:db8:1::/64"
expect_online_within_budget filtered br4
xenstore-rm backend/vif/1/0/ip

scenario "nor does one on a VLAN-aware bridge, of a trunk with all VLANs"
printf 'netdev = eth1\nvlans = 1-4094\nvlan-aware = yes\n' >/etc/xen/xvlan.conf
fresh_host
ip link add vif1.0 type veth peer name guest
expect_status 0 xvlan network start
xenstore-write backend/vif/1/0/bridge xenbr0 backend/vif/1/0/vlan 10
expect_online_within_budget vlan-aware xenbr0

scenario "nor does a start of all VLANs that are there already"
expect_within_budget second-start network start

fresh_underlay() {
  fresh_host
  ip link set eth1 up
  ip address add 198.51.100.1/24 dev eth1
}

start_tunnels() {  # WHAT VLANS
  expect_within_budget "$1" network start vxlan=198.51.100.1 vni-base=10000 "vlans=1-$2"
}

scenario "nor does a start of VLANs by VXLAN, or one that finds them there"
rm /etc/xen/xvlan.conf
fresh_underlay
start_tunnels vxlan-start 64
few=$found
start_tunnels vxlan-second-start 64

scenario "a VLAN by VXLAN takes no more where there are many"
fresh_underlay
start_tunnels vxlan-start-256 256
expect_at_most $((found / 256)) $((few * 105 / 100 / 64))

if [[ ${XVLAN_RECORD:-} == --record ]]; then
  printf %s "$recorded" >"$budget_file"
  printf 'recorded:\n%s' "$recorded"
fi
