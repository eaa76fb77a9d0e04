# Words for the steps: the switch beyond the trunk, its hosts, guests, and what must hold.
# shellcheck shell=bash

readonly images=/opt/xen-tests

fail() {
  echo "  $*" >&2
  exit 1
}

# expect SENTENCE COMMAND... : the command succeeds.
expect() {
  local sentence=$1
  "${@:2}" || fail "not so: $sentence"
}

# never SENTENCE COMMAND... : the command fails.
never() {
  local sentence=$1
  if "${@:2}"; then fail "not so: $sentence"; fi
}

# eventually SENTENCE COMMAND... : the command succeeds before patience ends, which only a failure sees: a guest boots in
# 5 s on two idle processors.
readonly patience=300
eventually() {
  local end=$((SECONDS + patience)) sentence=$1
  until "${@:2}" 2>/dev/null; do
    ((SECONDS < end)) || fail "not so within $patience s: $sentence"
    sleep 0.2
  done
}

milliseconds() {
  echo $(($(date +%s%N) / 1000000))
}

## The switch: eth1 and eth2 are two NICs on one cable. switch.service has put eth2 into the namespace "switch", as
## "wire"; behind it each VLAN has a host, in a namespace of its own. All hosts lie in the same two subnets, so that only
## the VLANs keep them apart.

# mac_of_host VID
mac_of_host() {
  printf '02:00:00:00:%02x:%02x\n' $(($1 / 256)) $(($1 % 256))
}

# make_host VID [NAMESPACE LINK] : the host at 10.0.0.VID and 10.0.1.VID, on that VLAN of the wire.
make_host() {
  local vid=$1 namespace=${2:-switch} link=${3:-wire}
  ip netns add "host$vid"
  ip -n "$namespace" link add "vlan$vid" link "$link" address "$(mac_of_host "$vid")" type vlan id "$vid"
  ip -n "$namespace" link set "vlan$vid" netns "host$vid"
  ip -n "host$vid" address add "10.0.0.$vid/24" dev "vlan$vid"
  ip -n "host$vid" address add "10.0.1.$vid/24" dev "vlan$vid"
  ip -n "host$vid" link set "vlan$vid" up
}

on_host() {
  ip netns exec "host$1" "${@:2}"
}

# host_reaches VID ADDRESS
host_reaches() {
  on_host "$1" ping -q -c 1 -W 1 "$2" >/dev/null
}

# capture NAME NAMESPACE LINK : records frames until captured NAME ends it.
capture() {
  local name=$1 namespace=$2 link=$3
  rm -f "/tmp/$name".*
  ip netns exec "$namespace" tcpdump -i "$link" -U -w "/tmp/$name.pcap" &>"/tmp/$name.log" &
  echo $! >"/tmp/$name.pid"
  eventually "tcpdump listens on $link" grep -q "listening on" "/tmp/$name.log"
}

captured() {
  # The last frames pass through qemu's NIC before they can be seen.
  sleep 0.5
  kill "$(cat "/tmp/$1.pid")"
  wait "$(cat "/tmp/$1.pid")" 2>/dev/null || true
}

# frames NAME FILTER : how many frames of the capture pass the filter, as tcpdump(8) reads it.
frames() {
  tcpdump -nn -r "/tmp/$1.pcap" "$2" 2>/dev/null | wc -l
}

# senders NAME : the senders of the capture's frames, a MAC and the tag that its frames have ("-": none) a line.
senders() {
  tcpdump -nn -e -r "/tmp/$1.pcap" 2>/dev/null |
    awk '{ tag = match($0, /vlan [0-9]+/) ? substr($0, RSTART + 5, RLENGTH - 5) : "-"; print $2, tag }' | sort -u -V
}

# tags NAME MAC : the tags of the frames in the capture that come from that MAC.
tags() {
  senders "$1" | awk -v mac="$2" '$1 == mac { print $2 }' | xargs
}

