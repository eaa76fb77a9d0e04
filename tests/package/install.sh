#!/usr/bin/env bash
# The Debian package, installed, upgraded, removed and purged with dpkg, in a copy of the root file
# system that is a layer of memory above the real one. $XVLAN_DEB is the package.
# shellcheck source-path=SCRIPTDIR source=root.sh
source "${BASH_SOURCE[0]%/*}/root.sh"

unit=/usr/lib/systemd/system/xvlan.service

# A package with a higher version and another /etc/xen/xvlan.conf.
make_next_version() {
  dpkg-deb --raw-extract "$deb" "$TMPDIR/next"
  sed -i 's/^Version: .*/&+next/' "$TMPDIR/next/DEBIAN/control"
  echo "# a line of the next version" >>"$TMPDIR/next/etc/xen/xvlan.conf"
  dpkg-deb --build "$TMPDIR/next" "$root/tmp/next.deb" >"$TMPDIR/ignored"
}

# From now on systemd seems to run: what it is asked is kept, and it runs the unit's own commands.
pretend_systemd() {
  mkdir -p "$root/run/systemd/system"
  cat >"$root/usr/local/sbin/deb-systemd-invoke" <<SCRIPT
#!/bin/bash
echo "\$*" >>/tmp/invoked
[[ \$1 == start ]] && key=ExecStart || key=ExecStop
exec \$(sed -n "s/^\$key=-\?//p" $unit)
SCRIPT
  printf '#!/bin/bash\n' >"$root/usr/local/sbin/systemctl"
  chmod +x "$root"/usr/local/sbin/{deb-systemd-invoke,systemctl}
}

invoked() {
  [[ ! -e $root/tmp/invoked ]] || cat "$root/tmp/invoked"
  rm -f "$root/tmp/invoked"
}

expect_file() {
  [[ -f $root$1 ]] || _fail "a file $1" "none"
}

# What udev would do at the arrival of a link, by all its rules; what it would run is quoted.
udev_runs() {
  inside udevadm test --action=add "/sys/class/net/$1" 2>&1
}

expect_target() {  # LINK TARGET
  expect_equal "$(readlink "$root$1")" "$2"
}

make_root
cp "$deb" "$root/tmp/xvlan.deb"

scenario "installation puts everything in its place, and starts nothing where systemd does not run"
expect_status 0 package_manager --install /tmp/xvlan.deb
expect_file /usr/sbin/xvlan
expect_file /etc/xen/xvlan.conf
expect_file /usr/libexec/xvlan/call-hook
for name in xvlan xvlan-vif network-xvlan vif-xvlan; do
  expect_file "/usr/share/bash-completion/completions/$name"
done
expect_file /usr/share/zsh/vendor-completions/_xvlan
expect_file $unit
expect_file /usr/lib/udev/rules.d/70-xvlan-links.rules
expect_file /usr/lib/udev/rules.d/85-xvlan-trunk.rules
expect_file /usr/lib/systemd/network/00-xvlan.network
expect_file /usr/lib/systemd/network/00-xvlan-tap.link
expect_file /usr/share/man/man8/xvlan.8.gz
expect_file /usr/share/man/man5/xvlan.conf.5.gz
expect_file /usr/share/man/man7/xvlan-evpn.7.gz
expect_file /usr/share/doc/xvlan/xvlan.schema.json
for example in xend-config.sxp xl.conf guest.cfg 85-xvlan-vif.rules xvlan-check.{service,timer} \
  xvlan.openrc; do
  expect_file "/usr/share/doc/xvlan/examples/$example"
done
expect_target /usr/sbin/xvlan-vif xvlan
expect_target /etc/xen/scripts/network-xvlan /usr/sbin/xvlan
expect_target /etc/xen/scripts/vif-xvlan /usr/sbin/xvlan
expect_equal "$(inside /etc/xen/scripts/network-xvlan --version)" "$("$XVLAN" --version)"

scenario "the unit is enabled, and systemd finds no fault with it"
expect_target /etc/systemd/system/multi-user.target.wants/xvlan.service "/lib/systemd/system/xvlan.service"
expect_status 0 inside systemd-analyze verify --man=no xvlan.service
expect_equal "$err" ""
expect_status 0 inside bash -c 'cp /usr/share/doc/xvlan/examples/xvlan-check.* /etc/systemd/system &&
  systemd-analyze verify --man=no xvlan-check.timer xvlan-check.service &&
  rm /etc/systemd/system/xvlan-check.*'
expect_equal "$err" ""

