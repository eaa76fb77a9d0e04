# The unit brought up the VLANs of the ifcfg files at boot; the script does the same for 64.
# shellcheck shell=bash
# Where a NIC is later than the unit waits for it, the rule for trunks starts the unit again.
eventually "xvlan.service succeeded" systemctl --quiet is-active xvlan.service
segments 4 5
expect "the trunk has no address" test "$(ip -j address show dev eth1 | jq '.[0].addr_info | length')" -eq 0
expect "eth0 is left alone" link eth0 '(.flags | index("UP") == null) and .master == null'

/etc/xen/scripts/network-xvlan start netdev=eth1 vlans=4,5,100-161
segments 4 5 {100..161}
# systemd-udevd gives each new bridge an address that lasts (MACAddressPolicy=persistent in 99-default.link).
udevadm settle --timeout=300
links >/tmp/links.before
expect "a second start says nothing" \
  test -z "$(/etc/xen/scripts/network-xvlan start netdev=eth1 vlans=4,5,100-161 2>&1)"
links >/tmp/links.after
expect "a second start changes nothing" diff /tmp/links.before /tmp/links.after
expect "status agrees" /etc/xen/scripts/network-xvlan status netdev=eth1 vlans=4,5,100-161 >/dev/null

make_host 4
make_host 5
