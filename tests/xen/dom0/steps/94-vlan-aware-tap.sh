# An HVM guest on the shared bridge: tap and vif are both in its VLAN, and with antispoof it is heard, as it does not lie.
# shellcheck shell=bash source=tests/xen/dom0/lies.sh
source lies.sh
readonly mac=00:16:3e:00:02:20
if xl_knows_vlan; then
  access=vlan=20
else
  access=bridge=xenbr0.20
fi
guarded "antispoof = ip"
capture tap switch wire
create_hvm h20 "mac=$mac,$access,ip=10.0.0.220"
expect "h20's vif is in VLAN 20" in_vlans "$(vif h20)" 20p
expect "h20's tap is in VLAN 20" in_vlans "$(vif h20)-emu" 20p
for link in "$(vif h20)" "$(vif h20)-emu"; do
  expect "$link has its filter" test "$(filter "$link")" = ip
done
expect "h20's firmware is heard on VLAN 20" firmware_is_heard 20 "$mac"
captured tap
expect "it is heard on no other VLAN" test "$(tags tap "$mac")" = 20
tap=$(vif h20)-emu
xl destroy h20
eventually "h20's tap is gone" test ! -e "/sys/class/net/$tap"
eventually "h20's vif is gone" test ! -e "/sys/class/net/${tap%-emu}"
guarded "antispoof = no"
shared_bridge 4-5/10/20-31
