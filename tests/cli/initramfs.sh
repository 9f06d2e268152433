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
seq 1 900000 >tree/large
head -c 3000001 /dev/urandom >>tree/large
: >tree/empty
i=0
while [ $i -lt 300 ]; do
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

exit $failed
