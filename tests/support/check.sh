# shellcheck shell=bash
# The words of the scenario tests in tests/kernel. A scenario is a promise, steps, and expectations:
#
#   #!/usr/bin/env bash
#   source "${BASH_SOURCE[0]%/*}/../support/check.sh"
#
#   scenario "start gives a VLAN its link and bridge"
#   fresh_host 4
#   expect_status 0 xvlan network start netdev=eth1 vlans=4
#   expect_vlan eth1.4 eth1 4
#   expect_port eth1.4 br4
#
# Run the file as it is: it moves into a sandbox by itself. The first failure prints the promise,
# what was expected, what was found and the links, and ends the file with status 1. The last line of
# a good run is "N passed, 0 failed". What most expectations ask is read from /sys and /proc by bash
# itself: in User-Mode Linux each `ip` costs 50 ms.
#
#   needs_xenstore           after `source`: the file runs beside an empty xenstore of its own
#   scenario PROMISE         starts the next test
#   xvlan ARG...             the program under test, $XVLAN (default: that in $XVLAN_BUILD, else in
#                            build/release)
#
#   fresh_host [VID...]      the namespace we are in becomes a bare host: eth0 up with 192.0.2.1/24,
#                            and eth1, the trunk, down; its far end `trunk` is up in namespace
#                            `switch`, with an up VLAN link trunk.VID that has $(switch_address VID)
#   switch_address VID       10.x.y.1, one /24 for each VID
#   guest_address VID [N]    10.x.y.N, N is 2 if left out
#   fresh_vif NAME [VID]     a vif: link NAME, down as netback leaves it; its other end is the
#                            guest's eth0, up in namespace NAME with $(guest_address VID)
#   reach NAMESPACE ADDRESS  status 0 if a ping from there is answered, 1 if not; a ping that could not
#                            be sent, for want of a route for example, is a failure either way
#   links                    every link in full, without counters: to compare before and after
#
#   expect_status N CMD...   runs CMD; its stdout and stderr are in $out and $err
#   expect WHAT CMD...       CMD succeeds; WHAT says what that shows
#   expect_not WHAT CMD...   CMD says no, with status 1: any other one is trouble of its own
#   expect_equal FOUND EXPECTED      expect_contains TEXT PART
#   expect_missing TEXT PART         TEXT is something, and has no such part
#   expect_at_most FOUND LIMIT       FOUND is a number from 1: nothing measured is no measurement
#   expect_link LINK         expect_no_link LINK      expect_up LINK       expect_down LINK
#   expect_vlan LINK LOWER VID                        expect_bridge LINK
#   expect_port LINK BRIDGE  LINK is a port of BRIDGE; with - for BRIDGE, of none
#   expect_no_address LINK   no address of any family
set -euo pipefail

_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [[ -z ${XVLAN:-} ]]; then
  export XVLAN=${XVLAN_BUILD:-$_support/../../build/release}/bin/xvlan
fi
# It decides which kernel the sandbox takes.
[[ -n ${XVLAN_SANDBOXED:-} ]] || exec "$_support/sandbox" "$0" "$@"

_promise="" _passed=0
out="" err=""

xvlan() {
  "$XVLAN" "$@"
}

needs_xenstore() {
  [[ -n ${_XVLAN_STORE:-} ]] || _XVLAN_STORE=1 exec "$_support/with-xenstored" "$0"
}

scenario() {
  [[ -z $_promise ]] || _passed=$((_passed + 1))
  _promise=$1
}

# Prints the failure and ends the file. The place is the first one outside of this library.
_fail() {  # EXPECTED FOUND
  local frame=0
  while [[ ${BASH_SOURCE[frame]} == "${BASH_SOURCE[0]}" ]]; do frame=$((frame + 1)); done
  {
    echo "FAILED: $_promise"
    echo "  at ${BASH_SOURCE[frame]}:${BASH_LINENO[frame - 1]}"
    printf -- '--- expected\n%s\n--- found\n%s\n' "$1" "$2"
    [[ -z $err ]] || printf -- '--- stderr of the last command\n%s\n' "$err"
    echo "--- links"
    ip -d link
  } >&2
  _promise=""
  exit 1
}

# A step that fails is a failure like any other; in a subshell it is the subshell's caller's.
set -o errtrace
trap '_failed_step $? "$BASH_COMMAND"' ERR
trap '_end $?' EXIT
trap 'exit 143' TERM  # bash would end with the status of the step before

_failed_step() {  # STATUS COMMAND
  [[ $BASHPID != "$$" ]] || _fail "status 0 of: $2" "status $1"
}

_end() {
  if [[ $1 -ne 0 ]]; then
    [[ -z $_promise ]] || echo "FAILED: $_promise" >&2  # bash itself gave up, with words of its own
    return 0
  fi
  scenario ""
  [[ $_passed -gt 0 ]] || { echo "FAILED: there is no scenario in $0" >&2; exit 1; }
  echo "$_passed passed, 0 failed"
}

# The host ---------------------------------------------------------------------------------------

