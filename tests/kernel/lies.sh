# shellcheck shell=bash disable=SC2119
# More words for scenarios about guests that lie, beside those of lib.sh. /etc/xen is the test's own.
#
#   fresh_wire               a host with VLANs 4 and 5 at the switch, and vif3.0, not plugged, whose
#                            guest says nothing by itself; somebody listens on the trunk's far end
#   stop_listening           at the end of the file
#   settings LINE...         xvlan.conf gets netdev, vlans and LINEs; network start
#   vif_spec KEY=VALUE...    of vif3.0, in xenstore, as libxl writes it
#   by_libxl EVENT           online or offline of vif3.0
#   heard [NUMBER]           the numbers of what was heard on the trunk since this was last asked; of
#                            the frame NUMBER, how often
#   number_of NAME           of a frame in $table
#   names_of NUMBER...       one line each
lies=${BASH_SOURCE[0]%/*}/lies.pl
table=$TMPDIR/table
"${XVLAN%/*}/xvlan_lies" >"$table"
# shellcheck disable=SC2034  # for the scenarios
ip="10.0.4.2 10.0.5.0/24 2001:db8::2 2001:db8:1::/64"  # that the table is about

mount -t tmpfs tmpfs /etc/xen  # the machine's own stays as it is

# Somebody who listens on the trunk's far end.
listen() {
  local ready
  rm -f "$TMPDIR/ask" "$TMPDIR/answer"
  mkfifo "$TMPDIR/ask" "$TMPDIR/answer"
  ip netns exec switch perl "$lies" hear trunk <"$TMPDIR/ask" >"$TMPDIR/answer" &
  listener=$!
  exec {ask}>"$TMPDIR/ask" {answer}<"$TMPDIR/answer"
  read -r -t 60 ready <&"$answer"
  expect_equal "$ready" ready
}

listener="" ask="" answer=""
stop_listening() {
  [[ -n $listener ]] || return 0
  kill "$listener"
  wait "$listener" || true
  exec {ask}>&- {answer}<&-
  listener=""
}

# The numbers of what was heard since; of one frame, how often.
heard() {  # [NUMBER]
  local line
  echo "${1:-}" >&"$ask"
  read -r -t 60 line <&"$answer"
  echo "$line"
}

number_of() {  # NAME
  local number name
  while read -r number _ _ _ name; do
    [[ $name != "$1" ]] || echo "$number"
  done <"$table"
}

names_of() {  # NUMBER...
  local number name
  while read -r number _ _ _ name; do
    [[ " $* " != *" $number "* ]] || echo "$name"
  done <"$table"
}

# A host with a guest's vif that is not plugged, and its tap; nobody says anything by himself.
fresh_wire() {
  stop_listening
  fresh_host 4
  fresh_vif vif3.0
  ip -n vif3.0 link set eth0 address 00:16:3e:01:fb:fe
  ip netns exec vif3.0 bash -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
  ip netns exec switch bash -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
  listen
}

settings() {  # LINE...
  printf '%s\n' "netdev = eth1" "vlans = 4,5" "$@" >/etc/xen/xvlan.conf
  expect_status 0 network start
}

# In xenstore, as libxl writes them.
vif_spec() {  # KEY=VALUE...
  local pair
  xenstore-rm backend/vif/3/0 2>"$TMPDIR/ignored" || true
  for pair in frontend=/local/domain/3/device/vif/0 mac=00:16:3e:01:fb:fe handle=0 "$@"; do
    xenstore-write "backend/vif/3/0/${pair%%=*}" "${pair#*=}"
  done
}

by_libxl() {  # EVENT
  env XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 XENBUS_BASE_PATH=backend \
    script=/etc/xen/scripts/vif-xvlan netdev='' vif=vif3.0 "$XVLAN" vif "$1" type_if=vif
}
