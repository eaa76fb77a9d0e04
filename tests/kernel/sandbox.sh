#!/usr/bin/env bash
# What every other test in a sandbox relies on: the kernel, the way in and out, and the xenstore.
# shellcheck source-path=SCRIPTDIR source=../support/check.sh
source "${BASH_SOURCE[0]%/*}/../support/check.sh"
needs_xenstore

scenario "a fresh host has eth0 with an address, and a trunk that is down"
fresh_host 4 4094
expect_up eth0
expect_down eth1
expect_no_address eth1
expect_no_link br4

scenario "a fresh host is fresh again"
ip link add link eth1 name eth1.4 type vlan id 4
ip link add br4 type bridge
fresh_host 4
expect_no_link eth1.4
expect_no_link br4

scenario "a guest's frame goes through vif, bridge and VLAN link to the switch"
fresh_host 4 5
fresh_vif vif1.0 4
ip -batch - <<'BATCH'
link set eth1 up
link add link eth1 name eth1.4 type vlan id 4
link add br4 type bridge vlan_filtering 1
link set eth1.4 master br4
link set vif1.0 master br4
link set eth1.4 up
link set vif1.0 up
link set br4 up
BATCH
expect_vlan eth1.4 eth1 4
expect_bridge br4
expect_port eth1.4 br4
expect_port eth1 -
expect "the guest to reach the switch on VLAN 4" reach vif1.0 "$(switch_address 4)"
ip -n vif1.0 address add "$(guest_address 5)/24" dev eth0  # as a guest might, to get there
expect_not "the guest to stay out of VLAN 5" reach vif1.0 "$(switch_address 5)"

scenario "arguments reach the command as they were given"
# shellcheck disable=SC2016  # that is the point
expect_status 0 printf '<%s>' 'a b' '' "it's" '"$HOME" *' $'two\nlines'
expect_equal "$out" "<a b><><it's><\"\$HOME\" *><two"$'\n'"lines>"

scenario "status, stdout and stderr of a command are told apart"
expect_status 7 bash -c 'echo result; echo trouble >&2; exit 7'
expect_equal "$out" "result"
expect_equal "$err" "trouble"

scenario "/run and TMPDIR belong to the sandbox"
expect_equal "$TMPDIR" /run/tmp
expect_not "no leftovers of the host in /run" test -e /run/lock

scenario "xenstore keeps what is written, and knows what is not there"
expect_status 0 xenstore-write /local/domain/1/name guest /local/domain/1/memory 128
expect_status 0 xenstore-read /local/domain/1/name /local/domain/1/memory
expect_equal "$out" guest$'\n'128
expect_status 1 xenstore-read /local/domain/2/name
expect_contains "$err" "couldn't read path"

# xenstore-write puts all its pairs into one transaction, and here the second one is refused.
scenario "a xenstore transaction that fails leaves nothing behind"
expect_status 1 xenstore-write /half/done yes "/not a path" no
expect_status 1 xenstore-read /half/done

scenario "a xenstore watch fires when its node is written"
timeout 20 xenstore-watch -n 2 /watched >"$TMPDIR/watched" &  # a watch fires once when it is set
watch=$!
until [[ -s $TMPDIR/watched ]]; do sleep 0.05; done
expect_status 0 xenstore-write /watched/hotplug-status connected
expect "xenstore-watch to end well" wait "$watch"
expect_contains "$(<"$TMPDIR/watched")" /watched/hotplug-status
