#!/usr/bin/env bash
# Times network start and stop for VLANs 1..COUNT of a trunk.
#
# usage: network.sh PART COUNT RUNS    (in a sandbox; scripts/bench calls it)
#   PART is start, grouping (the floor program with more or fewer VLANs side by side), again (a
#   second start, with nothing to do) or stop; or aware-start, aware-again or aware-stop, of one
#   VLAN-aware bridge; or any of these with vxlan- in front, of VXLAN tunnels rather than a trunk.
#   Prints the lines of `measure`, each with PART-COUNT in front.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
source "$here/openvswitch.sh"
# Where no other machine's file system has a part in it.
bin=$TMPDIR/bin
if [[ ! -d $bin ]]; then
  mkdir "$bin"
  cp "$XVLAN_BUILD"/bin/{xvlan,floor_network,measure} "$bin/"
fi

# `ip -batch` as people write it: four commands a VLAN, IPv6 left as it is.
write_batch_of_4() {
  local vid
  for ((vid = 1; vid <= count; ++vid)); do
    echo "link add link eth1 name eth1.$vid type vlan id $vid"
    echo "link add br$vid type bridge stp_state 0 forward_delay 0"
    echo "link set eth1.$vid master br$vid up"
    echo "link set br$vid up"
  done
}

# The same in as few commands as ip has for it.
write_batch_of_2() {
  local vid
  for ((vid = 1; vid <= count; ++vid)); do
    echo "link add br$vid up type bridge stp_state 0 forward_delay 0"
    echo "link add link eth1 name eth1.$vid master br$vid up type vlan id $vid"
  done
}

uplink_name() {  # VID
  if [[ $part == vxlan-* ]]; then echo "vx$1"; else echo "eth1.$1"; fi
}

write_batch_of_deletions() {
  local vid
  for ((vid = 1; vid <= count; ++vid)); do
    echo "link delete br$vid"
    echo "link delete $(uplink_name "$vid")"
  done
}

vxlan_link() {  # VID
  echo "vx$1 mtu 1450 type vxlan id $((10000 + $1)) local 192.0.2.1 dstport 4789 nolearning"
}

# The same with tunnels. That a port does not learn is for `bridge` to say.
write_vxlan_batches() {
  local vid
  for ((vid = 1; vid <= count; ++vid)); do
    echo "link add $(vxlan_link "$vid")" >&4
    echo "link add br$vid mtu 1450 type bridge stp_state 0 forward_delay 0" >&4
    echo "link set vx$vid master br$vid up" >&4
    echo "link set br$vid up" >&4
    echo "link add br$vid up mtu 1450 type bridge stp_state 0 forward_delay 0" >&5
    echo "link add master br$vid up $(vxlan_link "$vid")" >&5
    echo "link set dev vx$vid learning off" >&6
    echo "link add master xenbr0 up $(vxlan_link "$vid")" >&7
    echo "link set dev vx$vid learning off" >&8
    echo "vlan add dev vx$vid vid $vid pvid untagged" >&8
  done 4>"$TMPDIR/vxlan4" 5>"$TMPDIR/vxlan2" 6>"$TMPDIR/learning" \
    7>"$TMPDIR/ports" 8>"$TMPDIR/access"
  write_two_batches vxlan-4 vxlan4 learning
  write_two_batches vxlan-2 vxlan2 learning
  {
    echo "link add xenbr0 mtu 1450 up type bridge vlan_filtering 1 vlan_default_pvid 0" \
      "forward_delay 0 mcast_snooping 0"
    cat "$TMPDIR/ports"
  } >"$TMPDIR/aware-ports"
  write_two_batches vxlan-aware aware-ports access
}

write_two_batches() {  # NAME OF-IP OF-BRIDGE
  printf '#!/bin/sh\nip -batch %s && exec bridge -batch %s\n' "$TMPDIR/$2" "$TMPDIR/$3" \
    >"$TMPDIR/iproute2-$1"
  chmod +x "$TMPDIR/iproute2-$1"
}

# The VLAN-aware bridge by iproute2, in two processes: VLANs one by one, as for a list of them, or as
# the range that they are.
write_aware_batches() {
  local batch
  cat >"$TMPDIR/aware" <<'BATCH'
link add xenbr0 type bridge vlan_filtering 1 vlan_default_pvid 0 forward_delay 0 mcast_snooping 0
link set eth1 master xenbr0
link set xenbr0 up
BATCH
  printf 'vlan add dev eth1 vid %s\n' $(seq "$count") >"$TMPDIR/vids"
  echo "vlan add dev eth1 vid 1-$count" >"$TMPDIR/range"
  for batch in vids range; do
    write_two_batches "$batch" aware "$batch"
  done
}

