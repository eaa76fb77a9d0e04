#!/usr/bin/env bash
# What a toolstack, netback and a person at the keyboard may rely on when they call the vif-script:
# every form of call that Xen has known since 3.0, and what each writes to xenstore.
# shellcheck source-path=SCRIPTDIR source=words.sh
source "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit 1

by_hand=$TMPDIR/xvlan-vif
ln -sf "$(realpath "$XVLAN")" "$by_hand"

# Runs a command with that environment only.
with() {  # NAME=VALUE... COMMAND...
  env --ignore-environment PATH="$PATH" "$@"
}

# The environment that the kernel's uevent has (linux, xenbus_uevent_backend and netback_uevent).
uevent=(SUBSYSTEM=xen-backend XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 XENBUS_BASE_PATH=backend
  "script=$vif_script" vif=vif3.0)

nowhere=(XENSTORED_RUNDIR="$TMPDIR/nowhere")  # where libxenstore finds no socket

trace_requests

expect_plugged() {  # LINK BRIDGE
  expect_port "$1" "$2"
  expect_up "$1"
  expect_equal "$(status_node)" connected
  expect_equal "$(error_node)" absent
}

expect_unplugged() {  # LINK
  expect_port "$1" -
  expect_down "$1"
}

expect_no_write() {
  expect_contains "$(requests)" "READ ("  # so that a write would be seen
  expect_equal "$(requests | grep -vE '^(READ|DIRECTORY) ' || true)" ""
}

# What xenstore is told ------------------------------------------------------------------------

scenario "hotplug-status is the nine bytes 'connected' that netback compares, written last"
fresh_dom0
backend bridge=br4
forget_requests
expect_status 0 vif online
# xenstored's trace has a blank for a NUL and a line break for a newline: there is neither.
expect_equal "$(requests)" "\
DIRECTORY (backend/vif/3/0 )
READ (backend/vif/3/0/bridge )
READ (backend/vif/3/0/frontend )
WRITE ($frontend/mtu 1500)
WRITE (backend/vif/3/0/hotplug-status connected)"
expect_equal "$out$err" ""

scenario "a failure and its reason are one transaction"
fresh_dom0
backend bridge=br9
forget_requests
# A message's head has type, request, transaction and length, in four bytes each. Type 11 writes, 7
# ends a transaction (Xen, public/io/xs_wire.h).
printf '#!/bin/bash\nexec strace -xx -o %q -e trace=write,sendmsg %q "$@"\n' \
  "$TMPDIR/messages" "$vif_script" >"$TMPDIR/traced"
export ASAN_OPTIONS=detect_leaks=0  # it can't look for leaks under strace
chmod +x "$TMPDIR/traced"
vif_script=$TMPDIR/traced expect_status 1 vif online
expect_equal "$(requests | sed '/^READ /d; /^DIRECTORY /d')" "\
TRANSACTION_START ( )
WRITE (backend/vif/3/0/hotplug-error Could not find bridge device br9)
WRITE (backend/vif/3/0/hotplug-status error)
TRANSACTION_END (T )"
byte='\\x[0-9a-f]{2}'
heads=$(sed -nE \
  "s/^write\([0-9]+, \"\\\\x(0b|07)(\\\\x00){7}(($byte){4})($byte){4}\", 16\).*/\1 \3/p" \
  "$TMPDIR/messages")