## Pings. The kernels count, because a ping that gets no processor time for a while loses replies in its own socket:
# "sent unanswered" of the ICMP echoes in /proc/net/snmp.
echoes() {
  awk '$1 == "Icmp:" && !seen++ { for (i = 2; i <= NF; i++) at[$i] = i; next }
       $1 == "Icmp:" { print $at["OutEchos"], $at["OutEchos"] - $at["InEchoReps"] }'
}

# none_lost COUNTER SENT UNANSWERED : since then there were pings, and all are answered.
none_lost() {
  local sent unanswered
  read -r sent unanswered < <("$1")
  ((sent > $2 + 10 && unanswered == $3))
}

## Guests

# xl's own `vlan` came with Xen 4.19.
xl_knows_vlan() {
  (($(xl info xen_minor | tr -dc 0-9) >= 19))
}

# create NAME ADDRESSES VIF... [-- LINE...] : a PV guest with these vifs and further lines of configuration. Without an
# emulated TSC, which Xen gives where the processor's may stop, it boots in two thirds of the time.
create() {
  local name=$1 addresses=$2 vifs=()
  shift 2
  while (($# > 0)) && [[ $1 != -- ]]; do
    vifs+=("'$1'")
    shift
  done
  {
    printf '%s\n' "name='$name'" "memory=96" "tsc_mode='native'" \
      "kernel='$images/vmlinux'" "ramdisk='$images/guest-initramfs'" \
      "extra='console=hvc0 quiet mitigations=off addresses=$addresses'" \
      "vif=[$(IFS=,; echo "${vifs[*]}")]" "${@:2}"
  } >"/tmp/$name.cfg"
  xl create "/tmp/$name.cfg"
}

# create_hvm NAME VIF [LINE] : an HVM guest, whose firmware asks for an address through this NIC, an emulated one.
create_hvm() {
  cat >"/tmp/$1.cfg" <<END
name = '$1'
type = 'hvm'
memory = 64
boot = 'n'
vnc = 0
vif = ['$2,model=e1000']
${3:-}
END
  xl create "/tmp/$1.cfg"
}

# firmware_is_heard VID MAC : on the wire. tcpdump waits by itself: the firmware needs the processors.
firmware_is_heard() {
  timeout 500 ip netns exec switch tcpdump -i wire -c 1 "vlan $1 and ether src $2" >/dev/null 2>&1
}

# firmware_says LINK MAC : something, which comes as far as its tap.
firmware_says() {
  timeout 500 tcpdump -i "$1" -c 1 "ether src $2" >/dev/null 2>&1
}

# vif NAME [DEVID] : the backend link of a guest.
vif() {
  echo "vif$(xl domid "$1").${2:-0}"
}

# in_guest VID ADDRESS COMMAND : runs a line of shell in the guest, through VLAN VID.
in_guest() {
  printf '%s; exit\n' "$3" | on_host "$1" busybox nc -w 20 "$2" 23
}

# tag_in_guest VID ADDRESS LAST DEVICE TAG... : a VLAN link in the guest for each of these tags, as 10.TAG.0.LAST.
tag_in_guest() {
  local tag lines=
  for tag in "${@:5}"; do
    lines+="ip link add link $4 name $4.$tag type vlan id $tag; ip address add 10.$tag.0.$3/16 dev $4.$tag; "
    lines+="ip link set $4.$tag up; "
  done
  [[ $(in_guest "$1" "$2" "$lines ls /sys/class/net | grep -c $4[.]") == "$(($# - 4))" ]]
}

# guest_reaches VID ADDRESS TARGET : whether the guest that is known on VLAN VID as ADDRESS reaches TARGET.
guest_reaches() {
  local answer
  answer=$(in_guest "$1" "$2" "if ping -q -c 1 -W 1 $3 >/dev/null; then echo reached; else echo lost; fi")
  # A guest that cannot be asked must not pass for one that reaches nothing.
  [[ $answer == reached || $answer == lost ]] || fail "the guest at $2 gives no answer"
  [[ $answer == reached ]]
}

## Links

# link NAME FILTER : whether jq's FILTER holds for the link, as `ip -d -j link` shows it.
link() {
  ip -d -j link show dev "$1" 2>/dev/null | jq -e ".[0] | $2" >/dev/null
}

exists() {
  [[ -e /sys/class/net/$1 ]]
}

# port LINK BRIDGE : whether the link is a port of the bridge, and up.
port() {
  local flags
  [[ -e /sys/class/net/$2/brif/$1 ]] && read -r flags <"/sys/class/net/$1/flags" && ((flags & 1))
}

# vlans LINK : the VLANs of a bridge's port, as xl's `vlan` says them: native "5p", which enters and leaves without a tag,
# and tagged "20" or "20-30".
vlans() {
  bridge -compressvlans -j vlan show dev "$1" | jq -r '[.[].vlans[]?
    | "\(.vlan)\(if .vlanEnd then "-\(.vlanEnd)" else "" end)\(.flags // [] | if index("PVID") then "p" elif index("Egress Untagged") then "u" else "" end)"] | join("/")'
}

# in_vlans LINK VLANS : the link is a port of xenbr0, up and in exactly these.
in_vlans() {
  local found
  found=$(vlans "$1")
  port "$1" xenbr0 && [[ $found == "$2" ]] && return
  echo "  $1 is in '$found'" >&2
  return 1
}

# shared_bridge VLANS : eth1 and its VLANs on xenbr0 are as xvlan promises.
shared_bridge() {
  expect "xenbr0 is up" link xenbr0 '.flags | index("UP") != null'
  expect "xenbr0 filters VLANs, puts no port into one, and has no STP, delay or snooping" link xenbr0 '.linkinfo.info_data
    | .vlan_filtering == 1 and .vlan_default_pvid == 0 and .stp_state == 0 and .forward_delay == 0 and .mcast_snooping == 0'
  expect "eth1 carries $1" in_vlans eth1 "$1"
  expect "xenbr0 is in no VLAN itself" test -z "$(vlans xenbr0)"
  expect "eth1 and xenbr0 have no address" \
    test "$(ip -j address | jq '[.[] | select(.ifname == "eth1" or .ifname == "xenbr0") | .addr_info[]] | length')" -eq 0
}

# segments VID... : the VLAN links and bridges of eth1 are as xvlan promises.
segments() {
  local wrong
  # One ip and one jq for any number of VLANs: processes are dear under emulation.
  wrong=$(ip -d -j address | jq -r --args '
    (map({key: .ifname, value: .}) | from_entries) as $links
    | $ARGS.positional[] as $vid
    | $links["eth1." + $vid] as $uplink
    | $links["br" + $vid] as $bridge
    | ( select($uplink.linkinfo.info_kind != "vlan" or $uplink.linkinfo.info_data.id != ($vid | tonumber)
               or $uplink.link != "eth1") | "eth1.\($vid) is not VLAN \($vid) of eth1"),
      ( select($uplink.master != "br" + $vid) | "eth1.\($vid) is not a port of br\($vid)"),
      ( select($bridge.linkinfo.info_kind != "bridge" or $bridge.linkinfo.info_data.stp_state != 0
               or $bridge.linkinfo.info_data.forward_delay != 0) | "br\($vid) is not a bridge without STP and delay"),
      ( $uplink, $bridge | select(.flags | index("UP") | not) | "\(.ifname) is not up"),
      ( $uplink, $bridge | select(.addr_info != []) | "\(.ifname) has an address")' "$@")
  [[ -z $wrong ]] || fail "$wrong"
}

# The links without what changes by itself.
links() {
  ip -d -j link | jq -S 'map(del(.linkinfo.info_data.hello_timer, .linkinfo.info_data.gc_timer,
    .linkinfo.info_data.tcn_timer, .linkinfo.info_data.topology_change_timer))'
}
