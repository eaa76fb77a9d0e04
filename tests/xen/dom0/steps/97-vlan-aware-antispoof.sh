# antispoof on the shared bridge: of what a guest may say the wire gets what each setting lets through, from a vif in one
# VLAN and from one with tagged ones; a guest that is restored is filtered again.
# shellcheck shell=bash source=tests/xen/dom0/lies.sh
source lies.sh
create liar 10.0.0.24/24 "mac=$liar,bridge=br4,ip=$liar_ip"
expect "liar's vif is in VLAN 4" in_vlans "$(vif liar)" 4p
eventually "host 4 reaches liar" host_reaches 4 10.0.0.24
says_freely 4 10.0.0.24 "$(vif liar)"
guarded "antispoof = mac"
xvlan-vif online "$(vif liar)"
says_truly mac access 4 10.0.0.24 "$(vif liar)"
guarded "antispoof = ip"
xvlan-vif online "$(vif liar)"
says_truly ip access 4 10.0.0.24 "$(vif liar)"
shared_bridge 4-5/10/20-31

# The other suite has this in 88-antispoof-restore.
if xl_knows_vlan; then
  in_its_vlan() { in_vlans "$(vif liar)" 4p; }
  restore_liar in_its_vlan
fi

xvlan-vif move "$(vif liar)" vlan=5p/4
eventually "host 5 reaches liar" host_reaches 5 10.0.0.24
says_truly ip tagged 5 10.0.0.24 "$(vif liar)"
expect "status shows it" test "$(shown liar)" = "[ip]"
