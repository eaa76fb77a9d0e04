#!/usr/bin/env bash
# What must not grow: a vif event with the number of ports beside it, the start of a VLAN-aware
# bridge with the number of its VLANs. All system calls are compared, and what each returned: so the
# requests, and the bytes that the kernel and xenstored answer. Memory is what counts.sh limits.
sandbox_options=(--timeout 600)
# shellcheck source-path=SCRIPTDIR source=../kernel/lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/../kernel/lib.sh"
needs_xenstore

asked=$TMPDIR/asked  # what clients ask xenstored
xs=${BASH_SOURCE[0]%/*}/../store/xs.pl
perl "$xs" control logfile "$asked"
perl "$xs" control log on
[[ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ]] ||
  echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables  # or xvlan warns, which is more work

# Runs a call; $calls has its system calls, one line each, with what each returned. Left out are
# those for memory, and those for the time, which are none but under UML.
record() {  # CMD...
  : >"$asked"
  expect_status 0 strace -f -o "$TMPDIR/trace" "$@"
  expect_equal "$out$err" ""
  calls=$(sed -E -e '/^[0-9]+ +(time|clock_gettime|brk|mmap|munmap|mremap|madvise)\(|\+\+\+/d' \
    -e 's/^[0-9]+ +([a-z0-9_]+)\(.*\) += (-?[0-9]+|\?).*/\1 \2/' \
    -e 's/^(set_tid_address|getpid|gettid) .*/\1/' "$TMPDIR/trace")
}

# The netlink messages of the last call, one line each: type and flags.
messages() {
  grep -E ' send(msg|to)\(' "$TMPDIR/trace" |
    grep -oE 'nlmsg_type=[A-Z_]+, nlmsg_flags=[A-Z_|]+' |
    sed -E 's/nlmsg_type=(.*), nlmsg_flags=(.*)/\1 \2/; s/NLM_F_REQUEST\|?//; s/NLM_F_//g; s/ $//'
}

answered_bytes() {
  awk '/nlmsg_type=/ && / recv/ { bytes += $NF } END { print bytes + 0 }' "$TMPDIR/trace"
}

requests() {
  grep -c '^IN ' "$asked" || true
}

# The cost of the last call, in words.
cost() {
  echo "$(wc -l <<<"$calls") system calls, $(messages | wc -l) netlink messages," \
    "$(answered_bytes) bytes from the kernel, $(requests) xenstore requests"
}

# The vif of domain 3, as its toolstack and netback leave it.
backend() {  # KEY=VALUE...
  local pair pairs=()
  ip link set vif3.0 down nomaster address 00:16:3e:00:00:01
  echo 0 >/proc/sys/net/ipv6/conf/vif3.0/disable_ipv6
  xenstore-rm backend/vif/3/0 2>"$TMPDIR/ignored" || true
  for pair in "$@" frontend=/local/domain/3/device/vif/0 frontend-id=3 handle=0 \
    mac=00:16:3e:01:fb:fe hotplug-status=; do
    pairs+=("backend/vif/3/0/${pair%%=*}" "${pair#*=}")
  done
  xenstore-write "${pairs[@]}"
}

add_ports() {  # BRIDGE FIRST LAST
  local n
  for ((n = $2; n <= $3; ++n)); do
    echo "link add vif$((n + 100)).0 master $1 up address fe:ff:ff:ff:ff:ff type dummy"
  done | ip -batch -
}

event() {  # online|offline
  XENBUS_PATH=backend/vif/3/0 XENBUS_TYPE=vif vif=vif3.0 record "$XVLAN" vif "$1" type_if=vif
}

# The last call made the calls of the first of its kind, whose are FIRST, and got the same.
expect_same() {  # WHAT FIRST
  expect_equal "$1: $(diff <(echo "$2") <(echo "$calls"))" "$1: "
}

# Both events beside 1, 100 and 1000 ports of the bridge. $found has how often the events were
# compared, so that none is left out unseen.
expect_constant() {  # BRIDGE KEY=VALUE...
  local ports before=0 online="" offline=""
  found=0
  for ports in 1 100 1000; do
    add_ports "$1" "$((before + 1))" "$ports"
    before=$ports
    backend "${@:2}"
    event online
    expect_port vif3.0 "$1"
    online_cost=$(cost) online_messages=$(messages)
    [[ -n $online ]] || online=$calls
    expect_same "an online with $ports ports" "$online"
    event offline
    expect_port vif3.0 -
    offline_cost=$(cost)
    [[ -n $offline ]] || offline=$calls
    expect_same "an offline with $ports ports" "$offline"
    found=$((found + 1))
  done
  expect_equal "$found" 3
  echo "online on $1: $online_cost"
  echo "offline from $1: $offline_cost"
}

