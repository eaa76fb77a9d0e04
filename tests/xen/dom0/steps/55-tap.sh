# An HVM guest, whose firmware asks for an address through the emulated NIC: tap and vif are both on the bridge.
# shellcheck shell=bash
capture tap switch wire
create_hvm h4 'mac=00:16:3e:00:02:04,bridge=br4'
expect "h4's vif is on br4" port "$(vif h4)" br4
expect "h4's tap is on br4" port "$(vif h4)-emu" br4
expect "h4's firmware is heard on VLAN 4" firmware_is_heard 4 00:16:3e:00:02:04
captured tap
expect "it is heard on no other VLAN" test \
  "$(frames tap 'ether src 00:16:3e:00:02:04')" -eq "$(frames tap 'ether src 00:16:3e:00:02:04 and vlan 4')"
tap=$(vif h4)-emu
xl destroy h4
eventually "h4's tap is gone" test ! -e "/sys/class/net/$tap"
eventually "h4's vif is gone" test ! -e "/sys/class/net/${tap%-emu}"
segments 4
