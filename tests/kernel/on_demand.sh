#!/usr/bin/env bash
# VLANs that come with their first guest and go with their last.
sandbox_options=(--memory 2G --timeout 700)
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

own=$'netdev = eth1\nvlans = 1-20\non-demand = yes'
shared="$own"$'\nvlan-aware = yes'

on_demand() {  # CONFIG
  fresh_host
  config "$1"
  expect_status 0 network start config="$TMPDIR/xvlan.conf"
}

event() {  # EVENT VIF [WORD...]
  XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif "$@" config="$TMPDIR/xvlan.conf"
}

# The VIDs at the trunk.
trunk_vids() {
  bridge -json vlan show dev eth1 | jq -r '[.[].vlans[].vlan] | join(" ")'
}

# What is there of VLANs: VLAN links, bridges, and the VIDs of the trunk.
vlans_there() {
  ip -br link show type vlan | sed 's/@.*//' | cut -d ' ' -f 1
  ip -br link show type bridge | cut -d ' ' -f 1
  trunk_vids
}

status_lines() {
  expect_status "$1" network status config="$TMPDIR/xvlan.conf"
  # shellcheck disable=SC2154
  echo "$out"
}

scenario "start makes no VLAN, the first vif brings its own, and the last takes it away"
on_demand "$own"
expect_up eth1
expect_equal "$(vlans_there)" ""
fresh_vif vif3.0
fresh_vif vif4.0
expect_status 0 event online vif3.0 bridge=br4
expect_segment eth1 4
expect_port vif3.0 br4
expect_status 0 event online vif4.0 vlan=4
expect_port vif4.0 br4
expect_no_segment eth1 5
expect_equal "$(ip -br link show group 7894628 | cut -d ' ' -f 1)" "br4"  # the mark of udev's rule
expect_equal "$(status_lines 0)" $'eth1 1-20 - - on-demand -\neth1 4 eth1.4 br4 up vif3.0,vif4.0'
expect_no_change "$XVLAN" network start config="$TMPDIR/xvlan.conf"
expect_status 0 event offline vif3.0
expect_segment eth1 4
expect_status 0 event offline vif4.0
expect_no_segment eth1 4
expect_up eth1
expect_equal "$(status_lines 0)" "eth1 1-20 - - on-demand -"

scenario "on a VLAN-aware bridge a VID is at the trunk for as long as a guest is in it"
on_demand "$shared"
expect_equal "$(vlans_there)" "xenbr0"
fresh_vif vif3.0
fresh_vif vif4.0
expect_status 0 event online vif3.0 vlan=4
expect_equal "$(trunk_vids)" 4
expect_status 0 event online vif4.0 vlan=4p/10/12
expect_equal "$(trunk_vids)" "4 10 12"
expect_equal "$(status_lines 0 | head -n 2)" \
  $'eth1 1-20 - xenbr0 on-demand -\neth1 4 - xenbr0 up vif3.0,vif4.0'
expect_no_change "$XVLAN" network start config="$TMPDIR/xvlan.conf"
expect_status 0 event offline vif4.0
expect_equal "$(trunk_vids)" 4
expect_status 0 event offline vif3.0
expect_equal "$(vlans_there)" "xenbr0"
expect_port eth1 xenbr0

scenario "a vif that has gone already takes its VLAN along"
for form in "$own" "$shared"; do
  on_demand "$form"
  before=$(vlans_there)
  fresh_vif vif3.0
  expect_status 0 event online vif3.0 vlan=4
  ip link delete vif3.0
  expect_status 0 event offline vif3.0
  expect_equal "$(vlans_there)" "$before"
done

scenario "a move brings the new VLAN and takes the old one away"
on_demand "$own"
fresh_vif vif3.0
expect_status 0 event online vif3.0 vlan=4
expect_status 0 event move vif3.0 vlan=9
expect_segment eth1 9
expect_port vif3.0 br9
expect_no_segment eth1 4
on_demand "$shared"
fresh_vif vif3.0
expect_status 0 event online vif3.0 vlan=4
expect_status 0 event move vif3.0 vlan=9
expect_equal "$(trunk_vids)" 9

scenario "a vif that can't be plugged takes back what it brought"
for form in "$own" "$shared"; do
  on_demand "$form"
  before=$(state)
  fresh_vif vif3.0
  expect_status 1 event online vif3.0 vlan=21
  expect_contains "$err" "eth1 does not have VLAN 21"
  expect_status 1 event online vif4.0 vlan=4
  expect_contains "$err" "cannot find vif4.0"
  ip link delete vif3.0
  expect_equal "$(state)" "$before"
done

