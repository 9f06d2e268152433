#!/bin/sh
# What initramfs writes is what other programs read, whatever the number of processors.
# usage: initramfs.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"
command -v cpio >/dev/null || skip "no cpio"
command -v bsdtar >/dev/null || skip "no bsdtar"

mkdir tree tree/small
# Larger than any piece, not all of it compressible; and files that fill some pieces.
echo 'the large file' >tree/large
seq 1 250000 >>tree/large
head -c 900001 /dev/urandom >>tree/large
: >tree/empty
i=0
while [ $i -lt 150 ]; do
	seq $i $((i + 2000)) >tree/small/$i
	i=$((i + 1))
done
echo 'tree / tree' >list

"$mkos" -q initramfs --list list --compress none -o plain 2>/dev/null
cpio -t --quiet <plain | LC_ALL=C sort >names
(cd tree && find . -mindepth 1 | sed 's|^\./||' | LC_ALL=C sort) >want
same names want
mkdir unpacked && (cd unpacked && cpio -id --quiet <../plain)
diff -r tree unpacked || fail "cpio unpacks something else"

for level in fast default best; do
	for jobs in 1 2 7; do
		expect 0 "$mkos" -q initramfs --list list --level $level -j $jobs -o $level.$jobs
		same $level.1 $level.$jobs
	done
	gzip -t $level.1 || fail "gzip does not read level $level"
	gzip -dc $level.1 | cmp - plain || fail "level $level unpacks to something else"
done
bsdtar -tf default.1 | sed 's|/$||' | LC_ALL=C sort >names
same names want


# Every compression, and the kernel's form of each: one frame, crc32, legacy blocks and zeros.
for how in zstd xz lz4; do
	command -v $how >/dev/null || skip "no $how"
	for jobs in 1 3; do
		expect 0 "$mkos" -q initramfs --list list --compress $how --level fast -j $jobs \
			-o $how.$jobs
		same $how.1 $how.$jobs
	done
	expect 0 "$mkos" inspect $how.1
	has out "compression $how"
	head -c 3000 $how.1 >cut
	expect 1 "$mkos" inspect cut
	has err "is cut short"
done
zstd -qdc <zstd.1 | cmp - plain || fail "zstd unpacks to something else"
zstd -lv zstd.1 2>&1 | grep -q XXH64 || fail "the zstd frame has no checksum"
xz -dc <xz.1 | cmp - plain || fail "xz unpacks to something else"
xz --robot --list xz.1 | grep -qE '^summary|CRC32' || fail "xz has another check"
# The program lz4 complains of the zeros, after it has unpacked all.
lz4 -dc <lz4.1 2>/dev/null | cmp - plain || fail "lz4 unpacks to something else"
[ "$(tail -c 8 lz4.1 | tr -d '\0' | wc -c)" -eq 0 ] || fail "no zeros behind lz4's blocks"

# Sums that cpio checks; and content at blocks, where a file system can share it.
expect 0 "$mkos" -q initramfs --list list --compress none --checksum -o summed
cpio -i --only-verify-crc --quiet <summed || fail "cpio finds another sum"
cmp -s summed plain && fail "--checksum changed nothing"
expect 0 "$mkos" -q initramfs --list list --compress none --align 4096 -o aligned
cpio -t --quiet <aligned | LC_ALL=C sort >names
same names want
offset=$(grep -abo -m 1 'the large file' aligned | cut -d : -f 1)
[ $((offset % 4096)) -eq 0 ] || fail "the large file begins at $offset"
expect 2 "$mkos" initramfs --list list --align 4096 -o x
has err "alignment (align) goes with compression none only"
expect 2 "$mkos" initramfs --list list --compress none --align 24 -o x
has err "alignment 24 is no power of 2 from 4 to 4096"
expect 2 "$mkos" initramfs --list list --level 13 -o x
has err "level '13' of gzip is not fast, default, best or a number from 1 to 12"
exit $failed
