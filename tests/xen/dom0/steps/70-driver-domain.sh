# A guest of a driver domain: its frames leave through bridges that xvlan made in domain dd, tagged by dd; those of its
# first vif through br6, those of its second through dd's VLAN-aware bridge.
# shellcheck shell=bash

# A second cable: dd's trunks are vifs on this bridge, and hosts 6 and 7 are at the other end.
ip netns add backbone
ip link add backbone type bridge
ip link add backbone0 type veth peer name wire netns backbone
ip link set backbone0 master backbone up
ip link set backbone up
ip -n backbone link set wire up
make_host 6 backbone wire
make_host 7 backbone wire
if xl_knows_vlan; then
  seventh=vlan=7
else
  seventh=bridge=xenbr0.7
fi

# shellcheck disable=SC2154  # images is lib.sh's
cat >/tmp/dd.cfg <<END
name = 'dd'
memory = 256
kernel = '$images/vmlinux'
ramdisk = '$images/initramfs'
extra = 'console=hvc0 quiet net.ifnames=0 image_init=$images/driver-domain.sh'
disk = ['phy:/dev/vda,xvda,r']
vif = ['mac=00:16:3e:00:03:00,bridge=backbone', 'mac=00:16:3e:00:03:01,bridge=backbone']
driver_domain = 1
END
xl create /tmp/dd.cfg
dd=$(xl domid dd)
dd_says() { grep -q "driver domain: $1" /var/log/xen/console/guest-dd.log; }
eventually "dd serves" dd_says ready

capture backbone backbone wire
create g6 10.0.0.16/24,10.0.1.16/24 \
  'mac=00:16:3e:00:00:06,bridge=br6,backend=dd' "mac=00:16:3e:00:01:06,$seventh,backend=dd"
never "g6's vif is in dom0" exists "$(vif g6)"
eventually "dd has g6's vif on br6" dd_says "br6 has eth0.6 $(vif g6)"
eventually "dd has g6's second vif on xenbr0" dd_says "xenbr0 has eth1 $(vif g6 1)"
eventually "host 6 reaches g6" host_reaches 6 10.0.0.16
eventually "host 7 reaches g6's second vif" host_reaches 7 10.0.1.16
expect "netback in dd is connected" test "$(xenstore-read "/local/domain/$dd/backend/vif/$(xl domid g6)/0/state")" = 4
captured backbone
expect "g6's frames carry tag 6 and no other" test "$(tags backbone 00:16:3e:00:00:06)" = 6
expect "those of its second vif carry tag 7 and no other" test "$(tags backbone 00:16:3e:00:01:06)" = 7

backend=/local/domain/$dd/backend/vif/$(xl domid g6)
xl destroy g6
gone_from_dd() { ! xenstore-exists "$backend"; }
eventually "g6's backend is gone from dd" gone_from_dd
xl destroy dd

# Its far end goes on looking for IPv6 routers, now and then, and dom0 would hear it.
ip netns del host6
ip netns del host7
ip netns del backbone
ip link del backbone
