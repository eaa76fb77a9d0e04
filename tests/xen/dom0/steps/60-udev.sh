# systemd-udevd with the package's rules and netback's uevents plugs the vif; libxl's own call does nothing.
# shellcheck shell=bash
create g7 10.0.0.17/24 'mac=00:16:3e:00:00:07,bridge=br4,script=vif-by-udev'
eventually 10 "g7's vif is on br4" port "$(vif g7)" br4
eventually 30 "host 4 reaches g7" host_reaches 4 10.0.0.17
expect "the script ran once, for udev" test "$(grep -c online /tmp/vif-by-udev.log)" -ge 1
vif=$(vif g7)
xl destroy g7
eventually 10 "g7's vif is gone" test ! -e "/sys/class/net/$vif"
