#!/usr/bin/env bash
# Times vif events on the running kernel, beside a xenstored that is really there.
#
# usage: vif.sh PART RUNS    (in a sandbox, below with-xenstored; scripts/bench calls it)
#   PART is online, offline, storm-N (N onlines at once) or others-N (one online on a host with N
#   other links). Prints the lines of `measure`, each with PART in front.
#
# The vifs are veth links whose other ends are down: netback's links have no carrier either until
# the guest is there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$XVLAN_BUILD/bin

# One vif for each domain 1..COUNT, and what the toolstack writes about it.
add_guests() {
  local domain nodes=()
  ip link add br4 up type bridge stp_state 0 forward_delay 0
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
      "/local/domain/$domain/device/vif/0/handle" 0)
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
    echo "link set vif$domain.0 address fe:ff:ff:ff:ff:ff master br4 up"
  done >"$TMPDIR/reset-offline"
}

reset() {  # EVENT
  local domain nodes=()
  ip -batch "$TMPDIR/reset-$1"
  for ((domain = 1; domain <= guests; ++domain)); do
    if [[ -e /proc/sys/net/ipv6 ]]; then
      echo 0 >"/proc/sys/net/ipv6/conf/vif$domain.0/disable_ipv6"
    fi
    nodes+=("/local/domain/0/backend/vif/$domain/0/hotplug-status" "")
  done
  [[ $1 == offline ]] || xenstore-write "${nodes[@]}"
}

# Whether every vif is where the event shall leave it.
check() {  # EVENT
  local domain plugged nodes=()
  plugged=$(ip -o link show master br4 up | grep -c fe:ff:ff:ff:ff:ff || true)
  if [[ $1 == offline ]]; then
    [[ $plugged -eq 0 ]]
    return
  fi
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
  "$1" "$2"
  exit
fi

part=$1 runs=$2 event=online
export guests=1
case $part in
  online) ;;
  offline) event=offline ;;
  storm-*) guests=${part#storm-} ;;
  others-*) add_others "${part#others-}" ;;
  *) echo "vif.sh: no part $part" >&2; exit 2 ;;
esac

# Dom0's firewall shall not see these frames; it costs vif-bridge a rule, and xvlan a warning.
if [[ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]]; then
  echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables
fi
add_guests "$guests"
write_resets "$guests"
vif_xvlan=$TMPDIR/vif-xvlan
ln -s "$bin/xvlan" "$vif_xvlan"
"$bin/measure" -r "$runs" -n "$guests" "$here/vif.sh reset $event" "$here/vif.sh check $event" \
  xvlan "$vif_xvlan $event type_if=vif" \
  vif-bridge "/etc/xen/scripts/vif-bridge $event type_if=vif" \
  floor "$bin/floor_vif $event" | sed "s/^/$part\t/"
