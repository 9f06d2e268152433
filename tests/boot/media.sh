#!/bin/sh
# Media of the guest image boot, each in the ways that are named: FORM:FIRMWARE:AS with FORM iso,
# bios (iso --bios), disk or qcow2. usage: media.sh MVIRT-MKOS PROJECT WAY...
set -eu
mkos=$1
uki=$2/target/mvirt.efi
shift 2

# boot FILE FIRMWARE AS
boot() {
	"$mkos" run --"$2" --attach "$3" "$1" --log console --expect 'pideisn: ready' \
		--power-button --expect 'pideisn: powering off' || { cat console; exit 1; }
	echo "$1 as $3 by $2: boots"
}

for way in "$@"; do
	form=${way%%:*}
	rest=${way#*:}
	case $form in
	iso) [ -e m.iso ] || "$mkos" iso --uki "$uki" -o m.iso; file=m.iso ;;
	bios) [ -e b.iso ] || "$mkos" iso --bios --uki "$uki" -o b.iso; file=b.iso ;;
	disk) [ -e m.img ] || "$mkos" disk --uki "$uki" --partition state:8M -o m.img; file=m.img ;;
	qcow2) [ -e m.qcow2 ] ||
		"$mkos" disk --uki "$uki" --size 1G --format qcow2 -o m.qcow2; file=m.qcow2 ;;
	*) echo "no form $form"; exit 1 ;;
	esac
	boot $file "${rest%:*}" "${rest#*:}"
done

# The form for a BIOS comes from another program: its bytes are the same every time too.
if [ -e b.iso ]; then
	sleep 1
	TZ=Asia/Tokyo "$mkos" -q iso --bios --uki "$uki" -o again.iso
	cmp b.iso again.iso
	sgdisk -v b.iso | grep 'No problems found'
fi
