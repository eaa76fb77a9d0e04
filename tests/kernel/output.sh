#!/usr/bin/env bash
# What start prints: nothing that a toolstack could choke on; progress where somebody watches.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

# CMD with a terminal for stderr (and stdout); prints what a person would see there.
on_terminal() {  # CMD...
  script --quiet --return --command "$*" /dev/null </dev/null
}

scenario "dry-run prints each operation in its order, and changes nothing"
fresh_host
expect_unchanged 0 network start netdev=eth1 vlans=4,5 dry-run
expect_equal "$err" ""
expect_equal "$out" "switch IPv6 off on eth1
set eth1 up
create VLAN link eth1.4 on eth1 with VID 4
switch IPv6 off on eth1.4
create bridge br4
shut br4 off from dom0
switch IPv6 off on br4
set MTU of br4 to 1500
add eth1.4 to bridge br4, shut eth1.4 off from dom0
set eth1.4 up
set br4 up
create VLAN link eth1.5 on eth1 with VID 5
switch IPv6 off on eth1.5
create bridge br5
shut br5 off from dom0
switch IPv6 off on br5
set MTU of br5 to 1500
add eth1.5 to bridge br5, shut eth1.5 off from dom0
set eth1.5 up
set br5 up"

scenario "dry-run prints only what is to be done"
expect_status 0 network start netdev=eth1 vlans=4,5
ip link set eth1.5 nomaster
expect_unchanged 0 network start netdev=eth1 vlans=4,5 --dry-run
expect_equal "$out" "add eth1.5 to bridge br5, shut eth1.5 off from dom0"

scenario "dry-run refuses what start would refuse; its status says that the host is as before"
ip link add br6 type dummy
expect_unchanged 1 network start netdev=eth1 vlans=6 dry-run
expect_contains "$err" "the name br6 is taken by a link of kind dummy"
expect_unchanged 1 network start netdev=eth1 vlans=5,6 dry-run
expect_equal "$out" "add eth1.5 to bridge br5, shut eth1.5 off from dom0"

scenario "a terminal shows progress while hundreds of VLANs come up"
fresh_host
expect_status 0 on_terminal "$XVLAN" network start netdev=eth1 vlans=2-301
expect_contains "$out" $'\r'"xvlan: 128 of 300 VLANs"
expect_contains "$out" $'\r'"xvlan: 300 of 300 VLANs"
expect_segment eth1 301

scenario "a start with nothing to do is silent, on a terminal as well"
expect_status 0 on_terminal "$XVLAN" network start netdev=eth1 vlans=2-301
expect_equal "$out" ""

scenario "a few VLANs are no matter for progress"
expect_status 0 on_terminal "$XVLAN" network start netdev=eth1 vlans=600-610
expect_equal "$out" ""

scenario "500 refusals are 500 reasons on stderr, and stdout stays empty"
fresh_host
expect_status 1 network start netdev=lo vlans=1-500 wait=0
expect_equal "$out" ""
expect_equal "$(grep -c "^xvlan: error: VLAN .* of lo: " <<<"$err")" 500
