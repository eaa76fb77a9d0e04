#!/usr/bin/env bash
# What is wrong with a set of ifcfg files, in words that name file and line.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

folder=$TMPDIR/ifcfg

mtu="it must be a number of bytes from 68 to 65535"
start=(network start config=/dev/null ifcfg="$folder" wait=0)

# ifcfg-eth1.4 is a VLAN in br4 with those lines in addition, and that is wrong with it.
wrong() {  # MESSAGE LINE...
  fresh_folder ifcfg
  file ifcfg/ifcfg-eth1.4 DEVICE=eth1.4 VLAN=yes BRIDGE=br4 "${@:2}"
  refused 2 "cannot use $1" "${start[@]}"
}

# ifcfg-vlan has just those lines.
wrong_alone() {  # MESSAGE LINE...
  fresh_folder ifcfg
  file ifcfg/ifcfg-vlan VLAN=yes BRIDGE=br4 "${@:2}"
  refused 2 "cannot use $1" "${start[@]}"
}

# ifcfg-br4, the bridge of a right ifcfg-eth1.4, has those lines.
wrong_bridge() {  # MESSAGE LINE...
  fresh_folder ifcfg
  file ifcfg/ifcfg-eth1.4 DEVICE=eth1.4 VLAN=yes BRIDGE=br4
  file ifcfg/ifcfg-br4 DEVICE=br4 TYPE=Bridge "${@:2}"
  refused 2 "cannot use $1" "${start[@]}"
}

# These lines give dom0 an address: that VLAN is refused, in status 1, since it is the only one.
addressed() {  # FILE:LINE KEY=VALUE LINE...
  fresh_folder ifcfg
  file ifcfg/ifcfg-eth1.4 DEVICE=eth1.4 VLAN=yes BRIDGE=br4
  file ifcfg/ifcfg-br4 DEVICE=br4 TYPE=Bridge
  printf '%s\n' "${@:3}" >>"$folder/${1%:*}"
  refused 1 "cannot bring up VLAN 4 of eth1: $folder/$1: $2 gives dom0 an address on a guests' \
VLAN | remove ${2%%=*}; xvlan does not manage bridges that dom0 itself uses" "${start[@]}"
}

wrong_alone "DEVICE in $folder/ifcfg-vlan:3: cannot use VLAN ID '4095': \
a VLAN ID is a number from 1 to 4094" DEVICE=eth1.4095
wrong_alone "DEVICE in $folder/ifcfg-vlan:3: guests does not name its trunk | name it with PHYSDEV=" \
  DEVICE=guests
wrong_alone "DEVICE in $folder/ifcfg-vlan:3: guests does not name its VLAN ID | name it with VLAN_ID=" \
  DEVICE=guests PHYSDEV=eth1
wrong_alone "VLAN_ID in $folder/ifcfg-vlan:5: cannot use VLAN ID '4095': \
a VLAN ID is a number from 1 to 4094" DEVICE=guests PHYSDEV=eth1 VLAN_ID=4095
wrong_alone "DEVICE in $folder/ifcfg-vlan:3: cannot use DEVICE=a-name-of-16-byt: \
the name has 16 bytes, a link's name at most 15" DEVICE=a-name-of-16-byt PHYSDEV=eth1 VLAN_ID=4
wrong "PHYSDEV in $folder/ifcfg-eth1.4:4: the name of eth1.4 says that its trunk is eth1, \
PHYSDEV says eth2" PHYSDEV=eth2
wrong "MTU in $folder/ifcfg-eth1.4:4: cannot use MTU=67: $mtu" MTU=67
wrong "MTU in $folder/ifcfg-eth1.4:4: cannot use MTU=jumbo: $mtu" MTU=jumbo
# shellcheck disable=SC2016  # that is the point
wrong 'BRIDGE in '"$folder"'/ifcfg-eth1.4:4: it is a shell expansion, and these files are never '\
'executed | write the value itself' 'BRIDGE=br$(touch '"$TMPDIR"'/executed)'
# shellcheck disable=SC2016
wrong 'BRIDGE in '"$folder"'/ifcfg-eth1.4:4: it is a shell expansion, and these files are never '\
'executed | write the value itself' 'BRIDGE=`touch '"$TMPDIR"'/executed`'
# shellcheck disable=SC2016
wrong 'BRIDGE in '"$folder"'/ifcfg-eth1.4:4: it is a shell expansion, and these files are never '\
'executed | write the value itself' 'BRIDGE="${GUESTS:-br 4}"'
expect_not "anything of a file to be executed" test -e "$TMPDIR/executed"

