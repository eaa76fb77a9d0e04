# shellcheck shell=bash
# The words of the scenarios in tests/store, on top of those in tests/support/check.sh: a dom0 with
# the real xenstored, and the ways in which toolstacks call a vif-script.
#
# The host, made anew by fresh_dom0, has bridges br4 (MTU 1500) and br5 (MTU 1400), both up, and
# three links that are down: vif3.0 and its emulated twin vif3.0-emu of guest 3, and vif7.0 of
# guest 7. The other ends of the vifs are guest3.0 and guest7.0. xenstore has nobody's vif.
#
#   fresh_dom0               the host above
#   backend KEY=VALUE...     the toolstack writes what it writes for every vif, and these keys
#   libxl ARG...             runs $vif_script with the environment of libxl for guest 3's vif, HVM
#   vif EVENT [ARG...]       the same for the vif         (online, offline)
#   tap EVENT [ARG...]       the same for the tap         (add, remove)
#   store PATH               the value there
#   status_node, error_node  hotplug-status and hotplug-error of guest 3's vif; "absent" if so
#   store_of_all             every node with its value
#   links_of_all             every link: bridge, MAC, MTU, whether it is up, IPv4 addresses
#
#   trace_requests           from now on $requests_file has what clients ask xenstored
#   forget_requests          of what was asked until now
#   requests                 one line each: type, and path or value in parentheses
set -euo pipefail

_words=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Whether the running kernel has the links that these tests make. A fork is cheap there.
_has_links() {
  unshare --net ip -batch - >/dev/null 2>&1 <<'BATCH'
link add br0 type bridge
link add vif0 type veth peer name guest0
tuntap add tap0 mode tap
BATCH
}

if [[ -z ${XVLAN_SANDBOXED:-} && -z ${XVLAN_SANDBOX:-} ]] && _has_links; then
  export XVLAN_SANDBOX=host
fi
# Where a fork is dear, side-by-side.sh takes longer than a sandbox may by itself.
[[ -n ${XVLAN_SANDBOXED:-} ]] || exec "$_words/../support/sandbox" --timeout 900 "$0" "$@"
# shellcheck source-path=SCRIPTDIR source=../support/check.sh
source "$_words/../support/check.sh"
needs_xenstore

[[ -x $XVLAN ]] || { echo "no program '$XVLAN': build it, or name it in XVLAN" >&2; exit 1; }

# The script that a toolstack calls: it finds out by its name what it is to do.
ln -sf "$(realpath "$XVLAN")" "$TMPDIR/vif-xvlan"
# shellcheck disable=SC2034  # read below through the caller's choice
vif_script=$TMPDIR/vif-xvlan
requests_file=$TMPDIR/requests
frontend=/local/domain/3/device/vif/0
_links=99  # the group of all links that are made here

[[ -e /dev/net/tun ]] || modprobe tun  # a tap is made through that file, which loads nothing

# The kernel's default costs a warning in every call; it has its own scenario.
_quiet_firewall=/proc/sys/net/bridge/bridge-nf-call-iptables
[[ ! -w $_quiet_firewall ]] || echo 0 >"$_quiet_firewall"

fresh_dom0() {
  local link
  ip link delete group $_links 2>"$TMPDIR/ignored" || true  # all at once takes as long as one
  for link in /sys/class/net/*; do
    [[ ! -e $link/ifindex || $link == */lo ]] || ip link delete dev "${link##*/}"
  done
  ip -batch - <<BATCH
link add br4 group $_links address 02:00:00:00:00:04 up type bridge
link add br5 group $_links address 02:00:00:00:00:05 up mtu 1400 type bridge
link add vif3.0 group $_links address 02:00:00:00:03:00 type veth \
  peer name guest3.0 address 02:00:00:01:03:00
link add vif7.0 group $_links address 02:00:00:00:07:00 type veth \
  peer name guest7.0 address 02:00:00:01:07:00
tuntap add vif3.0-emu mode tap
link set vif3.0-emu group $_links address 02:00:00:02:03:00
BATCH
  xenstore-rm /local 2>"$TMPDIR/ignored" || true
}

backend() {
  local pair pairs=()
  for pair in frontend=$frontend frontend-id=3 online=1 state=2 handle=0 mac=00:16:3e:01:fb:fe \
    hotplug-status= "$@"; do
    pairs+=("backend/vif/3/0/${pair%%=*}" "${pair#*=}")
  done
  xenstore-write "${pairs[@]}" $frontend/state 1
}

libxl() {
  XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 XENBUS_BASE_PATH=backend script=$vif_script \
    netdev='' vif=vif3.0 INTERFACE=vif3.0-emu "$vif_script" "$@"
}

vif() {
  libxl "$@" type_if=vif
}

tap() {
  libxl "$@" type_if=tap
}

store() {
  xenstore-read "$1"
}

status_node() {
  xenstore-read backend/vif/3/0/hotplug-status 2>"$TMPDIR/ignored" || echo absent
}

error_node() {
  xenstore-read backend/vif/3/0/hotplug-error 2>"$TMPDIR/ignored" || echo absent
}

store_of_all() {
  xenstore-ls -f
}

links_of_all() {
  local link master mac mtu flags
  for link in /sys/class/net/*; do
    [[ -e $link/ifindex ]] || continue
    master=-
    [[ ! -e $link/master ]] || master=$(readlink "$link/master")
    read -r mac <"$link/address"
    read -r mtu <"$link/mtu"
    read -r flags <"$link/flags"
    echo "${link##*/} in ${master##*/} mac $mac mtu $mtu up $((flags & 1))"
  done
  ip -4 -o address show | awk '{ print $2, "has", $4 }'
}

trace_requests() {
  perl "$_words/xs.pl" control logfile "$requests_file"
  perl "$_words/xs.pl" control log on
  forget_requests
}

forget_requests() {
  : >"$requests_file"
}

requests() {
  # "IN 0x55e7210a8b70 20261122 09:59:16 READ (backend/vif/3/0/bridge )"
  sed -nE 's/^IN 0x[0-9a-f]+ [0-9]+ [0-9:]+ //p' "$requests_file"
}
