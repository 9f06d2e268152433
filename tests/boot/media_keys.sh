#!/bin/sh
# Keys on a medium: systemd-boot enrols them into firmware in setup mode, which then starts what is
# signed by them. MAKER of the keys is efitools or genkey. usage: media_keys.sh MVIRT-MKOS PROJECT MAKER
set -eu
mkos=$1
uki=$2/target/mvirt.efi
maker=$3
loader=/usr/lib/systemd/boot/efi/systemd-bootx64.efi

# One key is all three: what is tried is the medium, not the order of trust.
by_efitools() {
	for tool in sbsign openssl cert-to-efi-sig-list sign-efi-sig-list; do
		command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
	done
	openssl req -new -x509 -newkey rsa:2048 -nodes -subj /CN=media/ -keyout key -out cert.pem \
		-days 3650 2>/dev/null
	mkdir keys
	cert-to-efi-sig-list cert.pem list
	for name in PK KEK db; do
		sign-efi-sig-list -t '2026-01-01 00:00:00' -k key -c cert.pem $name list \
			keys/$name.auth >/dev/null
	done
	sbsign --key key --cert cert.pem --output signed.efi "$uki"
	sbsign --key key --cert cert.pem --output loader.efi "$loader"
}

# Three keys, each signed by the one above it.
by_genkey() {
	"$mkos" genkey -o keys --name media
	"$mkos" sign "$uki" --key keys/db.key --certificate keys/db.pem -o signed.efi
	"$mkos" sign "$loader" --key keys/db.key --certificate keys/db.pem -o loader.efi
}

by_"$maker"
"$mkos" disk --uki signed.efi --boot-loader loader.efi --enroll-keys keys --enroll force \
	-o keys.img

# First boot: the keys go in and the machine resets; second: the firmware knows them.
cp /usr/share/OVMF/OVMF_VARS_4M.fd vars.fd
boot() {
	timeout 170 qemu-system-x86_64 -machine q35,smm=on -accel tcg,thread=multi -cpu max -m 512 \
		-global driver=cfi.pflash01,property=secure,value=on -nodefaults -display none \
		-drive if=pflash,format=raw,unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd \
		-drive if=pflash,format=raw,unit=1,file=vars.fd -net none -serial file:"$1" "$2" \
		-drive format=raw,file=keys.img,if=none,id=d0,snapshot=on \
		-device virtio-blk-pci,drive=d0,bootindex=0
}
boot first -no-reboot
# PCR 7 is what these keys make it: by the way of the boot loader the same entry of db vouches.
form=auth
[ "$maker" = genkey ] || form=esl
[ "$maker" = genkey ] || for name in PK KEK db; do cp list keys/$name.esl; done
predicted=$("$mkos" -q measure signed.efi --pcr 7 --bank sha256 --pk keys/PK.$form --kek keys/KEK.$form \
	--db keys/db.$form)
"$mkos" run --secure-boot --tpm --vars vars.fd --log second --expect 'pideisn: ready' \
	--send 'echo "7:sha256=$(tr A-F a-f </sys/class/tpm/tpm0/pcr-sha256/7)"' \
	--expect "$predicted" --power-button keys.img ||
	{ cat second; exit 1; }
# Two UKIs with a boot loader, all as they come: what has no signature gets one on the disk.
if [ "$maker" = genkey ]; then
	set -- --uki "$uki" --uki signed.efi=other
	"$mkos" disk "$@" --secureboot-private-key keys/db.key --secureboot-certificate keys/db.pem \
		-o menu.img
	"$mkos" run --secure-boot --vars vars.fd --log menu --expect 'pideisn: ready' --power-button \
		menu.img || { cat menu; exit 1; }
	# As they come they are refused: first of all the boot loader.
	"$mkos" disk "$@" -o unsigned.img
	if "$mkos" run --secure-boot --vars vars.fd --log refused --expect 'pideisn: ready' \
		--timeout 40 unsigned.img; then
		exit 1
	fi
	grep 'Access Denied\|Security Violation' refused
fi
# What is not signed does not start any more.
"$mkos" disk --uki "$uki" -o plain.img
if "$mkos" run --secure-boot --vars vars.fd --log third --expect 'pideisn: ready' --timeout 40 \
	plain.img; then
	exit 1
fi
grep 'Access Denied\|Security Violation' third
