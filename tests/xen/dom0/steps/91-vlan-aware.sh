# vlan-aware=yes: the unit makes one bridge for all VLANs of the trunk. A guest in one VLAN, a router with a native one
# and tagged ones, and one whose bridge is named as vif-openvswitch reads it: each is in its VLANs and in no other.
# shellcheck shell=bash
for guest in g4 g5; do
  xl destroy "$guest"
done
no_vifs() { ! compgen -G '/sys/class/net/vif*' >/dev/null && ! exists web0; }
eventually "no guest has a vif" no_vifs
systemctl stop xvlan.service
for link in br4 br5 eth1.4 eth1.5; do
  never "$link is gone" exists "$link"
done

mv /etc/xen/xvlan.conf /etc/xen/xvlan.conf.away
cat >/etc/xen/xvlan.conf <<'END'
vlan-aware = yes
netdev = eth1
vlans = 4,5,10,20-31
END
systemctl start xvlan.service
shared_bridge 4-5/10/20-31
expect "status agrees" /etc/xen/scripts/network-xvlan status >/dev/null
expect "a second start has nothing to do" test -z "$(/etc/xen/scripts/network-xvlan start dry-run 2>&1)"

for vid in 4 5 10 20 30 31; do
  ((vid < 10)) || make_host "$vid"
  on_host "$vid" ip address add "10.0.2.$vid/24" dev "vlan$vid"
  # A subnet for each VLAN besides, to which a guest has the one way that bears its tag.
  on_host "$vid" ip address add "10.$vid.0.1/16" dev "vlan$vid"
done

if xl_knows_vlan; then
  access=vlan=10 trunk=vlan=5p/10/20-30 trunk_vlans=5p/10/20-30
else
  access=bridge=xenbr0.10 trunk=bridge=xenbr0.5:10:20:30 trunk_vlans=5p/10/20/30
fi

readonly g10=00:16:3e:00:00:10 g10_second=00:16:3e:00:01:10 router=00:16:3e:00:00:20 ovs=00:16:3e:00:00:30
capture wire switch wire
create g10 10.0.0.110/24,10.0.1.110/24,10.0.2.110/24 "mac=$g10,$access,script=vif-xvlan" "mac=$g10_second,bridge=br4"
create router 10.0.0.120/24 "mac=$router,$trunk"
create ovs 10.0.0.130/24 "mac=$ovs,bridge=xenbr0.10:20" "mac=00:16:3e:00:01:30,bridge=xenbr0.31"
expect "g10's vif is in VLAN 10, by $access" in_vlans "$(vif g10)" 10p
expect "g10's second vif is in VLAN 4, by bridge=br4" in_vlans "$(vif g10 1)" 4p
expect "router's vif is in $trunk_vlans, by $trunk" in_vlans "$(vif router)" "$trunk_vlans"
expect "ovs' vif is in 10p/20, by bridge=xenbr0.10:20" in_vlans "$(vif ovs)" 10p/20
expect "ovs' second vif is in VLAN 31, by bridge=xenbr0.31" in_vlans "$(vif ovs 1)" 31p
! xl_knows_vlan ||
  expect "xl has stored it" test "$(xenstore-read "/local/domain/0/backend/vif/$(xl domid router)/0/vlan")" = "${trunk#*=}"
shared_bridge 4-5/10/20-31
expect "status shows the guests of VLAN 10" test "$(/etc/xen/scripts/network-xvlan status |
  awk '$1 == "eth1" && $2 == 10 { print $6 }' | tr , '\n' | sed 's/.*=//' | sort | xargs)" = "g10 ovs router"

eventually "host 10 reaches g10" host_reaches 10 10.0.0.110
eventually "host 4 reaches g10's second vif" host_reaches 4 10.0.1.110
eventually "host 5 reaches router" host_reaches 5 10.0.0.120
eventually "host 10 reaches ovs" host_reaches 10 10.0.0.130
expect "router takes VLAN links" tag_in_guest 5 10.0.0.120 120 eth0 4 10 20 30 31
expect "ovs takes VLAN links" tag_in_guest 10 10.0.0.130 130 eth0 5 20 31

ip netns attach dom0 $$
capture g10 dom0 "$(vif g10)"
capture router dom0 "$(vif router)"
for vid in 10 20 30; do
  eventually "host $vid reaches router with its tag" host_reaches "$vid" "10.$vid.0.120"
  expect "router reaches host $vid with its tag" guest_reaches 5 10.0.0.120 "10.$vid.0.1"
done
eventually "host 20 reaches ovs with its tag" host_reaches 20 10.20.0.130
expect "ovs reaches host 20 with its tag" guest_reaches 10 10.0.0.130 10.20.0.1
expect "ovs and router reach each other in VLAN 20" guest_reaches 10 10.0.0.130 10.20.0.120
expect "g10 and ovs reach each other in VLAN 10" guest_reaches 10 10.0.0.110 10.0.0.130
for vid in 4 31; do
  never "router reaches host $vid" guest_reaches 5 10.0.0.120 "10.$vid.0.1"
  never "host $vid reaches router" host_reaches "$vid" "10.$vid.0.120"
done
for vid in 5 31; do
  never "ovs reaches host $vid" guest_reaches 10 10.0.0.130 "10.$vid.0.1"
done
never "g10's vif in VLAN 10 reaches host 5" guest_reaches 10 10.0.0.110 10.0.0.5
for vid in 4 5 20 30 31; do
  never "host $vid reaches g10's vif in VLAN 10" host_reaches "$vid" 10.0.0.110
done
captured g10
captured router
captured wire
ip netns del dom0

expect "on the wire g10 has tag 10 and no other" test "$(tags wire "$g10")" = 10
expect "on the wire g10's second vif has tag 4 and no other" test "$(tags wire "$g10_second")" = 4
expect "on the wire router has its four tags and no other" test "$(tags wire "$router")" = "5 10 20 30"
expect "on the wire ovs has tags 10 and 20 and no other" test "$(tags wire "$ovs")" = "10 20"
# heard_of NAME VID : the tags with which the host on that VLAN is heard in the capture, before netback.
heard_of() { tags "$1" "$(mac_of_host "$2")"; }
expect "g10 hears VLAN 10, without a tag" test "$(heard_of g10 10)" = -
for vid in 4 5 20 30 31; do
  expect "g10 hears nothing of VLAN $vid" test -z "$(heard_of g10 "$vid")"
done
expect "router hears VLAN 5 without a tag" test "$(heard_of router 5)" = -
for vid in 10 20 30; do
  expect "router hears VLAN $vid with its tag" test "$(heard_of router "$vid")" = "$vid"
done
for vid in 4 31; do
  expect "router hears nothing of VLAN $vid" test -z "$(heard_of router "$vid")"
done
