#!/usr/bin/env bash
# kill -9 at every operation, and at any moment: the next run finishes the job.
sandbox_options=(--memory 2G --timeout 700)  # for the sanitizers, under emulation
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
export ASAN_OPTIONS=detect_leaks=0  # it can't look for leaks under strace

# VLAN links that need an alternative name, so that there is one operation more to be killed at.
eight=(netdev=enp129s0f1np1 vlans=4001-4008)
one=(netdev=enp129s0f1np1 vlans=4001)

# What is so of the links that runs make, and of those that they must leave alone.
bare() {
  fresh_host
  ip link set eth1 name enp129s0f1np1
}

# Takes back what a run made, without a run.
take_back() {
  local link
  for link in /sys/class/net/*; do
    case ${link##*/} in
      br40* | enp12-*) echo "link delete ${link##*/}" ;;
    esac
  done | ip -force -batch - 2>"$TMPDIR/ignored" || true
  ip link set enp129s0f1np1 down
  echo 0 >/proc/sys/net/ipv6/conf/enp129s0f1np1/disable_ipv6
}

# Every point at which `start` can be killed, each from a bare host.
start_survives() {  # LEAST WORDS...
  local least=$1 kills=0 syscall n wanted
  shift
  bare
  expect_status 0 network start "$@"
  wanted=$(state)
  for syscall in sendmsg write; do
    for ((n = 1; ; n += every)); do
      take_back
      killed_at "$syscall" "$n" "$XVLAN" network start "$@" || break
      kills=$((kills + 1))
      expect_status 0 network start "$@"
      expect_equal "$out$err" ""
      expect_equal "$(state)" "$wanted"
    done
    expect_equal "$(state)" "$wanted"  # of the run that was not killed
  done
  expect "no less than $least points to be killed at, $kills found" \
    test "$((kills * every))" -ge "$least"
}

# With one VLAN each operation is a request of its own.
scenario "start of one VLAN, killed at every operation, is finished by the next start"
start_survives 10 "${one[@]}"

scenario "start of eight VLANs, killed at every request, is finished by the next start"
start_survives 20 "${eight[@]}"

scenario "stop, killed at every request, is finished by the next stop"
bare
ip link set enp129s0f1np1 up
bare_state=$(state)
kills=0
for ((n = 1; ; n += every)); do
  expect_status 0 network start "${eight[@]}"
  fresh=$(state)
  # A part of what is ours, so that each deletion is a request.
  killed_at sendmsg "$n" "$XVLAN" network stop netdev=enp129s0f1np1 vlans=4001-4003 || break
  kills=$((kills + 1))
  expect_status 0 network start "${eight[@]}"
  expect_equal "$(state)" "$fresh"
  killed_at sendmsg "$n" "$XVLAN" network stop || true
  expect_status 0 network stop
  expect_equal "$(state)" "$bare_state"
done
expect "something to be killed at, $kills found" test "$kills" -ge 1
expect_status 0 network stop
expect_equal "$(state)" "$bare_state"

scenario "start and stop killed at any moment are finished by the next start"
bare
expect_status 0 network start "${eight[@]}"
wanted=$(state)
for ((n = 0; n < 16 / every; ++n)); do
  verb=start
  if ((n % 2)); then verb=stop; else take_back; fi
  {
    "$XVLAN" network "$verb" "${eight[@]}" &
    run=$!
    sleep "0.0$((RANDOM % 3))$((RANDOM % 10))"
    kill -KILL "$run" || true
    wait "$run" || true
  } 2>"$TMPDIR/ignored"
  expect_status 0 network start "${eight[@]}"
  expect_equal "$(state)" "$wanted"
done
