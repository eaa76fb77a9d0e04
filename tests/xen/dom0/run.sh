#!/bin/bash
# Runs the steps in dom0, in order, and says how each went on the console, where the host reads it:
#
#   step NAME: begin
#   step NAME: ok (SECONDS s)
#   step NAME: FAILED
#   steps: all ok
#
# A step goes on from the state that the one before it left, so the first failure ends the run.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}"
exec </dev/null >/dev/console 2>&1

# What a person would ask for first.
show_host() {
  set +e
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
}

for step in steps/*.sh; do
  name=$(basename "$step" .sh)
  begin=$SECONDS
  echo "step $name: begin"
  # A step that hangs must be named too.
  # shellcheck disable=SC2016  # the inner bash expands it
  if timeout --kill-after=5 900 bash -euo pipefail -c 'source lib.sh; source "$0"' "$step"; then
    echo "step $name: ok ($((SECONDS - begin)) s)"
  else
    echo "step $name: FAILED"
    show_host
    echo "steps: FAILED in $name"
    systemctl poweroff --force --force
    exit 1
  fi
done
echo "steps: all ok"
systemctl poweroff --force --force
