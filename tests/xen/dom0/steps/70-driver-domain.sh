# A guest of a driver domain: its frames leave through the bridge br6 that xvlan made in domain dd, tagged by dd.
# shellcheck shell=bash

# A second cable: dd's trunk is a vif on this bridge, and host 6 is at the other end.
ip netns add backbone
ip link add backbone type bridge
ip link add backbone0 type veth peer name wire netns backbone
ip link set backbone0 master backbone up
ip link set backbone up
ip -n backbone link set wire up
make_host 6 backbone wire

# shellcheck disable=SC2154  # images is lib.sh's
cat >/tmp/dd.cfg <<END
name = 'dd'
memory = 256
kernel = '$images/vmlinux'
ramdisk = '$images/initramfs'
extra = 'console=hvc0 quiet net.ifnames=0 image_init=$images/driver-domain.sh'
disk = ['phy:/dev/vda,xvda,r']
vif = ['mac=00:16:3e:00:03:00,bridge=backbone']
driver_domain = 1
END
xl create /tmp/dd.cfg
dd=$(xl domid dd)
dd_says() { grep -q "driver domain: $1" /var/log/xen/console/guest-dd.log; }
eventually "dd serves" dd_says ready

capture backbone backbone wire
create g6 10.0.0.16/24 'mac=00:16:3e:00:00:06,bridge=br6,backend=dd'
never "g6's vif is in dom0" exists "$(vif g6)"
eventually "dd has g6's vif on br6" dd_says "br6 has eth0.6 $(vif g6)"
eventually "host 6 reaches g6" host_reaches 6 10.0.0.16
expect "netback in dd is connected" test "$(xenstore-read "/local/domain/$dd/backend/vif/$(xl domid g6)/0/state")" = 4
captured backbone
expect "g6's frames carry tag 6" test "$(frames backbone 'vlan 6 and ether src 00:16:3e:00:00:06')" -gt 0
expect "g6's frames carry no other tag" test \
  "$(frames backbone 'ether host 00:16:3e:00:00:06')" -eq "$(frames backbone 'ether host 00:16:3e:00:00:06 and vlan 6')"

backend=/local/domain/$dd/backend/vif/$(xl domid g6)
xl destroy g6
gone_from_dd() { ! xenstore-exists "$backend"; }
eventually "g6's backend is gone from dd" gone_from_dd
xl destroy dd
