#!/bin/bash
# Builds what qemu boots: Xen, a kernel, an initramfs, and dom0's disk with the xvlan package installed in it.
#
# usage: build-image.sh SUITE XVLAN_DEB DIRECTORY LIES
#
# SUITE is the Debian release of dom0: bookworm (12) or trixie (13). DIRECTORY gets xen, vmlinux, initramfs and disk. The
# Debian part is kept there as base-*.tar and made again only when this file's list of packages changes, so that a new
# xvlan package costs a few seconds. LIES is the program xvlan_lies, whose table a guest sends.
set -euo pipefail

here=$(realpath "${BASH_SOURCE[0]%/*}")
readonly here suite=$1 deb=$2 directory=$3 lies=${4:-}

# A disk with a foreign owner's files, dpkg and mknod want root.
if [[ $EUID -ne 0 ]]; then
  echo "build-image.sh: must run as root" >&2
  exit 1
fi

case $suite in
  bookworm) xen_version=4.17 ;;
  trixie) xen_version=4.20 ;;
  *) echo "build-image.sh: unknown suite $suite" >&2 && exit 1 ;;
esac
readonly xen_version
packages=(
  systemd-sysv udev kmod dbus busybox-static
  "xen-utils-$xen_version" xenstore-utils qemu-system-xen
  iproute2 iputils-ping tcpdump jq frr
)
# libvirt takes its time, so it is tried on one suite.
has_libvirt() {
  [[ $suite == trixie ]]
}
if has_libvirt; then
  packages+=(libvirt-daemon-driver-xen libvirt-clients)
fi
readonly packages
# The modules that dom0 and the guests load, and what those need.
readonly modules=(
  kernel/arch/x86/crypto kernel/crypto kernel/lib
  kernel/drivers/block kernel/drivers/virtio kernel/drivers/xen
  kernel/drivers/net/{dummy,net_failover,tun,veth,virtio_net,xen-netfront}.ko kernel/drivers/net/{vxlan,xen-netback}
  kernel/fs/{autofs,ext4,jbd2,mbcache.ko,overlayfs}
  kernel/net/{802,8021q,bridge,core,llc} kernel/net/{ipv4/udp_tunnel,ipv6/ip6_udp_tunnel}.ko kernel/net/sched/{cls_bpf,sch_ingress}.ko
)

# unpack_vmlinux BZIMAGE : the ELF kernel inside, so that neither Xen nor xl has to unpack it, emulated, for each domain
# (the kernel's Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length).
unpack_vmlinux() {
  local sectors offset length
  sectors=$(od -An -tu1 -j $((0x1f1)) -N 1 "$1")
  offset=$(od -An -tu4 -j $((0x248)) -N 4 "$1")
  length=$(od -An -tu4 -j $((0x24c)) -N 4 "$1")
  # The last four bytes are the unpacked size, which is no part of the packed stream.
  dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip=$(((sectors + 1) * 512 + offset)) count=$((length - 4)) status=none |
    case $suite in
      bookworm) xz --decompress --stdout ;;
      *) zstd --quiet --decompress --stdout ;;
    esac
}

