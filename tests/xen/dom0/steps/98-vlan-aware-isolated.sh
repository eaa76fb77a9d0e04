# isolated on the shared bridge: two guests of a VLAN reach its host, and not each other.
# shellcheck shell=bash source=tests/xen/dom0/lies.sh
source lies.sh
xvlan-vif move "$(vif liar)" vlan=4
in_guest 4 10.0.0.24 "ip address add 10.0.1.24/24 dev eth0"
eventually "g10's second vif reaches liar" guest_reaches 4 10.0.1.110 10.0.1.24
guarded "antispoof = ip" "isolated = yes"
xvlan-vif online "$(vif liar)"
xvlan-vif online "$(vif g10 1)"
expect "status shows it" test "$(shown liar)" = "[ip+isolated]"
for address in 10.0.1.24 10.0.1.110; do
  expect "host 4 reaches $address" host_reaches 4 "$address"
  expect "$address reaches host 4" guest_reaches 4 "$address" 10.0.1.4
done
never "g10 reaches liar" guest_reaches 4 10.0.1.110 10.0.1.24
never "liar reaches g10" guest_reaches 4 10.0.1.24 10.0.1.110

xl destroy liar
guarded "antispoof = no"
xvlan-vif online "$(vif g10 1)"
