# libvirtd and its guests, for the steps that have them.
# shellcheck shell=bash
export VIRSH_DEFAULT_CONNECT_URI=xen:///
systemctl start libvirtd

# interface BRIDGE MAC [XML] : a NIC, with further elements.
interface() {
  echo "<interface type='bridge'><source bridge='$1'/><mac address='$2'/>" \
    "<script path='/etc/xen/scripts/vif-xvlan'/>${3:-}</interface>"
}

# create_by_libvirt NAME ADDRESSES INTERFACE... : a PV guest with these NICs, as create has it.
create_by_libvirt() {
  # shellcheck disable=SC2154  # images is lib.sh's
  cat >"/tmp/$1.xml" <<END
<domain type='xen'>
  <name>$1</name>
  <memory unit='MiB'>96</memory>
  <os>
    <type arch='x86_64' machine='xenpv'>linux</type>
    <kernel>$images/vmlinux</kernel>
    <initrd>$images/guest-initramfs</initrd>
    <cmdline>console=hvc0 quiet mitigations=off addresses=$2</cmdline>
  </os>
  <devices>
    ${*:3}
    <console type='pty'/>
  </devices>
</domain>
END
  virsh create "/tmp/$1.xml"
}

# attach NAME INTERFACE : a NIC for a guest that runs.
attach() {
  echo "$2" >/tmp/interface.xml
  virsh attach-device "$1" /tmp/interface.xml
}

# written NAME DEVID : what libvirt has made of the bridge in xenstore.
written() {
  xenstore-read "/local/domain/0/backend/vif/$(xl domid "$1")/$2/bridge"
}

# refused SENTENCE NAME INTERFACE : the guest does not get that NIC, and libvirt's log says why.
refused() {
  : >/var/log/libvirt/libxl/libxl-driver.log
  never "$2 gets $3" attach "$2" "$3" 2>/dev/null
  expect "libvirt's log says: $1" grep -F "$1" /var/log/libvirt/libxl/libxl-driver.log
}
