#!/usr/bin/perl
# A switch that says on a trunk what switches say, and one that says anything.
#
# usage: trunk_frames.pl say LINK FRAME...
#          Sends each FRAME from LINK:
#            VID,arp,SENDER,TARGET       ARP, with the tag VID, or none if that is 0; for 88a8.VID
#                                        with a tag of 802.1ad's
#            lldp,SYSTEM,PORT,NATIVE[,VID=NAME...]
#            cdp,DEVICE,PORT,NATIVE
#            VID,pvst,OWN                rapid PVST of the VLAN OWN, behind the tag VID or none
#            rstp
#          %XX in SYSTEM, PORT, DEVICE and NAME is the byte of that number.
#        trunk_frames.pl flood LINK NUMBER
#          Sends so many frames from LINK, with random VIDs, senders and contents.
use strict;
use warnings;
use Socket;

use constant {AF_PACKET => 17, ARP => 0x0806, IP4 => 0x0800, LLDP => 0x88cc};

my $everybody = "\xff" x 6;
my $host = mac("02:00:00:00:00:01");
my $switch = mac("02:5c:00:00:00:07");
my %groups = (
  lldp => mac("01:80:c2:00:00:0e"),
  rstp => mac("01:80:c2:00:00:00"),
  cdp => mac("01:00:0c:cc:cc:cc"),
  pvst => mac("01:00:0c:cc:cc:cd"),
);

sub mac { return pack("H2" x 6, split(/:/, $_[0])); }

sub bytes {  # TEXT
  my $text = $_[0];
  $text =~ s/%([0-9a-f]{2})/chr(hex($1))/ge;
  return $text;
}

# "4", "0" or "88a8.4"; what was there before the type.
sub tag {
  my ($vid, $protocol) = reverse(split(/\./, $_[0]));
  return $vid ? pack("nn", hex($protocol // "8100"), $vid) : "";
}

sub arp {  # VID SENDER TARGET
  my ($vid, $sender, $target) = @_;
  my $content = pack("nnCCn a6a4a6a4", 1, IP4, 6, 4, 1, $host, inet_aton($sender), "",
    inet_aton($target));
  return $everybody . $host . tag($vid) . pack("n", ARP) . $content;
}

sub lldp_tlv { return pack("n", $_[0] << 9 | length($_[1])) . $_[1]; }

sub lldp {  # SYSTEM PORT NATIVE VID=NAME...
  my ($system, $port, $native, @names) = @_;
  my $message = lldp_tlv(1, "\4$switch") . lldp_tlv(2, "\5" . bytes($port))
    . lldp_tlv(3, pack("n", 120)) . lldp_tlv(5, bytes($system));
  $message .= lldp_tlv(127, pack("Nn", 0x0080c201, $native)) if $native;
  for (@names) {
    my ($vid, $name) = split(/=/, $_, 2);
    $message .= lldp_tlv(127, pack("Nn C/a", 0x0080c203, $vid, bytes($name)));
  }
  return $groups{lldp} . $switch . pack("n", LLDP) . $message . lldp_tlv(0, "");
}

sub llc {  # GROUP VID CONTENT
  my ($group, $vid, $content) = @_;
  return $groups{$group} . $switch . tag($vid) . pack("n", length($content)) . $content;
}

sub snap { return pack("C6n", 0xaa, 0xaa, 3, 0, 0, 0x0c, $_[0]); }

sub cdp_tlv { return pack("nn", $_[0], length($_[1]) + 4) . $_[1]; }

sub cdp {  # DEVICE PORT NATIVE
  my ($device, $port, $native) = @_;
  return llc("cdp", 0, snap(0x2000) . pack("CCn", 2, 180, 0) . cdp_tlv(1, bytes($device))
    . cdp_tlv(3, bytes($port)) . cdp_tlv(10, pack("n", $native)));
}

sub bpdu {  # PRIORITY
  return pack("nCCC n a6 x22 C", 0, 2, 2, 0, $_[0], $switch, 0);
}

sub rstp { return llc("rstp", 0, pack("C3", 0x42, 0x42, 3) . bpdu(0x8000)); }

sub pvst {  # VID OWN
  my ($vid, $own) = @_;
  return llc("pvst", $vid, snap(0x010b) . bpdu(0x2000 | $own) . pack("nnn", 0, 2, $own));
}

sub frame {  # WORD
  my ($first, @rest) = split(/,/, $_[0]);
  return lldp(@rest) if $first eq "lldp";
  return cdp(@rest) if $first eq "cdp";
  return rstp() if $first eq "rstp";
  my $kind = shift(@rest) // "";
  return arp($first, @rest) if $kind eq "arp";
  return pvst($first, @rest) if $kind eq "pvst";
  die "there is no frame '$_[0]'\n";
}

# Of random bytes, with something that looks like a frame at its beginning more often than not.
sub random_frame {
  my $source = pack("Cn2C", 2, rand(65536), rand(65536), rand(256));
  my $address = join(".", 10, map { int(rand(256)) } 1 .. 3);
  my @kinds = (
    sub { return arp(1 + int(rand(4094)), $address, $address); },
    sub { return lldp(rand(), rand(), int(rand(4096)), map { int(rand(4096)) . "=$_" } 1 .. 90); },
    sub { return cdp(rand(), rand(), int(rand(4096))); },
    sub { return pvst(int(rand(4096)), int(rand(4096))); },
    sub { return pack("C*", map { int(rand(256)) } 0 .. 14 + rand(80)); },
  );
  my $frame = $kinds[rand(10) < 6 ? 0 : rand(@kinds)]->();
  substr($frame, 6, 6) = $source;
  substr($frame, rand(length($frame)), 1) = chr(rand(256)) if rand(4) < 1;
  return rand(8) < 1 ? substr($frame, 0, 14 + rand(length($frame) - 14)) : $frame;
}

sub index_of {  # LINK
  open(my $file, "<", "/sys/class/net/$_[0]/ifindex") or die "$_[0]: $!\n";
  return <$file> + 0;
}

my ($verb, $link, @words) = @ARGV;
die "usage: trunk_frames.pl say LINK FRAME... | flood LINK NUMBER\n" if @ARGV < 3;
socket(my $out, AF_PACKET, SOCK_RAW, 0) or die "socket: $!\n";
my $target = pack("SnlSCCa8", AF_PACKET, 0, index_of($link), 0, 0, 6, "\xff" x 8);
if ($verb eq "say") {
  for my $frame (map { frame($_) } @words) {
    defined(send($out, $frame, 0, $target)) or die "send: $!\n";
  }
} elsif ($verb eq "flood") {
  srand(1);  # the same frames each time
  my @frames = map { random_frame() } 1 .. $words[0];
  send($out, $_, 0, $target) for @frames;  # a full queue is no matter
}
