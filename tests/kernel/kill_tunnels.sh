#!/usr/bin/env bash
# kill -9 of start at every request, with tunnels and with both uplinks in one bridge.
sandbox_options=(--memory 1G --timeout 900)
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
export ASAN_OPTIONS=detect_leaks=0  # it can't look for leaks under strace
modprobe vxlan

start=("$XVLAN" network start "config=$TMPDIR/xvlan.conf")

# eth0 is no dummy here, by which no tunnel leaves.
bare() {
  fresh_host
  ip link delete eth0
  ip link add eth0 mtu 1600 type veth peer name under mtu 1600 netns switch
  ip address add 192.0.2.1/24 dev eth0
  ip link set eth0 up
  ip -n switch link set under up
}

# Takes back what a run made, without a run.
take_back() {
  local link
  for link in /sys/class/net/*; do
    case ${link##*/} in
      vx* | br* | xenbr0 | eth1.*) echo "link delete ${link##*/}" ;;
    esac
  done | ip -force -batch - 2>"$TMPDIR/ignored" || true
  ip link set eth1 down
  echo 0 >/proc/sys/net/ipv6/conf/eth1/disable_ipv6
}

# What `bridge` shows of each port, in an order that does not depend on which was made first.
by_port() {
  awk '/^[^ \t]/ { port = $1; $1 = "" } { $1 = $1; print port, $0 }' | sort
}

# All that start decides, with the VLANs, VNIs and forwarding tables of ports.
whole() {
  state
  bridge vlan show | by_port
  bridge vlan tunnelshow | by_port
  bridge vni show | by_port
  bridge fdb show | grep 76:67: || true
}

# Every point at which `start` can be killed, each from a bare host. $wanted is what it comes to.
start_survives() {  # LEAST
  local kills=0 syscall n
  bare
  expect_status 0 "${start[@]}"
  wanted=$(whole)
  for syscall in sendmsg write; do
    for ((n = 1; ; n += every)); do
      take_back
      killed_at "$syscall" "$n" "${start[@]}" || break
      kills=$((kills + 1))
      expect_status 0 "${start[@]}"
      expect_equal "$out$err" ""
      expect_equal "$(whole)" "$wanted"
    done
    expect_equal "$(whole)" "$wanted"
  done
  expect "no less than $1 points to be killed at, $kills found" test "$((kills * every))" -ge "$1"
}

for form in bridges aware single; do
  case $form in
    bridges) more="" trunk="" ;;
    aware) more="vlan-aware = yes" trunk=$more ;;
    single) more="vxlan-single = yes" trunk="vlan-aware = yes" ;;
  esac
  scenario "$form: start with tunnels, killed at every request, is finished by the next"
  config "[vxlan 192.0.2.1]
vlans = 4,10
vni-base = 10000
$more"
  start_survives 10

  scenario "$form: start of both uplinks, killed at every request, is finished by the next"
  config "[vxlan 192.0.2.1]
vlans = 4,10
vni-base = 10000
$more
[trunk eth1]
vlans = 4,5
$trunk"
  start_survives 10

  scenario "$form: two starts at once are as good as one"
  for ((n = 0; n < 6; ++n)); do
    take_back
    runs=()
    for each in 1 2; do
      "${start[@]}" >"$TMPDIR/run$each" 2>&1 &
      runs+=($!)
    done
    for each in 0 1; do expect "both to end well" wait "${runs[each]}"; done
    expect_status 0 "${start[@]}"
    expect_equal "$(whole)" "$wanted"
  done
done
