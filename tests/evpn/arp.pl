#!/usr/bin/perl
# Says something by ARP, in the namespace where it runs, and prints how many answers came.
#
# usage: arp.pl LINK ask ADDRESS FROM [COUNT]
#          Who has ADDRESS? It is asked by FROM, an address of the link.
#        arp.pl LINK probe ADDRESS [COUNT]
#          Nobody asks, to learn whether ADDRESS is in use (RFC 5227, 2.1.1).
#        arp.pl LINK announce ADDRESS [COUNT]
#          ADDRESS is here from now on (RFC 5227, 2.3).
#
# COUNT broadcasts (1) go out, a tenth of a second apart. What counts are replies for ADDRESS to the
# link's MAC, until one second after the last broadcast.
use strict;
use warnings;
use Socket;
use Time::HiRes qw(time);

use constant {AF_PACKET => 17, ARP => 0x0806, REQUEST => 1, REPLY => 2, BETWEEN => 0.1, WAIT => 1};

sub text_of {  # FILE
  open(my $file, "<", $_[0]) or die "$_[0]: $!\n";
  chomp(my $text = <$file>);
  return $text;
}

sub address { return inet_aton($_[0] // "") // die "arp.pl: no address\n"; }

my ($link, $kind, $text, @rest) = @ARGV;
my $target = address($text);
my %senders = (
  ask => sub { return address(shift @rest); },
  probe => sub { return "\0" x 4; },
  announce => sub { return $target; },
);
my $sender = $senders{$kind} or die "arp.pl: 'ask', 'probe' or 'announce', not '$kind'\n";
my $from = $sender->();
my $mac = pack("H2" x 6, split(/:/, text_of("/sys/class/net/$link/address")));

socket(my $socket, AF_PACKET, SOCK_RAW, 0) or die "arp.pl: socket: $!\n";
bind($socket, pack("SnlSCCa8", AF_PACKET, ARP, text_of("/sys/class/net/$link/ifindex"), 0, 0, 0, ""))
  or die "arp.pl: $link: $!\n";
my $question = "\xff" x 6 . $mac . pack("nnnCCn", ARP, 1, 0x0800, 6, 4, REQUEST) .
  $mac . $from . "\0" x 6 . $target;
my $answers = 0;

sub listen_for {  # SECONDS
  my $end = time + $_[0];
  while ((my $left = $end - time) > 0) {
    my $readable = "";
    vec($readable, fileno($socket), 1) = 1;
    select($readable, undef, undef, $left) or return;
    defined(recv($socket, my $frame, 2048, 0)) or die "arp.pl: $link: $!\n";
    next if length($frame) < 42;
    my ($to, $type, $operation, $of) = unpack("a6 x6 n x6 n x6 a4", $frame);
    ++$answers if $type == ARP && $operation == REPLY && $to eq $mac && $of eq $target;
  }
}

for (1 .. shift(@rest) // 1) {
  send($socket, $question, 0) or die "arp.pl: $link: $!\n";
  listen_for(BETWEEN);
}
listen_for(WAIT) if $kind ne "announce";
print "$answers\n";
