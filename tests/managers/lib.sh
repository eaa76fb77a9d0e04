# shellcheck shell=bash disable=SC2119,SC2120
# More words for the scenarios of this folder, beside those of tests/support/check.sh and
# tests/kernel/lib.sh: a host with the programs that manage links, the real ones, each started by
# hand.
#
#   files shipped|absent     whether the host has xvlan's files for udev and systemd-networkd
#   start_udevd              before the links that it shall hear of
#   start_networkd [TEXT]    systemd-networkd, with TEXT for the [Match] of a file with DHCP
#   start_bus                D-Bus, for networkctl and nmcli
#   start_network_manager    NetworkManager as installed, so that it makes its profiles itself
#   is_configured LINK       status 0 once networkd has done what its files say of LINK
#   ifupdown2 NAME ARG...    ifupdown2, called by NAME: ifup, ifreload
#   end_daemons              ends what was started
#   dhcp_server VID          the switch lends addresses on that VLAN
#   netback_link NAME        a link as netback's are: Ethernet, no kind, no driver's name
#   tap NAME                 a tap as qemu makes it
#   taken LINK BRIDGE        status 0 if LINK is no port of BRIDGE any more, or dom0 has an address
#                            on it
#   expect_left_alone LINK BRIDGE    the opposite, now
#   has_property LINK NAME=VALUE     of udev's
#   expect_imported_as_it_is FILE    what import prints is FILE, but for comments, and start with it
#                            changes nothing at all
#
# netback's real links are in the Xen tests only. What stands for one here differs in one point: it
# is below no xen-backend, so `files` has the rule look at the name vif3.0 in place of that.
# shellcheck source-path=SCRIPTDIR source=../kernel/lib.sh
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
if [[ -z ${XVLAN_SANDBOXED:-} ]]; then
  XVLAN_PROGRAMS=$("$here/programs")
  export XVLAN_PROGRAMS
fi
source "$here/../kernel/lib.sh"

repository=$(cd "$here/../.." && pwd)
rules=/run/udev/rules.d networks=/run/systemd/network
xvlan_files=("$rules/70-xvlan-links.rules" "$networks"/{00-xvlan.network,00-xvlan-tap.link})
daemons=()

modprobe -a overlay tun br2684
mkdir -p "$rules" "$networks"

files() {
  local file
  for file in "${xvlan_files[@]}"; do
    if [[ $1 == shipped ]]; then
      cp --remove-destination "$repository/udev/${file##*/}" "$file"
    else
      ln -sf /dev/null "$file"  # the machine may have them installed
    fi
  done
  [[ $1 == absent ]] || stand_in_for_netback "${xvlan_files[0]}"
}

stand_in_for_netback() {  # RULES
  expect_equal "$(grep -c 'SUBSYSTEMS=="xen-backend"' "$1")" 1
  sed -i 's/SUBSYSTEMS=="xen-backend"/KERNEL=="vif3.0"/' "$1"
}

start() {  # PROGRAM [ARG...]
  "$@" >"$TMPDIR/${1##*/}.log" 2>&1 &
  daemons+=($!)
}

quietly() {
  "$@" >"$TMPDIR/ignored" 2>&1
}

