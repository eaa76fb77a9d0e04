# A guest that lies without a pause is saved and restored: its new vif is filtered from the first frame.
# shellcheck shell=bash source=tests/xen/dom0/lies.sh
source lies.sh
at_home() { port "$(vif liar)" br4; }
restore_liar at_home
xl destroy liar
guarded "antispoof = no"
xvlan-vif online "$(vif g4)"
