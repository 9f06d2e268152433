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
# Unpacked once, in the project of the other tests, which need the source too.
mkdir -p "$project/cache"
ln -s "$project/cache" p/cache
printf 'CONFIG_64BIT=y\nCONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_BLK=y\nCONFIG_VIRTIO_NET=y\n' >p/fragment
printf 'CONFIG_EXT4_FS=y\n' >>p/fragment
status=0
"$mkos" -C p kernel --check-config --kernel-source distro --fragment fragment 2>err || status=$?
cat err
[ "$status" -eq 1 ]
grep -q 'fragment:2: CONFIG_VIRTIO_PCI=y was lost: it depends on VIRTIO_MENU=n, PCI=n' err
grep -q 'fragment:3: CONFIG_VIRTIO_BLK=y was lost: it depends on BLK_DEV=n, VIRTIO=n' err
grep -q 'fragment:4: CONFIG_VIRTIO_NET=y was lost: it depends on NETDEVICES=n' err
grep -q 'fragment:5: CONFIG_EXT4_FS=y was lost: it depends on BLOCK=n' err
if grep -q 'CONFIG_64BIT=y was lost' err; then
	exit 1
fi
grep -q 'CONFIG_EFI_STUB is not y: without it a UKI cannot start the kernel' err
[ ! -e p/kernel/arch ]

for recipe in guest mvirt metal; do
	"$mkos" -C p kernel --check-config --kernel-source distro --recipe $recipe
done
