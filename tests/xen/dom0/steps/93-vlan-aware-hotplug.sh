# On the shared bridge a vif comes and goes, a guest reboots, one is saved and restored with its tags, one is destroyed.
# shellcheck shell=bash
if xl_knows_vlan; then
  extra=vlan=20p/30 access=vlan=10 trunk_vlans=5p/10/20-30
else
  extra=bridge=xenbr0.20:30 access=bridge=xenbr0.10 trunk_vlans=5p/10/20/30
fi
xl network-attach g10 devid=2 mac=00:16:3e:00:02:10 "$extra"
expect "g10's third vif is in 20p/30" in_vlans "$(vif g10 2)" 20p/30
eventually "host 20 reaches it" host_reaches 20 10.0.2.110
never "host 5 reaches it" host_reaches 5 10.0.2.110
third=$(vif g10 2)
xl network-detach g10 2
eventually "g10's third vif is gone" test ! -e "/sys/class/net/$third"
never "its backend is gone" xenstore-exists "/local/domain/0/backend/vif/$(xl domid g10)/2"
expect "g10's first vif stays in VLAN 10" in_vlans "$(vif g10)" 10p

before=$(xl domid g10)
xl reboot g10
rebooted() { (($(xl domid g10) > before)); }
eventually "g10 has a new domain" rebooted
eventually "host 10 reaches g10 again" host_reaches 10 10.0.0.110
expect "g10's new vif is in VLAN 10, by $access" in_vlans "$(vif g10)" 10p
expect "g10's new second vif is in VLAN 4" in_vlans "$(vif g10 1)" 4p

before=$(vif router)
xl save router /tmp/router.save
eventually "router's vif is gone" test ! -e "/sys/class/net/$before"
shared_bridge 4-5/10/20-31
xl restore /tmp/router.save
rm /tmp/router.save
expect "router's vif is in its VLANs" in_vlans "$(vif router)" "$trunk_vlans"
eventually "host 5 reaches router" host_reaches 5 10.0.0.120
for vid in 10 20 30; do
  eventually "host $vid reaches router" host_reaches "$vid" "10.$vid.0.120"
done
never "host 31 reaches router" host_reaches 31 10.31.0.120

before=$(xl domid ovs)
xl destroy ovs
eventually "ovs' vifs are gone" test ! -e "/sys/class/net/vif$before.0" -a ! -e "/sys/class/net/vif$before.1"
never "ovs' backend is gone" xenstore-exists "/local/domain/0/backend/vif/$before"
shared_bridge 4-5/10/20-31
