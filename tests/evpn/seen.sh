#!/usr/bin/env bash
# What status and check tell of tunnels: other hosts, FRR itself, the hosts' own addresses, and MTUs.
sandbox_options=(--timeout 900)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

no_zebra="FRR's zebra is not running: guests on other hosts are not reached"
no_bgpd="FRR's bgpd is not running: guests on other hosts are not reached"
nobody="no other host is known on any VLAN of 192.0.2.1"

# The two VLANs of h1, VXLAN link and bridge as $form has them.
names_of_form() {
  case $form in
    bridges) four="vx4 br4" ten="vx10 br10" ;;
    aware) four="vx4 xenbr0" ten="vx10 xenbr0" ;;
    single) four="vxlan0 xenbr0" ten="vxlan0 xenbr0" ;;
  esac
}

# Status 3 with the warning before the VLANs, of which each has no other host.
expect_alone() {  # WARNING
  expect_told h1 status 3 "xvlan: warning: $1" \
    "192.0.2.1 4 $four up $vif hosts=0 : no other host of VNI 10004 is known" \
    "192.0.2.1 10 $ten up - hosts=0 : no other host of VNI 10010 is known"
  expect_told h1 check 3 "+ $1"
}

expect_all_well() {
  expect_told h1 status 0 "192.0.2.1 4 $four up $vif hosts=2" "192.0.2.1 10 $ten up - hosts=2"
  expect_well h1
}

zebra_knows() {  # HOST ADDRESS...
  [[ $(vtysh_at "$1" "show evpn vni json" | jq -r '."10004".remoteVteps // [] | sort | join(" ")') \
    == "${*:2}" ]]
}

for form in "${forms[@]}"; do
  names_of_form
  vif=-

  scenario "$form: VLANs are told to be up without FRR, and that nobody tells where guests are"
  fresh_lab
  reflector rr
  for n in 1 2 3; do
    host "h$n" "$n"
    tunnels "h$n" 4,10
  done
  expect_alone "$no_zebra"

  scenario "$form: an FRR that knows no other host is told from one that does not run"
  start_frr h1
  expect_alone "$nobody"

  scenario "$form: all other hosts are counted, and check has nothing to say"
  start_frr rr
  start_frr h2
  start_frr h3
  guest g1 h1 4 11
  vif=$(vif_of g1)
  expect_all_well
  expect_status 0 network_at h1 check nagios
  expect_equal "$out" "XVLAN OK - 2 VLANs up | up=2 wrong=0 unconfigured=0 guests=1"
  expect_well h2

  scenario "$form: a host that leaves one VLAN is counted in the other"
  tunnels h3 10
  expect_status 0 network_at h3 stop "vxlan=192.0.2.3" vlans=4
  expect_told h1 status 0 "192.0.2.1 4 $four up $vif hosts=1" "192.0.2.1 10 $ten up - hosts=2"
  expect_status 0 network_at h2 stop "vxlan=192.0.2.2" vlans=4
  expect_told h1 status 0 \
    "192.0.2.1 4 $four up $vif hosts=0 : no other host of VNI 10004 is known" \
    "192.0.2.1 10 $ten up - hosts=2"
  expect_well h1
  tunnels h2 4,10
  tunnels h3 4,10
  expect_all_well
done

guest g2 h2 4 12
guests_meet g2 "$g1"

scenario "programs get the same as JSON"
expect_status 0 network_at h1 status json
expect_equal "$(jq -c '[.segments[] | {vlan, ifname, master, vxlan, state}]' <<<"$out")" "$(jq -c . <<'JSON'
[{"vlan": 4, "ifname": "vx4", "master": "br4",
  "vxlan": {"id": 10004, "local": "192.0.2.1", "port": 4789, "hosts": ["192.0.2.2", "192.0.2.3"]},
  "state": "up"},
 {"vlan": 10, "ifname": "vx10", "master": "br10",
  "vxlan": {"id": 10010, "local": "192.0.2.1", "port": 4789, "hosts": ["192.0.2.2", "192.0.2.3"]},
  "state": "up"}]
