#!/usr/bin/env bash
# The document that xvlan started from: its four ifcfg files in, frames out.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"
needs_xenstore

seed=$(cd "${BASH_SOURCE[0]%/*}/../support/seed" && pwd)
scripts=$TMPDIR/scripts
mkdir -p "$scripts"
ln -s "$XVLAN" "$scripts/network-xvlan"
ln -s "$XVLAN" "$scripts/vif-xvlan"

# What xend's own netif.py writes for vif = ['mac=..., bridge=...'], and what udev then calls.
plug() {  # DOMID BRIDGE
  local backend=/local/domain/0/backend/vif/$1/0
  xenstore-write "$backend/script" /etc/xen/scripts/vif-xvlan "$backend/mac" 00:16:3e:01:fb:fe \
    "$backend/handle" 0 "$backend/frontend" "/local/domain/$1/device/vif/0" \
    "$backend/frontend-id" "$1" "$backend/domain" "guest$1" "$backend/state" 1 \
    "$backend/online" 1 "$backend/bridge" "$2"
  expect_status 0 env XENBUS_TYPE=vif "XENBUS_PATH=backend/vif/$1/0" XENBUS_BASE_PATH=backend \
    "vif=vif$1.0" "$scripts/vif-xvlan" online
  expect_equal "$out$err" ""
  expect_equal "$(xenstore-read "$backend/hotplug-status")" connected
}

# Writes what passes LINK of a namespace into FILE, until end_captures.
captures=()
capture() {  # NAMESPACE LINK FILE
  ip netns exec "$1" tcpdump -Z root -n --immediate-mode -i "$2" -U -w "$3" 2>"$3.err" &
  captures+=("$!")
  expect "tcpdump to listen on $2 of $1" until_true 10 grep -qs listening "$3.err"
}

end_captures() {
  sleep 0.2  # the last frames are still on their way through tcpdump
  kill -INT "${captures[@]}"
  wait "${captures[@]}"
  captures=()
}

frames() {  # FILE FILTER...
  local file=$1
  shift
  tcpdump -Z root -n -e -r "$file" "$@" 2>"$TMPDIR/ignored"
}

fresh_host 4 5
eth0=$(state eth0)

scenario "the seed's four files give exactly eth1.4 in br4"
mapfile -t links_before < <(ls /sys/class/net)
expect_status 0 "$scripts/network-xvlan" start "ifcfg=$seed"
expect_equal "$out$err" ""
expect_segment eth1 4
mapfile -t after < <(ls /sys/class/net)
expect_equal "$(printf '%s\n' "${after[@]}")" \
  "$(printf '%s\n' "${links_before[@]}" br4 eth1.4 | LC_ALL=C sort)"

scenario "eth0 and its address are untouched by start"
expect_equal "$(state eth0)" "$eth0"

scenario "a vif that names br4 is plugged there before xend is told so"
fresh_vif vif3.0 4
plug 3 br4
expect_port vif3.0 br4
expect_up vif3.0

scenario "frames of the guest on br4 carry tag 4 on the trunk, and no tag at the guest"
fresh_vif vif4.0 5
expect_status 0 "$scripts/network-xvlan" start netdev=eth1 vlans=5
plug 4 br5
capture switch trunk "$TMPDIR/trunk.pcap"
capture vif3.0 eth0 "$TMPDIR/guest.pcap"
capture vif4.0 eth0 "$TMPDIR/other.pcap"
expect "the guest to reach the switch on VLAN 4" reach vif3.0 "$(switch_address 4)"
expect "the guest on br5 to reach the switch on VLAN 5" reach vif4.0 "$(switch_address 5)"
expect_not "an address that nobody has to answer" reach vif3.0 "$(guest_address 4 99)"
end_captures
guest_mac=$(ip -n vif3.0 -json link show eth0 | jq -r '.[].address')
expect_contains "$(frames "$TMPDIR/trunk.pcap")" \
  "$guest_mac > "
all=$(frames "$TMPDIR/trunk.pcap" ether src "$guest_mac" | wc -l)
tagged=$(frames "$TMPDIR/trunk.pcap" ether src "$guest_mac" | grep -c "802.1Q.* vlan 4, ")
expect_equal "$tagged of $all" "$all of $all"
expect_contains "$(frames "$TMPDIR/trunk.pcap" vlan 4 and icmp)" "ICMP echo request"
expect_contains "$(frames "$TMPDIR/guest.pcap" icmp)" "ICMP echo reply"
expect_missing "$(frames "$TMPDIR/guest.pcap")" "802.1Q"

scenario "the guest on br5 hears nothing of VLAN 4, broadcasts included"
expect_contains "$(frames "$TMPDIR/guest.pcap" arp)" "who-has $(guest_address 4 99)"
expect_contains "$(frames "$TMPDIR/other.pcap" icmp)" "ICMP echo reply"
expect_equal "$(frames "$TMPDIR/other.pcap" ether src "$guest_mac")" ""
expect_equal "$(frames "$TMPDIR/other.pcap" net "$(guest_address 4 0)/24")" ""
ip -n vif4.0 address add "$(guest_address 4 3)/24" dev eth0  # as a guest might, to get there
expect_not "the guest on br5 to reach the switch on VLAN 4" reach vif4.0 "$(switch_address 4)"

scenario "a router advertises on the VLAN: the guest gets an address, dom0 none"
cat >"$TMPDIR/radvd.conf" <<'CONF'
interface trunk.4 {
  AdvSendAdvert on;
  MinRtrAdvInterval 3;
  MaxRtrAdvInterval 4;
  prefix 2001:db8:4::/64 { };
};
CONF
ip netns exec switch radvd --nodaemon --config="$TMPDIR/radvd.conf" --logmethod=stderr \
  --pidfile="$TMPDIR/radvd.pid" 2>"$TMPDIR/radvd.err" &
radvd=$!
# shellcheck disable=SC2317  # called by until_true
advertised() { ip -n vif3.0 -6 address show scope global | grep -q 2001:db8:4:; }
expect "the guest to get an address from the router" until_true 20 advertised
kill "$radvd"
wait "$radvd" || true
for link in eth1 eth1.4 br4 vif3.0; do expect_no_address "$link"; done
expect_missing "$(ip -6 -oneline address)" 2001:db8:4:
expect_equal "$(ip -6 -json address | jq -r '.[] | select(.addr_info != []) | .ifname' | sort)" \
  $'eth0\nlo'

scenario "offline unplugs the vif and writes nothing"
before=$(xenstore-ls -f)
expect_status 0 env XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 vif=vif3.0 \
  "$scripts/vif-xvlan" offline
expect_port vif3.0 -
expect_down vif3.0
expect_equal "$(xenstore-ls -f)" "$before"

scenario "stop takes away what start made; eth0 and its address are untouched"
ip link delete vif3.0
ip link delete vif4.0
expect_status 0 "$scripts/network-xvlan" stop
expect_no_segment eth1 4
expect_no_segment eth1 5
expect_equal "$(state eth0)" "$eth0"
