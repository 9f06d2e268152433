#!/bin/sh
# Firmware with Secure Boot on decides what runs: all candidates are disks of one machine, which the
# firmware tries one after the other. A candidate is a UKI whose kernel returns to the firmware; the
# first and the last one are the real image, unsigned and signed.
# usage: secure_boot.sh MVIRT-MKOS PROJECT EFI-SAMPLE
set -eu
mkos=$1
image=$2/target/mvirt.efi
sample=$3

for tool in openssl sbsign objdump python3; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

# own NAME OPTIONS...: a key, and a certificate that it signed itself.
own() {
	name=$1
	shift
	openssl req -new -x509 -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.pem" \
		-subj "/CN=$name" -days 100 "$@" 2>/dev/null
}
# below NAME CA SERIAL OPTIONS...: one that CA signed.
below() {
	name=$1
	ca=$2
	serial=$3
	shift 3
	printf 'basicConstraints = critical, CA:%s\n' "${is_ca:-FALSE}" >extensions
	openssl req -new -nodes -keyout "$name.key" -out request -subj "/CN=$name" "$@" 2>/dev/null
	openssl x509 -req -in request -CA "$ca.pem" -CAkey "$ca.key" -set_serial "$serial" \
		-extfile extensions -days 100 -out "$name.pem" 2>/dev/null
}
# sign FILE KEY OUTPUT OPTIONS...
sign() {
	file=$1
	key=$2
	output=$3
	shift 3
	"$mkos" -q sign "$file" --key "$key.key" --certificate "$key.pem" "$@" -o "$output"
}
# flip OFFSET FILE: changes a bit of it.
flip() {
	byte=$(od -An -tu1 -j "$1" -N 1 "$2")
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((byte ^ 1)))" | dd of="$2" bs=1 seek="$1" conv=notrunc status=none
}

own db
own ca
own other
own revoked
below leaf ca 1 -newkey rsa:4096
is_ca=TRUE below middle ca 2 -newkey rsa:2048
below lowest middle 3 -newkey rsa:3072
below curve ca 4 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1

python3 "$sample" quitting kernel
printf '\037\213initrd' >initrd
"$mkos" -q uki --kernel kernel --initrd initrd --cmdline 'a b' --os-release ID=test -o u.efi

# They are numbered as they are tried, from 1 (0 is the image that is named to run), and stand by eights
# in a slot of the bus.
n=0
: >candidates
qemu=
# candidate VERDICT FILE WHAT...: one more disk, FILE on it.
candidate() {
	verdict=$1
	file=$2
	shift 2
	slot=$(printf %X $((4 + n / 8)))
	function=$((n % 8))
	n=$((n + 1))
	mkdir -p "disk$n/EFI/BOOT"
	ln "$file" "disk$n/EFI/BOOT/BOOTX64.EFI"
	qemu="$qemu -drive if=none,id=c$n,format=raw,readonly=on,file=fat:disk$n -device \
virtio-blk-pci,drive=c$n,bootindex=$n,multifunction=on,addr=0x$slot.$function"
	echo "$verdict Pci(0x$slot,0x$function) $*" >>candidates
}

sign u.efi db signed.efi
candidate runs signed.efi signed by a key of db
sign u.efi leaf leaf.efi --certificate ca.pem
candidate runs leaf.efi signed by a leaf of 4096 bits, whose CA is in db
sign u.efi lowest chain.efi --certificate middle.pem
candidate runs chain.efi signed below an intermediate that the file has
sign u.efi lowest short.efi
candidate refused short.efi signed below an intermediate that nobody has
sign u.efi other other.efi
candidate refused other.efi signed by another key
sign other.efi db second.efi
candidate runs second.efi signed by another key and after that by one of db
sign signed.efi other first.efi
candidate runs first.efi signed by a key of db and after that by another
sign u.efi revoked revoked.efi
candidate refused revoked.efi signed by a key of db that is in dbx too
sbsign --key db.key --cert db.pem --output theirs.efi u.efi 2>/dev/null
candidate runs theirs.efi signed by sbsign
# What sign refuses to make.
sbsign --key curve.key --cert curve.pem --addcert ca.pem --output curve.efi u.efi 2>/dev/null
candidate refused curve.efi signed by an elliptic curve

# Of the same sections with other content, so that one digest is in dbx and no other one.
"$mkos" -q uki --update u.efi --cmdline 'a c' -o barred.unsigned
sign barred.unsigned db barred.efi
candidate refused barred.efi in dbx by its digest
digest=$("$mkos" verify barred.efi --certificate db.pem --json=short |
	sed 's/.*"image_sha256":"\([0-9a-f]*\)".*/\1/')

# One bit in the headers, in each section, behind the content of one, at the end of the image, and in
# the signature.
size=$(stat -c %s u.efi)
objdump -h signed.efi | awk '$2 ~ /^\./ { print "0x" $6, "0x" $3, $2 }' >sections
[ "$(wc -l <sections)" -ge 12 ] || { cat sections; exit 1; }
{
	echo "2 the DOS header"
	while read -r offset _ name; do
		echo "$((offset)) $name"
	done <sections
	awk '$3 == ".cmdline" { print $1, $2 }' sections | {
		read -r offset length
		echo "$((offset + length)) the padding of .cmdline"
	}
	echo "$((size - 1)) the last byte of the image"
	echo "$(($(stat -c %s signed.efi) - 100)) the signature"
} >places
while read -r offset what; do
	cp signed.efi "changed$n.efi"
	flip "$offset" "changed$n.efi"
	candidate refused "changed$n.efi" "a bit of $what"
done <places

sign "$image" db image.efi
candidate runs image.efi the real image, signed

"$mkos" -q enroll --db db.pem --db ca.pem --db revoked.pem --dbx revoked.pem --dbx "$digest" \
	-o keys.fd
"$mkos" -q run "$image" --secure-boot --vars keys.fd --log console --qemu "$qemu" \
	--expect 'pideisn: ready' --power-button || { cat console; exit 1; }

# The image that is named to run is in slot 2.
echo 'refused Pci(0x2,0x0) the real image, unsigned' >>candidates
tr -d '\r' <console >said
failed=0
while read -r verdict where what; do
	seen="neither tried nor refused"
	if grep -aq "BdsDxe: starting Boot.*PciRoot(0x0)/$where\$" said; then
		seen=runs
	elif grep -aq "BdsDxe: failed to load Boot.*PciRoot(0x0)/$where: Access Denied\$" said; then
		seen=refused
	fi
	echo "$what: $seen"
	[ "$seen" = "$verdict" ] || failed=1
done <candidates
[ "$failed" -eq 0 ] || { cat said; exit 1; }
