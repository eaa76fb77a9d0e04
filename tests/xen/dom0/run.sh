#!/bin/bash
# Runs the steps in dom0, in order, and says how each went on the console, where the host reads it:
#
#   step NAME: begin
#   step NAME: ok (SECONDS s)
#   step NAME: FAILED
#   steps: all ok
#
# A step goes on from the state that the one before it left, so the first failure ends the run. The kernel's command line
# names their folder, and of two hosts the one that this is: the second only does what the first tells it.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}"
exec </dev/null >/dev/console 2>&1

folder=steps
number=1
# shellcheck disable=SC2013  # words are wanted
for word in $(cat /proc/cmdline); do
  case $word in
    steps=*) folder=${word#steps=} ;;
    host=*) number=${word#host=} ;;
  esac
done
if ((number > 1)); then
  exec ./second-host.sh
fi

for step in "$folder"/*.sh; do
  name=$(basename "$step" .sh)
  begin=$SECONDS
  echo "step $name: begin"
  # A step that hangs must be named too.
  # shellcheck disable=SC2016  # the inner bash expands it
  if timeout --kill-after=5 900 bash -euo pipefail -c 'source lib.sh; source "$0"' "$step"; then
    echo "step $name: ok ($((SECONDS - begin)) s)"
  else
    echo "step $name: FAILED"
    ./show-host.sh
    if [[ $folder == hosts ]]; then
      echo "--- the second host"
      bash -c 'source lib.sh; source hosts.sh; on_second ./show-host.sh'
    fi
    echo "steps: FAILED in $name"
    systemctl poweroff --force --force
    exit 1
  fi
done
echo "steps: all ok"
systemctl poweroff --force --force
