#!/usr/bin/env bash
# The administrator's hooks, as Xen's own vif-bridge runs them and as vif-xvlan does.
# shellcheck disable=SC2016  # a hook is written down here and run later
# shellcheck source-path=SCRIPTDIR source=words.sh
source "$(dirname "${BASH_SOURCE[0]}")/words.sh" || exit 1

hooks=/etc/xen/scripts/vif-post.d
log=/var/log/xen/xen-hotplug.log

# Xen's scripts with a folder for hooks, what starts one, and the log: here for this test alone.
cp -a /etc/xen/scripts "$TMPDIR/scripts"
mount --bind "$TMPDIR/scripts" /etc/xen/scripts
mount -t tmpfs tmpfs /var/log/xen
runner=$(grep -aoE '/[a-z/]+/xvlan/call-hook' "$XVLAN" | sort -u)
prefix=${runner%/xvlan/call-hook}
mkdir -p "$prefix"
mount -t tmpfs tmpfs "$prefix"
mkdir "$prefix/xvlan"
cp "$_words/../../scripts/hooks/call-hook" "$runner"

fresh_hooks() {
  rm -rf "$hooks"
  mkdir "$hooks"
  fresh_dom0
}

hook() {  # NAME TEXT
  echo "$2" >"$hooks/$1"
  chmod 755 "$hooks/$1"
}


# What both sides tell a hook ------------------------------------------------------------------

stock_script=/etc/xen/scripts/vif-bridge
own_script=$vif_script

# Every variable but bash's own, the stock script's last argument, and those with an underscore in front.
dump='for _name in $(compgen -v | grep -vE "^(BASH.*|COMP_.*|_.*)$"); do
  case $_name in
    DIRSTACK | EPOCH* | EUID | FUNCNAME | GROUPS | HOST* | IFS | LANG | LINENO | MACHTYPE | OLDPWD | \
      OPT* | OSTYPE | PATH | PIPESTATUS | PPID | PS4 | PWD | RANDOM | SECONDS | SHELL* | SHLVL | \
      SRANDOM | TERM | UID | arg) ;;
    *) echo "$_name=${!_name}" ;;
  esac
done >'"$TMPDIR/told"'
echo "the arguments: $*" >>'"$TMPDIR/told"

# What a hook is told of a call with these variables and no others, in the file told.
tell() {  # VARIABLE... SCRIPT WORD...
  rm -f "$TMPDIR/told"
  expect_status 0 env -i "PATH=$PATH" "$@"
  sort "$TMPDIR/told" >"$TMPDIR/sorted"
  mv "$TMPDIR/sorted" "$TMPDIR/told"
}

by_libxl=(XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 XENBUS_BASE_PATH=backend netdev=
  script=/etc/xen/scripts/vif vif=vif3.0 INTERFACE=vif3.0-emu)

# The variables that differ: < of the stock script, > of ours.
expect_differences() {  # DIFFERENCES PREPARE WORD...
  local script
  for script in "$stock_script" "$own_script"; do
    fresh_hooks
    hook dump.hook "$dump"
    vif_script=$script eval "$2"
    tell "${by_libxl[@]}" "$script" "${@:3}"
    mv "$TMPDIR/told" "$TMPDIR/by-${script##*/}"
  done
  expect_equal "$(diff "$TMPDIR/by-vif-bridge" "$TMPDIR/by-vif-xvlan" | grep '^[<>]' | sort)" \
    "$(sort <<<"$1")"
}

# libxl's own variables, and what the stock script happens to leave behind.
only_stock="\
< IPTABLES_WAIT_RUNE=-w
< IPTABLES_WAIT_RUNE_CHECKED=false
< LOCK_BASEDIR=/var/run/xen-hotplug
< RET=0
< f=$hooks/dump.hook
< netdev=
< script=/etc/xen/scripts/vif"
only_own="\
> mac=00:16:3e:01:fb:fe
> mtu=1500
> vlan="
# libxl names the tap of every guest that has one.
of_a_vif="$only_stock
< INTERFACE=vif3.0-emu
$only_own
> devid=0
> domid=3"
# The stock script's path of the backend is right in dom0 only.
of_a_tap="$only_stock
< XENBUS_PATH=/local/domain/0/backend/vif/3/0
< dev_=3.0
$only_own
> XENBUS_PATH=backend/vif/3/0"

scenario "a hook is told of a vif what vif-bridge tells it, and more"
expect_differences "$of_a_vif" 'backend bridge=br4 "ip=10.0.4.2 10.0.4.3"' online type_if=vif
expect_contains "$(<"$TMPDIR/by-vif-xvlan")" $'\nip=10.0.4.2 10.0.4.3\n'
expect_differences "$of_a_vif" 'backend bridge=br4; vif online' offline type_if=vif
expect_differences "$of_a_vif" 'backend; export bridge=br4' online type_if=vif bridge=br4
expect_differences "$of_a_vif" \
  'backend bridge=xenbr0; ip link set br4 down; ip link set br4 name eth0 up' online type_if=vif
