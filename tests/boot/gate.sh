#!/bin/sh
# A fragment that looks right and loses most of its options in the real Kconfig is refused, each
# option named; the project's own layers are not.
# usage: gate.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
project=$2

mkdir p
cp -R "$project/config" "$project/kernel.config" "$project/kernel.version" \
	"$project/cmdline.txt" p/
# The unpacked source is shared: it is never written to.
mkdir -p "$project/cache"
printf 'CONFIG_64BIT=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_BLK=y\nCONFIG_VIRTIO_NET=y\n' >p/fragment
printf 'CONFIG_EXT4_FS=y\n' >>p/fragment
status=0
"$mkos" -C p kernel --check-config --kernel-source distro --fragment fragment 2>err || status=$?
cat err
[ "$status" -eq 1 ]
grep -q 'does not have 4 of 5 options as asked for' err
for line in 2:VIRTIO_PCI 3:VIRTIO_BLK 4:VIRTIO_NET 5:EXT4_FS; do
	grep -q "fragment:${line%%:*}: CONFIG_${line#*:}=y was lost" err
done
[ ! -e p/kernel/arch ]

for recipe in guest mvirt metal; do
	"$mkos" -C p kernel --check-config --kernel-source distro --recipe $recipe
done

# For the tests that need the kernel's source.
rm -rf "$project/cache/src/linux-source"
mkdir -p "$project/cache/src"
cp -R "$(echo p/cache/src/linux-source-*)/usr" usr
mkdir -p "$project/cache/src/linux-source"
mv usr "$project/cache/src/linux-source/usr"
