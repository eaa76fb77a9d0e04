#!/usr/bin/env bash
# Times vif events on the running kernel, beside a xenstored that is really there.
#
# usage: vif.sh PART RUNS    (in a sandbox, below with-xenstored; scripts/bench calls it)
#   PART is online, offline, storm-N (N onlines at once) or others-N (one online on a host with N
#   other links); guarded-online, with each kind of protection beside none; or aware-online, aware-offline, aware-storm-N or aware-ports-N (one online beside N
#   other ports of the same bridge), with VLAN 10 of a VLAN-aware bridge beside the same VLAN's own
#   bridge, for which the kernel needs VLAN filtering. Prints the lines of `measure`, each with PART
#   in front.
#
# The vifs are veth links whose other ends are down: netback's links have no carrier either until
# the guest is there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR
source "$here/openvswitch.sh"
# Where no other machine's file system has a part in it.
bin=$TMPDIR/bin
if [[ ! -d $bin ]]; then
  mkdir "$bin"
  cp "$XVLAN_BUILD"/bin/{xvlan,floor_vif,measure} "$bin/"
fi
export XENSTORED_PATH=/run/xenstored/socket  # not by the link /var/run, for the same reason

# One vif for each domain 1..COUNT, and what the toolstack writes about it.
add_guests() {
  local domain nodes=()
  for ((domain = 1; domain <= $1; ++domain)); do
    echo "link add vif$domain.0 type veth peer name guest$domain"
  done | ip -batch -
  for ((domain = 1; domain <= $1; ++domain)); do
    nodes=("/local/domain/0/backend/vif/$domain/0/bridge" br4
      "/local/domain/0/backend/vif/$domain/0/script" /etc/xen/scripts/vif-bridge
      "/local/domain/0/backend/vif/$domain/0/mac" 00:16:3e:01:fb:fe
      "/local/domain/0/backend/vif/$domain/0/handle" 0
      "/local/domain/0/backend/vif/$domain/0/frontend" "/local/domain/$domain/device/vif/0"
      "/local/domain/0/backend/vif/$domain/0/frontend-id" "$domain"
      "/local/domain/0/backend/vif/$domain/0/hotplug-status" ""
      "/local/domain/$domain/device/vif/0/handle" 0
      "/local/domain/$domain/vm" "/vm/$domain"
      "/vm/$domain/name" "guest$domain" "/vm/$domain/uuid" "$domain")
    xenstore-write "${nodes[@]}"
  done
}

# `ip -batch` to where an event begins: an online with all vifs as netback leaves them, an offline
# with all of them plugged.
write_resets() {
  local domain
  for ((domain = 1; domain <= $1; ++domain)); do
    echo "link set vif$domain.0 down nomaster address 00:16:3e:00:00:01"
  done >"$TMPDIR/reset-online"
  for ((domain = 1; domain <= $1; ++domain)); do
    echo "link set vif$domain.0 address fe:ff:ff:ff:ff:ff master BRIDGE up"
  done >"$TMPDIR/reset-offline"
}

# Both realisations on one host, each with a trunk of its own. VLAN 10 stands for all.
add_vlans() {
  mount -t tmpfs tmpfs "$TMPDIR/etc"
  cp -r /etc/xen/. "$TMPDIR/etc"
  printf 'netdev = eth1\nvlans = 1-4094\nvlan-aware = yes\n' >"$TMPDIR/etc/xvlan.conf"
  mount --move "$TMPDIR/etc" /etc/xen
  ip link add eth1 type veth peer name far1
  ip link add eth2 type veth peer name far2
  "$bin/xvlan" network start
  "$bin/xvlan" network start netdev=eth2 vlans=10 config=/dev/null
}

add_ports() {  # N
  local i
  for ((i = 1; i <= $1; ++i)); do
    echo "link add other$i master br10 address fe:ff:ff:ff:ff:ff up type dummy"
    echo "link add port$i master xenbr0 address fe:ff:ff:ff:ff:ff up type dummy"
  done | ip -batch -
}