wrong_bridge "DELAY in $folder/ifcfg-br4:3: 'soon' is not a number from 0 to 255" DELAY=soon
wrong_bridge "DELAY in $folder/ifcfg-br4:4: '0' is not a number from 2 to 30" STP=on DELAY=0

addressed ifcfg-eth1.4:4 IPADDR=10.0.4.1 IPADDR=10.0.4.1
addressed ifcfg-br4:3 IPADDR=10.0.4.1 IPADDR=10.0.4.1 NETMASK=255.255.255.0
addressed ifcfg-br4:3 IPADDR0=10.0.4.1 "IPADDR0='10.0.4.1'  # quoted"
addressed ifcfg-br4:3 BOOTPROTO=dhcp BOOTPROTO=dhcp
addressed ifcfg-eth1.4:4 BOOTPROTO=bootp BOOTPROTO=bootp
addressed ifcfg-br4:3 IPV6ADDR=2001:db8::1/64 IPV6ADDR=2001:db8::1/64
addressed ifcfg-br4:3 DHCPV6C=yes DHCPV6C=yes

addressed ifcfg-br4:0:1 IPADDR=10.0.4.1 IPADDR=10.0.4.1
addressed ifcfg-eth1.4:1:2 IPADDR=10.0.4.1 DEVICE=eth1.4:1 IPADDR=10.0.4.1
addressed ifcfg-other:1 IPADDR=10.0.4.1 "DEVICE=br4:0 IPADDR=10.0.4.1"
addressed ifcfg-br4-range0:1 IPADDR_START=10.0.4.1 IPADDR_START=10.0.4.1 NETMASK=255.255.255.0

# Other things of such a name are no reason to fail, and nobody waits for a pipe.
fresh_folder ifcfg
mkdir "$folder/ifcfg-folder"
mkfifo "$folder/ifcfg-fifo"
file ifcfg/ifcfg-eth1.4 "DEVICE=eth1.4 VLAN=yes BRIDGE=br4 MTU=67"
refused 2 "cannot use MTU in $folder/ifcfg-eth1.4:1: cannot use MTU=67: $mtu" "${start[@]}"

fresh_folder ifcfg
file ifcfg/ifcfg-eth1.4 DEVICE=eth1.4 VLAN=yes BRIDGE=br4
file ifcfg/ifcfg-guests DEVICE=guests VLAN=yes PHYSDEV=eth1 VLAN_ID=4 BRIDGE=br5
refused 2 "cannot use VLAN 4 of eth1 twice: two VLAN links can't share its frames" "${start[@]}"

fresh_folder ifcfg
file ifcfg/ifcfg-eth1.4 DEVICE=eth1.4 VLAN=yes BRIDGE=br4
file ifcfg/ifcfg-eth1.5 DEVICE=eth1.5 VLAN=yes BRIDGE=br4
refused 2 "cannot name a link br4: it would belong to VLAN 4 of eth1 and to VLAN 5 of eth1" \
  "${start[@]}"

fresh_folder ifcfg
file ifcfg/ifcfg-eth1.4 DEVICE=eth1.4 VLAN=yes BRIDGE=br4 ONBOOT=no
file ifcfg/ifcfg-eth1.5 DEVICE=eth1.5 VLAN=yes
file ifcfg/ifcfg-eth1.6.bak DEVICE=eth1.6 VLAN=yes BRIDGE=br6
refused 2 "cannot find a VLAN to work on: neither the command line nor /dev/null nor \
$folder/ifcfg-* names one | name them: netdev=eth1 vlans=4,10-20" "${start[@]}"
