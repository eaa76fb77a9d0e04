#!/usr/bin/env bash
# VLANs by VXLAN in the running kernel, without a control plane: start, stop and status in each form,
# and a kill -9 at every request.
sandbox_options=(--memory 2G --timeout 700)  # for the sanitizers, under emulation
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
export ASAN_OPTIONS=detect_leaks=0  # it can't look for leaks under strace
modprobe vxlan

own=(vxlan=192.0.2.1 "vlans=4,10-11" vni-base=10000)
aware=("${own[@]}" vlan-aware=yes)
single=("${own[@]}" vxlan-single=yes)

# A host with the address of tunnels on eth0, and the trunk eth1.
tunnel_host() {
  fresh_host 4
  ip link delete eth0
  ip link add eth0 mtu 1600 type veth peer name underlay
  ip link set underlay up
  ip link set eth0 up
  ip address add 192.0.2.1/24 dev eth0
  ip -6 address flush dev eth0
}

# All that start decides of such a host, whose own links get other MACs each time.
tunnel_state() {
  state | grep -E '^(vx|br|xenbr)' || true
  ip -details -json link show type vxlan | jq -r '
    sort_by(.ifname)[] | .linkinfo as {info_data: $vxlan, info_slave_data: $port} | [.ifname,
      "alias=\(.ifalias)", "id=\($vxlan.id)", "local=\($vxlan.local)", "port=\($vxlan.port)",
      "learning=\($vxlan.learning)", "single=\($vxlan.external)", "learns=\($port.learning)",
      "suppress=\($port.neigh_suppress)", "maps=\($port.vlan_tunnel)"] | join(" ")'
  bridge -compressvlans vlan show
  bridge vlan tunnelshow
  bridge vni show
}

expect_deaf() {  # BRIDGE...
  local each
  for each in "$@"; do
    expect_no_address "$each"
    expect "IPv6 to be off on $each" ipv6_off "$each"
    expect_equal "VLANs of $each: $(bridge -json vlan show dev "$each" | jq -c '.[].vlans')" \
      "VLANs of $each: "
  done
}

scenario "start makes a VXLAN link and a bridge for each VLAN, as EVPN wants them"
tunnel_host
expect_status 0 network start "${own[@]}"
expect_equal "$out$err" ""
for vid in 4 10 11; do
  expect_port "vx$vid" "br$vid"
  expect_up "vx$vid"
  expect_up "br$vid"
  expect_no_address "vx$vid"
  expect "IPv6 to be off on vx$vid" ipv6_off "vx$vid"
  expect_sys "vx$vid" mtu 1550
  expect_sys "br$vid" mtu 1550
  expect_sys "vx$vid" addr_assign_type 3  # NET_ADDR_SET: udev leaves it alone
  expect_sys "vx$vid" ifalias "VLAN $vid"
  expect_sys "vx$vid" brport/learning 0
  expect_sys "vx$vid" brport/neigh_suppress 0
  expect_deaf "br$vid"
done
expect_equal "$(ip -details -json link show vx4 | jq -c '.[].linkinfo.info_data |
  [.id, .local, .port, .learning, .external, .group, .remote]')" \
  '[10004,"192.0.2.1",4789,false,null,null,null]'
expect_no_change "$XVLAN" network start "${own[@]}"
expect_equal "$out$err" ""

scenario "start makes access ports, or one device, on a VLAN-aware bridge"
tunnel_host
expect_status 0 network start "${aware[@]}"
expect_deaf xenbr0
expect_equal "$(bridge -compressvlans vlan show dev vx10 | tail -n 1 | xargs)" \
  "vx10 10 PVID Egress Untagged"
expect_no_change "$XVLAN" network start "${aware[@]}"
tunnel_host
expect_status 0 network start "${single[@]}"
expect_deaf xenbr0
expect_equal "$(bridge vlan tunnelshow | tail -n +2 | xargs)" "vxlan0 4 10004 10-11 10010-10011"
expect_equal "$(bridge vni show | tail -n +2 | xargs)" "vxlan0 10004 10010-10011"
expect_no_change "$XVLAN" network start "${single[@]}"
expect_status 0 network start vxlan=192.0.2.1 vlans=4 vni-base=10000 vxlan-single=yes
expect_equal "$(bridge vni show | tail -n +2 | xargs)" "vxlan0 10004"

