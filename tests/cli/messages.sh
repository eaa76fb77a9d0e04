#!/usr/bin/env bash
# What the program says: where it goes, and that nobody who does not listen can hold it up. A call
# that hangs is ended by `timeout`, with status 124.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

# A /dev of our own, so that the host's log is neither read nor written to.
mount -t tmpfs tmpfs /dev
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/full c 1 7
ln -s /proc/self/fd /dev/fd
mkfifo "$TMPDIR/nobody"

# A call with an error and a hint, and one with thousands of results.
refusal=("$XVLAN" network start netdev=eth1 vlans=4 wait=0)
error="error: 1 VLAN not brought up: cannot use eth1 as trunk: there is no such link"
hint="hint: 'ip link' lists the links: set netdev= to one of them"
many=("$XVLAN" network status netdev=eth1 vlans=1-4094)

# Runs a call with a pipe that is full and that nobody reads, in fd 3.
with_full_pipe() {  # CMD...
  (
    exec 3<>"$TMPDIR/nobody"
    dd if="$XVLAN" of="$TMPDIR/nobody" bs=4096 oflag=nonblock 2>"$TMPDIR/ignored" || true
    exec timeout 20 bash -c "$@"
  )
}

expect_said() {
  expect_equal "$err" "xvlan: $error"$'\n'"xvlan: $hint"
}

# A daemon at /dev/log that prints what it gets, a line each, or with "deaf" reads nothing and has a
# full queue.
start_log() {  # dgram|stream [deaf]
  rm -f /dev/log "$TMPDIR/log"
  perl -MIO::Socket::UNIX -MSocket -e '
    my ($type, $deaf) = @ARGV;
    $| = 1;
    $type = $type eq "stream" ? SOCK_STREAM : SOCK_DGRAM;
    my $log = IO::Socket::UNIX->new(Type => $type, Local => "/dev/log",
                                    $type == SOCK_STREAM ? (Listen => 1) : ()) // die "$!";
    if ($deaf) {
      my $filler = IO::Socket::UNIX->new(Type => $type, Peer => "/dev/log", Blocking => 0)
        // die "$!";
      1 while defined $filler->send("full");
      print "ready\n";
      sleep;
    }
    print "ready\n";
    $log = $log->accept if $type == SOCK_STREAM;
    my $line;
    while (defined $log->recv($line, 4096) && length $line) { print "$line\n" }
    sleep;
  ' "$@" >"$TMPDIR/log" &
  logger=$!
  until [[ -s $TMPDIR/log ]]; do
    kill -0 "$logger" || expect "a daemon at /dev/log" false
    sleep 0.02
  done
}

end_log() {
  kill "$logger"
  wait "$logger" || true
}

logged() {
  tr '\0' '\n' <"$TMPDIR/log" | sed -E '1d; /^$/d
    s/\[[0-9]+\]/[PID]/; s/>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} />TIME /'
}

# Waits for the daemon, which reads when it likes.
expect_logged() {  # LINE...
  local expected turns=500
  expected=$(printf '%s\n' "$@")
  until [[ $(logged) == "$expected" ]]; do
    ((turns-- > 0)) || expect_equal "$(logged)" "$expected"
    sleep 0.02
  done
}
in_the_log=("<27>TIME xvlan[PID]: $error" "<29>TIME xvlan[PID]: $hint")

scenario "an error goes to stderr, and to the log with its priority, name and process"
start_log dgram
expect_status 1 "${refusal[@]}"
expect_said
expect_logged "${in_the_log[@]}"

scenario "a warning has its own priority, and the process is the one that says it"
expect_status 0 bash -c 'echo $$; XENSTORED_RUNDIR=/nonexistent UDEV_CALL=1 exec "$@"' \
  bash "$XVLAN" vif offline vif3.0
expect_logged "${in_the_log[@]}" \
  "<28>TIME xvlan[PID]: warning: vif3.0: cannot reach xenstored: No such file or directory"
expect "the process in the log" grep -q "^<28>.* xvlan\[$out\]: warning: " "$TMPDIR/log"
end_log

scenario "the log may be a stream, as of an old daemon"
start_log stream
expect_status 1 "${refusal[@]}"
expect_logged "${in_the_log[@]}"
end_log

