#!/usr/bin/env bash
# What the released executable costs, in counts that no other load on the machine changes.
# shellcheck source-path=SCRIPTDIR source=../support/check.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/../support/check.sh"
needs_xenstore

measure=${XVLAN%/*}/measure

# The vif of domain 1, as its toolstack and netback leave it, and a bridge with xvlan's mark.
fresh_host
ip -batch - <<'BATCH'
link add br4 up group 7894636 type bridge
link add vif1.0 type veth peer name guest
BATCH
xenstore-write /local/domain/0/backend/vif/1/0/bridge br4 \
  /local/domain/0/backend/vif/1/0/frontend /local/domain/1/device/vif/0 \
  /local/domain/0/backend/vif/1/0/hotplug-status ""
if [[ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]]; then
  echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables  # or xvlan warns, which is more work
fi

# One field of what measure prints about a call that succeeds.
measured() {  # FIELD COMMAND
  "$measure" -r 1 true true one "$2" | cut -f "$1"
}
resident=9 faults=10

scenario "the stripped executable has less than 2.45 MB"
strip -o "$TMPDIR/stripped" "$XVLAN"
expect_at_most "$(stat -c %s "$TMPDIR/stripped")" 2449999

scenario "an online loads no shared library"
expect_status 0 env XENBUS_PATH=backend/vif/1/0 vif=vif1.0 \
  strace --follow-forks --output="$TMPDIR/calls" "$XVLAN" vif online
expect_port vif1.0 br4
expect_missing "$(<"$TMPDIR/calls")" .so
expect_equal "$(grep -o '"/etc/.*' "$TMPDIR/calls")" \
  '"/etc/xen/scripts/vif-post.d", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = -1 ENOENT (No such file or directory)'

# 24 to 28 of them are the C library's at start and end, 11 to open the netlink socket, 13 to exchange
# with it, 30 that libxenstore makes of 5 requests, 4 that bound its waits, one that looks for hooks. Asking
# the time is one only under UML, which has no vDSO.
scenario "an online takes at most 90 system calls"
expect_at_most "$(grep -cvE '^[0-9]+ +(time\(|clock_gettime\(|\+\+\+)' "$TMPDIR/calls")" 90

scenario "an online stays below 3 MB"
ip link set vif1.0 down nomaster
expect_at_most "$(measured "$resident" "$XVLAN vif online")" 3000
expect_port vif1.0 br4

# 55 where the kernel maps sixteen pages of a file at once (32 for a C program); UML maps one.
scenario "an online takes at most 240 page faults"
ip link set vif1.0 down nomaster
expect_at_most "$(measured "$faults" "$XVLAN vif online")" 240

# The requests that change something, by their kinds.
changes() {
  grep -oE 'nlmsg_type=RTM_(NEW|DEL|SET)[A-Z]*' "$TMPDIR/calls" | sort | uniq -c |
    sed 's/^ *//; s/nlmsg_type=//'
  grep -c "openat.*disable_ipv6" "$TMPDIR/calls" || true
}

questions() {
  grep -oE 'nlmsg_type=RTM_GET[A-Z]*' "$TMPDIR/calls" | wc -l
}

trace_start() {  # WORD...
  expect_status 0 strace --output="$TMPDIR/calls" --no-abbrev --trace=sendmsg,sendto,openat \
    "$XVLAN" network start "$@"
  expect_contains "$(<"$TMPDIR/calls")" RTM_GETLINK  # so that a request would be seen
}

# The two links, the filter of the bridge and its MTU, the port, and two links up; the bridge's own
# VLAN goes, and the port sends on what its bridge would keep for dom0.
scenario "a start takes nine requests and two switches of IPv6 for each VLAN"
fresh_host
trace_start netdev=eth1 vlans=1-200
# One of each for the trunk, which was down.
expect_equal "$(changes)" $'200 RTM_DELLINK\n1401 RTM_NEWLINK\n200 RTM_SETLINK\n401'

scenario "a second start changes nothing"
trace_start netdev=eth1 vlans=1-200
expect_equal "$(changes)" 0

scenario "a stop of all that xvlan made is one request"
expect_status 0 strace --output="$TMPDIR/calls" --no-abbrev --trace=sendmsg,sendto \
  "$XVLAN" network stop
expect_equal "$(changes)" $'1 RTM_DELLINK\n0'

# As of a trunk, with a VXLAN link in place of a VLAN link. It asks for both links that it made, and
# of each 128 VLANs for one bridge, whether it filters; and five times for the host.
scenario "a start of VLANs by VXLAN takes nine requests, two switches and two questions for each"
for count in 16 64; do
  fresh_host
  ip link set eth1 up
  ip address add 198.51.100.1/24 dev eth1
  trace_start vxlan=198.51.100.1 vni-base=10000 "vlans=1-$count"
  expect_equal "$(changes)" "$count RTM_DELLINK
$((7 * count)) RTM_NEWLINK
$count RTM_SETLINK
$((2 * count))"
  expect_equal "$(questions)" $((2 * count + 5))
done

scenario "a second one changes nothing, and asks five questions, however many VLANs there are"
trace_start vxlan=198.51.100.1 vni-base=10000 vlans=1-64
expect_equal "$(changes)" 0
expect_equal "$(questions)" 5

# Of all VLANs it holds the names, and of those that come up side by side the plans.
scenario "a start of 1000 VLANs stays below 5 MB"
fresh_host
expect_at_most "$(measured "$resident" "$XVLAN network start netdev=eth1 vlans=1-1000")" 5000
