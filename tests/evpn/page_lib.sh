# shellcheck shell=bash
# More words, beside those of lib.sh: hosts as an administrator has them, with a frr.conf
# for all daemons.
#
#   machine NAME [N]         namespaces of its own, as a host has them, and no link but lo; with N,
#                            lo has 192.0.2.N
#   cable NAME LINK NAME LINK        a link between two machines, with a large MTU
#   frr_conf HOST            its frr.conf is stdin
#   give_frr_conf HOST       to its running daemons, as `vtysh -b` does
#   begin_frr HOST [DAEMON...]       as FRR's unit does: zebra and those DAEMONs, then frr.conf
#   expect_hosts HOST N      status says soon that VLAN 4 there leads to N hosts
#   expect_lost_at_most LIMIT        of the pings since begin_pings, when the last fifty had answers
#   expect_bfd HOST N        soon N of its BFD sessions are up
#
#   block HEADING TEXT       the first example of the page behind a line that begins with HEADING, that
#                            begins with TEXT
#   exchanged N              a file of the page's first host, from stdin, as that of host N
#   page_host N HEADING      host hN gets the files below HEADING, links and FRR; in VLAN 4 is a guest
#                            gN with address $gN
#   $enabled                 the daemons that the page enables
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

# _host of lib.sh makes the namespaces, and a link that a machine has no use for.
machine() {  # NAME [N]
  _host "$1" "${2:-250}"
  ip -n "$1" link delete eth0
  [[ -z ${2:-} ]] || ip -n "$1" address add "192.0.2.$2/32" dev lo
}

cable() {
  ip link add "$2" mtu 9100 netns "$1" type veth peer name "$4" mtu 9100 netns "$3"
  ip -n "$1" link set "$2" up
  ip -n "$3" link set "$4" up
}

frr_conf() {
  cat >"$hosts/$1/frr.conf"
}

give_frr_conf() {
  expect_status 0 at "$1" "${_frr[@]}" "$XVLAN_PROGRAMS/usr/bin/vtysh" \
    --config_dir "$hosts/$1" -b
  # It succeeds, whatever it has to say of a line.
  [[ $out$err != *%* ]] || _fail "FRR to take the lines of $1's frr.conf" "$out$err"
}

begin_frr() {  # HOST [DAEMON...]
  local daemon
  for daemon in "${@:2}"; do : >"$hosts/$1/$daemon.conf"; done
  [[ ! -e $XVLAN_PROGRAMS/usr/lib/frr/mgmtd ]] || start_daemon "$1" mgmtd
  start_daemon "$1" zebra -s 90000000  # as in its package's /etc/frr/daemons
  expect "zebra of $1 to take clients" until_true 30 test -S "$hosts/$1/run/zserv.api"
  for daemon in "${@:2}"; do start_daemon "$1" "$daemon"; done
  give_frr_conf "$1"
}

_has_hosts() {  # HOST N
  network_at "$1" status vlans=4 "vxlan=$(underlay_address "$1")" \
    >"$TMPDIR/status" 2>"$TMPDIR/ignored" || true
  grep -q " vx4 .* hosts=$2\b" "$TMPDIR/status"
}

expect_hosts() {
  expect "VLAN 4 of $1 to lead to $2 hosts" until_true 30 _has_hosts "$@"
}

_has_bfd() {  # HOST N
  vtysh_at "$1" "show bfd peers" >"$TMPDIR/bfd"
  [[ $(grep -c 'Status: up' "$TMPDIR/bfd") -eq $2 ]]
}

expect_bfd() {
  expect "$2 BFD sessions of $1 to be up" until_true 30 _has_bfd "$@"
}

expect_lost_at_most() {
  more_pings 50
  end_pings
  expect "at most $1 pings lost, and $lost of $sent were" test "$lost" -le "$1"
}

# The page --------------------------------------------------------------------------------------

page=${BASH_SOURCE[0]%/*}/../../man/xvlan-evpn.7

# The first literal block, behind a line that begins with HEADING, that begins with TEXT.
block() {  # HEADING TEXT
  awk -v heading="$1" -v text="$2" '
    index($0, heading) == 1 { found = 1 }
    /^\.Bd/ { inside = 1; lines = ""; next }
    /^\.Ed/ && inside { if (found && index(lines, text) == 1) { printf "%s", lines; exit } inside = 0 }
    inside { lines = lines $0 "\n" }' "$page" >"$TMPDIR/block"
  expect "an example below '$1' that begins with '$2'" test -s "$TMPDIR/block"
  cat "$TMPDIR/block"
}

# As the page says: on another host, its own address in the place of the first one's, and the other
# way round.
exchanged() {  # N
  sed "s/192\.0\.2\.1\b/OWN/; s/192\.0\.2\.$1\b/192.0.2.1/; s/OWN/192.0.2.$1/"
}

# The daemons that the page enables: the lines of /etc/frr/daemons.
mapfile -t enabled < <(block ".Sh WHAT IT TAKES" "bgpd=yes" | sed -n 's/=yes$//p')
expect_equal "${enabled[*]}" "bgpd bfdd"

# Host hN of the page: its files, links and FRR. Guest gN is there, in VLAN 4.
page_host() {  # N HEADING
  block "$2" "router bgp" | exchanged "$1" | frr_conf "h$1"
  conf "h$1" "$(block ".Sh HOSTS ON ONE NETWORK" "[vxlan" | exchanged "$1")"
  expect_status 0 network_at "h$1" start
  expect_equal "$out$err" ""
  begin_frr "h$1" "${enabled[@]}"
  guest "g$1" "h$1" 4 $((10 + $1))
}
