#!/usr/bin/env perl
# Speaks xenstored's own protocol (Xen, docs/misc/xenstore.txt and public/io/xs_wire.h) where Xen's
# programs can't: they want a hypervisor, or are too well behaved.
#
# usage: xs.pl control WORD...     asks the daemon for something, as xenstore-control does
#        xs.pl hold-writes FOLDER  a xenstored on FOLDER/socket that passes everything on to the
#                                  real one until the first write, and then says nothing more
#        xs.pl hold-one FOLDER     the same, but only for the client that writes first; it passes on
#                                  all that later ones ask
#        xs.pl full FOLDER         a xenstored on FOLDER/socket that accepts nobody, with a full
#                                  queue of clients before it
#
# The last three print a line once they are ready, and stay until they are ended.
use strict;
use warnings;
use IO::Socket::UNIX;

use constant { CONTROL => 0, WRITE => 11, HEADER => 16 };

sub connect_to {
    my ($path) = @_;
    return IO::Socket::UNIX->new(Peer => $path) // die "connect to $path: $!\n";
}

sub listen_in {
    my ($folder, $queue) = @_;
    return IO::Socket::UNIX->new(Local => "$folder/socket", Listen => $queue)
        // die "listen in $folder: $!\n";
}

sub read_all {
    my ($socket, $length) = @_;
    my $bytes = '';
    while (length $bytes < $length) {
        sysread($socket, $bytes, $length - length $bytes, length $bytes) or return;
    }
    return $bytes;
}

# A message is type, request, transaction, length of the body, each in 32 bits; and the body.
sub read_message {
    my ($socket) = @_;
    my $header = read_all($socket, HEADER) // return;
    my ($type, undef, undef, $length) = unpack 'L4', $header;
    return ($type, $header . read_all($socket, $length));
}

sub control {
    my $body = join('', map { "$_\0" } @_);
    my $store = connect_to('/run/xenstored/socket');
    syswrite $store, pack('L4', CONTROL, 0, 0, length $body) . $body;
    my ($type) = read_message($store);
    exit($type == CONTROL ? 0 : 1);
}

sub say_ready {
    $| = 1;
    print "ready\n";
}

# Passes on what a client asks, until it leaves or, if so wanted, writes. True in that case.
sub pass_on {
    my ($client, $until_write) = @_;
    my $store = connect_to('/run/xenstored/socket');
    while (my ($type, $request) = read_message($client)) {
        return 1 if $until_write && $type == WRITE;
        syswrite $store, $request;
        syswrite $client, (read_message($store))[1];
    }
    return 0;
}

sub hold_writes {
    my $listener = listen_in(shift, 1);
    say_ready();
    my $client = $listener->accept;
    sleep if pass_on($client, 1);
}

sub hold_one {
    my $listener = listen_in(shift, 1);
    say_ready();
    my @held;
    while (my $client = $listener->accept) {
        push @held, $client if pass_on($client, !@held);
    }
}

sub full {
    my $folder = shift;
    my $listener = listen_in($folder, 1);
    listen $listener, 0;    # room for one; IO::Socket takes 0 for "any"
    my $waiting = connect_to("$folder/socket");
    say_ready();
    sleep;
}

my %commands = (
    control       => \&control,
    'hold-writes' => \&hold_writes,
    'hold-one'    => \&hold_one,
    full          => \&full,
);
my $command = $commands{shift // ''} // die "usage: xs.pl control|hold-writes|hold-one|full ...\n";
$command->(@ARGV);
