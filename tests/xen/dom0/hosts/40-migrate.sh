# The guest goes back, as a migration ends: when it runs on the first host, its vif on the second is still there. One that
# stays on the second pings it: nothing but FRR can tell that host that its frames go elsewhere now.
# (`xl migrate` itself moves no PV guest here: for that Debian builds Xen without shadow paging.)
# shellcheck shell=bash source=tests/xen/dom0/hosts.sh
source hosts.sh
on_second capture far dom0 "$(on_second vif far)"
ping_mover 10.0.0.15
before=$(on_second vif mover)
on_second xl save -p mover /dev/vdb
xl restore -p /dev/vdb
capture mover dom0 "$(vif mover)"
expect "the second host still has mover's vif" on_second port "$before" br4
never "the second host knows of mover on the first" on_second knows_guest 4 "$mover" 1
unpaused=$(unpause mover)
eventually "the second host knows that mover is on the first" on_second knows_guest 4 "$mover" 1
expect "the second host still has mover's vif" on_second port "$before" br4
sleep 2
no_more_pings 10.0.0.15
on_second captured far
captured mover
on_second pings 10.0.0.16 far >/tmp/far.pings
pings 10.0.0.15 mover >/tmp/mover.pings
is_heard_again "$unpaused" "$(first_frame "$mover" mover)" /tmp/far.pings /tmp/mover.pings

on_second xl destroy mover
eventually "the second host has mover's vif no more" on_second test ! -e "/sys/class/net/$before"
expect "near reaches mover" guest_reaches 4 10.0.0.14 10.0.0.16
expect "far reaches mover" guest_reaches 4 10.0.0.15 10.0.0.16
never "ten reaches mover" guest_reaches 10 10.0.0.110 10.0.0.16
