# shellcheck shell=bash
# More words, for a VLAN-aware bridge that is somebody else's: `guests`, with eth1 as its trunk in
# VLANs 10 to 25, made by the program that is tried.
#
#   expect_usable NATIVE     guests come to the bridge, move on it and go; a port is in NATIVE if
#                            nothing else was asked for; the last one stays, as expect_plugged has it
#   expect_plugged           the vif that stays is on the bridge in its VLANs
#   expect_used NATIVE       network-xvlan brings the trunk's missing VLAN, 40, and nothing else
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"
on_guests=(netdev=eth1 "vlans=10,40" vlan-aware=yes bridge=guests)

# As xl's `vlan` says them.
vlans() {  # LINK
  bridge -compressvlans -json vlan show dev "$1" | jq -r '[.[].vlans[]? | "\(.vlan)"
    + (if .vlanEnd then "-\(.vlanEnd)" else "" end)
    + (.flags // [] | if index("PVID") then "p" elif index("Egress Untagged") then "u" else "" end)
    ] | join("/")'
}

# All that is not the guest's: settings, MACs, flags and VLANs of every link and port. The kernel
# takes what a bridge can segment from its ports.
rest() {
  bridge -details -json vlan show | jq -c '.[] | select(.ifname != "vif3.0")'
  links | grep -v ': vif3.0:' | sed -E 's/ [gt]so_max_size [0-9]+//g'
}

by_hand() {  # EVENT WORD...
  XENSTORED_RUNDIR=/nonexistent "$XVLAN" vif "$1" vif3.0 config=/dev/null "${@:2}"
}

expect_vif_in() {  # VLANS
  expect_port vif3.0 guests
  expect_equal "vif3.0: $(vlans vif3.0)" "vif3.0: $1"
  expect_equal "$(rest)" "$before"
}

expect_usable() {
  before=$(rest)
  expect_equal "trunk: $(vlans eth1)" "trunk: ${1:+$1/}10-25"
  netback_link vif3.0
  expect_status 0 by_hand online bridge=guests
  expect_vif_in "$1"
  expect_equal "$err" "xvlan: warning: vif3.0: cannot reach xenstored: No such file or directory: \
nothing is written to xenstore"
  expect_status 0 by_hand offline
  expect_port vif3.0 -
  expect_equal "$(rest)" "$before"
  expect_status 0 by_hand online bridge=guests vlan=10
  expect_vif_in 10p
  expect_status 0 by_hand move bridge=guests vlan=20
  expect_vif_in 20p
  expect_status 0 by_hand offline
  expect_equal "$(rest)" "$before"
  expect_status 0 by_hand online bridge=guests vlan=5p/10/20-30
  expect_vif_in 5p/10/20-30
}

expect_plugged() {
  expect_port vif3.0 guests
  expect_up vif3.0
  expect_equal "vif3.0: $(vlans vif3.0)" "vif3.0: 5p/10/20-30"
}

expect_used() {
  expect_status 3 network status "${on_guests[@]}"
  expect_contains "$out" "eth1 10 - guests up vif3.0"
  expect_contains "$out" "eth1 40 - guests missing - : eth1 is not in VLAN 40"
  expect_status 0 network start "${on_guests[@]}"
  expect_equal "$out$err" ""
  expect_equal "trunk: $(vlans eth1)" "trunk: ${1:+$1/}10-25/40"
  bridge vlan delete vid 40 dev eth1
  expect_equal "$(rest)" "$before"
  expect_status 0 network start "${on_guests[@]}"
  expect_status 0 network status "${on_guests[@]}"
  expect_equal "$out" $'eth1 10 - guests up vif3.0\neth1 40 - guests up -'
  before=$(rest)
  expect_status 0 network stop
  expect_status 0 network stop "${on_guests[@]}"
  expect_equal "$(rest)" "$before"
  expect_plugged
}
