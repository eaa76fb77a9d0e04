#!/bin/bash
# The init of the driver domain: the same image and the same installed package as dom0, with eth0 as its trunk, and
# `xl devd`, which runs the vif-script of the guests that it serves. It says on its console which ports br6 has.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mkdir -p /dev/pts /var/log/xen
mount -t devpts devpts /dev/pts
modprobe --all xen-evtchn xen-gntdev xen-privcmd xenfs xen-netfront xen-netback
mount -t xenfs xenfs /proc/xen
until [[ -e /sys/class/net/eth0 ]]; do
  sleep 0.1
done

/etc/xen/scripts/network-xvlan start netdev=eth0 vlans=6
xl devd -F >/dev/console 2>&1 &
echo "driver domain: ready"

cd /sys/class/net/br6/brif
ports=
while sleep 0.5; do
  now=$(echo *)
  if [[ $now != "$ports" ]]; then
    ports=$now
    echo "driver domain: br6 has $ports"
  fi
done
