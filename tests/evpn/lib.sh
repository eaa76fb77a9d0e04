# shellcheck shell=bash
# More words for the scenarios of this folder, beside those of tests/support/check.sh and
# tests/kernel/lib.sh: hosts with FRR, the real one, all in one kernel.
#
# A host is a network namespace of its name, with a mount namespace of its own: /sys shows its
# links, and /run/frr, /var/lib, /var/tmp and xvlan's lock are its own. Its eth0 leads to the
# bridge `underlay` in the namespace that the scenario runs in, where the port for host h1 is u-h1.
#
#   fresh_lab                no host, no guest, no daemon; an underlay that nobody is on
#   host NAME N [LINE...]    a host with 192.0.2.N; its bgpd.conf has the route reflector for its
#                            neighbour, and the LINEs below `router bgp`
#   reflector NAME           the route reflector, 192.0.2.100
#   underlay_address NAME    192.0.2.N of the host
#   at HOST CMD...           runs CMD on the host
#   start_frr HOST           FRR as its unit starts it: mgmtd if it has one, zebra, bfdd and bgpd
#   start_daemon HOST DAEMON [OPTION...]     kill_daemon HOST DAEMON [SIGNAL]
#   end_frr HOST [SIGNAL]    ends its daemons, with TERM as its unit does or another signal
#   vtysh_at HOST CMD...     each CMD as in vtysh
#
#   tunnels HOST VLANS [LINE...]     `xvlan network start` of these VLANs, with an xvlan.conf of the
#                            host's own that ends in the LINEs; as $form has them:
#                            bridges  vxV and brV
#                            aware    vxV, an access port of the VLAN-aware bridge xenbr0
#                            single   vxlan0 for all VLANs, on the VLAN-aware bridge xenbr0
#   conf_tunnels HOST VLANS [LINE...]        that xvlan.conf alone
#   conf HOST [LINE...]      an xvlan.conf that has nothing but the LINEs
#   network_at HOST VERB [WORD...]   `xvlan network VERB` with that xvlan.conf
#   expect_told HOST VERB STATUS LINE...     it ends with STATUS and says these lines, stdout and
#                            stderr, now or soon
#   expect_steady HOST       start there has nothing to change
#   expect_well HOST         check has nothing to say there, now or soon
#   guest NAME HOST VID [N [MAC]]    a guest with its vif plugged there; its end is eth0 in
#                            namespace NAME, with $(guest_address VID N); N is 2 if left out
#   plug NAME HOST VID [WORD...]     the vif of the guest, which is on no host: as `xvlan vif online`
#                            does it
#   unplug NAME              its vif goes as netback's does, and its eth0 with it
#   replug NAME HOST VID     the guest moves as in a live migration: with its MAC and addresses, and
#                            with the gratuitous ARP that Linux sends
#   vif_of NAME              the name of the guest's vif
#
#   three_hosts              a fresh lab: a route reflector rr; hosts h1, h2 and h3 with VLANs 4 and 10;
#                            guest gN in VLAN 4 of hN, with address $gN
#   $forms                   those that this FRR can do
#   expect_remotes VID HOST...       FRR has let each of them know of the others, and of no other host
#   guests_meet NAME ADDRESS         a ping from there is answered, now or soon
#
#   begin_pings NAME ADDRESS         guest NAME asks ADDRESS every 10 ms, until
#   more_pings N             has N more answers, which takes its time on a busy machine
#   expect_lost_at_most LIMIT        ends them: of all so far there was no answer to LIMIT at most,
#                            and to the last fifty there was
#   end_pings                which counts in $sent, to the last that was answered, and $lost
#   mac_of NAME              the MAC of the guest's eth0
#   end_jobs SIGNAL [PROCESS...]     ends jobs of the scenario, and bash has nothing to say of it
#   remotes HOST VID         the remote VTEPs that the VLAN's frames are flooded to, sorted
#   vtep_of HOST VID MAC     the remote VTEP of that MAC; nothing if it has none
#   is_behind HOST VID MAC ADDRESS   ADDRESS is the remote VTEP of that MAC
# shellcheck source-path=SCRIPTDIR source=../kernel/lib.sh
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
if [[ -z ${XVLAN_SANDBOXED:-} ]]; then
  XVLAN_PROGRAMS=$("$here/programs")
  export XVLAN_PROGRAMS
