#!/usr/bin/env bash
# What one vif event costs, in requests, whatever the number of links on the host. The counts are
# exact: a change that adds a round trip has to say so here.
# shellcheck source-path=SCRIPTDIR source=words.sh
source "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit 1

trace_requests

# Runs a call with its system calls in $calls. LeakSanitizer, where built in, can't work with it.
record() {
  forget_requests
  expect_status 0 env ASAN_OPTIONS=detect_leaks=0 strace --follow-forks \
    --output="$TMPDIR/calls" --trace=network,process,alarm "$@"
  calls=$(<"$TMPDIR/calls")
}

# The netlink messages sent, one line each: type and flags.
sent() {
  grep -E '^[0-9]+ +send(msg|to)\(' <<<"$calls" |
    grep -oE 'nlmsg_type=[A-Z_]+, nlmsg_flags=[A-Z_|]+' |
    sed -E 's/nlmsg_type=(.*), nlmsg_flags=(.*)/\1 \2/; s/NLM_F_REQUEST\|?//; s/NLM_F_//g; s/ $//'
}

# What went to and fro through netlink: bytes and system calls.
traffic() {
  awk '/nlmsg_type=/ && /^[0-9]+ +send/ { bytes_out += $NF; calls_out++ }
       /nlmsg_type=/ && /^[0-9]+ +recv/ { bytes_in += $NF; calls_in++ }
       END { print bytes_out + 0, "bytes out in", calls_out + 0, "calls,",
                   bytes_in + 0, "bytes in in", calls_in + 0, "calls" }' <<<"$calls"
}

# A call that costs these netlink messages, that number of bytes sent, and these xenstore requests,
# each a blank in front; and no process but its own.
expect_cost() {  # MESSAGES BYTES REQUESTS CALL...
  record "${@:4}"
  expect_equal "$(sent)" "$(sed 's/^ *//; /^$/d' <<<"$1")"
  expect_contains "$(traffic)" "$2 bytes out in "
  expect_equal "$(requests)" "$(sed 's/^ *//; /^$/d' <<<"$3")"
  expect_equal "$(grep -cE ' (execve|execveat)\(' <<<"$calls")" 1  # the program itself
  expect_equal "$(grep -E ' (fork|vfork|clone|clone3)\(' <<<"$calls" || true)" ""
}

export XENBUS_PATH=backend/vif/3/0 vif=vif3.0 INTERFACE=vif3.0-emu

look="
  RTM_GETLINK
  RTM_GETLINK"  # the vif and the bridge by name, both in one system call
addresses="
  RTM_GETADDR DUMP"  # of the vif alone: the kernel has no request for one link's addresses
# Everything about the vif in one message, but for its state: it comes up only when that is done,
# and is down before it leaves its bridge.
join="
  RTM_NEWLINK
  RTM_SETLINK ACK"  # in one system call; the port sends on what its bridge would keep for dom0
leave="
  RTM_NEWLINK ACK"
set_up="
  RTM_NEWLINK ACK"
still_there="
  RTM_GETLINK"  # whether its bridge still has it, now that it is up
what_is_there="
  DIRECTORY (backend/vif/3/0 )
  READ (backend/vif/3/0/bridge )
  READ (backend/vif/3/0/frontend )"  # of the keys, those that are there and matter
outcome="
  WRITE ($frontend/mtu 1500)
  WRITE (backend/vif/3/0/hotplug-status connected)"

# Each event by itself. The bytes of a message depend on the lengths of names only.
expect_costs() {
  scenario "online costs 7 netlink messages and 5 xenstore requests$1"
  expect_cost "$look$addresses$join$set_up$still_there" 300 "$what_is_there$outcome" "$vif_script" online
  online_traffic=$(traffic)
  expect_port vif3.0 br4

  scenario "online of a vif that is plugged costs no change$1"
  expect_cost "$look$addresses" 124 "$what_is_there$outcome" "$vif_script" online

  scenario "online of a vif on another bridge costs a look at that bridge, and a way down$1"
  ip link set vif3.0 master br5
  expect_cost "$look$addresses
    RTM_GETLINK$set_up$join$set_up$still_there" 360 "$what_is_there$outcome" "$vif_script" online
  expect_port vif3.0 br4

  scenario "add costs what online does, but for the outcome$1"
  expect_cost "$look$addresses$join$set_up$still_there" 304 "$what_is_there" \
    "$vif_script" add type_if=tap

  scenario "offline costs 4 netlink messages and nothing in xenstore$1"
  expect_cost "$look$set_up$leave" 164 "" "$vif_script" offline  # its bridge is looked at by index
  expect_port vif3.0 -

  scenario "offline of a vif that is unplugged costs a look$1"
  expect_cost "RTM_GETLINK" 52 "" "$vif_script" offline

  scenario "remove costs what offline does$1"
  expect_cost "$look$set_up$leave" 168 "" "$vif_script" remove type_if=tap

  scenario "an event of the other kind costs nothing$1"
  expect_cost "" 0 "" "$vif_script" add type_if=vif
}

fresh_dom0
backend bridge=br4
expect_costs ""
alone=$online_traffic
echo "an online: $alone"

scenario "vifname costs one more look, vifname and mtu one more request each"
backend bridge=br4 vifname=web0 mtu=1300
expect_cost "$look
  RTM_GETLINK$addresses$join$set_up$still_there" 372 "
  DIRECTORY (backend/vif/3/0 )
  READ (backend/vif/3/0/bridge )
  READ (backend/vif/3/0/vifname )
  READ (backend/vif/3/0/mtu )
  READ (backend/vif/3/0/frontend )
  WRITE ($frontend/mtu 1300)
  WRITE (backend/vif/3/0/hotplug-status connected)" "$vif_script" online

# A failure is a transaction: its start, two writes, its end; and a look whether there is anybody
# to tell.
scenario "a failure costs 5 xenstore requests more, and no change"
fresh_dom0
backend bridge=br9
forget_requests
expect_status 1 "$vif_script" online
expect_equal "$(requests)" "\
DIRECTORY (backend/vif/3/0 )
READ (backend/vif/3/0/bridge )
READ (backend/vif/3/0/frontend )
DIRECTORY (backend/vif/3/0 )
TRANSACTION_START ( )
WRITE (backend/vif/3/0/hotplug-error Could not find bridge device br9)
WRITE (backend/vif/3/0/hotplug-status error)
TRANSACTION_END (T )"

fresh_dom0
backend bridge=br4
for ((n = 1; n <= 250; n++)); do
  echo "link add other$n group $_links type veth peer name peer$n"
  echo "address add 10.9.$n.1/24 dev other$n"
done | ip -batch -
expect_costs ", with 500 other links"

scenario "500 other links add no byte to what the kernel answers"
expect_equal "$online_traffic" "$alone"
