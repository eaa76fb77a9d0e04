#!/usr/bin/env bash
# Guests that lie, heard on the wire: what of all that a guest may say, honest or not, arrives there.
# shellcheck source-path=SCRIPTDIR source=lib.sh source=lies.sh disable=SC2119,SC2154
source "${BASH_SOURCE[0]%/*}/lib.sh"
needs_xenstore
source "${BASH_SOURCE[0]%/*}/lies.sh"

say() {
  ip netns exec vif3.0 perl "$lies" say eth0 <"$table"
}

# What is heard of that which passes by itself: what the filter lets through, and nothing else.
expect_heard() {  # COLUMN KIND, of the verdict (1: mac, 2: ip) and the port (access, tagged)
  local expected
  expected=$(awk -v column="$1" -v kind="$2" -v free="$free" '
    BEGIN { split(free, list, " "); for (i in list) passes[list[i]] = 1 }
    $1 in passes {
      verdict = $(column + 1)
      if (verdict == "always" || verdict == "tagged" && kind == "tagged") print $1
    }' "$table" | xargs)
  heard >"$TMPDIR/ignored"
  say
  local found
  found=$(heard)
  if [[ $found != "$expected" ]]; then
    # shellcheck disable=SC2046,SC2086  # words are what it takes
    names_of $(comm -3 <(tr ' ' '\n' <<<"$found" | sort) <(tr ' ' '\n' <<<"$expected" | sort))
  fi
  expect_equal "$found" "$expected"
}

# All there is to say, from one kind of port.
port() {  # WHAT KIND SETTINGS SPEC...
  local what=$1 kind=$2 free
  local lines=()
  IFS=';' read -r -a lines <<<"$3"
  shift 3
  fresh_wire

  scenario "without antispoof a guest says what it likes, $what"
  settings "${lines[@]}"
  vif_spec "$@" "ip=$ip"
  expect_status 0 by_libxl online
  expect_contains "$err" "is not enforced"
  heard >"$TMPDIR/ignored"
  say
  free=$(heard)
  expect "most of it to be heard" test "$(wc -w <<<"$free")" -gt 150

  scenario "antispoof=mac lets through what it should, $what"
  settings "${lines[@]}" "antispoof = mac"
  expect_status 0 by_libxl online
  expect_contains "$err" "is not enforced"
  expect_heard 1 "$kind"

  scenario "antispoof=ip lets through what it should, $what"
  settings "${lines[@]}" "antispoof = ip"
  expect_status 0 by_libxl online
  expect_equal "$err" ""
  expect_heard 2 "$kind"

  scenario "with antispoof=no a guest says what it likes again, $what"
  settings "${lines[@]}"
  expect_status 0 by_libxl online
  heard >"$TMPDIR/ignored"
  say
  expect_equal "$(heard)" "$free"
  expect_equal "$(tc filter show dev vif3.0 ingress)" ""
}

port "on a VLAN's own bridge" access "" bridge=br4
port "on a VLAN-aware bridge" access "vlan-aware = yes" bridge=br4
port "from a port with tagged VLANs" tagged "vlan-aware = yes" bridge=xenbr0 vlan=5p/4
port "where its own tags pass" tagged "guest-tags = yes" bridge=br4

scenario "with link-local=any a guest may use any such address, and no more"
fresh_wire
vif_spec bridge=br4 "ip=$ip"
settings "antispoof = ip"
expect_status 0 by_libxl online
heard >"$TMPDIR/ignored"
say
tied=$(heard)
settings "antispoof = ip" "link-local = any"
expect_status 0 by_libxl online
heard >"$TMPDIR/ignored"
say
# shellcheck disable=SC2046  # numbers are what it takes
expect_equal "$(names_of $(comm -3 <(tr ' ' '\n' <<<"$tied" | sort) <(heard | tr ' ' '\n' | sort)))" \
  "IPv6 from another link-local address
IPv6 from a random link-local address
a router solicitation of another
duplicate address detection for another link-local address
a neighbour advertisement for the gateway
a neighbour advertisement for another behind options
an MLD report of another"
stop_listening

# Beside a bridge that drops nothing by itself, from one link of a namespace to another.
scenario "the kernel runs a filter as the interpreter of the unit tests does"
fresh_wire
stop_listening
settings "antispoof = ip"
vif_spec bridge=br4 "ip=$ip"
expect_status 0 by_libxl online
ip -batch - <<'BATCH'
link add br0 up type bridge mcast_snooping 0
link add out type veth peer name eth1 netns vif3.0
link set out master br0 up
link set vif3.0 master br0 up
BATCH
ip link set vif3.0 address 02:00:00:00:77:77  # the usual one is nearly everybody's: dom0 has it
ip -n vif3.0 link set eth1 up
echo 1 >/proc/sys/net/ipv6/conf/br0/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/out/disable_ipv6
"${XVLAN%/*}/xvlan_lies" 100000 $RANDOM >"$TMPDIR/frames"
found=$(ip netns exec vif3.0 perl "$lies" agree eth0 eth1 <"$TMPDIR/frames")
expect_contains "$found" " of 100000"
expect_equal "$(head -n -1 <<<"$found" | head)" ""
expect "many of them to be heard" test "${found%% *}" -gt 10000
