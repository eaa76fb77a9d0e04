#!/bin/bash
# What a person would ask a host for first.
echo "--- addresses and links"
ip -d link
ip -br address
echo "--- domains"
xl list
echo "--- xenstore"
xenstore-ls -f | grep -E '/(vif|name|device/vif|libxl/disable_udev)' | head -n 200
echo "--- journal"
journalctl --boot --no-pager --lines=200
for log in /var/log/xen/*.log /var/log/xen/console/*.log /var/log/libvirt/libxl/*.log; do
  [[ -e $log ]] || continue
  echo "--- $log"
  tail -n 60 "$log"
done
if systemctl --quiet is-active frr.service; then
  for command in "show bgp l2vpn evpn summary" "show bgp l2vpn evpn" "show evpn vni" "show evpn mac vni all"; do
    echo "--- vtysh: $command"
    vtysh -c "$command"
  done
  echo "--- bridge fdb"
  bridge fdb show
fi
