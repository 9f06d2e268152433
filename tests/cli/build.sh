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

# Without compiler and tools: all that is missing at once, before anything starts.
mkdir none
expect 1 env PATH="$PWD/none" $build
has err "mvirt-mkos build: this machine lacks program 'gcc', program 'make', program 'ld'"
has err ": run ./setup.sh, or apt-get install gcc make binutils"
absent p/target
expect 1 env PATH="$PWD/none" "$mkos" -C p kernel --recipe guest --kernel-source ../kernel_source
has err "mvirt-mkos kernel: this machine lacks program 'gcc'"
absent p/target

# A word for PID 1 that it would skip, before anything starts.
cp p/cmdline.txt saved
echo 'console=ttyS0 pideisn.shel=no' >p/cmdline.txt
for command in "$build" "$mkos -C p uki --recipe guest"; do
	expect 1 $command
	has err ": cmdline.txt:1: unknown key 'shel' in [system]: did you mean 'shell'?"
	absent p/kernel
done
mv saved p/cmdline.txt

# The gate: each option that is not as asked, and why, before anything is compiled.
printf 'CONFIG_ONE=y\n' >kernel_source/lose
printf 'CONFIG_THREE=y\nCONFIG_BY=y\n' >kernel_source/more
expect 1 $build
cat >wanted <<'TEXT'
error: kernel.config:1: CONFIG_ONE=y was lost: it depends on TWO=two = "other", !THREE=y, EXPERT=n
error: kernel.config:3: CONFIG_THREE is asked to be off and is y: selected by BY
mvirt-mkos build: the kernel's configuration is not as asked for: 2 options, named above
TEXT
same err wanted
absent p/kernel/arch
absent p/target/mvirt.efi
: >kernel_source/lose
printf 'CONFIG_TWO="three"\n' >kernel_source/more
expect 1 $build
has err 'error: kernel.config:2: CONFIG_TWO="two" became "three": see its type and range'
cp p/kernel.config saved
printf 'CONFIG_TWO=two\n' >p/kernel.config
expect 1 $build
has err 'error: kernel.config:1: CONFIG_TWO=two became "three": a string stands in double quotes'
rm kernel_source/more
printf 'CONFIG_TWOO="x"\nCONFIG_IN_HELP=y\nCONFIG_BY=y\n' >p/kernel.config
printf 'CONFIG_TWOO="x"\nCONFIG_IN_HELP=y\nCONFIG_BY=y\n' >kernel_source/lose
expect 1 $build
cat >wanted <<'TEXT'
error: kernel.config:1: CONFIG_TWOO="x" was lost: there is no such option in this kernel: did you mean CONFIG_TWO?
error: kernel.config:2: CONFIG_IN_HELP=y was lost: there is no such option in this kernel
error: kernel.config:3: CONFIG_BY=y was lost: it has no prompt: others select it, it cannot be asked for
mvirt-mkos build: the kernel's configuration is not as asked for: 3 options, named above
TEXT
same err wanted
: >kernel_source/lose
cp saved p/kernel.config
# How the configuration differs from another one.
printf 'CONFIG_ONE=y\nCONFIG_TWO="old"\nCONFIG_GONE=y\n' >old.config
expect 0 "$mkos" -C p kernel --recipe guest --kernel-source ../kernel_source --diff ../old.config
cat >wanted <<'TEXT'
CONFIG_BASE n -> y
CONFIG_TWO "old" -> "two"
CONFIG_GONE y -> n
TEXT
same out wanted
# What a kernel must have, whatever the layers say.
cp p/config/recipes/guest.conf saved
sed -i '/^source/aroles = guest host' p/config/recipes/guest.conf
expect 1 $build
has err "error: CONFIG_EFI_STUB is not y: without it a UKI cannot start the kernel (a kernel of role guest needs it)"
has err "error: CONFIG_KVM is not y: without it there are no virtual machines (a kernel of role host needs it)"
cp saved p/config/recipes/guest.conf