write_interfaces() {
  local vid
  if [[ $part == vxlan-* ]]; then
    write_vxlan_interfaces
    return
  fi
  for ((vid = 1; vid <= count; ++vid)); do
    printf 'auto eth1.%s\niface eth1.%s inet manual\n' "$vid" "$vid"
    printf 'auto br%s\niface br%s inet manual\n' "$vid" "$vid"
    printf '  bridge-ports eth1.%s\n  bridge-stp off\n  bridge-fd 0\n' "$vid"
  done
}

# What Proxmox VE writes for the networks of an EVPN zone, with our names.
write_vxlan_interfaces() {
  local vid
  for ((vid = 1; vid <= count; ++vid)); do
    printf 'auto vx%s\niface vx%s\n' "$vid" "$vid"
    printf '  vxlan-id %s\n  vxlan-local-tunnelip 192.0.2.1\n' $((10000 + vid))
    printf '  bridge-learning off\n  bridge-arp-nd-suppress on\n  mtu 1450\n'
    printf 'auto br%s\niface br%s\n' "$vid" "$vid"
    printf '  bridge_ports vx%s\n  bridge_stp off\n  bridge_fd 0\n  mtu 1450\n' "$vid"
  done
}

# Makes Debian's ifupdown2 ready to run from where scripts/bench has unpacked it: installed, it
# would take the place of what brings up this machine's own network.
prepare_ifupdown2() {
  mount -t tmpfs tmpfs /etc/network
  mount -t tmpfs tmpfs /var/tmp
  cp -r "$XVLAN_IFUPDOWN2/etc/network/." /etc/network/
  mkdir -p /run/network
  ln -sfn "$XVLAN_IFUPDOWN2/usr/share/ifupdown2/__main__.py" "$TMPDIR/ifup"
  write_interfaces >"$TMPDIR/interfaces"
}

loop() {
  local line
  while read -r line; do
    # shellcheck disable=SC2086  # words
    ip $line
  done <"$TMPDIR/batch4"
}

# Back to a trunk with nothing on it, or to an underlay: all other links into xvlan's group, which goes much faster in one
# request than link by link.
bare_host() {
  local link
  for link in /sys/class/net/*; do
    [[ ! -e $link/ifindex || $link == */lo || $link == */eth0* ]] || echo "link set ${link##*/} group 7894636"
  done | ip -batch -
  ip link delete group 7894636 2>/dev/null || true  # there may be none
  [[ $part != vxlan-* ]] || return 0
  ip link add eth1 type dummy
  ip link set eth1 up
}

make_underlay() {
  modprobe -q vxlan || true  # it may be built in
  ip link add eth0 type veth peer name eth0p
  ip link set eth0p up
  ip link set eth0 up
  ip address add 192.0.2.1/24 dev eth0
}

prepare() {  # PROGRAM
  case $part/$1 in
    vxlan-aware-*) "$bin/floor_network" vxlan-aware-start eth0 192.0.2.1 "$count" ;;
    vxlan-*) "$bin/floor_network" vxlan-start eth0 192.0.2.1 "$count" ;;
    aware-*/bridges) "$bin/floor_network" start eth1 "$count" ;;
    aware-*/openvswitch) eval "$(ovs_start)" ;;
    aware-*) "$bin/floor_network" aware-start eth1 "$count" ;;
    *) "$bin/floor_network" start eth1 "$count" ;;
  esac
}

reset() {  # PROGRAM
  # Whoever changes nothing finds what the one before has left.
  local state=other
  [[ ! $1 =~ ^(bridges|openvswitch)$ ]] || state=$1
  if [[ $part == *again && $(<"$TMPDIR/state") == "$state" ]]; then return; fi
  ! has_ovs || ovs_down
  bare_host
  [[ $state != openvswitch ]] || ovs_up
  if [[ $part == *again || $part == *stop ]]; then prepare "$1"; fi
  echo "$state" >"$TMPDIR/state"
  # Two commands a VLAN leave no moment for a switch of each link's own.
  if [[ -e /proc/sys/net/ipv6 ]]; then
    if [[ $1 =~ ^(ip-batch-2|iproute2)$ && $part != aware-* ]]; then echo 1; else echo 0; fi \
      >/proc/sys/net/ipv6/conf/default/disable_ipv6
  fi
}

