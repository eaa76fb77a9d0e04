#!/bin/bash
# Boots dom0 under emulated Xen and follows its steps; fails with the name of the step that failed.
#
# usage: run.sh SUITE XVLAN_DEB DIRECTORY LIES
#
# SUITE, XVLAN_DEB and LIES are build-image.sh's. The console log is DIRECTORY/console.log; it is removed when
# all steps succeed.
set -euo pipefail

readonly here=${BASH_SOURCE[0]%/*}
readonly directory=$3
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

"$here/build-image.sh" "$1" "$2" "$directory" "$4"

# One processor: with two, emulated, a kernel that patches its code, as when a tcpdump starts or ends, now and then dies of
# a breakpoint that is no longer there ("Oops: int3"). And beside other work, neither has to wait for one that is not run.
# smap and smep: without them switched off, dom0 dies in a page fault under emulation.
# eth0 is the NIC that xvlan must leave alone; without a peer qemu takes its frames and drops them, where an empty hub
# would stall it. The two NICs on the hub are the trunk and the far end of its cable.
: >"$log"
timeout --kill-after=5 "$limit" qemu-system-x86_64 -nodefaults -no-reboot -display none -serial "file:$log" \
  -m 2560 -smp 1 -accel tcg -cpu max,-smap,-smep,-xsave,-avx,-avx2 \
  -kernel "$directory/xen" \
  -append "dom0_mem=1024M dom0_max_vcpus=1 console=com1 com1=115200 loglvl=warning guest_loglvl=all" \
  -initrd "$directory/vmlinux console=hvc0 quiet net.ifnames=0 systemd.show_status=no,$directory/initramfs" \
  -drive "file=$directory/disk,format=raw,if=virtio,snapshot=on" \
  -device virtio-net-pci,romfile= \
  -netdev hubport,id=eth1,hubid=1 -device virtio-net-pci,netdev=eth1,romfile= \
  -netdev hubport,id=eth2,hubid=1 -device virtio-net-pci,netdev=eth2,romfile= 2>"$directory/qemu.log" &
readonly qemu=$!
trap 'kill "$qemu" 2>/dev/null || true' EXIT

step=boot
verdict=
while read -r line; do
  case $line in
    "step "*": begin") step=${line#step } step=${step%: begin} ;;
    "step "*) echo "$line" ;;
    "steps: "*) verdict=${line#steps: } && break ;;
  esac
done < <(tail --follow --lines=+1 --pid="$qemu" --sleep-interval=0.2 "$log" | stdbuf -oL tr -d '\000\r')

if [[ $verdict == "all ok" ]]; then
  rm "$log" "$directory/qemu.log"
  exit 0
fi
echo "run.sh: ${verdict:-dom0 ended or hung in $step}; the console is in $log" >&2
cat "$directory/qemu.log" >&2
# Up to the state of the host, which follows a failed step.
sed '/^--- /,$d' "$log" | tail -n 20 >&2
exit 1
