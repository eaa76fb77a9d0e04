#!/usr/bin/env bash
# One host joins a VLAN of tunnels to a trunk: stations there and guests anywhere meet. A second such
# host would send frames round.
sandbox_options=(--timeout 900)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

s1=$(guest_address 4 101) s2=$(guest_address 4 102)
first=76:67:c0:00:02:01 second=76:67:c0:00:02:02  # what tells others of h1, and of h2
refusal="192.0.2.1 joins it to 192.0.2.2's tunnels already, and frames would go round"
mend="take the VLAN out of [trunk] on this host; or, to move it here, first 'network-xvlan stop \
netdev=TRUNK vlans=4' on the other"

# A station on the LAN, which is in VLAN 4 by its own tags.
station() {  # NAME ADDRESS
  ip netns add "$1"
  ip -n lan link add "l-$1" up master switch type veth peer name nic netns "$1"
  ip -n "$1" -batch - <<BATCH
link set nic up
link add link nic name eth0 type vlan id 4
address add $2/24 dev eth0
link set eth0 up
BATCH
}

# h1 and h2 have eth1; that of h1 leads to the LAN, that of h2 to an end in namespace lan, l-h2.
lan() {
  ip netns add lan
  ip -n lan link add switch up type bridge mcast_snooping 0
  ip -n lan link add l-h1 up master switch type veth peer name eth1 netns h1
  ip -n lan link add l-h2 up type veth peer name eth1 netns h2
  station s1 "$s1"
  station s2 "$s2"
}

conf_with_trunk() {  # HOST
  local lines=("[trunk eth1]" "vlans = 4")
  [[ $form == bridges ]] || lines+=("vlan-aware = yes")
  conf_tunnels "$1" 4,10 "${lines[@]}"
}

with_trunk() {  # HOST
  conf_with_trunk "$1"
  expect_status 0 network_at "$1" start
  expect_equal "$out$err" ""
}

says_joined() {  # HOST OTHER
  local status=0 said="eth1 4: $2 joins it to a trunk, too: frames may go round"
  network_at "$1" check >"$TMPDIR/check" 2>"$TMPDIR/ignored" || status=$?
  [[ $status -eq 3 ]] && grep -qFx "+ $said" "$TMPDIR/check" || return 1
  network_at "$1" status json >"$TMPDIR/json" 2>"$TMPDIR/ignored" || true
  jq -e --arg other "$2" '[.segments[].problems[]? | select(.code == "joined" and .found == $other)]
    | length == 1' "$TMPDIR/json" >"$TMPDIR/ignored"
}

# What status says where all is well on a host that joins VLAN 4.
expect_gateway_up() {  # HOST VIF
  local lines address
  address=$(underlay_address "$1")
  case $form in
    bridges) lines=("4 vx4 br4 up $2" "10 vx10 br10 up -" "eth1.4 br4") ;;
    aware) lines=("4 vx4 xenbr0 up $2" "10 vx10 xenbr0 up -" "- xenbr0") ;;
    single) lines=("4 vxlan0 xenbr0 up $2" "10 vxlan0 xenbr0 up -" "- xenbr0") ;;
  esac
  expect_told "$1" status 0 "$address ${lines[0]} hosts=2" "$address ${lines[1]} hosts=2" \
    "eth1 4 ${lines[2]} up $2"
  expect_well "$1"
}

# The frames that the LAN has got from h1.
from_h1() {
  ip -n lan -json -statistics link show l-h1 | jq '.[].stats64.rx.packets'
}

# A broadcast of which many come back.
goes_round() {
  local before
  before=$(from_h1)
  ip netns exec s1 ping -n -q -c 1 -W 1 "$(guest_address 4 99)" >"$TMPDIR/ping" || true
  [[ $(($(from_h1) - before)) -gt 1000 ]]
}

is_calm() {
  local before
  before=$(from_h1)
  _pause 1
  [[ $(($(from_h1) - before)) -lt 100 ]]
}

# Each question comes once and has one answer, which comes once.
expect_answers() {  # NAME ADDRESS ANSWERER
  expect_status 0 ip netns exec "$1" "$here/arp.pl" eth0 ask "$3" "$2" 5
  expect_equal "$out answers" "5 answers"
}

