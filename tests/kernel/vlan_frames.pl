#!/usr/bin/perl
# Frames on VLANs: who says what, and who hears it, with which tag.
#
# usage: vlan_frames.pl say LINK...
#          Sends one broadcast from each of the links, with the name of the link in it. A VLAN link
#          gives it its tag.
#        vlan_frames.pl hear
#          Prints "ready", and for each line of stdin what all links have heard since, in one line:
#          "trunk.10>eth0" for a frame said at trunk.10 and heard at eth0. A frame with a tag for
#          which there is no VLAN link is "trunk.10>eth0?".
use strict;
use warnings;
use Socket qw(:DEFAULT MSG_DONTWAIT);

use constant {AF_PACKET => 17, PACKET_OTHERHOST => 3, PACKET_OUTGOING => 4};
use constant EXPERIMENTAL => 0x88b5;  # a type for tests (IEEE 802)

sub text_of {  # FILE
  open(my $file, "<", $_[0]) or die "$_[0]: $!\n";
  chomp(my $text = <$file>);
  return $text;
}

sub open_socket {
  socket(my $socket, AF_PACKET, SOCK_RAW, unpack("S", pack("n", EXPERIMENTAL)))
    or die "socket: $!\n";
  return $socket;
}

sub say_it {  # LINK...
  my $socket = open_socket();
  for my $link (@_) {
    my $index = text_of("/sys/class/net/$link/ifindex");
    my $mac = pack("H2" x 6, split(/:/, text_of("/sys/class/net/$link/address")));
    my $frame = pack("a6 a6 n", "\xff" x 6, $mac, EXPERIMENTAL) . pack("a46", $link);
    my $to = pack("SnlSCCa8", AF_PACKET, EXPERIMENTAL, $index, 0, 0, 6, "");
    send($socket, $frame, 0, $to) or die "send at $link: $!\n";
  }
}

sub name_of {  # INDEX
  for my $file (glob("/sys/class/net/*/ifindex")) {
    return (split("/", $file))[4] if text_of($file) == $_[0];
  }
  return $_[0];
}

sub hear {
  my $socket = open_socket();
  setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 4 << 20);
  print "ready\n";
  while (<STDIN>) {
    my %heard;
    select(undef, undef, undef, 0.1);
    while (defined(my $from = recv($socket, my $frame, 2048, MSG_DONTWAIT))) {
      my (undef, undef, $index, undef, $type) = unpack("SnlSC", $from);
      next if $type == PACKET_OUTGOING;
      my $said = unpack("x14 Z*", $frame);
      $heard{"$said>" . name_of($index) . ($type == PACKET_OTHERHOST ? "?" : "")} = 1;
    }
    print join(" ", sort(keys(%heard))), "\n";
  }
}

$| = 1;
my $verb = shift(@ARGV) // "";
if ($verb eq "say") { say_it(@ARGV); }
elsif ($verb eq "hear") { hear(); }
else { die "usage: vlan_frames.pl say LINK...|hear\n"; }
