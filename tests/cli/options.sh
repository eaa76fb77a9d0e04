#!/usr/bin/env bash
# What is wrong with a command line, in words.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

help="see xvlan --help"
range="a VLAN ID is a number from 1 to 4094"
eth1=(network start netdev=eth1)

# Commands
refused 2 "cannot run xvlan: the commands are network and vif | $help"
refused 2 "cannot run 'start': the commands are network and vif | $help" start
refused 2 "cannot run 'bridge': the commands are network and vif | $help" bridge start
refused 2 "cannot run the network command: valid commands are start, stop, status, check, import, listen | $help" network
refused 2 "cannot run network restart: valid commands are start, stop, status, check, import, listen | $help" \
  network restart
refused 2 "cannot read 'stop': unexpected argument | $help" network start stop
refused 2 "cannot run the vif command: valid commands are online, offline, add, remove, move, status | $help" vif
refused 2 "cannot run vif up: valid commands are online, offline, add, remove, move, status | $help" vif up vif3.0
refused 2 "cannot read 'vif4.0': unexpected argument | $help" vif online vif3.0 vif4.0

# Options
refused 2 "cannot use antispoof: unknown option | $help" network start antispoof=yes
refused 2 "cannot use colour: unknown option | $help" "${eth1[@]}" --colour=red
refused 2 "cannot use x: unknown option | $help" "${eth1[@]}" -x
refused 2 "cannot use vlans: unknown option | $help" vif online vif3.0 vlans=4
refused 2 "cannot use =4: the name of the option is missing | $help" "${eth1[@]}" =4
refused 2 "cannot use vlans: it is given twice | give it once" "${eth1[@]}" vlans=4 vlans=5
refused 2 "cannot use netdev: it is given twice | give it once" "${eth1[@]}" --netdev=eth1 vlans=4
refused 2 "cannot use dry-run=maybe: it must be yes or no" "${eth1[@]}" vlans=4 dry-run=maybe
refused 2 "cannot use force=1: it must be yes or no" network stop force=1
refused 2 "cannot use guest-tags=on: it must be yes or no" "${eth1[@]}" vlans=4 guest-tags=on
refused 2 "cannot use multicast-snooping=: it must be yes or no" \
  "${eth1[@]}" vlans=4 multicast-snooping=
refused 2 "cannot use guest-tags: unknown option | $help" vif online vif3.0 guest-tags
refused 2 "cannot use force: only stop takes it | $help" "${eth1[@]}" vlans=4 force=yes
refused 2 "cannot use force: only stop takes it | $help" network status force
refused 2 "cannot use force: only stop takes it | $help" vif online vif3.0 bridge=br4 force
only="import takes only netdev | $help"
refused 2 "cannot use config: $only" network import config=/dev/null
refused 2 "cannot use dry-run: $only" network import dry-run
refused 2 "cannot use force: only stop takes it | $help" network import force=yes
refused 2 "cannot use vlans: $only" network import netdev=eth1 vlans=4
refused 2 "cannot read 'eth1': unexpected argument | $help" network import eth1
refused 1 "cannot use eth9 as trunk: there is no such link | \
'ip link' lists the links: set netdev= to one of them" network import netdev=eth9

# VIDs
refused 2 "cannot use VLAN ID '0': $range" "${eth1[@]}" vlans=0
refused 2 "cannot use VLAN ID '4095': $range" "${eth1[@]}" vlans=4095
refused 2 "cannot use VLAN ID '99999999999': $range" "${eth1[@]}" vlans=99999999999
refused 2 "cannot use VLAN ID 'x': $range" "${eth1[@]}" vlans=x
refused 2 "cannot use VLAN ID '4 ': $range" "${eth1[@]}" "vlans=4 "
refused 2 "cannot use VLAN ID '+4': $range" "${eth1[@]}" vlans=+4
refused 2 "cannot use VLAN ID '4.5': $range" "${eth1[@]}" vlans=4.5
refused 2 "cannot use VLAN ID '0x4': $range" "${eth1[@]}" vlans=0x4
refused 2 "cannot use VLAN ID '': $range" "${eth1[@]}" vlans=-4
refused 2 "cannot use VLAN ID '5-6': $range" "${eth1[@]}" vlans=4-5-6
refused 2 "cannot read the VLAN list '': an item is empty | write it as in 4,10-20" \
  "${eth1[@]}" vlans=
refused 2 "cannot read the VLAN list '4,': an item is empty | write it as in 4,10-20" \
  "${eth1[@]}" vlans=4,
refused 2 "cannot read the VLAN list ',4': an item is empty | write it as in 4,10-20" \
  "${eth1[@]}" vlans=,4
refused 2 "cannot read the VLAN list '20-10': the range 20-10 runs backwards" \
  "${eth1[@]}" vlans=20-10
refused 2 "cannot read the VLAN list '4,5,4': VLAN 4 is named twice" "${eth1[@]}" vlans=4,5,4
refused 2 "cannot read the VLAN list '4,1-10': VLAN 4 is named twice" "${eth1[@]}" vlans=4,1-10

# Names
bytes="a link's name contains no '/', ':' or blank, and is neither '.' nor '..'"
refused 2 "cannot use netdev=: the name is empty" network start netdev= vlans=4
refused 2 "cannot use netdev=a-name-of-16-byt: the name has 16 bytes, a link's name at most 15" \
  network start netdev=a-name-of-16-byt vlans=4