# Open vSwitch has one port for the trunk, with the list of its VLANs.
ovs_start() {  # [--may-exist]
  echo "ovs-vsctl --timeout=60 $* add-br xenbr0 $(ovs_bridge xenbr0) --" \
    "$* add-port xenbr0 eth1 trunks=$(seq -s , "$count")"
}

check_openvswitch() {
  case $part in
    *stop) ! ovs-vsctl br-exists xenbr0 ;;
    *)
      [[ $(ovs-vsctl get port eth1 trunks | tr -cd , | wc -c) -eq $((count - 1)) &&
        $(ovs-vsctl get interface eth1 ofport) -ge 1 ]]
      ;;
  esac
}

# Whether the trunk has all VIDs on a bridge that filters; after a stop, whether that is gone.
check_aware() {
  if [[ $part == *stop ]]; then
    [[ ! -e /sys/class/net/xenbr0 ]]
    return
  fi
  [[ $(</sys/class/net/xenbr0/bridge/vlan_filtering) == 1 &&
    -e /sys/class/net/xenbr0/brif/eth1 ]] &&
    ip -o link show xenbr0 | grep -q '[<,]UP[,>]' &&
    bridge -compressvlans vlan show dev eth1 | grep -qE "eth1 +1-$count\$"
}

# Whether each VLAN has its tunnels on its bridge, or in its VLAN of the one bridge, all up; after a
# stop, whether all are gone.
check_vxlan() {
  local wanted=$count bridges=$count
  [[ $part != vxlan-aware-* ]] || bridges=1
  [[ $part != *stop ]] || wanted=0 bridges=0
  ip -d -o link | awk -v wanted="$wanted" -v wanted_bridges="$bridges" '
    function name(field) { sub(/[@:].*/, "", field); return field }
    / bridge forward_delay 0 / && /[<,]UP[,>]/ { bridges++ }
    / vxlan id / && / local 192.0.2.1 / && / dstport 4789 / && / learning off / && /[<,]UP[,>]/ {
      vid = name($2)
      sub(/^vx/, "", vid)
      master = wanted_bridges > 1 || wanted == 1 ? "br" vid : "xenbr0"
      if ($0 ~ " master " master " " && $0 ~ " id " 10000 + vid " ") vxlans++
    }
    END {
      exit !(bridges + 0 == wanted_bridges && vxlans + 0 == wanted && (wanted > 0 || NR == 3))
    }' || return
  [[ $part != vxlan-aware-* || $wanted == 0 ||
    $(bridge vlan show | awk '"vx" $2 == $1 && /PVID Egress Untagged/ { n++ } END { print n }') == "$wanted" ]]
}

# Whether the job was done.
check() {  # PROGRAM
  case $part/$1 in
    vxlan-*) check_vxlan ;;
    aware-*/bridges) check_bridges ;;
    aware-*/openvswitch) check_openvswitch ;;
    aware-*) check_aware ;;
    *) check_bridges ;;
  esac
}

# Whether each VLAN has its link on its bridge, both up; after a stop, whether all are gone.
check_bridges() {
  local wanted=$count
  [[ $part != *stop ]] || wanted=0
  ip -d -o link | awk -v wanted="$wanted" '
    function name(field) { sub(/[@:].*/, "", field); return field }
    / bridge forward_delay 0 / && /[<,]UP[,>]/ { bridges++ }
    / vlan protocol 802.1Q / && /[<,]UP[,>]/ {
      vid = name($2)
      sub(/^eth1\./, "", vid)
      if ($0 ~ " master br" vid " " && $0 ~ " id " vid " ") vlans++
    }
    END { exit !(bridges + 0 == wanted && vlans + 0 == wanted && (wanted > 0 || NR == 2)) }'
}

# Puts ifupdown2 beside the others; it takes minutes for more VLANs.
add_ifupdown2() {
  if ((count <= 64)) && [[ -n ${XVLAN_IFUPDOWN2:-} && -d /etc/network ]]; then
    prepare_ifupdown2
    programs+=(ifupdown2 "python3 $TMPDIR/ifup --all --interfaces $TMPDIR/interfaces")
  fi
}

case $1 in
  reset | check | loop)
    "$1" "${2:-}"
    exit
    ;;
