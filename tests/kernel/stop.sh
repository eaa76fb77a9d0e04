#!/usr/bin/env bash
# stop deletes what xvlan made and nobody uses, and nothing else.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

scenario "stop deletes all that start made, whatever was configured, and nothing that others made"
fresh_host
ip -batch - <<'BATCH'
link set eth1 up
link add br9 type bridge
link add link eth1 name eth1.9 type vlan id 9
link set eth1.9 master br9
BATCH
before=$(state)
expect_status 0 network start netdev=eth1 vlans=4,5-8
expect_status 0 network stop
expect_equal "$out$err" ""
expect_equal "$(state)" "$before"

scenario "stop with nothing to delete succeeds"
expect_unchanged 0 network stop
expect_equal "$out$err" ""
expect_unchanged 0 network stop netdev=eth1 vlans=4

scenario "an adopted VLAN link or bridge stays, what we added to it goes"
fresh_host
ip -batch - <<'BATCH'
link add link eth1 name eth1.4 type vlan id 4
link add br5 type bridge
BATCH
expect_status 0 network start netdev=eth1 vlans=4,5
expect_status 0 network stop
expect_no_link br4
expect_no_link eth1.5
expect_vlan eth1.4 eth1 4
expect_port eth1.4 -
expect_down eth1.4
expect_bridge br5

scenario "stop of some VLANs leaves the others"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4-7
expect_status 0 network stop netdev=eth1 vlans=5,6
expect_segment eth1 4
expect_no_segment eth1 5
expect_no_segment eth1 6
expect_segment eth1 7

scenario "stop of a bridge by its name, or of a file, leaves what these do not name"
fresh_host
config "netdev = eth1
vlans = 4,5"
expect_status 0 network start netdev=eth1 vlans=4-6
expect_unchanged 2 network stop bridge=br6 config="$TMPDIR/xvlan.conf"
expect_status 0 network stop bridge=br4 config="$TMPDIR/xvlan.conf"
expect_no_segment eth1 4
expect_segment eth1 5
expect_segment eth1 6
expect_status 0 network stop config="$TMPDIR/xvlan.conf"
expect_no_segment eth1 5
expect_segment eth1 6

scenario "a bridge with a guest is left with its uplink, and the message names the guest"
fresh_host 4
expect_status 0 network start netdev=eth1 vlans=4,5
fresh_vif vif3.0 4
expect "vif3.0 to be plugged" vif_online vif3.0 br4
expect_status 3 network stop
expect_contains "$err" "xvlan: warning: br4 is left: it has guest port vif3.0"
expect_contains "$err" "xvlan: warning: eth1.4 is left: its bridge br4 has guest port vif3.0"
expect_segment eth1 4
expect_no_segment eth1 5
expect "the guest to reach the switch" reach vif3.0 "$(switch_address 4)"

scenario "nothing but used bridges: refused, host as before"
expect_unchanged 1 network stop
expect_unchanged 1 network stop netdev=eth1 vlans=4
expect_contains "$err" vif3.0

scenario "force=yes deletes a bridge that a guest uses; the guest's vif stays, down"
expect_status 0 network stop force=yes
expect_no_segment eth1 4
expect_link vif3.0
expect_port vif3.0 -
expect_down vif3.0

scenario "a guest's vif under a name of its own, or its emulated twin, counts as well"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4,5
ip -batch - <<'BATCH'
link add web0 address fe:ff:ff:ff:ff:ff type dummy
link set web0 master br4
link add vif3.0-emu type dummy
link set vif3.0-emu master br5
BATCH
expect_unchanged 1 network stop
expect_contains "$err" "br4 is left: it has guest port web0"
expect_contains "$err" "br5 is left: it has guest port vif3.0-emu"

scenario "a port that somebody added is reason enough, and so is a link above the VLAN link"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4,5,6
ip -batch - <<'BATCH'
link add other type dummy
link set other master br4
link add link eth1.5 name above type vlan id 100
BATCH
expect_status 3 network stop
expect_contains "$err" "br4 is left: it has port other"
expect_contains "$err" "eth1.5 is left: above stands on it"
expect_link eth1.5
expect_bridge br4
expect_no_segment eth1 6

scenario "a link of another kind in our link group is not ours"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4,5
group=$(ip -json link show dev br4 | jq -r '.[].group')
ip link add mine type dummy
ip link set mine group "$group"
expect_status 0 network stop
expect_no_segment eth1 4
expect_link mine

scenario "dry-run prints what stop would delete, and deletes nothing"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4
expect_unchanged 0 network stop dry-run
expect_equal "$(sort <<<"$out")" $'delete br4\ndelete eth1.4'
expect_equal "$err" ""

scenario "stop works without a configuration, and when the trunk is gone"
ip link delete eth1
expect_link br4
expect_status 0 network stop
expect_no_segment eth1 4

scenario "start after stop is as the first start"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4,5
first=$(state)
expect_status 0 network stop
expect_status 0 network start netdev=eth1 vlans=4,5
expect_equal "$(state)" "$first"
