#!/usr/bin/env bash
# How fast frames of guests pass, on a host with VLANs 1..COUNT and a guest in each.
#
# usage: frames.sh COUNT RUNS    (in a sandbox; scripts/bench calls it)
#   COUNT is 1000 at most: a VLAN-aware bridge has 1023 ports. Prints the lines of `frames` for
#   VLAN COUNT, each with DIRECTION-COUNT in front:
#     out         from the guest to the wire
#     in          from the wire to the guest
#     guests      from one guest to another of the same VLAN
#     broadcast   from the guest to all, until it is at the wire
#   through xvlan's VLAN-aware bridge (xvlan), its bridge of that VLAN (bridges), a bridge of that
#   VLAN as made by hand, which filters nothing (by-hand), and Open vSwitch. From a guest also
#   through xvlan's bridge of that VLAN with antispoof=mac and antispoof=ip, of four addresses
#   (bridges-mac, bridges-ip).
#
# All of them are there at once, each with a trunk and guests of its own; what carries no frame costs
# none that passes elsewhere.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
source "$here/openvswitch.sh"
bin=$XVLAN_BUILD/bin
count=$1 runs=$2
frames=5000

# Links that would say something of their own accord.
[[ ! -e /proc/sys/net/ipv6 ]] || echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
for n in 1 2 3 4; do
  echo "link add eth$n up type veth peer name far$n"
  echo "link set far$n up"
done | ip -batch -

cat >"$TMPDIR/xvlan.conf" <<CONF
[trunk eth1]
vlans = 1-$count
vlan-aware = yes
bridge-name = all%v
[trunk eth2]
vlans = 1-$count
CONF
"$bin/xvlan" network start config="$TMPDIR/xvlan.conf"
ip -batch - <<BATCH
link add byhand up type bridge stp_state 0 forward_delay 0
link add link eth3 name eth3.$count master byhand up type vlan id $count
BATCH

# Guest VID of device N, whose own end is gN.VID: 1 is on the VLAN-aware bridge, 2 on that of its
# VLAN. Two of VLAN COUNT; these are plugged by xvlan.
add_guest() {  # N VID
  echo "link add vif$2.$1 address fe:ff:ff:ff:ff:ff type veth peer name g$1.$2"
  echo "link set g$1.$2 up"
}
for ((vid = 1; vid <= count + 1; ++vid)); do
  for n in 1 2 3 4; do
    [[ $n -le 2 || $vid -ge $count ]] || continue
    add_guest "$n" "$vid"
  done
  ((vid < count)) || continue
  echo "link set vif$vid.1 master xenbr0 up"
  echo "link set vif$vid.2 master br$vid up"
done >"$TMPDIR/guests"
ip -batch "$TMPDIR/guests"
for ((vid = 1; vid < count; ++vid)); do
  echo "vlan add dev vif$vid.1 vid $vid pvid untagged"
done | bridge -batch -
for guest in "$count" "$((count + 1))"; do
  XENSTORED_RUNDIR=/nonexistent "$bin/xvlan" vif online "vif$guest.1" bridge=xenbr0 \
    "vlan=$count" config="$TMPDIR/xvlan.conf" 2>/dev/null
  XENSTORED_RUNDIR=/nonexistent "$bin/xvlan" vif online "vif$guest.2" "bridge=br$count" 2>/dev/null
  ip link set "vif$guest.3" master byhand up
done

programs=(xvlan bridges by-hand)
# Two more guests of the second kind, the bridge's mark asks for their filters.
plug_guarded() {  # GUEST ANTISPOOF
  add_guest 2 "$1" | ip -batch -
  ip link set "br$count" alias "xvlan: antispoof=$2"
  XENSTORED_RUNDIR=/nonexistent "$bin/xvlan" vif online "vif$1.2" "bridge=br$count" \
    "mac=$(<"/sys/class/net/g2.$1/address")" \
    "ip=10.0.4.2 10.0.5.0/24 2001:db8::2 2001:db8:1::/64" 2>/dev/null
}
plug_guarded "$((count + 2))" mac
plug_guarded "$((count + 3))" ip

if has_ovs; then
  programs+=(openvswitch)
  ovs_up
  # shellcheck disable=SC2046  # words
  ovs-vsctl add-br ovsbr0 $(ovs_bridge ovsbr0) -- add-port ovsbr0 eth4 \
    -- add-port ovsbr0 "vif$count.4" tag="$count" \
    -- add-port ovsbr0 "vif$((count + 1)).4" tag="$count"
  ip link set "vif$count.4" up
  ip link set "vif$((count + 1)).4" up
fi

for direction in out in guests broadcast; do
  paths=()
  for n in "${!programs[@]}"; do
    guest=g$((n + 1)).$count wire=far$((n + 1)):$count
    case $direction in
      out) paths+=("${programs[n]}" "$guest" "$wire" unicast) ;;
      in) paths+=("${programs[n]}" "$wire" "$guest" unicast) ;;
      guests) paths+=("${programs[n]}" "$guest" "g$((n + 1)).$((count + 1))" unicast) ;;
      broadcast) paths+=("${programs[n]}" "$guest" "$wire" broadcast) ;;
    esac
  done
  if [[ $direction == out ]]; then
    paths+=(bridges-mac "g2.$((count + 2))" "far2:$count" unicast
      bridges-ip "g2.$((count + 3))" "far2:$count" unicast)
  fi
  "$bin/frames" "$runs" "$frames" "${paths[@]}" | sed "s/^/$direction-$count\t/"
done
