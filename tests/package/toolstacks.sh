#!/usr/bin/env bash
# The installed scripts, called as each xend and its udev rules called them, from Xen 3.0 to 4.4: the
# arguments, environment, directory and standard files of each era. No distribution carries xend any
# more, so its side is this table, taken from the sources of those releases.
# shellcheck source-path=SCRIPTDIR source=root.sh
source "${BASH_SOURCE[0]%/*}/root.sh"
needs_xenstore

scripts=/etc/xen/scripts
examples=/usr/share/doc/xvlan/examples
backend=backend/vif/3/0

# xend's side --------------------------------------------------------------------------------------

# The first value of a form, as xend's sxp.py reads it: quoted, or a word.
sxp_value() {
  local rest=${1#\(* }
  case $rest in
    \'*) rest=${rest#\'} && echo "${rest%%\'*}" ;;
    \"*) rest=${rest#\"} && echo "${rest%%\"*}" ;;
    *) echo "${rest%%[ )]*}" ;;
  esac
}

# What XendOptions.get_network_script makes of a form, in $call: split at every blank, even at two in
# a row, the first word in Xen's folder, and `start` behind it.
network_call() {
  local words
  mapfile -d ' ' -t words < <(printf '%s ' "$(sxp_value "$1")")
  call=("$scripts/${words[0]}" start "${words[@]:1}")
}

# Xen 3.0 and 3.1, inside of the daemon.
call_in_daemon() {
  inside bash -c 'cd / && exec "$@" </dev/null >/dev/null 2>>/tmp/xend-debug.log' xend "$@"
}

# Xen 3.2 to 3.4, before the daemon forks: where and how somebody called `xend status`.
call_from_shell() {
  inside bash -c 'cd /tmp && exec "$@"' xend "$@"
}

# Xen 4.0 and later: stdin and stdout are pipes into which, and from which, nobody ever says a word,
# and xend waits for the end.
call_by_xpopen() {
  # shellcheck disable=SC2016  # for the shell inside
  inside bash -c '
    mkfifo /tmp/in.$$ /tmp/out.$$
    exec 8<>/tmp/in.$$ 9<>/tmp/out.$$
    "$@" <&8 >&9 8>&- 9>&-' xend "$@"
}

# udev's side: ENVIRONMENT... -- ARGUMENT..., of a program that udev runs for a uevent of netback.
call_by_udev() {
  local environment=()
  while [[ $1 != -- ]]; do
    environment+=("$1")
    shift
  done
  inside env --ignore-environment DEVPATH=/devices/vif-3-0 SUBSYSTEM=xen-backend SEQNUM=1000 \
    XENBUS_TYPE=vif XENBUS_PATH=$backend XENBUS_BASE_PATH=backend script=$scripts/vif-xvlan \
    "${environment[@]}" bash -c 'cd / && exec "$@" </dev/null' udev "$scripts/vif-xvlan" "${@:2}"
}

# Checks -------------------------------------------------------------------------------------------

fresh_guest() {
  fresh_host 4 5
  fresh_vif vif3.0 4
  expect_status 0 inside xvlan network start netdev=eth1 vlans=4,5
  xenstore-rm backend 2>/dev/null || true
  xenstore-write "$backend/bridge" br4 "$backend/mac" 00:16:3e:01:fb:fe \
    "$backend/frontend" /local/domain/3/device/vif/0 "$backend/script" $scripts/vif-xvlan
}

expect_plugged() {
  expect_port "${1:-vif3.0}" br4
  expect_equal "$(xenstore-read $backend/hotplug-status)" connected
}

# netback removes the node before it tells of `offline`, and xend waits for it to stay away.
expect_unplugged() {
  expect_port "${1:-vif3.0}" -
  expect_not "hotplug-status to be back" xenstore-exists $backend/hotplug-status
}

make_root
cp "$deb" "$root/tmp/xvlan.deb"
package_manager --install /tmp/xvlan.deb >"$TMPDIR/ignored"
mkdir "$root/run/xenstored"
mount --bind /run/xenstored "$root/run/xenstored"

scenario "the lines in the example for xend-config.sxp reach the script as they are meant"
sed -n 's/^#\{0,1\}\((network-script.*)\)$/\1/p' "$root$examples/xend-config.sxp" >"$TMPDIR/forms"
expect_equal "$(wc -l <"$TMPDIR/forms")" 2
mapfile -t forms <"$TMPDIR/forms"
network_call "${forms[0]}"
expect_equal "${call[*]}" "$scripts/network-xvlan start"
network_call "${forms[1]}"
expect_equal "$(printf '<%s>' "${call[@]}")" \
  "<$scripts/network-xvlan><start><netdev=eth1><vlans=4,10-20>"
vif_form=$(grep '^(vif-script' "$root$examples/xend-config.sxp")
expect_equal "$(sxp_value "$vif_form")" vif-xvlan
expect "the script to be there" inside test -x "$scripts/$(sxp_value "$vif_form")"

for era in daemon:3.0-3.1 shell:3.2-3.4 xpopen:4.0-4.4; do
  caller=call_${era%:*}
  caller=${caller/_daemon/_in_daemon} caller=${caller/_shell/_from_shell}
  caller=${caller/_xpopen/_by_xpopen}
  scenario "xend ${era#*:} brings the VLANs up, as often as it likes"
  for form in "(network-script 'network-xvlan netdev=eth1 vlans=4,5')" \
    '(network-script "network-xvlan netdev=eth1  vlans=4,5 ")'; do
    fresh_host 4 5
    network_call "$form"
    expect_status 0 "$caller" "${call[@]}"
    expect_equal "$out$err" ""
    expect_port eth1.4 br4
    expect_port eth1.5 br5
    before=$(links)
    expect_status 0 "$caller" "${call[@]}"
    expect_equal "$out$err" ""
    expect_equal "$(links)" "$before"
  done
done

scenario "xend without arguments brings up what xvlan.conf names"
fresh_host 4
printf 'netdev = eth1\nvlans = 4\n' >"$root/etc/xen/xvlan.conf"
network_call "${forms[0]}"
expect_status 0 call_by_xpopen "${call[@]}"
expect_port eth1.4 br4

scenario "a form without quotes loses its options on the way, and xvlan.conf counts"
fresh_host 4
network_call "(network-script network-xvlan netdev=eth9)"
expect_status 0 call_by_xpopen "${call[@]}"
expect_port eth1.4 br4

scenario "an old xend's bare bridge of the same name gets its VLAN and loses its delay"
fresh_host 4
brctl addbr br4
brctl sethello br4 0 2>"$TMPDIR/ignored" || true
ip link set br4 up
network_call "${forms[0]}"
expect_status 0 call_in_daemon "${call[@]}"
expect_port eth1.4 br4
expect_equal "$(cat /sys/class/net/br4/bridge/forward_delay)" 0

scenario "the agent before udev, Xen 3.0, tells of add, online, offline and remove"
fresh_guest
for event in add online; do
  expect_status 0 call_by_udev vif=vif3.0 -- "$event"
done
expect_plugged
xenstore-rm $backend/hotplug-status
for event in offline remove; do
  expect_status 0 call_by_udev vif=vif3.0 -- "$event"
done
expect_unplugged

scenario "the rules of Xen 3.0 to 4.0 give the event alone"
fresh_guest
expect_status 0 call_by_udev ACTION=online vif=vif3.0 -- online
expect_plugged
xenstore-rm $backend/hotplug-status
expect_status 0 call_by_udev ACTION=offline vif=vif3.0 -- offline
expect_unplugged

scenario "the rules of Xen 4.1 add the kind of link"
fresh_guest
expect_status 0 call_by_udev ACTION=online vif=vif3.0 -- online type_if=vif
expect_plugged
xenstore-rm $backend/hotplug-status
expect_status 0 call_by_udev ACTION=offline vif=vif3.0 -- offline type_if=vif
expect_unplugged

scenario "the rules of Xen 4.2 to 4.4 say that udev calls, and a renamed vif comes by its new name"
fresh_guest
xenstore-write $backend/vifname web0
expect_status 0 call_by_udev UDEV_CALL=1 ACTION=online vif=vif3.0 -- online type_if=vif
expect_plugged web0
xenstore-rm $backend/hotplug-status
expect_status 0 call_by_udev UDEV_CALL=1 ACTION=offline vif=web0 -- offline type_if=vif
expect_unplugged web0

scenario "their rule for taps names the link, and nothing of the vif"
fresh_guest
fresh_vif vif3.0-emu 4
expect_status 0 inside env --ignore-environment UDEV_CALL=1 ACTION=add SUBSYSTEM=net \
  INTERFACE=vif3.0-emu "$scripts/vif-xvlan" add type_if=tap
expect_port vif3.0-emu br4
expect_not "a tap to count as the vif" xenstore-exists $backend/hotplug-status

scenario "xend's vif-script with a bridge of its own stands behind a vif without one"
fresh_guest
xenstore-rm $backend/bridge
expect_status 0 call_by_udev ACTION=online vif=vif3.0 -- online bridge=br4 type_if=vif
expect_plugged
