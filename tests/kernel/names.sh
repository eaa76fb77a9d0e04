#!/usr/bin/env bash
# Which names links get, and which links are known by what they are whatever their name.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

scenario "templates name VLAN links and bridges"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4,5 vlan-name=v%v bridge-name=%t-guests%v
expect_vlan v4 eth1 4
expect_vlan v5 eth1 5
expect_port v4 eth1-guests4
expect_port v5 eth1-guests5
expect_unchanged 0 network start netdev=eth1 vlans=4,5 vlan-name=v%v bridge-name=%t-guests%v
expect_status 0 network stop
expect_no_link v4
expect_no_link eth1-guests4

scenario "enp129s0f1np1 with VID 4094 works out of the box, by a short name"
fresh_host 4093 4094
ip link set eth1 name enp129s0f1np1
expect_status 0 network start netdev=enp129s0f1np1 vlans=4093,4094
expect_equal "$out$err" ""
expect_vlan enp12-68d8.4094 enp129s0f1np1 4094
expect_port enp12-68d8.4094 br4094
expect_link enp12-5e11.4093
fresh_vif vif3.0 4094
expect "vif3.0 to be plugged" vif_online vif3.0 br4094
expect "the guest to reach the switch on VLAN 4094" reach vif3.0 "$(switch_address 4094)"

scenario "the kernel knows the full name as the short one's alternative"
expect_contains "$(ip link show dev enp129s0f1np1.4094)" "enp12-68d8.4094@"
expect_contains "$(ip link show dev enp129s0f1np1.4093)" "enp12-5e11.4093@"

scenario "the short name is the same every time"
expect_unchanged 0 network start netdev=enp129s0f1np1 vlans=4093,4094
ip link delete vif3.0
expect_status 0 network stop
expect_no_link enp12-68d8.4094
expect_status 0 network start netdev=enp129s0f1np1 vlans=4094
expect_vlan enp12-68d8.4094 enp129s0f1np1 4094

scenario "a link that was made by its short name only gets the full one as well"
ip link property del dev enp12-68d8.4094 altname enp129s0f1np1.4094
expect_status 0 network start netdev=enp129s0f1np1 vlans=4094
expect_contains "$(ip link show dev enp129s0f1np1.4094)" "enp12-68d8.4094@"

scenario "a bridge's long name is shortened and kept, too"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4 bridge-name=xen-guests-of-vlan-%v
expect_link xen-gues-b0a4.4
expect_port eth1.4 xen-gues-b0a4.4
expect_contains "$(ip link show dev xen-guests-of-vlan-4)" "xen-gues-b0a4.4:"

scenario "a vif may name its bridge in full, or by the short name"
for bridge in xen-guests-of-vlan-4 xen-gues-b0a4.4; do
  fresh_vif vif3.0 4
  vif_online vif3.0 "$bridge"
  expect_port vif3.0 xen-gues-b0a4.4
  ip link delete vif3.0
  ip netns delete vif3.0
done

scenario "a VLAN that the trunk has under another name is found and used, and stays when we stop"
fresh_host 4
ip link add link eth1 name guests type vlan id 4
expect_status 0 network start netdev=eth1 vlans=4
expect_no_link eth1.4
expect_port guests br4
expect_up guests
expect "IPv6 to be off on guests" ipv6_off guests
expect_status 0 network status netdev=eth1 vlans=4
expect_equal "$out" "eth1 4 guests br4 up -"
expect_status 0 network stop
expect_no_link br4
expect_vlan guests eth1 4

scenario "a trunk may be called by its alternative name"
fresh_host
ip link property add dev eth1 altname uplink
expect_status 0 network start netdev=uplink vlans=4
expect_vlan uplink.4 eth1 4
expect_port uplink.4 br4
expect_unchanged 0 network start netdev=uplink vlans=4
