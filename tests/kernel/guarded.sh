#!/usr/bin/env bash
# How long guests are guarded: from before their first frame to their last, whatever comes between.
# shellcheck source-path=SCRIPTDIR source=lib.sh source=lies.sh disable=SC2119,SC2154
source "${BASH_SOURCE[0]%/*}/lib.sh"
needs_xenstore
source "${BASH_SOURCE[0]%/*}/lies.sh"

lie=$(number_of "IPv4 of another")
honest=$(number_of "IPv4")

flood() {  # NUMBER [NAMESPACE LINK...]
  local from=(vif3.0 eth0)
  [[ $# -eq 1 ]] || from=("${@:2}")
  ip netns exec "${from[0]}" perl "$lies" flood "$1" "${from[@]:1}" <"$table" >"$TMPDIR/flood" &
  floods+=($!)
  until [[ -s $TMPDIR/flood ]]; do _pause 0.02; done
  rm "$TMPDIR/flood"
}

floods=()
end_floods() {
  kill "${floods[@]}"
  wait "${floods[@]}" || true
  floods=()
}

# The kind of a filter, as its program begins with it: mac or ip; nothing if there is none.
filter() {  # LINK
  local program
  program=$(tc filter show dev "$1" ingress pref 30838)
  case $program in
    *"bytecode '"*",0 0 0 2020999169,"*) echo mac ;;
    *"bytecode '"*",0 0 0 2020999170,"*) echo ip ;;
    *) echo "$program" ;;
  esac
}

expect_filter() {  # KIND [LINK]
  expect_equal "$(filter "${2:-vif3.0}")" "$1"
}

scenario "the filter is there before the vif is up, and in one go"
fresh_wire
settings "antispoof = ip"
vif_spec bridge=br4 "ip=$ip"
expect_status 0 env ASAN_OPTIONS=detect_leaks=0 XENBUS_PATH=backend/vif/3/0 vif=vif3.0 \
  strace -o "$TMPDIR/calls" -e trace=sendmsg,sendto "$XVLAN" vif online
expect_equal "$(grep -oE 'RTM_NEW(LINK|QDISC|TFILTER)|IFF_UP|IFLA_MASTER' "$TMPDIR/calls" |
  xargs)" "RTM_NEWLINK IFLA_MASTER RTM_NEWQDISC RTM_NEWTFILTER RTM_NEWLINK IFF_UP IFLA_MASTER"
expect_filter ip

scenario "the same again changes nothing"
expect_no_change env XENBUS_PATH=backend/vif/3/0 vif=vif3.0 "$XVLAN" vif online

scenario "status tells what is enforced"
xenstore-write /local/domain/3/name web
expect_status 0 network status
expect_contains "$out" "eth1 4 eth1.4 br4 up vif3.0=web[ip]"
xenstore-rm /local/domain/3/name

scenario "a guest that lies without a pause is not heard, whatever happens to its vif"
fresh_wire
vif_spec bridge=br4 "ip=$ip"
settings "antispoof = ip"
flood "$lie"
flood "$honest"
heard >"$TMPDIR/ignored"
for ((i = 0; i < 5; i++)); do
  vif_spec bridge=br4 "ip=$ip"
  expect_status 0 by_libxl online
  vif_spec bridge=br4 "ip=10.0.4.2 10.0.7.$i"
  expect_status 0 by_libxl online
  vif_spec bridge=br5 "ip=10.0.4.2"
  expect_status 0 by_libxl online
  vif_spec bridge=br5
  expect_status 0 by_libxl offline
done
end_floods
both=$(heard)
expect_contains " $both " " $honest "
expect_equal "$both" "$honest"

scenario "nor on a VLAN-aware bridge, as it moves from VLAN to VLAN, and from form to form"
fresh_wire
settings "antispoof = ip" "vlan-aware = yes"
flood "$lie"
flood "$honest"
heard >"$TMPDIR/ignored"
for ((i = 0; i < 5; i++)); do
  vif_spec bridge=xenbr0 vlan=4 "ip=10.0.4.2 10.0.7.$i"
  expect_status 0 by_libxl online
  expect_status 0 "$XVLAN" vif move vif3.0 vlan=5p/4
  expect_status 0 "$XVLAN" vif move vif3.0 vlan=4
  settings "antispoof = ip"
  settings "antispoof = ip" "vlan-aware = yes"
  expect_status 0 by_libxl offline
done
end_floods
both=$(heard)
expect_equal "$both" "$honest"

