# A guest of libvirt's: it gets a vif and loses it while it runs, and keeps the other when libvirtd restarts.
# shellcheck shell=bash source=tests/xen/dom0/libvirt.sh
source libvirt.sh
create_by_libvirt v4 10.0.0.40/24,10.0.1.40/24 "$(interface br4 00:16:3e:00:04:04)"
expect "v4's vif is on br4" port "$(vif v4)" br4
eventually "host 4 reaches v4" host_reaches 4 10.0.0.40
never "host 5 reaches v4" host_reaches 5 10.0.0.40

virsh attach-interface v4 bridge br5 --mac 00:16:3e:00:04:05 --script vif-xvlan
expect "v4's second vif is on br5" port "$(vif v4 1)" br5
eventually "host 5 reaches v4's second vif" host_reaches 5 10.0.1.40
never "host 4 reaches v4's second vif" host_reaches 4 10.0.1.40

second=$(vif v4 1)
virsh detach-interface v4 bridge --mac 00:16:3e:00:04:05
eventually "v4's second vif is gone" test ! -e "/sys/class/net/$second"
systemctl restart libvirtd
expect "libvirt has v4 again" virsh domstate v4
expect "v4's vif stays on br4" port "$(vif v4)" br4
expect "host 4 reaches v4" host_reaches 4 10.0.0.40

first=$(vif v4)
virsh destroy v4
eventually "v4's vif is gone" test ! -e "/sys/class/net/$first"
segments 4 5
