#!/bin/sh
# ISOs and disks as other programs see them: partition tables, file systems, boot records, and the
# files on them; the same bytes every time; what cannot be is refused and nothing is written.
# usage: media.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
for tool in sgdisk sfdisk fsck.vfat mcopy mdir isoinfo xorriso blkid qemu-img; do
	command -v $tool >/dev/null || PATH=$PATH:/sbin:/usr/sbin
	command -v $tool >/dev/null || skip "no $tool"
done
[ -e /usr/lib/systemd/boot/efi/systemd-bootx64.efi ] || skip "no systemd-boot-efi"
export MTOOLSRC=/dev/null
cp "$3/tests/fuzz/corpus/pe/uki-x64" one.efi
cp one.efi two.efi
printf x >>two.efi
mib=1048576

# esp IMAGE: its EFI system partition as the file esp, of which fsck finds no fault.
esp() {
	size=$(sgdisk -i 1 "$1" | sed -n 's/^Partition size: \([0-9]*\) sectors.*/\1/p')
	dd if="$1" of=esp bs=$mib skip=1 count=$((size / 2048)) status=none
	fsck.vfat -n esp >fsck 2>&1 || fail "fsck.vfat of $1: $(cat fsck)"
	blkid -p esp | grep -q 'VERSION="FAT32".* TYPE="vfat"' || fail "blkid: $(blkid -p esp)"
}

# sound IMAGE: its partition table, by two programs.
sound() {
	sgdisk -v "$1" >table 2>&1
	has table "No problems found"
	if grep -qE 'Problem|Caution|Warning' table; then
		fail "$(cat table)"
	fi
	sfdisk --verify "$1" >table 2>&1 || fail "$(cat table)"
	has table "No errors detected"
	esp "$1"
}

# copied NAME FILE: what is on the ESP under that name is this file.
copied() {
	rm -f copy
	mcopy -n -i esp "::$1" copy || fail "no $1 on the ESP"
	same copy "$2"
}

# An ISO: a disk and a CD.
expect 0 "$mkos" iso --uki one.efi -o a.iso
has out "a.iso: 35.0 MiB, takes "
sound a.iso
copied EFI/BOOT/BOOTX64.EFI one.efi
[ "$(stat -c %s a.iso)" -le $(($(stat -c %s one.efi) + 36 * mib)) ] || fail "too big"
[ "$(($(stat -c %b a.iso) * 512))" -le $mib ] || fail "not sparse: $(stat -c %b a.iso) blocks"
isoinfo -d -i a.iso >out
has out "CD-ROM is in ISO 9660 format"
has out "Volume id: MVIRT"
has out "Volume size is: 17920"
has out "Bootid 88 (bootable)"
has out "Boot media 0 (No Emulation Boot)"
has out "Bootoff 200 512"
isoinfo -l -i a.iso >out || fail "isoinfo -l"
xorriso -indev a.iso -report_el_torito plain >out 2>&1 || fail "xorriso: $(cat out)"
has out "Volume id    : 'MVIRT'"
grep -qE '^El Torito boot img : +1 +UEFI +y +none .* 512$' out || fail "xorriso: $(cat out)"
has out "GPT"
blkid -p a.iso >out
has out 'LABEL="MVIRT"'
has out 'TYPE="iso9660"'
has out 'PTTYPE="gpt"'
# What a BIOS would show: the text is in the MBR.
dd if=a.iso bs=446 count=1 status=none | grep -q 'boots with UEFI firmware' || fail "no text"

