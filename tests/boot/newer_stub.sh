#!/bin/sh
# UKIs on the stub of a newer systemd boot, and PCR 11 of their TPM is what measure predicts.
# usage: newer_stub.sh MVIRT-MKOS PROJECT PROJECT-SOURCE SUITE CASE...
set -eu
mkos=$1
kernel=$2/kernel/arch/x86/boot/bzImage
initrd=$2/target/initramfs.cpio.gz
source=$3
suite=$4
shift 4

for tool in swtpm swtpm_setup mcopy sgdisk objdump python3; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
efi=$(sh "$source/tests/newer_stubs.sh" "$suite")/usr/lib/systemd/boot/efi || exit $?
stub=$efi/linuxx64.efi.stub
addon=$efi/addonx64.efi.stub
version=$(sed -n 's/.*#### LoaderInfo: systemd-stub \([0-9]*\).*/\1/p' "$stub")
echo "systemd-stub $version"

# boots FILE VALUE CMDLINE WORDS...: with a TPM; the kernel unpacked both archives.
boots() {
	file=$1
	value=$2
	cmdline=$3
	shift 3
	"$mkos" run --tpm --log console "$@" --expect 'pideisn: ready' \
		--send 'echo "[$(cat /proc/cmdline)] $(ls -d /second)"; for pcr in 4 11; do echo "$pcr is $(tr A-F a-f </sys/class/tpm/tpm0/pcr-sha256/$pcr)"; done' \
		--expect "[$cmdline] /second" --expect "11 is $value" \
		--power-button --expect 'pideisn: powering off' "$file" || { cat console; exit 1; }
}

# predicted FILE KEY=NUMBER...: PCR 11 of the variant with these.
predicted() {
	"$mkos" measure "$1" --pcr 11 --phases '' --bank sha256 --json=short >predicted.json
	shift
	python3 -c 'import json, sys
wanted = dict(w.split("=") for w in sys.argv[1:])
found = [v["hash"] for v in json.load(open("predicted.json"))["sha256"]
         if all(str(v.get(k)) == n for k, n in wanted.items())]
assert len(found) == 1, found
print(found[0])' "$@"
}

printf 'dir /second 0755 0 0\n' >list
"$mkos" -q initramfs --list list -o second
set -- "$@" -- --config /dev/null --stub "$stub" --kernel "$kernel" --initrd "$initrd" \
	--initrd second --os-release 'ID=test
VERSION_ID=1'
cases=
while [ "$1" != -- ]; do
	cases="$cases $1"
	shift
done
shift

for case in $cases; do
	case $case in
	plain)
		"$mkos" -q uki "$@" --cmdline 'console=ttyS0 quiet' -o plain.efi
		boots plain.efi "$(predicted plain.efi)" 'console=ttyS0 quiet'
		# Whether the kernel is measured too depends on the version.
		"$mkos" -q measure plain.efi --pcr 4 --bank sha256 >want
		grep -aF "4 is $(sed 's/^4:sha256=//' want)" console
		;;
	profiles)
		# More sections than firmware of old has seen, two profiles joined, addons for all UKIs
		# and for this one; the boot loader is told to take a profile that is not the first.
		for name in factory rescue; do
			"$mkos" -q uki --config /dev/null --stub "$addon" --profile "ID=$name" \
				--cmdline "console=ttyS0 quiet profile=$name" --os-release '' -o $name.efi
		done
		for n in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
			set -- "$@" --section ".x$n:section $n"
		done
		"$mkos" -q uki "$@" --cmdline 'console=ttyS0 quiet' --profile ID=main \
			--join-profile factory.efi --join-profile rescue.efi -o profiles.efi
		[ "$(objdump -h profiles.efi | grep -c '^ *[0-9][0-9]* \.')" -ge 29 ]
		for name in all own; do
			"$mkos" -q uki --config /dev/null --stub "$addon" --cmdline "addon=$name" \
				-o $name.addon.efi
		done
		"$mkos" -q disk --boot-loader "$efi/systemd-bootx64.efi" --uki profiles.efi=u.efi \
			--add all.addon.efi=loader/addons/all.addon.efi \
			--add own.addon.efi=EFI/Linux/u.efi.extra.d/own.addon.efi -o disk.img
		printf 'timeout 1\ndefault u.efi@rescue\n' >loader.conf
		first=$(sgdisk -i 1 disk.img | sed -n 's/^First sector: \([0-9]*\).*/\1/p')
		mcopy -o -i "disk.img@@$((first * 512))" loader.conf ::/loader/loader.conf
		boots disk.img "$(predicted profiles.efi id=rescue)" \
			'console=ttyS0 quiet profile=rescue addon=all addon=own'
		;;
	devices)
		# The machine's SMBIOS picks the second of two devicetrees, and from 258 on a firmware.
		python3 "$source/tests/boot/chid.py" devices
		set -- "$@" --cmdline 'console=ttyS0 quiet' --devicetree-auto devices/other.dtb \
			--devicetree-auto devices/box.dtb
		variant="dtbauto=2"
		hwids=devices/devicetrees
		if [ "$version" -ge 258 ]; then
			hwids=devices/firmware
			for id in of-other of-box; do
				mkdir -p devices/$id
				echo "firmware $id" >devices/$id/code.fd
				set -- "$@" --efifw devices/$id
			done
			variant="dtbauto=2 efifw=2"
		fi
		"$mkos" -q uki "$@" --hwids $hwids -o devices.efi
		# shellcheck disable=SC2086
		boots devices.efi "$(predicted devices.efi $variant)" 'console=ttyS0 quiet' \
			--qemu '-smbios type=1,manufacturer=Acme,product=Box'
		;;
	*)
		echo "no case $case"
		exit 1
		;;
	esac
done
