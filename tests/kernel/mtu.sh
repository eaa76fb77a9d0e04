#!/usr/bin/env bash
# The MTU of VLAN links and bridges: the trunk's, or what is asked for, and never a vif's.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"

expect_mtu() {  # LINK MTU
  expect_equal "$1 mtu $(_sys "$1" mtu)" "$1 mtu $2"
}

scenario "VLAN link and bridge get the trunk's MTU"
fresh_host
ip link set eth1 mtu 9000
expect_status 0 network start netdev=eth1 vlans=4
expect_mtu eth1.4 9000
expect_mtu br4 9000
expect_segment eth1 4

scenario "a vif's lower MTU does not become the bridge's"
fresh_vif vif3.0
ip link set vif3.0 mtu 1400 master br4 up
expect_mtu br4 9000
expect_status 0 env XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif online vif3.0 bridge=br4 mtu=1300
expect_mtu vif3.0 1300
expect_mtu br4 9000
expect_unchanged 0 network start netdev=eth1 vlans=4
ip link delete vif3.0

scenario "a trunk whose MTU changes takes its VLANs along at the next start"
ip link set eth1 mtu 1500
expect_status 0 network start netdev=eth1 vlans=4
expect_segment eth1 4
ip link set eth1 mtu 4000
expect_status 0 network start netdev=eth1 vlans=4
expect_mtu br4 4000
expect_segment eth1 4

scenario "mtu= is what VLAN link and bridge get"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4 mtu=1400
expect_mtu eth1.4 1400
expect_mtu br4 1400
expect_mtu eth1 1500

scenario "more than the trunk allows is refused by name, and nothing is touched"
fresh_host
expect_unchanged 1 network start netdev=eth1 vlans=4 mtu=9000
expect_equal "$err" "xvlan: error: cannot bring up VLAN 4 of eth1: \
MTU 9000 is more than eth1 allows, 1500
xvlan: hint: raise the trunk's MTU first: ip link set eth1 mtu 9000"

scenario "a VLAN's own MTU that is too much costs that VLAN only"
config "[trunk eth1]
vlans = 4,5
[trunk eth1 vlan 4]
mtu = 9000
[trunk eth1 vlan 5]
mtu = 1400"
expect_status 3 network start config="$TMPDIR/xvlan.conf"
expect_contains "$err" "VLAN 4 of eth1: MTU 9000 is more than eth1 allows, 1500"
expect_no_segment eth1 4
expect_mtu br5 1400

# The kernel lets a bridge that nobody gave an MTU take the lowest one among its ports.
scenario "an adopted bridge with a small vif has the wanted MTU after start"
fresh_host
ip link set eth1 mtu 9000
fresh_vif vif3.0
ip link set vif3.0 mtu 1400
ip link add br4 type bridge
ip link set vif3.0 master br4 up
expect_mtu br4 1400
expect_status 0 network start netdev=eth1 vlans=4
expect_mtu br4 9000
expect_mtu eth1.4 9000
expect_unchanged 0 network start netdev=eth1 vlans=4

scenario "an MTU below what IPv6 needs is an MTU like any other"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4 mtu=600
expect_mtu eth1.4 600
expect_mtu br4 600
expect_unchanged 0 network start netdev=eth1 vlans=4 mtu=600
