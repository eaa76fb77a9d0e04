# Two Xen hosts, for the steps that run on the first and tell the second what to do. Their eth0s are the ends of one cable,
# the underlay: no VLAN goes over it but by VXLAN, and FRR tells each host what is on the other. Both have the disk vdb, by
# which guests move.
# shellcheck shell=bash

# underlay HOST : its address.
underlay() {
  echo "192.0.2.$1"
}

# On this port the second host takes commands.
readonly commands=23

# open_host HOST : this is that host; it is in reach of captures, as "dom0".
open_host() {
  ip netns attach dom0 $$
  ip address add "$(underlay "$1")/24" dev eth0
  ip link set eth0 up
}

# on_second COMMAND... : runs it on the second host, as in a step, and is as successful; says what it says.
on_second() {
  local answer status
  answer=$(busybox nc -w 600 "$(underlay 2)" "$commands" <<<"${*@Q}") || true
  # Its last line is the status. A host that cannot be asked must not pass for one that says no.
  status=${answer##*status }
  [[ $status =~ ^[0-9]+$ ]] || fail "the second host gives no answer to: $*"
  printf '%s' "${answer%status *}"
  return "$status"
}

second_answers() {
  (on_second true)
}

# start_network HOST : VLANs 4 and 10 on that host, which this is.
start_network() {
  xvlan network start "vxlan=$(underlay "$1")" vlans=4,10 vni-base=10000
}

# start_frr HOST PEER : they tell each other their VNIs, MACs and addresses.
start_frr() {
  sed -i 's/^bgpd=no/bgpd=yes/' /etc/frr/daemons
  # An emulated machine beside other work is no reason to kill a daemon that does not answer.
  echo 'watchfrr_options="--timeout 300"' >>/etc/frr/daemons
  cat >/etc/frr/frr.conf <<END
frr defaults datacenter
router bgp 65000
 bgp router-id $(underlay "$1")
 no bgp default ipv4-unicast
 neighbor $(underlay "$2") remote-as 65000
 address-family l2vpn evpn
  neighbor $(underlay "$2") activate
  advertise-all-vni
 exit-address-family
END
  systemctl start frr.service
}

# knows_peer HOST VID : FRR has told that host, which this is, where else the VLAN is.
knows_peer() {
  bridge fdb show dev "vx$2" | grep -q "^00:00:00:00:00:00 dst $(underlay $((3 - $1)))"
}

# knows_guest VID MAC HOST : FRR has told the host, which this is, that the guest is on that one.
knows_guest() {
  bridge fdb show dev "vx$1" | grep -q "^$2 dst $(underlay "$3") .*extern_learn"
}

# make_near_host VID : the host at 10.0.0.VID and 10.0.1.VID, on the bridge of that VLAN of this host.
make_near_host() {
  ip netns add "host$1"
  ip link add "far$1" type veth peer name "vlan$1" address "$(mac_of_host "$1")" netns "host$1"
  ip link set "far$1" master "br$1" up
  ip -n "host$1" address add "10.0.0.$1/24" dev "vlan$1"
  ip -n "host$1" address add "10.0.1.$1/24" dev "vlan$1"
  ip -n "host$1" link set "vlan$1" up
}

# vnis NAME MAC : the VNIs of the frames in the capture that come from that MAC.
vnis() {
  tcpdump -nn -e -r "/tmp/$1.pcap" 'udp port 4789' 2>/dev/null |
    awk -v mac="$2" '/ VXLAN, / { vni = $NF } $1 == mac { print vni }' | sort -u | xargs
}

## The guest that moves: 10.0.0.16 in VLAN 4.
# shellcheck disable=SC2034  # for the steps
readonly mover=00:16:3e:00:00:16

# ping_mover ADDRESS : the guest at that address in VLAN 4 pings it ten times a second.
ping_mover() {
  in_guest 4 "$1" "ping -q -i 0.1 10.0.0.16 >/dev/null 2>&1 & echo \$! >/ping.pid"
  sleep 1
}

no_more_pings() {
  in_guest 4 "$1" "kill \$(cat /ping.pid)"
}

# unpause NAME : says when, in seconds.
unpause() {
  date +%s.%N
  xl unpause "$1"
}

# pings ADDRESS NAME : those from or to it in the capture, a line each: when, request or reply, number.
pings() {
  tcpdump -tt -nn -r "/tmp/$2.pcap" "icmp and host $1" 2>/dev/null |
    sed -n -E 's/^([0-9.]+) .* ICMP echo (request|reply), .* seq ([0-9]+),.*/\1 \2 \3/p'
}

# first_frame MAC NAME : when its first frame comes in the capture.
first_frame() {
  tcpdump -tt -nn -c 1 -r "/tmp/$2.pcap" "ether src $1" 2>/dev/null | awk 'NR == 1 { print $1 }'
}

# heard_again SINCE STAYS MOVER : of the pings in the file STAYS, how many milliseconds after SINCE the first answer came; how
# many from SINCE on are lost; how many from the first answer on are lost, and how many answered. SINCE is by the clock of
# the other host, on which the file MOVER has the pings as they came there; the quickest is taken to have taken no time.
heard_again() {
  awk -v since="$1" '
    FILENAME == ARGV[1] { if ($2 == "request" && !($3 in came)) came[$3] = $1; next }
    $2 == "request" {
      sent[$3] = $1
      if ($3 in came && (!compared++ || $1 - came[$3] > ahead)) ahead = $1 - came[$3]
    }
    $2 == "reply" && !($3 in answered) { answered[$3] = $1 }
    END {
      since += ahead
      for (number in answered)
        if (answered[number] >= since && (!first || answered[number] < first)) first = answered[number]
      if (!compared || !first) exit 1
      for (number in sent) {
        if (number in answered) heard += sent[number] >= first
        else { lost += sent[number] >= since; missed += sent[number] >= first }
      }
      printf "%d %d %d %d\n", (first - since) * 1000, lost, missed, heard
    }' "$3" "$2"
}

# is_heard_again UNPAUSED RUNS STAYS MOVER : within a second from when it runs, and always from then on. How many pings are
# lost until then is only said: where a host gets no processor for seconds, they come late and many at once.
is_heard_again() {
  local silence lost missed heard
  read -r silence lost _ < <(heard_again "$1" "$3" "$4") || fail "not so: it is heard again"
  echo "  heard $silence ms after xl was to unpause it; $lost pings are lost"
  read -r silence lost missed heard < <(heard_again "$2" "$3" "$4")
  echo "  heard $silence ms after its own first frame; $lost pings are lost, then $missed of $((missed + heard))"
  if ((silence < 1000 && missed == 0 && heard > 10)); then
    return
  fi
  tail -n 200 "$3" "$4"
  fail "not so: it is heard within a second, and always from then on"
}