refused 2 "cannot use netdev=eth/1: $bytes" network start netdev=eth/1 vlans=4
refused 2 "cannot use netdev=eth1:1: $bytes" network start netdev=eth1:1 vlans=4
refused 2 "cannot use netdev=..: $bytes" network start netdev=.. vlans=4
refused 2 "cannot use netdev=a b: $bytes" network start "netdev=a b" vlans=4
refused 2 "cannot name a link br: it would belong to VLAN 4 of eth1 and to VLAN 5 of eth1" \
  "${eth1[@]}" vlans=4,5 bridge-name=br
refused 2 "cannot use vlan-name=%t-%x: a template knows %t (the trunk) and %v (the VLAN ID) only" \
  "${eth1[@]}" vlans=4 vlan-name=%t-%x
refused 2 "cannot use bridge-name=%: a template knows %t (the trunk) and %v (the VLAN ID) only" \
  "${eth1[@]}" vlans=4 bridge-name=%
refused 2 "cannot use bridge-name=br/4: $bytes" "${eth1[@]}" vlans=4 bridge-name=br/%v
refused 2 "cannot name a link eth1.4: it would be both VLAN link and bridge of VLAN 4 of eth1" \
  "${eth1[@]}" vlans=4 bridge-name=%t.%v
refused 2 "cannot name a bridge eth1: it is the name of a trunk" \
  "${eth1[@]}" vlans=1 bridge-name=eth%v

# Numbers
mtu="it must be a number of bytes from 68 to 65535"
refused 2 "cannot use mtu=67: $mtu" "${eth1[@]}" vlans=4 mtu=67
refused 2 "cannot use mtu=65536: $mtu" "${eth1[@]}" vlans=4 mtu=65536
refused 2 "cannot use mtu=1500k: $mtu" "${eth1[@]}" vlans=4 mtu=1500k
refused 2 "cannot use mtu=: $mtu" "${eth1[@]}" vlans=4 mtu=
refused 2 "cannot use wait=-1: it must be a number of seconds from 0 to 3600" \
  "${eth1[@]}" vlans=4 wait=-1
refused 2 "cannot use wait=3601: it must be a number of seconds from 0 to 3600" \
  "${eth1[@]}" vlans=4 wait=3601
refused 2 "cannot use seconds=0: it must be a number of seconds from 1 to 3600" \
  network listen netdev=eth1 seconds=0
refused 2 "cannot use seconds: only listen takes it | $help" "${eth1[@]}" vlans=4 seconds=5

# What is data stays data.
# shellcheck disable=SC2016  # that is the point
refused 2 'cannot use VLAN ID '\''$(reboot)'\'": $range" "${eth1[@]}" 'vlans=$(reboot)'
# shellcheck disable=SC2016
refused 1 '1 VLAN not brought up: cannot use $(id);`id` as trunk: there is no such link | '\
"'ip link' lists the links: set netdev= to one of them" \
  network start 'netdev=$(id);`id`' vlans=4 wait=0

# Nothing to work on
refused 2 "cannot use vlans=: no trunk is named | \
name the NIC that carries the tagged frames: netdev=eth1" network start vlans=4 config=/dev/null
refused 2 "cannot find a VLAN to work on: neither the command line nor /dev/null nor \
/nonexistent/ifcfg-* names one | name them: netdev=eth1 vlans=4,10-20" \
  network start config=/dev/null ifcfg=/nonexistent
refused 2 "cannot find a VLAN to work on: neither the command line nor /dev/null nor \
/nonexistent/ifcfg-* names one | name them: netdev=eth1 vlans=4,10-20" \
  network status netdev=eth1 config=/dev/null ifcfg=/nonexistent
refused 2 "cannot find a trunk to listen on: neither the command line nor /dev/null nor \
/nonexistent/ifcfg-* names one | name it: netdev=eth1" \
  network listen config=/dev/null ifcfg=/nonexistent

# stop deletes what its words name, and nothing without a name.
names="name them as in netdev=eth1 vlans=4, or give no option to stop them all"
refused 2 "cannot stop: the options name no VLAN | $names" network stop mtu=1500
refused 2 "cannot stop: the options name no VLAN | $names" network stop force wait=5
refused 2 "cannot find a VLAN to work on: neither the command line nor /dev/null names one | \
name them: netdev=eth1 vlans=4,10-20" network stop config=/dev/null
refused 2 "cannot find a VLAN to work on: neither the command line nor /nonexistent/ifcfg-* names \
one | name them: netdev=eth1 vlans=4,10-20" network stop ifcfg=/nonexistent
file xvlan.conf netdev=eth1 vlans=4
refused 2 "cannot use bridge=br5: no configured VLAN has a link of that name | \
name the VLAN too, as in netdev=eth1 vlans=4" network stop bridge=br5 config="$TMPDIR/xvlan.conf"
refused 2 "cannot read $TMPDIR/none: No such file or directory" \
  network stop config="$TMPDIR/none" netdev=eth1 vlans=4

# vifs
refused 2 "cannot use vif=a-name-of-16-byt: the name has 16 bytes, a link's name at most 15" \
  vif online a-name-of-16-byt
refused 2 "cannot use type_if=tun: it must be vif or tap | $help" vif online vif3.0 type_if=tun
refused 2 "cannot run vif online: no vif is named | name it, as in xvlan-vif online vif3.0" \
  vif online
refused 2 "cannot find the guest of web0: the name is not of the form vif3.0, and XENBUS_PATH is \
not set | give the name that Xen gave the link, as in xvlan-vif online vif3.0" \
  vif online web0 bridge=br4
