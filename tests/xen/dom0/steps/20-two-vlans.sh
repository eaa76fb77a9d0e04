# Two guests in one subnet on two VLANs: each reaches its own VLAN beyond the trunk, and never the other.
# shellcheck shell=bash
capture wire switch wire
create g4 10.0.0.14/24,10.0.1.14/24 'mac=00:16:3e:00:00:04,bridge=br4'
create g5 10.0.0.15/24,10.0.1.15/24 'mac=00:16:3e:00:00:05,bridge=br5'
expect "g4's vif is on br4" port "$(vif g4)" br4
expect "g5's vif is on br5" port "$(vif g5)" br5
eventually "host 4 reaches g4" host_reaches 4 10.0.0.14
eventually "host 5 reaches g5" host_reaches 5 10.0.0.15
expect "g4 reaches host 4" guest_reaches 4 10.0.0.14 10.0.0.4
expect "g5 reaches host 5" guest_reaches 5 10.0.0.15 10.0.0.5
never "g4 reaches host 5" guest_reaches 4 10.0.0.14 10.0.0.5
never "g4 reaches g5" guest_reaches 4 10.0.0.14 10.0.0.15
never "g5 reaches host 4" guest_reaches 5 10.0.0.15 10.0.0.4
never "g5 reaches g4" guest_reaches 5 10.0.0.15 10.0.0.14
captured wire

expect "g4's frames carry tag 4" test "$(frames wire 'vlan 4 and ether src 00:16:3e:00:00:04')" -gt 0
expect "g5's frames carry tag 5" test "$(frames wire 'vlan 5 and ether src 00:16:3e:00:00:05')" -gt 0
expect "g4's frames carry no other tag" test \
  "$(frames wire 'ether host 00:16:3e:00:00:04')" -eq "$(frames wire 'ether host 00:16:3e:00:00:04 and vlan 4')"
expect "g5's frames carry no other tag" test \
  "$(frames wire 'ether host 00:16:3e:00:00:05')" -eq "$(frames wire 'ether host 00:16:3e:00:00:05 and vlan 5')"
segments 4 5
