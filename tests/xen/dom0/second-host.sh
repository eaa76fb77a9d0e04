#!/bin/bash
# The second of two hosts: runs what comes in from the first, a command a connection, and answers with what it says and
# with its status.
#
# usage: second-host.sh [--answer]
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}"

if [[ ${1:-} != --answer ]]; then
  source lib.sh
  source hosts.sh
  open_host 2
  exec busybox nc -ll -p "$commands" -e ./second-host.sh --answer
fi

read -r command
status=0
# shellcheck disable=SC2016  # the inner bash expands it
bash -euo pipefail -c 'source lib.sh; source hosts.sh; eval "$0"' "$command" </dev/null 2>&1 || status=$?
echo "status $status"
