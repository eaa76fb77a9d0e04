#!/usr/bin/env bash
# A guest may send what it likes: no dom0 hears it, on its own host or on another, and no host takes
# it for one that joins VLANs.
sandbox_options=(--timeout 900)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

# Whether dom0 of h1 answers g3, which has an address in dom0's own network and believes that dom0
# is at that MAC.
dom0_answers() {  # MAC
  ip -n g3 neighbour replace 192.0.2.1 lladdr "$1" dev eth0 nud permanent
  reach g3 192.0.2.1
}

dom0_answers_ipv6() {
  ip netns exec g3 ping -6 -n -c 2 -w 3 ff02::1%eth0 >"$TMPDIR/ping" 2>&1 || true
  grep -q "from fe80::7478:c0ff:fe00:201" "$TMPDIR/ping"
}

# 100 frames of as many stations, which are none, from the guest's eth0.
claims_macs() {  # GUEST
  # shellcheck disable=SC2016  # for perl
  ip netns exec "$1" perl -MSocket -e '
    open(my $file, "<", "/sys/class/net/eth0/ifindex") or die; chomp(my $index = <$file>);
    socket(my $wire, 17, SOCK_RAW, 0) or die "$!";
    my $to = pack("SnlSCCa8", 17, 0, $index, 0, 0, 6, "\xff" x 6);
    for my $n (0 .. 99) {
      my $frame = pack("a6 C6 n a46", "\xff" x 6, 2, 102, 0, 0, 0, $n, 0x88b5, "");
      send($wire, $frame, 0, $to) or die "$!";
    }'
}

# Whether the host knows N of those.
knows_claimed() {  # HOST N
  bridge -n "$1" fdb show >"$TMPDIR/fdb"
  [[ $(grep -o '^02:66:00:00:00:..' "$TMPDIR/fdb" | sort -u | wc -l) -eq $2 ]]
}

of_h1=76:78:c0:00:02:01

for form in "${forms[@]}"; do
  scenario "$form: no dom0 is reached from a guest on another host"
  three_hosts
  bridge=xenbr0 vid=4
  [[ $form != bridges ]] || bridge=br4 vid=1
  ip -n g3 address add 192.0.2.77/24 dev eth0
  ip -n h1 route add 192.0.2.77/32 dev "$bridge"  # so that an answer would get there
  expect_equal "$(at h1 cat "/sys/class/net/$bridge/address")" "$of_h1"
  expect_status 0 ip netns exec g3 "$here/arp.pl" eth0 ask 192.0.2.1 192.0.2.77 3
  expect_equal "$out answers" "0 answers"
  for mac in "$of_h1" ff:ff:ff:ff:ff:ff 01:80:c2:00:00:0e 01:00:5e:00:00:01; do
    expect_not "dom0 to hear nothing at $mac" dom0_answers "$mac"
  done
  expect_not "dom0 to speak no IPv6" dom0_answers_ipv6

  # This is what it would look like.
  scenario "$form: were the bridge in the VLAN, dom0 would be reached, and check would say so"
  bridge -n h1 vlan add dev "$bridge" vid "$vid" pvid untagged self
  expect "dom0 to answer" until_true 10 dom0_answers "$of_h1"
  expect_status 3 network_at h1 check
  expect_status 0 network_at h1 start
  expect_not "dom0 to hear nothing" dom0_answers "$of_h1"
  expect_well h1
  ip -n g3 neighbour delete 192.0.2.1 dev eth0
  ip -n g3 address delete 192.0.2.77/24 dev eth0
  ip -n h1 route delete 192.0.2.77/32 dev "$bridge"

  scenario "$form: a guest that takes a MAC of hosts harms nobody but itself"
  guest bad h3 4 66 "$of_h1"
  for mac in 76:78:c0:00:02:03 76:67:c0:00:02:01 76:67:c0:00:02:02; do
    begin_pings g2 "$g1"
    ip -n bad link set eth0 address "$mac"
    arp_status=0
    ip netns exec bad "$here/arp.pl" eth0 announce "$(guest_address 4 66)" 10 \
      >"$TMPDIR/ignored" || arp_status=$?
    expect_equal "$arp_status" 0
    reach bad "$g1" || true
    expect_lost_at_most 0
    guests_meet g3 "$g1"
    for host in h1 h2 h3; do
      expect_well "$host"
      expect_steady "$host"
    done
  done

  scenario "$form: a guest that says that it joins the VLAN does not keep a host from joining it"
  ip link add eth1 netns h2 type veth peer name far
  ip link set far up
  trunk=("[trunk eth1]" "vlans = 4")
  [[ $form == bridges ]] || trunk+=("vlan-aware = yes")
  ip -n bad link set eth0 address "76:67:c0:00:02:01"
  reach bad "$g1" || true
  expect "h2 to find it behind h3" until_true 20 is_behind h2 4 76:67:c0:00:02:01 192.0.2.3
  tunnels h2 4,10 "${trunk[@]}"
  expect_well h2

  scenario "$form: antispoof keeps a guest from claiming MACs on all hosts"
  tunnels h3 4,10 "antispoof = mac"
  guest honest h3 4 67
  claims_macs honest
  guests_meet honest "$g1"
  for host in h1 h3; do expect "$host to know none of them" knows_claimed "$host" 0; done
  tunnels h3 4,10
  guest liar h3 4 68
  claims_macs liar
  expect "h1 to know all of them" until_true 20 knows_claimed h1 100
done
