#!/bin/sh
# The bill of materials that a build writes: CycloneDX's rules, what it says against the files
# themselves, and that it changes when they do and only then.
# usage: sbom.sh MVIRT-MKOS LIB PROJECT CYCLONEDX_PY
set -eu
mkos=$1
rules=$4
. "$2"
project "$3"
export XDG_CACHE_HOME="$PWD/kept"
build="$mkos -C p build --recipe guest --kernel-source ../kernel_source"
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
[ -e $stub ] || skip "no systemd-boot-efi"
[ -e /bin/busybox ] || skip "no busybox-static"
python3 -W ignore -c 'import jsonschema' 2>none || skip "no python3-jsonschema"
bill=p/target/sbom.cdx.json

sum() {
	sha256sum "$1" | cut -d' ' -f1
}

# valid: it keeps CycloneDX's rules; its rows are in the file rows.
valid() {
	python3 -W ignore "$rules" $bill >rows 2>why || fail "$(cat why)"
}

expect 0 $build
grep '^sbom' out | grep -q 'made in' || fail "no row for it: $(cat out)"
valid
kernel=p/kernel/arch/x86/boot/bzImage
grep -q "^kernel operating-system linux [0-9][^ ]* $(sum $kernel) - -\$" rows || fail "$(cat rows)"
grep -q "^stub firmware systemd-stub [0-9][^ ]* $(sum $stub) - -\$" rows || fail "$(cat rows)"
has rows "initramfs file initramfs.cpio.gz - $(sum p/target/initramfs.cpio.gz) - -"
gzip -dc p/target/initramfs.cpio.gz >image.cpio
(mkdir image && cd image && cpio -id --quiet <../image.cpio)
grep -q "^init application pideisn [0-9][^ ]* $(sum image/init) /init -\$" rows ||
	fail "$(cat rows)"
network=/usr/lib/pideisn/network
grep -q "^network application pideisn-network [0-9][^ ]* $(sum image$network) $network -\$" rows ||
	fail "$(cat rows)"
has rows "file:/usr/bin/busybox file /usr/bin/busybox - $(sum /bin/busybox) - -"
# Every file of the image is there, once.
(cd image && find . -type f ! -name '.archive-*' ! -name init ! -name network | sed 's/^\.//') | sort >wanted
sed -n 's/^file:\([^ ]*\) .*/\1/p' rows | sort >found
same found wanted
os=$(. p/config/os-release && echo "$ID $VERSION_ID")
python3 -c 'import json, sys; c = json.load(open(sys.argv[1]))["metadata"]["component"]
print(c["name"], c["version"])' $bill >image_name
says image_name "$os"
! grep -q "$PWD" $bill || fail "a path of this machine: $(cat $bill)"

# The same parts, the same bytes; a part that changed, another bill.
cp $bill first
expect 0 $build
grep '^sbom' out | grep -q 'up to date' || fail "made again: $(cat out)"
rm $bill
expect 0 $build
same $bill first
printf x >>$bill
expect 0 $build
same $bill first
echo other >p/config/rootfs/etc/hostname
expect 0 $build
! cmp -s $bill first || fail "another file, the same bill"
valid
has rows "file:/etc/hostname file /etc/hostname - $(sum p/config/rootfs/etc/hostname) - -"
[ "$(grep serialNumber $bill)" != "$(grep serialNumber first)" ] || fail "the same serial number"

# SOURCE_DATE_EPOCH is the only clock.
! grep -q timestamp $bill || fail "a time that nobody gave"
expect 0 env SOURCE_DATE_EPOCH=1700000000 $build
has $bill '"timestamp": "2023-11-14T22:13:20Z"'
valid

# Payload, another init, and the source that a kernel was compiled from.
cp /bin/busybox daemon
printf more >>daemon
tar -cJf linux-6.12.7.tar.xz --transform 's/^kernel_source/linux-6.12.7/' kernel_source
expect 0 "$mkos" -C p build --recipe guest --kernel-source ../linux-6.12.7.tar.xz \
	--payload mvirt-vmm=../daemon --init /bin/busybox
valid
has rows "payload:mvirt-vmm application mvirt-vmm - $(sum daemon) /usr/sbin/mvirt-vmm -"
has rows "init application busybox - $(sum /bin/busybox) "
grep -q '^kernel .* linux-6.12.7.tar.xz$' rows || fail "$(cat rows)"
has $bill "$(sum linux-6.12.7.tar.xz)"

# In a UKI, which is a UKI still.
expect 0 "$mkos" uki --update p/target/mvirt.efi --section .sbom:@$bill --output with.efi
expect 0 "$mkos" inspect --section .sbom:text@back with.efi
same back $bill
expect 0 "$mkos" inspect --lint with.efi
exit $failed