# kbuild fails: its first error and where the log is.
printf '  CC      a.o\na.c:1:2: error: expected this\nmake: *** that\n' >kernel_source/broken
expect 1 $build
says err "mvirt-mkos build: build kernel failed: a.c:1:2: error: expected this \
(the whole log is in target/kernel.log)"
has p/target/kernel.log "make: *** that"
absent p/target/mvirt.efi

# Its own complaints take several lines.
cat >kernel_source/broken <<'EOF'
***
*** C compiler is too old.
***   Your GCC version:    4.8.5
***   Minimum GCC version: 5.1.0
***
make: *** stop
EOF
expect 1 $build
says err "mvirt-mkos build: build kernel failed: C compiler is too old. Your GCC version:    4.8.5 \
Minimum GCC version: 5.1.0 (the whole log is in target/kernel.log)"
rm kernel_source/broken

# Now it is made, and nothing is written beside it.
expect 0 $build
has out "made in"
holds p cmdline.txt config kernel kernel.config kernel.version target
holds p/target .hashes CACHEDIR.TAG initramfs.cpio.gz kernel.log manifest.json mvirt.efi \
	sbom.cdx.json
# By the first and the last entry PID 1 sees whether the kernel had memory for all of it.
gzip -dc p/target/initramfs.cpio.gz | cpio -t --quiet >names
says names "$(printf '.archive-begin\n%s\n.archive-end' "$(sed '1d;$d' names)")"
has names etc/os-release
cp p/target/mvirt.efi first.efi
cp p/target/manifest.json first.json
expect 0 $build
[ "$(grep -c 'up to date' out)" -eq 3 ] || fail "made again: $(cat out)"
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
printf x >>p/kernel/arch/x86/boot/bzImage
expect 0 $build
same p/kernel/arch/x86/boot/bzImage kernel_source/sample

# Media of the UKI: made once, and again when something that is on them changed.
media() {
	wanted=$1
	shift
	expect 0 "$mkos" -C p "$@" --recipe guest
	has out "$wanted"
}
media 'made in' iso
media 'up to date' iso
media 'made in' iso --label OTHER
media 'made in' iso
media 'made in' disk --partition state:5M
media 'up to date' disk --partition state:5M
media 'made in' disk --partition state:6M
# Without a recipe it is that of target/.
expect 0 "$mkos" -C p iso
has out 'up to date'
expect 0 "$mkos" -C p uki
has out 'up to date'
# What somebody wrote to a partition stays, unless it is to go.
state=$(($(stat -c %s p/target/mvirt.img) - 5 * 1048576))
printf precious | dd of=p/target/mvirt.img bs=1 seek=$state conv=notrunc status=none
cp p/target/mvirt.img written.img
expect 1 "$mkos" -C p disk --partition state:6M
says err "mvirt-mkos disk: 'target/mvirt.img' has the partition 'state', whose content would be lost: \
give --force, or another --output"
same p/target/mvirt.img written.img
media 'made in' disk --partition state:6M --force
media 'up to date' disk --partition state:6M
if cmp -s p/target/mvirt.img written.img; then
	fail "--force changed nothing"