# Of domains FIRST to LAST, as many at once as their toolstack would.
crowd() {  # EVENT FIRST LAST
  seq "$2" "$3" | xargs -P 20 -I{} env XENBUS_TYPE=vif XENBUS_PATH=backend/vif/{}/0 \
    XENBUS_BASE_PATH=backend vif=vif{}.0 "$XVLAN" vif "$1" type_if=vif
}

guests_on() {  # BRIDGE
  find "/sys/class/net/$1/brif/" -name 'vif*' | wc -l
}

# All have the MAC and the addresses of the table's guest, and one VLAN.
scenario "of 200 guests that lie from before they come until after they have gone, none is heard"
fresh_wire
settings "antispoof = ip"
vifs="" ends="" record=()
for domid in {101..300}; do
  vifs+="link add vif$domid.0 type veth peer name g$domid netns vif3.0"$'\n'
  ends+="link set g$domid up"$'\n'
  path=backend/vif/$domid/0
  record+=("$path/mac" 00:16:3e:01:fb:fe "$path/bridge" br4 "$path/ip" "$ip"
    "$path/frontend" "/local/domain/$domid/device/vif/0")
done
ip -batch - <<<"$vifs"
ip -n vif3.0 -batch - <<<"$ends"
xenstore-write "${record[@]}"
flood "$lie" vif3.0 g{101..300}
flood "$honest" vif3.0 g{101..300}
heard >"$TMPDIR/ignored"
crowd online 101 200
expect_equal "$(guests_on br4)" 100
crowd offline 101 150 &
going=$!
printf 'link delete vif%s.0\n' {151..200} | ip -batch - &
deleted=$!
crowd online 201 300
wait "$going"
wait "$deleted"
expect_equal "$(guests_on br4)" 100
printf 'link delete vif%s.0\n' {201..300} | ip -batch -
end_floods
expect_equal "$(heard)" "$honest"

scenario "a flood of lies costs a neighbour no ping"
fresh_wire
settings "antispoof = ip"
fresh_vif vif4.0 4
vif_spec bridge=br4 "ip=$ip"
expect_status 0 by_libxl online
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif4.0 bridge=br4 \
  "mac=$(ip -n vif4.0 -json link show eth0 | jq -r '.[].address')" "ip=$(guest_address 4)"
expect_filter ip vif4.0
flood "$lie"
expect_status 0 ip netns exec vif4.0 ping -n -q -c 500 -i 0.002 -W 5 "$(switch_address 4)"
end_floods
expect_contains "$out" "500 packets transmitted, 500 received, 0% packet loss"

scenario "a plug that is killed anywhere leaves no vif up without its filter, and the next one ends it"
fresh_wire
settings "antispoof = ip" "isolated = yes"
vif_spec bridge=br4 "ip=$ip"
for ((n = 1; ; n += every)); do
  ip link set vif3.0 down nomaster group default
  tc qdisc delete dev vif3.0 clsact 2>"$TMPDIR/ignored" || true
  killed_at sendmsg "$n" env XENBUS_PATH=backend/vif/3/0 vif=vif3.0 "$XVLAN" vif online || break
  if _is_up vif3.0; then expect_filter ip; fi
  expect_status 0 by_libxl online
  expect_up vif3.0
  expect_filter ip
  expect_contains "$(bridge -d link show dev vif3.0)" "isolated on"
done
expect "several places to be killed at" test "$n" -gt 3

scenario "a VLAN's setting wins over its trunk's, and that over the file's"
fresh_wire
printf '%s\n' "antispoof = ip" "[trunk eth1]" "vlans = 4,5,6" "antispoof = mac" \
  "[trunk eth1 vlan 5]" "antispoof = no" "[trunk eth1 vlan 6]" "antispoof = ip" >/etc/xen/xvlan.conf
expect_status 0 network start
for each in "br4 mac" "br5 " "br6 ip"; do
  vif_spec "bridge=${each%% *}" ip=10.0.4.2
  expect_status 0 by_libxl online
  expect_port vif3.0 "${each%% *}"
  expect_filter "${each#* }"
done

scenario "a guest in several VLANs gets the strictest"
settings "vlan-aware = yes"
printf '%s\n' "[trunk eth1]" "vlans = 4,5" "vlan-aware = yes" "[trunk eth1 vlan 5]" \
  "antispoof = mac" >/etc/xen/xvlan.conf
vif_spec bridge=xenbr0 vlan=4p/5
expect_status 0 by_libxl online
expect_filter mac
vif_spec bridge=xenbr0 vlan=4
expect_status 0 by_libxl online
expect_filter ""