# Steps for `ip -batch`: of all the forks in a scenario, most are here.
fresh_host() {
  local link namespace vid batch=""
  # Deleting a link may take others along, so that -force goes on after one that is not there.
  for link in /sys/class/net/*; do
    [[ ! -e $link/ifindex || $link == */lo ]] || batch+="link delete dev ${link##*/}"$'\n'
  done
  for namespace in /run/netns/*; do
    [[ ! -e $namespace ]] || batch+="netns delete ${namespace##*/}"$'\n'
  done
  ip -force -batch - <<<"$batch" 2>"$TMPDIR/ignored" || true
  ip -batch - <<'BATCH'
netns add switch
link add eth0 type dummy
address add 192.0.2.1/24 dev eth0
link set eth0 up
link add eth1 type veth peer name trunk netns switch
BATCH
  batch="link set trunk up"
  for vid in "$@"; do
    _address "$vid" 1
    batch+=$'\n'"link add link trunk name trunk.$vid up type vlan id $vid"
    batch+=$'\n'"address add $_addressed/24 dev trunk.$vid"
  done
  ip -n switch -batch - <<<"$batch"
}

_address() {  # VID N
  _addressed=10.$(($1 / 256)).$(($1 % 256)).$2
}

switch_address() {
  guest_address "$1" 1
}

guest_address() {
  _address "$1" "${2:-2}"
  echo "$_addressed"
}

fresh_vif() {
  local batch="link set eth0 up"
  ip -batch - <<BATCH
netns add $1
link add $1 type veth peer name eth0 netns $1
BATCH
  if [[ -n ${2:-} ]]; then
    _address "$2" 2
    batch+=$'\n'"address add $_addressed/24 dev eth0"
  fi
  ip -n "$1" -batch - <<<"$batch"
}

reach() {
  local status=0
  ip netns exec "$1" ping -n -c 1 -w 3 "$2" >"$TMPDIR/ping" 2>&1 || status=$?
  [[ $status -le 1 ]] || _fail "a ping from $1 to $2 to be sent" "$(<"$TMPDIR/ping")"
  return "$status"
}

links() {
  ip -d -o link |
    sed -E 's/ [a-z_]*_timer +[0-9.]+//g; s/ state [A-Za-z]+//g; s/NO-CARRIER,|,(LOWER_UP|M-DOWN)//g'
}

# What is so -------------------------------------------------------------------------------------

# What the last command has said, from the files to the variables.
_read_words() {
  IFS= read -r -d '' out <"$TMPDIR/out" || out=${out%$'\n'}
  IFS= read -r -d '' err <"$TMPDIR/err" || err=${err%$'\n'}
}

expect_status() {
  local expected=$1 status=0
  shift
  "$@" >"$TMPDIR/out" 2>"$TMPDIR/err" || status=$?
  _read_words
  [[ $status -eq $expected ]] || _fail "status $expected of: $*" "status $status, stdout: $out"
}

expect() {
  local what=$1
  shift
  "$@" || _fail "$what" "status $? of: $*"
}

expect_not() {
  local what=$1 status=0
  shift
  "$@" || status=$?
  [[ $status -eq 1 ]] || _fail "$what" "status $status of: $*"
}

expect_equal() {
  [[ $1 == "$2" ]] || _fail "$2" "$1"
}

expect_contains() {
  [[ $1 == *"$2"* ]] || _fail "something with: $2" "$1"
}

expect_missing() {
  [[ -n $1 && $1 != *"$2"* ]] || _fail "something, and nothing with: $2" "$1"
}

expect_at_most() {
  [[ $1 =~ ^[1-9][0-9]*$ && $1 -le $2 ]] || _fail "at most $2" "$1"
}

expect_link() {
  [[ -e /sys/class/net/$1 ]] || _fail "a link $1" "none"
}

expect_no_link() {
  [[ ! -e /sys/class/net/$1 ]] || _fail "no link $1" "one"
}

# IFF_UP, what was asked for; whether frames pass depends on the other end as well.
_is_up() {
  local flags
  expect_link "$1"
  read -r flags <"/sys/class/net/$1/flags"
  ((flags & 1))
}

expect_up() {
  _is_up "$1" || _fail "$1 up" "it is down"
}

expect_down() {
  if _is_up "$1"; then _fail "$1 down" "it is up"; fi
}

expect_vlan() {
  local name vid lower found="no VLAN link"
  expect_link "$1"
  # "eth1.4         | 4  | eth1", below two lines of heading
  while IFS=' |' read -r name vid lower; do
    [[ $name != "$1" ]] || found="VID $vid on $lower"
  done </proc/net/vlan/config
  [[ $found == "VID $3 on $2" ]] || _fail "$1 to have VID $3 on $2" "$found"
}

expect_bridge() {
  expect_link "$1"
  [[ -d /sys/class/net/$1/bridge ]] || _fail "$1 to be a bridge" "another kind"
}

expect_port() {
  local found=- master=/sys/class/net/$1/master
  expect_link "$1"
  [[ ! $master -ef /sys/class/net/$2 ]] || return 0
  [[ ! -e $master ]] || found=$(readlink "$master")
  found=${found##*/}
  [[ $found == "$2" ]] || _fail "$1 to be a port of $2" "it is one of $found"
}

expect_no_address() {
  local found
  expect_link "$1"
  found=$(ip -o address show dev "$1")
  [[ -z $found ]] || _fail "no address on $1" "$found"
}
