#!/bin/bash
# The init of the driver domain: the same image and the same installed package as dom0, with two trunks, eth0 with a
# bridge for each VLAN and eth1 with one VLAN-aware bridge, and `xl devd`, which runs the vif-script of the guests that it
# serves. It says on its console which ports the bridges have.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mkdir -p /dev/pts /var/log/xen
mount -t devpts devpts /dev/pts
modprobe --all xen-evtchn xen-gntdev xen-privcmd xenfs xen-netfront xen-netback
mount -t xenfs xenfs /proc/xen
until [[ -e /sys/class/net/eth0 && -e /sys/class/net/eth1 ]]; do
  sleep 0.1
done

cat >/etc/xen/xvlan.conf <<END
[trunk eth0]
vlans = 6

[trunk eth1]
vlan-aware = yes
vlans = 7
END
/etc/xen/scripts/network-xvlan start
xl devd -F >/dev/console 2>&1 &
echo "driver domain: ready"

declare -A ports
while sleep 0.5; do
  for bridge in br6 xenbr0; do
    now=$(cd "/sys/class/net/$bridge/brif" && echo *)
    if [[ $now != "${ports[$bridge]:-}" ]]; then
      ports[$bridge]=$now
      echo "driver domain: $bridge has $now"
    fi
  done
done
