#!/usr/bin/env bash
# Hosts under FRR's EVPN: guests meet across the underlay, move, and are left alone by what happens
# to hosts and programs that they have nothing to do with.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

for form in "${forms[@]}"; do
  scenario "$form: guests of a VLAN meet, wherever they are, and those of another VLAN do not"
  three_hosts
  guests_meet g1 "$g2"
  guests_meet g1 "$g3"
  guests_meet g2 "$g3"
  guest tenth1 h1 10 11
  guest tenth2 h2 10 12
  ip -n tenth2 address add "$(guest_address 4 22)/24" dev eth0
  guests_meet tenth1 "$(guest_address 10 12)"
  expect_not "a guest of VLAN 10 to be out of reach" reach g1 "$(guest_address 4 22)"

  scenario "$form: a guest that moves is heard again within a second"
  moving=$(mac_of g1)
  expect "h3 to find it behind h1" until_true 20 is_behind h3 4 "$moving" 192.0.2.1
  guests_meet g3 "$g1"
  replug g1 h2 4
  begin_pings g3 "$g1"
  expect "h3 to find it behind h2" until_true 20 is_behind h3 4 "$moving" 192.0.2.2
  expect_lost_at_most 100
  replug g1 h1 4
  guests_meet g3 "$g1"
done

scenario "a host that dies takes no other with it"
guests_meet g3 "$g1"
begin_pings g3 "$g1"
end_frr h2 KILL
ip link set u-h2 down
expect_remotes 4 h1 h3
expect_lost_at_most 0

scenario "it comes back"
ip link set u-h2 up
start_frr h2
expect_remotes 4 h1 h2 h3
guests_meet g3 "$g2"

scenario "an underlay link is cut, and comes back"
begin_pings g3 "$g2"
ip link set u-h1 down
expect_remotes 4 h2 h3
expect_lost_at_most 0
ip link set u-h1 up
expect_remotes 4 h1 h2 h3
guests_meet g3 "$g1"

scenario "a bgpd that dies takes its own host off, and no other"
begin_pings g3 "$g2"
kill_daemon h1 bgpd
expect_remotes 4 h2 h3
expect "zebra to take the other hosts off" until_true 20 leads_to h1 4 ""
expect_lost_at_most 0
start_daemon h1 bgpd
expect_remotes 4 h1 h2 h3
guests_meet g3 "$g1"

scenario "a zebra that dies leaves all as it is, and the next FRR takes over"
begin_pings g3 "$g1"
kill_daemon h1 zebra
_pause 3
expect_remotes 4 h1 h2 h3
expect_lost_at_most 0
end_frr h1
start_frr h1
expect_remotes 4 h1 h2 h3
guests_meet g3 "$g1"

is_marked_duplicate() {  # HOST MAC
  vtysh_at "$1" "show evpn mac vni 10004 mac $2" >"$TMPDIR/mac"
  grep -q 'Duplicate, detected' "$TMPDIR/mac"
}

scenario "two guests with one MAC harm each other only, and FRR says so"
both=00:16:3e:aa:aa:aa
guest double1 h1 4 21 "$both"
guest double2 h2 4 22 "$both"
begin_pings g3 "$g1"
jobs=()
for name in double1 double2; do
  ip netns exec "$name" ping -n -q -i 0.1 "$g3" >"$TMPDIR/ignored" 2>&1 &
  jobs+=($!)
done
expect "FRR to mark the MAC" until_true 20 is_marked_duplicate h1 "$both"
expect_lost_at_most 0
end_jobs TERM "${jobs[@]}"
unplug double2
guests_meet double1 "$g3"
