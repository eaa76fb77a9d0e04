#!/usr/bin/env bash
# Hosts and their route reflector under FRR's EVPN: every host comes to know every other one in each
# VLAN, and every MAC, again when bgpd was killed. What it prints of large runs is what xvlan-evpn(7),
# ON PAPER, reckons with.
#
#   XVLAN_SCALE="VLANS MACS [HOSTS]" VLANs and MACs of each host, and the number of hosts: "16 32 4" if
#                                    not given, and 8 hosts. In User-Mode Linux "1000 0" takes 4 minutes
#                                    with FRR 10, which has one VXLAN device for them, and "16 2000"
#                                    takes 7 minutes.
#   XVLAN_SCALE_FORM=aware           a VXLAN device for each VLAN with FRR 10 too
# shellcheck source-path=SCRIPTDIR source=lib.sh
if [[ -n ${XVLAN_SCALE:-} ]]; then
  # shellcheck disable=SC2034  # of tests/kernel/lib.sh
  sandbox_options=(--memory 3G --timeout 3000)
fi
source "${BASH_SOURCE[0]%/*}/lib.sh"

read -r vlans macs count <<<"${XVLAN_SCALE:-16 32 4}"
names=()
for ((i = 1; i <= ${count:-8}; ++i)); do names+=("h$i"); done
count=${#names[@]}
patience=$((60 + vlans + macs / 4))
form=single  # FRR 8 takes a single device for one of VNI 0
[[ -e $XVLAN_PROGRAMS/usr/lib/frr/mgmtd ]] || form=aware
form=${XVLAN_SCALE_FORM:-$form}

# Prints the milliseconds since the last call.
_last=0
lap() {
  local now=${EPOCHREALTIME//[!0-9]/}
  took=$(((now - _last) / 1000))
  _last=$now
}

# Resident memory in KiB, and CPU time in ticks of 10 ms, of a daemon.
cost() {  # HOST DAEMON
  local process=${_daemons[$1.$2]} key value words
  while read -r key value _; do
    [[ $key != VmRSS: ]] || resident=$value
  done <"/proc/$process/status"
  read -ra words <"/proc/$process/stat"
  ticks=$((words[13] + words[14]))
}

costs() {  # WHEN
  local which
  for which in h1.zebra h1.bgpd rr.bgpd; do
    cost "${which%.*}" "${which#*.}"
    echo "  $1: $which $resident KiB, CPU $((ticks * 10)) ms"
  done
  while read -r which resident _; do
    [[ $which != Slab: ]] || echo "  $1: kernel, all hosts: $resident KiB of slabs"
  done </proc/meminfo
}

# Whether the host has N entries that lead to another one, of MACs that begin with START.
has_entries() {  # HOST START N
  bridge -n "$1" fdb show >"$TMPDIR/fdb"
  [[ $(grep -c "^$2.* dst " "$TMPDIR/fdb") -eq $3 ]]
}

knows_hosts() {  # HOST
  has_entries "$1" 00:00:00:00:00:00 $((vlans * (count - 1)))
}

knows_macs() {  # HOST
  has_entries "$1" 06 $((macs * (count - 1)))
}

all_know() {  # WHAT
  local name
  for name in "${names[@]}"; do
    expect "$name to know all $1" until_true "$patience" "knows_$1" "$name"
  done
}

# Stations of that host, which its bridge has heard of on a port.
stations() {  # HOST
  local i vid
  ip -n "$1" -batch - <<'BATCH'
link add stations up type dummy
link set stations master xenbr0
link set xenbr0 type bridge ageing_time 1000000
BATCH
  bridge -n "$1" vlan add dev stations vid "2-$((vlans + 1))"
  for ((i = 0; i < macs; ++i)); do
    vid=$((2 + i % vlans))
    printf 'fdb add 06:00:00:%02x:%02x:%02x dev stations master dynamic vlan %d\n' \
      "${_numbers[$1]}" $((i / 256)) $((i % 256)) "$vid"
  done | bridge -n "$1" -batch -
}

scenario "$form: $count hosts know each other in $vlans VLANs"
fresh_lab
reflector rr
for name in "${names[@]}"; do host "$name" "${name#h}"; done
# The hold time is not to end while a busy machine makes links.
sed -i 's/ timers 2 6$/ timers 20 60/' "$hosts"/*/bgpd.conf
lap
for name in "${names[@]}"; do tunnels "$name" "2-$((vlans + 1))"; done
lap
echo "$count hosts, $vlans VLANs, $form: links of all hosts $took ms"
for name in rr "${names[@]}"; do start_frr "$name"; done
lap
echo "  FRR of all hosts started $took ms"
all_know hosts
lap
echo "  every host known everywhere $took ms later"
costs "$((count * vlans)) routes of type 3"

if [[ $macs -gt 0 ]]; then
  scenario "they know each other's MACs"
  for name in "${names[@]}"; do stations "$name"; done
  lap
  echo "  $macs MACs on each host: added $took ms"
  all_know macs
  lap
  echo "  every MAC known everywhere $took ms later"
  costs "and $((count * macs)) routes of type 2"
fi

# Bgpd of HOST dies, so that h1 knows nobody any more, and comes back.
killed_and_back() {  # HOST
  kill_daemon "$1" bgpd
  expect "h1 to forget all" until_true "$patience" has_entries h1 00:00:00:00:00:00 0
  lap
  echo "  bgpd of $1 killed: h1 knows nobody after $took ms"
  start_daemon "$1" bgpd
  all_know hosts
  [[ $macs -eq 0 ]] || all_know macs
  lap
  echo "  all known again everywhere $took ms after its start"
  costs "then"
}

scenario "a host whose bgpd was killed knows all again"
killed_and_back h1

scenario "all know all again when their only reflector was killed"
killed_and_back rr
