#!/usr/bin/perl
# A guest that speaks to a host in every way it can, and a host that tells what it has heard.
#
# usage: frames.pl probe LINK MARKER ADDRESS...
#          Sends from LINK, to every MAC among the addresses, what there is of ARP, neighbour and
#          router discovery, ping, UDP, TCP and DHCP for every IPv4 and IPv6 one of them; then asks
#          by ARP for MARKER, a host that answers. What else came before that answer is printed,
#          one line each: "arp 192.0.2.1", "ip4 ..." or "ip6 ..." with the source.
#        frames.pl shout LINK
#          Sends one broadcast from LINK.
#        frames.pl listen
#          Opens UDP ports 67 and 4000 on every address, prints "ready", and for each line of stdin
#          how many datagrams have come since: "dhcp=N udp4=N udp6=N".
use strict;
use warnings;
use Socket qw(:DEFAULT inet_pton inet_ntop AF_INET6 pack_sockaddr_in6 IPPROTO_IPV6 IPV6_V6ONLY
  MSG_DONTWAIT);

use constant {AF_PACKET => 17, ETH_P_ALL => 3, PACKET_OUTGOING => 4};
use constant {IP4 => 0x0800, ARP => 0x0806, IP6 => 0x86dd};
use constant {ICMP => 1, TCP => 6, UDP => 17, ICMP6 => 58};

my $guest4 = inet_aton("10.0.4.2");
my $guest6 = inet_pton(AF_INET6, "2001:db8:4::2");
my $any4 = inet_aton("0.0.0.0");
my $everybody = "\xff" x 6;
my $patience = 10;  # seconds for the answer of the marker

sub text_of {  # FILE
  open(my $file, "<", $_[0]) or die "$_[0]: $!\n";
  chomp(my $text = <$file>);
  return $text;
}

sub mac { return pack("H2" x 6, split(/:/, $_[0])); }

sub sum {  # of RFC 1071
  my $data = $_[0] . (length($_[0]) % 2 ? "\0" : "");
  my $sum = unpack("%32n*", $data);
  $sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
  return ~$sum & 0xffff;
}

sub with_sum {  # DATA OFFSET PSEUDO-HEADER
  my ($data, $at, $pseudo) = @_;
  substr($data, $at, 2) = pack("n", sum($pseudo . $data));
  return $data;
}

sub ip4 {  # SOURCE TARGET PROTOCOL PAYLOAD
  my ($source, $target, $protocol, $payload) = @_;
  my $header = pack("CCnnnCCn a4a4", 0x45, 0, 20 + length($payload), 1, 0, 64, $protocol, 0,
    $source, $target);
  return with_sum($header, 10, "") . $payload;
}

sub ip6 {
  my ($source, $target, $protocol, $payload) = @_;
  my $hops = $protocol == ICMP6 ? 255 : 64;
  return pack("NnCC a16a16", 0x60000000, length($payload), $protocol, $hops, $source, $target)
    . $payload;
}

sub pseudo4 { return pack("a4a4CCn", $_[0], $_[1], 0, $_[2], length($_[3])); }
sub pseudo6 { return pack("a16a16NN", $_[0], $_[1], length($_[3]), $_[2]); }

sub udp { return pack("nnnn", $_[0], $_[1], 8 + 4, 0) . "ping"; }
sub syn { return pack("nnNNCCnnn", 4001, 4000, 1, 0, 5 << 4, 2, 1024, 0, 0); }

# The packets for one address, each with what carries it.
sub packets4 {  # TARGET
  my $target = $_[0];
  my $dhcp = udp(68, 67);
  my $udp = udp(4001, 4000);
  return (
    [IP4, ip4($guest4, $target, ICMP, with_sum(pack("CCnnn", 8, 0, 0, 1, 1), 2, ""))],
    [IP4, ip4($guest4, $target, UDP, with_sum($udp, 6, pseudo4($guest4, $target, UDP, $udp)))],
    [IP4, ip4($guest4, $target, TCP, with_sum(syn(), 16, pseudo4($guest4, $target, TCP, syn())))],
    [IP4, ip4($any4, $target, UDP, with_sum($dhcp, 6, pseudo4($any4, $target, UDP, $dhcp)))],
  );
}

sub packets6 {  # TARGET MAC-OF-SENDER
  my ($target, $sender) = @_;
  my $udp = udp(4001, 4000);
  my $icmp = sub { [IP6, ip6($guest6, $target, ICMP6,
    with_sum($_[0], 2, pseudo6($guest6, $target, ICMP6, $_[0])))] };
  return (
    $icmp->(pack("CCnnn", 128, 0, 0, 1, 1)),
    $icmp->(pack("CCnN a16 CC a6", 135, 0, 0, 0, $target, 1, 1, $sender)),
    $icmp->(pack("CCnCCnNN", 134, 0, 0, 64, 0, 1800, 0, 0)),
    [IP6, ip6($guest6, $target, UDP, with_sum($udp, 6, pseudo6($guest6, $target, UDP, $udp)))],
    [IP6, ip6($guest6, $target, TCP, with_sum(syn(), 16, pseudo6($guest6, $target, TCP, syn())))],
  );
}

