#!/usr/bin/env bash
#
# boot.sh [OPTION…] COMMAND [ARGUMENT…]
#
# Runs a command, as root, on a stock kernel of Debian: in a virtual machine whose files are this machine's own. It sees
# the caller's environment and folder; what it prints and its exit status come back, what it writes is forgotten with
# the machine. The machine has `lo`, and two network cards wired to each other and to nothing else: eth0 and eth1.
#
#   --suite SUITE      whose kernel: bookworm (the default), trixie, trixie-backports, …
#   --report FILE      what the command writes to /dev/virtio-ports/report is written to FILE
#   --limit SECONDS    when to stop it (1800)
#   --memory MIB       2048 by default
#   --append WORDS     for the kernel's command line
#   --console          show the kernel's messages as they come
#   --fetch            only fetch what is needed
#   --acceleration     only say how it would run: kvm, or tcg where it is emulated
#
# Exit status 124: stopped by the limit. 125: the machine could not start or died.
# ISOLINK_VM_CACHE: where the unpacked packages are kept (~/.cache/isolink-vm).
# ISOLINK_VM_ACCEL: kvm or tcg. ISOLINK_VM_FILES: virtiofs (needs root) or 9p.

set -Eeuo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
  echo "boot.sh: $*" >&2
  exit 125
}
trap 'fail "$BASH_COMMAND: exit status $?"' ERR

suite=bookworm report=/dev/null limit=1800 memory=2048 append='' console='' fetch='' ask=''
while [ $# -gt 0 ]; do
  case $1 in
  --suite) suite=$2; shift 2 ;;
  --report) report=$(realpath "$2"); shift 2 ;;
  --limit) limit=$2; shift 2 ;;
  --memory) memory=$2; shift 2 ;;
  --append) append=$2; shift 2 ;;
  --console) console=1; shift ;;
  --fetch) fetch=1; shift ;;
  --acceleration) ask=1; shift ;;
  -*) fail "there is no option $1" ;;
  *) break ;;
  esac
