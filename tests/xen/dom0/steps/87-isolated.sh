# isolated: two guests of a VLAN reach its host, and not each other.
# shellcheck shell=bash source=tests/xen/dom0/lies.sh
source lies.sh
guarded "antispoof = ip" "isolated = yes"
xvlan-vif online "$(vif liar)"
xvlan-vif online "$(vif g4)"
expect "status shows it" test "$(shown liar) $(shown g4)" = "[ip+isolated] [mac+isolated]"
for address in 10.0.0.14 10.0.0.24; do
  expect "host 4 reaches $address" host_reaches 4 "$address"
  expect "$address reaches host 4" guest_reaches 4 "$address" 10.0.0.4
done
never "g4 reaches liar" guest_reaches 4 10.0.0.14 10.0.0.24
never "liar reaches g4" guest_reaches 4 10.0.0.24 10.0.0.14

guarded "antispoof = ip"
xvlan-vif online "$(vif liar)"
xvlan-vif online "$(vif g4)"
expect "they reach each other again" guest_reaches 4 10.0.0.14 10.0.0.24
