# A guest, and a host on its VLAN, try every way into dom0 (frames.py): nothing reaches dom0's IP stack or its sockets,
# and dom0 answers nothing, whatever its rp_filter is.
# shellcheck shell=bash

# dom0 has a management network, and routes for it.
readonly addresses=(192.168.1.25 169.254.7.1 fd00::25 fe80::25)
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

# A link that nothing shuts, to see that what is tried would come in.
ip netns add open
ip link add open type veth peer name wire netns open
ip link set open up
ip -n open link set wire up

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

# Each sends the frames in /tmp/frames.NAME, which bear its MAC, and says how many.
guest_sends() { on_host 4 busybox nc -w 60 10.0.0.14 24 </tmp/frames.guest; }
host_sends() { on_host 4 "$images/send_frames" vlan4 </tmp/frames.host; }
open_sends() { ip netns exec open "$images/send_frames" wire </tmp/frames.open; }

make_frames() {
  python3 "$images/frames.py" "$2" "${addresses[@]}" >"/tmp/frames.$1"
}

readonly guest=00:16:3e:00:00:04
host=$(on_host 4 cat /sys/class/net/vlan4/address)
make_frames guest "$guest"
make_frames host "$host"
make_frames open "$(ip netns exec open cat /sys/class/net/wire/address)"

rp_filter 0
capture open open wire
hear open_sends
captured open
paste -sd ' ' /tmp/heard /tmp/received
for kind in icmp tcp udp icmp6 tcp6 udp6; do
  expect "$kind comes in where nothing shuts dom0" grep -q "^$kind [1-9]" /tmp/heard
done
expect "dom0 answers there" test "$(answers open)" -gt 0
ip link del open
ip netns del open

# nothing_from NAME LINK MAC : what NAME sends comes as far as the link, and dom0 takes and answers nothing.
nothing_from() {
  local name=$1 link=$2 mac=$3 sent
  capture "$name" dom0 "$link"
  hear "$1_sends" >/tmp/sent
  captured "$name"
  sent=$(cat /tmp/sent)
  paste -sd ' ' /tmp/heard /tmp/received
  expect "all frames of the $name come as far as $link" test "$(frames "$name" "ether src $mac")" -ge "$sent"
  expect "dom0's sockets hear nothing of the $name" test -z "$(grep ' [1-9]' /tmp/heard)"
  expect "dom0's stack takes nothing from the $name" test "$(xargs </tmp/received)" = "0 0"
  expect "dom0 does not answer the $name" test "$(answers "$name")" -eq 0
}

for value in 0 1 2; do
  rp_filter "$value"
  echo "  rp_filter $value"
  nothing_from guest "$(vif g4)" "$guest"
  nothing_from host eth1.4 "$host"
done

while IFS=: read -r file value; do
  echo "$value" >"$file"
done </tmp/settings
ip netns del dom0
ip address flush dev eth0
ip link set eth0 down
expect "host 4 and g4 still talk" host_reaches 4 10.0.0.14
