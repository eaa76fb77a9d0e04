# The unit restarts and `start` runs while guests talk: not one ping is lost. `stop` spares what guests use.
# shellcheck shell=bash
ping_from_guest() {
  in_guest 4 10.0.0.14 'ping -q -c 60 -i 0.1 -W 2 10.0.0.4' >/tmp/guest.ping
}
ping_from_host() {
  on_host 5 ping -q -c 60 -i 0.1 -W 2 10.0.0.15 >/tmp/host.ping
}
host_reaches 4 10.0.0.14
host_reaches 5 10.0.0.15
ping_from_guest &
guest_ping=$!
ping_from_host &
host_ping=$!
sleep 1
systemctl restart xvlan.service
/etc/xen/scripts/network-xvlan start
/etc/xen/scripts/network-xvlan start netdev=eth1 vlans=4,5,100-161
expect "both still ping" kill -0 "$guest_ping" "$host_ping"
wait "$guest_ping" "$host_ping" || true
tail -n 3 /tmp/guest.ping /tmp/host.ping
expect "no ping of the guest is lost" grep -q '60 packets transmitted, 60 packets received' /tmp/guest.ping
expect "no ping of the host is lost" grep -q '60 packets transmitted, 60 received' /tmp/host.ping

status=0
/etc/xen/scripts/network-xvlan stop netdev=eth1 vlans=4,5,100-161 >/tmp/stop.log 2>&1 || status=$?
cat /tmp/stop.log
expect "stop says that a part is left" test "$status" -eq 3
expect "stop names br4 and its guest's vif" grep -q "br4.*$(vif g4)" /tmp/stop.log
expect "stop names br5 and its guest's vif" grep -q "br5.*web0" /tmp/stop.log
segments 4 5
never "br100 is gone" exists br100
never "eth1.100 is gone" exists eth1.100
expect "g4 still talks" host_reaches 4 10.0.0.14
expect "g5 still talks" host_reaches 5 10.0.0.15
