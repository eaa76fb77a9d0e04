# What antispoof can't make a filter of fails, and xl says why: a guest's start, and a vif that is attached.
# shellcheck shell=bash
readonly reason="'10.0.0.98/24' may mean an address or its whole prefix"
never "a guest with that address starts" create g98 10.0.0.98/24 'bridge=br4,ip=10.0.0.98/24' >/tmp/g98.log 2>&1
cat /tmp/g98.log
expect "xl says why" grep -q -F "$reason" /tmp/g98.log
never "the guest is gone" xl domid g98 2>/dev/null

never "g4 gets a vif with that address" xl network-attach g4 devid=1 bridge=br4 ip=10.0.0.98/24 >/tmp/refused.log 2>&1
cat /tmp/refused.log
expect "xl says why" grep -q -F "$reason" /tmp/refused.log
backend=/local/domain/0/backend/vif/$(xl domid g4)/1
if xenstore-exists "$backend"; then
  expect "xenstore says why" grep -F "$reason" <(xenstore-read "$backend/hotplug-error")
  xl network-detach g4 1
fi
