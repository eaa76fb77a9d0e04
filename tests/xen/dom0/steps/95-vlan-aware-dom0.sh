# The router, whose vif takes tags, and a host on one of its VLANs try every way into dom0: nothing comes in.
# shellcheck shell=bash source=tests/xen/dom0/ways.sh
source ways.sh
open_management
rp_filter 0

readonly router=00:16:3e:00:00:20
host=$(mac_of_host 20)
make_frames router "$router" 20
make_frames host "$host" 20
nothing_from router "$(vif router)" "$router" guest_sends 5 10.0.0.120 router
nothing_from host eth1 "$host" host_sends 20 host

close_management
expect "host 20 and router still talk" host_reaches 20 10.20.0.120