scenario "an arriving bond or team lets an enabled unit converge, and no link that xvlan makes does"
fresh_host 4
ip link add bond0 type bond
ip link add team0 type team
expect_status 0 xvlan network start netdev=eth1 vlans=4
restart="'/bin/systemctl --no-block reload-or-restart xvlan.service'"
for link in bond0 team0; do
  expect_contains "$(udev_runs "$link")" "$restart"
done
for link in eth1.4 br4; do
  expect_missing "$(udev_runs "$link")" "$restart"
done

scenario "the unit passes over a host where nothing is configured"
condition=$(sed -n 's/^ExecCondition=//p' "$root$unit")
ifcfg=$root/etc/sysconfig/network-scripts
mkdir -p "$ifcfg"
rm -f "$ifcfg"/*
cp "$_support/seed/ifcfg-eth0" "$ifcfg"
echo "lower=case" >"$ifcfg/ifup"
expect_not "a configuration to be found" inside bash -c "$condition"
expect_status 2 inside xvlan network start
expect_contains "$err" "names one"
cp "$_support/seed/ifcfg-eth1.4" "$ifcfg"
expect "a configuration to be found" inside bash -c "$condition"
rm "$ifcfg"/*

scenario "the examples in xvlan.conf are right, once they are no comments"
sed 's/^#\([^ ]\)/\1/' "$root/etc/xen/xvlan.conf" >"$root/tmp/examples.conf"
expect_status 3 inside xvlan network status config=/tmp/examples.conf
expect_contains "$out" "eth2 4,30 - xenbr1"
sed -i '/^on-demand/d' "$root/tmp/examples.conf"
expect_status 3 inside xvlan network status config=/tmp/examples.conf
expect_equal "$(awk '{ print $1, $2, $3, $4 }' <<<"$out" | grep -E ' (4|10|30) - ')" \
  $'eth1 4 - xenbr0\neth1 10 - xenbr0\neth2 4 - xenbr1\neth2 30 - xenbr1'
sed -i '/^vlan-aware/d' "$root/tmp/examples.conf"
expect_status 3 inside xvlan network status config=/tmp/examples.conf
expect_equal "$(awk '{ print $1, $2, $3, $4 }' <<<"$out" | sed -n '1p;2p;$p')" \
  $'eth1 4 eth1.4 br4\neth1 10 eth1.10 br10\neth2 30 eth2.30 backup'

scenario "an upgrade keeps the edited xvlan.conf and the administrator's choice, and stops nothing"
fresh_host 4 5
fresh_vif vif3.0 4
printf 'netdev = eth1\nvlans = 4,5\n' >"$root/etc/xen/xvlan.conf"
expect "the configuration to be found" inside bash -c "$condition"
expect_status 0 inside xvlan network start
expect_status 0 xvlan vif online vif3.0 bridge=br4
expect_status 0 inside systemctl disable xvlan.service
ip link add bond0 type bond
expect_missing "$(udev_runs bond0)" "$restart"
pretend_systemd
make_next_version
before=$(ip -oneline link)
expect_status 0 package_manager --install /tmp/next.deb
expect_equal "$(invoked)" "start xvlan.service"
expect_equal "$(ip -oneline link)" "$before"
expect_equal "$(cat "$root/etc/xen/xvlan.conf")" $'netdev = eth1\nvlans = 4,5'
expect_not "the disabled unit to be enabled" \
  test -L "$root/etc/systemd/system/multi-user.target.wants/xvlan.service"
expect "the guest to reach the switch" reach vif3.0 "$(switch_address 4)"

scenario "the program finds what runs a hook where the package puts it"
mkdir "$root/etc/xen/scripts/vif-post.d"
echo "echo \"\$command \$dev\" >/tmp/hooked" >"$root/etc/xen/scripts/vif-post.d/a.hook"
chmod 755 "$root/etc/xen/scripts/vif-post.d/a.hook"
expect_status 0 inside xvlan vif online vif3.0 bridge=br4
expect_equal "$(<"$root/tmp/hooked")" "online vif3.0"
rm -r "$root/etc/xen/scripts/vif-post.d"

scenario "removal deletes the VLANs that nobody uses, and never a running guest's bridge"
expect_status 0 package_manager --remove xvlan
expect_equal "$(invoked)" "stop xvlan.service"
expect_no_link br5
expect_port vif3.0 br4
expect "the guest to reach the switch" reach vif3.0 "$(switch_address 4)"
expect_file /etc/xen/xvlan.conf

# In this layer, a character device stands for what is no more.
ours() {
  find "$layers/upper" -name '*xvlan*' ! -type c
}

scenario "purge leaves nothing"
expect_contains "$(ours)" /etc/xen/xvlan.conf
expect_status 0 package_manager --purge xvlan
expect_equal "$(ours)" ""