# A bridge for each kind of protection, which its mark asks for, beside a link that is filtered: the
# first one of a host costs the kernel 0.2 ms more, in which it patches its own code.
add_guarded_bridges() {
  local kind
  for kind in br4 mac ip isolated; do
    ip link add "$kind" up group 7894636 type bridge stp_state 0 forward_delay 0
  done
  ip link set mac alias "xvlan: antispoof=mac"
  ip link set ip alias "xvlan: antispoof=ip"
  ip link set isolated alias "xvlan: isolated=yes"
  ip link add filtered type bridge
  tc qdisc add dev filtered clsact
  tc filter add dev filtered ingress protocol all bpf direct-action bytecode "1,6 0 0 4294967295"
}

bridge_of() {  # PROGRAM
  case $part/$1 in
    guarded-*/xvlan) echo br4 ;;
    guarded-*) echo "$1" ;;
    aware-*/vif-openvswitch) echo ovsbr0 ;;
    aware-*/xvlan | aware-*/floor) echo xenbr0 ;;
    aware-*) echo br10 ;;
    *) echo br4 ;;
  esac
}

# What the toolstack has written about the bridge, in the words of the program's own kind.
write_spec() {  # PROGRAM
  local domain nodes=() old=() bridge
  bridge=$(bridge_of "$1")
  for ((domain = 1; domain <= guests; ++domain)); do
    old+=("/local/domain/0/backend/vif/$domain/0/vlan")
    case $bridge in
      ovsbr0) nodes+=("/local/domain/0/backend/vif/$domain/0/bridge" ovsbr0.10) ;;
      *) nodes+=("/local/domain/0/backend/vif/$domain/0/bridge" "$bridge") ;;
    esac
    [[ $bridge != xenbr0 ]] || nodes+=("/local/domain/0/backend/vif/$domain/0/vlan" 10)
    old+=("/local/domain/0/backend/vif/$domain/0/ip")
    [[ $bridge != ip ]] || nodes+=("/local/domain/0/backend/vif/$domain/0/ip"
      "10.0.4.2 10.0.5.0/24 2001:db8::2 2001:db8:1::/64")
  done
  xenstore-rm "${old[@]}" 2>/dev/null || true
  xenstore-write "${nodes[@]}"
}

reset_openvswitch() {  # EVENT
  local domain
  ovs_up
  # shellcheck disable=SC2046  # words
  ovs-vsctl add-br ovsbr0 $(ovs_bridge ovsbr0)
  [[ $1 == offline ]] || return 0
  for ((domain = 1; domain <= guests; ++domain)); do
    ovs-vsctl add-port ovsbr0 "vif$domain.0" tag=10
  done
}

reset_filters() {
  local domain
  for ((domain = 1; domain <= guests; ++domain)); do
    echo "qdisc delete dev vif$domain.0 clsact"
  done | tc -force -batch - 2>/dev/null || true  # where there are some
}

filters_there() {
  local domain
  for ((domain = 1; domain <= guests; ++domain)); do
    tc filter show dev "vif$domain.0" ingress
  done | grep -c bytecode || true
}

reset() {  # EVENT PROGRAM
  local domain nodes=() bridge
  bridge=$(bridge_of "$2")
  ! has_ovs || ovs_down  # or the links are its own
  ip -batch "$TMPDIR/reset-online"
  [[ $part != guarded-* ]] || reset_filters
  [[ $part != aware-* && $part != guarded-* ]] || write_spec "$2"
  [[ $bridge != ovsbr0 ]] || reset_openvswitch "$1"
  if [[ $1 == offline && $bridge != ovsbr0 ]]; then
    sed "s/BRIDGE/$bridge/" "$TMPDIR/reset-offline" | ip -batch -
  fi
  for ((domain = 1; domain <= guests; ++domain)); do
    if [[ -e /proc/sys/net/ipv6 ]]; then
      echo 0 >"/proc/sys/net/ipv6/conf/vif$domain.0/disable_ipv6"
    fi
    nodes+=("/local/domain/0/backend/vif/$domain/0/hotplug-status" "")
  done
  [[ $1 == offline ]] || xenstore-write "${nodes[@]}"
}