fi
# A UKI that is older than what it is made of, or was put there by other means.
cp p/cmdline.txt cmdline
echo 'console=ttyS0 loglevel=4' >p/cmdline.txt
for kind in iso disk; do
	expect 1 "$mkos" -C p $kind
	says err "mvirt-mkos $kind: 'target/mvirt.efi' is older than 'cmdline.txt': run mvirt-mkos \
build --recipe guest"
done
cp cmdline p/cmdline.txt
cp p/config/os-release os-release
echo 'VARIANT=x' >>p/config/os-release
expect 1 "$mkos" -C p iso
has err "'target/mvirt.efi' is older than 'config/os-release': run"
cp os-release p/config/os-release
cp p/target/initramfs.cpio.gz initramfs
printf x >>p/target/initramfs.cpio.gz
expect 1 "$mkos" -C p iso
has err "'target/mvirt.efi' is older than 'target/initramfs.cpio.gz': run"
cp initramfs p/target/initramfs.cpio.gz
cp p/target/mvirt.efi good.efi
printf x >>p/target/mvirt.efi
expect 1 "$mkos" -C p iso
says err "mvirt-mkos iso: 'target/mvirt.efi' is not what was made of recipe 'guest': run mvirt-mkos build \
--recipe guest, or take it as it is with --uki target/mvirt.efi"
expect 0 "$mkos" -C p iso --uki target/mvirt.efi
cp good.efi p/target/mvirt.efi
media 'made in' iso
printf x >>p/target/mvirt.iso
media 'made in' iso
has p/target/manifest.json '"name": "iso"'
rm p/target/mvirt.iso p/target/mvirt.img

# A build of another recipe that fails changes nothing of what is known.
expect 1 "$mkos" -C p build
has p/target/manifest.json '"recipe": "guest"'

# The commands that --dry-run prints can be typed.
cp p/target/mvirt.efi "it's.efi"
expect 0 "$mkos" run --dry-run "it's.efi"
has out "mcopy -i run/esp.img 'it'\\''s.efi' ::EFI/BOOT/BOOTX64.EFI"

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

# Parts of one recipe are not combined for another.
cp p/config/recipes/guest.conf p/config/recipes/other.conf
expect 1 "$mkos" -C p uki --recipe other
says err "mvirt-mkos uki: what is in kernel/ and target/ was made for recipe 'guest', not 'other': \
run mvirt-mkos build --recipe other, or name the other recipe"
expect 0 "$mkos" -C p build --recipe other --kernel-source ../kernel_source
expect 0 "$mkos" -C p uki --recipe other
expect 0 $build
rm p/config/recipes/other.conf

# Signed, when the recipe says who signs. The certificate counts among the inputs.
openssl req -new -x509 -newkey rsa:2048 -nodes -keyout p/db.key -out p/db.pem -subj /CN=db \
	-days 100 2>/dev/null
cp p/config/recipes/guest.conf unsigned.conf
printf '[secureboot]\nkey = db.key\n' >>p/config/recipes/guest.conf
expect 1 $build
says err "mvirt-mkos build: config/recipes/guest.conf: [secureboot] needs both key and certificates"
echo 'certificates = db.pem' >>p/config/recipes/guest.conf
expect 0 $build
has out "uki                     made in"
expect 0 "$mkos" verify p/target/mvirt.efi --certificate p/db.pem
expect 0 $build
has out "uki                     up to date"
cp unsigned.conf p/config/recipes/guest.conf
expect 0 $build
rm p/db.key p/db.pem

# JSON for programs.
expect 0 $build --json=short
grep -qE '"how":"(up-to-date|made)"' out || fail "json: $(cat out)"
[ "$(wc -l <out)" -eq 1 ] || fail "short JSON has several lines"

# clean deletes what we made and nothing else.
expect 0 "$mkos" -C p distclean
holds p cmdline.txt config kernel.config kernel.version
expect 1 "$mkos" -C p uki --recipe guest
says err "mvirt-mkos uki: 'kernel/arch/x86/boot/bzImage' is missing: make it with mvirt-mkos kernel, \
or all with build"
expect 0 "$mkos" -C p distclean
# A mark that was only begun when a run was killed is finished by the next.
mkdir p/target
printf 'Signature: 8a' >p/target/CACHEDIR.TAG
expect 0 $build
expect 0 "$mkos" -C p distclean
mkdir p/target
echo precious >p/target/file
expect 1 "$mkos" -C p clean
has err "folder 'target' was not made by mvirt-mkos"
has p/target/file precious
expect 1 $build
has err "folder 'target' is not ours"
has p/target/file precious
exit $failed