scenario "one device takes as many VLANs as the kernel can tell of, in one message"
in_pairs() {  # COUNT
  local n
  printf 1-2
  for ((n = 1; n < $1; ++n)); do printf ',%d-%d' $((3 * n + 1)) $((3 * n + 2)); done
}
tunnel_host
before=$(tunnel_state)
many=(vxlan=192.0.2.1 "vlans=$(in_pairs 910)" vni-base=10000 vxlan-single=yes)
expect_status 0 network start "${many[@]}"
expect_equal "$(bridge -json vni show | jq "[.[].vnis[]] | length")" 910
expect_no_change "$XVLAN" network start "${many[@]}"
expect_status 1 network start vxlan=192.0.2.1 "vlans=$(in_pairs 911)" vni-base=10000 \
  vxlan-single=yes
expect_contains "$err" "its VLANs are 911 ranges"
expect_no_change "$XVLAN" network start "${many[@]}"
expect_status 0 network stop
expect_equal "$(tunnel_state)" "$before"

scenario "an answer of the kernel that is too long is told, and what to do"
tunnel_host
expect_status 0 network start "${single[@]}"
for ((n = 20; n < 3120; ++n)); do
  echo "vlan add dev vxlan0 vid $n"
  echo "vlan add dev vxlan0 vid $n tunnel_info id $((20000 + 2 * n))"
done >"$TMPDIR/mappings"
bridge -batch "$TMPDIR/mappings"
expect_status 1 network start "${single[@]}"
expect_contains "$err" "what it says of one link is too long"
expect_contains "$err" "and delete it"
ip link delete vxlan0
expect_status 0 network start "${single[@]}"

scenario "a drift is told, and mended"
tunnel_host
expect_status 0 network start "${own[@]}"
wanted=$(tunnel_state)
ip link set vx4 down
ip link set vx4 mtu 1400
bridge link set dev vx4 learning on neigh_suppress on
ip link set vx10 nomaster
ip link delete vx11
status_lines=$(network status "${own[@]}" 2>"$TMPDIR/ignored" || true)
for each in "set vx4 up" "set MTU of vx4 to 1550" "switch learning of vx4 off" \
  "add vx10 to bridge br10" "vx11 is missing"; do
  expect_contains "$status_lines" "$each"
done
expect_status 0 network start "${own[@]}"
expect_equal "$(tunnel_state)" "$wanted"

scenario "status as JSON is what the schema says"
expect_status 3 network status "${own[@]}" json
expect_schema
expect_equal "$(jq -c '.segments[0].vxlan' <<<"$out")" \
  '{"id":10004,"local":"192.0.2.1","port":4789,"hosts":[]}'

scenario "stop takes all of it away, or what it is asked for"
for form in own aware single; do
  declare -n words=$form
  tunnel_host
  before=$(tunnel_state)
  expect_status 0 network start "${words[@]}"
  expect_status 0 network stop vxlan=192.0.2.1 vlans=10 vni-base=10000 "${words[@]:3}"
  expect_status 3 network status "${words[@]}"
  expect_equal "$(awk '{ print $2, $5 }' <<<"$out" | xargs)" "4 up 10 missing 11 up"
  expect_status 0 network stop
  expect_equal "$(tunnel_state)" "$before"
done

scenario "a link of somebody else's with the same VNI is left alone"
tunnel_host
ip link add theirs type vxlan id 10004 local 192.0.2.1 dstport 4789 learning
expect_unchanged 1 network start vxlan=192.0.2.1 vlans=4 vni-base=10000
expect_contains "$err" "theirs has its VNI, was not made by xvlan, and learns hosts by itself"

# Every request at which start can be killed, each from a bare host.
start_survives() {  # LEAST WORDS...
  local least=$1 kills=0 n wanted
  shift
  tunnel_host
  expect_status 0 network start "$@"
  wanted=$(tunnel_state)
  for ((n = 1; ; n += every)); do
    tunnel_host
    killed_at sendmsg "$n" "$XVLAN" network start "$@" || break
    kills=$((kills + 1))
    expect_status 0 network start "$@"
    expect_equal "$out$err" ""
    expect_equal "$(tunnel_state)" "$wanted"
  done
  expect "no less than $least requests to be killed at, $kills found" \
    test "$((kills * every))" -ge "$least"
}

for form in own aware single; do
  declare -n words=$form
  scenario "$form: start, killed at every request, is finished by the next start"
  start_survives 8 vxlan=192.0.2.1 vlans=4 vni-base=10000 "${words[@]:3}"
done