JSON
)"
expect_equal "$(jq -c .problems <<<"$out")" "[]"

scenario "people get the number of hosts in a column of the table"
table=$(at h1 script --quiet --return --command \
  "stty cols 90; '$XVLAN' network status 'config=$hosts/h1/xvlan.conf' no-color 2>/dev/null" \
  /dev/null </dev/null | tr -d '\r')
expect_equal "$table" "\
TRUNK      VLAN  UPLINK  BRIDGE  STATE  HOSTS  GUESTS
192.0.2.1  4     vx4     br4     up     2      $vif
192.0.2.1  10    vx10    br10    up     2      -

2 VLANs up; 1 vif"

scenario "a host that is gone is not counted"
end_frr h3 KILL
ip link set u-h3 down
expect_told h1 status 0 "192.0.2.1 4 $four up $vif hosts=1" "192.0.2.1 10 $ten up - hosts=1"
expect_well h1
ip link set u-h3 up
start_frr h3
expect_all_well

for signal in TERM KILL; do
  scenario "a bgpd that has ended is told, and that all is well again ($signal)"
  kill_daemon h1 bgpd "$signal"
  expect_alone "$no_bgpd"
  start_daemon h1 bgpd
  expect_all_well

  # What it has told the kernel stays there when it is killed.
  scenario "a zebra that has ended is told, and that all is well again ($signal)"
  kill_daemon h1 zebra "$signal"
  expect_told h1 check 3 "+ $no_zebra"
  expect_status 3 network_at h1 status json
  expect_equal "$(jq -r '.problems[] | "\(.code) \(.found) \(.mend)"' <<<"$out")" \
    "control-plane zebra systemctl start frr"
  end_frr h1
  start_frr h1
  expect "zebra to know the others, whose entries may have stayed" \
    until_true 30 zebra_knows h1 192.0.2.2 192.0.2.3
  expect_all_well
done

scenario "a reflector that is gone leaves the host alone, which is told"
end_frr rr KILL
expect_told h1 check 3 "+ $nobody"
expect_status 2 network_at h1 check nagios
expect_contains "$out" "XVLAN CRITICAL - 2 VLANs up, 1 problem: $nobody |"
start_frr rr
expect_all_well

# Its own address -------------------------------------------------------------------------------

gone="cannot use 192.0.2.1 for VXLAN: no link of this host has that address"

expect_refused() {  # WHY
  expect_told h1 check 3 "- 192.0.2.1 4: $1" "- 192.0.2.1 10: $1" "+ $nobody"
  expect_told h1 status 3 "xvlan: warning: $nobody" \
    "192.0.2.1 4 $four wrong $vif hosts=0 : $1; no other host of VNI 10004 is known" \
    "192.0.2.1 10 $ten wrong - hosts=0 : $1; no other host of VNI 10010 is known"
}

scenario "an address that the host has lost is told, and start leaves the links as they are"
before=$(at h1 ip -o link)
ip -n h1 address delete 192.0.2.1/24 dev eth0
expect_refused "$gone"
expect_status 1 network_at h1 start wait=0
expect_equal "$err" "\
xvlan: error: 2 VLANs not brought up: $gone
xvlan: hint: give it to one, as in ip address add 192.0.2.1/32 dev lo, or correct [vxlan 192.0.2.1]"
expect_equal "$(at h1 ip -o link)" "$before"

scenario "start waits for an address as it does for a trunk, and no longer than it is told"
expect_status 1 network_at h1 start wait=1
expect_contains "$err" "2 VLANs not brought up, after 1 s of waiting: $gone"
begun=$SECONDS
network_at h1 start wait=60 >"$TMPDIR/waited" 2>&1 &
waits=$!
_pause 2
expect "start to wait" kill -0 "$waits"
ip -n h1 address add 192.0.2.1/24 dev eth0
expect "start to go on" wait "$waits"
expect_equal "$(<"$TMPDIR/waited")" ""
expect "no wait to the end" test "$((SECONDS - begun))" -lt 30
expect_all_well
guests_meet g2 "$g1"

