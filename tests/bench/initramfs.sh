#!/bin/sh
# How fast, how small and in how much memory initramfs packs, beside what people use: medians of
# five runs in turn, slow compressors fewer. The trees are made from Debian packages: programs and
# libraries, 50,000 small text files of the kernel's source, one large file, and a small image; lists
# of a million entries are made up. Prints tables and fails only when something does not run.
# usage: initramfs.sh MVIRT-MKOS [RUNS]
set -eu
mkos=$1
runs=${2:-5}
few=$(((runs + 2) / 5)) # of what is slow: none of it when there are less than three
folder=$PWD
measure=$(cd "$(dirname "$0")" && pwd)/measure.py
source=$(ls /usr/src/linux-source-*.tar.xz 2>/dev/null | sort -V | tail -n 1)
packages='libc6 coreutils bash util-linux perl-base libssl3 libstdc++6 binutils-x86-64-linux-gnu
	python3.11-minimal libarchive13 libcurl4 iproute2 e2fsprogs btrfs-progs xfsprogs
	cryptsetup-bin busybox-static systemd udev openssl'
# Debian 12 has neither of the last two: they are compared with where somebody installed them.
PATH=$PATH:/usr/lib/dracut
export PATH

elf_tree() {
	mkdir elf.new
	for package in $packages; do
		dpkg -L "$package" 2>/dev/null | sort | while read -r file; do
			[ -f "$file" ] && [ ! -L "$file" ] && [ -r "$file" ] || continue
			[ "$(head -c 4 "$file" | tail -c 3)" = ELF ] || continue
			mkdir -p "elf.new$(dirname "$file")"
			cp "$file" "elf.new$file"
		done || true
	done
	mv elf.new elf
}

text_tree() {
	mkdir text.new
	tar -tvf "$source" | LC_ALL=C awk '/^-/ && $3 > 0 && $3 < 8192 { print $6 }' |
		LC_ALL=C sort | head -n 50000 >names
	tar -C text.new -xf "$source" -T names
	mv text.new text
}

# A whole file system in one file, as images with a squashfs in them have it.
large_tree() {
	mkdir large.new
	for i in 1 2 3; do
		find elf -type f | LC_ALL=C sort | xargs cat
	done >large.new/root.img
	mv large.new large
}

small_tree() {
	mkdir -p small.new/bin small.new/etc
	cp /bin/busybox small.new/bin
	cp /bin/busybox small.new/init
	cp /etc/passwd /etc/group small.new/etc
	mv small.new small
}

[ -d elf ] || elf_tree
[ -d text ] || [ -z "$source" ] || text_tree
[ -d large ] || large_tree
[ -d small ] || small_tree
generator=
if [ -n "$source" ]; then
	tar -xOf "$source" --wildcards '*/usr/gen_init_cpio.c' >gen_init_cpio.c
	cc -O2 -w -o gen_init_cpio gen_init_cpio.c && generator=./gen_init_cpio
fi

# row NAME OUTPUT PROGRAM COMMAND: kept for table; left out, with a word, without the program. What is
# said on the way goes to a file: that these trees have no /init.
row() {
	if command -v "$3" >/dev/null; then
		printf '%s\n%s\n%s\n' "$1" "$2" "{ $4; } 2>>'$folder/log'" >>rows
	else
		echo "($1: there is no $3 here)"
	fi
}

# table TITLE RUNS: ratios are to the first row.
table() {
	[ "$2" -gt 0 ] || : >rows
	[ -s rows ] || return 0
	echo
	echo "$1"
	set -- "$2"
	while IFS= read -r line; do
		set -- "$@" "$line"
	done <rows
	python3 "$measure" "$@"
	: >rows
}

about() {
	echo "$1: $(find "$1" -type f | wc -l) files, $(du -sm --apparent-size "$1" | cut -f 1) MB"
}

# Lists for gen_init_cpio and for us, and the command that packs as the predecessor did.
lists() {
	echo "tree / $1" >list
	find "$1" -mindepth 1 -printf '%P\t%y\n' | LC_ALL=C sort | awk -F '\t' -v t="$1" '
		$2 == "d" { print "dir /" $1 " 0755 0 0" }
		$2 == "f" { print "file /" $1 " " t "/" $1 " 0644 0 0" }' >gen.list
	cpio="cd $1 && find . | cpio -o -H newc --quiet"
}

ours="'$mkos' -q initramfs --no-sync"

gzip_rows() {
	row 'find | cpio | gzip -9' a gzip "$cpio | gzip -9 >../a"
	row 'find | cpio | pigz -9' b pigz "$cpio | pigz -9 >../b"
	for level in fast 5 6 7 default; do
		row "mvirt-mkos gzip, level $level" c "$mkos" "$ours --list list -o c --level $level"
	done
	row 'mvirt-mkos gzip, default, -j 1' c "$mkos" "$ours --list list -o c -j 1"
}

slow_gzip_rows() {
	row 'find | cpio | gzip -9' a gzip "$cpio | gzip -9 >../a"
	row 'find | cpio | gzip -6' a gzip "$cpio | gzip -6 >../a"
	row 'gen_init_cpio | gzip -9' b "${generator:-gen_init_cpio}" "./gen_init_cpio gen.list | gzip -9 >b"
	row 'bsdtar (libarchive), gzip 9' b bsdtar \
		"bsdtar -C $1 --format newc --gzip --options compression-level=9 -cf b ."
	for level in 9 10 best; do
		row "mvirt-mkos gzip, level $level" c "$mkos" "$ours --list list -o c --level $level"
	done
	row 'mvirt-mkos gzip, default, --checksum' c "$mkos" "$ours --list list -o c --checksum"
}

