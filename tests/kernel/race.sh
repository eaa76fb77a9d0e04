#!/usr/bin/env bash
# start beside start beside stop beside vif events: no error that is not real, same final state.
sandbox_options=(--memory 2G --timeout 700)  # for the sanitizers, under emulation
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

# Starts CMD in the background; its status and what it says on stderr go to files.
runs=()
run() {  # NAME CMD...
  local name=$1
  shift
  { "$@" >"$TMPDIR/$name.out" 2>"$TMPDIR/$name.err" || echo "$?" >"$TMPDIR/$name.failed"; } &
  runs+=("$!")
}

finish_runs() {
  wait "${runs[@]}"
  runs=()
}

forget_runs() {
  rm -f "$TMPDIR"/*.{out,err,failed}
}

# No run that begins with NAME ended by a crash, or with any other status than these.
expect_failed() {  # NAME STATUS...
  local failed
  for failed in "$TMPDIR/$1"*.failed; do
    [[ ! -e $failed ]] || expect_contains " ${*:2} " " $(<"$failed") "
  done
}

vif_event() {  # EVENT VIF BRIDGE
  XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif "$1" "$2" bridge="$3"
}

# fifty vifs, five on each of ten VLANs
make_vifs() {
  local n
  for ((n = 1; n <= 50; ++n)); do echo "link add vif$n.0 type dummy"; done | ip -batch -
}

bridge_of() {  # N
  echo "br$((4 + $1 % 10))"
}

plug_all() {
  local n
  for ((n = 1; n <= 50; ++n)); do
    expect_status 0 vif_event online "vif$n.0" "$(bridge_of "$n")"
  done
}

scenario "ten starts at once all succeed in silence, and the state is that of one"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4-13
wanted=$(state)
for ((round = 0; round < 2; round += every)); do
  expect_status 0 network stop
  forget_runs
  for ((n = 1; n <= 10; ++n)); do
    run "start$n" "$XVLAN" network start netdev=eth1 vlans=4-13
  done
  finish_runs
  expect_equal "$(cat "$TMPDIR"/start*.{out,err})" ""
  expect_equal "$(compgen -G "$TMPDIR/*.failed" || true)" ""
  expect_equal "$(state)" "$wanted"
done

scenario "50 vifs are plugged at once beside a start that has nothing to do"
make_vifs
forget_runs
for ((n = 1; n <= 50; ++n)); do
  run "vif$n" vif_event online "vif$n.0" "$(bridge_of "$n")"
  ((n % 10)) || run "start$n" "$XVLAN" network start netdev=eth1 vlans=4-13
done
finish_runs
expect_equal "$(compgen -G "$TMPDIR/*.failed" || true)" ""
for ((n = 1; n <= 50; ++n)); do expect_port "vif$n.0" "$(bridge_of "$n")"; done
plugged=$(state)

scenario "stops beside it all find guests everywhere, and take nothing away"
forget_runs
for ((n = 1; n <= 5; ++n)); do
  run "stop$n" "$XVLAN" network stop
  run "start$n" "$XVLAN" network start netdev=eth1 vlans=4-13
done
finish_runs
expect_equal "$(compgen -G "$TMPDIR/start*.failed" || true)" ""
expect_equal "$(cat "$TMPDIR"/stop*.failed)" $'1\n1\n1\n1\n1'
expect_equal "$(state)" "$plugged"

# Real are: a bridge that is not there at the moment at which a vif wants it, and guests that stop
# spares. A start, whatever is taken away under it, has nothing to complain of but that it was
# taken away again and again; which is not to happen with two stops.
real_vif_error='Could not find bridge device br[0-9]+$|add vif[0-9.]+ to bridge br[0-9]+: '
real_vif_error+='(No such device|Invalid argument)$'
noise='^xvlan: hint: |nothing is written to xenstore$'

scenario "starts, stops and 50 vif events at once: no error that is not real, same final state"
for ((round = 0; round < 2; round += every)); do
  expect_status 0 network stop force=yes
  forget_runs
  for ((n = 1; n <= 50; ++n)); do
    run "vif$n" vif_event online "vif$n.0" "$(bridge_of "$n")"
    case $n in
      1 | 10 | 30 | 45) run "start$n" "$XVLAN" network start netdev=eth1 vlans=4-13 ;;
      20 | 40) run "stop$n" "$XVLAN" network stop ;;
    esac
  done
  finish_runs
  expect_equal "$(cat "$TMPDIR"/start*.err)" ""
  expect_equal "$(compgen -G "$TMPDIR/start*.failed" || true)" ""
  expect_failed stop 1 3
  expect_failed vif 1
  expect_equal "$(grep -hvE "$noise|^xvlan: warning: .* is left: " "$TMPDIR"/stop*.err || true)" ""
  expect_equal "$(grep -hvE "$noise|$real_vif_error" "$TMPDIR"/vif*.err || true)" ""
  expect_status 0 network start netdev=eth1 vlans=4-13
  expect_equal "$err" ""
  for vid in 4 8 13; do expect_segment eth1 "$vid"; done
  plug_all
  expect_equal "$(state)" "$plugged"
done
