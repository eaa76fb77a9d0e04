#!/usr/bin/env bash
# A conflict costs its own VLAN only, and says why; what is refused as a whole leaves no trace.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

# VLAN 4 can't be had, with that reason; VLAN 5 comes up all the same, and alone it is refused.
expect_conflict() {  # REASON HINT
  local before
  before=$(state)
  expect_unchanged 1 network start netdev=eth1 vlans=4
  expect_equal "$err" "xvlan: error: cannot bring up VLAN 4 of eth1: $1
xvlan: hint: $2"
  expect_status 3 network start netdev=eth1 vlans=4,5
  expect_equal "$out" ""
  expect_contains "$err" "cannot bring up VLAN 4 of eth1: $1"
  expect_missing "$err" "VLAN 5"
  expect_segment eth1 5
  expect_unchanged 3 network start netdev=eth1 vlans=4,5
  expect_status 3 network status netdev=eth1 vlans=4,5
  expect_contains "$out" "cannot bring up VLAN 4 of eth1: $1"
  expect_contains "$out" "eth1 5 eth1.5 br5 up -"
}

rename_hint="rename or remove that link, or choose another name for this one"

scenario "the VLAN link's name is taken by another kind of link"
fresh_host
ip link add eth1.4 type dummy
expect_conflict "the name eth1.4 is taken by a link of kind dummy" "$rename_hint"

scenario "the bridge's name is taken by another kind of link"
fresh_host
ip link add br4 type dummy
expect_conflict "the name br4 is taken by a link of kind dummy" "$rename_hint"

scenario "the VLAN link's name is taken by another VLAN of the trunk"
fresh_host
ip link add link eth1 name eth1.4 type vlan id 7
expect_conflict "the name eth1.4 is taken by VLAN 7 of eth1" "$rename_hint"

scenario "the VLAN link's name is taken by the same VLAN of another trunk"
fresh_host
ip link add link eth0 name eth1.4 type vlan id 4
expect_conflict "the name eth1.4 is taken by VLAN 4 of eth0" "$rename_hint"

scenario "the name is another link's alternative name"
fresh_host
ip link property add dev eth0 altname br4
expect_conflict "the name br4 is taken by a link of kind dummy" "$rename_hint"

scenario "the VLAN is in another bridge already"
fresh_host
ip -batch - <<'BATCH'
link add br9 type bridge
link add link eth1 name eth1.4 type vlan id 4
link set eth1.4 master br9
BATCH
expect_conflict "eth1.4 is already a port of br9" \
  "set bridge-name= to that name, or remove it: ip link set eth1.4 nomaster"

scenario "the bridge has a foreign port"
fresh_host
ip -batch - <<'BATCH'
link add br4 type bridge
link add foreign type dummy
link set foreign master br4
BATCH
expect_conflict "bridge br4 has a foreign port, foreign" \
  "a port that is neither the VLAN link nor a guest's would join two networks; \
remove it: ip link set foreign nomaster"

scenario "another VLAN in the bridge is a foreign port, too"
fresh_host
ip -batch - <<'BATCH'
link add br4 type bridge
link add link eth1 name eth1.7 type vlan id 7
link set eth1.7 master br4
BATCH
expect_conflict "bridge br4 has a foreign port, eth1.7" \
  "a port that is neither the VLAN link nor a guest's would join two networks; \
remove it: ip link set eth1.7 nomaster"

scenario "guests in the bridge are no foreign ports, under any of the names Xen gives them"
fresh_host
ip -batch - <<'BATCH'
link add br4 type bridge
link add vif3.0 type dummy
link add vif3.0-emu type dummy
link add tap4.0 type dummy
link add web0 address fe:ff:ff:ff:ff:ff type dummy
link set vif3.0 master br4
link set vif3.0-emu master br4
link set tap4.0 master br4
link set web0 master br4
BATCH
expect_status 0 network start netdev=eth1 vlans=4
expect_segment eth1 4
expect_port web0 br4

scenario "many conflicts are many reasons, and the VLANs between them come up"
fresh_host
ip -batch - <<'BATCH'
link add eth1.4 type dummy
link add br6 type dummy
link add link eth1 name seven type vlan id 7
link add br9 type bridge
link set seven master br9
BATCH
expect_status 3 network start netdev=eth1 vlans=4-8
expect_equal "$(grep -c "^xvlan: error: " <<<"$err")" 3
expect_contains "$err" "VLAN 4 of eth1: the name eth1.4 is taken"
expect_contains "$err" "VLAN 6 of eth1: the name br6 is taken"
expect_contains "$err" "VLAN 7 of eth1: seven is already a port of br9"
expect_segment eth1 5
expect_segment eth1 8
expect_no_link br4
expect_no_link eth1.6

scenario "what start made before the kernel refused is taken back"
fresh_host
before=$(state)
expect_status 1 network start netdev=lo vlans=4-6
expect_equal "$(state)" "$before"
expect_equal "$(grep -c "^xvlan: error: " <<<"$err")" 3

scenario "a VLAN that a file gives an address is refused, and the others come up"
fresh_host
mkdir -p "$TMPDIR/ifcfg"
printf '%s\n' DEVICE=eth1.4 VLAN=yes BRIDGE=br4 >"$TMPDIR/ifcfg/ifcfg-eth1.4"
printf '%s\n' DEVICE=br4 TYPE=Bridge BOOTPROTO=dhcp >"$TMPDIR/ifcfg/ifcfg-br4"
printf '%s\n' DEVICE=eth1.5 VLAN=yes BRIDGE=br5 >"$TMPDIR/ifcfg/ifcfg-eth1.5"
expect_status 3 network start ifcfg="$TMPDIR/ifcfg"
expect_equal "$err" "xvlan: error: cannot bring up VLAN 4 of eth1: \
$TMPDIR/ifcfg/ifcfg-br4:3: BOOTPROTO=dhcp gives dom0 an address on a guests' VLAN
xvlan: hint: remove BOOTPROTO; xvlan does not manage bridges that dom0 itself uses"
expect_no_segment eth1 4
expect_segment eth1 5