for form in "${forms[@]}"; do
  scenario "$form: guests on any host and stations on the trunk of one meet"
  fresh_lab
  reflector rr
  start_frr rr
  for n in 1 2 3; do host "h$n" "$n"; done
  lan
  with_trunk h1
  tunnels h2 4,10
  tunnels h3 4,10
  for n in 1 2 3; do
    start_frr "h$n"
    guest "g$n" "h$n" 4 $((10 + n))
  done
  expect_remotes 4 h1 h2 h3
  guests_meet g1 "$s1"
  guests_meet s1 "$g3"
  guests_meet g2 "$s2"
  guests_meet g1 "$g3"
  guest tenth h1 10 11
  ip -n tenth address add "$(guest_address 4 22)/24" dev eth0
  [[ $form == bridges ]] || expect_equal \
    "$(bridge -n h1 -json vlan show dev eth1 | jq -c '[.[].vlans[].vlan]')" "[4]"
  expect_not "a guest of VLAN 10 to be out of reach" reach s1 "$(guest_address 4 22)"

  scenario "$form: the first start has told other hosts who joins the VLAN, and all is well"
  for host in h2 h3; do
    expect "$host to know" until_true 20 is_behind "$host" 4 "$first" 192.0.2.1
  done
  expect_steady h1  # with a guest in a VLAN that only tunnels carry
  unplug tenth
  expect_gateway_up h1 "$(vif_of g1)"
  expect_well h2
  expect_well h3

  scenario "$form: a station is found behind the host that joins them, and each frame comes once"
  expect "h3 to find it" until_true 20 is_behind h3 4 "$(mac_of s1)" 192.0.2.1
  expect_answers g3 "$g3" "$s1"
  expect_answers s2 "$s2" "$g3"
  before=$(from_h1)
  _pause 3
  expect "no frames that go round" test "$(($(from_h1) - before))" -lt 60

  scenario "$form: a second host that would join them is refused by start, before it does"
  from_h2=$(ip -n lan -json -statistics link show l-h2 | jq '.[].stats64.rx.packets')
  conf_with_trunk h2
  expect_status 3 network_at h2 start
  expect_equal "$err" "\
xvlan: error: cannot bring up VLAN 4 of eth1: $refusal
xvlan: hint: $mend"
  expect_equal "$(ip -n lan -json -statistics link show l-h2 | jq '.[].stats64.rx.packets')" "$from_h2"
  expect_status 3 network_at h2 check
  expect_contains "$out" "- eth1 4: cannot bring up VLAN 4 of eth1: $refusal"
  expect_well h1
  guests_meet g2 "$s1"

  scenario "$form: two that could not know of each other say so"
  end_frr h2
  with_trunk h2
  start_frr h2
  expect "h2 to know of h1" until_true 20 is_behind h2 4 "$first" 192.0.2.1
  for told in "h1 192.0.2.2" "h2 192.0.2.1"; do
    read -r host other <<<"$told"
    expect "$host to say that $other joins it" until_true 30 says_joined "$host" "$other"
  done
  expect_status 0 network_at h1 start
  expect_status 1 network_at h2 start dry-run
  expect_contains "$err" "$refusal"
  expect "h2 still to join it" says_joined h1 192.0.2.2

  scenario "$form: their frames go round until start takes the VLAN off the trunk of one"
  ip -n lan link set l-h2 master switch
  expect "frames to go round" until_true 20 goes_round
  expect_status 3 network_at h2 start
  expect_equal "$err" "\
xvlan: error: cannot bring up VLAN 4 of eth1: $refusal
xvlan: hint: $mend"
  expect "no frames that go round" until_true 5 is_calm
  expect "h1 to hear so" until_true 30 is_behind h1 4 "$second" ""
  expect_well h1
  network_at h2 check >"$TMPDIR/check" || true
  expect_equal "$(cat "$TMPDIR/check")" "- eth1 4: cannot bring up VLAN 4 of eth1: $refusal"
  expect_status 3 network_at h2 start
  ip -n lan link set l-h2 nomaster
  guests_meet g2 "$s1"
  guests_meet g1 "$s1"

  scenario "$form: stop by force takes the VLAN off the trunk, and its guests go on by tunnels"
  expect_status 1 network_at h1 stop netdev=eth1 vlans=4
  guests_meet g1 "$s1"
  expect_status 0 network_at h1 stop netdev=eth1 vlans=4 force
  guests_meet g1 "$g3"
  expect_not "stations to be out of reach" reach g1 "$s1"
  expect_status 0 network_at h1 start
  guests_meet g1 "$s1"

  scenario "$form: stop takes both uplinks away"
  unplug g1
  expect_status 0 network_at h1 stop
  expect_equal "$out$err" ""
  expect_equal "$(at h1 ip -json link show | jq -r '[.[].ifname] | sort | join(" ")')" "eth0 eth1 lo"

  scenario "$form: then the other one joins them alone"
  expect "h2 to hear that h1 has gone" until_true 30 is_behind h2 4 "$first" ""
  expect_status 0 network_at h2 start
  expect_equal "$out$err" ""
  ip -n lan link set l-h1 nomaster
  ip -n lan link set l-h2 master switch
  guests_meet g3 "$s1"
  guests_meet g2 "$s2"
  expect_answers g3 "$g3" "$s1"
  expect_well h2

  scenario "$form: one that leaves the trunk is no such host any more, for others either"
  expect "h3 to know" until_true 20 is_behind h3 4 "$second" 192.0.2.2
  unplug g2
  expect_status 0 network_at h2 stop netdev=eth1 vlans=4
  expect_equal "$out$err" ""
  expect "h3 to know" until_true 20 is_behind h3 4 "$second" ""
done
