#!/bin/sh
# The disk with the state: found by the name of its partition though it comes late, whole after a
# power-off under write load, found again by its label; made on a blank disk and only there.
# usage: state.sh MVIRT-MKOS PROJECT LIB
set -eu
mkos=$1
project=$2
. "$3"
PATH=$PATH:/usr/sbin:/sbin
for tool in sfdisk mkfs.ext4 e2fsck debugfs mkfs.vfat; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

# A partition from 1 MiB on, of 62 MiB.
dd if=/dev/zero of=disk bs=1M count=64 2>dd.err
printf 'label: gpt\nstart=2048, size=126976, name="mvirt-state"\n' | sfdisk -q disk
mkfs.ext4 -q -L kept -E offset=1048576 disk 62M

hot='-device virtio-scsi-pci -drive if=none,id=late,format=raw,file=disk'
boot 0 "pideisn.state=PARTLABEL=mvirt-state pideisn.state.wait=120" --qemu "$hot" \
	--monitor 'info status' --monitor 'device_add scsi-hd,drive=late' \
	--expect 'pideisn: /dev/sda1 (ext4) is mounted on /var/lib/mvirt' \
	--expect 'pideisn: ready' \
	--send 'cat /run/pideisn/state; grep " /var/lib/mvirt " /proc/mounts' \
	--expect 'mounted /dev/sda1' \
	--expect '/dev/sda1 /var/lib/mvirt ext4 rw,nosuid,nodev,noexec' \
	--send 'i=0; while [ $i -lt 200 ]; do echo "line $i"; i=$((i + 1)); done >/var/lib/mvirt/whole
(while :; do dd if=/dev/zero of=/var/lib/mvirt/load bs=64k count=64 2>/dev/null; done) &
sleep 2; echo "written: $((1 + 1))"' \
	--expect 'written: 2' \
	--power-button \
	--expect 'pideisn: powering off'
e2fsck -f -n 'disk?offset=1048576' >fsck.out 2>&1 || { cat fsck.out; exit 1; }
! grep -i 'recovering journal' fsck.out || exit 1
debugfs -R 'cat whole' 'disk?offset=1048576' >whole 2>debugfs.err
[ "$(wc -l <whole)" -eq 200 ]
was whole 'line 199'

# A program that stands for e2fsck, and one that stands for mkfs.vfat.
printf '#!/bin/sh\necho "fsck: $*" >/dev/console\nexit $(cat /etc/fsck-status)\n' >e2fsck
printf '#!/bin/sh\nexec busybox mkdosfs "$@"\n' >mkfs.vfat
cat >list <<'LIST'
file /usr/sbin/e2fsck e2fsck 0755 0 0
file /usr/sbin/mkfs.vfat mkfs.vfat 0755 0 0
file /etc/fsck-status status 0644 0 0
LIST
echo 1 >status
add list
disk='-drive if=none,id=state,format=raw,file=disk -device virtio-scsi-pci'
disk="$disk -device scsi-hd,drive=state,id=gone"
boot 0 "pideisn.state=LABEL=kept" --qemu "$disk" \
	--expect 'fsck: -p /dev/sda1' \
	--expect 'pideisn: /dev/sda1 had errors, which /usr/sbin/e2fsck has corrected' \
	--expect 'pideisn: ready' \
	--send 'tail -n 1 /var/lib/mvirt/whole' \
	--expect 'line 199' \
	--monitor 'device_del gone' \
	--expect 'pideisn: /dev/sda1 is gone, and with it all that /var/lib/mvirt kept' \
	--send 'cat /run/pideisn/state' \
	--expect 'lost' \
	--send 'poweroff' \
	--expect 'pideisn: powering off'

# Errors that stay: nothing is written to it.
echo 4 >status
add list
boot 0 "pideisn.state=/dev/sda1" --qemu "$disk" \
	--expect '/dev/sda1 has errors that /usr/sbin/e2fsck did not correct (status 4): mounted read-only' \
	--expect 'pideisn: ready' \
	--send 'grep -c "/var/lib/mvirt ext4 ro,nosuid,nodev,noexec" /proc/mounts | sed "s/^/found /"' \
	--expect 'found 1' --power-button

# A blank disk gets a file system when that is asked for.
dd if=/dev/zero of=blank bs=1M count=64 2>dd.err
boot 0 "pideisn.state=/dev/vda pideisn.state.create=vfat" \
	--qemu '-drive if=virtio,format=raw,file=blank' \
	--expect 'pideisn: /dev/vda is blank, making vfat on it' \
	--expect 'pideisn: /dev/vda (vfat) is mounted on /var/lib/mvirt' \
	--expect 'pideisn: ready' \
	--send 'echo kept >/var/lib/mvirt/FILE; echo "written: $((1 + 1))"' \
	--expect 'written: 2' --power-button
boot 0 "pideisn.state=/dev/vda pideisn.state.create=vfat" \
	--qemu '-drive if=virtio,format=raw,file=blank' \
	--expect 'pideisn: /dev/vda (vfat) is mounted on /var/lib/mvirt' \
	--expect 'pideisn: ready' \
	--send 'echo "it is $(cat /var/lib/mvirt/FILE)."' --expect 'it is kept.' --power-button

# One byte near its end, and a disk is not blank.
dd if=/dev/zero of=used bs=1M count=32 2>dd.err
printf x | dd of=used bs=1 seek=33554400 conv=notrunc 2>dd.err
cp used before
boot 0 "pideisn.state=/dev/vda pideisn.state.create=vfat" \
	--qemu '-drive if=virtio,format=raw,file=used' \
	--expect 'pideisn: /dev/vda holds neither ext4 nor vfat and is not blank: left alone' \
	--expect 'pideisn: going on without the state' \
	--expect 'pideisn: ready' \
	--send 'cat /run/pideisn/state' --expect 'lost' --power-button
cmp used before

# Two with the same label: neither. And a disk that never comes.
mkfs.vfat -n STATE -C one 8192 >mkfs.out
cp one two
boot 0 "pideisn.state=LABEL=STATE" \
	--qemu '-drive if=virtio,format=raw,file=one -drive if=virtio,format=raw,file=two' \
	--expect 'pideisn: 2 devices are LABEL=STATE: none of them is taken' \
	--expect 'pideisn: ready' --power-button
boot 0 "pideisn.state=PARTLABEL=nobody pideisn.state.wait=2" \
	--expect 'pideisn: there is no PARTLABEL=nobody after 2 s' \
	--expect 'pideisn: going on without the state' \
	--expect 'pideisn: ready' --power-button
