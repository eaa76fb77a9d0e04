#!/usr/bin/env bash
# The networks of xvlan-evpn(7), with its frr.conf and xvlan.conf word for word: hosts on one network.
# Guests on different hosts meet, and what the page says of events is so.
# shellcheck source-path=SCRIPTDIR source=page_lib.sh
source "${BASH_SOURCE[0]%/*}/page_lib.sh"

scenario "three hosts on one network: guests meet, and status counts hosts"
fresh_lab
for n in 1 2 3; do
  _host "h$n" "$n"
  page_host "$n" ".Sh HOSTS ON ONE NETWORK"
done
for n in 1 2 3; do expect_hosts "h$n" 2; done
guests_meet g1 "$g2"
guests_meet g1 "$g3"
guests_meet g2 "$g3"

scenario "BFD tells of a host that is cut off, long before BGP would"
for n in 1 2 3; do expect_bfd "h$n" 2; done
begin_pings g3 "$g1"
ip link set u-h2 down
expect_hosts h1 1
expect_hosts h3 1
expect_lost_at_most 0
ip link set u-h2 up
for n in 1 2 3; do expect_hosts "h$n" 2; done
guests_meet g3 "$g2"

scenario "FRR takes what else the page has it do"
vtysh_at h1 "configure terminal" "router bgp 65000" \
  "$(block ".Ss Timers" "neighbor hosts")" >"$TMPDIR/vtysh"
for text in ".Sh WHEN SOMETHING HAPPENS" ".Sh TWO GUESTS WITH ONE MAC"; do
  while IFS="'" read -r _ command _; do
    vtysh_at h1 "$command" >>"$TMPDIR/vtysh"
  done < <(block "$text" "vtysh -c")
done
expect_missing "$(<"$TMPDIR/vtysh")" "%"

scenario "a neighbour is added, and nothing is lost"
begin_pings g3 "$g1"
sed -i "s/^ neighbor 192.0.2.2 peer-group.*/&\\n neighbor 192.0.2.4 peer-group hosts/" \
  "$hosts/h1/frr.conf"
give_frr_conf h1
vtysh_at h1 "show running-config" >"$TMPDIR/vtysh"
expect "FRR to have the neighbour" grep -q "neighbor 192.0.2.4 peer-group" "$TMPDIR/vtysh"
expect_lost_at_most 0

scenario "what a killed zebra has left is cleared as the page says"
kill_daemon h1 zebra
ip link set u-h2 down
end_frr h1
begin_frr h1 "${enabled[@]}"
expect_hosts h3 1
guests_meet g1 "$g3"
expect_hosts h1 2  # one of which is gone
expect_status 0 at h1 bash -euc "$(block ".Sh STALE ENTRIES" "for link")"
expect_hosts h1 1
ip link set u-h2 up
for n in 1 2 3; do expect_hosts "h$n" 2; done

scenario "a host with one bridge for all VLANs, and one link where FRR can, meets the others"
form=single
text=$(block ".Sh ONE LINK FOR ALL VLANS" "[vxlan" | exchanged 3)
if [[ ! -e $XVLAN_PROGRAMS/usr/lib/frr/mgmtd ]]; then
  form=aware
  text=${text/%vxlan-single = yes/vlan-aware = yes}
fi
unplug g3
expect_status 0 network_at h3 stop
conf h3 "$text"
expect_status 0 network_at h3 start
guest again h3 4 13
form=bridges
guests_meet again "$g1"
guests_meet again "$g2"

has_flood_entry() {  # VNI
  bridge -n h3 fdb show dev vxlan0 >"$TMPDIR/fdb"
  grep -q "^00:00:00:00:00:00 .*dst 192.0.2.2 src_vni $1 " "$TMPDIR/fdb"
}

forgotten() {  # VNI
  ! has_flood_entry "$1"
}

if [[ $text == *vxlan-single* ]]; then
  scenario "a stale entry of the one link is cleared as the page says"
  expect "h3 to know h2" has_flood_entry 10004
  ip link set u-h2 down
  expect "h3 to forget h2" until_true 30 forgotten 10004
  bridge -n h3 fdb append 00:00:00:00:00:00 dev vxlan0 dst 192.0.2.2 src_vni 10004
  expect "an entry that FRR knows nothing of" has_flood_entry 10004
  read -ra words < <(block ".Sh STALE ENTRIES" "bridge fdb delete")
  expect_status 0 at h3 "${words[@]}"
  expect "no such entry" forgotten 10004
  ip link set u-h2 up
fi
expect_hosts h1 2

# A station on a switch, in VLAN 4 of the trunk eth1 of host h1.
station() {
  ip netns add station
  ip link add eth1 netns h1 type veth peer name eth0 netns station
  ip -n station -batch - <<BATCH
link set eth0 up
link add link eth0 name eth0.4 up type vlan id 4
address add $(guest_address 4 30)/24 dev eth0.4
BATCH
}

scenario "one host joins a VLAN of a trunk to that of the tunnels"
station
conf h1 "$(block ".Sh A VLAN ON A TRUNK, TOO" "[trunk eth1]")"
expect_status 0 network_at h1 start
guests_meet station "$g3"
guests_meet station "$g1"
