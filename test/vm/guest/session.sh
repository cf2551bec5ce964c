# The first program, on the host's files: does what udev would, runs the job and tells how it ended.

mkdir /dev/virtio-ports
for port in /sys/class/virtio-ports/*; do ln -s "/dev/${port##*/}" "/dev/virtio-ports/$(cat "$port/name")"; done
ln -s /proc/self/fd /dev/fd
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${stream%:*}" "/dev/${stream#*:}"; done
mknod /dev/net/tun c 10 200
ulimit -Hn 1048576
hostname --file /etc/hostname
/run/vm/busybox modprobe virtio_net
/run/vm/busybox modprobe br_netfilter # which nothing that a test does would ask for
/run/vm/busybox ip link set lo up
# Else the module of a tunnel, once a test has asked for one, puts a link of its own into each new namespace.
echo 1 >/proc/sys/net/core/fb_tunnels_only_for_init_net

bash /run/vm/job.sh </dev/null >/dev/virtio-ports/stdout 2>/dev/virtio-ports/stderr
echo $? >/dev/virtio-ports/status
/run/vm/busybox poweroff -f
