#!/bin/sh
# A build makes what is not up to date and nothing else, stops at what would not boot, and two in
# one folder do not meet. The kernel source is a sample that stands for kbuild.
# usage: build.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
project "$3"
export XDG_CACHE_HOME="$PWD/kept"
build="$mkos -C p build --recipe guest --kernel-source ../kernel_source"
[ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ] || skip "no systemd-boot-efi"
[ -e /bin/busybox ] || skip "no busybox-static"

# The gate: each lost option by name, before anything is compiled.
printf 'CONFIG_ONE=y\n' >kernel_source/lose
printf 'CONFIG_THREE=y\n' >kernel_source/more
expect 1 $build
says err "mvirt-mkos build: the kernel's configuration does not have 2 of 3 options as asked for \
(look what each depends on, or take it out): kernel.config:1: CONFIG_ONE=y was lost; \
kernel.config:3: CONFIG_THREE is to be off and was forced to y"
absent p/kernel/arch
absent p/target/mvirt.efi
: >kernel_source/lose
printf 'CONFIG_TWO="three"\n' >kernel_source/more
expect 1 $build
has err 'kernel.config:2: CONFIG_TWO="two" became "three"'
rm kernel_source/more

# kbuild fails: its first error and where the log is.
printf '  CC      a.o\na.c:1:2: error: expected this\nmake: *** that\n' >kernel_source/broken
expect 1 $build
says err "mvirt-mkos build: build kernel failed: a.c:1:2: error: expected this \
(the whole log is in target/kernel.log)"
has p/target/kernel.log "make: *** that"
absent p/target/mvirt.efi
rm kernel_source/broken

# Now it is made, and nothing is written beside it.
expect 0 $build
has out "made in"
holds p cmdline.txt config kernel kernel.config kernel.version target
holds p/target .hashes CACHEDIR.TAG initramfs.cpio.gz kernel.log manifest.json mvirt.efi
cp p/target/mvirt.efi first.efi
cp p/target/manifest.json first.json
expect 0 $build
[ "$(grep -c 'up to date' out)" -eq 2 ] || fail "made again: $(cat out)"
same p/target/manifest.json first.json

# What changed is made again, and with it what it goes into.
echo 'console=ttyS0 loglevel=7' >p/cmdline.txt
expect 0 $build
grep '^uki' out | grep -q 'made in' || fail "a new command line: $(cat out)"
grep '^initramfs' out | grep -q 'up to date' || fail "a new command line: $(cat out)"
echo other >p/config/rootfs/etc/hostname
expect 0 $build
grep '^initramfs' out | grep -q 'made in' || fail "a new host name: $(cat out)"
# Damage to a result is noticed.
printf x >>p/target/mvirt.efi
expect 0 $build
grep '^uki' out | grep -q 'made in' || fail "a damaged UKI: $(cat out)"
expect 0 "$mkos" inspect --lint p/target/mvirt.efi

# Elsewhere, under another umask, locale, time zone and file order: the same bytes.
cp "$3/cmdline.txt" p/
cp "$3/config/rootfs/etc/hostname" p/config/rootfs/etc/
mkdir other
(cd other && umask 077 && cp -R ../kernel_source . && mkdir p && cp -R ../p/config ../p/kernel.* \
	../p/cmdline.txt p/ && TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$mkos" -C p build --recipe guest \
	--kernel-source ../kernel_source -j1 --no-sync) >out 2>err || fail "elsewhere: $(cat err)"
same other/p/target/mvirt.efi first.efi
same other/p/target/manifest.json first.json

# /init has to be a static program.
expect 1 $build --init /bin/ls
has err "'/bin/ls'"
has err "static"
expect 0 $build

# Another run holds the folder.
(
	exec 9<>p/target/CACHEDIR.TAG
	flock 9
	expect 1 $build
	has err "another mvirt-mkos (process "
	has err ") is at work in '$PWD/p/target': wait until it is done"
	expect 1 "$mkos" -C p clean
	has err "is at work in"
	exit $failed
) || failed=1

# JSON for programs.
expect 0 $build --json=short
grep -qE '"how":"(up-to-date|made)"' out || fail "json: $(cat out)"
[ "$(wc -l <out)" -eq 1 ] || fail "short JSON has several lines"

# clean deletes what we made and nothing else.
expect 0 "$mkos" -C p distclean
holds p cmdline.txt config kernel.config kernel.version
mkdir p/target
echo precious >p/target/file
expect 1 "$mkos" -C p clean
has err "folder 'target' was not made by mvirt-mkos"
has p/target/file precious
expect 1 $build
has err "folder 'target' is not ours"
has p/target/file precious
exit $failed
