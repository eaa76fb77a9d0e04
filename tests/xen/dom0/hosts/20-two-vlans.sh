# A guest reaches the guests of its VLAN on the other host, and never those of another; all by VXLAN.
# shellcheck shell=bash source=tests/xen/dom0/hosts.sh
source hosts.sh
capture wire dom0 eth0
on_second create far 10.0.0.15/24 mac=00:16:3e:00:00:15,bridge=br4 &
readonly far=$!
create near 10.0.0.14/24,10.0.1.14/24 mac=00:16:3e:00:00:14,bridge=br4 mac=00:16:3e:00:01:14,bridge=br10
create mover 10.0.0.16/24 mac=00:16:3e:00:00:16,bridge=br4
wait "$far"
on_second create ten 10.0.0.110/24 mac=00:16:3e:00:01:10,bridge=br10
expect "near's vif has the MTU of its VLAN, 50 less than the cable's" link "$(vif near)" '.mtu == 1450'
eventually "host 4 reaches near" host_reaches 4 10.0.0.14
eventually "host 4 reaches far, on the second host" host_reaches 4 10.0.0.15
eventually "host 4 reaches mover" host_reaches 4 10.0.0.16
eventually "host 10 reaches ten, on the second host" host_reaches 10 10.0.0.110
in_guest 10 10.0.0.110 "ip address add 10.0.1.110/24 dev eth0"

expect "near reaches far" guest_reaches 4 10.0.0.14 10.0.0.15
expect "near reaches far with the largest packets of its VLAN" guest_reaches 4 10.0.0.14 "-s 1422 10.0.0.15"
expect "far reaches near" guest_reaches 4 10.0.0.15 10.0.0.14
never "near reaches ten from VLAN 4" guest_reaches 4 10.0.0.14 10.0.0.110
never "ten reaches near in VLAN 4" guest_reaches 10 10.0.0.110 10.0.0.14
never "far reaches ten, on one host" guest_reaches 4 10.0.0.15 10.0.0.110
expect "near reaches ten from VLAN 10" guest_reaches 4 10.0.0.14 10.0.1.110
captured wire

expect "near's frames are in VNI 10004 only" test "$(vnis wire 00:16:3e:00:00:14)" = 10004
expect "far's frames are in VNI 10004 only" test "$(vnis wire 00:16:3e:00:00:15)" = 10004
expect "those of near's second vif are in VNI 10010 only" test "$(vnis wire 00:16:3e:00:01:14)" = 10010
expect "ten's frames are in VNI 10010 only" test "$(vnis wire 00:16:3e:00:01:10)" = 10010
expect "nothing is on the wire without VXLAN" test "$(frames wire 'ether[0:4] == 0x00163e00 or ether[6:4] == 0x00163e00 or vlan')" -eq 0
