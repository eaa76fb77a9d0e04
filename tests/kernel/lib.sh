# shellcheck shell=bash disable=SC2119,SC2120
# More words for the scenarios of this folder, beside those of tests/support/check.sh.
#
# A file that needs more than a sandbox usually has says so before it reads this one, for example
# sandbox_options=(--memory 2G --timeout 700).
#
#   network ARG...           the network-script: `xvlan network ARG...`
#   config TEXT              $TMPDIR/xvlan.conf gets TEXT; for config=$TMPDIR/xvlan.conf
#   vif_online NAME BRIDGE   plugs a vif by hand, without a xenstore
#   state [LINK...]          what xvlan decides of each link (or of those), one line each, sorted:
#                            no indices, timers or counters, so that equal states are equal texts
#   expect_sys LINK FILE TEXT        /sys/class/net/LINK/FILE says TEXT
#   expect_unchanged N CMD...        as expect_status N; the state is the same before and after
#   expect_segment TRUNK VID         VLAN link TRUNK.VID in bridge brVID is all that it should be
#   expect_no_segment TRUNK VID      neither of the two is there
#   ipv6_off LINK            status 0 if the kernel speaks no IPv6 on LINK
#   expect_schema            $out is JSON as man/xvlan.schema.json has it
#   expect_change CMD...     CMD succeeds, and asks the kernel for a change
#   expect_no_change CMD...  CMD succeeds, and only reads
#   imported WORD...         `xvlan network import WORD...` into $imported; its text is in $out
#   file_of_import           its lines without comments
#   expect_taken_over        what import prints now is enough: the first start with it changes
#                            nothing of wiring, and nothing at all unless import says so; a second
#                            start never does, and status finds nothing wrong but that another
#                            program manages the links
#   wiring                   names, kinds, trunks, VIDs, masters, MTUs and up or down of all links
#   until_true SECONDS CMD...        waits until CMD succeeds; fails after SECONDS
#   $every                   of what repeats to meet every moment, such as places to be killed at, every
#                            such one is enough: 1, so all of them, unless XVLAN_TEST_EVERY is set
#   killed_at SYSCALL N CMD...       runs CMD and kills it when it is about to make its Nth SYSCALL;
#                            status 1 if it has ended before. Whatever xvlan asks the kernel for goes
#                            through sendmsg, and IPv6 off through write to /proc.
if [[ -z ${XVLAN_SANDBOXED:-} && -n ${sandbox_options[*]:-} ]]; then
  exec "${BASH_SOURCE[0]%/*}/../support/sandbox" "${sandbox_options[@]}" "$0"
fi
source "${BASH_SOURCE[0]%/*}/../support/check.sh"

# shellcheck disable=SC2034  # a word of scenarios
every=${XVLAN_TEST_EVERY:-1}

network() {
  xvlan network "$@"
}

config() {
  printf '%s\n' "$1" >"$TMPDIR/xvlan.conf"
}

vif_online() {
  XENSTORED_RUNDIR=/nonexistent xvlan vif online "$1" "bridge=$2" 2>"$TMPDIR/ignored"
}

