# Two hosts with a cable between them: VLANs 4 and 10 are on both, over VXLAN, and FRR tells them so.
# shellcheck shell=bash source=tests/xen/dom0/hosts.sh
source hosts.sh
open_host 1
start_network 1
start_frr 1 2 &
readonly frr=$!
eventually "the second host answers" second_answers
on_second start_network 2
on_second start_frr 2 1
wait "$frr"
for vid in 4 10; do
  eventually "the first host knows where VLAN $vid is" knows_peer 1 "$vid"
  eventually "the second host knows where VLAN $vid is" on_second knows_peer 2 "$vid"
  make_near_host "$vid"
done
