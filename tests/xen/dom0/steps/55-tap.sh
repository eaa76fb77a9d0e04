# An HVM guest, whose firmware asks for an address through the emulated NIC: tap and vif are both on the bridge.
# shellcheck shell=bash
cat >/tmp/h4.cfg <<'END'
name = 'h4'
type = 'hvm'
memory = 64
boot = 'n'
vnc = 0
vif = ['mac=00:16:3e:00:02:04,bridge=br4,model=e1000']
END
capture tap switch wire
xl create /tmp/h4.cfg
expect "h4's vif is on br4" port "$(vif h4)" br4
expect "h4's tap is on br4" port "$(vif h4)-emu" br4
# tcpdump waits by itself: the firmware needs the processors.
expect "h4's firmware is heard on VLAN 4" timeout 500 \
  ip netns exec switch tcpdump -i wire -c 1 'vlan 4 and ether src 00:16:3e:00:02:04' >/dev/null 2>&1
captured tap
expect "it is heard on no other VLAN" test \
  "$(frames tap 'ether src 00:16:3e:00:02:04')" -eq "$(frames tap 'ether src 00:16:3e:00:02:04 and vlan 4')"
tap=$(vif h4)-emu
xl destroy h4
eventually "h4's tap is gone" test ! -e "/sys/class/net/$tap"
eventually "h4's vif is gone" test ! -e "/sys/class/net/${tap%-emu}"
segments 4