# By way of a file: from a pipe bash reads each character by itself.
state() {
  local lines line name rest ipv6 assigned told=""
  ip -details -json address show | jq -r '
    sort_by(.ifname)[] | .linkinfo as {$info_kind, $info_data} | [
      .ifname, "kind=\($info_kind)", "on=\(.link)", "vid=\($info_data.id)", "master=\(.master)",
      "up=\(.flags | contains(["UP"]))", "mtu=\(.mtu)", "mac=\(.address)", "group=\(.group)",
      "stp=\($info_data.stp_state)", "delay=\($info_data.forward_delay)",
      "also=\(.altnames // [] | join(","))", "addresses=\([.addr_info[].local] | join(","))"
    ] | join(" ")' >"$TMPDIR/state"
  mapfile -t lines <"$TMPDIR/state"
  for line in "${lines[@]}"; do
    name=${line%% *} rest=${line#* }
    [[ $# -eq 0 || " $* " == *" $name "* ]] || continue
    ipv6=none assigned=none
    [[ ! -e /proc/sys/net/ipv6/conf/$name ]] ||
      read -r ipv6 <"/proc/sys/net/ipv6/conf/$name/disable_ipv6"
    read -r assigned <"/sys/class/net/$name/addr_assign_type"
    told+="$name $rest disable_ipv6=$ipv6 assigned=$assigned"$'\n'
  done
  printf %s "$told"
}

expect_unchanged() {
  local before
  before=$(state)
  expect_status "$@"
  expect_equal "$(state)" "$before"
}

ipv6_off() {
  local disabled
  read -r disabled <"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
  [[ $disabled == 1 ]]
}

# Prints a file of /sys/class/net.
_sys() {  # LINK FILE
  local text
  read -r text <"/sys/class/net/$1/$2"
  echo "$text"
}

expect_sys() {
  local text
  read -r text <"/sys/class/net/$1/$2"
  [[ $text == "$3" ]] || _fail "$1 with $2 $3" "$text"
}

expect_segment() {
  local link="$1.$2" bridge="br$2" each mtu mac
  read -r mtu <"/sys/class/net/$1/mtu"
  read -r mac <"/sys/class/net/$1/address"
  expect_vlan "$link" "$1" "$2"
  expect_bridge "$bridge"
  expect_port "$link" "$bridge"
  expect_up "$1"
  for each in "$link" "$bridge"; do
    expect_up "$each"
    expect "IPv6 to be off on $each" ipv6_off "$each"
    expect_sys "$each" mtu "$mtu"
  done
  expect_sys "$bridge" bridge/stp_state 0
  expect_sys "$bridge" bridge/forward_delay 0
  expect_sys "$bridge" address "$mac"
  expect_sys "$bridge" addr_assign_type 3  # NET_ADDR_SET
}

expect_no_segment() {
  expect_no_link "$1.$2"
  expect_no_link "br$2"
}

# A sleep that is no process: nothing ever comes from there.
exec {_nothing}<> <(:)
_pause() {  # SECONDS
  read -r -t "$1" -u "$_nothing" || true
}

until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    _pause 0.05
  done
}

# Prints how often the last command asked the kernel to change something: links through netlink,
# settings through /proc and /sys.
_changes() {
  awk '/RTM_(NEW|DEL|SET)|"\/(proc|sys)\/.*O_(WRONLY|RDWR)/ { n++ } END { print n + 0 }' \
    "$TMPDIR/changes"
}

# CMD succeeds, and what it asks is in $TMPDIR/changes. It has read the links, so that a change
# would have been seen there.
_trace_changes() {
  expect_status 0 env ASAN_OPTIONS=detect_leaks=0 \
    strace -f -o "$TMPDIR/changes" -e trace=sendmsg,sendto,openat "$@"
  expect "$* to read the links" grep -q RTM_GETLINK "$TMPDIR/changes"
}

expect_schema() {
  printf %s "$out" >"$TMPDIR/json"
  expect "the JSON to be as the schema says" /usr/bin/python3 - \
    "${BASH_SOURCE[0]%/*}/../../man/xvlan.schema.json" "$TMPDIR/json" <<'PYTHON'
import json, sys, jsonschema
schema, found = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.Draft202012Validator(schema).validate(found)
PYTHON
}

expect_change() {
  _trace_changes "$@"
  expect "$* to change something" test "$(_changes)" -gt 0
}

expect_no_change() {
  _trace_changes "$@"
  expect_equal "$(_changes) changes" "0 changes"
}

killed_at() {
  local status=0 inject="inject=$1:signal=KILL:when=$2"
  shift 2
  # strace ends as its child does, and bash has something to say about that.
  {
    strace -o "$TMPDIR/strace" -e trace=sendmsg,write -e "$inject" "$@" \
      >"$TMPDIR/out" 2>"$TMPDIR/err" || status=$?
  } 2>"$TMPDIR/ignored"
  [[ $status -eq 0 || $status -eq 137 ]] || _fail "status 0 or death by a kill" "status $status"
  [[ $status -eq 137 ]]
}

imported=$TMPDIR/imported.conf

imported() {
  expect_status 0 xvlan network import "$@"
  expect_equal "$err" ""
  printf '%s\n' "$out" >"$imported"
}

file_of_import() {
  grep -v '^#' "$imported" | grep . || true
}

wiring() {
  ip -details -json link show | jq -r '
    sort_by(.ifname)[] | [.ifindex, .ifname, .linkinfo.info_kind, .link,
      .linkinfo.info_data.id, .master, .mtu, (.flags | contains(["UP"]))] | map(tostring) | join(" ")'
}

# What status says is wrong with the VLANs of $imported, but for who else manages their links.
_problems() {
  local status=0
  xvlan network status "config=$imported" >"$TMPDIR/out" 2>"$TMPDIR/ignored" || status=$?
  [[ -s $TMPDIR/out && ($status -eq 0 || $status -eq 3) ]] || echo "status $status"
  sed -n 's/.* : //p' "$TMPDIR/out" | sed 's/; /\n/g' | grep -v ' is managed by ' || true
}

expect_taken_over() {
  local before start_imported=("$XVLAN" network start "config=$imported")
  before=$(wiring)
  imported
  if [[ $out == *"start will: "* ]]; then
    expect_change "${start_imported[@]}"
  else
    expect_no_change "${start_imported[@]}"
  fi
  expect_equal "$out$err" ""
  expect_equal "$(wiring)" "$before"
  expect_no_change "${start_imported[@]}"
  expect_equal "$(_problems)" ""
  imported
  expect_missing "$out" "start will: "
}
