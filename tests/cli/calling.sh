#!/usr/bin/env bash
# The ways in which toolstacks, init scripts and people call the program.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

for name in network-xvlan vif-xvlan xvlan-vif xvlan-network; do ln -s "$XVLAN" "$TMPDIR/$name"; done
no_trunk="cannot use eth1 as trunk: there is no such link"
wrong_status="eth1 4 eth1.4 br4 missing - : $no_trunk"

# A call that reaches the plan: there is no eth1 here. What the running kernel does with bridged
# frames is none of our business.
expect_status_line() {  # CMD...
  expect_status 3 "$@"
  expect_equal "$out" "$wrong_status"
  expect_equal "$(grep -v bridge-nf-call-iptables <<<"$err" || true)" ""
}

scenario "--help is a result: on stdout, with status 0, under every name"
for call in "$XVLAN" "$TMPDIR/network-xvlan" "$TMPDIR/vif-xvlan" "$XVLAN network" "$XVLAN vif"; do
  for word in --help -h; do
    # shellcheck disable=SC2086  # two words
    expect_status 0 $call $word
    expect_contains "$out" "usage: xvlan network start|stop|status"
    expect_contains "$out" "exit status: 0 done, 1 refused, host as before, 2 usage error"
    expect_equal "$err" ""
  done
done

scenario "--help fits a terminal of 80 columns"
expect_status 0 xvlan --help
expect_contains "$out" "usage: "
expect_equal "$(awk 'length > 80' <<<"$out")" ""

scenario "--version is the name and a number"
expect_status 0 xvlan --version
expect "a version" grep -qxE 'xvlan [0-9]+\.[0-9]+\.[0-9]+' <<<"$out"

scenario "the name under which it is called is the command"
expect_status_line "$XVLAN" network status netdev=eth1 vlans=4
expect_status_line "$TMPDIR/network-xvlan" status netdev=eth1 vlans=4
expect_status_line "$TMPDIR/xvlan-network" status netdev=eth1 vlans=4
expect_status 1 "$TMPDIR/xvlan-vif" online vif3.0 bridge=br4
expect_contains "$err" "Could not find bridge device br4"
expect_status 1 "$TMPDIR/vif-xvlan" online vif3.0 bridge=br4
expect_contains "$err" "Could not find bridge device br4"
(cd "$TMPDIR" && expect_status_line ./network-xvlan status netdev=eth1 vlans=4)
expect_status_line env PATH="$TMPDIR:$PATH" network-xvlan status netdev=eth1 vlans=4

scenario "key=value and --key=value are the same, in any order"
expect_status_line "$XVLAN" network --netdev=eth1 --vlans=4 status
expect_status_line "$XVLAN" network --netdev eth1 --vlans 4 status
expect_status_line "$TMPDIR/network-xvlan" vlans=4 netdev=eth1 status
expect_status_line "$TMPDIR/network-xvlan" vlans=4 status --netdev=eth1
expect_status_line "$XVLAN" vlans=4 netdev=eth1 network status

# From (network-script 'network-xvlan  netdev=eth1 vlans=4 ') in xend-config.sxp.
scenario "empty arguments, as xend makes them from two blanks, are nothing"
expect_status_line "$TMPDIR/network-xvlan" status "" netdev=eth1 vlans=4 ""
expect_status_line "$TMPDIR/network-xvlan" "" status netdev=eth1 "" "" vlans=4

scenario "an option that is set to nothing does not swallow the next one"
expect_status 1 "$TMPDIR/vif-xvlan" online vif3.0 ip= bridge=br4 mtu=
expect_contains "$err" "Could not find bridge device br4"
expect_status 2 "$TMPDIR/network-xvlan" status netdev= vlans=4
expect_contains "$err" "cannot use netdev=: the name is empty"

scenario "a flag needs no value, and takes no word that stands behind it"
expect_status 1 "$XVLAN" network --dry-run start netdev=eth1 vlans=4
expect_contains "$err" "$no_trunk"
expect_status 1 "$XVLAN" network start dry-run netdev=eth1 vlans=4
expect_contains "$err" "$no_trunk"
expect_status 1 "$XVLAN" network start netdev=eth1 --dry-run=yes vlans=4
expect_contains "$err" "$no_trunk"

scenario "it works from any directory, even one that is gone"
mkdir "$TMPDIR/gone"
(
  cd "$TMPDIR/gone"
  rmdir "$TMPDIR/gone"
  expect_status_line "$XVLAN" network status netdev=eth1 vlans=4
)