expect_contains "$(<"$TMPDIR/by-vif-xvlan")" $'\nbridge=eth0\n'

scenario "the same of a vif with another name"
expect_differences "$of_a_vif" 'backend bridge=br4 vifname=web' online type_if=vif
expect_contains "$(<"$TMPDIR/by-vif-xvlan")" $'\ndev=web\n'
expect_differences "$of_a_vif" 'backend bridge=br4 vifname=web; vif online' offline type_if=vif

scenario "the same of a vif that has gone by itself, whose MTU nobody knows"
expect_differences "${of_a_vif/1500/}" 'backend bridge=br4; ip link delete vif3.0' offline type_if=vif

scenario "the same of a tap"
expect_differences "$of_a_tap" 'backend bridge=br4 vifname=web' add type_if=tap
expect_contains "$(<"$TMPDIR/by-vif-xvlan")" $'\ndev=web-emu\n'
expect_differences "$of_a_tap" 'backend bridge=br4; tap add' remove type_if=tap

scenario "a hook sees the same whoever calls"
fresh_hooks
hook dump.hook "$dump"
backend bridge=br4 vifname=web
tell "${by_libxl[@]}" "$own_script" online type_if=vif
mv "$TMPDIR/told" "$TMPDIR/libxl"
tell XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 XENBUS_BASE_PATH=backend ACTION=online \
  SUBSYSTEM=xen-backend script=vif-xvlan vif=web UDEV_CALL=1 "$own_script" online
expect_equal "$(diff "$TMPDIR/libxl" "$TMPDIR/told" || true)" ""
tell LC_ALL=de_DE.UTF-8 BASH_ENV=/nowhere bridge=br5 "$own_script" online vif3.0
expect_equal "$(diff "$TMPDIR/libxl" "$TMPDIR/told" || true)" ""

# When, and which -------------------------------------------------------------------------------

scenario "a hook finds the vif on its bridge and up, and the guest not yet connected"
fresh_hooks
backend bridge=br4
hook look.hook 'cd /sys/class/net/$dev
status=$(xenstore_read_default "$XENBUS_PATH/hotplug-status" -)
echo "$(readlink master) up=$(($(<flags) & 1)) status=$status" >'"$TMPDIR/seen"
expect_status 0 vif online
expect_equal "$(<"$TMPDIR/seen")" "../br4 up=1 status="
expect_equal "$(status_node)" connected
expect_equal "$err" ""

scenario "hooks are those executable files that have a hook's name, each by itself and in order"
fresh_hooks
backend bridge=br4
for name in b.hook a.hook; do
  hook $name "echo $name \$type_if \${seen:-nothing} >>$TMPDIR/ran; seen=$name"
done
hook 50-program "#!/bin/sh
echo 50-program \$command \$dev >>$TMPDIR/ran"
hook c.hook~ "echo a copy >>$TMPDIR/ran"
hook d.hook "echo a plain file >>$TMPDIR/ran"
chmod -x "$hooks/d.hook"
expect_status 0 vif online
expect_equal "$(<"$TMPDIR/ran")" $'50-program online vif3.0\na.hook vif nothing\nb.hook vif nothing'
rm "$TMPDIR/ran"
expect_status 0 vif online dry-run
expect_contains "$out" "run hook $hooks/50-program for online of vif3.0
run hook $hooks/a.hook for online of vif3.0"
expect_not "a hook to run" test -e "$TMPDIR/ran"

scenario "no hook runs where vif-bridge runs none"
for call in "tap online" "vif add" "vif online bridge=br9"; do
  for vif_script in "$stock_script" "$own_script"; do
    fresh_hooks
    backend
    xenstore-write backend/vif/3/0/bridge br9
    hook a.hook "touch $TMPDIR/ran"
    # shellcheck disable=SC2086  # the words of a call
    $call 2>"$TMPDIR/ignored" || true
    expect_not "a hook to run" test -e "$TMPDIR/ran"
  done
done

scenario "what xenstore says is data"
fresh_hooks
backend bridge=br4 "ip=\$(touch $TMPDIR/ran) ; touch $TMPDIR/ran"
hook a.hook 'echo "$ip" >'"$TMPDIR/seen"
expect_status 0 vif online
expect_equal "$(<"$TMPDIR/seen")" "\$(touch $TMPDIR/ran) ; touch $TMPDIR/ran"
expect_not "it to run" test -e "$TMPDIR/ran"

