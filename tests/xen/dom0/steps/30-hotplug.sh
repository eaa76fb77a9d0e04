# A vif that comes and goes while its guest runs; a guest that reboots; one that is destroyed.
# shellcheck shell=bash
xl network-attach g4 mac=00:16:3e:00:01:04 bridge=br5
expect "g4's second vif is on br5" port "$(vif g4 1)" br5
eventually "host 5 reaches g4's second vif" host_reaches 5 10.0.1.14
second=$(vif g4 1)
xl network-detach g4 1
eventually "g4's second vif is gone" test ! -e "/sys/class/net/$second"
never "its backend is gone" xenstore-exists "/local/domain/0/backend/vif/$(xl domid g4)/1"
expect "g4's first vif stays on br4" port "$(vif g4)" br4

before=$(xl domid g4)
xl reboot g4
rebooted() { (($(xl domid g4) > before)); }
eventually "g4 has a new domain" rebooted
eventually "host 4 reaches g4 again" host_reaches 4 10.0.0.14
expect "g4's new vif is on br4" port "$(vif g4)" br4

before=$(xl domid g5)
xl destroy g5
eventually "g5's vif is gone" test ! -e "/sys/class/net/vif$before.0"
never "g5's backend is gone" xenstore-exists "/local/domain/0/backend/vif/$before"
expect "br5 stays as it was" segments 5
