#!/bin/sh
# Built in another folder, under another umask, locale and time zone, the image has the same bytes.
# usage: again.sh MVIRT-MKOS PROJECT SOURCE
set -eu
mkos=$1
project=$2

umask 077
mkdir p
cp -R "$3/config" "$3/kernel.config" "$3/kernel.version" "$3/cmdline.txt" p/
TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$mkos" -C p build --recipe guest --kernel-source distro -j1
cmp p/target/initramfs.cpio.gz "$project/target/initramfs.cpio.gz"
cmp p/target/mvirt.efi "$project/target/mvirt.efi"
cmp p/target/sbom.cdx.json "$project/target/sbom.cdx.json"
cmp p/target/manifest.json "$project/target/manifest.json"
