# The trunk's driver lets go of it, and takes it again: its VLANs come back by themselves, for the guests too.
# shellcheck shell=bash
device=$(basename "$(readlink -f /sys/class/net/eth1/device)")
echo "$device" >/sys/bus/virtio/drivers/virtio_net/unbind
eventually "eth1 is gone" test ! -e /sys/class/net/eth1
echo "$device" >/sys/bus/virtio/drivers/virtio_net/bind
eventually "br4 has its uplink again" port eth1.4 br4
eventually "br5 has its uplink again" port eth1.5 br5
segments 4 5
eventually "host 4 reaches g4" host_reaches 4 10.0.0.14
eventually "host 5 reaches g5" host_reaches 5 10.0.0.15
