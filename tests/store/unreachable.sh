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

# 5 s, and 2 s for an attempt to tell it on another connection.
scenario "xenstored is stopped: an error after 7 s"
fresh_dom0
backend bridge=br4
kill -STOP "$xenstored"
expect_refusal 5 10 "list backend/vif/3/0 in xenstore: xenstored did not answer within 5 s" \
  vif online
kill -CONT "$xenstored"
expect_contains "$err" "hint: check that xenstored is running and responding"

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

# Meanwhile it may have recovered: the toolstack reads the reason, and the vif is off its bridge.
scenario "xenstored falls silent for one connection: the failure is told on another"
fresh_dom0
backend bridge=br4
start_helper hold-one
reason="write $frontend/mtu in xenstore: xenstored did not answer within 5 s"
expect_refusal 5 10 "$reason" env XENSTORED_RUNDIR="$elsewhere" "$vif_script" online vif3.0
end_helper
expect_equal "$(status_node)" error
expect_equal "$(error_node)" "cannot $reason"
expect_missing "$err" warning

# As it does beside a start of thousands of VLANs.
scenario "the kernel's time is not xenstored's: a plug that waits for its lock succeeds"
fresh_dom0
backend bridge=br4
expect_status 0 env ASAN_OPTIONS=detect_leaks=0 XENBUS_PATH=backend/vif/3/0 vif=vif3.0 \
  strace --output="$TMPDIR/calls" --trace=sendmsg \
  --inject=sendmsg:delay_enter=6500000:when=2 "$vif_script" online
expect_contains "$(<"$TMPDIR/calls")" "(DELAYED)"
expect_port vif3.0 br4
expect_up vif3.0
expect_equal "$(status_node)" connected
expect_equal "$(error_node)" absent

scenario "a SIGALRM that is blocked and ignored does not make the wait endless"
fresh_dom0
backend bridge=br4
start_helper hold-writes
# shellcheck disable=SC2016
expect_refusal 5 10 "write $frontend/mtu in xenstore: xenstored did not answer within 5 s" \
  env XENSTORED_RUNDIR="$elsewhere" perl -MPOSIX -e '
    sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGALRM));
    $SIG{ALRM} = "IGNORE";
    exec @ARGV' "$vif_script" online vif3.0
end_helper

scenario "nobody reads what a plug says: it is a plug all the same"
fresh_dom0
backend bridge=br4 ip=10.0.0.9
mkfifo "$TMPDIR/nobody"
# shellcheck disable=SC2016
expect_status 0 timeout 60 bash -c 'exec 3<>"$1"
  dd if="$0" of="$1" bs=4096 oflag=nonblock 2>"$1.full" || true
  "$0" online vif3.0 >&3 2>&3' "$vif_script" "$TMPDIR/nobody"
expect_port vif3.0 br4
expect_up vif3.0
expect_equal "$(status_node)" connected

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