# Whether every vif is where the event shall leave it.
check() {  # EVENT PROGRAM
  local domain plugged nodes=() bridge
  bridge=$(bridge_of "$2")
  case $bridge in
    ovsbr0)
      plugged=$(ovs-vsctl --columns=tag list port | grep -cx 'tag *: 10' || true)
      ;;
    xenbr0)
      plugged=$(ip -o link show master xenbr0 up | grep ': vif' | grep -c fe:ff:ff:ff:ff:ff || true)
      [[ $1 == offline ||
        $(bridge vlan show | grep -cE '^vif.* 10 PVID Egress Untagged') -eq $guests ]] || return 1
      ;;
    *) plugged=$(ip -o link show master "$bridge" up | grep ': vif' | grep -c fe:ff:ff:ff:ff:ff || true) ;;
  esac
  if [[ $1 == offline ]]; then
    [[ $plugged -eq 0 ]]
    return
  fi
  case $bridge in
    mac | ip) [[ $(filters_there) -eq $guests ]] || return 1 ;;
    isolated) [[ $(bridge -d link show | grep -c 'isolated on') -eq $guests ]] || return 1 ;;
  esac
  for ((domain = 1; domain <= guests; ++domain)); do
    nodes+=("/local/domain/0/backend/vif/$domain/0/hotplug-status")
  done
  [[ $plugged -eq $guests && $(xenstore-read "${nodes[@]}" | grep -cx connected) -eq $guests ]]
}

add_others() {
  local i
  for ((i = 0; i < $1; i += 2)); do
    echo "link add other$i type veth peer name other$((i + 1))"
  done | ip -batch -
}

if [[ $1 == reset || $1 == check ]]; then
  "$1" "$2" "$3"
  exit
fi

export part=$1 guests=1
runs=$2 event=online ports=0
case $part in
  online | aware-online | guarded-online) ;;
  offline | aware-offline) event=offline ;;
  storm-* | aware-storm-*) guests=${part##*-} ;;
  others-*) add_others "${part#others-}" ;;
  aware-ports-*) ports=${part##*-} ;;
  *) echo "vif.sh: no part $part" >&2; exit 2 ;;
esac

# Dom0's firewall shall not see these frames; it costs vif-bridge a rule, and xvlan a warning.
if [[ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]]; then
  echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables
fi
vif_xvlan=$TMPDIR/vif-xvlan
ln -s "$bin/xvlan" "$vif_xvlan"
programs=(xvlan "$vif_xvlan $event type_if=vif"
  vif-bridge "/etc/xen/scripts/vif-bridge $event type_if=vif"
  floor "$bin/floor_vif $event")
if [[ $part == aware-* ]]; then
  mkdir "$TMPDIR/etc"
  add_vlans
  add_ports "$ports"
  programs=(xvlan "$vif_xvlan $event type_if=vif"
    floor "$bin/floor_vif $event"
    bridges "$vif_xvlan $event type_if=vif"
    bridges-floor "$bin/floor_vif $event"
    vif-bridge/5 "/etc/xen/scripts/vif-bridge $event type_if=vif")
  ! has_ovs || programs+=(vif-openvswitch/5 "/etc/xen/scripts/vif-openvswitch $event type_if=vif")
elif [[ $part == guarded-* ]]; then
  add_guarded_bridges
  programs=()
  for kind in xvlan mac ip isolated; do
    programs+=("$kind" "$vif_xvlan $event type_if=vif")
  done
else
  ip link add br4 up group 7894636 type bridge stp_state 0 forward_delay 0  # as xvlan marks it
fi
add_guests "$guests"
write_resets "$guests"
"$bin/measure" -r "$runs" -n "$guests" "$here/vif.sh reset $event" "$here/vif.sh check $event" \
  "${programs[@]}" | sed "s/^/$part\t/"
