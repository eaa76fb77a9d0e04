#!/usr/bin/env bash
# What is wrong with a configuration file, in words that name it.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

conf=$TMPDIR/xvlan.conf

# The file has those lines, and that is wrong with it.
wrong() {  # MESSAGE LINE...
  file xvlan.conf "${@:2}"
  refused 2 "cannot read $conf: $1" network start config="$conf"
}

# The file by itself is right, what it says together with the rest is not.
senseless() {  # MESSAGE LINE...
  file xvlan.conf "${@:2}"
  refused 2 "$1" network start config="$conf"
}

sections="sections are [trunk NIC], [trunk NIC vlan VID], [vxlan ADDRESS] and [vxlan ADDRESS vlan VID]"
options="see xvlan.conf(5) for the options"

wrong "cannot read the line 'vlans 4': it is not key = value" "vlans 4"
wrong "cannot read the line '[trunk eth1': it is not key = value" "[trunk eth1" "vlans=4"
wrong "cannot read []: the section has no title | $sections" "[]" "vlans=4"
wrong "cannot read [bridge br4]: unknown section | $sections" "[bridge br4]" "mtu=1500"
wrong "cannot read [trunk eth1 vlan]: unknown section | $sections" \
  "[trunk eth1 vlan]" "mtu=1500"
wrong "cannot set colour: unknown option | $options" "colour=red"
wrong "cannot set netdev in [trunk eth1]: unknown option | $options" \
  "[trunk eth1]" "netdev=eth2"
wrong "cannot set vlans in [trunk eth1 vlan 4]: unknown option | $options" \
  "[trunk eth1 vlan 4]" "vlans=5"
wrong "cannot set vlans: it is set twice" "netdev=eth1" "vlans=4" "vlans=5"
wrong "cannot set mtu in [trunk eth1]: it is set twice" \
  "[trunk eth1]" "vlans=4" "mtu=1500" "[trunk eth1]" "mtu=1400"
wrong "cannot use VLAN ID '4095': a VLAN ID is a number from 1 to 4094" "netdev=eth1" "vlans=4095"
wrong "cannot use VLAN ID '0': a VLAN ID is a number from 1 to 4094" \
  "[trunk eth1 vlan 0]" "mtu=1500"
wrong "cannot read the VLAN list '4,,5': an item is empty | write it as in 4,10-20" \
  "[trunk eth1]" "vlans=4,,5"
wrong "cannot use mtu=jumbo: it must be a number of bytes from 68 to 65535" "mtu=jumbo"
wrong "cannot use guest-tags=maybe: it must be yes or no" "guest-tags=maybe"
wrong "cannot use multicast-snooping=1: it must be yes or no" "[trunk eth1 vlan 4]" "multicast-snooping=1"
wrong "cannot use wait=long: it must be a number of seconds from 0 to 3600" "wait=long"
wrong "cannot use netdev=a-name-of-16-byt: the name has 16 bytes, a link's name at most 15" \
  "netdev=a-name-of-16-byt"
wrong "cannot use trunk=a-name-of-16-byt: the name has 16 bytes, a link's name at most 15" \
  "[trunk a-name-of-16-byt]" "vlans=4"
wrong "cannot use bridge=a-name-of-16-byt: the name has 16 bytes, a link's name at most 15" \
  "[trunk eth1 vlan 4]" "bridge=a-name-of-16-byt"

senseless "cannot use vlans=: no trunk is named | \
name the NIC that carries the tagged frames: netdev=eth1" "vlans=4"
senseless "cannot use netdev=eth1: it names no VLAN | \
add vlans=, or move it into a section of its own" "netdev=eth1" "[trunk eth2]" "vlans=4"
senseless "cannot use [trunk eth1]: it names no VLAN | add vlans=" "[trunk eth1]" "mtu=1500"
senseless "cannot use [trunk eth1]: the same trunk has VLANs before the first section too | \
keep them in one place" "netdev=eth1" "vlans=4" "[trunk eth1]" "vlans=5"
senseless "cannot name a link br4: it would belong to VLAN 4 of eth1 and to VLAN 4 of eth2" \
  "[trunk eth1]" "vlans=4" "[trunk eth2]" "vlans=4"
senseless "cannot name a link guests: it would belong to VLAN 4 of eth1 and to VLAN 5 of eth1" \
  "[trunk eth1 vlan 4]" "bridge=guests" "[trunk eth1 vlan 5]" "bridge=guests"

file xvlan.conf "[trunk eth1]" "vlans=4" "[trunk eth2]" "vlans=5"
refused 2 "cannot use vlans=: the configuration has several trunks | \
name the NIC that carries the tagged frames: netdev=eth1" network start vlans=6 config="$conf"

refused 2 "cannot read $TMPDIR/none: No such file or directory" \
  network start netdev=eth1 vlans=4 config="$TMPDIR/none"
refused 2 "cannot read $TMPDIR: Is a directory" \
  network start netdev=eth1 vlans=4 config="$TMPDIR"