esac

# Beside the sandbox's own links nothing could be deleted by group.
if [[ -z ${_BENCH_NAMESPACE:-} ]]; then
  _BENCH_NAMESPACE=1 exec unshare --net --mount "$0" "$@"
fi
mount -t sysfs sysfs /sys
# No configuration, and none of the host's files to wait for.
mount -t tmpfs tmpfs /etc/xen

export part=$1 count=$2
runs=$3
write_batch_of_4 >"$TMPDIR/batch4"
write_batch_of_2 >"$TMPDIR/batch2"
write_batch_of_deletions >"$TMPDIR/deletions"
write_aware_batches
if [[ $part == vxlan-* ]]; then
  write_vxlan_batches
  make_underlay
fi
echo none >"$TMPDIR/state"

xvlan="$bin/xvlan network"
tunnels="vxlan=192.0.2.1 vni-base=10000 vlans=1-$count"
aware="netdev=eth1 vlans=1-$count vlan-aware=yes"
# A bridge for each of thousands of VLANs takes minutes to come and go.
rarely=5
((count < 1024)) || rarely=$runs
case $part in
  aware-start)
    programs=(xvlan "$xvlan start $aware"
      floor "$bin/floor_network aware-start eth1 $count"
      iproute2-range "$TMPDIR/iproute2-range"
      iproute2 "$TMPDIR/iproute2-vids"
      "bridges/$rarely" "$xvlan start netdev=eth1 vlans=1-$count")
    ! has_ovs || programs+=(openvswitch/5 "$(ovs_start)")
    ;;
  aware-again)
    programs=(xvlan "$xvlan start $aware"
      dump-vlans "$bin/floor_network dump-vlans"
      dump "$bin/floor_network dump")
    ! has_ovs || programs+=(openvswitch/5 "$(ovs_start --may-exist)")
    ;;
  aware-stop)
    programs=(xvlan "$xvlan stop"
      floor "$bin/floor_network stop"
      iproute2 "ip link delete xenbr0"
      "bridges/$rarely" "$xvlan stop")
    ! has_ovs || programs+=(openvswitch/5 "ovs-vsctl --timeout=60 del-br xenbr0")
    ;;
  vxlan-start)
    programs=(xvlan "$xvlan start $tunnels"
      floor "$bin/floor_network vxlan-start eth0 192.0.2.1 $count"
      ip-batch-4 "$TMPDIR/iproute2-vxlan-4"
      ip-batch-2 "$TMPDIR/iproute2-vxlan-2")
    add_ifupdown2
    ;;
  vxlan-aware-start)
    programs=(xvlan "$xvlan start $tunnels vlan-aware=yes"
      floor "$bin/floor_network vxlan-aware-start eth0 192.0.2.1 $count"
      iproute2 "$TMPDIR/iproute2-vxlan-aware")
    ;;
  vxlan-again | vxlan-aware-again)
    programs=(xvlan "$xvlan start $tunnels"
      dump-vlans "$bin/floor_network dump-vlans"
      dump "$bin/floor_network dump")
    [[ $part != vxlan-aware-* ]] || programs[1]+=" vlan-aware=yes"
    ;;
  start)
    programs=(xvlan "$xvlan start netdev=eth1 vlans=1-$count"
      floor "$bin/floor_network start eth1 $count"
      ip-batch-4 "ip -batch $TMPDIR/batch4")
    ((count > 1024)) || programs+=(ip-batch-2 "ip -batch $TMPDIR/batch2")
    ((count > 64)) || programs+=(ip-loop "$here/network.sh loop")
    add_ifupdown2
    ;;
  grouping)
    programs=()
    for group in 1 4 16 64 128 "$count"; do
      programs+=("floor-$group" "$bin/floor_network start eth1 $count $group")
    done
    ;;
  again)
    programs=(xvlan "$xvlan start netdev=eth1 vlans=1-$count"
      dump "$bin/floor_network dump")
    ;;
  stop | vxlan-stop)
    programs=(xvlan "$xvlan stop"
      floor "$bin/floor_network stop"
      ip-batch "ip -batch $TMPDIR/deletions")
    ;;
  *) echo "network.sh: no part $part" >&2; exit 2 ;;
esac
"$bin/measure" -r "$runs" "$here/network.sh reset" "$here/network.sh check" "${programs[@]}" |
  sed "s/^/$part-$count\t/"
