# What a user meets who mistypes the bridge: no guest, a sentence, and nothing left behind.
# shellcheck shell=bash

# How long a guest takes here, to compare.
begin=$(milliseconds)
create g98 10.0.0.98/24 'bridge=br4'
usual=$(($(milliseconds) - begin))
xl destroy g98

begin=$(milliseconds)
never "a guest on br99 starts" create g99 10.0.0.99/24 'bridge=br99' >/tmp/g99.log 2>&1
elapsed=$(($(milliseconds) - begin))
cat /tmp/g99.log
echo "  xl gave up after $elapsed ms; a guest that starts takes $usual ms"
expect "xl says why" grep -q "Could not find bridge device br99" /tmp/g99.log
never "xl waited for something in vain" grep -q -i -E 'timeout|timed out' /tmp/g99.log
# A second or two more on an idle machine, for the clearing away; what else a machine does is allowed for.
expect "xl gives up at once" test "$elapsed" -lt $((3 * usual + 5000))
never "the guest is gone" xl domid g99 2>/dev/null
only_g4_and_g5() {
  [[ $(cd /sys/class/net && echo vif*) == $(printf '%s\n' "$(vif g4)" "$(vif g5 1)" | sort | xargs) ]] &&
    [[ $(xenstore-list /local/domain/0/backend/vif | sort | xargs) == \
      $(printf '%s\n' "$(xl domid g4)" "$(xl domid g5)" | sort | xargs) ]]
}
eventually "only g4 and g5 have vifs and backends" only_g4_and_g5
