# shellcheck shell=bash
# More words for the scenarios of this folder, beside those of tests/support/check.sh. They need no
# link of any kind, so that the running kernel is good enough, in namespaces of its own.
#
#   refused STATUS MESSAGE ARG...    xvlan ARG... ends with STATUS and the host unchanged, prints
#                            nothing on stdout and MESSAGE on stderr: "error" or "error | hint"
#   file NAME LINE...        $TMPDIR/NAME gets the lines
#   fresh_folder NAME        $TMPDIR/NAME is an empty folder
export XVLAN_SANDBOX=host
source "${BASH_SOURCE[0]%/*}/../support/check.sh"

# A command line that says too much could reach the real configuration and the real xenstore.
export XENSTORED_RUNDIR=/nonexistent
unset XENBUS_PATH vif INTERFACE bridge ip type_if UDEV_CALL

refused() {
  local status=$1 message=$2 before
  shift 2
  scenario "refused: xvlan $*"
  before=$(links)
  expect_status "$status" xvlan "$@"
  expect_equal "$out" ""
  message="xvlan: error: ${message/ | /$'\n'xvlan: hint: }"
  expect_equal "$err" "$message"
  expect_equal "$(links)" "$before"
}

file() {
  local name=$1
  shift
  printf '%s\n' "$@" >"$TMPDIR/$name"
}

fresh_folder() {
  rm -rf "${TMPDIR:?}/$1"
  mkdir "$TMPDIR/$1"
}
