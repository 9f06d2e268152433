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
# Keys are for the program; the interpreter is there once, under whatever names it is needed.
printf 'elf /bin/su %s mode=4755 uid=7 gid=8\n' "$program" >list
expect 0 $pack --list list -o keys
names keys >out
has out "-rwsr-xr-x 1 7 8 $(stat -L -c %s "$program") bin/su"
[ "$(grep -c '^-rws' out)" -eq 1 ] && [ "$(grep -c ' 7 8 ' out)" -eq 1 ] || fail "libraries have keys: $(cat out)"
for library in $(ldd "$program" | grep -o '/[^ ]*'); do
	wanted=-rw-r--r--
	[ ! -x "$(readlink -f "$library")" ] || wanted=-rwxr-xr-x
	grep "/$(basename "$library")\( \|\$\)" out | grep -q "^\($wanted\|lrwxrwxrwx\) 1 0 0 " || fail "'$library' has another mode"
done
[ "$(grep -c '^-.*/ld-linux-x86-64\.so\.2 *$' out)" -eq 1 ] || fail "the interpreter is there twice: $(cat out)"

# A program that is not packed since something else has its name is an error, as of a file line.
mkdir elf elf/bin
cp "$program" elf/bin/ls
printf '#!/bin/ls\n' >elf/init
chmod 755 elf/init
(cd elf && find . | sort | cpio -o -H newc --quiet) | gzip >base.gz
printf 'archive base.gz\nelf /init %s\n' "$program" >list
expect 1 $pack --list list -o x2
says err "mvirt-mkos initramfs: list:2: file 'init' differs from the one before (list:1): remove one"
printf 'tree / elf\nelf /init %s\n' "$program" >list
expect 1 $pack --list list -o x2
says err "mvirt-mkos initramfs: list:2: file 'init' differs from the one before (list:1): remove one"
printf 'slink /init /bin/ls 0777 0 0\nelf /init %s\n' "$program" >list
expect 1 $pack --list list -o x2
says err "mvirt-mkos initramfs: list:2: 'init' is a file here, but a symbolic link before (list:1)"
absent x2
# The same content is the same program.
library=$(ldd "$program" | grep -o '/[^ ]*/libc\.so\.6')
printf 'archive base.gz\nelf /bin/ls %s\nelf %s %s\n' "$program" "$library" "$library" >list
expect 0 $pack --list list -o x3

# An output that is read too would be lost, or packed by the next run.
printf 'tree / elf\n' >list
cp list list.saved
cp list other
expect 1 $pack --list list -o list
says err "mvirt-mkos initramfs: output 'list' is an input too ('list'): give another --output"
expect 1 $pack --list list -o elf/init
says err "mvirt-mkos initramfs: list:1: output 'elf/init' lies in 'elf', which is packed: give another \
--output, or add exclude=init"
expect 1 $pack --list list -o "$PWD/elf/bin/../bin/new"
says err "mvirt-mkos initramfs: list:1: output '$PWD/elf/bin/../bin/new' lies in 'elf', which is packed: \
give another --output, or add exclude=bin/new"
absent elf/bin/new
ln elf/init alias
expect 1 $pack --list list -o alias
says err "mvirt-mkos initramfs: list:1: output 'alias' is an input too ('elf/init'): give another --output"
printf 'file /a other 0644 0 0\n' >list
expect 1 $pack --list list -o other
says err "mvirt-mkos initramfs: list:1: output 'other' is an input too ('other'): give another --output"
printf 'archive base.gz\n' >list
expect 1 $pack --list list -o base.gz
says err "mvirt-mkos initramfs: list:1: output 'base.gz' is an input too ('base.gz'): give another --output"
echo CONFIG_BLK_DEV_INITRD=y >config
expect 1 $pack --list list --for-kernel config -o config
says err "mvirt-mkos initramfs: output 'config' is an input too ('config'): give another --output"
same other list.saved
printf 'tree / elf exclude=*.gz\n' >list
expect 0 $pack --list list -o elf/out.gz
cp elf/out.gz first
expect 0 $pack --list list -o elf/out.gz
same elf/out.gz first

# What only its owner may read is not bared without a word.
mkdir keys.d
echo secret >keys.d/one
echo secret >keys.d/two
echo open >keys.d/open
chmod 600 keys.d/one keys.d/two
chmod 644 keys.d/open
printf 'tree /etc keys.d\nfile /init elf/init 0755 0 0\nfile /bin/ls sh 0755 0 0\n' >list
echo '#!/bin/ls' >sh
expect 0 "$mkos" initramfs --list list -o x4
has err "list:1: 'keys.d/one' and 1 more: only the owner may read them here, but in the image everybody may \
(0644): give the mode with a set or a file line, or say --keep-modes"
expect 0 "$mkos" initramfs --keep-modes --list list -o x4
lacks err "only the owner"
echo 'set etc/one mode=0600' >>list
expect 0 "$mkos" initramfs --list list -o x4
has err "list:1: 'keys.d/two': only the owner may read it here, but in the image everybody may (0644): \
give the mode with a set or a file line, or say --keep-modes"
echo 'set etc/two mode=0644' >>list
expect 0 "$mkos" initramfs --list list -o x4
lacks err "only the owner"

# Words for what has no meaning.
echo notes >notes.txt
expect 1 $pack --list list --for-kernel notes.txt -o x5
says err "mvirt-mkos initramfs: 'notes.txt' has no CONFIG_ line: give the .config that the kernel was built with"
expect 2 $pack --level 5 --list list -o x5
says err "mvirt-mkos initramfs: compression none has no levels: leave out the level '5'"
expect 2 $pack --list list
says err "mvirt-mkos initramfs: where does the archive go? Give --output"
absent target
expect 2 $pack --list list -o -
says err "mvirt-mkos initramfs: '-' is no file: what this makes cannot go to standard output, name a file \
(./- for one of that name)"
absent ./-
absent x5
exit $failed
