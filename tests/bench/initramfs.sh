#!/bin/sh
# How fast and how small initramfs packs, beside what people use: medians of five runs in turn.
# The trees are made from Debian packages: programs and libraries, and 50,000 small text files of
# the kernel's source. Prints tables and fails only when something does not run.
# usage: initramfs.sh MVIRT-MKOS [RUNS]
set -eu
mkos=$1
runs=${2:-5}
measure=$(cd "$(dirname "$0")" && pwd)/measure.py
source=$(ls /usr/src/linux-source-*.tar.xz 2>/dev/null | sort -V | tail -n 1)
packages='libc6 coreutils bash util-linux perl-base libssl3 libstdc++6 binutils-x86-64-linux-gnu
	python3.11-minimal libarchive13 libcurl4 iproute2 e2fsprogs btrfs-progs xfsprogs
	cryptsetup-bin busybox-static systemd udev openssl'

elf_tree() {
	mkdir elf
	for package in $packages; do
		dpkg -L "$package" 2>/dev/null | sort | while read -r file; do
			[ -f "$file" ] && [ ! -L "$file" ] && [ -r "$file" ] || continue
			[ "$(head -c 4 "$file" | tail -c 3)" = ELF ] || continue
			mkdir -p "elf$(dirname "$file")"
			cp "$file" "elf$file"
		done || true
	done
}

text_tree() {
	mkdir text
	tar -tvf "$source" | LC_ALL=C awk '/^-/ && $3 > 0 && $3 < 8192 { print $6 }' |
		LC_ALL=C sort | head -n 50000 >names
	tar -C text -xf "$source" -T names
}

[ -d elf ] || elf_tree
[ -d text ] || [ -z "$source" ] || text_tree
generator=
if [ -d /usr/src ] && [ -n "$source" ]; then
	tar -xOf "$source" --wildcards '*/usr/gen_init_cpio.c' >gen_init_cpio.c
	cc -O2 -w -o gen_init_cpio gen_init_cpio.c && generator=yes
fi

# row NAME OUTPUT COMMAND: kept for table; a command whose program is missing is left out.
row() {
	for word in $(echo "$3" | sed 's/.*| *//'); do
		command -v "$word" >/dev/null || return 0
		break
	done
	set -- "$1" "$2" "$3"
	printf '%s\n%s\n%s\n' "$1" "$2" "$3" >>rows
}

table() {
	echo
	echo "$1: $(find "$tree" -type f | wc -l) files, $(du -sm --apparent-size "$tree" |
		cut -f 1) MB"
	set --
	while IFS= read -r line; do
		set -- "$@" "$line"
	done <rows
	python3 "$measure" "$runs" "$@"
	: >rows
}

ours="'$mkos' -q initramfs --no-sync --list list"
: >rows
for tree in elf text; do
	[ -d $tree ] || continue
	echo "tree / $tree" >list
	find $tree -mindepth 1 -printf '%P\t%y\n' | LC_ALL=C sort | awk -F '\t' -v t=$tree '
		$2 == "d" { print "dir /" $1 " 0755 0 0" }
		$2 == "f" { print "file /" $1 " " t "/" $1 " 0644 0 0" }' >gen.list
	row 'find | cpio | gzip -9' a.gz "cd $tree && find . | cpio -o -H newc --quiet | gzip -9 >../a.gz"
	row 'find | cpio | pigz -9' b.gz "cd $tree && find . | cpio -o -H newc --quiet | pigz -9 >../b.gz"
	row 'find | bsdtar | gzip -9' b1.gz "bsdtar -C $tree --format newc -cf - . | gzip -9 >b1.gz"
	for level in fast 5 6 7 default 9 10 best; do
		row "mvirt-mkos gzip, level $level" c.gz "$ours -o c.gz --level $level"
	done
	row 'mvirt-mkos gzip, default, -j 1' c.gz "$ours -o c.gz -j 1"
	table "$tree, gzip"
	row 'find | cpio | zstd -19 -T0' d "cd $tree && find . | cpio -o -H newc --quiet | zstd -q -19 -T0 >../d"
	row 'find | cpio | zstd -3 -T0' d "cd $tree && find . | cpio -o -H newc --quiet | zstd -q -3 -T0 >../d"
	row 'find | cpio | xz -T0' d "cd $tree && find . | cpio -o -H newc --quiet | xz --check=crc32 --lzma2=dict=1MiB -T0 >../d"
	row 'find | cpio | lz4 -l -9' d "cd $tree && find . | cpio -o -H newc --quiet | lz4 -q -l -9 - - >../d"
	for how in zstd xz lz4; do
		row "mvirt-mkos $how" e "$ours -o e --compress $how"
	done
	[ "$runs" -lt 3 ] || table "$tree, other compressions"
	: >rows
	[ -z "$generator" ] || row 'gen_init_cpio' f "./gen_init_cpio gen.list >f"
	row 'cat of the archive' g "cat f >g"
	row 'find | cpio' g "cd $tree && find . | cpio -o -H newc --quiet >../g"
	row 'bsdtar' g "bsdtar -C $tree --format newc -cf g ."
	row 'mvirt-mkos none, the same list' h "'$mkos' -q initramfs --no-sync --list gen.list --compress none -o h"
	row 'mvirt-mkos none, a tree' h "$ours --compress none -o h"
	table "$tree, not compressed"
done