# The same bytes: again, elsewhere, at another time, under another umask, time zone and locale.
mkdir elsewhere
cp one.efi elsewhere/
touch -d @1000000000 elsewhere/one.efi
(cd elsewhere && umask 077 && TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$mkos" -q iso --uki one.efi -o a.iso)
same a.iso elsewhere/a.iso
# The clock is SOURCE_DATE_EPOCH; FAT's begins in 1980 and has two seconds.
SOURCE_DATE_EPOCH=951827696 TZ=America/New_York "$mkos" -q iso --uki one.efi -o dated.iso
sound dated.iso
TZ=UTC mdir -i esp ::EFI/BOOT >out
has out "2000-02-29  12:34"
isoinfo -d -i dated.iso >out

# More files, with long names, in any order the same disk.
printf 'hello' >plain.txt
: >empty
expect 0 "$mkos" disk --uki one.efi --add plain.txt --add "plain.txt=docs/A long name.text" \
	--add plain.txt=docs/read.me --add empty=docs/EMPTY --label "MY DISK" -o more.img
expect 0 "$mkos" disk --uki one.efi --add empty=docs/EMPTY --add plain.txt=docs/read.me \
	--add "plain.txt=docs/A long name.text" --add plain.txt --label "MY DISK" -o order.img
same more.img order.img
sound more.img
copied plain.txt plain.txt
copied "docs/A long name.text" plain.txt
copied docs/read.me plain.txt
copied docs/EMPTY empty
mdir -i esp ::docs >out
has out "ALONGN~1 TEX         5"
has out "A long name.text"
has out "Volume in drive : is MY DISK"
blkid -p more.img >out
has out 'PTTYPE="gpt"'
if grep -q iso9660 out; then
	fail "a disk is no ISO: $(cat out)"
fi

# Partitions: sizes, types, names, content; identity from the content, or from a seed.
head -c 1500000 /dev/urandom >content
guid=11223344-5566-7788-99aa-bbccddeeff00
expect 0 "$mkos" disk --uki one.efi --size 100M --partition state:20M \
	--partition "data::$guid=content" --partition swap:1M:swap -o parts.img --json
has out '"partitions": 4'
has out '"disk_guid": "'
has out '"esp_size": '
has out '"esp_free": '
sound parts.img
[ "$(stat -c %s parts.img)" -eq $((100 * mib)) ] || fail "size: $(stat -c %s parts.img)"
sfdisk -J parts.img >table
has table '"start": 2048'
has table '"size": 153600'
has table '"type": "0FC63DAF-8483-4772-8E79-3D69D8477DE4"'
has table '"type": "11223344-5566-7788-99AA-BBCCDDEEFF00"'
has table '"type": "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F"'
has table '"name": "state"'
dd if=parts.img of=copy bs=$mib skip=96 count=2 status=none
cmp -n 1500000 copy content || fail "the content of a partition"
expect 0 "$mkos" -q disk --uki one.efi --partition data=content -o short.img
sfdisk -J short.img >table
has table '"name": "data"'
has table '"size": 4096'
dd if=short.img of=copy bs=$mib skip=34 count=2 status=none
cmp -n 1500000 copy content || fail "the content of a partition without a size"
expect 0 "$mkos" -q disk --uki one.efi --partition state:20M -o x1.img
expect 0 "$mkos" -q disk --uki two.efi --partition state:20M -o x2.img
for i in 1 2; do
	sfdisk -J x$i.img | grep -oE '"(id|uuid)": *"[^"]*"' >ids$i
	[ "$(sort -u ids$i | wc -l)" -eq 3 ] || fail "ids: $(cat ids$i)"
done
if cmp -s ids1 ids2; then
	fail "two contents have one identity"
fi
for i in one two; do
	expect 0 "$mkos" -q disk --uki $i.efi --partition state:20M --seed 'host 1' -o seed-$i.img
	sfdisk -J seed-$i.img | grep -oE '"(id|uuid)": *"[^"]*"' >ids-$i
done
same ids-one ids-two
expect 0 "$mkos" -q disk --uki one.efi --partition state:20M --format qcow2 -o x1.qcow2
qemu-img check x1.qcow2 >out 2>&1 || fail "qemu-img check: $(cat out)"
qemu-img compare x1.img x1.qcow2 >out || fail "qemu-img compare: $(cat out)"
expect 0 "$mkos" -q disk --uki one.efi --size 1T --format qcow2 -o big.qcow2
qemu-img check big.qcow2 >out 2>&1 || fail "qemu-img check: $(cat out)"
qemu-img info big.qcow2 >out
has out "virtual size: 1 TiB"

# What stands on the partitions of an older disk is lost only when that is said.
cp x1.img keep.img
for kind in iso disk; do
	expect 1 "$mkos" $kind --uki two.efi -o x1.img
	says err "mvirt-mkos $kind: 'x1.img' has the partition 'state', whose content would be lost: give \
--force, or another --output"
done
same x1.img keep.img
expect 1 "$mkos" disk --uki one.efi --format qcow2 -o x1.qcow2
says err "mvirt-mkos disk: 'x1.qcow2' is a qcow2 disk, whose content would be lost: give --force, or \
another --output"
expect 0 "$mkos" disk --uki two.efi -o x1.img --force
expect 0 "$mkos" disk --uki one.efi -o x1.img
sound x1.img
truncate -s 100M mbr.img
echo 'start=2048, type=83' | sfdisk -q mbr.img
expect 1 "$mkos" disk --uki one.efi -o mbr.img
says err "mvirt-mkos disk: 'mbr.img' has the partition '1', whose content would be lost: give --force, or \
another --output"

# Several UKIs: systemd-boot and its settings.
expect 0 "$mkos" iso --uki one.efi --uki two.efi=fallback -o two.iso
sound two.iso
copied EFI/BOOT/BOOTX64.EFI /usr/lib/systemd/boot/efi/systemd-bootx64.efi
copied EFI/Linux/one.efi one.efi
copied EFI/Linux/fallback.efi two.efi
printf 'timeout 3\ndefault one.efi\n' >conf
copied loader/loader.conf conf
# Names that count tries: nothing is the default.
expect 0 "$mkos" iso --uki one.efi=new+3.efi --uki two.efi=old -o two.iso
sound two.iso
copied EFI/Linux/new+3.efi one.efi
echo 'timeout 3' >conf
copied loader/loader.conf conf
# Keys: the head of a signed update is time, length, revision 2.0 and type 0x0ef1.
mkdir keys
for key in PK KEK db; do
	printf '0123456789abcdef\0\0\0\0\0\002\361\016################%s' $key >keys/$key.auth
done
expect 0 "$mkos" disk --uki one.efi --enroll-keys keys --enroll force -o keys.img
sound keys.img
copied loader/keys/auto/PK.auth keys/PK.auth
copied EFI/Linux/one.efi one.efi
printf 'timeout 3\ndefault one.efi\nsecure-boot-enroll force\n' >conf
copied loader/loader.conf conf
# A boot loader says by its words what it knows: that of systemd 252 has no if-safe.
cp one.efi new.efi
printf if-safe >>new.efi
expect 0 "$mkos" disk --uki one.efi --enroll-keys keys --boot-loader new.efi -o keys.img
empty err
sound keys.img
copied EFI/BOOT/BOOTX64.EFI new.efi
printf 'timeout 3\ndefault one.efi\nsecure-boot-enroll if-safe\n' >conf
copied loader/loader.conf conf
expect 0 "$mkos" disk --uki one.efi --enroll-keys keys --boot-loader two.efi -o keys.img
has err "warning: boot loader 'two.efi' is too old to enrol keys by itself"
esp keys.img
printf 'timeout 3\ndefault one.efi\nsecure-boot-enroll manual\n' >conf
copied loader/loader.conf conf

# Clusters are chosen by size; a few sizes around where that changes.
for size in 36 37 66 67 70 131 262 263; do
	expect 0 "$mkos" -q disk --uki one.efi --size ${size}M -o s.img
	sound s.img
	copied EFI/BOOT/BOOTX64.EFI one.efi
done

# no SENTENCE ARGUMENTS...: refused with it, and nothing is there.
no() {
	sentence=$1
	shift
	expect 1 "$mkos" "$@" -o none.img
	says err "mvirt-mkos $1: $sentence"
	absent none.img
}
# misuse SENTENCE ARGUMENTS...: the same of a command line that is wrong.
misuse() {
	sentence=$1
	shift
	expect 2 "$mkos" "$@" -o none.img
	says err "mvirt-mkos $1: $sentence"
	absent none.img
}
truncate -s 4294967296 huge
no "'huge' has 4294967296 bytes: a file on FAT32 has less than 4 GiB" \
	iso --uki one.efi --add huge
truncate -s 40M large
no "the files take a FAT32 volume of 41 MiB, but there are only 40 MiB" \
	disk --uki one.efi --size 42M --add large
expect 0 "$mkos" disk --uki one.efi --size 43M --add large -o s.img
sound s.img
no "the files are few, yet take a FAT32 volume of 33 MiB, but there are only 8 MiB" \
	disk --uki one.efi --size 10M
units="write M for MiB or G for GiB behind the number"
misuse "--size is a multiple of 1 MiB: $units" disk --uki one.efi --size 50000000
misuse "--size is a multiple of 1 MiB: $units" disk --uki one.efi --size 100
misuse "--partition a:100: the size of 100 is less than 1 MiB: $units" \
	disk --uki one.efi --partition a:100
misuse "--partition a:1Q: size '1Q' is not a size such as 512M" disk --uki one.efi --partition a:1Q
no "the size of 40 MiB leaves no room for the ESP: the other partitions and tables take 52 MiB" \
	disk --uki one.efi --size 40M --partition state:50M
no "'docs' and 'DOCS' are one name on FAT, which does not tell capitals from small letters" \
	iso --uki one.efi --add empty=docs/a --add empty=DOCS/b
no "name 'EFI/BOOT/BOOTX64.EFI' is given twice" \
	iso --uki one.efi --add empty=EFI/BOOT/BOOTX64.EFI
no "name 'a' is given twice, as a file and as a folder" \
	iso --uki one.efi --add empty=a/b --add empty=a
no "name 'a:b': FAT allows no ':' in a name" iso --uki one.efi --add empty=a:b
no "name 'a./b': FAT allows no '.' at the end of a name" iso --uki one.efi --add empty=a./b
no "name '../b': '..' is no name for a file or folder" iso --uki one.efi --add empty=../b
misuse "label 'TWELVE_CHARS' has 12 characters, FAT has room for 11" \
	iso --uki one.efi --label TWELVE_CHARS
for label in mvirt "MY ISO" A-B ''; do
	misuse "label '$label': an ISO's label has only capitals, digits and '_'" \
		iso --uki one.efi --label "$label"
done
misuse "label 'mvirt': only capitals, digits, '_', '-' and blanks are understood everywhere" \
	disk --uki one.efi --label mvirt
misuse "--partition a: a partition is LABEL:SIZE[:TYPE][=FILE] or LABEL=FILE" \
	disk --uki one.efi --partition a
misuse "--partition a:: the size is missing: LABEL:SIZE[:TYPE][=FILE]" \
	disk --uki one.efi --partition a:
misuse "--partition a:1M: there are two partitions 'a'" \
	disk --uki one.efi --partition a:1M --partition a:1M
no "--partition a:1M=content: 'content' has 1500000 bytes, more than the partition's 1048576" \
	disk --uki one.efi --partition a:1M=content
misuse "--partition a:1M:best: there is no partition type 'best': say linux, data, esp, xbootldr, swap, \
home, srv, var, lvm or a GUID" disk --uki one.efi --partition a:1M:best
no "UKI: 'empty': not a PE file: it has only 0 bytes" iso --uki empty
no "keys to enrol are PK.auth, KEK.auth and db.auth, but 'elsewhere/PK.auth' is missing" \
	iso --uki one.efi --enroll-keys elsewhere --enroll manual
no "boot loader 'two.efi' is too old for --enroll if-safe: say manual or force" \
	disk --uki one.efi --enroll-keys keys --boot-loader two.efi --enroll if-safe
misuse "--enroll goes with --enroll-keys" iso --uki one.efi --enroll force
cp empty keys/db.auth
no "'keys/db.auth' is no signed update of a variable (.auth): firmware would not take it" \
	iso --uki one.efi --enroll-keys keys --enroll manual
no "--partition root=x1.qcow2: 'x1.qcow2' is in QEMU's format: make it raw first, with qemu-img \
convert -O raw" disk --uki one.efi --partition root=x1.qcow2
misuse "--uki one.efi=one: a single UKI has no name, the firmware looks for EFI/BOOT/BOOTX64.EFI" \
	iso --uki one.efi=one
misuse "there are two UKIs 'ONE.efi': give one another name with --uki FILE=NAME" \
	iso --uki one.efi --uki two.efi=ONE
expect 2 "$mkos" disk --uki one.efi -o none.qcow2
says err "mvirt-mkos disk: 'none.qcow2' has the name of a qcow2 disk: give --format qcow2 or raw"
absent none.qcow2
# A UKI that ends too early: inspect fails for it too.
head -c $(($(stat -c %s one.efi) - 600)) one.efi >cut.efi
expect 1 "$mkos" inspect --lint cut.efi
no "UKI 'cut.efi' is faulty: section .linux ends at 5632, the file at 5544: copy or build the file \
again (mvirt-mkos inspect --lint shows all)" iso --uki cut.efi
expect 2 "$mkos" disk --uki one.efi --format vdi -o none.img
says err "mvirt-mkos disk: --format is raw or qcow2, not 'vdi'"
# The output is an input.
cp one.efi same.efi
expect 1 "$mkos" iso --uki same.efi -o same.efi
says err "mvirt-mkos iso: output 'same.efi' is an input too ('same.efi'): give another --output"
same same.efi one.efi
# A file size limit stands for a full disk.
echo old >full.iso
(
	trap '' XFSZ
	ulimit -f 512
	expect 1 "$mkos" iso --uki one.efi -o full.iso
	exit $failed
) || failed=1
has err "write 'full.iso': File too large"
says full.iso old

# Disks: only with the name, and only a block device.
misuse "--yes-erase is for block devices: 'none.img' is none" \
	disk --uki one.efi --yes-erase none.img
expect 2 "$mkos" disk --uki one.efi -o /dev/null --yes-erase null
has err "--yes-erase is for block devices: '/dev/null' is none"
# A device that is not there does not become a file.
expect 1 "$mkos" disk --uki one.efi -o /dev/no-such-disk
says err "mvirt-mkos disk: there is no device '/dev/no-such-disk': look for its name with lsblk, or give \
a file elsewhere"
absent /dev/no-such-disk
expect 1 "$mkos" iso --uki one.efi -o /dev/no-such-disk --yes-erase no-such-disk
has err "there is no device '/dev/no-such-disk'"
absent /dev/no-such-disk
exit $failed