fi
source "$here/../kernel/lib.sh"

form=bridges
as=65000
hosts=$TMPDIR/hosts
_guests=0
declare -A _daemons=() _holders=() _numbers=() _vifs=() _guests_host=()

# Its libraries: Debian 13's want their own loader, Debian 12's are at home with the machine's.
_libraries=$XVLAN_PROGRAMS/usr/lib/x86_64-linux-gnu
_loader=$XVLAN_PROGRAMS/usr/lib64/ld-linux-x86-64.so.2
[[ -e $_loader ]] || _loader=/lib64/ld-linux-x86-64.so.2
_frr=("$_loader" --library-path "$_libraries:$_libraries/frr")

modprobe vxlan
mkdir -p /run/frr
touch /run/xvlan.lock

# FRR looks for the user and the groups that its package makes.
for _names in passwd group; do
  cp "/etc/$_names" "$TMPDIR/$_names"
  mount --bind "$TMPDIR/$_names" "/etc/$_names"
done
echo 'frr:x:900:900::/nonexistent:/usr/sbin/nologin' >>"$TMPDIR/passwd"
printf 'frr:x:900:\nfrrvty:x:901:root\n' >>"$TMPDIR/group"

# Hosts -----------------------------------------------------------------------------------------

fresh_lab() {
  local name
  end_jobs KILL "${_daemons[@]}" "${_holders[@]}"
  _daemons=() _holders=() _numbers=() _vifs=() _guests_host=()
  rm -rf "${hosts:?}"
  for name in /sys/class/net/* /run/netns/*; do
    case $name in
      /run/netns/\* | */lo | */bonding_masters) ;;
      /run/netns/*) echo "netns delete ${name##*/}" ;;
      *) echo "link delete dev ${name##*/}" ;;
    esac
  done >"$TMPDIR/batch"
  ip -force -batch "$TMPDIR/batch" 2>"$TMPDIR/ignored" || true
  ip link add underlay up type bridge mcast_snooping 0
}