done
[ $# -gt 0 ] || [ -n "$fetch$ask" ] || fail 'no command is given'
[ "$(uname --machine)" = x86_64 ] || fail "the machine is a $(uname --machine): only x86_64 has been tried"

# A hypervisor may offer /dev/kvm and no virtualisation behind it: QEMU then hangs.
acceleration=tcg
if [ -w /dev/kvm ] && grep --quiet --word-regexp --extended-regexp 'vmx|svm' /proc/cpuinfo; then acceleration=kvm; fi
acceleration=${ISOLINK_VM_ACCEL:-$acceleration}
if [ -n "$ask" ]; then
  echo "$acceleration"
  exit
fi

cache=${ISOLINK_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isolink-vm}
mkdir -p "$cache"
cache=$(realpath "$cache")
. "$here/packages.sh"

machine=$cache/machine
once "$machine/fetched" fetch_machine "$machine"
for busybox in "$machine"/{usr/,}bin/busybox; do [ ! -x "$busybox" ] || break; done
# The libraries that were fetched are for what was fetched alone.
fetched=(env "LD_LIBRARY_PATH=$machine/usr/lib/x86_64-linux-gnu:$machine/lib/x86_64-linux-gnu")
qemu=(qemu-system-x86_64)
if [ -x "$machine/usr/bin/qemu-system-x86_64" ]; then
  qemu=("$machine/usr/bin/qemu-system-x86_64" -L "$machine/usr/share/qemu" -L "$machine/usr/share/seabios")
fi

# How the files get in. virtiofs is the faster; only the kernels with all drivers have 9p.
virtiofsd=$(find "$machine/usr/lib/qemu/virtiofsd" "$machine/usr/libexec/virtiofsd" \
  /usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd -maxdepth 0 -print -quit 2>/dev/null || true)
files=9p
if [ "$(id -u)" -eq 0 ] && [ -n "$virtiofsd" ]; then files=virtiofs; fi
files=${ISOLINK_VM_FILES:-$files}
flavour=cloud-amd64
[ "$files" = virtiofs ] || flavour=amd64

kernel=$cache/$suite-$flavour
once "$kernel/fetched" fetch_kernel "$kernel" "$suite" "$flavour"
[ -z "$fetch" ] || exit 0

processor=(-accel kvm -cpu host -smp "$(nproc)")
if [ "$acceleration" = tcg ]; then
  # Time is counted by instructions, one a nanosecond, and only passes by itself while the machine idles: however slowly
  # it is emulated, nothing in there is late. That allows one processor, and costs a quarter of its speed.
  processor=(-accel tcg -cpu max -smp 1 -icount shift=0,sleep=on)
  # Translated code is kept by virtual address: at random ones each program would be translated at each start.
  append="norandmaps $append"
fi

run=$(mktemp --directory --tmpdir isolink-vm.XXXXXX)
children=()
finish() {
  [ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
  rm -rf "$run"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The job, and after it an archive of what the kernel unpacks into its first file system: two archives in a row are one.
mkdir -p "$run/first"/{bin,dev,files,guest,proc,root,sys,written}
{
  unset NODE_EXTRA_CA_CERTS # each node would read the certificates, and there is no network
  declare -px
  echo 'PATH=$PATH:/usr/sbin:/sbin:/run/vm'
  printf 'export ISOLINK_VM=%s ISOLINK_TEST_NIC=eth1\n' "$acceleration"
  printf 'cd %q\nexec' "$PWD"
  printf ' %q' "$@"
} >"$run/first/guest/job.sh"
echo "files=$files modules=$kernel/lib/modules/$(cat "$kernel/version")" >"$run/first/guest/machine.sh"
cp "$here"/guest/*.sh "$run/first/guest/"
ln -s guest/init.sh "$run/first/init"
cp "$busybox" "$run/first/bin/busybox"
modules=lib/modules/$(cat "$kernel/version")
for name in virtio_pci virtio_console overlay virtiofs 9pnet_virtio 9p; do
  # A module and those it needs. One that is not listed is built in, or this kernel has none.
  for file in $(sed -n "s#^\(.*/${name//_/[-_]}\.ko\):\(.*\)#\1 \2#p" "$kernel/$modules/modules.dep"); do
    install -D "$kernel/$modules/$file" "$run/first/$modules/$file"
  done
done
"$busybox" depmod -b "$run/first" "$(cat "$kernel/version")"
(cd "$run/first" && find . | "$busybox" cpio -o -H newc 2>/dev/null) >"$run/initrd"

options=(
  -nodefaults -no-user-config -no-reboot -display none
  -machine q35 "${processor[@]}" -m "$memory"
  -kernel "$kernel/vmlinuz" -initrd "$run/initrd"
  # An oops ends the machine. A kernel that waits for its emulator is not stuck.
  -append "console=ttyS0 quiet panic=-1 oops=panic nowatchdog rcupdate.rcu_cpu_stall_suppress=1 mitigations=off
    net.ifnames=0 dummy.numdummies=0 ifb.numifbs=0 bonding.max_bonds=0 random.trust_cpu=1 tsc=reliable no_timer_check $append"
  -chardev "file,id=console,path=$run/console" -serial chardev:console
  -netdev hubport,id=wire0,hubid=0 -device virtio-net-pci,netdev=wire0,mac=52:54:00:00:00:10
  -netdev hubport,id=wire1,hubid=0 -device virtio-net-pci,netdev=wire1,mac=52:54:00:00:00:11
  -device virtio-serial-pci
)

mkfifo "$run/stdout" "$run/stderr"
: >"$run/report"
for port in stdout stderr status report; do
  options+=(-chardev "file,id=$port,path=$run/$port" -device "virtserialport,chardev=$port,name=$port")
done

if [ "$files" = 9p ]; then
  options+=(-fsdev local,id=files,path=/,security_model=none,multidevs=remap,readonly=on
    -device virtio-9p-pci,fsdev=files,mount_tag=files)
else
  # Two programs have borne the name. What is shared is taken not to change meanwhile.
  share=(-o source=/ -o sandbox=chroot -o cache=always)
  if [[ $("${fetched[@]}" "$virtiofsd" --help 2>&1) == *--shared-dir* ]]; then
    share=(--shared-dir=/ --sandbox=chroot --cache=always --no-announce-submounts --readonly)
  fi
  "${fetched[@]}" "$virtiofsd" --socket-path="$run/files" "${share[@]}" >"$run/virtiofsd.log" 2>&1 &
  children+=($!)
  for _ in {1..200}; do [ ! -S "$run/files" ] || break; sleep 0.02; done
  [ -S "$run/files" ] || { cat "$run/virtiofsd.log" >&2; fail 'virtiofsd does not start'; }
  options+=(-object "memory-backend-memfd,id=memory,size=${memory}M,share=on" -machine memory-backend=memory
    -chardev "socket,id=files,path=$run/files" -device vhost-user-fs-pci,chardev=files,tag=files)
fi

cat "$run/stdout" & stdout=$!
cat "$run/stderr" >&2 & stderr=$!
children+=("$stdout" "$stderr")
if [ -n "$console" ]; then
  : >"$run/console"
  tail --lines=+1 --follow "$run/console" >&2 &
  children+=($!)
fi
status=0
# Whoever kills us without a word ends it too.
setpriv --pdeathsig TERM timeout --kill-after=5 "$limit" "${fetched[@]}" "${qemu[@]}" "${options[@]}" </dev/null >"$run/qemu.log" 2>&1 &
children+=($!)
wait $! || status=$? # bash sees to signals while it waits, and not while a command runs
if [ "$report" != /dev/null ]; then cp "$run/report" "$report"; fi
if [ -s "$run/status" ]; then
  wait "$stdout" "$stderr" || true
  exit "$(cat "$run/status")"
fi
cat "$run/qemu.log" >&2
tail --lines=60 "$run/console" >&2 || true
if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
  echo "boot.sh: stopped after $limit s" >&2
  exit 124
fi
fail 'the machine died'
