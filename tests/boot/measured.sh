#!/bin/sh
# What measure predicts is what a TPM holds after the boot: PCRs 4, 9 and 11, in two banks, for
# a UKI of ours and for one made by another tool, if that is here.
# usage: measured.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
project=$2
kernel=$project/kernel/arch/x86/boot/bzImage
initrd=$project/target/initramfs.cpio.gz

for tool in swtpm swtpm_setup; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

# Sockets have short names: the folder of the test may be too deep.
tpm=$(mktemp -d)
pid=
end() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	rm -rf "$tpm"
}
trap end EXIT

# boot UKI: starts a TPM without history, boots, and compares.
boot() {
	uki=$1
	rm -rf "$tpm/state" console
	mkdir "$tpm/state"
	swtpm_setup --tpm2 --tpmstate "$tpm/state" --pcr-banks sha1,sha256 --overwrite >setup.log
	swtpm socket --tpm2 --tpmstate "dir=$tpm/state" --ctrl "type=unixio,path=$tpm/socket" \
		--terminate --daemon --pid "file=$tpm/pid"
	pid=$(cat "$tpm/pid")

	"$mkos" -q measure "$uki" --pcr 4 --pcr 9 --pcr 11 --phases '' \
		--bank sha1 --bank sha256 >want
	cat want
	set -- --expect 'pideisn: ready' --send 'cd /sys/class/tpm/tpm0; for pcr in 4 9 11; do for bank in sha1 sha256; do echo "$pcr:$bank=$(tr A-F a-f <pcr-$bank/$pcr)"; done; done'
	while read -r line; do
		set -- "$@" --expect "$line"
	done <want
	"$mkos" run --log console --qemu "-chardev socket,id=tpm,path=$tpm/socket \
-tpmdev emulator,id=tpm0,chardev=tpm -device tpm-tis,tpmdev=tpm0" \
		"$@" --power-button --expect 'pideisn: powering off' "$uki" ||
		{ cat console; exit 1; }
	pid=
}

# Every section that this stub measures, two initrds, more sections than its headers have room for.
cp "$initrd" first
printf 'dir /second 0755 0 0\n' >list
"$mkos" -q initramfs --list list -o second
"$mkos" -q uki --kernel "$kernel" --initrd first --initrd second \
	--cmdline 'console=ttyS0 quiet' --os-release "ID=test
VERSION_ID=1" -o ours.efi
boot ours.efi

# objcopy knows nothing of measurements: sections in another order, aligned otherwise, no .sbat.
if command -v objcopy >/dev/null; then
	printf 'console=ttyS0 quiet' >cmdline
	printf 'ID=test\n' >osrel
	objcopy --add-section .osrel=osrel --change-section-vma .osrel=0x30000 \
		--add-section .cmdline=cmdline --change-section-vma .cmdline=0x31000 \
		--add-section .linux="$kernel" --change-section-vma .linux=0x2000000 \
		--add-section .initrd=first --change-section-vma .initrd=0x4000000 \
		/usr/lib/systemd/boot/efi/linuxx64.efi.stub theirs.efi
	boot theirs.efi
fi