scenario "an administrator's own filters stay, and run"
fresh_wire
settings "antispoof = mac"
vif_spec bridge=br4
tc qdisc add dev vif3.0 clsact
tc filter add dev vif3.0 ingress prio 50000 protocol all matchall action drop
tc filter add dev vif3.0 egress prio 1 protocol all matchall action pass
before=$(tc filter show dev vif3.0 egress)
expect_status 0 by_libxl online
heard >"$TMPDIR/ignored"
ip netns exec vif3.0 perl "$lies" say eth0 <"$table"
expect_equal "$(heard)" ""
expect_contains "$(tc filter show dev vif3.0 ingress)" matchall
settings
expect_status 0 by_libxl online
expect_filter ""
expect_contains "$(tc filter show dev vif3.0 ingress)" matchall
expect_equal "$(tc filter show dev vif3.0 egress)" "$before"

scenario "what can't be enforced makes the plug fail, and says why"
refused_plug() {  # REASON [STATUS]
  expect_status "${2:-1}" by_libxl online
  expect_contains "$err" "$1"
  expect_port vif3.0 -
  expect_down vif3.0
  expect_contains "$(xenstore-read backend/vif/3/0/hotplug-error)" "$1"
  expect_equal "$(xenstore-read backend/vif/3/0/hotplug-status)" error
}
fresh_wire
settings "antispoof = ip"
vif_spec bridge=br4 ip=10.0.4.2/24
refused_plug "cannot use ip=10.0.4.2/24: '10.0.4.2/24' may mean an address or its whole prefix"
vif_spec bridge=br4 mac=00:16:3e
refused_plug "cannot filter the frames of vif3.0: '00:16:3e' is not a valid MAC for a guest"
xenstore-rm backend/vif/3/0/mac
refused_plug "cannot filter the frames of vif3.0: its guest's MAC is not known"
vif_spec bridge=br4
tc qdisc add dev vif3.0 ingress  # the place is taken
refused_plug "cannot filter the frames of vif3.0: mac 00:16:3e:01:fb:fe: "
tc qdisc delete dev vif3.0 ingress
tc qdisc add dev vif3.0 ingress_block 5 clsact  # several links may share that
refused_plug "cannot filter the frames of vif3.0: mac 00:16:3e:01:fb:fe: "
tc qdisc delete dev vif3.0 clsact

scenario "a filter of the same preference that is somebody else's stays"
tc qdisc add dev vif3.0 clsact
tc filter add dev vif3.0 ingress pref 30838 protocol all handle 7 bpf direct-action \
  bytecode "1,6 0 0 4294967295"
expect_status 0 by_libxl online
expect_status 0 network status
expect_contains "$out" "vif3.0[mac]"
settings
expect_status 0 by_libxl online
expect_contains "$(tc filter show dev vif3.0 ingress)" "handle 0x7"
expect_missing "$(tc filter show dev vif3.0 ingress)" "handle 0x1"

scenario "a guest that can't go elsewhere is as isolated as before"
fresh_wire
printf '%s\n' "[trunk eth1]" "vlans = 4,5" "[trunk eth1 vlan 4]" "isolated = yes" \
  "[trunk eth1 vlan 5]" "antispoof = mac" >/etc/xen/xvlan.conf
expect_status 0 network start
vif_spec bridge=br4
expect_status 0 by_libxl online
tc qdisc add dev vif3.0 ingress
expect_status 1 "$XVLAN" vif move vif3.0 bridge=br5
expect_port vif3.0 br4
expect_up vif3.0
expect_contains "$(bridge -d link show dev vif3.0)" "isolated on"

scenario "somebody's bridge that is made anew is as guarded as before"
fresh_wire
settings "antispoof = mac"
ip link delete br4
ip link add br4 up type bridge
vif_spec bridge=br4
expect_status 0 by_libxl online
expect_filter mac

scenario "a plugged guest whose new filter is refused keeps the old one"
settings "antispoof = ip"
vif_spec bridge=br4 ip=10.0.4.2
expect_status 0 by_libxl online
before=$(tc filter show dev vif3.0 ingress)
vif_spec bridge=br4 ip=10.0.4.2/24
expect_status 1 by_libxl online
expect_port vif3.0 br4
expect_up vif3.0
expect_equal "$(tc filter show dev vif3.0 ingress)" "$before"

scenario "a guest's tap is filtered as its vif is"
ip netns add tap3
ip link add vif3.0-emu type veth peer name eth0 netns tap3
expect_status 1 env XENBUS_PATH=backend/vif/3/0 "$XVLAN" vif add vif3.0-emu type_if=tap
vif_spec bridge=br4 ip=10.0.4.2
expect_status 0 env XENBUS_PATH=backend/vif/3/0 "$XVLAN" vif add vif3.0-emu type_if=tap
expect_filter ip vif3.0-emu
ip netns delete tap3

