#!/bin/bash
# Boots dom0 under emulated Xen, or two of them, and follows its steps; fails with the name of the step that failed.
#
# usage: run.sh STEPS SUITE XVLAN_DEB DIRECTORY LIES
#
# STEPS is the folder of dom0/ that has them: steps for one host, hosts for two, whose first does the steps. SUITE,
# XVLAN_DEB and LIES are build-image.sh's. The console's log is DIRECTORY/console.log, that of the second host second.log;
# they are removed when all steps succeed.
set -euo pipefail

readonly here=${BASH_SOURCE[0]%/*} steps=$1
readonly directory=$4
readonly log=$directory/console.log
readonly limit=2400  # seconds for boot and steps, on a machine that has much else to do

for tool in qemu-system-x86_64 mmdebstrap mke2fs cpio xz zstd; do
  if ! command -v "$tool" >/dev/null; then
    echo "run.sh: $tool is missing; see scripts/install-packages" >&2
    exit 1
  fi
done

# One run at a time in a directory. qemu holds the lock too, until it has ended.
mkdir -p "$directory"
exec {lock}>"$directory/lock"
flock --timeout "$limit" "$lock"

"$here/build-image.sh" "$2" "$3" "$directory" "$5"

hosts=()
# A socket's path has room for 108 bytes.
sockets=$(mktemp -d)
trap 'kill "${hosts[@]}" 2>/dev/null || true; rm -r "$sockets"' EXIT

# boot LOG WORDS NETWORK... : a host, with these words on dom0's command line, and these options of qemu.
# One processor: with two, emulated, a kernel that patches its code, as when a tcpdump starts or ends, now and then dies of
# a breakpoint that is no longer there ("Oops: int3"). And beside other work, neither has to wait for one that is not run.
# smap and smep: without them switched off, dom0 dies in a page fault under emulation.
# Nothing speculates here, and what Xen and Linux do about it takes a tenth of the time.
boot() {
  : >"$1"
  timeout --kill-after=5 "$limit" qemu-system-x86_64 -nodefaults -no-reboot -display none -serial "file:$1" \
    -m 2560 -smp 1 -accel tcg -cpu max,-smap,-smep,-xsave,-avx,-avx2 \
    -kernel "$directory/xen" \
    -append "dom0_mem=1024M dom0_max_vcpus=1 console=com1 com1=115200 loglvl=warning guest_loglvl=all spec-ctrl=no" \
    -initrd "$directory/vmlinux console=hvc0 quiet mitigations=off net.ifnames=0 systemd.show_status=no $2,$directory/initramfs" \
    -drive "file=$directory/disk,format=raw,if=virtio,snapshot=on" \
    "${@:3}" 2>>"$directory/qemu.log" &
  hosts+=($!)
}

# end NUMBER : the NIC at that end, 1 or 2, of the cable between two hosts.
end() {
  printf '%s\n' -device "virtio-net-pci,netdev=cable,romfile=,mac=52:54:00:00:00:0$1" -netdev \
    "dgram,id=cable,local.type=unix,local.path=$sockets/$1,remote.type=unix,remote.path=$sockets/$((3 - $1))"
}

: >"$directory/qemu.log"
case $steps in
  steps)
    # eth0 is the NIC that xvlan must leave alone; without a peer qemu takes its frames and drops them, where an empty hub
    # would stall it. The two NICs on the hub are the trunk and the far end of its cable.
    boot "$log" "" \
      -device virtio-net-pci,romfile= \
      -netdev hubport,id=eth1,hubid=1 -device virtio-net-pci,netdev=eth1,romfile= \
      -netdev hubport,id=eth2,hubid=1 -device virtio-net-pci,netdev=eth2,romfile=
    ;;
  hosts)
    # A disk that both have, for guests that move. They have no trunk that xvlan's unit could bring up at boot, and no switch.
    readonly words="steps=hosts systemd.mask=xvlan.service systemd.mask=switch.service"
    rm -f "$directory/shared"
    truncate --size=256M "$directory/shared"
    readonly shared=(-drive "file=$directory/shared,format=raw,if=virtio,file.locking=off")
    mapfile -t nic < <(end 1)
    boot "$log" "$words host=1" "${nic[@]}" "${shared[@]}"
    mapfile -t nic < <(end 2)
    boot "$directory/second.log" "$words host=2" "${nic[@]}" "${shared[@]}"
    ;;
esac

step=boot
verdict=
while read -r line; do
  case $line in
    "step "*": begin") step=${line#step } step=${step%: begin} ;;
    "step "*) echo "$line" ;;
    "steps: "*) verdict=${line#steps: } && break ;;
  esac
done < <(tail --follow --lines=+1 --pid="${hosts[0]}" --sleep-interval=0.2 "$log" | stdbuf -oL tr -d '\000\r')

if [[ $verdict == "all ok" ]]; then
  rm -f "$log" "$directory"/{qemu.log,second.log,shared}
  exit 0
fi
echo "run.sh: ${verdict:-dom0 ended or hung in $step}; the console is in $log" >&2
cat "$directory/qemu.log" >&2
# What came before the state of the host, which follows a failed step; and of that, what tells most in few lines.
sed '/^--- /,$d' "$log" | tail -n 20 >&2
sed -n '/^--- domains/,/^--- xenstore/p' "$log" >&2
sed -n '/^--- journal/,/^--- \//p' "$log" | tail -n 40 >&2
exit 1
