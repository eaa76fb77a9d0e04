#!/usr/bin/env bash
# Xen's own vif-bridge and xvlan's vif-xvlan, in the same situations on the same xenstored.
#
# usage: side-by-side.sh [--record]
#   --record   makes the differences found the expected ones, differences.txt beside this file
#
# Each situation is made twice, once for each script. Afterwards five aspects are the same: the exit
# status, the output (stdout), the links, the store, and the text of hotplug-error. What `intended`
# lists differs, in just those lines that differences.txt has: < of the stock script, > of ours. An
# entry that no longer differs, or that has no situation any more, is a failure.
# shellcheck disable=SC2016  # a situation is written down here and run later
# shellcheck source-path=SCRIPTDIR source=words.sh
[[ -z ${1:-} ]] || export XVLAN_RECORD=$1
source "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit 1

# SITUATION | ASPECTS | REASON
intended=(
  # No bridge is guessed.
  "online, no bridge is named|status links store text|
   the stock script takes the first bridge there is, which is another VLAN's"
  "online, an empty bridge|status links store text|
   the stock script takes the first bridge there is, which is another VLAN's"
  "online, an empty bridge in xenstore, and one as an argument|links store|
   an empty key is one not set; the stock script takes the first bridge there is"
  "offline, all links and the backend directory are gone|status store text|
   nothing to unplug is no failure, and writing would resurrect what the toolstack removed"
  "offline, the backend directory is gone, the vif is not on the first bridge|links|
   the stock script looks for the vif on the first bridge only, and leaves it where it is"

  # A failure is told, and leaves the host as it was.
  "online, the bridge is no bridge|links store text|
   the stock script tells xenstore nothing, and leaves vif and frontend changed"
  "online, the vif is absent|store text|
   the stock script tells xenstore nothing, so that xend waits for its timeout"
  "add, the tap is absent|store text|
   the stock script tells xenstore nothing, so that xend waits for its timeout"
  "add, no tap is named|status store text|
   the stock script tells xenstore nothing; 2 is a call that makes no sense"
  "online, an unknown type_if|status store text|
   the stock script tells xenstore nothing; 2 is a call that makes no sense"
  "online, vifname is too long|status text|
   the reason is named; 2 is a request that makes no sense"
  "add, vifname is too long with -emu|status text|
   the reason is named; 2 is a request that makes no sense"
  "an unknown event|status|2 is a call that makes no sense; Xen sees only that it is not 0"
  "no event|status|2 is a call that makes no sense; Xen sees only that it is not 0"

  # Called again, or late.
  "online, the vif is on another bridge|status links store|
   it is moved; the stock script fails without a word and leaves it down"
  "offline, the vif is on another bridge|links|
   a vif that goes leaves whatever bridge it is on"
  "online, vifname, renamed before|status links store text|
   a second online ends as the first; the stock script finds its own vif in the way"
  "online, vifname, called with the new name as by udev|status links store text|
   netback names the renamed vif; the stock script finds its own vif in the way"
  "offline, vifname, not renamed|links|
   the vif is found under either name"
  "offline, the bridge is gone|status links store text|
   nothing to unplug is no failure; the stock script resurrects hotplug-status"
  "offline, vif and bridge are gone|status store text|
   nothing to unplug is no failure; the stock script resurrects hotplug-status"
  "online, the backend directory is gone|store|
   writing would resurrect what the toolstack removed"

  # The MTU.
  "online, vifname|store|
   the frontend's key says where mtu goes; the stock script makes it /local/domain/web0"
  "online, vifname and mtu|store|
   the frontend's key says where mtu goes; the stock script makes it /local/domain/web0"
  "offline, vifname|store|
   by the online before: the stock script wrote mtu to /local/domain/web0"
  "online, vifname, then add|store|
   by the online before: the stock script wrote mtu to /local/domain/web0"
  "online, vifname has shell code|status links store text|
   it is a name; the stock script can't write mtu for it and gives up half-way"
  "online, the backend has no frontend|store|
   the frontend's key says where mtu goes, and every toolstack writes it"
  "online, mtu is no number|status links store text|
   a wrong mtu is refused; the stock script goes on without"
  "online, mtu is 0|status links store text|
   a wrong mtu is refused; the stock script goes on without"
  "online, mtu is too large for any link|status links store text|
   a wrong mtu is refused; the stock script tells the guest an MTU that the vif hasn't got"
  "online, vlan|status links store text|
   a VLAN that can't be applied is refused; the stock script passes over it"
  "online, mtu as an argument|links store|
   it is an option of vif-xvlan; the stock script passes over it"

  # The words of a call.
  "online, an empty argument first|status links store|
   an empty argument is passed over, as xend makes one from two blanks"
  "online, a key that nobody knows|status links store text|
   a mistyped key is told; the stock script passes over it"
  "online, the bridge twice|status links store text|
   two bridges for one vif make no sense; the stock script takes the last"
  "online, shell code in an argument|status links store text|
   an argument is data; the stock script runs it"
  "online, XENBUS_PATH is not set|status links store|
   the vif's name tells the path; the stock script gives up"
  "online, XAPI's INTERFACE in the place of vif|status links store|
   XAPI sets no vif; the stock script gives up"

  # What the stock script at hand no longer does, or never did.
  "online by udev, which libxl has switched off|links store|
   as the scripts of Xen 4.2 to 4.5; later ones are never called by udev"
  "offline by udev, which libxl has switched off|links|
   as the scripts of Xen 4.2 to 4.5; later ones are never called by udev"
  "online, IPv6 on the vif|output|
   dom0 must not get an address from a router on a guest's VLAN"
)

