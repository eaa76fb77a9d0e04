# A guest that is saved and restored is back on its bridge, with its connections.
# shellcheck shell=bash
before=$(vif g4)
xl save g4 /tmp/g4.save
eventually "g4's vif is gone" test ! -e "/sys/class/net/$before"
xl restore /tmp/g4.save
rm /tmp/g4.save
expect "g4's vif is on br4" port "$(vif g4)" br4
eventually "host 4 reaches g4" host_reaches 4 10.0.0.14
