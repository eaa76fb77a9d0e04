# A guest that lies, for the steps that have one: the table of tests/support/lies goes through its NIC frame for frame.
# shellcheck shell=bash disable=SC2034  # what is only for the steps

# What the table is about, and two addresses at which the guest is asked to send it.
readonly liar=00:16:3e:01:fb:fe
readonly liar_ip="10.0.4.2 10.0.5.0/24 2001:db8::2 2001:db8:1::/64 10.0.0.24 10.0.1.24"
# A frame a line: its number, its verdicts, its bytes, its name.
# shellcheck disable=SC2154  # images is lib.sh's
readonly table=$images/lies
# What is in dom0 is in reach of captures, as "dom0".
ip netns attach dom0 $$
trap 'ip netns del dom0' EXIT

# guarded LINE... : xvlan.conf has these, and no other settings for guests that lie.
guarded() {
  sed -i -E '/^(antispoof|isolated) =/d' /etc/xen/xvlan.conf
  printf '%s\n' "$@" >>/etc/xen/xvlan.conf
  /etc/xen/scripts/network-xvlan start
}

# filter LINK : the kind of its filter, as its program begins with it: mac or ip; nothing if there is none.
filter() {
  local program
  program=$(tc filter show dev "$1" ingress pref 30838)
  case $program in
    *"bytecode '"*",0 0 0 2020999169,"*) echo mac ;;
    *"bytecode '"*",0 0 0 2020999170,"*) echo ip ;;
    *) echo "$program" ;;
  esac
}

# shown NAME : what status shows behind the guest's vif: [ip].
shown() {
  local status
  status=$(/etc/xen/scripts/network-xvlan status) || true
  grep -o "$(vif "$1")=$1[^, ]*" <<<"$status" | sed 's/.*=[^[]*//' | sort -u | xargs
}

# numbers NAME : which frames of the table are in the capture, by their last four bytes.
numbers() {
  perl -e 'binmode(STDIN);
    read(STDIN, $_, 24);
    while (read(STDIN, $_, 16)) {
      read(STDIN, $frame, unpack("x8V"));
      ($mark, $number) = unpack("a2n", substr($frame, -4));
      $seen{$number}++ if $mark eq "Xv";
    }
    print map { "$_\n" } sort { $a <=> $b } keys(%seen);' <"/tmp/$1.pcap"
}

# number_of NAME : of a frame in the table.
number_of() {
  awk -v name="$1" '{ number = $1; sub(/^[^ ]+ [^ ]+ [^ ]+ [^ ]+ /, "") } $0 == name { print number }' "$table"
}

# say VID ADDRESS LINK : the guest there sends the whole table by its eth0. All of it comes as far as LINK, its end in dom0;
# what of it is on the wire is left in /tmp/heard.
say() {
  capture said dom0 "$3"
  capture wire switch wire
  { awk '{ print $4 }' "$table" && echo; } | on_host "$1" timeout 120 busybox nc "$2" 24 >/tmp/sent ||
    fail "the guest at $2 gives no answer"
  # tcpdump takes what comes a second at a time.
  sleep 1
  captured said
  captured wire
  numbers said >/tmp/said
  numbers wire >/tmp/heard
  echo "  sent $(cat /tmp/sent), at $3 $(wc -l </tmp/said), on the wire $(wc -l </tmp/heard)"
  expect "all frames come as far as $3" cmp <(awk '{ print $1 }' "$table") /tmp/said
}

# says_freely VID ADDRESS LINK : without a filter most of the table is on the wire; it is left in /tmp/free.
says_freely() {
  expect "$3 has no filter" test -z "$(filter "$3")"
  say "$@"
  mv /tmp/heard /tmp/free
  expect "most of it is heard" test "$(wc -l </tmp/free)" -gt 150
}

# says_truly KIND PORTS VID ADDRESS LINK : with antispoof=KIND that of /tmp/free is heard that should be, and nothing
# else; from PORTS that are access or tagged.
says_truly() {
  expect "$5 has a filter of the kind $1" test "$(filter "$5")" = "$1"
  say "${@:3}"
  awk -v column="$([[ $1 == mac ]] && echo 2 || echo 3)" -v tagged="$([[ $2 == tagged ]] && echo tagged)" '
    NR == FNR { free[$1]; next }
    $1 in free && ($column == "always" || $column == tagged) { print $1 }' /tmp/free "$table" >/tmp/expected
  # What differs, by name.
  awk 'NR == FNR { odd[$2] = $1; next }
    $1 in odd { $2 = $3 = $4 = ""; print "  " (odd[$1] == "<" ? "missing:" : "heard:"), $0 }' \
    <(diff /tmp/expected /tmp/heard) "$table"
  expect "only what antispoof=$1 lets through is heard" cmp /tmp/expected /tmp/heard
}

# restore_liar IS_BACK... : while it says both an honest frame and a lie without a pause, the guest "liar" (10.0.0.24 in VLAN
# 4) is saved and restored. Its new vif is in its place by that command, and filtered from the first frame.
restore_liar() {
  local lie honest frames before
  lie=$(number_of "IPv4 of another")
  honest=$(number_of "IPv4")
  frames=$(awk -v lie="$lie" -v honest="$honest" '$1 == lie || $1 == honest { printf "%s\\n", $4 }' "$table")
  in_guest 4 10.0.0.24 "printf '$frames\\n' >/pair
    while usleep 20000; do send_frames eth0 </pair; done >/dev/null 2>&1 & echo \$! >/pair.pid"

  capture wire switch wire
  before=$(vif liar)
  xl save liar /tmp/liar.save
  eventually "liar's vif is gone" test ! -e "/sys/class/net/$before"
  xl restore /tmp/liar.save
  rm /tmp/liar.save
  capture said dom0 "$(vif liar)"
  expect "liar's vif is in its place" "$@"
  expect "liar's vif has its filter" test "$(filter "$(vif liar)")" = ip
  expect "status shows it" test "$(shown liar)" = "[ip]"
  eventually "host 4 reaches liar" host_reaches 4 10.0.0.24
  in_guest 4 10.0.0.24 "kill \$(cat /pair.pid)"
  captured said
  captured wire
  expect "the restored guest goes on lying" grep -qx "$lie" <(numbers said)
  expect "what is honest is on the wire, and no lie" test "$(numbers wire)" = "$honest"
}
