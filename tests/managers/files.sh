#!/usr/bin/env bash
# The three files by which other programs know a guest's link, and what udev makes of them.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

marks=(XVLAN_LINK=1 NM_UNMANAGED=1 ID_NET_MANAGED_BY=xvlan)

expect_marked() {  # LINK
  local mark
  for mark in "${marks[@]}"; do
    expect "$1 to have $mark" has_property "$1" "$mark"
  done
}

expect_unmarked() {  # LINK
  local mark
  for mark in "${marks[@]}"; do
    expect_not "$1 to have $mark" has_property "$1" "$mark"
  done
}

# What udev decides of a tap's names, and what the link has.
names() {  # LINK
  udevadm info --query property "/sys/class/net/$1" | grep -E '^ID_NET_(NAME|DRIVER)'
  ip -json link show "$1" | jq -c '.[] | [.ifname, .altnames]'
}

# udevd hears nothing until it is released, and then has looked at LINK.
hold_udevd() {
  kill -STOP "${daemons[0]}"
}

release_udevd() {  # LINK
  kill -CONT "${daemons[0]}"
  expect "udev to look at $1" until_true 60 has_property "$1" ID_NET_DRIVER=tun
  udevadm settle
}

scenario "what xvlan makes, a vif and a tap are marked, and nothing else is"
files shipped
bare_host
start_udevd
expect_status 0 network start netdev=eth1 vlans=4
ip -batch - <<'BATCH'
link add link eth1 name eth1.5 type vlan id 5
link add br5 type bridge
link add br6 group 7894628 type bridge
BATCH
netback_link vif3.0
netback_link twin
tap vif3.0-emu
tap tap0
udevadm settle
for link in eth1.4 br4 br6 vif3.0 vif3.0-emu; do expect_marked "$link"; done
for link in eth0 eth1 eth1.5 br5 twin tap0; do expect_unmarked "$link"; done

scenario "a tap keeps its mark under its vifname, whatever is told of it later"
ip link set vif3.0-emu name web-emu
udevadm settle
expect_marked web-emu
for action in change add; do
  udevadm trigger --settle --action "$action" /sys/class/net/web-emu
  expect_marked web-emu
done

scenario "a tap that is renamed before udev has looked is marked all the same"
hold_udevd
tap vif4.0-emu
ip link set vif4.0-emu name mail-emu
release_udevd mail-emu
expect_marked mail-emu

scenario "the links of another owner that get a dead tap's number are not marked"
index=$(_sys web-emu ifindex)
ip link delete web-emu
ip link add another index "$index" type dummy
udevadm settle
expect_unmarked another

scenario "udev leaves a tap's MAC alone, and its names as they are without xvlan's file"
hold_udevd
tap vif5.0-emu
before=$(_sys vif5.0-emu address)
release_udevd vif5.0-emu
expect_equal "$(_sys vif5.0-emu address)" "$before"
named=$(names vif5.0-emu)
ip link delete vif5.0-emu
files absent
udevadm control --reload
hold_udevd
tap vif5.0-emu
before=$(_sys vif5.0-emu address)
release_udevd vif5.0-emu
expect_not "udev to leave the MAC without the file" test "$(_sys vif5.0-emu address)" = "$before"
expect_equal "$(names vif5.0-emu)" "$named"