# What goes wrong -------------------------------------------------------------------------------

scenario "a hook that fails is told, and the vif is plugged; vif-bridge gives up without a word"
for vif_script in "$stock_script" "$own_script"; do
  fresh_hooks
  backend bridge=br4
  hook a.hook $'echo before\nfalse\necho behind'
  : >"$log"
  status=0
  vif online >"$TMPDIR/out" 2>"$TMPDIR/err" || status=$?
  found="$status $(status_node) $(error_node) $(<"$TMPDIR/out")"
  if [[ $vif_script == "$stock_script" ]]; then
    expect_equal "$found" "1  absent before"
  else
    expect_equal "$found" "0 connected absent "
  fi
  expect_port vif3.0 br4
done
expect_equal "$(<"$TMPDIR/err")" \
  "xvlan: warning: vif3.0: hook $hooks/a.hook failed: it ended with status 1"
expect_equal "$(<"$log")" before

scenario "a hook that hangs is killed with all that it started, and the vif is plugged"
fresh_hooks
backend bridge=br4
mkfifo "$TMPDIR/held"
hook a.hook "sleep 1000 >$TMPDIR/held & wait"
hook b.hook "touch $TMPDIR/ran"
cat "$TMPDIR/held" >"$TMPDIR/ignored" &
reader=$!
expect_status 0 vif online
expect_equal "$err" "\
xvlan: warning: vif3.0: hook $hooks/a.hook failed: it took too long, and was killed
xvlan: warning: vif3.0: hook $hooks/b.hook failed: there is no time left for it"
expect_port vif3.0 br4
expect_equal "$(status_node)" connected
expect "the reader to come to the end" wait "$reader"
expect_not "the next hook to run" test -e "$TMPDIR/ran"

scenario "a hook may leave a daemon behind, which has none of the caller's files and keeps nobody waiting"
fresh_hooks
backend bridge=br4
hook a.hook "sleep 1000 & echo \$! >$TMPDIR/daemon; ls -l /proc/\$!/fd | sed -n 's/.* //p' >$TMPDIR/files"
all=$(vif online 2>&1 9>"$TMPDIR/lock")
expect_equal "$all" ""
expect "the daemon to run" kill "$(<"$TMPDIR/daemon")"
expect_equal "$(sed 1d "$TMPDIR/files" | sort -u)" $'/dev/null\n'"$log"

scenario "a hook that others than root can change is not run, and that is told"
fresh_hooks
backend bridge=br4
hook a.hook "touch $TMPDIR/ran"
chmod 757 "$hooks/a.hook"
expect_status 0 vif online
expect_equal "$err" \
  "xvlan: warning: vif3.0: hook $hooks/a.hook is not run: others than root can write to it"
expect_not "it to run" test -e "$TMPDIR/ran"

scenario "where what starts a hook is missing, that is told"
fresh_hooks
backend bridge=br4
hook a.hook "touch $TMPDIR/ran"
mv "$runner" "$runner.away"
expect_status 0 vif online
mv "$runner.away" "$runner"
expect_equal "$err" "xvlan: warning: vif3.0: hook $hooks/a.hook failed: cannot run $runner: \
No such file or directory"

# What it costs ----------------------------------------------------------------------------------

# The system calls that have to do with hooks, by name, of an online.
calls_for_hooks() {
  ip link set vif3.0 nomaster
  ASAN_OPTIONS=detect_leaks=0 expect_status 0 \
    strace --follow-forks --output="$TMPDIR/calls" "$own_script" online vif3.0
  sed -nE '/vif-post\.d/,/^[0-9]+ +close/ { s/^[0-9]+ +([a-z0-9]+)\(.*/\1/p }' "$TMPDIR/calls"
  grep -oE ' (fork|vfork|clone|clone3)\(' "$TMPDIR/calls" || true
}

scenario "without the folder an event costs one system call more, and starts nothing"
fresh_dom0
backend bridge=br4
rm -rf "$hooks"
expect_equal "$(calls_for_hooks | sed 2,\$d)" openat
expect_contains "$(<"$TMPDIR/calls")" "$hooks\", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = -1 ENOENT"
expect_equal "$(grep -c "$hooks" "$TMPDIR/calls")" 1
expect_equal "$(grep -cE ' (execve|fork|vfork|clone|clone3)\(' "$TMPDIR/calls")" 1

scenario "without a hook in it nothing is started"
mkdir "$hooks"
echo "how to write hooks" >"$hooks/README"
expect_missing "$(calls_for_hooks)" clone
expect_equal "$(grep -cE ' (execve|fork|vfork|clone|clone3)\(' "$TMPDIR/calls")" 1
