#!/bin/sh
# What can go into an initramfs: trees with hard links, archives made elsewhere, programs with
# their libraries; other programs say what is in it then.
# usage: inputs.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"
command -v cpio >/dev/null || skip "no cpio"
pack="$mkos -q initramfs --compress none"
# names ARCHIVE: mode, links, owner, size and name of each entry, as cpio tells them.
names() {
	cpio -tv --quiet --numeric-uid-gid <"$1" 2>/dev/null | awk '{ print $1, $2, $3, $4, $5, $9, $10, $11 }'
}

# Names of one inode, and files of the same content, are stored once.
mkdir -p t/d
echo content of some length >t/a
ln t/a t/d/z
echo content of some length >t/b
echo other >t/c
echo 'tree / t' >list
expect 0 $pack --list list -o links
names links >out
has out "-rw-r--r-- 2 0 0 0 a"
has out "-rw-r--r-- 2 0 0 23 d/z"
has out "-rw-r--r-- 1 0 0 23 b"
expect 0 $pack --list list --dedupe -o deduped
names deduped >out
has out "-rw-r--r-- 3 0 0 0 a"
mkdir u && (cd u && cpio -id --quiet <../deduped)
[ u/a -ef u/b ] && [ u/a -ef u/d/z ] || fail "not one file"
diff -r t u || fail "cpio unpacks something else"

# Excluded, with other owners and times; and by a set line.
printf 'tree /x t exclude=d exclude=/b uid=3 gid=4 mode=0700 mtime=1000000000\nset /x/c uid=9\n' >list
expect 0 $pack --list list -o set
names set >out
says out "$(printf 'drwx------ 2 3 4 0 x  \n-rwx------ 1 3 4 23 x/a  \n-rwx------ 1 9 4 6 x/c  ')"
[ "$(TZ=UTC cpio -tv --quiet <set | head -n 1 | awk '{ print $6, $7, $8 }')" = "Sep 9 2001" ] ||
	fail "the time is another"

# An archive of other programs: plain, then gzip, then zstd, with hard links in each.
(cd t && find . | LC_ALL=C sort | cpio -o -H newc --quiet) >plain
mkdir v && echo new >v/c && echo more >v/e && ln v/e v/f
(cd v && find . | LC_ALL=C sort | cpio -o -H newc --quiet) | gzip >packed
cat plain packed >both
echo 'archive both uid=0 gid=0 mtime=0' >list
expect 0 $pack --list list -o again
mkdir w && (cd w && cpio -id --quiet <../again)
[ "$(cat w/a w/b w/c w/e w/f)" = "$(cat t/a t/b v/c v/e v/f)" ] || fail "other content"
[ w/a -ef w/d/z ] && [ w/e -ef w/f ] && ! [ w/a -ef w/b ] || fail "other links"
"$mkos" initramfs --list list -o x >out 2>err
has err "'c' takes the place of the one of list:1"
head -c 60 packed >cut
cat plain cut >both
expect 1 $pack --list list -o x2
has err "list:1: 'both' ends inside a gzip member: it is cut short"
absent x2

# A program and what the loader says that it needs.
program=$(command -v ls)
printf 'elf /bin/ls %s\n' "$program" >list
expect 0 $pack --list list -o program
cpio -t --quiet <program | sed 's|^|/|' >out
for library in $(ldd "$program" | grep -o '/[^ ]*'); do
	grep -q "/$(basename "$library")\$" out || fail "'$library' is missing: $(cat out)"
done
if [ "$(id -u)" -eq 0 ]; then
	mkdir root && (cd root && cpio -id --quiet <../program)
	chroot root /bin/ls /bin >out || fail "it does not run"
	says out ls
fi
printf 'elf /bin/ls list\n' >list
expect 1 $pack --list list -o x2
has err "list:1: 'list' is no ELF program: write a file line instead"
mkdir empty
printf 'elf /bin/ls %s\n' "$program" >list
expect 1 $pack --list list --sysroot empty -o x2
has err "which is in no folder for libraries of empty: install it, or say --sysroot"
exit $failed
