# systemd-udevd with the package's rules and netback's uevents plugs the vif; libxl's own call does nothing.
# shellcheck shell=bash
cp /usr/share/doc/xvlan/examples/85-xvlan-vif.rules /etc/udev/rules.d/
udevadm control --reload
create g7 10.0.0.17/24 'mac=00:16:3e:00:00:07,bridge=br4,script=vif-by-udev'
eventually "g7's vif is on br4" port "$(vif g7)" br4
eventually "host 4 reaches g7" host_reaches 4 10.0.0.17
expect "libxl's call and udev's both came" test "$(grep -c '^online type_if=vif' /tmp/vif-by-udev.log)" -eq 2
vif=$(vif g7)
xl destroy g7
eventually "g7's vif is gone" test ! -e "/sys/class/net/$vif"
rm /etc/udev/rules.d/85-xvlan-vif.rules
udevadm control --reload
