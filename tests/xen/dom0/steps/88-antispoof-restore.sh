# A guest that lies without a pause is saved and restored: its new vif is filtered from the first frame.
# shellcheck shell=bash source=tests/xen/dom0/lies.sh
source lies.sh
# The suite whose xl knows vlan= has this on the shared bridge, in 97-vlan-aware-antispoof.
if ! xl_knows_vlan; then
  on_its_bridge() { port "$(vif liar)" br4; }
  restore_liar on_its_bridge
fi
xl destroy liar
guarded "antispoof = no"
xvlan-vif online "$(vif g4)"
