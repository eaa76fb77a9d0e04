# antispoof on a VLAN's own bridge: of what a guest may say, honest or not, the wire gets what each setting lets through;
# honest traffic does not notice.
# shellcheck shell=bash source=tests/xen/dom0/lies.sh
source lies.sh
create liar 10.0.0.24/24 "mac=$liar,bridge=br4,ip=$liar_ip"
eventually "host 4 reaches liar" host_reaches 4 10.0.0.24
says_freely 4 10.0.0.24 "$(vif liar)"
expect "g4 reaches liar" guest_reaches 4 10.0.0.14 10.0.0.24

guarded "antispoof = mac"
xvlan-vif online "$(vif liar)"
says_truly mac access 4 10.0.0.24 "$(vif liar)"
expect "status shows it" test "$(shown liar)" = "[mac]"

guarded "antispoof = ip"
xvlan-vif online "$(vif liar)"
says_truly ip access 4 10.0.0.24 "$(vif liar)"
expect "status shows it" test "$(shown liar)" = "[ip]"

expect "host 4 reaches liar" host_reaches 4 10.0.0.24
expect "liar reaches host 4" guest_reaches 4 10.0.0.24 10.0.0.4
on_host 4 ip address add 2001:db8::1/64 dev vlan4 nodad
in_guest 4 10.0.0.24 "ip address add 2001:db8::2/64 dev eth0"
eventually "host 4 reaches liar by IPv6" host_reaches 4 2001:db8::2

printf '%s\n' "start 10.0.0.24" "end 10.0.0.24" "interface vlan4" "lease_file /tmp/leases" "pidfile /tmp/udhcpd.pid" \
  >/tmp/udhcpd.conf
: >/tmp/leases
on_host 4 busybox udhcpd -f /tmp/udhcpd.conf 2>/tmp/udhcpd.log &
udhcpd=$!
expect "liar gets its lease" grep "lease of 10.0.0.24 obtained" \
  <(in_guest 4 10.0.0.24 "udhcpc -i eth0 -n -q -s /bin/true 2>&1")
kill "$udhcpd"

in_guest 4 10.0.0.24 "ip address add 10.0.0.25/24 dev eth0"
never "liar is heard with another's address" host_reaches 4 10.0.0.25