sub request {  # TARGET MAC-OF-SENDER
  return [ARP, pack("nnCCn a6a4a6a4", 1, IP4, 6, 4, 1, $_[1], $guest4, "", $_[0])];
}

sub open_link {  # LINK
  my $index = text_of("/sys/class/net/$_[0]/ifindex");
  my $address = pack("SnlSCCa8", AF_PACKET, ETH_P_ALL, $index, 0, 0, 6, "");
  socket(my $link, AF_PACKET, SOCK_RAW, unpack("S", pack("n", ETH_P_ALL))) or die "socket: $!\n";
  bind($link, $address) or die "bind to $_[0]: $!\n";
  return ($link, mac(text_of("/sys/class/net/$_[0]/address")));
}

sub send_frame {  # LINK TARGET SOURCE PACKET
  my ($link, $target, $source, $packet) = @_;
  my $frame = $target . $source . pack("n", $packet->[0]) . $packet->[1];
  defined(send($link, $frame, 0)) or die "send: $!\n";
}

# Who sent a frame, and by what.
sub sender_of {  # FRAME
  my ($type, $packet) = unpack("x12 n a*", $_[0]);
  return "arp " . inet_ntoa(substr($packet, 14, 4)) if $type == ARP;
  return "ip4 " . inet_ntoa(substr($packet, 12, 4)) if $type == IP4;
  return "ip6 " . inet_ntop(AF_INET6, substr($packet, 8, 16)) if $type == IP6;
  return sprintf("type %04x", $type);
}

sub print_answers {  # LINK MARKER
  my ($link, $marker) = @_;
  my %heard;
  alarm($patience);
  while (1) {
    my $from = recv($link, my $frame, 65536, 0);
    defined($from) or die "recv: $!\n";
    next if unpack("x10 C", $from) == PACKET_OUTGOING;
    my $sender = sender_of($frame);
    last if $sender eq "arp $marker";
    $heard{$sender} = 1;
  }
  print "$_\n" for sort(keys(%heard));
}

sub probe {  # LINK MARKER ADDRESS...
  my ($name, $marker, @addresses) = @_;
  my ($link, $own) = open_link($name);
  my @macs = map { mac($_) } grep { /^(\w\w:){5}\w\w$/ } @addresses;
  my @packets;
  for my $address (grep { !/^(\w\w:){5}\w\w$/ } @addresses) {
    if ($address =~ /:/) {
      push(@packets, packets6(inet_pton(AF_INET6, $address), $own));
    } else {
      push(@packets, packets4(inet_aton($address)), request(inet_aton($address), $own));
    }
  }
  for my $mac (@macs) {
    send_frame($link, $mac, $own, $_) for @packets;
  }
  send_frame($link, $everybody, $own, request(inet_aton($marker), $own));
  print_answers($link, $marker);
}

sub shout {  # LINK
  my ($link, $own) = open_link($_[0]);
  send_frame($link, $everybody, $own, request($guest4, $own));
}

sub udp_socket {  # FAMILY ADDRESS
  my ($family, $address) = @_;
  socket(my $socket, $family, SOCK_DGRAM, 0) or die "socket: $!\n";
  setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, 1) if $family == AF_INET6;
  bind($socket, $address) or die "bind: $!\n";
  return $socket;
}

sub count {  # SOCKET
  my $count = 0;
  ++$count while defined(recv($_[0], my $data, 65536, MSG_DONTWAIT));
  return $count;
}

sub listen_to_all {
  my $dhcp = udp_socket(AF_INET, pack_sockaddr_in(67, INADDR_ANY));
  my $udp4 = udp_socket(AF_INET, pack_sockaddr_in(4000, INADDR_ANY));
  my $udp6 = udp_socket(AF_INET6, pack_sockaddr_in6(4000, inet_pton(AF_INET6, "::")));
  print "ready\n";
  while (<STDIN>) {
    print "dhcp=", count($dhcp), " udp4=", count($udp4), " udp6=", count($udp6), "\n";
  }
}

$| = 1;
my $verb = shift(@ARGV) // "";
if ($verb eq "probe") { probe(@ARGV); }
elsif ($verb eq "shout") { shout(@ARGV); }
elsif ($verb eq "listen") { listen_to_all(); }
else { die "usage: frames.pl probe|shout|listen\n"; }