# Everything in a few messages: the links by name, the vif's own addresses, the change, a look back.
of_a_vif='RTM_GETLINK
RTM_GETLINK
RTM_GETADDR DUMP
RTM_NEWLINK'
up_and_look='RTM_NEWLINK ACK
RTM_GETLINK'

mount -t tmpfs tmpfs /etc/xen  # the machine's own stays as it is

scenario "a vif event costs the same beside 1, 100 and 1000 ports, on the bridge of one VLAN"
fresh_host
ip link add vif3.0 type veth peer name guest3
printf 'netdev = eth1\nvlans = 4\n' >/etc/xen/xvlan.conf
expect_status 0 network start
expect_constant br4 bridge=br4
expect_equal "$online_messages" "$of_a_vif
RTM_SETLINK ACK
$up_and_look"
expect_contains "$online_cost," ", 7 netlink messages,"
expect_contains "$online_cost," ", 5 xenstore requests,"
expect_contains "$offline_cost," ", 4 netlink messages,"
expect_contains "$offline_cost," ", 0 xenstore requests,"

# One message more than that: the VLANs; and one request more, for the key that names them. Of all
# links none is asked for but the two.
scenario "a vif event costs the same beside 1, 100 and 1000 ports, on a VLAN-aware bridge"
fresh_host
ip link add vif3.0 type veth peer name guest3
printf 'netdev = eth1\nvlans = 1-4094\nvlan-aware = yes\n' >/etc/xen/xvlan.conf
expect_status 0 network start
expect_constant xenbr0 bridge=xenbr0 vlan=10
expect_equal "$online_messages" "$of_a_vif
RTM_SETLINK ACK
RTM_SETLINK ACK
$up_and_look"
expect_contains "$online_cost," ", 8 netlink messages,"
expect_contains "$online_cost," ", 6 xenstore requests,"
expect_contains "$offline_cost," ", 4 netlink messages,"
expect_contains "$offline_cost," ", 0 xenstore requests,"

# In every form that a spec may have.
scenario "on a VLAN-aware bridge with 1000 ports, other specs cost no more messages"
for spec in bridge=br10 bridge=xenbr0.10 vlan=10 "bridge=xenbr0 vlan=5p/10/20-30" \
  "bridge=xenbr0 vlan=1-4094"; do
  # shellcheck disable=SC2086  # words
  backend $spec
  event online
  expect_port vif3.0 xenbr0
  # A name that is no link's costs a look at what it means.
  expect "$(messages | wc -l) messages of $spec to be 10 at most" \
    test "$(messages | wc -l)" -le 10
  expect_equal "$(messages | grep DUMP)" "RTM_GETADDR DUMP"
done

# The bytes of the first start are the same, too, as a range tells all of its VLANs.
scenario "start of a VLAN-aware bridge costs the same for 16, 256 and 4094 VLANs"
rm /etc/xen/xvlan.conf
first="" second="" stopped=""
for last in 16 256 4094; do
  # One name for all three, since names of options are as long as what is in them.
  printf 'netdev = eth1\nvlans = 1-%04d\nvlan-aware = yes\n' "$last" >/etc/xen/xvlan.conf
  fresh_host
  ip link set eth1 up
  record "$XVLAN" network start
  expect_equal "$(bridge -compressvlans vlan show dev eth1 | awk 'NR == 2 { print $2 }')" "1-$last"
  [[ -n $first ]] || { first=$calls && echo "first start: $(cost)"; }
  expect_same "a first start of $last VLANs" "$first"

  record "$XVLAN" network start
  [[ -n $second ]] || { second=$calls && echo "second start: $(cost)"; }
  expect_same "a second start of $last VLANs" "$second"
  expect_equal "$(messages | grep -v '^RTM_GET' || true)" ""

  record "$XVLAN" network stop
  expect_no_link xenbr0
  [[ -n $stopped ]] || { stopped=$calls && echo "stop: $(cost)"; }
  expect_same "a stop of $last VLANs" "$stopped"
done
