#!/usr/bin/perl
# Frames without a pause, and what became of them.
#
# usage: flood.pl send LINK [VID...]
#          Sends broadcasts from LINK until it is ended, each with its number and its VID in it; with
#          VIDs tagged with each of them in turn, else without a tag and with VID 0.
#        flood.pl tell FILE SOURCE
#          Of the frames in a capture (pcap-savefile(5)) that came from the MAC SOURCE, one line
#          each: the VID of their tag, 0 for none, and the VID and the number that they say.
use strict;
use warnings;
use Socket;

use constant {AF_PACKET => 17, EXPERIMENTAL => 0x88b5};

sub text_of {  # FILE
  open(my $file, "<", $_[0]) or die "$_[0]: $!\n";
  chomp(my $text = <$file>);
  return $text;
}

sub mac { return pack("H2" x 6, split(/:/, $_[0])); }

sub send_all {
  my ($link, @vids) = @_;
  socket(my $out, AF_PACKET, SOCK_RAW, 0) or die "socket: $!\n";
  my $source = mac(text_of("/sys/class/net/$link/address"));
  my $target = pack("SnlSCCa8", AF_PACKET, EXPERIMENTAL, text_of("/sys/class/net/$link/ifindex"),
    0, 0, 6, "\xff" x 8);
  for (my $number = 1; ; ++$number) {
    for my $vid (@vids ? @vids : (0)) {
      my $tag = $vid ? pack("nn", 0x8100, $vid) : "";
      my $frame = "\xff" x 6 . $source . $tag . pack("nnN", EXPERIMENTAL, $vid, $number) . "\0" x 40;
      send($out, $frame, 0, $target);  # a full queue is no matter
    }
    select(undef, undef, undef, 0.0002);
  }
}

sub tell_all {
  my ($name, $source) = @_;
  open(my $file, "<:raw", $name) or die "$name: $!\n";
  read($file, my $head, 24) == 24 or die "$name: no capture\n";
  my $wanted = mac($source);
  while (read($file, $head, 16) == 16) {
    my $length = unpack("x8L", $head);
    last if read($file, my $frame, $length) != $length;
    next if substr($frame, 6, 6) ne $wanted;
    my ($vid, $rest) = (0, substr($frame, 12));
    ($vid, $rest) = (unpack("x2n", $rest) & 0xfff, substr($rest, 4)) if unpack("n", $rest) == 0x8100;
    my ($type, $said, $number) = unpack("nnN", $rest);
    print "$vid $said $number\n" if $type == EXPERIMENTAL;
  }
}

my %verbs = (send => \&send_all, tell => \&tell_all);
my $verb = $verbs{shift // ""} or die "usage: flood.pl send LINK [VID...] | tell FILE SOURCE\n";
$verb->(@ARGV);
