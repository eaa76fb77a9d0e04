#!/usr/bin/env bash
# The RPM package, built by Debian's rpm, then installed, upgraded and removed with it and with its
# scripts, in a copy of the root file system.
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
top=$here/../../build/rpm

# And one of the next version, with another /etc/xen/xvlan.conf: the same build, packed once more.
pack_next() {
  local staged
  staged=$(echo "$top"/BUILDROOT/xvlan-*)
  echo "# a line of the next version" >>"$staged/etc/xen/xvlan.conf"
  mv "$staged" "${staged%-1.*}-2.${staged##*-1.}"
  sed 's/^Release: .*/Release: 2/' "$here/../../scripts/rpm/xvlan.spec" >"$top/next.spec"
  rpmbuild --define "_topdir $top" -bb --short-circuit --noclean --nodeps "$top/next.spec"
}

if [[ -z ${XVLAN_SANDBOXED:-} ]]; then
  rm -rf "$top"
  mkdir -p "$top"
  { "$here/../../scripts/build-rpm" --nodeps --noclean && pack_next; } >"$top/log" 2>&1 ||
    { tail -n 30 "$top/log" >&2; exit 1; }
fi
# shellcheck source-path=SCRIPTDIR source=root.sh
source "$here/root.sh"

unit=/usr/lib/systemd/system/xvlan.service

rpm_inside() {
  inside rpm --dbpath /var/lib/rpm "$@"
}

# What systemd is asked is kept; it runs the unit's own command where it is to stop it.
pretend_systemd() {
  cat >"$root/usr/bin/systemctl.new" <<SCRIPT
#!/bin/bash
echo "\$*" >>/tmp/invoked
[[ \$* != *--now* ]] || \$(sed -n "s/^ExecStop=-//p" $unit)
SCRIPT
  chmod +x "$root/usr/bin/systemctl.new"
  mv "$root/usr/bin/systemctl.new" "$root/usr/bin/systemctl"
}

invoked() {
  cat "$root/tmp/invoked"
  rm "$root/tmp/invoked"
}

make_root
pretend_systemd
cp "$top"/RPMS/*/*.rpm "$root/tmp/"
rpm_inside --initdb

scenario "the version is that of the program"
expect_equal "$(rpm_inside -q --queryformat '%{VERSION}' -p /tmp/xvlan-*-1.*.rpm)" \
  "$(xvlan --version | sed 's/^xvlan //')"

scenario "installation puts everything in its place, and does what the host's presets say"
expect_status 0 rpm_inside -i --force-debian --nodeps "/tmp/$(cd "$root/tmp" && echo xvlan-*-1.*.rpm)"
expect_equal "$out$err" ""
expect_equal "$(invoked)" "--no-reload preset xvlan.service"
expect_equal "$(rpm_inside -ql xvlan | grep -vE '/(doc|\.build-id)(/|$)' | sort)" "\
/etc/xen
/etc/xen/scripts
/etc/xen/scripts/network-xvlan
/etc/xen/scripts/vif-xvlan
/etc/xen/xvlan.conf
/usr/lib/systemd/network
/usr/lib/systemd/network/00-xvlan-tap.link
/usr/lib/systemd/network/00-xvlan.network
$unit
/usr/lib/udev/rules.d/70-xvlan-links.rules
/usr/lib/udev/rules.d/85-xvlan-trunk.rules
/usr/libexec/xvlan
/usr/libexec/xvlan/call-hook
/usr/sbin/xvlan
/usr/sbin/xvlan-vif
/usr/share/bash-completion
/usr/share/bash-completion/completions
/usr/share/bash-completion/completions/network-xvlan
/usr/share/bash-completion/completions/vif-xvlan
/usr/share/bash-completion/completions/xvlan
/usr/share/bash-completion/completions/xvlan-vif
/usr/share/licenses/xvlan-1.0.0
/usr/share/licenses/xvlan-1.0.0/LICENSE
/usr/share/man/man5/xvlan.conf.5.gz
/usr/share/man/man7/xvlan-evpn.7.gz
/usr/share/man/man8/xvlan-vif.8.gz
/usr/share/man/man8/xvlan.8.gz
/usr/share/zsh
/usr/share/zsh/site-functions
/usr/share/zsh/site-functions/_xvlan"
expect_status 0 rpm_inside -V --nodeps xvlan
expect_equal "$(inside /etc/xen/scripts/network-xvlan --version)" "$(xvlan --version)"
expect_status 0 inside systemd-analyze verify --man=no xvlan.service
expect_equal "$err" ""

scenario "an upgrade keeps the edited xvlan.conf, and starts and stops nothing"
fresh_host 4 5
fresh_vif vif3.0 4
printf 'netdev = eth1\nvlans = 4,5\n' >"$root/etc/xen/xvlan.conf"
expect_status 0 inside xvlan network start
expect_status 0 inside xvlan vif online vif3.0 bridge=br4
before=$(links)
expect_status 0 rpm_inside -U --force-debian --nodeps "/tmp/$(cd "$root/tmp" && echo xvlan-*-2.*.rpm)"
expect_equal "$(invoked)" daemon-reload
expect_equal "$(links)" "$before"
expect_equal "$(<"$root/etc/xen/xvlan.conf")" $'netdev = eth1\nvlans = 4,5'
expect_contains "$(<"$root/etc/xen/xvlan.conf.rpmnew")" "a line of the next version"

scenario "removal deletes the VLANs that nobody uses, never a running guest's bridge, and no configuration"
expect_status 0 rpm_inside -e xvlan
expect_equal "$(invoked)" $'--no-reload disable --now xvlan.service\ndaemon-reload'
expect_no_link br5
expect_port vif3.0 br4
expect_equal "$(<"$root/etc/xen/xvlan.conf.rpmsave")" $'netdev = eth1\nvlans = 4,5'
expect_equal "$(cd "$layers/upper" && find . -name '*xvlan*' ! -type c | sort)" \
  $'./etc/xen/xvlan.conf.rpmnew\n./etc/xen/xvlan.conf.rpmsave'
