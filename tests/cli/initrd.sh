#!/bin/sh
# inspect reads initramfs of other programs: names, content, what changed, what is wrong.
# usage: initrd.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"
command -v cpio >/dev/null || skip "no cpio"

mkdir -p t/usr/lib t/etc
ln -s usr/lib t/lib
echo hello >t/usr/lib/a
ln t/usr/lib/a t/usr/lib/b
echo 1 >t/etc/one
mkfifo t/pipe
archive() {
	(cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc --quiet)
}
archive t | gzip >a.gz
expect 0 "$mkos" inspect --list a.gz
gzip -dc a.gz | cpio -t --quiet >want
same out want
expect 0 "$mkos" inspect --cat /lib/a a.gz
says out hello
expect 1 "$mkos" inspect --cat /lib a.gz
says err "mvirt-mkos inspect: '/lib' is a folder, not a file"
expect 1 "$mkos" inspect --cat nothing a.gz
expect 0 "$mkos" inspect --extract x a.gz
diff -r t x 2>&1 | grep -v 'is a fifo' && fail "extracted otherwise"
[ x/usr/lib/a -ef x/usr/lib/b ] && [ -p x/pipe ] && [ "$(readlink x/lib)" = usr/lib ] ||
	fail "links or pipe"
expect 1 "$mkos" inspect --extract x a.gz
has err "make folder 'x': File exists"
expect 2 "$mkos" inspect --list --cat a a.gz

# What changed, and where it grew.
cp -a t u
echo 22 >u/etc/one
echo 22 >u/etc/two
rm u/pipe
archive u | zstd -q >b.zst
expect 0 "$mkos" inspect --diff a.gz a.gz
empty out
expect 1 "$mkos" inspect --diff a.gz b.zst
[ "$(head -n 1 out)" = "from 'a.gz' to 'b.zst':" ] || fail "the heading: $(cat out)"
says err "mvirt-mkos inspect: 'a.gz' and 'b.zst' differ"
has out "~ etc/one: "
has out "size 2 to 3"
has out "+ etc/two"
has out "- pipe"
has out "+4 bytes in etc: 6, before 2"
expect 1 "$mkos" inspect --json=short --diff a.gz b.zst
has out '{"from":"a.gz","to":"b.zst","changes":[{"change":"changed","name":'
has out '{"change":"changed","name":"etc/one","what":"'
has out 'size 2 to 3"}'
has out '{"change":"removed","name":"pipe"}'
has out '{"change":"added","name":"etc/two"}],"folders":[{"name":"etc","before":2,"after":6}]}'
expect 0 "$mkos" inspect --json=short --diff a.gz a.gz
says out '{"from":"a.gz","to":"a.gz","changes":[],"folders":[]}'
expect 0 "$mkos" inspect --json=short --list b.zst
"$mkos" inspect --list b.zst | sed 's/.*/"&"/' | paste -s -d , | sed 's/.*/{"names":[&]}/' >wanted
same out wanted
for how in '--cat etc/one' '--extract never'; do
	expect 2 "$mkos" inspect --json $how a.gz
	says err "mvirt-mkos inspect: --json does not go with --cat and --extract"
done
for how in --list '--cat etc/one' '--diff b.zst' --facts --all; do
	expect 2 "$mkos" inspect --lint $how a.gz
	says err "mvirt-mkos inspect: --lint judges all of a file: it goes with --json, --max-size and --max-entries only"
done
expect 2 "$mkos" inspect --list --facts a.gz
says err "mvirt-mkos inspect: --list, --sizes, --cat, --extract and --diff are for an initramfs, --all, --section, \
--only-profile, --dump and --facts for UKIs"
absent never

# Nothing goes outside, whatever names and links say.
mkdir -p evil/in
ln -s ../../escaped evil/in/link
archive evil >evil.cpio
mkdir evil2
mkdir -p evil2/in/link
echo bad >evil2/in/link/file
(cd evil2 && printf 'in/link/file\n' | cpio -o -H newc --quiet) >>evil.cpio
expect 1 "$mkos" inspect --extract y evil.cpio
has err "'in/link/file' is below 'in/link', a symbolic link to '../../escaped'"
absent escaped
absent y
zstd -qdc b.zst | sed 's|etc/one|../uone|' >dots
expect 1 "$mkos" inspect --extract z dots
has err "has '..' in it"
absent uone

# Data of the older lzma form that says how long it is: all of it may be read while content waits.
head -c 1048576 /dev/zero >zeros
echo "file /zeros zeros 0644 0 0" >list
expect 0 "$mkos" initramfs --list list --compress none -o zeros.cpio
xz -c --format=lzma zeros.cpio >zeros.lzma
size=$(stat -c %s zeros.cpio)
for i in 0 1 2 3 4 5 6 7; do
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((size >> 8 * i & 255)))"
done | dd of=zeros.lzma bs=1 seek=5 conv=notrunc 2>/dev/null
xz -dc zeros.lzma | cmp - zeros.cpio
expect 0 "$mkos" inspect --cat zeros zeros.lzma
same out zeros

# What the kernel drops or misreads.
expect 0 "$mkos" inspect --lint a.gz
says out "warning: there is no /init: the kernel starts nothing from it"
(cd t && printf 'usr/lib/a\n' | cpio -o -H newc --quiet) >orphan
expect 1 "$mkos" inspect --lint orphan
has out "error: 'usr/lib/a' is dropped: no entry makes the folder 'usr/lib' before it"
mkdir -p w/lib
archive t >usrmerge
(cd w && echo lib | cpio -o -H newc --quiet) >>usrmerge
expect 1 "$mkos" inspect --lint usrmerge
has out "error: folder 'lib' replaces the symbolic link to 'usr/lib' before it"
archive t | xz --check=crc64 >crc64.xz
expect 1 "$mkos" inspect --lint crc64.xz
has out "compress with --check=crc32"
archive t | lz4 -q -l >bare.lz4
expect 0 "$mkos" inspect --lint bare.lz4
has out "warning: no four zeros stand behind the lz4 data"
archive t | gzip >c.gz
head -c 100 c.gz >cut.gz
expect 1 "$mkos" inspect --lint --json=short cut.gz
has out '"errors":[{"text":"'"'cut.gz' ends inside a gzip member: it is cut short"

# More than is allowed.
head -c 20000000 /dev/zero >t/zeros
archive t | gzip >bomb.gz
expect 1 "$mkos" inspect --max-size 1M bomb.gz
has err "'bomb.gz' unpacks to more than 1048576 bytes"
expect 1 "$mkos" inspect --extract b --max-size 1M bomb.gz
absent b
expect 1 "$mkos" inspect --max-entries 2 a.gz
has err "'a.gz' has more than 2 entries"
exit $failed
