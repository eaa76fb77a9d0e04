#!/usr/bin/perl
# Frames that a guest says, by their numbers in the table of xvlan_lies, and which of them are heard.
#
# usage: lies.pl say LINK <TABLE
#          Sends each frame of the table once.
#        lies.pl flood NUMBER LINK... <TABLE
#          Sends that frame by each link in turn without a pause, also where one is down meanwhile or
#          has gone, until it is ended.
#        lies.pl hear LINK
#          Prints "ready", and for each line of stdin the numbers of the frames that LINK has heard
#          since, in one line; if the line has a number, only how often that one. Where it could not
#          listen as fast as frames came, it prints "lost" and how many.
#        lies.pl agree FROM TO <FRAMES
#          Sends frames of `xvlan_lies COUNT SEED` by the link FROM, and prints those that are heard at
#          the link TO and should not be, or are not and should: none, if all is well. Then how many
#          were heard of how many.
use strict;
use warnings;
use Socket qw(:DEFAULT MSG_DONTWAIT);

use constant {AF_PACKET => 17, PACKET_OUTGOING => 4, ETH_P_ALL => 3, SO_RCVBUFFORCE => 33,
  SOL_PACKET => 263, PACKET_STATISTICS => 6};

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

sub flood {  # NUMBER, LINK...
  my ($number, @links) = @_;
  my @sockets = map { open_link($_, 0) } @links;
  my $frame = frames()->{$number};
  print "ready\n";
  while (1) {
    for my $socket (@sockets) { send($socket, $frame, 0); }
  }
}

# What a socket has had no room for since this was last asked.
sub lost {  # SOCKET
  my ($packets, $drops) = unpack("LL", getsockopt($_[0], SOL_PACKET, PACKET_STATISTICS));
  return $drops;
}

sub hear {  # LINK
  my $socket = open_link($_[0], ETH_P_ALL);
  setsockopt($socket, SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20);
  my %heard;
  my $take = sub {
    for (1 .. 100_000) {  # there may be no end of them
      defined(my $from = recv($socket, my $frame, 4096, MSG_DONTWAIT)) or last;
      next if (unpack("SnlSC", $from))[4] == PACKET_OUTGOING;
      my ($mark, $number) = unpack("a2 n", substr($frame, -4));
      $heard{$number}++ if $mark eq "Xv";
    }
  };
  my $both = "";
  vec($both, fileno($_), 1) = 1 for ($socket, *STDIN);
  print "ready\n";
  while (1) {
    select(my $ready = $both, undef, undef, undef);
    $take->();
    next if !vec($ready, 0, 1);
    sysread(STDIN, my $wanted, 64) or return;
    select(undef, undef, undef, 0.2);
    $take->();
    my $lost = lost($socket);
    my @numbers = sort { $a <=> $b } keys(%heard);
    print $lost ? "lost $lost" : $wanted =~ /(\d+)/ ? $heard{$1} // 0 : "@numbers", "\n";
    %heard = ();
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
else { die "usage: lies.pl say LINK|flood NUMBER LINK...|hear LINK|agree FROM TO\n"; }
