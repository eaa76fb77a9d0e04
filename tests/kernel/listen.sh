#!/usr/bin/env bash
# What comes in on a trunk: VLANs, compared with the configuration, and what switches say.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

frames=${BASH_SOURCE[0]%/*}/trunk_frames.pl
speaking=${BASH_SOURCE[0]%/*}/vlan_frames.pl
manual=${BASH_SOURCE[0]%/*}/../../man/xvlan.8
listener=

# A host whose eth1 is up, and a switch that is quiet of its own accord.
quiet_host() {  # [VID...]
  fresh_host "$@"
  ip netns exec switch sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
  echo 1 >/proc/sys/net/ipv6/conf/eth1/disable_ipv6
  ip link set eth1 up
  expect_carriers eth1 trunk
}

# Both ends of a cable know that they are connected, which the kernel tells them later: until then one
# may drop what it is to send.
expect_carriers() {  # LINK FAR-LINK
  expect "$1 to have a carrier" until_true 20 grep -qx up "/sys/class/net/$1/operstate"
  expect "$2 to have a carrier" until_true 20 \
    ip netns exec switch grep -qx up "/sys/class/net/$2/operstate"
}

# The switch sends frames on the trunk.
send() {  # FRAME...
  ip netns exec switch perl "$frames" say trunk "$@"
}

# Packet sockets that take all protocols.
_listens() {
  grep -qE '^[0-9a-f]+ [0-9]+ +3 +0003 ' /proc/net/packet
}

# Whether none of their frames waits to be taken.
_all_taken() {
  awk '$4 == "0003" && $7 != 0 { waits = 1 } END { exit waits }' /proc/net/packet
}

# Starts to listen; returns once all that comes is heard.
start_listening() {  # ARG...
  env --default-signal=INT "$XVLAN" network listen seconds=3600 "$@" \
    >"$TMPDIR/out" 2>"$TMPDIR/err" &
  listener=$!
  expect "it to listen" until_true 60 _listens
}

# Sends the signal, and expects the end with that status and stdout.
expect_heard() {  # SIGNAL STATUS LINES
  local status=0
  kill "-$1" "$listener"
  wait "$listener" || status=$?
  _read_words
  expect_equal "status $status" "status $2"
  expect_equal "$out" "$3"
}

expect_promiscuous() {  # LINK YES-OR-NO
  local flags
  read -r flags <"/sys/class/net/$1/flags"
  expect_equal "$1: $(((flags & 0x100) != 0))" "$1: $2"
}

# The most memory that listening has held, in kB.
resident() {
  awk '/^VmHWM/ { print $2 }' "/proc/$listener/status"
}

# How many frames the switch has got.
received() {
  ip netns exec switch cat /sys/class/net/trunk/statistics/rx_packets
}

no_frame="no frames, which proves nothing"

scenario "the manual's example"
quiet_host
example=$(sed -n '/^# xvlan network listen /,/^\.Ed/p' "$manual")
read -ra words <<<"${example%%$'\n'*}"
start_listening "${words[@]:4}"
send 4,arp,10.0.4.2,10.0.4.1 4,arp,10.0.4.2,10.0.4.200 4,pvst,4 30,arp,10.0.30.9,10.0.30.1 \
  0,arp,10.0.10.2,10.0.10.1 lldp,sw1.example,Gi1/0/5,10,4=servers
expect_heard INT 0 "$(sed '1d;$d' <<<"$example")"
expect_equal "$err" ""

scenario "it sends nothing, and leaves promiscuous mode as it ends"
quiet_host
before=$(links)
sent=$(received)
expect_promiscuous eth1 0
start_listening netdev=eth1
expect_promiscuous eth1 1
send 4,arp,10.0.4.2,10.0.4.1
expect_heard TERM 0 "eth1 4 heard 1 frame 1 MAC 10.0.4.0/30"
expect_promiscuous eth1 0
expect_equal "$(received)" "$sent"
expect_equal "$(links)" "$before"

scenario "what has come before the signal counts"
start_listening netdev=eth1
kill -STOP "$listener"
send 4,arp,10.0.4.2,10.0.4.1
kill -TERM "$listener"
expect_heard CONT 0 "eth1 4 heard 1 frame 1 MAC 10.0.4.0/30"

scenario "promiscuous mode ends with a process that is killed, too"
start_listening netdev=eth1
expect_promiscuous eth1 1
kill -KILL "$listener"
{ wait "$listener" || true; } 2>"$TMPDIR/ignored"
expect_promiscuous eth1 0

scenario "a tag counts that the sender's link adds, a priority is none, and 802.1ad is told apart"
quiet_host 5
start_listening netdev=eth1
ip netns exec switch perl "$speaking" say trunk.5
send 4096,arp,10.0.4.2,10.0.4.1 88a8.7,arp,10.0.4.2,10.0.4.1 4095,arp,10.0.4.2,10.0.4.1
expect_heard TERM 0 "eth1 5 heard 1 frame 1 MAC -
eth1 untagged heard 1 frame 1 MAC 10.0.4.0/30
eth1 802.1ad heard 1 frame 1 MAC - : by the outer tag; these are in none of the VLANs above"

scenario "what guests send by the trunk does not count, with a bridge for each VLAN or one for all"
for aware in no yes; do
  quiet_host 4
  config "netdev = eth1"$'\n'"vlans = 4,10"$'\n'"vlan-aware = $aware"
  expect_status 0 network start config="$TMPDIR/xvlan.conf"
  fresh_vif vif3.0 4
  expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 vlan=4 \
    config="$TMPDIR/xvlan.conf"
  ip netns exec vif3.0 sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
  expect "the guest to reach the switch" until_true 20 reach vif3.0 "$(switch_address 4)"
  start_listening config="$TMPDIR/xvlan.conf"
  ip netns exec vif3.0 perl "$speaking" say eth0
  send 4,arp,10.0.4.8,10.0.4.9
  expect_heard TERM 0 "eth1 4 heard 1 frame 1 MAC 10.0.4.8/31
eth1 10 silent 0 frames 0 MACs - : $no_frame"
done

scenario "what switches say, in names that a terminal is safe with"
quiet_host
start_listening netdev=eth1
send lldp,%1b[2Jsw1,%0aGi1%9b,0,7=%07bell cdp,switch-with-a-name-that-is-long-enough,Gi%1b1,1 rstp 0,pvst,1
expect_heard TERM 0 'eth1 7 silent 0 frames 0 MACs - : no frames, which proves nothing; the switch calls it "?bell"
eth1 neighbour lldp "?[2Jsw1" "?Gi1?"
eth1 neighbour cdp "switch-with-a-name-that-is-long-enough" "Gi?1" : native VLAN 1
eth1 root 8192 02:5c:00:00:00:07 rapid-pvst 1
eth1 root 32768 02:5c:00:00:00:07 rstp'

scenario "all trunks of the configuration are heard at once, and one that is missing costs itself only"
quiet_host
ip link add eth2 type veth peer name far2 netns switch
echo 1 >/proc/sys/net/ipv6/conf/eth2/disable_ipv6
ip -n switch link set far2 up
ip link set eth2 up
expect_carriers eth2 far2
config "[trunk eth1]
vlans = 4
[trunk eth2]
vlans = 5
[trunk eth9]
vlans = 6"
start_listening config="$TMPDIR/xvlan.conf"
send 4,arp,10.0.4.2,10.0.4.1
ip netns exec switch perl "$frames" say far2 5,arp,10.0.5.2,10.0.5.1
expect_heard TERM 3 "eth1 4 heard 1 frame 1 MAC 10.0.4.0/30
eth2 5 heard 1 frame 1 MAC 10.0.5.0/30"
expect_equal "$err" "xvlan: error: cannot listen on eth9: there is no such link
xvlan: hint: 'ip link' lists the links: set netdev= to one of them"

scenario "a bond is heard through its ports, LLDP included"
quiet_host
ip link set eth1 down
ip link add bond0 type bond mode active-backup
ip link set eth1 master bond0
ip link set bond0 up
expect_carriers bond0 trunk
start_listening netdev=bond0
send 4,arp,10.0.4.2,10.0.4.1 lldp,sw1,Gi1,0
expect_heard TERM 0 'bond0 4 heard 1 frame 1 MAC 10.0.4.0/30
bond0 neighbour lldp "sw1" "Gi1"'

scenario "a program gets all of it as JSON"
quiet_host
start_listening netdev=eth1 vlans=4,10 json
send 4,arp,10.0.4.2,10.0.4.1 4,pvst,4 30,arp,10.0.30.9,10.0.30.1 0,arp,10.0.10.2,10.0.10.1 \
  88a8.7,arp,10.0.4.2,10.0.4.1 lldp,sw1,Gi1/0/5,10,4=servers cdp,sw1,Gi1,10 rstp
kill -TERM "$listener"
wait "$listener"
_read_words
expect_schema
expect_equal "$(jq -c '.trunks[0].vlans[].state, .trunks[0].roots[1].vlan' <<<"$out")" \
  '"heard"
"silent"
"unconfigured"
4'

scenario "it ends by itself"
expect_status 0 network listen netdev=eth1 vlans=4 seconds=1 json
expect_schema
expect_equal "$(jq -c '.format, .seconds, .trunks[0].ifname, .trunks[0].vlans[0]' <<<"$out")" \
  '1
1
"eth1"
{"vlan":4,"state":"silent","frames":0,"macs":0}'

scenario "a terminal shows how far it is"
expect_status 0 script --quiet --return /dev/null --command \
  "'$XVLAN' network listen netdev=eth1 seconds=1" </dev/null
expect_contains "$out" $'\r'"xvlan: 0 of 1 s, VLANs heard: 0"
expect_contains "$out" $'\r'"xvlan: 1 of 1 s, VLANs heard: 0"

scenario "what can't be listened to is refused in words"
quiet_host
expect_unchanged 1 setpriv --bounding-set=-net_raw "$XVLAN" network listen netdev=eth1
expect_equal "$err" "xvlan: error: cannot listen on eth1: Operation not permitted
xvlan: hint: run it as root"
expect_unchanged 1 network listen netdev=lo
expect_equal "$err" "xvlan: error: cannot listen on lo: it is not an Ethernet link
xvlan: hint: name a NIC, a bond or a team: netdev=eth1"
ip -n switch link set trunk down
expect_unchanged 1 network listen netdev=eth1
expect_equal "$err" "xvlan: error: cannot listen on eth1: it has no carrier
xvlan: hint: check that its cable is plugged in"
ip link set eth1 down
expect_unchanged 1 network listen netdev=eth1
expect_equal "$err" "xvlan: error: cannot listen on eth1: it is down
xvlan: hint: bring it up: ip link set eth1 up"

scenario "a trunk that goes away meanwhile is told of"
quiet_host
start_listening netdev=eth1
send 4,arp,10.0.4.2,10.0.4.1
ip link delete eth1
expect "it to take what has come" until_true 20 _all_taken
expect_heard TERM 3 "eth1 4 heard 1 frame 1 MAC 10.0.4.0/30"
expect_equal "$err" "xvlan: warning: eth1 went down meanwhile, so the result is incomplete"

scenario "a signal that was ignored at the start is ignored"
quiet_host
env --ignore-signal=INT "$XVLAN" network listen netdev=eth1 seconds=3600 >"$TMPDIR/out" \
  2>"$TMPDIR/err" &
listener=$!
expect "it to listen" until_true 60 _listens
kill -INT "$listener"
send 4,arp,10.0.4.2,10.0.4.1
expect_heard TERM 0 "eth1 4 heard 1 frame 1 MAC 10.0.4.0/30"

scenario "a flood of random frames on all VLANs fills no memory"
quiet_host
start_listening netdev=eth1 vlans=4
before=$(resident)
ip netns exec switch perl "$frames" flood trunk 60000
expect "it to take what has come" until_true 60 _all_taken
after=$(resident)
kill -TERM "$listener"
expect "it to end well" wait "$listener"
_read_words
expect_equal "$err" ""
expect_at_most "$((after - before))" 16384
expect "thousands of VLANs to be heard" test "$(wc -l <<<"$out")" -gt 3000
expect_not "control characters to be printed" grep -qP '[^\x20-\x7e]' "$TMPDIR/out"
