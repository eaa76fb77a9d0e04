# What a user meets who mistypes the bridge: no guest, a sentence, and nothing left behind.
# shellcheck shell=bash
begin=$(milliseconds)
never "a guest on br99 starts" create g99 10.0.0.99/24 'bridge=br99' >/tmp/g99.log 2>&1
elapsed=$(($(milliseconds) - begin))
usual=$(cat /tmp/create.milliseconds)
cat /tmp/g99.log
echo "  xl gave up after $elapsed ms; a guest that starts takes $usual ms"
expect "xl says why" grep -q "Could not find bridge device br99" /tmp/g99.log
# A second or two more on an idle machine, for the clearing away; a timeout of libxl's would be 10 s and more.
expect "xl gives up at once" test "$elapsed" -lt $((3 * usual))
never "the guest is gone" xl domid g99 2>/dev/null
never "no vif is left" compgen -G '/sys/class/net/vif99*'
expect "only g4 and g5 have backends" test \
  "$(xenstore-list /local/domain/0/backend/vif | sort | xargs)" = "$(printf '%s\n' "$(xl domid g4)" "$(xl domid g5)" | sort | xargs)"
