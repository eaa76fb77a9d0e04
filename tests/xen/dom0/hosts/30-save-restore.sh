# A guest is saved on the first host and restored on the second, while one that stays pings it: it is heard from there
# within a second.
# shellcheck shell=bash source=tests/xen/dom0/hosts.sh
source hosts.sh
expect "far reaches mover" guest_reaches 4 10.0.0.15 10.0.0.16
eventually "the second host knows that mover is on the first" on_second knows_guest 4 "$mover" 1

capture near dom0 "$(vif near)"
ping_mover 10.0.0.14
before=$(vif mover)
xl save mover /dev/vdb
never "the first host has mover's vif" exists "$before"
on_second xl restore -p /dev/vdb
on_second capture mover dom0 "$(on_second vif mover)"
unpaused=$(on_second unpause mover)
eventually "the first host knows that mover is on the second" knows_guest 4 "$mover" 2
sleep 2
no_more_pings 10.0.0.14
captured near
on_second captured mover
on_second pings 10.0.0.14 mover >/tmp/mover.pings
pings 10.0.0.16 near >/tmp/near.pings
runs=$(on_second first_frame "$mover" mover)
is_heard_again "$unpaused" "$runs" /tmp/near.pings /tmp/mover.pings
expect "far reaches mover" guest_reaches 4 10.0.0.15 10.0.0.16
never "ten reaches mover" guest_reaches 10 10.0.0.110 10.0.0.16
