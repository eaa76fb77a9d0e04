#!/usr/bin/env bash
# What others do in the midst of a command: a guest keeps its bridge, and no guest's vif is left up
# outside of one.
sandbox_options=(--memory 2G --timeout 700)  # for the sanitizers, under emulation
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
export ASAN_OPTIONS=detect_leaks=0 XENSTORED_RUNDIR=/nonexistent

# Whether strace has told of CMD's stop or of its end; what it has told is in $told.
is_told() {
  told=""
  [[ ! -e $TMPDIR/strace ]] || IFS= read -r -d '' told <"$TMPDIR/strace" || told=$'\n'$told
  [[ $told == *$'\n'@("--- stopped by SIGSTOP"|"+++ ")* ]]
}

# Runs CMD up to its Nth request to the kernel, then MEDDLER, then the rest of CMD; its status is in
# $status, and what it says in $out and $err. False if CMD ended before: then MEDDLER was not run.
interrupted() {  # N MEDDLER CMD...
  local n=$1 meddler=$2 run
  shift 2
  rm -f "$TMPDIR/strace"
  # Its tracer is a grandchild, so that the process here is CMD's own.
  strace -D -o "$TMPDIR/strace" -e trace=sendmsg -e "inject=sendmsg:signal=STOP:when=$n" "$@" \
    >"$TMPDIR/out" 2>"$TMPDIR/err" &
  run=$!
  expect "strace to tell of a stop or an end" until_true 60 is_told
  met=0
  if [[ $told == *$'\n--- stopped by '* ]]; then
    met=1
    "$meddler"
    kill -CONT "$run"
  fi
  status=0
  wait "$run" || status=$?
  _read_words
  ((met))
}

# Whether a vif is up where it must not be: on no bridge.
expect_not_bare() {  # VIF
  [[ -e /sys/class/net/$1/master ]] || expect_down "$1"
}

plugged=0
# shellcheck disable=SC2317  # called by interrupted
plug_guest() {
  plugged=0
  "$XVLAN" vif online vif9.0 bridge=br5 2>"$TMPDIR/plug.err" || plugged=$?
}

# A guest of br5 comes behind every request of stop in turn.
stop_with_a_guest_coming() {  # ARG...
  local n
  for ((n = 1; ; n += every)); do
    fresh_host 5
    expect_status 0 network start netdev=eth1 vlans=4-6
    fresh_vif vif9.0 5
    interrupted "$n" plug_guest "$XVLAN" network stop "$@" || break
    expect_not_bare vif9.0
    if [[ $plugged -eq 0 ]]; then
      expect_port vif9.0 br5
      expect_up vif9.0
      expect_segment eth1 5
      expect "the guest to reach the switch" reach vif9.0 "$(switch_address 5)"
      expect "status 1 or 3, not $status" test "$status" -eq 1 -o "$status" -eq 3
      expect_contains "$err" vif9.0
    else
      expect_equal "$plugged" 1
      expect_no_link br5
      expect_equal "$(_sys vif9.0 operstate)" down
    fi
    [[ $* == force=yes ]] || expect_status 0 network start netdev=eth1 vlans=4-6
  done
  expect_equal "$status" 0
  expect "no less than 3 requests, $((n - 1)) found" test "$n" -gt 3
}

scenario "a guest that comes while stop deletes everything keeps or gets back its bridge"
stop_with_a_guest_coming

scenario "a guest that comes while stop deletes some VLANs keeps or gets back its bridge"
stop_with_a_guest_coming netdev=eth1 vlans=4,5

# All of a vif but what nobody can give back: that its MAC was drawn at random.
of_vif() {
  state vif3.0 | sed 's/ assigned=.*//'
}

# What happens to vif3.0, a port of br5, while it is plugged into br4: it is there in the end, or as
# it was before, or, where br4 went behind its back, down.
plug_while() {  # MEDDLER BRIDGE
  local n before
  for ((n = 1; ; n += every)); do
    fresh_host
    expect_status 0 network start netdev=eth1 vlans=4,5
    fresh_vif vif3.0
    [[ $2 == - ]] || expect "vif3.0 to be plugged" vif_online vif3.0 "$2"
    before=$(of_vif)
    interrupted "$n" "$1" "$XVLAN" vif online vif3.0 bridge=br4 || break
    expect_not_bare vif3.0
    expect "status 0, 1 or 3, not $status" test "$status" -le 3 -a "$status" -ne 2
    [[ $status -ne 1 ]] || expect_equal "$(of_vif)" "$before"
    [[ $status -eq 0 ]] || expect_contains "$err" "vif3.0"
  done
  expect_equal "$status" 0
  expect_port vif3.0 br4
  expect "no less than 3 requests, $((n - 1)) found" test "$n" -gt 3
}

# Who deletes the bridge of a vif that is plugged leaves it without one.
# shellcheck disable=SC2317  # called by interrupted
bridge_vanishes() {
  [[ ! -e /sys/class/net/br4/brif/vif3.0 ]] || ! _is_up vif3.0 || return 0
  ip link delete br4
}

# shellcheck disable=SC2317  # called by interrupted
bridge_is_replaced() {
  bridge_vanishes
  [[ -e /sys/class/net/br4 ]] || ip link add br4 up type dummy
}

scenario "a bridge that vanishes while a vif is plugged leaves the vif as it was"
plug_while bridge_vanishes -

scenario "a bridge that vanishes while a vif moves to it leaves the vif as it was"
plug_while bridge_vanishes br5

scenario "a bridge that becomes another kind of link while a vif is plugged leaves it as it was"
plug_while bridge_is_replaced -
plug_while bridge_is_replaced br5

scenario "a vif that the kernel adds to no bridge stays as it was"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4,5
fresh_vif vif3.0
ip link add link vif3.0 name above type macvlan
before=$(of_vif)
expect_status 1 xvlan vif online vif3.0 bridge=br4
expect_equal "$(of_vif)" "$before"
expect_contains "$err" "cannot add vif3.0 to bridge br4: "
expect_down vif3.0

# The name of a link that start has just made becomes a stranger's.
# shellcheck disable=SC2317  # called by interrupted
take_name() {
  [[ -e /sys/class/net/$name && ! -e $TMPDIR/taken ]] || return 0
  ip -batch - <<BATCH
link set $name down
link set $name name old
link add $name type dummy
BATCH
  state "$name" >"$TMPDIR/taken"
}

scenario "a link that takes the name of one that start has just made is left alone"
for name in eth1.4 br4; do
  for ((n = 1; ; n += every)); do
    fresh_host
    rm -f "$TMPDIR/taken"
    interrupted "$n" take_name "$XVLAN" network start netdev=eth1 vlans=4 || break
    [[ ! -e $TMPDIR/taken ]] || expect_equal "$(state "$name")" "$(<"$TMPDIR/taken")"
  done
  expect_equal "$status" 0
  expect "no less than 5 requests, $((n - 1)) found" test "$n" -gt 5
done
