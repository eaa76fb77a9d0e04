#!/usr/bin/env bash
# What status shows to people, as a table on a terminal, and to programs, as JSON: of VLANs and of vifs.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
needs_xenstore

schema=${BASH_SOURCE[0]%/*}/../../man/xvlan.schema.json

# Runs `xvlan ARG...` on a terminal with 90 columns; what it shows is in $shown.
on_terminal() {  # ARG...
  local status=0
  script --quiet --return --command "stty cols 90; '$XVLAN' $*" /dev/null \
    </dev/null >"$TMPDIR/shown" 2>&1 || status=$?
  shown=$(tr -d '\r' <"$TMPDIR/shown")
  return "$status"
}

# `xvlan ARG... json` ends with STATUS, and with JSON that the schema allows.
expect_json() {  # STATUS ARG...
  expect_status "$1" xvlan "${@:2}" json
  expect_equal "$err" ""
  expect_schema
}

plugged() {  # VIF BRIDGE
  local path=/local/domain/0/backend/vif/${1#vif}
  fresh_vif "$1"
  path=${path/./\/}
  expect_status 0 xenstore-write "$path/bridge" "$2" "$path/mac" 00:16:3e:00:00:03 "$path/state" 4
  expect "$1 to be plugged" "$XVLAN" vif online "$1"
}

scenario "on a terminal status is a table, in which VLANs that differ in nothing are one row"
fresh_host
expect_status 0 network start netdev=eth1 vlans=4-20,30
expect_status 0 xenstore-write /local/domain/3/name web
plugged vif3.0 br4
ip link set br9 type bridge stp_state 1
status=0
on_terminal network status netdev=eth1 vlans=4-21 no-color || status=$?
expect_equal "$status" 3
expect_equal "$shown" "\
TRUNK  VLAN   VLAN LINK            BRIDGE         STATE         GUESTS
eth1   4      eth1.4               br4            up            vif3.0=web
eth1   5-8    eth1.5 ... eth1.8    br5 ... br8    up            -
eth1   9      eth1.9               br9            wrong         -
  ! to do: switch STP of br9 off
  ! to do: set forward delay of br9 to 0 s
    to mend it: xvlan network start netdev=eth1 vlans=4-21
eth1   10-20  eth1.10 ... eth1.20  br10 ... br20  up            -
eth1   21     eth1.21              br21           missing       -
  ! eth1.21 is missing
  ! br21 is missing
    to mend it: xvlan network start netdev=eth1 vlans=4-21
eth1   30     eth1.30              br30           unconfigured  -
  ! made by xvlan, but not configured
    to mend it: xvlan network stop netdev=eth1 vlans=30

16 VLANs up, 1 wrong, 1 missing, 1 unconfigured; 1 vif"

scenario "the commands that it names mend it"
while read -r command; do
  expect_status 0 bash -c "xvlan() { '$XVLAN' \"\$@\"; }; $command"
done < <(sed -n 's/^ *to mend it: //p' <<<"$shown")
expect "all to be up" on_terminal network status netdev=eth1 vlans=4-21
expect_contains "$shown" "18 VLANs up; 1 vif"
expect_missing "$shown" "!"

scenario "colour is for what is wrong, and only where it is wanted"
ip link set br9 type bridge stp_state 1
red=$'\e[31m'
for asked in "" no-color; do
  for NO_COLOR in "" 1; do
    for TERM in xterm dumb; do
      NO_COLOR=$NO_COLOR TERM=$TERM on_terminal network status netdev=eth1 vlans=9 "$asked" || true
      expect_contains "$shown" wrong
      if [[ -z $asked && -z $NO_COLOR && $TERM == xterm ]]; then
        expect_contains "$shown" "${red}wrong"
      else
        expect_missing "$shown" $'\e'
      fi
    done
  done
done

scenario "the manual page lists the codes of problems that the schema does"
expect_equal "$(sed -n '/^.Sh JSON/,/^.Sh XENSTORE/s/^.It Li //p' \
  "${BASH_SOURCE[0]%/*}/../../man/xvlan.8")" \
  "$(jq -r '."$defs".problems.items.properties.code.enum[]' "$schema")"

scenario "JSON is as the schema says, whatever is wrong"
expect_json 3 network status netdev=eth1 vlans=4-10
expect_equal "$(jq -r '.segments[] | select(.state == "wrong") | .problems[0].code' "$TMPDIR/json")" \
  drift
expect_equal "$(jq -c '.segments[0].ports[0] | [.domain, .guest_address]' "$TMPDIR/json")" \
  '["web","00:16:3e:00:00:03"]'
expect_status 0 network start netdev=eth1 vlans=9
expect_json 0 network status netdev=eth1 vlans=4-20
ip link set br5 down
ip link delete eth1.6
ip address add 10.0.7.1/24 dev br7
ip link set vif3.0 nomaster
expect_json 3 network status netdev=eth1 vlans=4-22
expect_equal "$(jq -r '[.segments[], .] | map(.problems // [] | .[].code) | unique | join(" ")' \
  "$TMPDIR/json")" "address drift lost missing"
expect_status 0 xvlan vif online vif3.0
ip address delete 10.0.7.1/24 dev br7

scenario "vif status: what the spec asks for, what the kernel has, what differs"
expect_status 0 network start netdev=eth1 vlans=4-20
expect_status 0 xvlan vif status
expect_equal "$out" "vif3.0 vif3.0 web br4 4 1500 - connected"
plugged vif5.1 br5
expect_json 0 vif status
expect_status 0 xenstore-write /local/domain/0/backend/vif/5/1/bridge br6
expect_unchanged 3 xvlan vif status vif5.1
expect_equal "$out" "vif5.1 vif5.1 - br5 5 1500 - connected : to do: set vif5.1 down; to do: add \
vif5.1 to bridge br6, shut vif5.1 off from dom0; to do: set vif5.1 up"
expect_json 3 vif status vif5.1
on_terminal vif status no-color || true
expect_equal "$shown" "\
VIF     LINK    GUEST  BRIDGE  VLANS  MTU   PROTECTION  XEN
vif3.0  vif3.0  web    br4     4      1500  -           connected
vif5.1  vif5.1  -      br5     5      1500  -           connected
  ! to do: set vif5.1 down
  ! to do: add vif5.1 to bridge br6, shut vif5.1 off from dom0
  ! to do: set vif5.1 up
    to mend it: xvlan-vif online vif5.1

1 vif as its spec says, 1 wrong"
expect_status 0 xvlan vif online vif5.1
expect_status 0 xvlan vif status vif5.1
expect_equal "$out" "vif5.1 vif5.1 - br6 6 1500 - connected"

scenario "vif status knows a vif by its vifname, and one that the kernel has not"
expect_status 0 xenstore-write /local/domain/0/backend/vif/5/1/vifname frontdoor
expect_status 0 xvlan vif online vif5.1
expect_status 0 xvlan vif status frontdoor
expect_equal "$out" "vif5.1 frontdoor - br6 6 1500 - connected"
expect_json 0 vif status vif5.1
expect_status 0 xenstore-write /local/domain/0/backend/vif/9/0/bridge br9 \
  /local/domain/0/backend/vif/9/0/hotplug-status error \
  /local/domain/0/backend/vif/9/0/hotplug-error "no such bridge"
expect_status 3 xvlan vif status vif9.0
expect_equal "$out" "vif9.0 - - - - - - failed : the kernel has no vif9.0; the vif-script failed: \
no such bridge"
expect_json 3 vif status
expect_status 1 xvlan vif status vif8.0
expect_equal "$err" "xvlan: error: cannot find vif8.0: no guest's link has that name, and xenstore \
knows no such vif
xvlan: hint: 'xvlan vif status' lists them all"

scenario "both work on a VLAN-aware bridge, and on demand"
fresh_host
config "netdev = eth1
vlans = 4-20
vlan-aware = yes
on-demand = yes"
expect_status 0 network start config="$TMPDIR/xvlan.conf"
fresh_vif vif3.0
expect_status 0 xenstore-write /local/domain/0/backend/vif/3/0/bridge br4 \
  /local/domain/0/backend/vif/3/0/vlan 5p/10-12
expect_status 1 xvlan vif online vif3.0 config="$TMPDIR/xvlan.conf"
expect_status 0 xenstore-write /local/domain/0/backend/vif/3/0/bridge xenbr0
expect_status 0 xvlan vif online vif3.0 config="$TMPDIR/xvlan.conf"
expect_json 0 network status config="$TMPDIR/xvlan.conf"
expect_equal "$(jq -c '.segments[] | [.vlan // .vlans, .state]' "$TMPDIR/json")" \
  '[[{"vlan":4,"vlanEnd":20}],"on-demand"]
[5,"up"]
[10,"up"]
[11,"up"]
[12,"up"]'
expect_status 0 xvlan vif status config="$TMPDIR/xvlan.conf" vif3.0
expect_contains "$out" " xenbr0 5p,10-12 1500 "
expect_json 0 vif status config="$TMPDIR/xvlan.conf" vif3.0
expect_equal "$(jq -c '.vifs[0] | [.vlans, .spec]' "$TMPDIR/json")" "\
[[{\"vlan\":5,\"flags\":[\"PVID\",\"Egress Untagged\"]},{\"vlan\":10,\"vlanEnd\":12}],\
{\"bridge\":\"xenbr0\",\"vlan\":\"5p/10-12\"}]"
