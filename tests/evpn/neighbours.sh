#!/usr/bin/env bash
# What guests find out about each other's addresses works across hosts: who has one, that one has
# moved to another guest, and that one is in use.
sandbox_options=(--timeout 900)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

service=$(guest_address 4 50)
service6=2001:db8:4::50

# An address that no link of the guest has yet, although it would answer for it.
give() {  # NAME ADDRESS...
  local address
  for address in "${@:2}"; do ip -n "$1" address add "$address" dev eth0; done
}

take() {  # NAME ADDRESS
  ip -n "$1" address delete "$2" dev eth0
}

arp() {  # NAME ask|probe|announce ADDRESS [WORD...]
  ip netns exec "$1" "$here/arp.pl" eth0 "${@:2}"
}

mac_known() {  # NAME ADDRESS
  ip -n "$1" -json neighbour show to "$2" | jq -r '.[].lladdr // empty'
}

knows() {  # NAME ADDRESS MAC
  [[ $(mac_known "$1" "$2") == "$3" ]]
}

# The kernel's own detection: tentative, and then failed or not.
is_judged() {  # NAME
  ! ip -n "$1" -json address show dev eth0 | grep -q '"tentative":true'
}

is_duplicate() {  # NAME
  ip -n "$1" -json address show dev eth0 | grep -q '"dadfailed":true'
}

# FRR's manual has it on, for fabrics that route.
suppress() {  # on|off
  local host link=vx4
  [[ $form != single ]] || link=vxlan0
  for host in h1 h2 h3; do bridge -n "$host" link set dev "$link" neigh_suppress "$1"; done
}

answers_at() {  # NAME ADDRESS
  expect_status 0 arp "$1" probe "$2" 3
  echo "$out"
}

# The service address moves from a guest to another as keepalived moves it: the new one says so, and
# nothing else is heard of it, least of all from the old one.
moves() {  # FROM TO
  take "$1" "$service/24"
  give "$2" "$service/24"
  arp "$2" announce "$service" 2 >"$TMPDIR/ignored"
}

for form in "${forms[@]}"; do
  scenario "$form: an address that moves to another guest is used there within a second"
  three_hosts
  for name in g1 g2 g3; do ip netns exec "$name" sysctl -qw net.ipv4.conf.all.arp_notify=0; done
  give g1 "$service/24"
  guests_meet g3 "$service"
  expect_equal "$(mac_known g3 "$service")" "$(mac_of g1)"
  moves g1 g2
  expect "g3 to know at once" until_true 1 knows g3 "$service" "$(mac_of g2)"
  expect "g3 to reach it there" reach g3 "$service"
  moves g2 g1
  expect "g3 to know at once" until_true 1 knows g3 "$service" "$(mac_of g1)"
  expect "g3 to reach it there" reach g3 "$service"

  scenario "$form: an IPv4 address that is in use on another host is found to be"
  expect_equal "$(answers_at g3 "$service") answers" "3 answers"
  expect_equal "$(answers_at g2 "$service") answers" "3 answers"
  expect_equal "$(answers_at g3 "$(guest_address 4 51)") answers" "0 answers"

  scenario "$form: an IPv6 address that is in use on another host is found to be"
  give g1 "$service6/64"
  expect "it to be free" until_true 20 is_judged g1
  expect_not "one of its own to be taken for another's" is_duplicate g1
  give g3 "$service6/64" 2001:db8:4::51/64
  expect "g3 to find it in use" until_true 20 is_duplicate g3
  expect_equal "$(ip -n g3 -json address show dev eth0 |
    jq -c '[.[].addr_info[] | select(.dadfailed) | .local]')" "[\"$service6\"]"

  scenario "$form: with the bridge answering for others all three would fail, and start mends that"
  suppress on
  moves g1 g2
  expect_not "g3 not to hear that it has moved" until_true 3 knows g3 "$service" "$(mac_of g2)"
  expect_equal "$(answers_at g3 "$service") answers" "0 answers"
  take g3 "$service6/64"
  give g3 "$service6/64"
  expect "g3 to judge" until_true 20 is_judged g3
  expect_not "g3 to take it for free" is_duplicate g3
  for host in h1 h2 h3; do
    expect_status 3 network_at "$host" check
    expect_status 0 network_at "$host" start
    expect_well "$host"
  done
  arp g2 announce "$service" >"$TMPDIR/ignored"
  expect "g3 to know at once" until_true 1 knows g3 "$service" "$(mac_of g2)"
  expect_equal "$(answers_at g3 "$service") answers" "3 answers"
done
