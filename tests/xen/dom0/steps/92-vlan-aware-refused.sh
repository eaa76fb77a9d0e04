# What a vif may not ask of the shared bridge: xl says why, and nothing of it is on the bridge.
# shellcheck shell=bash

# What libxl leaves of a vif that could not be attached is on no bridge, and down.
idle() {
  ! exists "$1" || link "$1" '.master == null and (.flags | index("UP") == null)'
}

# refused SENTENCE WORD... : g10 does not get a vif with these.
refused() {
  local left
  never "g10 gets a vif with ${*:2}" xl network-attach g10 mac=00:16:3e:00:09:10 "${@:2}" >/tmp/refused.log 2>&1
  cat /tmp/refused.log
  expect "xl says why" grep -q -F "$1" /tmp/refused.log
  left=$(xenstore-list "/local/domain/0/backend/vif/$(xl domid g10)" | sort -n | tail -n 1)
  ((left > 1)) || return 0
  expect "$(vif g10 "$left") is on no bridge" idle "$(vif g10 "$left")"
  xl network-detach g10 "$left"
}

if xl_knows_vlan; then
  unknown=vlan=99
  refused "'4095' is not a VLAN" vlan=10p/4095
  refused "'30-20' is a range that runs backwards" vlan=30-20
  refused "br4 is VLAN 4 of eth1" bridge=br4 vlan=10
  refused "eth1 does not have VLAN 32" vlan=5p/20-32
else
  unknown=bridge=xenbr0.99
fi
refused "eth1 does not have VLAN 99" bridge=xenbr0.10:99
refused "it carries all VLANs of its trunk, and the spec names none" bridge=xenbr0

never "a guest with $unknown starts" create g99 10.0.0.99/24 "mac=00:16:3e:00:00:99,$unknown" >/tmp/g99.log 2>&1
cat /tmp/g99.log
expect "xl says why" grep -q "eth1 does not have VLAN 99" /tmp/g99.log
never "the guest is gone" xl domid g99 2>/dev/null
only_those_of_before() {
  [[ $(cd /sys/class/net && echo vif*) == $(printf '%s\n' "$(vif g10)" "$(vif g10 1)" "$(vif router)" "$(vif ovs)" \
    "$(vif ovs 1)" | sort | xargs) && $(xenstore-list "/local/domain/0/backend/vif/$(xl domid g10)" | sort | xargs) == "0 1" ]]
}
eventually "only the guests of before have vifs" only_those_of_before
shared_bridge 4-5/10/20-31