end_jobs() {  # SIGNAL [PROCESS...]
  [[ $# -gt 1 ]] || return 0
  {
    kill "-$1" "${@:2}" || true
    wait "${@:2}" || true
  } 2>"$TMPDIR/ignored"
}

# Sets $into to the words that run a command on the host.
_into() {  # HOST
  into=(nsenter "--net=/run/netns/$1" "--mount=/proc/${_holders[$1]}/ns/mnt" --)
}

at() {  # HOST CMD...
  local into
  _into "$1"
  "${into[@]}" "${@:2}"
}

# A bare host: its namespaces, and eth0 with its address.
_host() {  # NAME N
  local own=$hosts/$1
  mkdir -p "$own"/{run,lib}
  : >"$own/lock"
  ip -batch - <<BATCH
netns add $1
link add u-$1 mtu 1600 master underlay up type veth peer name eth0 mtu 1600 netns $1
BATCH
  ip -n "$1" -batch - <<BATCH
link set lo up
link set eth0 up
address add 192.0.2.$2/24 dev eth0
address add 2001:db8:ffff::$2/64 dev eth0 nodad
BATCH
  _numbers[$1]=$2
  # shellcheck disable=SC2016  # for the inner shell
  nsenter "--net=/run/netns/$1" unshare --mount bash -euc '
    mount -t sysfs sysfs /sys
    mount --bind "$1/run" /run/frr
    mount --bind "$1/lib" /var/lib
    mount -t tmpfs tmpfs /var/tmp
    mount --bind "$1/lock" /run/xvlan.lock
    echo ready >"$1/holder"
    exec sleep infinity' holder "$own" &
  _holders[$1]=$!
  expect "host $1 to have its files" until_true 20 grep -qs ready "$own/holder"
  rm "$own/holder"
  echo 'username root nopassword' >"$own/vtysh.conf"
  : >"$own/zebra.conf"
  : >"$own/bfdd.conf"
}

underlay_address() {
  echo "192.0.2.${_numbers[$1]}"
}

# What every bgpd.conf begins with. The timers are those of a data centre, not BGP's own.
_bgp() {  # NAME N NEIGHBOUR
  cat <<CONF
hostname $1
router bgp $as
 bgp router-id 192.0.2.$2
 no bgp default ipv4-unicast
 neighbor $3 remote-as $as
 neighbor $3 timers 2 6
 neighbor $3 timers connect 1
CONF
}

reflector() {  # NAME
  _host "$1" 100
  {
    _bgp "$1" 100 hosts | sed '/ remote-as /i\ neighbor hosts peer-group'
    cat <<CONF
 bgp listen range 192.0.2.0/24 peer-group hosts
 address-family l2vpn evpn
  neighbor hosts activate
  neighbor hosts route-reflector-client
 exit-address-family
CONF
  } >"$hosts/$1/bgpd.conf"
}

host() {  # NAME N [LINE...]
  _host "$1" "$2"
  {
    _bgp "$1" "$2" 192.0.2.100
    [[ $# -eq 2 ]] || printf ' %s\n' "${@:3}"
    cat <<CONF
 address-family l2vpn evpn
  neighbor 192.0.2.100 activate
  advertise-all-vni
 exit-address-family
CONF
  } >"$hosts/$1/bgpd.conf"
}

start_daemon() {  # HOST DAEMON [OPTION...]
  local into own=$hosts/$1 options=(-u root -g root)
  # mgmtd has no such option: it would read what other daemons leave to it.
  [[ $2 == mgmtd ]] || options+=(-f "$own/$2.conf")
  _into "$1"  # no function below, so that the job is the daemon itself
  "${into[@]}" "${_frr[@]}" "$XVLAN_PROGRAMS/usr/lib/frr/$2" "${options[@]}" \
    --log "file:$own/$2.log" "${@:3}" >"$own/$2.out" 2>&1 &
  _daemons[$1.$2]=$!
  until_true 30 test -S "$own/run/$2.vty" ||
    _fail "$2 of $1 to be there" "$(tail -n 20 "$own/$2.out" "$own/$2.log")"
}

start_frr() {  # HOST
  [[ ! -e $XVLAN_PROGRAMS/usr/lib/frr/mgmtd ]] || start_daemon "$1" mgmtd
  start_daemon "$1" zebra -s 90000000  # as in its package's /etc/frr/daemons
  expect "zebra of $1 to take clients" until_true 30 test -S "$hosts/$1/run/zserv.api"
  start_daemon "$1" bfdd
  start_daemon "$1" bgpd
}

kill_daemon() {  # HOST DAEMON [SIGNAL]
  end_jobs "${3:-KILL}" "${_daemons[$1.$2]}"
  unset "_daemons[$1.$2]"
  rm -f "$hosts/$1/run/$2.vty"
}

end_frr() {  # HOST [SIGNAL]
  local daemon
  for daemon in bgpd bfdd zebra mgmtd; do
    [[ -z ${_daemons[$1.$daemon]:-} ]] || kill_daemon "$1" "$daemon" "${2:-TERM}"
  done
}

vtysh_at() {  # HOST CMD...
  local command words=()
  for command in "${@:2}"; do words+=(-c "$command"); done
  at "$1" "${_frr[@]}" "$XVLAN_PROGRAMS/usr/bin/vtysh" --config_dir "$hosts/$1" "${words[@]}"
}

# VLANs -----------------------------------------------------------------------------------------

conf() {  # HOST [LINE...]
  printf '%s\n' "${@:2}" >"$hosts/$1/xvlan.conf"
}

network_at() {  # HOST VERB [WORD...]
  at "$1" "$XVLAN" network "$2" "config=$hosts/$1/xvlan.conf" "${@:3}"
}

# What people read beside it: there is no xenstore in the lab.
_says() {  # HOST VERB STATUS TEXT
  local status=0
  network_at "$1" "$2" >"$TMPDIR/told" 2>&1 || status=$?
  _told="status $status"$'\n'$(grep -v ' without their names: ' "$TMPDIR/told" || true)
  [[ $_told == "status $3"$'\n'"$4" ]]
}

expect_told() {  # HOST VERB STATUS LINE...
  local text
  text=$(printf '%s\n' "${@:4}")
  until_true 30 _says "$1" "$2" "$3" "$text" || _fail "status $3"$'\n'"$text" "$_told"
}

expect_well() {  # HOST
  expect_told "$1" check 0
}

# As expect_no_change, but on the host: strace knows the sockets of its own namespace only.
expect_steady() {  # HOST
  expect_status 0 at "$1" strace -f -o "$TMPDIR/changes" -e trace=sendmsg,sendto,openat \
    "$XVLAN" network start "config=$hosts/$1/xvlan.conf"
  expect "start on $1 to read the links" grep -q RTM_GETLINK "$TMPDIR/changes"
  expect_equal "$(_changes) changes" "0 changes"
}

conf_tunnels() {  # HOST VLANS [LINE...]
  local lines=("[vxlan $(underlay_address "$1")]" "vlans = $2" "vni-base = 10000")
  case $form in
    aware) lines+=("vlan-aware = yes") ;;
    single) lines+=("vxlan-single = yes") ;;
  esac
  conf "$1" "${lines[@]}" "${@:3}"
}

tunnels() {  # HOST VLANS [LINE...]
  conf_tunnels "$@"
  expect_status 0 network_at "$1" start
  expect_equal "$out$err" ""
}

# Guests ----------------------------------------------------------------------------------------

# Its eth0 comes up last, so that a guest which says then that it is there is heard.
guest() {  # NAME HOST VID [N [MAC]]
  ip netns add "$1"
  ip netns exec "$1" sysctl -qw net.ipv4.conf.default.arp_notify=1
  _guests=$((_guests + 1))
  _vifs[$1]=vif$_guests.0
  _vif "$1" "$2" "$3" "${5:-00:16:3e:00:00:$(printf '%02x' "$_guests")}" \
    "$(guest_address "$3" "${4:-2}")/24"
}

vif_of() {  # NAME
  echo "${_vifs[$1]}"
}

_vif() {  # NAME HOST VID MAC ADDRESS
  ip link add "$(vif_of "$1")" netns "$2" mtu 1500 type veth \
    peer name eth0 address "$4" mtu 1500 netns "$1"
  ip -n "$1" address add "$5" dev eth0
  plug "$1" "$2" "$3" "mac=$4"
  ip -n "$1" link set eth0 up
}

plug() {  # NAME HOST VID [WORD...]
  local where=("bridge=br$3")
  [[ $form == bridges ]] || where=(bridge=xenbr0 "vlan=$3")
  _guests_host[$1]=$2
  expect_status 0 at "$2" env XENSTORED_RUNDIR=/nonexistent \
    "$XVLAN" vif online "$(vif_of "$1")" "${where[@]}" "config=$hosts/$2/xvlan.conf" "${@:4}"
}

unplug() {  # NAME
  ip -n "${_guests_host[$1]}" link delete "$(vif_of "$1")"
}

replug() {  # NAME HOST VID
  local mac address
  read -r mac address < <(ip -n "$1" -json address show dev eth0 | jq -r '
    .[] | "\(.address) \(.addr_info[] | select(.family == "inet") | "\(.local)/\(.prefixlen)")"')
  unplug "$1"
  _vif "$1" "$2" "$3" "$mac" "$address"
}

mac_of() {  # NAME
  ip -n "$1" -json link show eth0 | jq -r '.[].address'
}

begin_pings() {  # NAME ADDRESS
  ip netns exec "$1" ping -n -i 0.01 "$2" >"$TMPDIR/pings" 2>&1 &
  _pings=$!
}

_answers() {
  grep -c 'bytes from' "$TMPDIR/pings" || true
}

_has_answers() {  # N
  [[ $(_answers) -ge $1 ]]
}

more_pings() {  # N
  expect "$1 more answers" until_true 60 _has_answers $(($(_answers) + $1))
}

end_pings() {
  kill -INT "$_pings"
  wait "$_pings" || true
  # One that is on its way when they end is not lost.
  # shellcheck disable=SC2034  # words of scenarios
  read -r sent lost < <(sed -n 's/.*icmp_seq=\([0-9]*\) ttl=.*/\1/p' "$TMPDIR/pings" | sort -nu |
    awk 'END { print $1 + 0, $1 - NR }')
}

expect_lost_at_most() {  # LIMIT
  more_pings 50
  end_pings
  expect "at most $1 pings lost, and $lost of $sent were" test "$lost" -le "$1"
}

_fdb() {  # HOST VID FILTER [OPTION...]
  local link=vx$2
  [[ $form != single ]] || link=vxlan0
  bridge -n "$1" -json fdb show dev "$link" | jq -r --argjson vni $((10000 + $2)) "${@:4}" "
    [.[] | select((.src_vni // \$vni) == \$vni and .dst != null and $3) | .dst] |
      sort | join(\" \")"
}

remotes() {  # HOST VID
  _fdb "$1" "$2" '.mac == "00:00:00:00:00:00"'
}

vtep_of() {  # HOST VID MAC
  # shellcheck disable=SC2016  # jq's variable
  _fdb "$1" "$2" '.mac == $mac' --arg mac "$3"
}

is_behind() {  # HOST VID MAC ADDRESS
  [[ $(vtep_of "$1" "$2" "$3") == "$4" ]]
}

# Labs ------------------------------------------------------------------------------------------

guests_meet() {  # NAME ADDRESS
  expect "$1 to reach $2" until_true 20 reach "$1" "$2"
}

leads_to() {  # HOST VID ADDRESSES
  [[ $(remotes "$1" "$2") == "$3" ]]
}

expect_remotes() {  # VID HOST...
  local each other others
  for each in "${@:2}"; do
    others=()
    for other in "${@:2}"; do
      [[ $other == "$each" ]] || others+=("$(underlay_address "$other")")
    done
    expect "VLAN $1 on $each to lead to ${others[*]}" \
      until_true 30 leads_to "$each" "$1" "${others[*]}"
  done
}

# Guest gN is on host hN, in VLAN 4.
three_hosts() {
  local n
  fresh_lab
  reflector rr
  start_frr rr
  for n in 1 2 3; do
    host "h$n" "$n"
    tunnels "h$n" 4,10
    start_frr "h$n"
    guest "g$n" "h$n" 4 $((10 + n))
  done
  expect_remotes 4 h1 h2 h3
}
# shellcheck disable=SC2034  # words of scenarios
g1=$(guest_address 4 11) g2=$(guest_address 4 12) g3=$(guest_address 4 13)

# FRR 8 takes a single device for one of VNI 0.
# shellcheck disable=SC2034  # a word of scenarios
forms=(single aware bridges)
# shellcheck disable=SC2034
[[ -e $XVLAN_PROGRAMS/usr/lib/frr/mgmtd ]] || forms=(aware bridges)