# What is open has all that belongs there, and nothing else.
scenario "stdin, stdout and stderr may be closed"
for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- >&- 2>&-'; do
  expect_status 3 bash -c "\"\$0\" network status netdev=eth1 vlans=4 $closed" "$XVLAN"
  [[ " $closed " == *" >&- "* ]] || expect_equal "$out" "$wrong_status"
  expect_equal "$(grep -v bridge-nf-call-iptables <<<"$err" || true)" ""
  expect_status 1 bash -c "\"\$0\" network start netdev=eth1 vlans=4 wait=0 $closed" "$XVLAN"
  expect_equal "$out" ""
  [[ " $closed " == *" 2>&- "* ]] || expect_contains "$err" "$no_trunk"
done

# What is printed there would go to the kernel.
scenario "a socket never takes the place of a standard file that is closed"
# shellcheck disable=SC2016  # for the inner shell
expect_status 1 env ASAN_OPTIONS=detect_leaks=0 strace -f -o "$TMPDIR/calls" -e trace=socket \
  bash -c '"$0" network start netdev=eth1 vlans=4 wait=0 <&- >&- 2>&-' "$XVLAN"
expect "a socket to be made" grep -q AF_NETLINK "$TMPDIR/calls"
expect_equal "$(grep -E ' = [0-2]$' "$TMPDIR/calls" || true)" ""

scenario "stdin is never read: it may be a pipe into which nobody writes"
mkfifo "$TMPDIR/nobody"
expect_status_line timeout 10 bash -c \
  "exec 3<>\"\$1\"; \"\$0\" network status netdev=eth1 vlans=4 <&3" "$XVLAN" "$TMPDIR/nobody"

# xpopen.call of xend: stdin and stdout are pipes that nobody reads or writes.
scenario "stdout may be a pipe that nobody reads"
expect_status 1 timeout 10 bash -c \
  "exec 3<>\"\$1\"; \"\$0\" network start netdev=eth1 vlans=1-4094 wait=0 <&3 >&3" \
  "$XVLAN" "$TMPDIR/nobody"
expect_contains "$err" "$no_trunk"

scenario "stdout and stderr may be pipes whose reader is gone"
broken_pipe='exec 4> >(exec true); wait $!;'
expect_status 3 bash -c "$broken_pipe \"\$0\" network status netdev=eth1 vlans=1-4094 >&4" "$XVLAN"
expect_status 1 bash -c "$broken_pipe \"\$0\" network start netdev=eth1 vlans=4 wait=0 2>&4" \
  "$XVLAN"

scenario "stdout may be a full disk"
# shellcheck disable=SC2016
expect_status 3 bash -c '"$0" network status netdev=eth1 vlans=4 >/dev/full' "$XVLAN"
# shellcheck disable=SC2016  # the inner bash expands it
expect_status 1 bash -c '"$0" network import >/dev/full' "$XVLAN"
expect_equal "$err" "xvlan: error: cannot write the result: No space left on device"
# shellcheck disable=SC2016  # the same
expect_status 0 bash -c 'set -o pipefail; "$0" network import | true' "$XVLAN"

scenario "called twice it says and does the same"
expect_status_line "$TMPDIR/network-xvlan" status netdev=eth1 vlans=4
expect_status_line "$TMPDIR/network-xvlan" status netdev=eth1 vlans=4

# vif-common.sh: vif events of a tap, and tap events of a vif, are passed over in silence.
scenario "the pairings that Xen's scripts pass over are passed over"
for words in "online type_if=tap" "offline type_if=tap" "add type_if=vif" "remove type_if=vif" \
  "type_if=tap online"; do
  # shellcheck disable=SC2086  # several words
  expect_status 0 env XENBUS_PATH=backend/vif/3/0 vif=vif3.0 INTERFACE=vif3.0-emu \
    "$TMPDIR/vif-xvlan" $words
  expect_equal "$out$err" ""
done

scenario "offline and remove succeed when all is gone"
for words in "offline vif3.0" "remove vif3.0-emu" "offline type_if=vif vif=vif3.0"; do
  # shellcheck disable=SC2086
  expect_status 0 "$TMPDIR/vif-xvlan" $words
done

scenario "an empty environment is environment enough"
expect_status 3 env -i "$XVLAN" network status netdev=eth1 vlans=4
expect_equal "$out" "$wrong_status"