other_rows() {
	row 'find | cpio | zstd -3 -T0' d zstd "$cpio | zstd -q -3 -T0 >../d"
	row 'mvirt-mkos zstd, fast' e "$mkos" "$ours --list list -o e --compress zstd --level fast"
	row 'find | cpio | zstd -19 -T0' d zstd "$cpio | zstd -q -19 -T0 >../d"
	row 'mvirt-mkos zstd' e "$mkos" "$ours --list list -o e --compress zstd"
	row 'find | cpio | xz -T0' d xz "$cpio | xz --check=crc32 --lzma2=dict=1MiB -T0 >../d"
	row 'mvirt-mkos xz' e "$mkos" "$ours --list list -o e --compress xz"
	row 'find | cpio | lz4 -l -9' d lz4 "$cpio | lz4 -q -l -9 - - >../d"
	row 'mvirt-mkos lz4' e "$mkos" "$ours --list list -o e --compress lz4"
}

plain_rows() {
	row 'gen_init_cpio' g "${generator:-gen_init_cpio}" './gen_init_cpio gen.list >g'
	row 'floor: cat of the archive' g cat 'cat f >g'
	row 'floor: cat of all files' g xargs \
		"sed -n 's/^file [^ ]* \([^ ]*\) .*/\1/p' gen.list | xargs cat >g"
	row 'find | cpio' g cpio "$cpio >../g"
	row 'find | cpio -C 1 MiB' g cpio "$cpio -C 1048576 >../g"
	row 'bsdtar (libarchive)' g bsdtar "bsdtar -C $1 --format newc -cf g ."
	row 'find | bsdcpio (libarchive)' g bsdcpio "cd $1 && find . | bsdcpio -o -H newc --quiet >../g"
	row 'find | dracut-cpio' g dracut-cpio "rm -f g; cd $1 && find . | dracut-cpio ../g"
	row '3cpio' g 3cpio "rm -f g; cd $1 && find . | 3cpio --create ../g"
	row 'mvirt-mkos none, the same list' h "$mkos" "$ours --list gen.list --compress none -o h"
	row 'mvirt-mkos none, a tree' h "$mkos" "$ours --list list --compress none -o h"
	row 'mvirt-mkos none, the list, -j 1' h "$mkos" "$ours --list gen.list --compress none -o h -j 1"
	row 'gen_init_cpio -c' g "${generator:-gen_init_cpio}" './gen_init_cpio -c gen.list >g'
	row 'mvirt-mkos none, --checksum' h "$mkos" \
		"$ours --list gen.list --compress none --checksum -o h"
}

million() {
	awk -v what="$1" 'BEGIN {
		for (d = 0; d < 1000; d++) {
			print "dir /d" d " 0755 0 0"
			for (i = 0; i < 1000; i++)
				if (what == "slink")
					print "slink /d" d "/link-number-" i " ../d" d "/target-" i " 0777 0 0"
				else
					print "file /d" d "/file-number-" i " small/etc/passwd 0644 0 0"
		}
	}' >"million.$1"
}

: >rows
for tree in elf text; do
	[ -d $tree ] || continue
	lists $tree
	"$mkos" -q initramfs --no-sync --list gen.list --compress none -o f 2>>log
	plain_rows $tree
	table "$(about $tree), not compressed" "$runs"
	gzip_rows
	table "$(about $tree), gzip" "$runs"
done
lists large
"$mkos" -q initramfs --no-sync --list gen.list --compress none -o f 2>>log
row 'cat of the archive' g cat 'cat f >g'
row 'mvirt-mkos none' h "$mkos" "$ours --list list --compress none -o h"
row 'mvirt-mkos none, --checksum' h "$mkos" "$ours --list list --compress none --checksum -o h"
table "$(about large), not compressed" "$runs"
row 'mvirt-mkos gzip, default, -j 1' c "$mkos" "$ours --list list -o c -j 1"
row 'mvirt-mkos gzip, default' c "$mkos" "$ours --list list -o c"
row 'find | cpio | pigz -9' b pigz "$cpio | pigz -9 >../b"
table "$(about large), gzip" $few
lists small
row 'find | cpio | gzip -9' a gzip "$cpio | gzip -9 >../a"
row 'mvirt-mkos gzip, default' c "$mkos" "$ours --list list -o c"
row 'mvirt-mkos none' c "$mkos" "$ours --list list -o c --compress none"
table "$(about small)" "$runs"
for what in slink file; do
	million $what
	for how in gzip none; do
		row "mvirt-mkos $how" c "$mkos" "$ours --list million.$what --compress $how -o c"
	done
	row 'mvirt-mkos inspect' - "$mkos" "'$mkos' inspect c >/dev/null"
	table "a list of a million entries: $what" $few
done
for tree in elf text; do
	[ -d $tree ] || continue
	lists $tree
	slow_gzip_rows $tree
	table "$(about $tree), gzip, slow ones" $few
	other_rows
	table "$(about $tree), other compressions" $few
done
