#!/usr/bin/env bash
# Fifty guests at once: no event waits for, or spoils, another.
# shellcheck source-path=SCRIPTDIR source=words.sh
source "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit 1

guests=50
bridges=5

bridge_of() {  # GUEST
  echo "br$((100 + $1 % bridges))"
}

# A host with all guests' vifs, as netback has made them, and what the toolstack wrote about them.
fresh_guests() {
  local n nodes=()
  fresh_dom0
  {
    for ((n = 0; n < bridges; n++)); do
      echo "link add br$((100 + n)) group $_links up type bridge"
    done
    for ((n = 1; n <= guests; n++)); do
      echo "link add vif$n.1 group $_links type veth peer name guest$n.1"
    done
  } | ip -batch -
  for ((n = 1; n <= guests; n++)); do
    nodes+=("backend/vif/$n/1/bridge" "$(bridge_of "$n")" "backend/vif/$n/1/hotplug-status" ""
      "backend/vif/$n/1/frontend" "/local/domain/$n/device/vif/1")
  done
  xenstore-write "${nodes[@]}"
}

# Every guest's event at once. $storm has a line "GUEST STATUS" for each, and what they said.
all_at_once() {  # EVENT
  local n
  storm=$(
    for ((n = 1; n <= guests; n++)); do
      (
        status=0
        XENBUS_PATH=backend/vif/$n/1 vif=vif$n.1 "$vif_script" "$1" type_if=vif 2>&1 || status=$?
        echo "$n $status"
      ) &
    done
    wait
  )
}

expect_all_done() {
  local n
  for ((n = 1; n <= guests; n++)); do echo "$n 0"; done | sort >"$TMPDIR/all-done"
  expect_equal "$(sort <<<"$storm")" "$(<"$TMPDIR/all-done")"
}

expect_all_plugged() {
  local n
  expect_all_done
  for ((n = 1; n <= guests; n++)); do
    expect_port "vif$n.1" "$(bridge_of "$n")"
    expect_up "vif$n.1"
  done
  expect_equal "$(xenstore-ls -f backend/vif | grep -c 'hotplug-status = "connected"')" "$guests"
  expect_missing "$(store_of_all)" hotplug-error
}

scenario "50 onlines at once plug 50 vifs"
fresh_guests
all_at_once online
expect_all_plugged

scenario "50 further onlines at once change nothing"
before=$(links_of_all)
told=$(store_of_all)
all_at_once online
expect_all_done
expect_equal "$(links_of_all)" "$before"
expect_equal "$(store_of_all)" "$told"

scenario "50 offlines at once unplug 50 vifs, and write nothing"
all_at_once offline
expect_all_done
for ((n = 1; n <= guests; n++)); do
  expect_port "vif$n.1" -
  expect_down "vif$n.1"
done
expect_equal "$(store_of_all)" "$told"

scenario "50 onlines at once to a bridge that is missing fail each with its reason"
for ((n = 1; n <= guests; n++)); do
  xenstore-write "backend/vif/$n/1/bridge" br9 "backend/vif/$n/1/hotplug-status" ""
done
all_at_once online
expect_equal "$(grep -cE '^[0-9]+ 1$' <<<"$storm")" "$guests"
reason='hotplug-error = "Could not find bridge device br9"'
expect_equal "$(xenstore-ls -f backend/vif | grep -c "$reason")" "$guests"
expect_equal "$(xenstore-ls -f backend/vif | grep -c 'hotplug-status = "error"')" "$guests"

scenario "a vif's online and offline at once leave it plugged or unplugged, not in between"
for ((n = 1; n <= 20; n++)); do
  fresh_dom0
  backend bridge=br4
  vif offline &
  offline=$!
  vif online &
  online=$!
  expect "the offline to succeed" wait "$offline"
  expect "the online to succeed" wait "$online"
  found=$(links_of_all | grep '^vif3.0 ')
  expect "'$found' to be plugged or unplugged" \
    grep -qE '^vif3.0 in (br4 .* up 1|- .* up 0)$' <<<"$found"
done
