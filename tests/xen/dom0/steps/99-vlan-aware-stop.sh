# On the shared bridge: the trunk's driver comes back, `start` again costs no ping, `stop` spares the VLANs in use. Then
# the host is as it was: a bridge for each VLAN of the ifcfg files.
# shellcheck shell=bash
device=$(basename "$(readlink -f /sys/class/net/eth1/device)")
echo "$device" >/sys/bus/virtio/drivers/virtio_net/unbind
eventually "eth1 is gone" test ! -e /sys/class/net/eth1
echo "$device" >/sys/bus/virtio/drivers/virtio_net/bind
eventually "eth1 has its VLANs again" in_vlans eth1 4-5/10/20-31
eventually "host 10 reaches g10" host_reaches 10 10.0.0.110
eventually "host 20 reaches router" host_reaches 20 10.20.0.120

host_echoes() { on_host 10 cat /proc/net/snmp | echoes; }
read -r sent unanswered < <(host_echoes)
ip netns exec host10 ping -q -i 0.1 10.0.0.110 >/dev/null &
ping=$!
sleep 1
/etc/xen/scripts/network-xvlan start
systemctl restart xvlan.service
sleep 1
kill -INT "$ping"
wait "$ping" || true
eventually "no ping of the host is lost" none_lost host_echoes "$sent" "$unanswered"
shared_bridge 4-5/10/20-31

status=0
/etc/xen/scripts/network-xvlan stop >/tmp/stop.log 2>&1 || status=$?
cat /tmp/stop.log
expect "stop says that a part is left" test "$status" -eq 3
expect "stop names VLAN 10 and g10's vif" grep -q "VLAN 10 .*$(vif g10)" /tmp/stop.log
expect "stop names router's vif" grep -Eq "VLANs? 5.* $(vif router) " /tmp/stop.log
left=4-5/10/20-30
xl_knows_vlan || left=4-5/10/20/30  # what its router could ask for
shared_bridge "$left"
eventually "host 10 reaches g10" host_reaches 10 10.0.0.110
eventually "host 4 reaches g10's second vif" host_reaches 4 10.0.1.110
eventually "host 20 reaches router" host_reaches 20 10.20.0.120

for guest in g10 router; do
  xl destroy "$guest"
done
no_vifs() { ! compgen -G '/sys/class/net/vif*' >/dev/null; }
eventually "no guest has a vif" no_vifs
systemctl stop xvlan.service
never "xenbr0 is gone" exists xenbr0
expect "the trunk is nobody's port" link eth1 '.master == null'
mv /etc/xen/xvlan.conf.away /etc/xen/xvlan.conf
systemctl start xvlan.service
segments 4 5
