# shellcheck shell=bash
# The words of the scenarios in tests/package, on top of those in tests/support/check.sh.
#
#   $deb                     the package under test, $XVLAN_DEB
#   make_root                $root becomes a copy of the root file system, a layer of memory above it
#   inside CMD...            runs CMD with $root as its root
#   package_manager ARG...   dpkg inside
# shellcheck source-path=SCRIPTDIR source=../support/check.sh
source "${BASH_SOURCE[0]%/*}/../support/check.sh"

# shellcheck disable=SC2034  # for those who source this
deb=${XVLAN_DEB:-$_support/../../build/release/xvlan_1.0.0_amd64.deb}
layers=$TMPDIR/layers root=$TMPDIR/layers/root

make_root() {
  modprobe overlay
  mkdir "$layers"
  mount -t tmpfs tmpfs "$layers"
  mkdir "$layers"/{upper,work,root}
  mount -t overlay overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t tmpfs tmpfs "$root/run"
  mount --bind /dev "$root/dev"
  mkdir -p "$root/tmp"
  mount -t tmpfs tmpfs "$root/tmp"
  # A host that has the package, or traces of it, is no fresh host.
  rm -f "$root/etc/xen/xvlan.conf" "$root/etc/systemd/system/multi-user.target.wants/xvlan.service"
}

inside() {
  chroot "$root" env PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

# Nobody is there to answer: what the administrator has edited stays, as with apt in that case.
package_manager() {
  inside DEBIAN_FRONTEND=noninteractive dpkg --no-triggers --force-confdef --force-confold "$@"
}
