#!/usr/bin/env bash
# What a vif asks for, looked at on the wire: frames on every VLAN from both sides, and what of them
# arrives where, with which tag.
sandbox_options=(--memory 2G --timeout 700)  # for the sanitizers, under emulation
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
needs_xenstore
frames=${BASH_SOURCE[0]%/*}/vlan_frames.pl

# Of every example, and some that are in none.
vids=(1 2 5 10 12 15 20 22 25 30 100 110 120 130 140 4094)

# A link of each VID above LINK in NAMESPACE. Nothing is said that no test says.
fresh_vlan_links() {  # NAMESPACE LINK
  local vid
  ip netns exec "$1" bash -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
  for vid in "${vids[@]}"; do
    echo "link add link $2 name $2.$vid up type vlan id $vid"
  done | ip -n "$1" -batch -
}

# The words of the links there: LINK and each of its VLAN links.
names() {  # LINK
  printf '%s\n' "$1" "${vids[@]/#/$1.}"
}

# A listener for a namespace; "-" is dom0's own.
declare -A to_listener=() from_listener=() listeners=()
listen() {  # NAMESPACE
  local ready to="$TMPDIR/to-$1" from="$TMPDIR/from-$1" to_fd from_fd
  local inside=(ip netns exec "$1")
  [[ $1 != - ]] || inside=(env)
  rm -f "$to" "$from"
  mkfifo "$to" "$from"
  "${inside[@]}" perl "$frames" hear <"$to" >"$from" &
  listeners[$1]=$!
  exec {to_fd}>"$to" {from_fd}<"$from"
  to_listener[$1]=$to_fd from_listener[$1]=$from_fd
  read -r -t 60 ready <&"$from_fd"
  expect_equal "$ready" ready
}

stop_listening() {
  local namespace fd
  for namespace in "${!listeners[@]}"; do
    kill "${listeners[$namespace]}"
    wait "${listeners[$namespace]}" || true
    fd=${to_listener[$namespace]}
    exec {fd}>&-
    fd=${from_listener[$namespace]}
    exec {fd}<&-
  done
  listeners=() to_listener=() from_listener=()
}

heard() {  # NAMESPACE
  local line
  echo >&"${to_listener[$1]}"
  read -r -t 60 line <&"${from_listener[$1]}"
  echo "$line"
}

say() {  # NAMESPACE LINK
  # shellcheck disable=SC2046  # words are what it takes
  ip netns exec "$1" perl "$frames" say $(names "$2")
}

# A host with a switch and two guests' vifs, not plugged, and somebody who listens at each.
fresh_wire() {
  stop_listening
  fresh_host
  fresh_vif vif3.0
  fresh_vif vif4.0
  fresh_vlan_links switch trunk
  fresh_vlan_links vif3.0 eth0
  fresh_vlan_links vif4.0 eth0
  listen switch
  listen vif3.0
  listen vif4.0
  listen -
}

# By hand, without a xenstore.
plug() {  # VIF WORD...
  XENSTORED_RUNDIR=/nonexistent xvlan vif online "$@" 2>"$TMPDIR/plug.err"
}

# What the port of vif3.0 lets through: NATIVE is the VLAN of untagged frames or "-", TAGGED those
# that pass with their tags, BARE those that enter with a tag and leave without. Nothing else passes
# either way, and dom0 hears nothing.
expect_wire() {  # NATIVE TAGGED BARE
  local vid to_guest=() from_guest=()
  heard switch >"$TMPDIR/ignored"
  heard vif3.0 >"$TMPDIR/ignored"
  heard - >"$TMPDIR/ignored"
  for vid in $2; do to_guest+=("trunk.$vid>eth0.$vid") from_guest+=("eth0.$vid>trunk.$vid"); done
  for vid in ${3:-}; do to_guest+=("trunk.$vid>eth0") from_guest+=("eth0.$vid>trunk.$vid"); done
  if [[ $1 != - ]]; then
    to_guest+=("trunk.$1>eth0") from_guest+=("eth0>trunk.$1" "eth0.$1>trunk.$1")
  fi
  say switch trunk
  say vif3.0 eth0
  expect_equal "to the guest: $(heard vif3.0)" "to the guest: $(sorted "${to_guest[@]}")"
  expect_equal "from the guest: $(heard switch)" "from the guest: $(sorted "${from_guest[@]}")"
  expect_equal "to dom0: $(heard -)" "to dom0: "
}

sorted() {
  [[ $# -eq 0 ]] || printf '%s\n' "$@" | LC_ALL=C sort | xargs
}

# In xenstore, as libxl writes them.
vif_spec() {  # KEY=VALUE...
  local pair
  xenstore-rm backend/vif/3/0 2>"$TMPDIR/ignored" || true
  for pair in "$@" frontend=/local/domain/3/device/vif/0 mac=00:16:3e:01:fb:fe handle=0; do
    xenstore-write "backend/vif/3/0/${pair%%=*}" "${pair#*=}"
  done
}

by_libxl() {  # EVENT
  env XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 XENBUS_BASE_PATH=backend \
    script=/etc/xen/scripts/vif-xvlan netdev='' vif=vif3.0 "$XVLAN" vif "$1" type_if=vif
}

config "netdev = eth1
vlans = 1-4094
vlan-aware = yes"
aware=config=$TMPDIR/xvlan.conf

scenario "a vif that is on no VLAN yet lets nothing through, and dom0 hears no VLAN"
fresh_wire
expect_status 0 network start "$aware"
expect_wire - ""
ip link set vif3.0 address fe:ff:ff:ff:ff:ff master xenbr0 up
expect_wire - ""
ip link set vif3.0 down nomaster

rows() {  # NATIVE TAGGED BARE WORD...
  local native=$1 tagged=$2 bare=$3
  shift 3
  scenario "on the wire: $*"
  expect "vif3.0 to be plugged with $*" plug vif3.0 "$aware" "$@"
  expect_wire "$native" "$tagged" "$bare"
}

rows 10 "" "" vlan=10
rows 10 "" "" vlan=10p
rows 10 "" "" bridge=xenbr0.10
rows 10 "" "" bridge=br10
rows 10 "" "" bridge=br10 vlan=10
rows 10 "20" "" vlan=10p/20
rows 10 "20" "" bridge=xenbr0.10:20
rows 5 "10 20 22 25 30" "" vlan=5p/10/20-30
rows 5 "10 20 22 25 30" "" vlan=5p,10,20-30
rows - "10 20 22 25 30" "" vlan=10/20-30
rows - "20" "" vlan=20t
rows - "20" "" bridge=xenbr0:20
rows 10 "100 110 120 130 140" "" vlan=10p/100+10x4
rows 1 "10 12 15" "20 22 25" vlan=1p/10-15/20-25u
rows - "" "20" vlan=20u
rows 4094 "" "" vlan=4094
rows - "1 2 5 10 12 15 20 22 25 30 100 110 120 130 140 4094" "" vlan=1-4094

scenario "a vif that is unplugged hears and says nothing"
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif offline vif3.0
expect_wire - ""

scenario "what libxl writes into xenstore is done, and again at the next event"
vif_spec bridge=xenbr0 vlan=5p/10/20-30
mount -t tmpfs tmpfs /etc/xen  # the machine's own stays as it is
cp "$TMPDIR/xvlan.conf" /etc/xen/xvlan.conf
expect_status 0 by_libxl online
expect_equal "$(xenstore-read backend/vif/3/0/hotplug-status)" connected
expect_wire 5 "10 20 22 25 30"
expect_status 0 by_libxl online
expect_wire 5 "10 20 22 25 30"
expect_status 0 by_libxl offline
expect_wire - ""

scenario "the name that libvirt writes for <vlan> is understood before Xen 4.19, too"
vif_spec bridge=xenbr0.10:20:30
expect_status 0 by_libxl online
expect_wire 10 "20 30"

scenario "a guest's tap has the same VLANs as its vif"
ip netns add tap3
ip link add vif3.0-emu type veth peer name eth0 netns tap3
ip -n tap3 link set eth0 up
expect_status 0 env XENBUS_PATH=backend/vif/3/0 "$XVLAN" vif add vif3.0-emu type_if=tap
expect_equal "$(bridge -json vlan show dev vif3.0-emu | jq -c '.[].vlans')" \
  "$(bridge -json vlan show dev vif3.0 | jq -c '.[].vlans')"
ip netns delete tap3

scenario "guests hear each other within a VLAN only"
expect "vif3.0 to be plugged" plug vif3.0 "$aware" vlan=10
expect "vif4.0 to be plugged" plug vif4.0 "$aware" vlan=20
heard vif4.0 >"$TMPDIR/ignored"
say vif3.0 eth0
expect_equal "to the other: $(heard vif4.0)" "to the other: "
expect "vif4.0 to be plugged" plug vif4.0 "$aware" vlan=20p/10
heard vif4.0 >"$TMPDIR/ignored"
say vif3.0 eth0
expect_equal "to the other: $(heard vif4.0)" "to the other: eth0.10>eth0.10 eth0>eth0.10"

scenario "what is refused is said, and leaves the vif as it was"
expect_refused() {  # REASON WORD...
  local reason=$1
  shift
  expect_unchanged 1 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 "$aware" "$@"
  expect_contains "$err" "cannot use $reason"
  expect_equal "$(bridge -json vlan show dev vif3.0 | jq -c '.[].vlans')" \
    '[{"vlan":10,"flags":["PVID","Egress Untagged"]}]'
}
no_vlan="is not a VLAN: a VLAN ID is a number from 1 to 4094"
expect_refused "vlan=0: '0' $no_vlan" vlan=0
expect_refused "vlan=10/4095: '4095' $no_vlan" vlan=10/4095
expect_refused "vlan=30-20: '30-20' is a range that runs backwards" vlan=30-20
expect_refused "vlan=10/5-15: '5-15' names VLAN 10 a second time" vlan=10/5-15
expect_refused "vlan=10p/20p: '20p' is a second native VLAN" vlan=10p/20p
expect_refused "vlan=10 with bridge=br4: br4 is VLAN 4 of eth1" vlan=10 bridge=br4
expect_refused "bridge=xenbr0: it carries all VLANs of its trunk, and the spec names none" bridge=xenbr0
expect_refused "bridge=xenbr0.0:20 as vlan=0p/20t: '0p' $no_vlan" bridge=xenbr0.0:20
config "netdev = eth1
vlans = 4,10
vlan-aware = yes"
expect_refused "vlan=10p/20: eth1 does not have VLAN 20" vlan=10p/20

scenario "a vif is in its VLANs before it is up"
ip link set vif3.0 down nomaster
expect_status 0 env ASAN_OPTIONS=detect_leaks=0 XENSTORED_RUNDIR=/nonexistent \
  strace -o "$TMPDIR/calls" -e trace=sendmsg,sendto "$XVLAN" vif online vif3.0 "$aware" vlan=10
# Onto the bridge, its groups and VLANs, up; no links are listed.
expect_equal "$(grep -E 'RTM_GETLINK.*NLM_F_DUMP' "$TMPDIR/calls" || true)" ""
expect_equal "$(grep -oE 'RTM_(NEW|DEL|SET)LINK|IFF_UP|IFLA_MASTER|IFLA_AF_SPEC' \
  "$TMPDIR/calls" | uniq | xargs)" "$(cat <<'CALLS'
RTM_NEWLINK IFLA_MASTER RTM_SETLINK IFLA_AF_SPEC RTM_NEWLINK IFF_UP IFLA_MASTER
CALLS
)"

# A flood on every VLAN from the wire while vifs come and go: no frame of another VLAN arrives.
scenario "in a flood on all VLANs a guest that comes and goes hears its own only"
expect "vif4.0 to be unplugged" env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif offline vif4.0
heard vif3.0 >"$TMPDIR/ignored"
heard switch >"$TMPDIR/ignored"
while :; do say switch trunk; done &
flood=$!
while :; do say vif3.0 eth0; done &
other_flood=$!
for ((n = 0; n < 30; ++n)); do
  expect "vif3.0 to be plugged" plug vif3.0 "$aware" vlan=10
  sleep 0.02
  expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif offline vif3.0
done
kill "$flood" "$other_flood"
wait "$flood" "$other_flood" 2>"$TMPDIR/ignored" || true
expect_equal "to the guest: $(heard vif3.0)" "to the guest: trunk.10>eth0"
expect_equal "from the guest: $(heard switch)" "from the guest: eth0.10>trunk.10 eth0>trunk.10"
expect_equal "to dom0: $(heard -)" "to dom0: "

scenario "with a bridge for each VLAN one VLAN without a tag is all that a vif can have"
fresh_wire
config "netdev = eth1
vlans = 1,5,10,20-30"
expect_status 0 network start "$aware"
for word in vlan=10 vlan=10p bridge=br10 bridge=xenbr0.10; do
  expect "vif3.0 to be plugged with $word" plug vif3.0 "$aware" "$word"
  expect_port vif3.0 br10
  heard switch >"$TMPDIR/ignored"
  heard vif3.0 >"$TMPDIR/ignored"
  heard - >"$TMPDIR/ignored"
  say switch trunk
  # The trunk itself is dom0's: the witness is awake.
  expect_contains " $(heard -) " " trunk>eth1 "
  say vif3.0 eth0
  expect_equal "$(heard vif3.0)" "trunk.10>eth0"
  # The bridge's own VLAN has the number 1, so that a guest's tag of that number is none.
  expect_equal "$(heard switch)" "eth0.1>trunk.10 eth0>trunk.10"
  expect_equal "to dom0: $(heard -)" "to dom0: "
done
tagged=": each VLAN of eth1 has a bridge of its own, for one VLAN only"
for word in vlan=10p/20 bridge=xenbr0.10:20 vlan=5p/10/20-30 vlan=10/20-30 vlan=20t \
  bridge=xenbr0:20 vlan=1p/10/20-25u; do
  expect_unchanged 1 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 "$aware" "$word"
  expect_contains "$err" "cannot use $word$tagged
xvlan: hint: tagged VLANs need vlan-aware=yes in xvlan.conf, and 'network-xvlan start'"
done
expect_unchanged 1 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 "$aware" vlan=10 \
  bridge=br5
expect_contains "$err" "cannot use vlan=10 with bridge=br5: br5 is VLAN 5 of eth1"

# As the kernel makes it: every new port is in VLAN 1, untagged.
scenario "on somebody else's VLAN-aware bridge a vif leaves VLAN 1 for the one it asks for"
fresh_wire
ip link add br0 type bridge vlan_filtering 1
echo 1 >/proc/sys/net/ipv6/conf/br0/disable_ipv6
ip link set br0 up
ip link set eth1 master br0 up
bridge vlan add dev eth1 vid 10-20
before=$(bridge -json vlan show dev eth1)
expect "vif3.0 to be plugged" plug vif3.0 config=/dev/null bridge=br0 vlan=10
heard - >"$TMPDIR/ignored"
heard vif3.0 >"$TMPDIR/ignored"
heard switch >"$TMPDIR/ignored"
say switch trunk
say vif3.0 eth0
expect_equal "$(heard vif3.0)" "trunk.10>eth0"
expect_equal "$(heard switch)" "eth0.10>trunk.10 eth0>trunk.10"
expect_equal "$(bridge -json vlan show dev eth1)" "$before"
expect_equal "$(bridge -json vlan show dev br0 | jq -c '.[].vlans')" \
  '[{"vlan":1,"flags":["PVID","Egress Untagged"]}]'

scenario "without vlan= it keeps what that bridge gives"
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif offline vif3.0
expect "vif3.0 to be plugged" plug vif3.0 config=/dev/null bridge=br0
heard vif3.0 >"$TMPDIR/ignored"
say switch trunk
expect_equal "$(heard vif3.0)" "trunk.1>eth0 trunk>eth0"
stop_listening