end_daemons() {
  [[ ${#daemons[@]} -gt 0 ]] || return 0
  kill "${daemons[@]}"
  wait "${daemons[@]}" || true
  daemons=()
}

start_udevd() {
  start /lib/systemd/systemd-udevd
  expect "udevd to answer" until_true 20 quietly udevadm control --ping
}

start_bus() {
  mkdir -p /run/dbus
  rm -f /run/dbus/system_bus_socket
  start dbus-daemon --system --nofork --nopidfile
  expect "the bus to be there" until_true 20 test -S /run/dbus/system_bus_socket
}

# With the folders and the user that its unit gives it.
start_networkd() {
  local capabilities=+net_admin,+net_raw,+net_bind_service,+net_broadcast
  [[ $# -eq 0 ]] ||
    printf '[Match]\n%s\n[Network]\nDHCP=yes\n' "$1" >"$networks/50-everything.network"
  install -d -o systemd-network -g systemd-network /run/systemd/netif{,/links,/leases,/lldp}
  start setpriv --reuid systemd-network --regid systemd-network --clear-groups \
    --inh-caps "$capabilities" --ambient-caps "$capabilities" /lib/systemd/systemd-networkd
}

is_configured() {  # LINK
  [[ -e /sys/class/net/$1 ]] &&
    grep -qsx ADMIN_STATE=configured "/run/systemd/netif/links/$(_sys "$1" ifindex)"
}

# Its own files lie over the machine's, which has not got it; what it writes stays in memory.
overlay() {  # FOLDER [LOWER]
  local memory=$TMPDIR/overlay$1
  mkdir -p "$TMPDIR/overlay"
  mountpoint -q "$TMPDIR/overlay" || mount -t tmpfs tmpfs "$TMPDIR/overlay"
  mkdir -p "$memory"/{upper,work}
  mount -t overlay overlay \
    -o "lowerdir=${2:+$2:}$1,upperdir=$memory/upper,workdir=$memory/work" "$1"
}

unpack_ifupdown2() {
  ! mountpoint -q /etc || return 0
  overlay /etc "$XVLAN_PROGRAMS/etc"
  overlay /var
  mkdir -p /run/network /var/lib/ifupdown2
}

ifupdown2() {  # NAME ARG...
  unpack_ifupdown2
  ln -sfn "$XVLAN_PROGRAMS/usr/share/ifupdown2/__main__.py" "$TMPDIR/$1"
  /usr/bin/python3 "$TMPDIR/$1" "${@:2}" >"$TMPDIR/ifupdown2.log" 2>&1 ||
    _fail "$* to succeed" "$(<"$TMPDIR/ifupdown2.log")"
}

unpack_network_manager() {
  [[ ! -x /usr/sbin/NetworkManager ]] || return 0
  mkdir "$TMPDIR/modules"
  mount --bind /lib/modules "$TMPDIR/modules"
  overlay /usr "$XVLAN_PROGRAMS/usr"
  mount --bind "$TMPDIR/modules" /lib/modules  # the sandbox's own, which /usr would hide
  overlay /etc "$XVLAN_PROGRAMS/etc"
  overlay /var
  cp "$XVLAN_PROGRAMS"/lib/udev/rules.d/*.rules "$rules"
}

start_network_manager() {
  unpack_network_manager
  rm -rf /run/NetworkManager /var/lib/NetworkManager
  start_bus
  start NetworkManager --no-daemon
  expect "NetworkManager to answer" until_true 60 quietly nmcli -g RUNNING general
}

dhcp_server() {
  cat >"$TMPDIR/udhcpd-$1.conf" <<CONF
start $(guest_address "$1" 100)
end $(guest_address "$1" 200)
interface trunk.$1
lease_file $TMPDIR/leases-$1
pidfile $TMPDIR/udhcpd-$1.pid
CONF
  touch "$TMPDIR/leases-$1"
  start ip netns exec switch "$XVLAN_PROGRAMS/bin/busybox" udhcpd -f "$TMPDIR/udhcpd-$1.conf"
}

# ATM's bridged Ethernet (linux/atmbr2684.h). Such a link goes with its module only.
netback_link() {
  perl -e '
    socket(my $atm, 8, 2, 0) or die "socket: $!\n";  # AF_ATMPVC, SOCK_DGRAM
    my $request = pack("S x2 i Z16 i", 2, 0, $ARGV[0], 1500);
    ioctl($atm, 0x400261f3, $request) or die "ATM_NEWBACKENDIF: $!\n";' "$1"
  ip link set "$1" address fe:ff:ff:ff:ff:ff
}

tap() {
  ip tuntap add "$1" mode tap
}

plug() {  # EVENT LINK
  XENSTORED_RUNDIR=/nonexistent xvlan vif "$1" "$2" bridge=br4 2>"$TMPDIR/ignored"
}

# A host with nothing running, and no link of netback's or udev's memory left over.
bare_host() {  # VID...
  end_daemons
  rm -rf /run/udev/data /run/udev/tags /run/udev/links /run/systemd/netif
  modprobe -r br2684
  modprobe br2684
  fresh_host "$@"
}

taken() {
  [[ ! /sys/class/net/$1/master -ef /sys/class/net/$2 || -n $(ip -o address show dev "$1") ]]
}

expect_left_alone() {
  expect_port "$1" "$2"
  expect_no_address "$1"
}

has_property() {
  udevadm info --query property "/sys/class/net/$1" | grep -qxF "$2"
}

expect_imported_as_it_is() {
  local before
  before=$(links)
  imported
  expect_missing "$out" "start will: "
  expect_taken_over
  expect_equal "$(file_of_import)" "$1"
  expect_equal "$(links)" "$before"
}
