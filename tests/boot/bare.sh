#!/bin/sh
# PID 1 on the least kernel, in an archive without /dev: it says what it cannot have, goes on, and
# powers off; and --probe names just what this kernel's configuration does not have.
# usage: bare.sh MVIRT-MKOS PROJECT LIB FRAGMENT PIDEISN
set -eu
mkos=$1
project=$2
fragment=$4
pideisn=$5
. "$3"

mkdir p
cp -R "$project/config" "$project/kernel.version" "$project/cmdline.txt" p/
mkdir -p "$project/cache"
ln -s "$project/cache" p/cache
cp "$fragment" p/kernel.config
# It keeps no promise of a guest's kernel.
sed -i '/^roles/d' p/config/recipes/guest.conf
"$mkos" -C p kernel --recipe guest --kernel-source distro
kernel=p/kernel/arch/x86/boot/bzImage

cat >fails.conf <<'CONF'
[service fails]
exec = /bin/sh -c "exit 3"
restart-limit = 2
memory-max = 10M
CONF
cat >list <<LIST
file /init $pideisn 0755 0 0
slink /sbin/poweroff ../init 0777 0 0
file /bin/busybox /bin/busybox 0755 0 0
slink /bin/sh busybox 0777 0 0
file /etc/pideisn/fails.conf fails.conf 0644 0 0
LIST
"$mkos" -q initramfs --list list -o bare.cpio.gz
initrd=bare.cpio.gz

# What is typed is echoed: the arithmetic tells the answer from the question.
boot 0 "" \
	--expect 'pideisn: ready' \
	--expect 'fails exited with status 3, gave up after 2 restarts' \
	--send 'for f in /run /tmp /dev/shm; do busybox stat -f -c "$f is %t" $f; done' \
	--expect '/dev/shm is 858458f6' \
	--send '/init --probe; echo "status $((0 + $?))"' \
	--expect 'status 1' \
	--send 'poweroff' \
	--expect 'pideisn: powering off'
for folder in /run /tmp /dev/shm; do
	# RAMFS_MAGIC of linux/magic.h
	was console "$folder is 858458f6"
	was console "pideisn: $folder is a ramfs, since this kernel has no SHMEM: what is written there"
done
was console 'pideisn: this kernel has no mqueue, so there is no /dev/mqueue'
! grep '/dev/mqueue is a ramfs' console || exit 1
was console 'pideisn: fails has no limits: there are no control groups'
was console 'pideisn: services cannot say that they are ready: '
was console 'pideisn: the loopback interface stays down: '
probed console p/kernel/.config
