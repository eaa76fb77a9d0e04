#!/usr/bin/env bash
# What `cmake --install` puts on a host with OpenRC and without systemd; and the service under the
# real OpenRC, Debian's, in a copy of the root file system: each call as a person makes it.
here=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
build=${XVLAN_BUILD:-$here/../../build/release}
installed=$build/openrc/installed

# The program is the one under test: it is built already.
install_for_openrc() {
  cmake -S "$here/../.." -B "$build/openrc" -DCMAKE_INSTALL_PREFIX=/usr -DXVLAN_TESTS=OFF \
    -DXVLAN_OPENRC=ON -DXVLAN_SYSTEMD=OFF -DXVLAN_DEBIAN=OFF -DXVLAN_COMPLETION=OFF
  cmake --build "$build/openrc" --target compress_xvlan.8 compress_xvlan.conf.5 compress_xvlan-evpn.7
  mkdir -p "$build/openrc/bin"
  cp "$build/bin/xvlan" "$build/openrc/bin/"
  rm -rf "$installed"
  DESTDIR=$installed cmake --install "$build/openrc"
}

if [[ -z ${XVLAN_SANDBOXED:-} ]]; then
  set -e
  install_for_openrc >/dev/null
  XVLAN_UNPACKED=$("$here/../support/unpacked" openrc openrc libeinfo1 librc1)
  export XVLAN_UNPACKED
fi
# shellcheck source-path=SCRIPTDIR source=root.sh
source "$here/root.sh"

service() {
  inside rc-service --nocolor xvlan "$@"
}

# A host that was booted by OpenRC, with what it keeps while it runs.
make_openrc_host() {
  make_root
  # Debian's /sbin and /lib are links.
  for folder in "$XVLAN_UNPACKED" "$installed"; do
    tar --create --directory "$folder" . |
      tar --extract --directory "$root" --keep-directory-symlink --no-same-owner
  done
  mkdir -p "$root/run/openrc" "$root"/etc/runlevels/{boot,default,sysinit}
  echo default >"$root/run/openrc/softlevel"
  # Debian's OpenRC reads these.
  mkdir -p "$root/etc/insserv.conf.d"
  touch "$root/etc/insserv.conf"
  rm -rf "$root/etc/sysconfig/network-scripts"
}

make_openrc_host

scenario "with OpenRC there is its script, and nothing of systemd's, udev's or Debian's"
expect_equal "$(cd "$installed" && find . ! -type d ! -path '*/doc/*' | sort | sed 's/^\.//')" "\
/etc/init.d/xvlan
/etc/xen/scripts/network-xvlan
/etc/xen/scripts/vif-xvlan
/etc/xen/xvlan.conf
/usr/libexec/xvlan/call-hook
/usr/sbin/xvlan
/usr/sbin/xvlan-vif
/usr/share/man/man5/xvlan.conf.5.gz
/usr/share/man/man7/xvlan-evpn.7.gz
/usr/share/man/man8/xvlan-vif.8.gz
/usr/share/man/man8/xvlan.8.gz"

scenario "the program runs where there is musl in the place of the GNU C library, or neither"
mkdir "$TMPDIR/bare"
cp "$XVLAN" "$TMPDIR/bare/"
expect_status 0 chroot "$TMPDIR/bare" /xvlan --version
expect_equal "$out" "$(xvlan --version)"

# The lists of OpenRC's own file of dependencies that name a service as another's: "ibefore".
lists_of() {  # SERVICE OTHER
  awk -F"'" -v service="$1" -v other="$2" '
    /_service=/ { mine = $2 == service }
    mine && $2 == other { split($1, words, "_"); print words[3] }' "$root/run/openrc/deptree"
}

scenario "it comes after the network and before the guests, and needs neither"
for name in net.eth0 xendomains; do
  printf '#!/sbin/openrc-run\nstart() { :; }\n' >"$root/etc/init.d/$name"
  chmod +x "$root/etc/init.d/$name"
done
echo 'depend() { provide net; }' >>"$root/etc/init.d/net.eth0"
expect_status 0 inside /lib/rc/bin/rc-depend --update
expect_equal "$(lists_of net xvlan)" ibefore
expect_equal "$(lists_of xendomains xvlan)" iafter
expect_equal "$(lists_of xvlan net)" iafter

scenario "start brings the VLANs up, status shows them, stop takes away what nobody uses"
fresh_host 4 5
printf 'netdev = eth1\nvlans = 4,5\n' >"$root/etc/xen/xvlan.conf"
expect_status 3 service status
expect_contains "$out" stopped
expect_status 0 service start
expect_port eth1.4 br4
expect_port eth1.5 br5
expect_status 0 service status
expect_contains "$out" "eth1 4 eth1.4 br4 up -"
fresh_vif vif3.0 4
expect_status 0 xvlan vif online vif3.0 bridge=br4
expect_status 0 service stop
expect_no_link br5
expect_port vif3.0 br4
expect_status 3 service status

scenario "reload makes what is missing, and leaves guests alone"
expect_status 0 service start
ip link delete br5
before=$(links | grep vif3.0)
expect_status 0 service reload
expect_port eth1.5 br5
expect_equal "$(links | grep vif3.0)" "$before"
expect_status 0 service status

scenario "one VLAN in the wrong does not fail the service"
expect_status 0 service stop
ip link add eth1.5 type dummy
expect_status 0 service start
expect_contains "$err" "the name eth1.5 is taken by a link of kind dummy"
expect_port eth1.4 br4
expect_status 3 service status
expect_contains "$out" "eth1 5"

scenario "a wrong configuration does"
expect_status 0 service stop
echo "vlans = 4,none" >"$root/etc/xen/xvlan.conf"
expect_status 1 service start
expect_contains "$err" "xvlan: error: "

scenario "a host where nothing is configured is no failure"
echo "# nothing" >"$root/etc/xen/xvlan.conf"
expect_status 0 service start
expect_equal "$err" ""
