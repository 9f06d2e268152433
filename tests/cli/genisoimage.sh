#!/bin/sh
# The image's genisoimage, called as mvirt-vmm calls it, makes what genisoimage itself makes of the
# same files, as isoinfo reads both.
# usage: genisoimage.sh PROGRAM LIB MVIRT-MKOS PROJECT
set -eu
program=$1
. "$2"
mkos=$3

mkdir seeds
printf '#cloud-config\nhostname: guest\n' >seeds/user-data
printf 'instance-id: one\n' >seeds/meta-data
printf 'version: 2\n' >seeds/network-config
# More than a block, and a name that 8.3 has no room for.
seq 1000 >seeds/network-config.old
files="seeds/user-data seeds/meta-data seeds/network-config seeds/network-config.old"

expect 0 "$program" -output ours.iso -volid cidata -joliet -rock $files
empty out
empty err
expect 0 "$program" -joliet seeds/network-config.old seeds/meta-data -rock -V cidata -o again.iso \
	seeds/network-config seeds/user-data
same ours.iso again.iso

expect 1 "$program" -output no.iso -volid cidata seeds/user-data seeds/nowhere
has err "genisoimage: open 'seeds/nowhere': No such file"
expect 1 "$program" -output no.iso seeds/user-data ./seeds/user-data
has err "'user-data' is given twice"
expect 2 "$program" -output no.iso
has err "usage: genisoimage -output FILE"
expect 2 "$program" -output no.iso -udf seeds/user-data
has err "option '-udf' is unknown here"
expect 2 "$program" seeds/user-data -output
has err "option '-output' needs a value"
absent no.iso
expect 1 "$program" -output no/folder.iso seeds/user-data
expect 1 "$program" -output /dev/full seeds/user-data

# It is in the image of recipe mvirt, where mvirt-vmm finds it.
mkdir p
cp -R "$4/config" "$4/kernel.config" "$4/kernel.version" "$4/cmdline.txt" p/
expect 0 "$mkos" -C p initramfs --recipe mvirt --without mvirt --without mvirt-vmm \
	--without cloud-hypervisor --without firmware --without ch-remote --without hypervisor-fw \
	--offline
expect 0 "$mkos" inspect p/target/initramfs.cpio.gz
grep -q "usr/bin/genisoimage" out || fail "no genisoimage in the image: $(cat out)"

command -v genisoimage >/dev/null && command -v isoinfo >/dev/null || skip "no genisoimage"
genisoimage -quiet -output theirs.iso -volid cidata -joliet -rock $files
for tree in -R -J; do
	isoinfo -f $tree -i ours.iso | sort >ours
	isoinfo -f $tree -i theirs.iso | sort >theirs
	same ours theirs
	for file in $files; do
		isoinfo $tree -x "/${file#*/}" -i ours.iso >got
		same got "$file"
	done
done
for word in 'Volume id' 'Joliet with' 'Rock Ridge' 'Logical block size' 'Volume set size'; do
	isoinfo -d -i ours.iso | grep "$word" >ours
	isoinfo -d -i theirs.iso | grep "$word" >theirs
	same ours theirs
done
exit $failed
