#!/usr/bin/env bash
# The networks of xvlan-evpn(7), with its frr.conf and xvlan.conf word for word: leaves and a spine.
# Hosts in two racks, whose tunnels end at an address on lo.
sandbox_options=(--timeout 600)
# shellcheck source-path=SCRIPTDIR source=page_lib.sh
source "${BASH_SOURCE[0]%/*}/page_lib.sh"

# A switch of the fabric: the leaf of the page, with its own numbers and links.
fabric_switch() {  # NAME AS ROUTER-ID LINK...
  local link
  at "$1" sysctl -qw net.ipv4.ip_forward=1
  block ".Sh LEAF AND SPINE" "router bgp 65011" |
    sed "s/65011/$2/; s/198\.51\.100\.11/198.51.100.$3/" >"$TMPDIR/leaf.conf"
  if [[ $# -gt 3 ]]; then  # other links than those of a leaf
    for link in "${@:4}"; do echo " neighbor $link interface peer-group fabric"; done >"$TMPDIR/links"
    sed -i -e "/ neighbor fabric bfd/r $TMPDIR/links" -e '/ interface peer-group /d' \
      "$TMPDIR/leaf.conf"
  fi
  frr_conf "$1" <"$TMPDIR/leaf.conf"
  begin_frr "$1" "${enabled[@]}"
}

scenario "leaves and a spine: guests in two racks meet, with frames of full size"
fresh_lab
machine h1 1
machine h2 2
for name in leaf1 leaf2 leaf3 leaf4 spine1; do machine "$name"; done
cable h1 eth1 leaf1 swp1
cable h1 eth2 leaf2 swp1
cable h2 eth1 leaf3 swp1
cable h2 eth2 leaf4 swp1  # a leaf that is switched off
for n in 1 2 3; do cable "leaf$n" swp51 spine1 "swp$n"; done
for n in 1 2 3; do fabric_switch "leaf$n" "6501$n" "1$n"; done
fabric_switch spine1 65001 1 swp1 swp2 swp3
expect_equal "$(block ".Sh LEAF AND SPINE" "ip address add")" "ip address add 192.0.2.1/32 dev lo"
for n in 1 2; do
  block ".Sh LEAF AND SPINE" "bgp as-path" | exchanged "$n" | sed "s/65101/6510$n/" |
    frr_conf "h$n"
  conf "h$n" "$(block ".Sh LEAF AND SPINE" "[vxlan" | exchanged "$n")"
  expect_status 0 network_at "h$n" start
  expect_equal "$out$err" ""
  begin_frr "h$n" "${enabled[@]}"
  guest "g$n" "h$n" 4 $((10 + n))
done
for n in 1 2; do expect_hosts "h$n" 1; done
guests_meet g1 "$g2"
expect_status 0 ip netns exec g1 ping -n -q -c 1 -M 'do' -s 1472 "$g2"  # of 1500 bytes

scenario "a link of a host to a leaf goes down"
expect_bfd h1 2
begin_pings g1 "$g2"
more_pings 20
ip -n h1 link set eth1 down
expect_bfd h1 1
expect_lost_at_most 200
guests_meet g2 "$g1"
ip -n h1 link set eth1 up
expect_bfd h1 2

if [[ -e $XVLAN_PROGRAMS/usr/lib/frr/mgmtd ]]; then  # FRR 10
  for n in 1 2; do
    {
      echo "router bgp 6510$n"
      block ".Ss One link at a time" "address-family"
      echo exit
    } >>"$hosts/h$n/frr.conf"
    give_frr_conf "h$n"
  done
fi

carries_nothing() {  # LEAF
  local way
  tc -n "$1" qdisc add dev swp1 clsact
  for way in ingress egress; do
    tc -n "$1" filter add dev swp1 "$way" matchall action drop
  done
}

# Each in its turn, so that each is the preferred one once.
for leaf in leaf1 leaf2 leaf1 leaf2; do
  scenario "BFD finds out about the link to $leaf, which is up and carries nothing"
  begin_pings g1 "$g2"
  more_pings 20
  carries_nothing "$leaf"
  expect_bfd h1 1
  expect_lost_at_most 300
  guests_meet g2 "$g1"
  tc -n "$leaf" qdisc delete dev swp1 clsact
  expect_bfd h1 2
  guests_meet g2 "$g1"
done
