#!/bin/busybox sh
# The first program of the machine: puts together the root file system out of the host's files, which cannot be written
# to, and a memory that takes what is written; then goes on in there with session.sh.

bb=/bin/busybox # by name: a shell may prefer commands of its own
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
. /guest/machine.sh # $files: how the host's are shared; $modules: where it keeps those of this kernel
version=$($bb uname -r)

for module in virtio_pci virtio_console overlay 9pnet_virtio "$files"; do $bb modprobe -q $module; done
case $files in
virtiofs) $bb mount -t virtiofs -o ro files /files ;;
9p) $bb mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose files /files ;;
esac || exit 1 # the first program's end is a panic, and the machine's

$bb mount -t tmpfs -o size=75% written /written
$bb mkdir /written/upper /written/work
$bb mount -t overlay -o lowerdir=/files,upperdir=/written/upper,workdir=/written/work root /root || exit 1

for folder in proc sys dev; do $bb mount -o move /$folder /root/$folder; done
$bb mkdir -p /root/dev/pts /root/dev/shm /root/dev/net "/root/lib/modules/$version"
$bb mount -t devpts -o mode=620,gid=5,ptmxmode=666 devpts /root/dev/pts
$bb mount -t tmpfs -o mode=1777 shm /root/dev/shm
$bb mount -t tmpfs -o mode=755 run /root/run
$bb mount -t cgroup2 cgroup /root/sys/fs/cgroup
$bb mount -o bind "/files$modules" "/root/lib/modules/$version"

# The kernel asks for its modules through this, be there a modprobe among the host's commands or not.
$bb mkdir /root/run/vm
$bb cp $bb /guest/*.sh /root/run/vm/
$bb ln -s busybox /root/run/vm/modprobe
echo /run/vm/modprobe >/root/proc/sys/kernel/modprobe
exec $bb switch_root /root /bin/bash /run/vm/session.sh