scenario "a filter is gone with its link"
ip link delete vif3.0
ip netns delete vif3.0
fresh_vif vif3.0
expect_filter ""

scenario "an honest guest notices nothing"
fresh_wire
settings "antispoof = ip"
vif_spec bridge=br4 "ip=$(guest_address 4) 2001:db8:4::2"
for namespace in switch vif3.0; do
  ip netns exec "$namespace" bash -c 'echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
  ip netns exec "$namespace" bash -c 'echo 0 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
done
ip -n switch link set trunk.4 down
ip -n switch link set trunk.4 up
ip -n switch address add "$(switch_address 4)/24" dev trunk.4 2>"$TMPDIR/ignored" || true
ip -n switch address add 2001:db8:4::1/64 dev trunk.4
ip -n vif3.0 link set eth0 down
ip -n vif3.0 link set eth0 up
ip -n vif3.0 address add "$(guest_address 4)/24" dev eth0
ip -n vif3.0 address add 2001:db8:4::2/64 dev eth0
expect_status 0 by_libxl online
expect "IPv4 to pass" reach vif3.0 "$(switch_address 4)"
no_tentative() { [[ $(ip -n "$1" -6 address show tentative) != *inet6* ]]; }
expect "duplicate addresses to be looked for" until_true 20 no_tentative vif3.0
expect "the switch to be ready" until_true 20 no_tentative switch
expect "IPv6 to pass" reach vif3.0 2001:db8:4::1
expect "IPv6 to come in" reach switch 2001:db8:4::2
link_local=$(ip -n switch -json address show dev trunk.4 |
  jq -r '.[].addr_info[] | select(.scope == "link" and .local != null).local')
expect "link-local IPv6 to pass" reach vif3.0 "$link_local%eth0"

scenario "a guest's other addresses reach nobody"
ip -n vif3.0 address add "$(guest_address 4 9)/24" dev eth0
ip -n vif3.0 address add 2001:db8:4::9/64 dev eth0 nodad
expect_not "the lie in IPv4 to pass" \
  ip netns exec vif3.0 ping -n -c 1 -w 2 -I "$(guest_address 4 9)" "$(switch_address 4)" >"$TMPDIR/ignored"
expect_not "the lie in IPv6 to pass" \
  ip netns exec vif3.0 ping -n -c 1 -w 2 -I 2001:db8:4::9 2001:db8:4::1 >"$TMPDIR/ignored"
stop_listening

# Two guests on VLAN 4 of a host whose settings are given; whether they reach each other and the
# switch.
two_guests() {  # SETTINGS...
  local vif
  fresh_host 4
  settings "$@"
  for vif in vif3.0 vif4.0; do fresh_vif "$vif"; done
  ip -n vif3.0 address add "$(guest_address 4 3)/24" dev eth0
  ip -n vif4.0 address add "$(guest_address 4 4)/24" dev eth0
  plug_both
}

plug_both() {
  local vif
  for vif in vif3.0 vif4.0; do
    expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online "$vif" bridge=br4
  done
}

expect_isolated() {
  expect "the switch to be reached" reach vif3.0 "$(switch_address 4)"
  expect "the switch to be reached by the other" reach vif4.0 "$(switch_address 4)"
  expect_not "the guests to be apart" reach vif3.0 "$(guest_address 4 4)"
}

scenario "isolated guests reach the trunk, and not each other"
two_guests "isolated = yes"
expect_isolated
expect_status 0 network status
expect_contains "$out" "br4 up vif3.0[isolated],vif4.0[isolated]"

scenario "guests stay isolated as their VLANs go over to one bridge, and back"
settings "isolated = yes" "vlan-aware = yes"
expect_isolated
settings "isolated = yes"
expect_isolated

scenario "guests that are plugged again are not isolated any more, if that is so configured"
settings
plug_both
expect "the other to be reached" reach vif3.0 "$(guest_address 4 4)"

scenario "status tells of guests that are not guarded as configured"
settings "isolated = yes" "antispoof = mac"
expect_status 3 network status
expect_contains "$out" "br4 wrong vif3.0,vif4.0 : vif3.0 is not filtered, plug it again; vif3.0 is not isolated, plug it again"

scenario "by hand a MAC can be typed"
expect_status 1 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 bridge=br4
expect_contains "$err" "its guest's MAC is not known"
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 bridge=br4 \
  mac=00:16:3e:01:fb:fe
expect_filter mac
