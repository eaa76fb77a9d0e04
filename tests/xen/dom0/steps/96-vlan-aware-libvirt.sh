# Guests of libvirt's on the shared bridge: VLANs by <vlan> beside a port of Open vSwitch's kind, and by the bridge's name.
# shellcheck shell=bash source=tests/xen/dom0/libvirt.sh
source libvirt.sh
port_with() { echo "<virtualport type='openvswitch'/>$1"; }

readonly access=00:16:3e:00:05:10 named=00:16:3e:00:05:05
capture wire switch wire
create_by_libvirt v10 10.0.0.210/24,10.0.1.210/24 \
  "$(interface xenbr0 "$access" "<target dev='web0'/>$(port_with "<vlan><tag id='10'/></vlan>")")" \
  "$(interface xenbr0.5:10:20 "$named")"
expect "libvirt writes VLAN 10 behind the name" test "$(written v10 0)" = xenbr0.10
expect "v10's vif is called web0, and is in VLAN 10" in_vlans web0 10p
expect "v10's second vif is in 5p/10/20, by its bridge's name" in_vlans "$(vif v10 1)" 5p/10/20
eventually "host 10 reaches v10" host_reaches 10 10.0.0.210
eventually "host 5 reaches v10's second vif" host_reaches 5 10.0.1.210
expect "v10 takes VLAN links" tag_in_guest 10 10.0.0.210 210 eth1 10 20 30
for vid in 10 20; do
  eventually "host $vid reaches v10 with its tag" host_reaches "$vid" "10.$vid.0.210"
done
never "host 30 reaches v10" host_reaches 30 10.30.0.210
never "host 5 reaches v10's vif in VLAN 10" host_reaches 5 10.0.0.210

# libvirt 11.3 forgets which one is native, and without a port of that kind all of it.
trunk="<vlan trunk='yes'><tag id='10' nativeMode='untagged'/><tag id='20'/></vlan>"
expect "v10 gets a vif with a trunk" attach v10 "$(interface xenbr0 00:16:3e:00:05:20 "$(port_with "$trunk")")"
expect "libvirt writes its VLANs behind the name" test "$(written v10 2)" = xenbr0:10:20
expect "v10's third vif is in them, with their tags" in_vlans "$(vif v10 2)" 10/20
refused "it carries all VLANs of its trunk, and the spec names none" v10 \
  "$(interface xenbr0 00:16:3e:00:05:22 "<vlan><tag id='10'/></vlan>")"

# At its start libvirtd takes a vif off where no bridge has the name of its XML.
systemctl restart libvirtd
expect "libvirt has v10 again" virsh domstate v10
expect "v10's vif stays in VLAN 10" in_vlans web0 10p
expect "v10's third vif stays in its VLANs" in_vlans "$(vif v10 2)" 10/20
expect "xvlan-vif puts v10's second vif back" xvlan-vif online "$(vif v10 1)"
expect "it is in its VLANs again" in_vlans "$(vif v10 1)" 5p/10/20
eventually "host 5 reaches it" host_reaches 5 10.0.1.210

third=$(vif v10 2)
virsh detach-interface v10 bridge --mac 00:16:3e:00:05:20
eventually "v10's third vif is gone" test ! -e "/sys/class/net/$third"
captured wire
expect "on the wire v10 has tag 10 and no other" test "$(tags wire "$access")" = 10
expect "on the wire v10's second vif has its three tags and no other" test "$(tags wire "$named")" = "5 10 20"

domid=$(xl domid v10)
virsh destroy v10
no_vif() { ! exists web0 && ! compgen -G "/sys/class/net/vif$domid.*" >/dev/null; }
eventually "v10's vifs are gone" no_vif
shared_bridge 4-5/10/20-31
