#!/usr/bin/env bash
# The kernel fails at every request in turn, as the real one does under pressure: afterwards the host
# is as wanted, as before, or in between, and then the message names what is.
sandbox_options=(--memory 2G --timeout 700)  # for the sanitizers, under emulation
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
export ASAN_OPTIONS=detect_leaks=0 XENSTORED_RUNDIR=/nonexistent

# All of the links that nobody else changes, but what can't be given back: that a MAC was drawn.
host() {
  state | sed 's/ assigned=.*//'
}

# Runs CMD with FAULT at its Nth SYSCALL; its status is in $status. False if it made fewer.
with_fault() {  # SYSCALL N FAULT CMD...
  local syscall=$1 n=$2 calls inject="inject=$1:$3:when=$2"
  shift 3
  status=0
  {
    strace -o "$TMPDIR/strace" -e "trace=$syscall" -e "$inject" "$@" \
      >"$TMPDIR/out" 2>"$TMPDIR/err" || status=$?
  } 2>"$TMPDIR/ignored"  # bash says something about a strace that dies as its child does
  _read_words
  calls=$(grep -c "^$syscall(" "$TMPDIR/strace" || true)
  ((calls >= n))
}

# Every link that is neither as wanted nor as before is named in $err.
expect_rest_named() {
  local line
  while IFS= read -r line; do
    [[ $'\n'$wanted$'\n'$before$'\n' == *$'\n'"$line"$'\n'* ]] ||
      expect_contains "$err" "${line%% *}"
  done < <(host)
}

expect_outcome() {
  case $status in
    0) expect_equal "$(host)" "$wanted" ;;
    1)
      expect_equal "$(host)" "$before"
      expect_contains "$err" "xvlan: error: "
      ;;
    3)
      expect_contains "$err" "xvlan: error: "
      expect_rest_named
      ;;
    *) _fail "status 0, 1 or 3" "$status" ;;
  esac
}

# No link of ours, and no vif, is up outside a bridge; no bridge of ours is up and open.
expect_nothing_bare() {
  local line
  while IFS= read -r line; do
    case $line in
      br*" up=true "*)
        expect_equal "$(_sys "${line%% *}" bridge/vlan_filtering) ${line%% *}" "1 ${line%% *}"
        ;;
      eth1.*" master=null up=true "* | vif*" master=null up=true "*) _fail "none bare" "$line" ;;
    esac
  done < <(host)
}

# Each FAULT at each of CMD's SYSCALLs, each from the host that PREPARE makes.
survives() {  # LEAST SYSCALL FAULT PREPARE CMD...
  local least=$1 syscall=$2 fault=$3 prepare=$4 n
  shift 4
  "$prepare"
  before=$(host)
  expect_status 0 "$@"
  wanted=$(host)
  for ((n = 1; ; n += every)); do
    "$prepare"
    expect_equal "$(host)" "$before"
    with_fault "$syscall" "$n" "$fault" "$@" || break
    expect_nothing_bare
    expect_outcome
    expect_status 0 "$@"
    expect_equal "$(host)" "$wanted"
  done
  expect "no less than $least places for a fault, $((n - 1)) found" test "$n" -gt "$least"
}

# A bare host, each time with the same MACs.
# shellcheck disable=SC2317  # called by survives
bare() {
  fresh_host
  ip -batch - <<'BATCH'
link set eth0 address 02:00:00:00:00:00
link set eth1 address 02:00:00:00:00:01
link set eth0 addrgenmode none down
link set eth0 up
BATCH
}

# shellcheck disable=SC2317  # called by survives
with_vif() {
  bare
  expect_status 0 network start netdev=eth1 vlans=4,5
  fresh_vif vif3.0
  ip link set vif3.0 address 02:00:00:00:03:00
}

# shellcheck disable=SC2317  # called by survives
with_plugged_vif() {
  with_vif
  expect "vif3.0 to be plugged" vif_online vif3.0 br5
}

start=("$XVLAN" network start netdev=eth1 vlans=4)
online=("$XVLAN" vif online vif3.0 bridge=br4)

scenario "start holds or leaves nothing when a request can't be sent for want of buffers"
survives 10 sendmsg error=ENOBUFS bare "${start[@]}"

scenario "online holds or leaves nothing when a request can't be sent for want of buffers"
survives 5 sendmsg error=ENOBUFS with_plugged_vif "${online[@]}"
