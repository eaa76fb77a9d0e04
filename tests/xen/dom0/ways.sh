# Every way into dom0 (frames.py), for the steps that try them.
# shellcheck shell=bash

readonly addresses=(192.168.1.25 169.254.7.1 fd00::25 fe80::25)

# dom0 gets a management network with these, and routes for it, and forwards; it is in reach of captures, as "dom0".
open_management() {
  ip address add 192.168.1.25/24 dev eth0
  ip address add 169.254.7.1/16 dev eth0
  ip address add fd00::25/64 dev eth0 nodad
  ip address add fe80::25/64 dev eth0 nodad
  ip link set eth0 up
  # Answers leave that way, instead of coming back as "host unreachable".
  ip neighbour add 192.168.1.66 lladdr 02:00:00:00:00:66 dev eth0
  ip neighbour add fd00::66 lladdr 02:00:00:00:00:66 dev eth0
  grep . /proc/sys/net/ipv4/{ip_forward,conf/*/rp_filter} >/tmp/settings
  echo 1 >/proc/sys/net/ipv4/ip_forward
  ip netns attach dom0 $$
}

close_management() {
  local file value
  while IFS=: read -r file value; do
    echo "$value" >"$file"
  done </tmp/settings
  ip netns del dom0
  ip address flush dev eth0
  ip link set eth0 down
}

rp_filter() {
  local file
  for file in /proc/sys/net/ipv4/conf/*/rp_filter; do
    echo "$1" >"$file"
  done
}

# IPv4 and IPv6 packets that dom0's stack has taken from any link, before it looks at their addresses.
received() {
  awk '$1 == "Ip:" && $4 ~ /^[0-9]/ { print $4 } $1 == "Ip6InReceives" { print $2 }' /proc/net/snmp /proc/net/snmp6
}

# answers NAME : how many frames of the capture come from a link of dom0's.
answers() {
  frames "$1" "$(sort -u /sys/class/net/*/address | sed 's/^/ether src /' | paste -sd '|' | sed 's/|/ or /g')"
}

# hear COMMAND... : runs it; leaves in /tmp/heard what dom0's sockets have heard, and in /tmp/received what its stack
# has taken.
hear() {
  # What the one before heard must not pass for this one.
  rm -f /tmp/heard
  # shellcheck disable=SC2154  # images is lib.sh's
  python3 "$images/hear.py" >/tmp/heard &
  local ears=$!
  eventually "dom0 listens" grep -q hears /tmp/heard
  received >/tmp/before
  "$@"
  # The last frames pass through qemu's NIC and netback.
  sleep 1
  received | paste /tmp/before - | awk '{ print $2 - $1 }' >/tmp/received
  kill "$ears"
  wait "$ears"
}

# make_frames NAME MAC TAG : leaves NAME's frames in /tmp/frames.NAME; they bear its MAC.
make_frames() {
  python3 "$images/frames.py" "$2" "$3" "${addresses[@]}" >"/tmp/frames.$1"
}

# guest_sends VID ADDRESS NAME : the guest there sends NAME's frames from its eth0, and says how many.
guest_sends() { on_host "$1" busybox nc -w 60 "$2" 24 <"/tmp/frames.$3"; }

# host_sends VID NAME : the host on that VLAN does.
host_sends() { on_host "$1" "$images/send_frames" "vlan$1" <"/tmp/frames.$2"; }

# nothing_from NAME LINK MAC COMMAND... : what NAME sends by the command comes as far as the link, and dom0 takes and
# answers nothing.
nothing_from() {
  local name=$1 link=$2 mac=$3 sent
  capture "$name" dom0 "$link"
  hear "${@:4}" >/tmp/sent
  captured "$name"
  sent=$(cat /tmp/sent)
  paste -sd ' ' /tmp/heard /tmp/received
  expect "all frames of the $name come as far as $link" test "$(frames "$name" "ether src $mac")" -ge "$sent"
  expect "dom0's sockets hear nothing of the $name" test -z "$(grep ' [1-9]' /tmp/heard)"
  expect "dom0's stack takes nothing from the $name" test "$(xargs </tmp/received)" = "0 0"
  expect "dom0 does not answer the $name" test "$(answers "$name")" -eq 0
}
