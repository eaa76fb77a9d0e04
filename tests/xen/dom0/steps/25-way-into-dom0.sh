# A guest, and a host on its VLAN, try every way into dom0 (frames.py): nothing reaches dom0's IP stack or its sockets,
# and dom0 answers nothing, whatever its rp_filter is.
# shellcheck shell=bash source=tests/xen/dom0/ways.sh
source ways.sh
open_management

# A link that nothing shuts, to see that what is tried would come in.
ip netns add open
ip link add open type veth peer name wire netns open
ip link set open up
ip -n open link set wire up
# shellcheck disable=SC2154  # images is lib.sh's
open_sends() { ip netns exec open "$images/send_frames" wire </tmp/frames.open; }

readonly guest=00:16:3e:00:00:04
host=$(mac_of_host 4)
make_frames guest "$guest" 4
make_frames host "$host" 4
make_frames open "$(ip netns exec open cat /sys/class/net/wire/address)" 4

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

for value in 0 1 2; do
  rp_filter "$value"
  echo "  rp_filter $value"
  nothing_from guest "$(vif g4)" "$guest" guest_sends 4 10.0.0.14 guest
  nothing_from host eth1.4 "$host" host_sends 4 host
done

close_management
expect "host 4 and g4 still talk" host_reaches 4 10.0.0.14