# mmdebstrap's hook, with the new root as $1. Kernel and hypervisor are unpacked, not installed, because a boot loader
# and an initramfs of Debian's would only cost time.
unpack_kernel_and_xen() {
  local root=$1 image version archive module
  image=$(chroot "$root" apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p')
  version=${image#linux-image-}
  # A kernel's package has its modules under lib, or under usr/lib from Debian 13 on.
  mkdir -p "$root/unpacked/usr/lib"
  ln -s usr/lib "$root/unpacked/lib"
  chroot "$root" env --chdir=/unpacked apt-get -qq -o APT::Sandbox::User=root download \
    "$image" "xen-hypervisor-$xen_version-amd64"
  for archive in "$root"/unpacked/*.deb; do
    dpkg -x "$archive" "$root/unpacked"
  done
  mkdir -p "$root/boot" "$root/lib/modules/$version"
  unpack_vmlinux "$root/unpacked/boot/vmlinuz-$version" >"$root/boot/vmlinux"
  gunzip -c "$root"/unpacked/boot/xen-*-amd64.gz >"$root/boot/xen"
  # Unpacked, because the initramfs' insmod reads nothing else.
  find "$root/unpacked/lib/modules/" -name '*.ko.xz' -exec xz --decompress {} +
  for module in modules.builtin modules.builtin.modinfo modules.order "${modules[@]}"; do
    (cd "$root/unpacked/lib/modules/$version" && cp -a --parents "$module" "$root/lib/modules/$version/")
  done
  # mmdebstrap's saving of manual pages would make the package's incomplete.
  rm -r "$root/unpacked" "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
  chroot "$root" depmod "$version"
}

make_base() {
  local include
  include=$(IFS=,; echo "${packages[*]}")
  mmdebstrap --quiet --format=tar --variant=minbase --include="$include" \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="'$here/build-image.sh' $suite --unpack-kernel-and-xen \"\$1\"" \
    "$suite" "$1"
}

# The package goes in as an administrator's would: by dpkg, after what it depends on.
install_package() {
  local root=$1
  cp "$deb" "$root/tmp/xvlan.deb"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  # A package must not start services in a root that is not running.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  # dpkg alone when nothing is missing: no network needed then.
  if ! chroot "$root" dpkg -i /tmp/xvlan.deb; then
    chroot "$root" apt-get -qq update
    chroot "$root" apt-get -qq -y --no-install-recommends -f install
  fi
  chroot "$root" dpkg --verify xvlan
  rm "$root/tmp/xvlan.deb" "$root/usr/sbin/policy-rc.d"
}

configure_libvirt() {
  local root=$1
  if ! has_libvirt; then
    rm "$root"/opt/xen-tests/steps/*libvirt.sh
    return
  fi
  # The steps that need it start it.
  chroot "$root" systemctl --quiet disable libvirtd.service virtlogd.service libvirt-guests.service
  # It knows no processor without vme, and does without Xen where it can't name the one it is on: qemu's has none.
  sed -i '/vme/d' "$root/usr/share/libvirt/cpu_map/x86_486.xml"
}

configure_dom0() {
  local root=$1 unit
  cp -a "$here/dom0/root/." "$root/"
  mkdir -p "$root/opt/xen-tests"
  cp -a "$here"/dom0/{run.sh,show-host.sh,lib.sh,ways.sh,lies.sh,libvirt.sh,hosts.sh,steps,hosts,driver-domain.sh,second-host.sh,frames.py,hear.py} "$root/opt/xen-tests/"
  cp "$root/boot/vmlinux" "$root/opt/xen-tests/vmlinux"
  chroot "$root" systemctl --quiet enable switch.service xen-tests.service
  configure_libvirt "$root"
  # Only hosts with VLANs over VXLAN have it, and these start it themselves.
  chroot "$root" systemctl --quiet disable frr.service
  # Nobody logs in, and the clock of an emulated machine makes daily jobs due.
  for unit in systemd-logind.service getty.target apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    logrotate.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-pstore.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount \
    xendomains.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
  done
  echo 'vif.default.script="vif-xvlan"' >>"$root/etc/xen/xl.conf"
  echo 'XENCONSOLED_ARGS="--log=guest"' >>"$root/etc/default/xen"
  mkdir -p "$root/var/log/xen/console"
  echo dom0 >"$root/etc/hostname"
  : >"$root/etc/fstab"
}

# Packs the folder $1 as an initramfs, quickly rather than small.
pack() {
  (cd "$1" && find . | cpio --quiet -o -H newc)
}

busybox_root() {
  mkdir -p "$2"/{bin,dev,proc,sys,mnt}
  cp "$1/usr/bin/busybox" "$2/bin/busybox"
  ln -s busybox "$2/bin/sh"
}

# modules_for ROOT NAME... : the module files to insert, in order.
modules_for() {
  local root=$1 version
  version=$(basename "$root"/lib/modules/*)
  chroot "$root" modprobe --set-version "$version" --show-depends --all "${@:2}" |
    awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# add_modules ROOT INITRAMFS NAME... : copies them, and lists them for init.
add_modules() {
  local root=$1 initramfs=$2 module
  modules_for "$root" "${@:3}" | while read -r module; do
    cp "$root/$module" "$initramfs/"
    basename "$module"
  done >"$initramfs/modules"
}

main() {
  local base root=$directory/root boot=$directory/boot guest=$directory/guest
  mkdir -p "$directory"
  # What the base is made from names it.
  base=$({ declare -p packages modules suite xen_version; declare -f unpack_kernel_and_xen unpack_vmlinux; } | sha256sum)
  base=$directory/base-${base::12}.tar
  if [[ ! -e $base ]]; then
    rm -f "$directory"/base-*
    make_base "$base.new"
    mv "$base.new" "$base"
  fi

  rm -rf "$root" "$boot" "$guest"
  mkdir -p "$root"
  tar -C "$root" -xf "$base"
  install_package "$root"
  configure_dom0 "$root"

  busybox_root "$root" "$guest"
  add_modules "$root" "$guest" xen-netfront 8021q
  cp "$here/guest/init" "$guest/init"
  # For guests, and for the hosts on the wire.
  cc -static -Os -o "$guest/bin/send_frames" "$here/guest/send_frames.c"
  cp "$guest/bin/send_frames" "$root/opt/xen-tests/"
  "$lies" >"$root/opt/xen-tests/lies"
  pack "$guest" >"$root/opt/xen-tests/guest-initramfs"

  # For dom0, and from its disk for the driver domain.
  busybox_root "$root" "$boot"
  add_modules "$root" "$boot" virtio_pci virtio_blk xen-blkfront ext4 overlay
  cp "$here/dom0/init" "$boot/init"
  pack "$boot" >"$directory/initramfs"
  cp "$directory/initramfs" "$root/opt/xen-tests/"

  mv "$root/boot/xen" "$root/boot/vmlinux" "$directory/"
  rm -f "$directory/disk"
  mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" "$directory/disk" 1500M
  rm -r "$root" "$boot" "$guest"
}

if [[ $deb == --unpack-kernel-and-xen ]]; then
  unpack_kernel_and_xen "$directory"
else
  main
fi
