# An HVM guest, whose firmware asks for an address through the emulated NIC: tap and vif are both on the bridge. The NIC has
# another MAC than its spec: with antispoof it is not heard, without it is.
# shellcheck shell=bash source=tests/xen/dom0/lies.sh
source lies.sh
readonly mac=00:16:3e:00:02:04 lie=00:16:3e:00:66:04
guarded "antispoof = ip"
capture tap switch wire
create_hvm h4 "mac=$mac,bridge=br4,ip=10.0.0.44" "device_model_args_hvm = ['-set', 'device.nic0.mac=$lie']"
tap=$(vif h4)-emu
for link in "${tap%-emu}" "$tap"; do
  expect "$link is on br4" port "$link" br4
  expect "$link has its filter" test "$(filter "$link")" = ip
done
expect "status shows it" test "$(shown h4)" = "[ip]"
expect "h4's firmware is heard at its tap" firmware_says "$tap" "$lie"
sleep 1
expect "it is not heard on the wire" test "$(frames tap "ether src $lie or ether src $mac")" -eq 0

guarded "antispoof = no"
xvlan-vif add "$tap" type_if=tap
expect "h4's firmware is heard on VLAN 4 when nothing checks it" firmware_is_heard 4 "$lie"
captured tap
expect "it is heard on no other VLAN" test "$(tags tap "$lie")" = 4
xl destroy h4
eventually "h4's tap is gone" test ! -e "/sys/class/net/$tap"
eventually "h4's vif is gone" test ! -e "/sys/class/net/${tap%-emu}"
segments 4
