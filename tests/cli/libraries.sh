#!/bin/sh
# Programs of an image find their libraries, or it is said which one is not there and who needs it. The
# loaders of this machine say what is right: ldd, and the programs when they are started.
# usage: libraries.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"
command -v cc >/dev/null || skip "no cc"
command -v musl-gcc >/dev/null || skip "no musl-gcc"
pack="$mkos -q initramfs --compress none"

# What an elf line brings is what ldd lists; in none of these is anything missing then.
for program in /bin/bash /usr/bin/python3 /usr/bin/su /usr/bin/curl /lib/systemd/systemd \
	/usr/bin/systemctl /usr/bin/qemu-system-x86_64; do
	[ -x $program ] || continue
	echo "elf $program $program" >list
	expect 0 $pack --list list -o brought
	lacks err needs
	"$mkos" inspect --list brought | sed -n 's|.*/||; /\.so/p' | sort -u >got
	ldd $program | grep -o '/[^ ]*' | sed 's|.*/||' | sort -u >want
	diff want got || fail "$program brings other libraries than ldd lists"
done

# A library that needs another one, both beside the program. With RPATH the program's folders are the
# library's too, with RUNPATH they are not.
mkdir -p b/bin b/lib
echo 'int c(void) { return 3; }' >c.c
echo 'int c(void); int b(void) { return c(); }' >b.c
echo 'int b(void); int main(void) { return b(); }' >a.c
cc -shared -fPIC -o b/lib/libc3.so -Wl,-soname,libc3.so c.c
cc -shared -fPIC -o b/lib/libb3.so -Wl,-soname,libb3.so b.c -Lb/lib -lc3
for kind in enable disable; do
	cc -o b/bin/$kind a.c -Lb/lib -lb3 -Wl,-rpath-link,b/lib -Wl,--$kind-new-dtags \
		'-Wl,-rpath,$ORIGIN/../lib'
done
expect 3 b/bin/disable
expect 127 b/bin/enable
# elf lines look beside the program too, when it is not from the system of the image.
echo 'elf /opt/bin/x b/bin/disable' >list
expect 0 $pack --list list -o brought
lacks err needs
"$mkos" inspect --list brought >got
has got opt/lib/libb3.so
has got opt/lib/libc3.so
echo 'elf /opt/bin/x b/bin/enable' >list
expect 1 $pack --list list -o brought
has err "libb3.so' needs 'libc3.so', which is in no folder for libraries: install it, or say --sysroot"

# In an image: the missing library is named, with who needs it and the program that leads to it.
loader="elf /bin/true /bin/true"
cat >list <<LIST
$loader
file /opt/bin/x b/bin/disable 0755 0 0
file /opt/bin/y b/bin/disable 0755 0 0
file /opt/lib/libb3.so b/lib/libb3.so 0644 0 0
LIST
missing="'/opt/bin/x' ('b/bin/disable') and 1 more need '/opt/lib/libb3.so', and that needs 'libc3.so', \
which is not in the image: add it with the libraries (an elf line does), or use a static program"
expect 0 $pack --list list -o doubtful
has err "warning: $missing"
cp list strict.list
expect 1 $pack --strict --list strict.list -o strict
absent strict
echo 'file /opt/lib/libc3.so b/lib/libc3.so 0644 0 0' >>list
expect 0 $pack --list list -o whole
lacks err needs
# The same out of an archive, plain or compressed.
for how in none gzip; do
	"$mkos" -q initramfs --list strict.list --compress $how -o base 2>/dev/null
	echo 'archive base' >list
	expect 0 $pack --list list -o again
	has err "'/opt/bin/x' ('base') and 1 more need '/opt/lib/libb3.so', and that needs 'libc3.so'"
done
# RUNPATH is no help to the library; ld.so.conf is, once ldconfig made a cache of it.
cat >list <<LIST
$loader
file /opt/bin/x b/bin/enable 0755 0 0
file /opt/lib/libb3.so b/lib/libb3.so 0644 0 0
file /opt/lib/libc3.so b/lib/libc3.so 0644 0 0
LIST
expect 0 $pack --list list -o runpath
has err "'/opt/bin/x' ('b/bin/enable') needs '/opt/lib/libb3.so', and that needs 'libc3.so'"
echo 'include ld.so.conf.d/*.conf' >ld.so.conf
printf '# where it is\n /opt/lib/ # ours\n' >opt.conf
cat >>list <<LIST
file /etc/ld.so.conf ld.so.conf 0644 0 0
file /etc/ld.so.conf.d/opt.conf opt.conf 0644 0 0
LIST
expect 0 $pack --list list -o runpath
has err "needs 'libc3.so'"
echo 'file /etc/ld.so.cache opt.conf 0644 0 0' >>list
expect 0 $pack --list list -o runpath
lacks err needs

# musl: its loader is its library, and its folders are its own.
musl-gcc -o m a.c b.c c.c
echo 'elf /m m' >list
expect 0 $pack --list list -o brought
lacks err needs
"$mkos" inspect --list brought >got
grep -q '\.so\.6' got && fail "musl's program brings glibc: $(cat got)"
[ "$(grep -c '\.so' got)" -eq 1 ] || fail "more than the loader: $(cat got)"

# A system in a folder: its absolute links are meant inside, as /lib64/ld-linux-x86-64.so.2 is one.
mkdir -p s/lib64 s/lib/x86_64-linux-gnu s/bin
cp /bin/true s/bin/true
cp -L /lib64/ld-linux-x86-64.so.2 s/lib/x86_64-linux-gnu/ld-other.so
printf 'mark' >>s/lib/x86_64-linux-gnu/ld-other.so
ln -s /lib/x86_64-linux-gnu/ld-other.so s/lib64/ld-linux-x86-64.so.2
cp -L /lib/x86_64-linux-gnu/libc.so.6 s/lib/x86_64-linux-gnu/libc.so.6
echo 'elf /bin/true s/bin/true' >list
expect 0 $pack --list list --sysroot s -o rooted
"$mkos" inspect --cat lib64/ld-linux-x86-64.so.2 rooted >got
same got s/lib/x86_64-linux-gnu/ld-other.so

# Scripts: whoever starts them has to be there and executable; env(1) looks for another one.
printf '#!/usr/bin/env -S LANG=C python3 -u\n' >script
printf '#! /bin/true -x\n' >other
cat >list <<LIST
$loader
file /usr/bin/env other 0755 0 0
file /script script 0755 0 0
LIST
expect 0 $pack --list list -o scripts
has err "'/script' ('script') is a script for 'python3' (by env), which is not in the image: add it"
echo 'file /usr/local/bin/python3 other 0755 0 0' >>list
expect 0 $pack --list list -o scripts
lacks err 'script for'
echo 'set bin/true mode=0644' >>list
expect 0 $pack --list list -o scripts
has err "are scripts for '/bin/true', which is in the image, but not executable: give it mode 0755"
exit $failed
