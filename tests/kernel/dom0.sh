#!/usr/bin/env bash
# A guest against dom0: whatever it sends to whichever address, nothing of it arrives, and dom0 says
# nothing on a guests' VLAN.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
needs_xenstore
frames=${BASH_SOURCE[0]%/*}/frames.pl

# Nothing comes from there that no test sends.
silence() {  # NAMESPACE
  ip netns exec "$1" bash -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
}

# dom0 has addresses of every kind, and routes to a network behind it.
fresh_target() {
  fresh_host 4
  echo 1 >/proc/sys/net/ipv4/ip_forward
  echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
  silence switch
  ip address flush dev lo
  ip -batch - <<'BATCH'
address add 127.0.0.1/8 dev lo
address add ::1/128 dev lo
address add 203.0.113.1/32 dev lo
address add 2001:db8:113::1/128 dev lo
address add 2001:db8:2::1/64 dev eth0 nodad
link add inside type dummy
address add 198.51.100.1/24 dev inside
address add 2001:db8:100::1/64 dev inside nodad
link set inside up
neighbour add 198.51.100.2 lladdr 02:00:00:00:00:02 dev inside
neighbour add 2001:db8:100::2 lladdr 02:00:00:00:00:02 dev inside
BATCH
}

# Two guests on br4, which is up.
plug_guests() {
  fresh_vif vif1.0 4
  fresh_vif vif2.0
  ip -n vif2.0 address add "$(guest_address 4 3)/24" dev eth0
  silence vif1.0
  silence vif2.0
  expect "vif1.0 to be plugged" vif_online vif1.0 br4
  expect "vif2.0 to be plugged" vif_online vif2.0 br4
}

# Every address of dom0, of the network behind it, and of everybody.
targets() {
  local link
  for link in br4 eth1.4 vif1.0 eth1 eth0; do _sys "$link" address; done
  printf '%s\n' ff:ff:ff:ff:ff:ff 01:00:5e:00:00:01 33:33:00:00:00:01 33:33:00:00:00:02 \
    01:80:c2:00:00:01 255.255.255.255 10.0.4.255 192.0.2.255 224.0.0.1 198.51.100.2 \
    ff02::1 ff02::2 2001:db8:100::2
  ip -json address show | jq -r '.[].addr_info[].local'
}

# What guest 1 gets to hear when it has tried everything.
answers() {
  # shellcheck disable=SC2046  # words are what it takes
  ip netns exec vif1.0 perl "$frames" probe eth0 "$(switch_address 4)" $(targets)
}

# What dom0 has counted, one line each.
counts() {
  awk '/^(Ip|Icmp|Tcp):/ {
    if (!($1 in names)) { names[$1] = $0; next }
    split(names[$1], name)
    for (i = 2; i <= NF; ++i) {
      if ($1 name[i] ~ /^(Ip:(InReceives|ForwDatagrams)|Icmp:InMsgs|Tcp:InSegs)$/) {
        print $1 name[i], $i
      }
    }
  }' /proc/net/snmp
  grep -E '^(Ip6InReceives|Ip6OutForwDatagrams|Icmp6InEchos) ' /proc/net/snmp6
}

coproc listener { exec perl "$frames" listen 2>&1; }
to_listener=${listener[1]} from_listener=${listener[0]}
read -r -t 60 ready <&"$from_listener"
expect_equal "$ready" ready

# Prints what has come to dom0's sockets since the last time.
datagrams() {
  local line
  echo count >&"$to_listener"
  read -r -t 60 line <&"$from_listener"
  echo "$line"
}

# shellcheck disable=SC2317  # called by expect_not
knows_the_guest() {
  [[ -n $(ip -4 neighbour show dev br4) ]]
}

expect_nothing_arrives() {
  local before filter
  for filter in 0 1 2; do
    echo "$filter" >/proc/sys/net/ipv4/conf/all/rp_filter
    datagrams >"$TMPDIR/ignored"
    before=$(counts)
    expect_equal "$(answers)" ""
    expect_equal "$(counts)" "$before"
    expect_equal "$(datagrams)" "dhcp=0 udp4=0 udp6=0"
    expect_not "dom0 to know the guest's address" knows_the_guest
  done
  echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
}

_received() {
  ip netns exec "$1" cat /sys/class/net/eth0/statistics/rx_packets
}

expect_silence() {
  local before
  before=$(_received vif1.0)
  perl "$frames" shout br4
  expect_equal "$(_received vif1.0) frames" "$before frames"
}

expect_vlan_works() {
  expect "the guest to reach the switch" reach vif1.0 "$(switch_address 4)"
  expect "the guest to reach the other guest" reach vif1.0 "$(guest_address 4 3)"
}

# A VLAN inside the VLAN, from guest 1 to the switch: two tags on the trunk.
nest_vlans() {
  ip -n switch -batch - <<'BATCH'
link add link trunk.4 name trunk.4.100 up type vlan id 100
address add 10.100.0.1/24 dev trunk.4.100
BATCH
  ip -n vif1.0 -batch - <<'BATCH'
link add link eth0 name eth0.100 up type vlan id 100
address add 10.100.0.2/24 dev eth0.100
BATCH
}

nested_frames() {
  ip netns exec switch cat /sys/class/net/trunk.4.100/statistics/rx_packets
}

scenario "nothing of a guest arrives in dom0 by a bridge that start made, and the VLAN works"
fresh_target
others=$(state eth0 inside lo)
expect_status 0 network start netdev=eth1 vlans=4
plug_guests
expect_equal "$(state eth0 inside lo)" "$others"
expect_nothing_arrives
expect_silence
expect_vlan_works
expect_segment eth1 4

scenario "a guest's own tag stops at its port"
nest_vlans
expect_not "the guest's VLAN 100 to reach the switch" reach vif1.0 10.100.0.1
expect_equal "$(nested_frames) frames" "0 frames"

scenario "with the door opened by hand all of it arrives: the witnesses are awake"
datagrams >"$TMPDIR/ignored"
counts >"$TMPDIR/before"
ip link set br4 type bridge vlan_filtering 0
echo 0 >/proc/sys/net/ipv6/conf/br4/disable_ipv6
heard=$(answers)
expect_contains "$heard" "arp 192.0.2.1"
expect_contains "$heard" "arp 203.0.113.1"
counts >"$TMPDIR/after"
expect_equal "$(grep -xFf "$TMPDIR/before" "$TMPDIR/after" || true)" ""  # no counter is at rest
expect_missing "$(datagrams) " "=0 "
expect "dom0 to know the guest's address" knows_the_guest
before=$(_received vif1.0)
perl "$frames" shout br4
expect "the guest to hear dom0" test "$(_received vif1.0)" -gt "$before"
expect "the guest's VLAN 100 to reach the switch" reach vif1.0 10.100.0.1

scenario "the next start shuts the door again"
expect_status 0 network start netdev=eth1 vlans=4
ip neighbour flush dev br4
expect_nothing_arrives
expect_silence
expect_vlan_works

scenario "nothing arrives by a bridge made by hand that start adopts"
fresh_target
ip -batch - <<'BATCH'
link set eth1 up
link add br4 up type bridge
link add link eth1 name eth1.4 up type vlan id 4
link set eth1.4 master br4
BATCH
plug_guests
expect_status 0 network start netdev=eth1 vlans=4
expect_nothing_arrives
expect_silence
expect_vlan_works

scenario "nothing arrives by a bridge that snoops multicast"
fresh_target
expect_status 0 network start netdev=eth1 vlans=4 multicast-snooping=yes
plug_guests
expect_nothing_arrives
expect_silence
expect_vlan_works

scenario "nothing arrives where guests' tags pass, and these pass to the wire"
fresh_target
expect_status 0 network start netdev=eth1 vlans=4 guest-tags=yes
plug_guests
expect_nothing_arrives
expect_silence
expect_vlan_works
nest_vlans
expect "the guest's VLAN 100 to reach the switch" reach vif1.0 10.100.0.1

scenario "a port that brctl adds works on our bridge, and leads no more to dom0"
fresh_target
expect_status 0 network start netdev=eth1 vlans=4
plug_guests
ip link set vif1.0 down
ip link set vif1.0 nomaster
brctl addif br4 vif1.0
ip link set vif1.0 up
expect_nothing_arrives
expect_vlan_works

scenario "a vif that Xen's own vif-bridge plugs works on our bridge, and leads no more to dom0"
fresh_target
expect_status 0 network start netdev=eth1 vlans=4
plug_guests
ip link set vif1.0 down
ip link set vif1.0 nomaster
mount -t tmpfs tmpfs /var/log/xen  # the script's log
for pair in bridge=br4 frontend=/local/domain/1/device/vif/0 mac=00:16:3e:01:fb:fe handle=0; do
  xenstore-write "backend/vif/1/0/${pair%%=*}" "${pair#*=}"
done
expect_status 0 env XENBUS_TYPE=vif XENBUS_PATH=backend/vif/1/0 XENBUS_BASE_PATH=backend \
  script=/etc/xen/scripts/vif-bridge netdev='' vif=vif1.0 \
  /etc/xen/scripts/vif-bridge online type_if=vif
expect_port vif1.0 br4
expect_up vif1.0
expect_nothing_arrives
expect_vlan_works

scenario "a bridge that somebody gave an address is reported, and left open"
fresh_target
ip -batch - <<'BATCH'
link add br4 up type bridge
address add 10.0.4.9/24 dev br4
BATCH
expect_status 0 network start netdev=eth1 vlans=4
expect_contains "$err" \
  "xvlan: warning: br4 has address 10.0.4.9/24: dom0 can be reached from VLAN 4 of eth1"
plug_guests
expect "the guest to reach dom0 where it is meant to" reach vif1.0 10.0.4.9
expect_vlan_works

exec {to_listener}>&-
