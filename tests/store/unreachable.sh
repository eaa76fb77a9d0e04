#!/usr/bin/env bash
# xenstored absent, stopped, or silent half-way: a bounded wait, a reason, and the host as before.
# shellcheck source-path=SCRIPTDIR source=words.sh
source "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit 1

xenstored=$(<"$(echo /run/xenstored/*.pid)")
helper=

# A xenstored of another kind, in a folder of its own: $elsewhere.
elsewhere=$TMPDIR/elsewhere
start_helper() {  # WORD
  rm -rf "$elsewhere"
  mkdir "$elsewhere"
  perl "$_words/xs.pl" "$1" "$elsewhere" >"$elsewhere/ready" &
  helper=$!
  until [[ -s $elsewhere/ready ]]; do
    kill -0 "$helper" || expect "the helper '$1' to start" wait "$helper"
    sleep 0.02
  done
}

end_helper() {
  kill "$helper"
  wait "$helper" 2>/dev/null || true
}

# Runs a call that must fail with that text, after so many seconds, and leave the links as they are.
expect_refusal() {  # AT-LEAST AT-MOST TEXT CALL...
  local before start took
  before=$(links_of_all)
  start=${EPOCHREALTIME/./}
  expect_status 1 "${@:4}"
  took=$(((${EPOCHREALTIME/./} - start) / 1000))
  expect_contains "$err" "xvlan: error: vif3.0: cannot $3"
  expect_equal "$(links_of_all)" "$before"
  expect "$took ms to be from $1 to $2 s" test "$took" -ge "$(($1 * 1000))" -a \
    "$took" -le "$(($2 * 1000))"
}

scenario "xenstored is not there: an error at once"
fresh_dom0
expect_refusal 0 4 "reach xenstored: " \
  env XENSTORED_RUNDIR="$TMPDIR/nowhere" "$vif_script" online vif3.0

scenario "xenstored has left its socket behind: an error at once"
fresh_dom0
start_helper full
end_helper
expect_refusal 0 4 "reach xenstored: " \
  env XENSTORED_RUNDIR="$elsewhere" "$vif_script" online vif3.0

scenario "xenstored is stopped: an error after 5 s"
fresh_dom0
backend bridge=br4
kill -STOP "$xenstored"
expect_refusal 5 10 "list backend/vif/3/0 in xenstore: xenstored did not answer within 5 s" \
  vif online
kill -CONT "$xenstored"
expect_missing "$err" warning
expect_contains "$err" "hint: see whether xenstored runs and is not stopped"

scenario "after that, the next online is as if nothing had been"
expect_status 0 vif online
expect_port vif3.0 br4
expect_equal "$(status_node)" connected
expect_equal "$(error_node)" absent

scenario "xenstored accepts nobody, and its queue is full: an error after 5 s"
fresh_dom0
start_helper full
expect_refusal 5 10 "reach xenstored: xenstored did not answer within 5 s" \
  env XENSTORED_RUNDIR="$elsewhere" "$vif_script" online vif3.0
end_helper

# The vif is on its bridge by then, but netback will never hear of it.
scenario "xenstored falls silent before it is told: the vif comes off again"
fresh_dom0
backend bridge=br4
start_helper hold-writes
expect_refusal 5 10 "write $frontend/mtu in xenstore: xenstored did not answer within 5 s" \
  env XENSTORED_RUNDIR="$elsewhere" "$vif_script" online vif3.0
end_helper
expect_equal "$(status_node)" ""

scenario "xenstored falls silent before it is told: a vif that was plugged stays plugged"
fresh_dom0
backend bridge=br4
vif online
start_helper hold-writes
expect_refusal 5 10 "write $frontend/mtu in xenstore: xenstored did not answer within 5 s" \
  env XENSTORED_RUNDIR="$elsewhere" "$vif_script" online vif3.0
end_helper
expect_port vif3.0 br4
expect_up vif3.0

scenario "xenstored falls silent before it hears of a failure: the failure is the one that is told"
fresh_dom0
backend bridge=br9
start_helper hold-writes
before=$(links_of_all)
expect_status 1 env XENSTORED_RUNDIR="$elsewhere" "$vif_script" online vif3.0
end_helper
expect_contains "$err" "error: vif3.0: Could not find bridge device br9"
expect_contains "$err" "xenstored did not answer within 5 s"
expect_equal "$(links_of_all)" "$before"

scenario "offline of a vif under its own name needs no xenstored"
fresh_dom0
ip link set vif3.0 master br4 up
kill -STOP "$xenstored"
expect_status 0 vif offline
kill -CONT "$xenstored"
expect_equal "$err" ""
expect_port vif3.0 -
expect_down vif3.0

scenario "offline of a vif that is gone says what it could not ask, and succeeds"
fresh_dom0
ip link delete vif3.0
expect_status 0 env XENSTORED_RUNDIR="$TMPDIR/nowhere" "$vif_script" offline vif3.0
expect_contains "$err" "warning: vif3.0: cannot reach xenstored"
