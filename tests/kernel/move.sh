#!/usr/bin/env bash
# A vif that moves between VLANs while frames go both ways without a pause: never in two at once.
sandbox_options=(--timeout 900)
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
flood=${BASH_SOURCE[0]%/*}/flood.pl
moves=$((1000 / every))

move() {
  XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif move vif3.0 "$@" 2>"$TMPDIR/err" ||
    _fail "vif move vif3.0 $* to succeed" "$(<"$TMPDIR/err")"
}

# Captures in the network namespace NAME what comes to LINK, into $TMPDIR/NAME.pcap.
capture() {  # NAME LINK
  ip netns exec "$1" tcpdump --immediate-mode -Z root -q -n -i "$2" -Q in -w "$TMPDIR/$1.pcap" \
    ether proto 0x88b5 or vlan 2>"$TMPDIR/$1.err" &
  pids+=("$!")
  expect "$1 to listen" until_true 10 grep -qs listening "$TMPDIR/$1.err"
}

# How often the first word of a line is another than in the line before.
turns() {
  awk 'NR > 1 && $1 != last { n++ } { last = $1 } END { print n + 0 }'
}

# Plugs guest 3 by WORDS..., and moves it to and fro between two places, each a word for move.
flood_and_move() {  # CONFIG FIRST SECOND
  pids=()
  fresh_host
  config "$1"
  expect_status 0 network start config="$TMPDIR/xvlan.conf"
  fresh_vif vif3.0
  ip -n vif3.0 link set eth0 up
  XENSTORED_RUNDIR=/nonexistent expect_status 0 xvlan vif online vif3.0 "$2" \
    config="$TMPDIR/xvlan.conf"
  capture switch trunk
  capture vif3.0 eth0
  ip netns exec vif3.0 perl "$flood" send eth0 &
  pids+=("$!")
  ip netns exec switch perl "$flood" send trunk 4 9 &
  pids+=("$!")
  for ((n = 0; n < moves; n += 2)); do
    move "$3" config="$TMPDIR/xvlan.conf"
    move "$2" config="$TMPDIR/xvlan.conf"
  done
  sleep 0.3
  kill "${pids[@]}"
  wait "${pids[@]}" || true
}

expect_never_in_two() {
  local out_of_guest into_guest
  out_of_guest=$(perl "$flood" tell "$TMPDIR/switch.pcap" "$(ip -n vif3.0 -json link show eth0 | jq -r '.[].address')")
  into_guest=$(perl "$flood" tell "$TMPDIR/vif3.0.pcap" "$(ip -n switch -json link show trunk | jq -r '.[].address')")
  expect "frames of the guest on the wire" test "$(wc -l <<<"$out_of_guest")" -gt 200
  expect "frames of the wire in the guest" test "$(wc -l <<<"$into_guest")" -gt 200
  # What leaves has a tag of one of the two, and leaves once.
  expect_equal "$(cut -d ' ' -f 1 <<<"$out_of_guest" | sort -u | paste -sd ' ')" "4 9"
  expect_equal "$(cut -d ' ' -f 3 <<<"$out_of_guest" | sort | uniq -d)" ""
  expect_at_most "$(turns <<<"$out_of_guest")" "$moves"
  # What comes in has none, and is of one VLAN at a time: two at once would take turns.
  expect_equal "$(cut -d ' ' -f 1 <<<"$into_guest" | sort -u)" 0
  expect_equal "$(cut -d ' ' -f 2 <<<"$into_guest" | sort -u | paste -sd ' ')" "4 9"
  expect_at_most "$(cut -d ' ' -f 2 <<<"$into_guest" | turns)" "$moves"
}

scenario "on a VLAN-aware bridge a vif that moves is in one VLAN at a time"
flood_and_move $'netdev = eth1\nvlans = 4,9\nvlan-aware = yes' vlan=4 vlan=9
expect_never_in_two
expect_no_link eth1.4

scenario "between bridges of one VLAN each, too"
moves=$((200 / every))
flood_and_move $'netdev = eth1\nvlans = 4,9' bridge=br4 bridge=br9
expect_never_in_two
