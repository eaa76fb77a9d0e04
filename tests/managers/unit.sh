#!/usr/bin/env bash
# xvlan.service under the real systemd: a boot in namespaces of process ids and mounts, with the
# machine's file system below a layer of memory, and none of the machine's services.
# shellcheck source-path=SCRIPTDIR source=../package/root.sh
source "${BASH_SOURCE[0]%/*}/../package/root.sh"
# shellcheck source-path=SCRIPTDIR source=../kernel/lib.sh
source "${BASH_SOURCE[0]%/*}/../kernel/lib.sh"

units=etc/systemd/system

# The unit as it is installed.
install_xvlan() {
  cp --remove-destination "$XVLAN" "$root/usr/sbin/xvlan"
  cp "${XVLAN_BUILD:-$_support/../../build/release}/install/xvlan.service" "$root/$units/"
}

unit() {  # NAME TEXT
  printf '%s\n' "$2" >"$root/$units/$1"
}

# Whatever this machine has enabled is left out.
make_boot() {
  local unit
  make_root
  rm -rf "${root:?}/$units" "$root"/etc/rc?.d "$root"/etc/systemd/network "$root"/var/log/journal
  mkdir -p "$root/$units/multi-user.target.wants"
  for unit in systemd-udevd.service systemd-udev-trigger.service systemd-logind.service \
    getty.target timers.target; do
    ln -s /dev/null "$root/$units/$unit"
  done
  install_xvlan
  ln -s ../xvlan.service "$root/$units/multi-user.target.wants/"
}

boot() {
  unshare --mount --pid --cgroup --fork --kill-child \
    env --ignore-environment container=sandbox PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    chroot "$root" bash -c '
      mount -t proc proc /proc
      exec /lib/systemd/systemd --unit=multi-user.target --show-status=no' \
    </dev/null >"$TMPDIR/systemd.log" 2>&1 &
  outer=$!
  until_true 20 find_systemd
  expect "the boot to end" until_true 90 booted
}

# The first process inside, as it is numbered outside: the only child of unshare's.
find_systemd() {
  systemd=$(grep -lsx "PPid:[[:space:]]*$outer" /proc/[0-9]*/status) || return
  systemd=${systemd#/proc/} systemd=${systemd%/status}
}

booted() {
  [[ $(on_host systemctl is-system-running 2>&1) =~ ^(running|degraded)$ ]]
}

# Runs a command where systemd is.
on_host() {
  nsenter --target "$systemd" --mount --pid --root --wd=/ "$@"
}

shut_down() {
  kill -KILL "$systemd"
  wait "$outer" || true
}

shown() {  # PROPERTY
  on_host systemctl show --value --property "$1" xvlan.service
}

journal() {
  on_host journalctl --quiet --output cat --unit xvlan.service
}

mtu() {  # LINK...
  local link
  for link in "$@"; do echo "$link $(_sys "$link" mtu)"; done
}

make_boot

scenario "one VLAN in the wrong leaves the unit active, and the journal tells which"
printf 'netdev = eth1\nvlans = 4,5\nwait = 0\n' >"$root/etc/xen/xvlan.conf"
fresh_host
ip link add eth1.5 type dummy
boot
expect_equal "$(shown ActiveState) $(shown ExecMainStatus)" "active 3"
expect_segment eth1 4
expect_contains "$(journal)" "error: cannot bring up VLAN 5 of eth1: the name eth1.5 is taken"

scenario "a boot is not made to wait for a network that nobody else waits for"
expect_equal "$(on_host systemctl is-active network-online.target)" inactive

scenario "such a unit is reloaded, with the same message again"
on_host journalctl --quiet --rotate --vacuum-time=1s
ip link delete eth1.4
expect_status 0 on_host systemctl reload xvlan.service
expect_equal "$(shown ActiveState)" active
expect_segment eth1 4
expect_contains "$(journal)" "error: cannot bring up VLAN 5 of eth1: the name eth1.5 is taken"

scenario "a reload follows the trunk's MTU, and brings up what could not be before"
ip link set eth1 mtu 9000
ip link delete eth1.5
expect_status 0 on_host systemctl reload xvlan.service
expect_segment eth1 4
expect_segment eth1 5
expect_equal "$(mtu br4 br5)" $'br4 9000\nbr5 9000'

scenario "such a unit is stopped, and its bridges go"
expect_status 0 on_host systemctl stop xvlan.service
expect_equal "$(shown ActiveState)" inactive
expect_no_segment eth1 4
expect_no_segment eth1 5

scenario "a start that brought nothing up is a failure, and is made good once the trunk is there"
ip link set eth1 down
ip link set eth1 name away
expect_status 1 on_host systemctl start xvlan.service
expect_equal "$(shown ActiveState)" failed
ip link set away name eth1
expect_status 0 on_host systemctl reload-or-restart xvlan.service
expect_segment eth1 4
shut_down

# A network configuration that takes its time, as networkd and NetworkManager do, and something that
# wants to be online.
scenario "where something waits for the network, the trunk has its MTU before xvlan starts"
unit slow.service '[Unit]
After=network.target
Before=network-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sleep 3
ExecStart=ip link set eth1 mtu 9000'
unit online.service '[Unit]
Wants=network-online.target slow.service
[Service]
Type=oneshot
ExecStart=true'
ln -s ../online.service "$root/$units/multi-user.target.wants/"
fresh_host
boot
expect_segment eth1 4
expect_equal "$(mtu eth1.4 br4)" $'eth1.4 9000\nbr4 9000'
