#!/usr/bin/env bash
# How many instructions one online takes, as callgrind counts them, against the recorded budget.
#
# usage: instructions.sh [--record]
#   --record   makes the count found the new budget, callgrind.budget beside this file
# shellcheck source-path=SCRIPTDIR source=../support/check.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/../support/check.sh"
[[ -z ${1:-} ]] || export XVLAN_RECORD=$1
needs_xenstore

budget_file=${BASH_SOURCE[0]%/*}/callgrind.budget
tolerance=5  # percent, for other processors and C libraries

scenario "an online takes no more instructions than its budget"
fresh_host
ip -batch - <<'BATCH'
link add br4 up type bridge
link add vif1.0 type veth peer name guest
BATCH
xenstore-write /local/domain/0/backend/vif/1/0/bridge br4 \
  /local/domain/0/backend/vif/1/0/frontend /local/domain/1/device/vif/0
expect_status 0 env -i XENBUS_PATH=backend/vif/1/0 vif=vif1.0 \
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$XVLAN" vif online
expect_port vif1.0 br4
found=$(sed -n 's/.*Collected : //p' <<<"$err")
[[ $found =~ ^[1-9][0-9]*$ ]] || _fail "a number of instructions" "$found"

if [[ ${XVLAN_RECORD:-} == --record ]]; then
  echo "$found" >"$budget_file"
  echo "recorded $found instructions"
  exit
fi
budget=$(<"$budget_file")
[[ $found -le $((budget * (100 + tolerance) / 100)) ]] ||
  _fail "at most $budget instructions, and $tolerance %; after a change that is worth more of them:
tests/bench/instructions.sh --record" "$found"
