# shellcheck shell=bash
# Open vSwitch as a peer: Debian's, from where scripts/bench has unpacked it ($XVLAN_OPENVSWITCH);
# installed, it would take the place of what this machine's own network has. With the kernel's
# datapath where the kernel has one.
#
#   has_ovs     status 0 if it is unpacked here
#   ovs_up      an empty switch, running
#   ovs_down    none, and nothing of it left
#   ovs_bridge  words of ovs-vsctl behind `add-br NAME` that choose the datapath
export PATH=$PATH:${XVLAN_OPENVSWITCH:-/nonexistent}/usr/bin

_ovs_quiet=(--verbose=console:err)

has_ovs() {
  [[ -n ${XVLAN_OPENVSWITCH:-} && -d $XVLAN_OPENVSWITCH ]]
}

ovs_up() {
  ovs_down
  mkdir -p /run/openvswitch
  ovsdb-tool create "$TMPDIR/ovs.db" \
    "$XVLAN_OPENVSWITCH/usr/share/openvswitch/vswitch.ovsschema"
  # It has a file without a name in /tmp, which a file system of another machine's does not take. Its
  # own place may lie in there.
  cp "$XVLAN_OPENVSWITCH/usr/sbin/ovsdb-server" "$TMPDIR/ovsdb-server"
  unshare --mount bash -ec 'mount -t tmpfs tmpfs /tmp && exec "$@"' bash "$TMPDIR/ovsdb-server" \
    --remote=punix:/run/openvswitch/db.sock --pidfile --detach "${_ovs_quiet[@]}" "$TMPDIR/ovs.db"
  ovs-vsctl --no-wait init
  "$XVLAN_OPENVSWITCH/usr/lib/openvswitch-switch/ovs-vswitchd" --pidfile --detach \
    "${_ovs_quiet[@]}"
}

ovs_down() {
  local name process
  for name in ovs-vswitchd ovsdb-server; do
    [[ -s /run/openvswitch/$name.pid ]] || continue
    process=$(<"/run/openvswitch/$name.pid")
    kill "$process"
    while kill -0 "$process" 2>/dev/null; do sleep 0.05; done
  done
  rm -rf /run/openvswitch "$TMPDIR/ovs.db" "$TMPDIR/.ovs.db.~lock~"
  # The kernel's datapath stays where its daemon ends.
  [[ ! -e /sys/class/net/ovs-system ]] || ovs-dpctl del-dp system@ovs-system
}

ovs_bridge() {
  if modprobe openvswitch 2>/dev/null; then return; fi
  echo "openvswitch: this kernel has no datapath for it, so that frames go through a process" >&2
  echo "-- set bridge $1 datapath_type=netdev"
}