declare -A differing=() reasons=() seen=()
for entry in "${intended[@]}"; do
  IFS='|' read -r name aspects reason <<<"${entry//$'\n'   /}"
  differing[$name]=" $aspects "
  reasons[$name]=$reason
done

# What differs, by situation and aspect; the file has "SITUATION: ASPECT", and the lines after it.
differences_file=${BASH_SOURCE[0]%/*}/differences.txt
declare -A expected=()
key=
if [[ ${XVLAN_RECORD:-} == --record ]]; then
  : >"$differences_file"
else
  while IFS= read -r line; do
    case $line in
      [\<\>]*) expected[$key]+=${expected[$key]:+$'\n'}$line ;;
      *) key=$line ;;
    esac
  done <"$differences_file"
fi

mount -t tmpfs tmpfs /var/log/xen  # the stock script's log
stock_script=/etc/xen/scripts/vif-bridge
own_script=$vif_script

# What is so after a script, by side and aspect.
declare -A found=()

# Kernels before 6.2 rename no link that is up.
rename() {  # LINK NAME
  ip link set "$1" down
  ip link set "$1" name "$2"
  ip link set "$2" up
}

try() {  # SIDE PREPARE CALL
  local side=$1
  fresh_dom0
  eval "$2"
  found[$side status]=0
  eval "$3" >"$TMPDIR/script.out" 2>"$TMPDIR/script.err" || found[$side status]=$?
  found[$side output]=$(<"$TMPDIR/script.out")
  found[$side links]=$(links_of_all)
  found[$side store]=$(store_of_all | grep -v /hotplug-error)
  found[$side text]=$(error_node)
}

# The two sides differ in that aspect as they did when it was recorded.
expect_difference() {  # NAME ASPECT
  local key="$1: $2" lines
  diff <(echo "${found[stock $2]}") <(echo "${found[own $2]}") >"$TMPDIR/difference" &&
    _fail "$2 to differ, as listed" "${found[own $2]}"
  lines=$(grep '^[<>]' "$TMPDIR/difference")
  if [[ ${XVLAN_RECORD:-} == --record ]]; then
    printf '%s\n%s\n' "$key" "$lines" >>"$differences_file"
  else
    expect_equal "$lines" "${expected[$key]:-nothing: it is not recorded}"
  fi
}

situation() {  # NAME PREPARE CALL
  local aspect
  scenario "$1: vif-xvlan does what vif-bridge does, or what it is known to do"
  vif_script=$stock_script try stock "$2" "$3"
  vif_script=$own_script try own "$2" "$3"
  for aspect in status output links store text; do
    if [[ ${differing[$1]:-} == *" $aspect "* ]]; then
      expect_difference "$1" "$aspect"
    else
      expect_equal "${found[own $aspect]}" "${found[stock $aspect]}"
    fi
  done
  seen[$1]=yes
  [[ -z ${reasons[$1]:-} ]] || echo "$1 (${differing[$1]:1:-1}): ${reasons[$1]}"
}

situation "online" \
  'backend bridge=br4' 'vif online'
situation "online twice" \
  'backend bridge=br4; vif online' 'vif online'
situation "online, the bridge has a smaller MTU" \
  'backend bridge=br5' 'vif online'
situation "online, the bridge in the environment" \
  'backend' 'bridge=br4 vif online'
situation "online, the bridge as an argument" \
  'backend' 'vif online bridge=br4'
situation "online, the argument before the event" \
  'backend' 'vif bridge=br4 online'
situation "online, the argument counts more than the environment" \
  'backend' 'bridge=br5 vif online bridge=br4'
situation "online, xenstore counts more than the argument" \
  'backend bridge=br4' 'vif online bridge=br5'
situation "online, no bridge is named" \
  'backend' 'vif online'
situation "online, an empty bridge" \
  'backend bridge=' 'vif online'
situation "online, an empty bridge in xenstore, and one as an argument" \
  'backend bridge=' 'vif online bridge=br5'
situation "online, no bridge is named, and the host has none" \
  'backend; ip link delete br4; ip link delete br5' 'vif online'
situation "online, the bridge is missing" \
  'backend bridge=br9' 'vif online'
situation "online, the bridge is no bridge" \
  'backend bridge=guest7.0' 'vif online'
situation "online, bridge xenbr0 means eth0" \
  'backend bridge=xenbr0; rename br4 eth0' 'vif online'
situation "online, bridge xenbr0 means itself where there is one" \
  'backend bridge=xenbr0; rename br4 xenbr0; rename br5 eth0' 'vif online'
situation "online, bridge xenbr0, and eth0 is a NIC" \
  'backend bridge=xenbr0; ip link set guest7.0 name eth0' 'vif online'
situation "online, the vif is on another bridge" \
  'backend bridge=br4; ip link set vif3.0 master br5' 'vif online'
situation "online, the vif has addresses" \
  'backend bridge=br4; for n in 1 2; do ip address add 10.$n.0.1/24 dev vif3.0; done' 'vif online'
situation "online, the vif is up" \
  'backend bridge=br4; ip link set vif3.0 up' 'vif online'
situation "online, the vif is absent" \
  'backend bridge=br4; ip link delete vif3.0' 'vif online'
situation "online, the backend directory is gone" \
  'true' 'vif online bridge=br4'
situation "online, an absolute path of the backend" \
  'backend bridge=br4' \
  'XENBUS_PATH=/local/domain/0/backend/vif/3/0 vif=vif3.0 $vif_script online type_if=vif'
situation "online, vifname" \
  'backend bridge=br4 vifname=web0' 'vif online'
situation "online, vifname, renamed before" \
  'backend bridge=br4 vifname=web0; ip link set vif3.0 name web0 alias vif3.0' 'vif online'
situation "online, vifname, called with the new name as by udev" \
  'backend bridge=br4 vifname=web0; ip link set vif3.0 name web0 alias vif3.0' \
  'XENBUS_PATH=backend/vif/3/0 vif=web0 $vif_script online type_if=vif'
situation "online, vifname of another guest" \
  'backend bridge=br4 vifname=web0; ip link set vif7.0 name web0 master br5 up' 'vif online'
situation "online, vifname of a bridge" \
  'backend bridge=br4 vifname=br5' 'vif online'
situation "online, vifname is too long" \
  'backend bridge=br4 vifname=a-name-too-long0' 'vif online'
situation "online, empty vifname" \
  'backend bridge=br4 vifname=' 'vif online'
situation "online, mtu" \
  'backend bridge=br4 mtu=1300' 'vif online'
situation "online, mtu above the bridge's" \
  'backend bridge=br5 mtu=9000' 'vif online'
situation "online, empty mtu" \
  'backend bridge=br5 mtu=' 'vif online'
situation "online, vifname and mtu" \
  'backend bridge=br4 mtu=1300 vifname=web0' 'vif online'
situation "online, mtu is no number" \
  'backend bridge=br4 mtu=much' 'vif online'
situation "online, mtu is 0" \
  'backend bridge=br4 mtu=0' 'vif online'
situation "online, mtu is too large for any link" \
  'backend bridge=br4 mtu=70000' 'vif online'
situation "online, mtu as an argument" \
  'backend bridge=br4' 'vif online mtu=1300'
situation "online, the backend has no frontend" \
  'backend bridge=br4; xenstore-rm backend/vif/3/0/frontend' 'vif online'
situation "online, ip" \
  'backend bridge=br4 "ip=10.0.4.2 10.0.4.3"' 'vif online'
situation "online, vlan" \
  'backend bridge=br4 vlan=4' 'vif online'
situation "offline" \
  'backend bridge=br4; vif online' 'vif offline'
situation "offline twice" \
  'backend bridge=br4; vif online; vif offline' 'vif offline'
situation "offline, hotplug-status is gone, as netback leaves it" \
  'backend bridge=br4; vif online; xenstore-rm backend/vif/3/0/hotplug-status' 'vif offline'
situation "offline, the vif is gone" \
  'backend bridge=br4; ip link delete vif3.0' 'vif offline'
situation "offline, the bridge is gone" \
  'backend bridge=br4; vif online; ip link delete br4' 'vif offline'
situation "offline, vif and bridge are gone" \
  'backend bridge=br4; ip link delete br4; ip link delete vif3.0' 'vif offline'
situation "offline, the backend directory is gone" \
  'ip link set vif3.0 master br4 up' 'vif offline'
situation "offline, the backend directory is gone, the vif is not on the first bridge" \
  'ip link set vif3.0 master br5 up' 'vif offline'
situation "offline, backend directory and vif are gone" \
  'ip link delete vif3.0' 'vif offline'
situation "offline, all links and the backend directory are gone" \
  'for link in vif3.0 br4 br5; do ip link delete $link; done' 'vif offline'
situation "offline, vifname" \
  'backend bridge=br4 vifname=web0; vif online' 'vif offline'
situation "offline, vifname, not renamed" \
  'backend bridge=br4 vifname=web0; ip link set vif3.0 master br4 up' 'vif offline'
situation "offline, the vif is on another bridge" \
  'backend bridge=br4; ip link set vif3.0 master br5 up' 'vif offline'
situation "add" \
  'backend bridge=br4' 'tap add'
situation "add twice" \
  'backend bridge=br4; tap add' 'tap add'
situation "online, vifname, then add" \
  'backend bridge=br4 vifname=web0; vif online' 'tap add'
situation "add, vifname" \
  'backend bridge=br4 vifname=web0' 'tap add'
situation "add, vifname is too long with -emu" \
  'backend bridge=br4 vifname=webserver-12' 'tap add'
situation "add, mtu" \
  'backend bridge=br4 mtu=1300' 'tap add'
situation "add, the bridge is missing" \
  'backend bridge=br9' 'tap add'
situation "add, the tap is absent" \
  'backend bridge=br4; ip link delete vif3.0-emu' 'tap add'
situation "add, no tap is named" \
  'backend bridge=br4' 'XENBUS_PATH=backend/vif/3/0 $vif_script add type_if=tap'
situation "remove" \
  'backend bridge=br4; tap add' 'tap remove'
situation "remove, vifname" \
  'backend bridge=br4 vifname=web0; tap add' 'tap remove'
situation "remove, the tap is gone" \
  'backend bridge=br4; ip link delete vif3.0-emu' 'tap remove'
for event in online offline; do
  situation "$event of a tap" 'backend bridge=br4' "tap $event"
done
for event in add remove; do
  situation "$event of a vif" 'backend bridge=br4' "vif $event"
  situation "$event of nothing in particular" 'backend bridge=br4' "libxl $event"
done
situation "online of nothing in particular" \
  'backend bridge=br4' 'libxl online'
situation "online, type_if in the environment" \
  'backend bridge=br4' 'type_if=vif libxl online'
situation "online, an unknown type_if" \
  'backend bridge=br4' 'libxl online type_if=tun'
situation "an unknown event" \
  'backend bridge=br4' 'vif up'
situation "no event" \
  'backend bridge=br4' 'vif'
situation "online, an empty argument first" \
  "backend bridge=br4" "vif '' online"
situation "online, an empty argument last" \
  "backend bridge=br4" "vif online ''"
situation "online, another word behind" \
  "backend bridge=br4" "vif online please"
situation "online, a key that nobody knows" \
  "backend bridge=br4" "vif online antispoof=yes"
situation "online, the bridge twice" \
  "backend" "vif online bridge=br5 bridge=br4"
situation "online, shell code in an argument" \
  'backend' "vif online 'bridge=br4 ; ip link add br666 address 02:00:00:00:06:66 type bridge'"
situation "online, shell code in xenstore" \
  "backend 'bridge=br4 \$(ip link add br666 address 02:00:00:00:06:66 type bridge)'" "vif online"
situation "online, vifname has shell code" \
  "backend bridge=br4 'vifname=\$(reboot)'" "vif online"
situation "online by udev" \
  'backend bridge=br4' 'UDEV_CALL=1 vif online'
situation "online by udev, which libxl has switched off" \
  'backend bridge=br4; xenstore-write libxl/disable_udev 1' 'UDEV_CALL=1 vif online'
situation "offline by udev, which libxl has switched off" \
  'backend bridge=br4; vif online; xenstore-write libxl/disable_udev 1' \
  'UDEV_CALL=1 vif offline'
situation "online, XENBUS_PATH is not set" \
  'backend bridge=br4' 'vif=vif3.0 $vif_script online'
situation "online, XAPI's INTERFACE in the place of vif" \
  'backend bridge=br4' 'XENBUS_PATH=backend/vif/3/0 INTERFACE=vif3.0 $vif_script online'
situation "online, IPv6 on the vif" \
  'backend bridge=br4' 'vif online && cat /proc/sys/net/ipv6/conf/vif3.0/disable_ipv6'

scenario "every intended difference belongs to a situation, and every recorded one is intended"
for name in "${!differing[@]}"; do
  expect "a situation '$name'" test "${seen[$name]:-}" = yes
done
for key in "${!expected[@]}"; do
  expect_contains "${differing[${key%: *}]:-}" " ${key##*: } "
done
