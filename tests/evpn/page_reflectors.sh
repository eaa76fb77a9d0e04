#!/usr/bin/env bash
# The networks of xvlan-evpn(7), with its frr.conf and xvlan.conf word for word: hosts with route
# reflectors. A host is added and another one drained, and others lose nothing.
# shellcheck source-path=SCRIPTDIR source=page_lib.sh
source "${BASH_SOURCE[0]%/*}/page_lib.sh"

scenario "hosts with two route reflectors"
fresh_lab
for n in 101 102; do
  _host "rr$n" "$n"
  block ".Sh ROUTE REFLECTORS" "router bgp 65000
 bgp router-id 192.0.2.101" | sed "s/192\.0\.2\.101/192.0.2.$n/" | frr_conf "rr$n"
  begin_frr "rr$n" "${enabled[@]}"
done
for n in 1 2; do
  _host "h$n" "$n"
  page_host "$n" ".Sh ROUTE REFLECTORS"
done
for n in 1 2; do expect_hosts "h$n" 1; done
guests_meet g1 "$g2"

scenario "a reflector that dies takes nothing with it"
for n in 1 2; do expect_bfd "h$n" 2; done
begin_pings g1 "$g2"
ip link set u-rr101 down
for n in 1 2; do expect_bfd "h$n" 1; done
expect_hosts h1 1
expect_lost_at_most 0
ip link set u-rr101 up

scenario "a host is added, and nothing changes on the others"
begin_pings g1 "$g2"
_host h3 3
page_host 3 ".Sh ROUTE REFLECTORS"
for n in 1 2 3; do expect_hosts "h$n" 2; done
guests_meet g1 "$g3"
guests_meet g2 "$g3"
expect_lost_at_most 0

scenario "a host is drained"
replug g2 h3 4
guests_meet g1 "$g2"
begin_pings g1 "$g2"
expect_equal "$(block ".Sh ADDING AND DRAINING HOSTS" "xvlan network stop")" \
  "xvlan network stop"$'\n'"systemctl stop frr"
expect_status 0 network_at h2 stop
expect_equal "$out" ""
for n in 1 3; do expect_hosts "h$n" 1; done
end_frr h2
expect_lost_at_most 0

scenario "it comes back, and has a VLAN only while a guest is in it"
conf h2 "$(block ".Sh VLANS ON DEMAND" "[vxlan" | exchanged 2)"
begin_pings g1 "$g2"
expect_status 0 network_at h2 start
begin_frr h2 "${enabled[@]}"
expect_bfd h2 2
expect_hosts h1 1
expect_lost_at_most 0
replug g2 h2 4
for n in 1 2 3; do expect_hosts "h$n" 2; done
guests_meet g1 "$g2"
