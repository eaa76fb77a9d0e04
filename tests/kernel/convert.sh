#!/usr/bin/env bash
# From a bridge for each VLAN to one VLAN-aware bridge and back, with guests that run.
sandbox_options=(--memory 1G --timeout 900)
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
export ASAN_OPTIONS=detect_leaks=0  # it can't look for leaks under strace
vlans=(netdev=eth1 vlans=4-6)
aware=("${vlans[@]}" vlan-aware)

# Two guests on VLAN 4, one on VLAN 5, none on 6.
fresh_guests() {
  fresh_host 4 5
  expect_status 0 network start "${vlans[@]}"
  fresh_vif vif1.0 4
  fresh_vif vif2.0
  ip -n vif2.0 address add "$(guest_address 4 3)/24" dev eth0
  fresh_vif vif3.0 5
  expect "vif1.0 to be plugged" vif_online vif1.0 br4
  expect "vif2.0 to be plugged" vif_online vif2.0 br4
  expect "vif3.0 to be plugged" vif_online vif3.0 br5
}

expect_guests_reach_their_vlan() {
  expect "vif1.0 to reach VLAN 4" reach vif1.0 "$(switch_address 4)"
  expect "vif2.0 to reach VLAN 4" reach vif2.0 "$(switch_address 4)"
  expect "vif3.0 to reach VLAN 5" reach vif3.0 "$(switch_address 5)"
}

expect_shared() {
  local link
  for link in eth1.4 eth1.5 eth1.6 br4 br5 br6; do expect_no_link "$link"; done
  expect_port eth1 xenbr0
  for link in vif1.0 vif2.0 vif3.0; do expect_port "$link" xenbr0; done
  expect_equal "$(bridge -json -compressvlans vlan show | jq -r '
    .[] | .ifname + " " + ([.vlans[] | "\(.vlan)-\(.vlanEnd // .vlan)" +
      (if .flags // [] | index("PVID") then "p" else "" end)] | join(","))' | sort)" \
    $'eth1 4-6\nvif1.0 4-4p\nvif2.0 4-4p\nvif3.0 5-5p'
  expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" network status "${aware[@]}"
  expect_guests_reach_their_vlan
}

expect_own() {
  local vid
  expect_no_link xenbr0
  for vid in 4 5 6; do expect_segment eth1 "$vid"; done
  expect_port vif1.0 br4
  expect_port vif2.0 br4
  expect_port vif3.0 br5
  expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" network status "${vlans[@]}"
  expect_guests_reach_their_vlan
}

scenario "there and back, with guests that go on reaching their VLANs"
fresh_guests
expect_guests_reach_their_vlan
expect_status 0 network start "${aware[@]}"
expect_equal "$out$err" ""
expect_shared
expect_no_change "$XVLAN" network start "${aware[@]}"
expect_status 0 network start "${vlans[@]}"
expect_equal "$out$err" ""
expect_own
expect_no_change "$XVLAN" network start "${vlans[@]}"

# No link of a guest is ever up without a bridge.
expect_no_bare_guest() {
  local link
  for link in vif1.0 vif2.0 vif3.0; do
    [[ -e /sys/class/net/$link/master ]] || expect_down "$link"
  done
}

scenario "killed at any request, either way, the next start finishes"
fresh_guests
kills=0
for ((n = 3; ; n += every)); do
  killed_at sendmsg "$n" "$XVLAN" network start "${aware[@]}" || break
  kills=$((kills + 1))
  expect_no_bare_guest
  expect_status 0 network start "${aware[@]}"
  expect_shared
  killed_at sendmsg "$n" "$XVLAN" network start "${vlans[@]}" || true
  expect_no_bare_guest
  expect_status 0 network start "${vlans[@]}"
  expect_own
done
expect "no less than 15 points to be killed at, $kills found" test "$((kills * every))" -ge 15

scenario "what has no place on a VLAN-aware bridge is refused as a whole, and nothing changes"
fresh_guests
for step in "address add 10.0.5.9/24 dev br5" "address add 10.0.5.9/24 dev eth1.5" \
  "link set eth0 master br5" "link add link eth1.5 name eth1.5.7 type vlan id 7"; do
  ip -batch - <<<"$step"
  expect_unchanged 1 network start "${aware[@]}"
  expect_contains "$err" "3 VLANs not brought up: cannot use eth1 as trunk: "
  expect_contains "$err" "xvlan: hint: "
  ip address flush dev br5
  ip address flush dev eth1.5
  ip link set eth0 nomaster
  ip link delete eth1.5.7 2>"$TMPDIR/ignored" || true
done
expect_guests_reach_their_vlan

scenario "nor on bridges of one VLAN each"
expect_status 0 network start "${aware[@]}"
XENSTORED_RUNDIR=/nonexistent expect_status 0 xvlan vif move vif3.0 bridge=xenbr0 vlan=5p/6
expect_unchanged 1 network start "${vlans[@]}"
expect_contains "$err" "vif3.0 is in VLANs 5p,6, which is not possible where each VLAN has a bridge of its own"
XENSTORED_RUNDIR=/nonexistent expect_status 0 xvlan vif move vif3.0 bridge=xenbr0 vlan=5
ip address add 10.0.9.9/24 dev xenbr0
expect_unchanged 1 network start "${vlans[@]}"
expect_contains "$err" "xenbr0 has address 10.0.9.9/24, which has no place"
ip address flush dev xenbr0
expect_unchanged 1 network start netdev=eth1 vlans=4,6
expect_contains "$err" "vif3.0 is in VLANs 5p"
expect_status 0 network start "${vlans[@]}"
expect_own

scenario "a kernel that refuses half-way leaves each guest in its VLAN"
for ((n = 12; n < 40; n += 3 * every)); do
  fresh_guests
  strace -o "$TMPDIR/strace" -e trace=sendmsg -e "inject=sendmsg:error=ENOBUFS:when=$n" \
    "$XVLAN" network start "${aware[@]}" >"$TMPDIR/out" 2>"$TMPDIR/err" || true
  expect_no_bare_guest
  expect_guests_reach_their_vlan
  expect_status 0 network start "${aware[@]}"
  expect_shared
done
