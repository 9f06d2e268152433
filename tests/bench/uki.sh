#!/bin/sh
# What a UKI costs beside cat of the same bytes, medians of five runs in turn: small and large
# initrd, kept in memory and on the disk; and what it costs where the file system shares blocks, on
# loop-mounted btrfs and xfs, if this machine and user can mount them.
# usage: uki.sh MVIRT-MKOS [RUNS]
set -eu
mkos=$1
runs=${2:-5}
bench=$(cd "$(dirname "$0")" && pwd)
measure=$bench/measure.py
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
[ -e "$stub" ] || { echo "skipped: no $stub (package systemd-boot-efi)"; exit 77; }

# parts: a kernel of 14 MB, and initrds; what stands behind a kernel's end does no harm.
parts() {
	python3 "$bench/../cli/efi_sample.py" kernel x64 kernel
	head -c 14000000 /dev/urandom >>kernel
	for size in 64 512; do
		{ printf '\037\213' && head -c $((size << 20)) /dev/urandom; } >initrd.$size
	done
}

# Each begins without the other's output: what lies unwritten in memory slows whoever comes next.
clean="rm -f out.cat out.efi"
uki="$clean; '$mkos' -q uki --config /dev/null --linux kernel --stub $stub --cmdline quiet -o out.efi"

tables() {
	for size in 64 512; do
		echo
		echo "$1, initrd of $size MiB"
		sync
		python3 "$measure" "$runs" \
			"cat" out.cat "$clean; cat $stub kernel initrd.$size >out.cat" \
			"mvirt-mkos uki --no-sync" out.efi "$uki --initrd initrd.$size --no-sync" \
			"mvirt-mkos uki --no-sync --measure" out.efi \
			"$uki --initrd initrd.$size --no-sync --measure --pcr-banks sha256 >/dev/null"
		echo
		python3 "$measure" "$runs" \
			"cat, sync" out.cat "$clean; cat $stub kernel initrd.$size >out.cat && sync out.cat" \
			"mvirt-mkos uki" out.efi "$uki --initrd initrd.$size"
	done
}

# shared FILE: how much of it lies in blocks that another file has too. That much is no matter of time.
shared() {
	filefrag -v "$1" | awk '
		/^ *[0-9]+:/ { gsub(/\.\./, " "); gsub(/:/, " "); blocks += $6; if (/shared/) n += $6 }
		END {
			printf "%d of %d blocks are shared with the inputs\n", n, blocks
			exit n * 100 < blocks * 99
		}'
}

parts
tables "here"

echo
echo "start-up to --version, then to a usage error, 20 times each"
python3 "$measure" "$runs" \
	"true, 20 times" - "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do /bin/true; done" \
	"--version, 20 times" - "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do '$mkos' --version; done >/dev/null" \
	"usage error, 20 times" - "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do '$mkos' uki --none; done 2>/dev/null || true"

mkdir mounted
trap 'umount mounted 2>/dev/null || true' EXIT
for type in btrfs xfs; do
	rm -f disk
	truncate -s 3G disk
	command -v mkfs.$type >/dev/null && mkfs.$type -q disk >/dev/null 2>&1 &&
		mount -o loop disk mounted 2>/dev/null || { echo; echo "no $type can be mounted here"; continue; }
	(
		cd mounted
		parts
		tables "$type"
		shared out.efi
	)
	umount mounted
done
