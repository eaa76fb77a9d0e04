#!/usr/bin/perl
# Frames that a guest says, by their numbers in the table of xvlan_lies, and which of them are heard.
#
# usage: lies.pl say LINK <TABLE
#          Sends each frame of the table once.
#        lies.pl flood LINK NUMBER <TABLE
#          Sends that frame without a pause, also where the link is down meanwhile, until it is ended.
#        lies.pl hear LINK
#          Prints "ready", and for each line of stdin the numbers of the frames that LINK has heard
#          since, in one line; if the line has a number, only how often that one.
#        lies.pl agree FROM TO <FRAMES
#          Sends frames of `xvlan_lies COUNT SEED` by the link FROM, and prints those that are heard at
#          the link TO and should not be, or are not and should: none, if all is well. Then how many
#          were heard of how many.
use strict;
use warnings;
use Socket qw(:DEFAULT MSG_DONTWAIT);

use constant {AF_PACKET => 17, PACKET_OUTGOING => 4, ETH_P_ALL => 3};

sub open_link {  # LINK, PROTOCOL
  open(my $file, "<", "/sys/class/net/$_[0]/ifindex") or die "$_[0]: $!\n";
  chomp(my $index = <$file>);
  my $protocol = unpack("S", pack("n", $_[1]));
  socket(my $socket, AF_PACKET, SOCK_RAW, $protocol) or die "socket: $!\n";
  my $place = pack("SSlSCCa8", AF_PACKET, $protocol, $index, 0, 0, 6, "");
  bind($socket, $place) or die "bind to $_[0]: $!\n";
  return $socket;
}

sub frames {
  my %frames;
  while (<STDIN>) {
    my ($number, undef, undef, $hex) = split(" ");
    $frames{$number} = pack("H*", $hex);
  }
  return \%frames;
}

sub say_it {  # LINK
  my $socket = open_link($_[0], 0);
  my $frames = frames();
  for my $number (sort { $a <=> $b } keys(%$frames)) {
    defined(send($socket, $frames->{$number}, 0)) or die "send frame $number: $!\n";
  }
}

sub flood {  # LINK, NUMBER
  my $socket = open_link($_[0], 0);
  my $frame = frames()->{$_[1]};
  print "ready\n";
  while (1) { send($socket, $frame, 0); }
}

sub hear {  # LINK
  my $socket = open_link($_[0], ETH_P_ALL);
  setsockopt($socket, SOL_SOCKET, SO_RCVBUF, 4 << 20);
  print "ready\n";
  while (my $wanted = <STDIN>) {
    my %heard;
    select(undef, undef, undef, 0.2);
    while (defined(my $from = recv($socket, my $frame, 4096, MSG_DONTWAIT))) {
      my (undef, undef, undef, undef, $type) = unpack("SnlSC", $from);
      next if $type == PACKET_OUTGOING;
      my ($mark, $number) = unpack("a2 n", substr($frame, -4));
      $heard{$number}++ if $mark eq "Xv";
    }
    print $wanted =~ /(\d+)/ ? $heard{$1} // 0 : join(" ", sort { $a <=> $b } keys(%heard)), "\n";
  }
}

# Some at a time, as many as fit into a socket.
sub agree {  # FROM, TO
  my ($out, $in) = (open_link($_[0], 0), open_link($_[1], ETH_P_ALL));
  setsockopt($in, SOL_SOCKET, SO_RCVBUF, 4 << 20);
  my ($heard, $sent, @some) = (0, 0);
  my $settle = sub {
    my %missing;
    for my $line (@some) {
      my (undef, $passes, $hex) = split(" ", $line);
      defined(send($out, pack("H*", $hex), 0)) or die "send $line: $!\n";
      # What a link takes off comes beside the frame.
      $missing{untagged($hex)}++ if $passes;
    }
    select(undef, undef, undef, 0.02);
    while (defined(my $from = recv($in, my $frame, 4096, MSG_DONTWAIT))) {
      next if (unpack("SnlSC", $from))[4] == PACKET_OUTGOING;
      $heard++;
      my $hex = unpack("H*", $frame);
      print "heard: $hex\n" if --$missing{$hex} < 0;
    }
    for my $hex (grep { $missing{$_} > 0 } keys(%missing)) { print "not heard: $hex\n"; }
    $sent += @some;
    @some = ();
  };
  while (<STDIN>) {
    push(@some, $_);
    $settle->() if @some == 500;
  }
  $settle->();
  print "$heard of $sent\n";
}

sub untagged {  # HEX
  return $_[0] =~ s/^(.{24})(8100|88a8)..../$1/r;
}

$| = 1;
my $verb = shift(@ARGV) // "";
if ($verb eq "say") { say_it(@ARGV); }
elsif ($verb eq "flood") { flood(@ARGV); }
elsif ($verb eq "hear") { hear(@ARGV); }
elsif ($verb eq "agree") { agree(@ARGV); }
else { die "usage: lies.pl say LINK|flood LINK NUMBER|hear LINK|agree FROM TO\n"; }