scenario "a run that is killed at any step leaves nothing that the next ones do not mend"
kill_everywhere() {  # CONFIG
  local n calls=0 empty event
  on_demand "$1"
  empty=$(vlans_there)
  fresh_vif vif3.0
  fresh_vif vif4.0
  for event in online offline; do
    for ((n = 1; ; n += 2)); do
      expect_status 0 event online vif3.0 vlan=4
      [[ $event == offline ]] || expect_status 0 event offline vif3.0
      killed_at sendmsg "$n" env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif "$event" vif3.0 vlan=4 \
        config="$TMPDIR/xvlan.conf" || break
      calls=$((calls + 1))
      expect "vif3.0 not to be up outside its bridge" not_bare vif3.0
      expect_status 0 event online vif4.0 vlan=4
      expect_status 0 event offline vif3.0
      expect_equal "$(status_lines 0 | grep -c ' 4 .* up vif4.0$')" 1
      expect_status 0 event offline vif4.0
      expect_equal "$(vlans_there)" "$empty"
    done
  done
  expect "many calls" test "$calls" -ge 8
}
not_bare() {
  [[ $(_sys "$1" operstate) == down || -e /sys/class/net/$1/master ]] ||
    [[ $(ip -json link show "$1" | jq -r '.[].flags | contains(["UP"])') == false ]]
}
kill_everywhere "$own"
kill_everywhere "$shared"

scenario "start goes over to VLANs on demand, and back, with guests running"
for form in "" $'\nvlan-aware = yes'; do
  fresh_host
  config $'netdev = eth1\nvlans = 4-6'"$form"
  expect_status 0 network start config="$TMPDIR/xvlan.conf"
  fresh_vif vif3.0
  expect_status 0 event online vif3.0 vlan=4
  all=$(state)
  config $'netdev = eth1\nvlans = 4-6\non-demand = yes'"$form"
  expect_equal "$(status_lines 3 | grep -c 'has no guest')" 2
  expect_status 0 network start config="$TMPDIR/xvlan.conf" dry-run
  expect_equal "$(grep -c 'away, because no guest is in it' <<<"$out")" 2
  expect_status 0 network start config="$TMPDIR/xvlan.conf"
  expect_equal "$(status_lines 0 | wc -l)" 2
  expect_no_change "$XVLAN" network start config="$TMPDIR/xvlan.conf"
  config $'netdev = eth1\nvlans = 4-6'"$form"
  expect_status 0 network start config="$TMPDIR/xvlan.conf"
  expect_equal "$(state)" "$all"
done

scenario "start converts VLANs on demand from one form to the other, and stop takes all"
on_demand "$own"
fresh_vif vif3.0
expect_status 0 event online vif3.0 vlan=4
config "$shared"
expect_status 0 network start config="$TMPDIR/xvlan.conf"
expect_equal "$(vlans_there)" $'xenbr0\n4'
expect_equal "$(status_lines 0 | tail -n 1)" "eth1 4 - xenbr0 up vif3.0"
config "$own"
expect_status 0 network start config="$TMPDIR/xvlan.conf"
expect_segment eth1 4
expect_port vif3.0 br4
expect_equal "$(vlans_there)" $'eth1.4\nbr4'
expect_status 1 network stop config="$TMPDIR/xvlan.conf"
expect_segment eth1 4
expect_status 0 network stop force=yes
expect_equal "$(vlans_there)" ""

scenario "what belongs to the configuration is not taken from the command line"
on_demand "$own"
expect_status 2 network start netdev=eth1 vlans=4 config="$TMPDIR/xvlan.conf"
expect_contains "$err" "cannot start VLAN 4 of eth1: with on-demand=yes the vif-script brings it up with its first guest"
expect_status 2 network start netdev=eth1 vlans=4 on-demand=yes
expect_contains "$err" "set it in xvlan.conf"

# Plugs and unplugs a vif again and again, and looks each time whether it is where it should be.
come_and_go() {  # VIF VID LOOK
  local round
  for ((round = 0; round < rounds; round++)); do
    event online "$1" vlan="$2" || echo "$1: online failed"
    "$3" "$1" "$2" || echo "$1 is not in VLAN $2"
    event offline "$1" || echo "$1: offline failed"
  done
}
in_own() {
  local link
  [[ -e /sys/class/net/br$2/brif/$1 && -e /sys/class/net/br$2/brif/eth1.$2 ]] || return 1
  for link in "eth1.$2" "br$2" "$1"; do (($(_sys "$link" flags) & 1)) || return 1; done
}
in_shared() {
  [[ -e /sys/class/net/xenbr0/brif/$1 && " $(trunk_vids) " == *" $2 "* ]]
}

scenario "200 vifs of 20 VLANs that come and go at once lose nothing and leave nothing"
rounds=2
for form in own shared; do
  on_demand "${!form}"
  before=$(vlans_there)
  for ((n = 1; n <= 200; ++n)); do echo "link add vif$n.0 type dummy"; done | ip -batch -
  pids=()
  for ((n = 1; n <= 200; ++n)); do
    come_and_go "vif$n.0" $((1 + n % 20)) "in_$form" >"$TMPDIR/vif$n.lost" 2>"$TMPDIR/vif$n.err" &
    pids+=("$!")
  done
  wait "${pids[@]}"
  expect_equal "$(cat "$TMPDIR"/vif*.lost)" ""
  expect_equal "$(grep -hv 'nothing is written to xenstore' "$TMPDIR"/vif*.err || true)" ""
  expect_equal "$(vlans_there)" "$before"
done