for type in dgram stream; do
  scenario "the log's daemon may be started anew while the program waits, with its $type"
  start_log "$type"
  addressed=$TMPDIR/addressed-$type
  mkdir "$addressed"
  echo "DEVICE=eth1.4 VLAN=yes BRIDGE=br4 IPADDR=10.0.4.1" >"$addressed/ifcfg-eth1.4"
  echo "DEVICE=eth1.5 VLAN=yes BRIDGE=br5" >"$addressed/ifcfg-eth1.5"
  "$XVLAN" network start config=/dev/null ifcfg="$addressed" wait=3 2>"$TMPDIR/ignored" &
  program=$!
  until [[ $(logged) == *"hint: "* ]]; do sleep 0.02; done
  end_log
  start_log "$type"
  expect_status 1 wait "$program"
  expect_logged "${in_the_log[0]/ brought up/ brought up, after 3 s of waiting}" "${in_the_log[1]}"
  end_log
done

scenario "the log's daemon may be gone"
expect_status 1 "${refusal[@]}"
expect_said
rm /dev/log
expect_status 1 "${refusal[@]}"
expect_said

for type in dgram stream; do
  scenario "the log's daemon may be stuck, its $type full: what is said reaches stderr"
  start_log "$type" deaf
  expect_status 1 timeout 20 "${refusal[@]}"
  expect_said
  end_log
done

scenario "stderr may be a full pipe that nobody reads: what is said reaches the log"
start_log dgram
# shellcheck disable=SC2016
expect_status 1 with_full_pipe '"$0" "$@" 2>&3' "${refusal[@]}"
expect_logged "${in_the_log[@]}"
# shellcheck disable=SC2016
expect_status 1 with_full_pipe '"$0" "$@" >&3 2>&3' "$XVLAN" vif online vif3.0 bridge=br4
end_log

scenario "many messages together wait no longer than one for a pipe that nobody reads"
for ((vid = 1; vid <= 60; ++vid)); do
  echo "DEVICE=eth1.$vid VLAN=yes BRIDGE=br$vid IPADDR=10.0.$vid.1" >"$TMPDIR/ifcfg-eth1.$vid"
done
# shellcheck disable=SC2016
expect_status 1 with_full_pipe '"$0" "$@" 2>&3' \
  "$XVLAN" network start config=/dev/null ifcfg="$TMPDIR" wait=0

scenario "so may it where the pipe can't be opened anew"
# shellcheck disable=SC2016
expect_status 1 with_full_pipe 'mount -t tmpfs tmpfs "/proc/$$/fd" && exec "$0" "$@" 2>&3' \
  "${refusal[@]}"

scenario "stderr may be a full socket that nobody reads"
# shellcheck disable=SC2016
expect_status 1 timeout 20 perl -MSocket -e '
  socketpair(my $near, my $far, AF_UNIX, SOCK_STREAM, 0) or die "$!";
  1 while defined send($near, "full", MSG_DONTWAIT);
  open STDERR, ">&", $near or die "$!";
  exec @ARGV' "${refusal[@]}"

scenario "stderr may be a full disk"
# shellcheck disable=SC2016
expect_status 1 bash -c '"$0" "$@" 2>/dev/full' "${refusal[@]}"

scenario "a message in a file stands behind what is there"
echo before >"$TMPDIR/file"
expect_status 1 bash -c "\"\$0\" \"\$@\" 2>>$TMPDIR/file" "${refusal[@]}"
expect_status 1 bash -c "{ echo also >&2; \"\$0\" \"\$@\"; } 2>>$TMPDIR/file" "${refusal[@]}"
said="xvlan: $error"$'\n'"xvlan: $hint"
expect_equal "$(<"$TMPDIR/file")" $'before\n'"$said"$'\nalso\n'"$said"
expect_status 1 bash -c "{ echo also >&2; \"\$0\" \"\$@\"; } 2>$TMPDIR/file" "${refusal[@]}"
expect_equal "$(<"$TMPDIR/file")" $'also\n'"$said"

scenario "results wait for a reader who takes his time"
expect_equal "$("${many[@]}" 2>&1 | { sleep 2; grep -c ^eth1; })" 4094

scenario "results wait where stdout does not block"
# shellcheck disable=SC2016
expect_equal "$(perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_NONBLOCK) or die "$!"; exec @ARGV' \
  "${many[@]}" 2>&1 | { sleep 2; grep -c ^eth1; })" 4094
