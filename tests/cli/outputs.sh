#!/bin/sh
# An output is the old file or the whole new one: full disk, limits, kills, odd targets.
# usage: outputs.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"
head -c 3000000 /dev/urandom >content
printf '#!/d/f\n' >init
printf 'dir /d 0755 0 0\nfile /d/f content 0755 0 0\nfile /init init 0755 0 0\n' >list
pack="$mkos initramfs --list list"

# A file size limit stands for a full disk: both fail the write.
echo old >out.cpio
(
	trap '' XFSZ
	ulimit -f 512
	expect 1 $pack -o out.cpio --compress none
	exit $failed
) || failed=1
has err "write 'out.cpio': File too large"
says out.cpio old
if [ "$(id -u)" -eq 0 ] && mkdir full && mount -t tmpfs -o size=1M none full 2>/dev/null; then
	echo old >full/out.cpio
	expect 1 $pack -o full/out.cpio --compress none
	has err "write 'full/out.cpio': No space left on device"
	says full/out.cpio old
	holds full out.cpio
	umount full
fi

# Killed in the middle: the old file, and nothing that the next run does not remove.
mkdir k
echo old >k/out.cpio
for delay in 0.01 0.03 0.05; do
	$pack -o k/out.cpio --level best >/dev/null 2>&1 &
	pid=$!
	sleep $delay
	kill -9 $pid 2>/dev/null || true
	wait $pid 2>/dev/null || true
done
if ! [ "$(cat k/out.cpio 2>/dev/null)" = old ]; then
	gzip -t k/out.cpio || fail "neither the old file nor a whole new one"
fi
: >k/.out.cpio.mkos-1
expect 0 $pack -o k/out.cpio
holds k out.cpio

# Through a symbolic link; not over a folder or a device.
mkdir real
ln -s real/target link
expect 0 $pack -o link
[ -L link ] || fail "the link was replaced"
gzip -t <real/target || fail "nothing behind the link"
expect 1 $pack -o real
says err "mvirt-mkos initramfs: cannot write 'real': it is a folder, not a regular file"
expect 1 $pack -o /dev/null
says err "mvirt-mkos initramfs: cannot write '/dev/null': it is a device or a pipe, not a regular file"
expect 1 $pack -o nowhere/out
says err "mvirt-mkos initramfs: write 'nowhere/out': open folder 'nowhere': No such file or directory"

# A warning does not go into the output when standard error is closed, nor anything else.
expect 0 $pack -o k/closed --compress none
(trap '' PIPE && $pack -o k/closed.2 --compress none <&- >&- 2>&-) || fail "closed descriptors"
same k/closed k/closed.2

# The umask decides who may read it, not what is in it.
(umask 077 && $pack -o private >/dev/null)
expect 0 $pack -o public
same private public
exit $failed