transaction=${heads##* }
expect_missing "$transaction" "\\x00\\x00\\x00\\x00"
expect_equal "$heads" "0b $transaction"$'\n'"0b $transaction"$'\n'"07 $transaction"
unset ASAN_OPTIONS

scenario "who waits for the status, as xend does, finds the reason"
fresh_dom0
backend bridge=br9
timeout 20 xenstore-watch -n 2 backend/vif/3/0/hotplug-status >"$TMPDIR/watched" &
watch=$!
until [[ -s $TMPDIR/watched ]]; do sleep 0.02; done  # it fires once when it is set
expect_status 1 vif online
expect "the watch to fire" wait "$watch"
expect_equal "$(error_node)" "Could not find bridge device br9"

scenario "a tap's plugging is not the vif's: nothing is written"
fresh_dom0
backend bridge=br4
forget_requests
expect_status 0 tap add
expect_port vif3.0-emu br4
expect_no_write

scenario "what the host refuses is refused in words, and leaves every link as it was"
refuse() {  # STATUS ERROR 'KEY=VALUE...' CALL...
  local before keys
  fresh_dom0
  read -r -a keys <<<"$3"
  backend "${keys[@]}"
  before=$(links_of_all)
  expect_status "$1" "${@:4}"
  expect_equal "$(links_of_all)" "$before"
  expect_equal "$(status_node)" error
  expect_equal "$(error_node)" "$2"
  expect_contains "$err" "xvlan: error: "
  expect_contains "$err" "$2"
}
refuse 1 "Could not find bridge, and none was specified" "handle=0" vif online
refuse 1 "Could not find bridge, and none was specified" "bridge=" vif online
refuse 1 "Could not find bridge device br9" "bridge=br9" vif online
refuse 1 "cannot use guest7.0 as bridge: it is a link of kind veth" "bridge=guest7.0" vif online
refuse 1 "Cannot rename interface vif3.0. An interface with name vif7.0 already exists." \
  "bridge=br4 vifname=vif7.0" vif online
refuse 2 "cannot use vifname=sixteen.bytes.16: the name has 16 bytes, a link's name at most 15" \
  "bridge=br4 vifname=sixteen.bytes.16" vif online
refuse 2 "cannot use vifname=web/0: a link's name contains no '/', ':' or blank, and is neither \
'.' nor '..'" "bridge=br4 vifname=web/0" vif online
refuse 1 "cannot use mtu=much: an MTU is a number of bytes from 68 to 65535" \
  "bridge=br4 mtu=much" vif online
refuse 1 "cannot find vif4.0: No such device" "bridge=br4" vif online vif=vif4.0
refuse 2 "cannot use antispoof: unknown option" "bridge=br4" vif online antispoof=yes
refuse 2 "cannot use bridge: it is given twice" "bridge=br4" vif online bridge=br4 bridge=br5
refuse 2 "cannot use type_if=tun: it must be vif or tap" "bridge=br4" libxl online type_if=tun
refuse 1 "Could not find bridge device br9" "bridge=br9" tap add

scenario "offline and remove write nothing, whatever is gone"
write_nothing() {  # PREPARE CALL
  local before
  fresh_dom0
  backend bridge=br4 vifname=web0
  vif online
  tap add
  xenstore-rm backend/vif/3/0/hotplug-status  # as netback does before
  eval "$1"
  before=$(store_of_all)
  forget_requests
  # shellcheck disable=SC2086  # the words of a call
  expect_status 0 $2
  expect_equal "$out$err" ""
  expect_equal "$(store_of_all)" "$before"
  expect_no_write
}
for call in "vif offline" "tap remove"; do
  write_nothing "true" "$call"
  write_nothing "ip link delete br4" "$call"
  write_nothing "ip link delete web0; ip link delete web0-emu" "$call"
  write_nothing "xenstore-rm backend/vif/3/0" "$call"
  write_nothing "xenstore-rm backend/vif/3/0; ip link delete group 99" "$call"
done

scenario "offline of a vif under its own name asks xenstore nothing"
fresh_dom0
backend bridge=br4
vif online
forget_requests
expect_status 0 vif offline
expect_unplugged vif3.0
expect_equal "$(requests)" ""

scenario "an event of the other kind of link is passed over without a word or a request"
fresh_dom0
backend bridge=br4
before=$(links_of_all)
expect_status 0 vif online dry-run
expect_contains "$(<"$requests_file")" CREATE  # so that a connection would be seen
for call in "vif add" "vif remove" "tap online" "tap offline" "libxl add" "libxl remove"; do
  forget_requests
  # shellcheck disable=SC2086  # the words of a call
  expect_status 0 $call
  expect_equal "$out$err" ""
  expect_equal "$(grep CREATE "$requests_file" || true)" ""  # no connection, even
  expect_equal "$(links_of_all)" "$before"
done

scenario "where libxl has switched udev off, a call by udev does nothing"
fresh_dom0
backend bridge=br4
xenstore-write libxl/disable_udev 1
before=$(links_of_all)
forget_requests
expect_status 0 with "${uevent[@]}" UDEV_CALL=1 "$vif_script" online type_if=vif
expect_equal "$out$err" ""
expect_equal "$(links_of_all)" "$before"
expect_equal "$(requests)" "READ (libxl/disable_udev )"

# The forms of a call --------------------------------------------------------------------------

scenario "xend's udev rules call it with the event alone"
fresh_dom0
backend bridge=br4
expect_status 0 with "${uevent[@]}" ACTION=online "$vif_script" online
expect_plugged vif3.0 br4
expect_status 0 with "${uevent[@]}" ACTION=offline "$vif_script" offline
expect_unplugged vif3.0

scenario "xend's (vif-script 'vif-xvlan bridge=br4') has the arguments before the event"
fresh_dom0
backend
expect_status 0 with "${uevent[@]}" "$vif_script" bridge=br4 online
expect_plugged vif3.0 br4

scenario "vif-setup of Xen 4.1 to 4.5 adds type_if, and netback names a renamed vif"
fresh_dom0
backend bridge=br4 vifname=web0
expect_status 0 with "${uevent[@]}" UDEV_CALL=1 "$vif_script" online type_if=vif
expect_plugged web0 br4
expect_status 0 with "${uevent[@]}" vif=web0 UDEV_CALL=1 "$vif_script" online type_if=vif
expect_plugged web0 br4
expect_status 0 with "${uevent[@]}" vif=web0 UDEV_CALL=1 "$vif_script" offline type_if=vif
expect_unplugged web0

scenario "udev's rule for taps names only the tap"
fresh_dom0
backend bridge=br4
expect_status 0 with SUBSYSTEM=net INTERFACE=vif3.0-emu UDEV_CALL=1 "$vif_script" add type_if=tap
expect_port vif3.0-emu br4
expect_status 0 with SUBSYSTEM=net INTERFACE=vif3.0-emu UDEV_CALL=1 "$vif_script" remove type_if=tap
expect_unplugged vif3.0-emu

scenario "xen-backend.agent calls it for add and remove, too"
fresh_dom0
backend bridge=br4
expect_status 0 with "${uevent[@]}" "$vif_script" add
expect_status 0 with "${uevent[@]}" "$vif_script" online
expect_plugged vif3.0 br4
expect_status 0 with "${uevent[@]}" "$vif_script" offline
expect_status 0 with "${uevent[@]}" "$vif_script" remove
expect_unplugged vif3.0

scenario "libxl calls it for the vif, then for the tap, with one environment"
fresh_dom0
backend bridge=br4 type=vif_ioemu
expect_status 0 vif online
expect_port vif3.0-emu -
expect_status 0 tap add
expect_plugged vif3.0 br4
expect_port vif3.0-emu br4
expect_up vif3.0-emu
expect_status 0 vif offline
expect_port vif3.0-emu br4
expect_status 0 tap remove
expect_unplugged vif3.0-emu

scenario "libxl names the vif by its first name, renamed or not"
fresh_dom0
backend bridge=br4 vifname=web0
expect_status 0 vif online
expect_status 0 tap add
expect_plugged web0 br4
expect_port web0-emu br4
expect_status 0 vif online
expect_status 0 tap add
expect_plugged web0 br4
expect_status 0 vif offline
expect_status 0 tap remove
expect_unplugged web0
expect_unplugged web0-emu

scenario "a vif that is up is renamed all the same"
fresh_dom0
backend bridge=br4 vifname=web0
ip link set vif3.0 up
expect_status 0 vif online
expect_plugged web0 br4

scenario "XAPI names the vif in INTERFACE, and its number may differ from the name's"
fresh_dom0
backend bridge=br4
ip link set vif3.0 name vif33.1
expect_status 1 with XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 XENBUS_BASE_PATH=backend \
  INTERFACE=vif33.1 "$vif_script" online type_if=vif
expect_contains "$err" "cannot use vif33.1: there is no proof that it is vif3.0"
expect_unplugged vif33.1

scenario "such a link is taken with proof that it is the guest's"
fresh_dom0
backend bridge=br4
ip link set vif3.0 name vif33.1 alias vif3.0
expect_status 0 with XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 XENBUS_BASE_PATH=backend \
  INTERFACE=vif33.1 "$vif_script" online type_if=vif
expect_plugged vif33.1 br4

scenario "a driver domain's paths go to xenstored as they were given"
fresh_dom0
backend bridge=br4 vifname=web0
forget_requests
for call in "vif online" "tap add" "vif offline" "tap remove"; do
  # shellcheck disable=SC2086  # the words of a call
  expect_status 0 $call
done
xenstore-write backend/vif/3/0/bridge br9
expect_status 1 vif online
expect_status 1 tap add
expect_missing "$(requests)" /local/domain/0
expect_contains "$(requests)" "READ (backend/vif/3/0/vifname )"

scenario "an absolute path is as good as a relative one"
fresh_dom0
backend bridge=br4
expect_status 0 with "${uevent[@]}" XENBUS_PATH=/local/domain/0/backend/vif/3/0 "$vif_script" online
expect_plugged vif3.0 br4

scenario "the standard files may be closed, and nobody need read what is said"
fresh_dom0
backend bridge=br4 ip=10.0.4.2  # worth a warning
expect_status 0 bash -c 'exec 0<&- 1>&- 2>&-; exec "$@"' - "$vif_script" online vif3.0
expect_plugged vif3.0 br4
vif offline
vif online 2> >(exec true)
expect_plugged vif3.0 br4

scenario "the working directory does not matter"
fresh_dom0
backend bridge=br4
mkdir "$TMPDIR/gone"
# shellcheck disable=SC2016  # for the inner shell
expect_status 0 bash -c 'cd "$1" && rmdir "$1" && exec "$2" online vif3.0' - "$TMPDIR/gone" \
  "$vif_script"
expect_plugged vif3.0 br4

# By hand --------------------------------------------------------------------------------------

scenario "by hand, the vif's name is enough"
fresh_dom0
backend bridge=br4
expect_status 0 with "$by_hand" online vif3.0
expect_equal "$out$err" ""
expect_plugged vif3.0 br4
expect_status 0 with "$by_hand" offline vif3.0
expect_unplugged vif3.0
expect_status 0 with "$XVLAN" vif online vif3.0
expect_plugged vif3.0 br4

scenario "by hand, a tap's name is enough"
fresh_dom0
backend bridge=br4
expect_status 0 with "$by_hand" add vif3.0-emu
expect_port vif3.0-emu br4
expect_status 0 with "$by_hand" remove vif3.0-emu
expect_port vif3.0-emu -

scenario "by hand, a typed bridge that xenstore overrules is told"
fresh_dom0
backend bridge=br4
expect_status 0 with "$by_hand" online vif3.0 bridge=br5
expect_plugged vif3.0 br4
expect_contains "$err" "vif3.0: bridge=br5 is not used, because xenstore says bridge=br4"

scenario "by hand with a bridge, no xenstored is needed, and that is told"
fresh_dom0
expect_status 0 with "${nowhere[@]}" "$by_hand" online vif3.0 bridge=br4
expect_port vif3.0 br4
expect_up vif3.0
expect_contains "$err" "cannot reach xenstored"
expect_contains "$err" "nothing is written to xenstore"
expect_status 0 with "${nowhere[@]}" "$by_hand" offline vif3.0
expect_equal "$err" ""
expect_unplugged vif3.0

scenario "by hand without a bridge, xenstored is needed"
fresh_dom0
before=$(links_of_all)
expect_status 1 with "${nowhere[@]}" "$by_hand" online vif3.0
expect_contains "$err" "vif3.0: cannot reach xenstored"
expect_equal "$(links_of_all)" "$before"

scenario "a toolstack's call needs xenstored, even if the bridge is an argument"
fresh_dom0
before=$(links_of_all)
expect_status 1 with "${uevent[@]}" "${nowhere[@]}" "$vif_script" online bridge=br4
expect_contains "$err" "vif3.0: cannot reach xenstored"
expect_equal "$(links_of_all)" "$before"

scenario "by hand with a bridge, a vif unknown to xenstore stays unknown, and that is told"
fresh_dom0
before=$(store_of_all)
forget_requests
expect_status 0 with "$by_hand" online vif3.0 bridge=br4
expect_port vif3.0 br4
expect_contains "$err" "there is no backend/vif/3/0 in xenstore: nothing is written there"
expect_equal "$(requests)" "DIRECTORY (backend/vif/3/0 )"
expect_status 1 with "$by_hand" online vif3.0 bridge=br9
expect_status 1 with "$by_hand" online vif3.0
expect_equal "$(store_of_all)" "$before"

# What else is told ----------------------------------------------------------------------------

scenario "keys that xvlan does not implement are named"
fresh_dom0
backend bridge=br4 "ip=10.0.4.2 10.0.4.3"
expect_status 0 vif online
expect_plugged vif3.0 br4
expect_contains "$err" "xvlan: warning: vif3.0: ip=10.0.4.2 10.0.4.3 is not enforced"

scenario "a VLAN on a bridge that filters none is refused, never passed over"
fresh_dom0
backend bridge=br4 vlan=4
expect_status 1 vif online
expect_port vif3.0 -
expect_contains "$err" "cannot use vlan=4 with bridge=br4: that bridge does not filter VLANs"

scenario "dom0 has no address on a plugged vif"
fresh_dom0
backend bridge=br4
ip link set guest3.0 up
ip address add 192.0.2.9/24 dev vif3.0
expect_status 0 vif online
expect_no_address vif3.0

scenario "dry-run says what it would do, and does nothing"
fresh_dom0
backend bridge=br4
before=$(links_of_all)
nodes=$(store_of_all)
expect_status 0 vif online dry-run
expect_contains "$out" "add vif3.0 to bridge br4"
expect_contains "$out" "write backend/vif/3/0/hotplug-status=connected"
expect_equal "$(links_of_all)" "$before"
expect_equal "$(store_of_all)" "$nodes"
