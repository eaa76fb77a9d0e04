# mtu=, vifname=, and two vifs in one guest.
# shellcheck shell=bash
create g5 10.0.0.15/24,10.0.1.15/24 \
  'mac=00:16:3e:00:00:05,bridge=br5,vifname=web0' 'mac=00:16:3e:00:01:05,bridge=br4,mtu=1400'
expect "the first vif is called web0 and is on br5" port web0 br5
never "the first vif has no other name" exists "$(vif g5)"
second=$(vif g5 1)
expect "the second vif is on br4" port "$second" br4
expect "the second vif has MTU 1400" link "$second" '.mtu == 1400'
expect "g5 is told of MTU 1400" test "$(xenstore-read "/local/domain/$(xl domid g5)/device/vif/1/mtu")" = 1400
eventually "host 5 reaches g5's first vif" host_reaches 5 10.0.0.15
eventually "host 4 reaches g5's second vif" host_reaches 4 10.0.1.15
