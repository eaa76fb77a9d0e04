#!/usr/bin/env bash
# The examples of the manual pages, taken from there word for word and run: what a page shows is what
# its reader gets.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2119
source "${BASH_SOURCE[0]%/*}/lib.sh"
needs_xenstore

man=${BASH_SOURCE[0]%/*}/../../man

# The literal block of that page whose first line begins with TEXT.
block() {  # PAGE TEXT
  awk -v text="$2" '
    /^\.Bd/ { inside = 1; lines = ""; next }
    /^\.Ed/ && inside { if (index(lines, text) == 1) { printf "%s", lines; exit } inside = 0 }
    inside { lines = lines $0 "\n" }' "$man/$1" >"$TMPDIR/block"
  expect "an example in $1 that begins with '$2'" test -s "$TMPDIR/block"
  cat "$TMPDIR/block"
}

# Runs the commands of a block, which are behind "# ", and compares what they print with the lines
# behind each. Before a command, `prepare NUMBER` does what its reader has done.
run_block() {  # PAGE TEXT
  local text line command="" expected="" number=0
  text=$(block "$@")
  while IFS= read -r line; do
    if [[ $line == "# "* ]]; then
      [[ -z $command ]] || run_command "$command" "$expected"
      prepare $((++number))
      command=${line#\# } expected=""
    else
      expected+=${expected:+$'\n'}$line
    fi
  done <<<"$text"$'\n# end'
}

run_command() {  # COMMAND LINES
  local -a words
  read -ra words <<<"$1"
  "${words[@]}" >"$TMPDIR/shown" 2>"$TMPDIR/said" || true
  expect_equal "$(<"$TMPDIR/shown")" "$2"
  expect_missing "-$(<"$TMPDIR/said")" "error:"
}

xvlan-vif() {
  xvlan vif "$@"
}

named_guest() {  # DOMID NAME KEY VALUE...
  local path=/local/domain/0/backend/vif/$1/0
  fresh_vif "vif$1.0"
  expect_status 0 xenstore-write "/local/domain/$1/name" "$2"
  while [[ $# -gt 2 ]]; do
    expect_status 0 xenstore-write "$path/$3" "$4"
    set -- "$1" "$2" "${@:5}"
  done
}

scenario "two VLANs, a bridge each"
prepare() {
  [[ $1 == 2 ]] || return 0
  named_guest 3 web bridge br4
  expect_status 0 xvlan vif online vif3.0
}
fresh_host
run_block xvlan.8 "# xvlan network start netdev=eth1 vlans=4,10"

scenario "the same on one bridge, with a router on both"
prepare() {
  [[ $1 == 2 ]] || return 0
  config "netdev = eth1
vlans = 4,10
vlan-aware = yes"
  named_guest 3 web bridge br4
  named_guest 5 router bridge xenbr0.4:10
  for vif in vif3.0 vif5.0; do
    expect_status 0 xvlan vif online "$vif" config="$TMPDIR/xvlan.conf"
  done
}
fresh_host
run_block xvlan.8 "# xvlan network start netdev=eth1 vlans=4,10 vlan-aware=yes"

scenario "the two forms of the router's spec mean the same"
text=$(block xvlan.8 "vif = [ 'mac=00:16:3e:01:fc:01")
mapfile -t specs < <(
  sed -n "s/^vif = \[ 'mac=[^,]*, bridge=\([^,']*\)\(, vlan=\([^']*\)\)\{0,1\}' \]$/\1 \3/p" <<<"$text")
expect_equal "${#specs[@]} specs" "2 specs"
for spec in "${specs[@]}"; do
  read -r bridge vlan <<<"$spec"
  expect_status 0 xvlan vif offline vif5.0
  expect_status 0 xenstore-write /local/domain/0/backend/vif/5/0/bridge "$bridge" \
    /local/domain/0/backend/vif/5/0/vlan "$vlan"
  expect_status 0 xvlan vif online vif5.0 config="$TMPDIR/xvlan.conf"
  expect_status 0 xvlan vif status vif5.0 config="$TMPDIR/xvlan.conf"
  expect_contains "$out" "vif5.0 vif5.0 router xenbr0 4p,10 "
done

# The pages' own words need the configuration in its usual place: a mount of this sandbox's alone.
mkdir -p "$TMPDIR/xen"
expect_status 0 mount --bind "$TMPDIR/xen" /etc/xen
usual_config() {
  printf '%s\n' "$1" >/etc/xen/xvlan.conf
}

scenario "by hand, with and without xenstore"
prepare() { :; }
fresh_host
usual_config $'netdev = eth1\nvlans = 4,10'
expect_status 0 network start
named_guest 3 web bridge br4
run_block xvlan.8 "# xvlan-vif online vif3.0"

scenario "a vif moves"
expect_status 0 network start netdev=eth1 vlans=4,9,10
usual_config $'netdev = eth1\nvlans = 4,9,10'
text=$(block xvlan.8 "xvlan-vif move vif3.0 vlan=9")
while read -ra words; do
  expect_status 0 "${words[@]}"
  expect_port vif3.0 br9
done <<<"$text"

scenario "check shows what the page says"
prepare() {
  [[ $1 == 1 ]] || return 0
  ip link delete br4
  ip address add 10.0.4.9/24 dev br10
  tc qdisc add dev vif3.0 clsact
  tc filter add dev vif3.0 ingress matchall action mirred egress mirror dev eth0
}
fresh_host
usual_config $'netdev = eth1\nvlans = 4,10'
expect_status 0 network start
named_guest 3 web bridge br10
expect_status 0 xvlan vif online vif3.0
# A port that lost its bridge is not what the page is about.
prepare 1
expect_status 3 network check
grep -v "eth1.4 to bridge" <<<"$out" >"$TMPDIR/shown"
text=$(block xvlan.8 "# xvlan network check")
expect_equal "$(<"$TMPDIR/shown")" "${text#*$'\n'}"

scenario "the line for Nagios"
text=$(block xvlan.8 "XVLAN OK")
expect_equal "${text//[0-9]/}" "$(
  ip address delete 10.0.4.9/24 dev br10
  tc qdisc delete dev vif3.0 clsact
  network start >"$TMPDIR/ignored"
  network check nagios | tr -d '0-9')"

scenario "the configurations of xvlan.conf(5) come up, and nothing is left to do then"
ip link add eth2 type dummy
ip link set eth2 mtu 9000
for text in "netdev = eth1"$'\n'"vlans = 4,10-20" "netdev = eth1"$'\n'"vlans = 4,5,10-30" \
  "antispoof = ip"; do
  expect_status 0 network stop force
  text=$(block xvlan.conf.5 "$text")
  usual_config "$text"
  expect_status 0 network start
  expect_status 0 network check
  expect_equal "$out" ""
done