scenario "an address that moves to the loopback link, as in a routed fabric, changes nothing"
before=$(at h1 ip -o link show vx4)
ip -n h1 address delete 192.0.2.1/24 dev eth0
ip -n h1 address add 192.0.2.201/24 dev eth0
ip -n h1 address add 192.0.2.1/32 dev lo
expect_all_well
expect_steady h1
expect_equal "$(at h1 ip -o link show vx4)" "$before"
guests_meet g2 "$g1"

scenario "the links by which tunnels leave can be named, and one that is not there is told"
tunnels h1 4,10 "underlay = eth0"
expect_all_well
conf h1 "[vxlan 192.0.2.1]" "vlans = 4,10" "vni-base = 10000" "underlay = eth7"
lacks="cannot use 192.0.2.1 for VXLAN: there is no link eth7"
expect_told h1 check 3 "- 192.0.2.1 4: $lacks" "- 192.0.2.1 10: $lacks"
expect_status 1 network_at h1 start wait=0
expect_contains "$err" "$lacks"
tunnels h1 4,10
ip -n h1 address delete 192.0.2.1/32 dev lo
ip -n h1 address delete 192.0.2.201/24 dev eth0
ip -n h1 address add 192.0.2.1/24 dev eth0
expect_all_well

# BGP may have lost its neighbour for a moment, on a busy machine.
tells() {  # STATUS TEXT [WORD...]
  local status=0
  network_at h1 status "${@:3}" >"$TMPDIR/told" 2>"$TMPDIR/ignored" || status=$?
  [[ $status -eq $1 && $(<"$TMPDIR/told") == *"$2"* ]]
}

expect_tells() {  # STATUS TEXT [WORD...]
  expect "status $1 and: $2" until_true 30 tells "$@"
}

# MTU -------------------------------------------------------------------------------------------

expect_mtu() {  # MTU
  local link
  for link in vx4 br4 vx10 br10; do
    expect "$link with MTU $1" at h1 grep -qx "$1" "/sys/class/net/$link/mtu"
  done
}

for mtu in 1500 9000 1600; do
  scenario "an underlay whose MTU becomes $mtu is told, and start follows it"
  inner=$((mtu - 50))
  for n in 1 2 3; do
    ip link set "u-h$n" mtu "$mtu"
    ip -n "h$n" link set eth0 mtu "$mtu"
  done
  expect_tells 3 \
    "4 $four wrong $vif hosts=2 : to do: set MTU of br4 to $inner; to do: set MTU of vx4 to $inner"
  expect_told h1 check 3 \
    "- 192.0.2.1 4: to do: set MTU of br4 to $inner" "- 192.0.2.1 4: to do: set MTU of vx4 to $inner" \
    "- 192.0.2.1 10: to do: set MTU of br10 to $inner" "- 192.0.2.1 10: to do: set MTU of vx10 to $inner"
  for n in 1 2 3; do expect_status 0 network_at "h$n" start; done
  expect_mtu "$inner"
  expect_all_well
  guests_meet g2 "$g1"
done

scenario "a host on a narrower way is named, and nobody is woken for it"
ip -n h1 route add 192.0.2.3/32 dev eth0 mtu 1400
narrow="the way to 192.0.2.3 has MTU 1400: packets of up to 1600 bytes are cut there, or lost"
expect_told h1 status 0 \
  "192.0.2.1 4 $four up $vif hosts=2 : $narrow" "192.0.2.1 10 $ten up - hosts=2 : $narrow"
expect_tells 0 '"code":"mtu"' json
expect_equal "$(jq -r '.segments[0].problems[] | "\(.code) \(.found)"' "$TMPDIR/told")" \
  "mtu 192.0.2.3"
expect_well h1
ip -n h1 route delete 192.0.2.3/32

scenario "a host to which there is no way does not keep status from telling the rest"
ip -n h1 route add unreachable 192.0.2.3/32
expect_tells 0 "192.0.2.1 4 $four up $vif hosts=2"
ip -n h1 route delete unreachable 192.0.2.3/32
expect_all_well
