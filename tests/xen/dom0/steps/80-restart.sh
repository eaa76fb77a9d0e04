# The unit restarts and `start` runs while guests talk: not one ping is lost. `stop` spares what guests use.
# shellcheck shell=bash

guest_echoes() { in_guest 4 10.0.0.14 'cat /proc/net/snmp' | echoes; }
host_echoes() { on_host 5 cat /proc/net/snmp | echoes; }

host_reaches 4 10.0.0.14
host_reaches 5 10.0.0.15
read -r guest_sent guest_unanswered < <(guest_echoes)
read -r host_sent host_unanswered < <(host_echoes)
in_guest 4 10.0.0.14 'ping -q -i 0.1 10.0.0.4' >/dev/null &
guest_ping=$!
ip netns exec host5 ping -q -i 0.1 10.0.0.15 >/dev/null &
host_ping=$!
sleep 1
systemctl restart xvlan.service
/etc/xen/scripts/network-xvlan start
/etc/xen/scripts/network-xvlan start netdev=eth1 vlans=4,5,100
sleep 1
in_guest 4 10.0.0.14 'killall -INT ping'
kill -INT "$host_ping"
wait "$guest_ping" "$host_ping" || true
eventually "no ping of the guest is lost" none_lost guest_echoes "$guest_sent" "$guest_unanswered"
eventually "no ping of the host is lost" none_lost host_echoes "$host_sent" "$host_unanswered"

status=0
/etc/xen/scripts/network-xvlan stop netdev=eth1 vlans=4,5,100 >/tmp/stop.log 2>&1 || status=$?
cat /tmp/stop.log
expect "stop says that a part is left" test "$status" -eq 3
expect "stop names br4 and its guest's vif" grep -q "br4.*$(vif g4)" /tmp/stop.log
expect "stop names br5 and its guest's vif" grep -q "br5.*web0" /tmp/stop.log
segments 4 5
never "br100 is gone" exists br100
never "eth1.100 is gone" exists eth1.100
expect "g4 still talks" host_reaches 4 10.0.0.14
expect "g5 still talks" host_reaches 5 10.0.0.15
