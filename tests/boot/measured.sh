#!/bin/sh
# What measure predicts is what the guest reads from its TPM after the boot: PCRs 4, 7, 9 and 11, in two
# banks, with Secure Boot and without. The firmware's log says the same to measure --eventlog.
# usage: measured.sh MVIRT-MKOS PROJECT CASE...
set -eu
mkos=$1
project=$2
shift 2
cases=$*
kernel=$project/kernel/arch/x86/boot/bzImage
initrd=$project/target/initramfs.cpio.gz

for tool in swtpm swtpm_setup objcopy objdump openssl; do
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

# boot UKI [KEYS]: starts a TPM without history, boots, and compares. KEYS is a variable store that
# turns Secure Boot on.
boot() {
	uki=$1
	vars=${2:-/usr/share/OVMF/OVMF_VARS_4M.fd}
	rm -rf "$tpm/state" console
	mkdir "$tpm/state"
	swtpm_setup --tpm2 --tpmstate "$tpm/state" --pcr-banks sha1,sha256 --overwrite >setup.log
	swtpm socket --tpm2 --tpmstate "dir=$tpm/state" --ctrl "type=unixio,path=$tpm/socket" \
		--terminate --daemon --pid "file=$tpm/pid"
	pid=$(cat "$tpm/pid")

	"$mkos" -q measure "$uki" --vars "$vars" --pcr 4 --pcr 7 --pcr 9 --pcr 11 --phases '' \
		--bank sha1 --bank sha256 >want
	cat want
	set -- --expect 'pideisn: ready' --send 'cd /sys/class/tpm/tpm0; for pcr in 4 7 9 11; do for bank in sha1 sha256; do echo "$pcr:$bank=$(tr A-F a-f <pcr-$bank/$pcr)"; done; done'
	while read -r line; do
		set -- "$@" --expect "$line"
	done <want
	set -- "$@" --send 'mount -t securityfs none /sys/kernel/security; busybox base64 /sys/kernel/security/tpm0/binary_bios_measurements; echo "log of $((40 + 2))"' \
		--expect 'log of 42'
	run_uki "$uki" ${2:+--secure-boot} --vars "$vars" --qemu "-chardev socket,id=tpm,path=$tpm/socket \
-tpmdev emulator,id=tpm0,chardev=tpm -device tpm-tis,tpmdev=tpm0" "$@"
	pid=
	# The first line is that of the log's header, event 0 of PCR 0: EV_NO_ACTION.
	tr -d '\r' <console | sed -n '/^AAAAAAMAAAAA/,/^log of 42$/p' | sed '$d' | base64 -d >log
	"$mkos" measure "$uki" --vars "$vars" --eventlog log >compared || { cat compared; exit 1; }
	cat compared
	for pcr in 4 7 9 11; do
		value=$(sed -n "s/^$pcr:sha256=//p" want)
		grep "^$pcr:sha256=$value as predicted" compared
	done
}

# run_uki WORDS...: boots it, with steps in front of the end.
run_uki() {
	uki=$1
	shift
	"$mkos" run --log console "$@" --power-button --expect 'pideisn: powering off' "$uki" ||
		{ cat console; exit 1; }
}

cp "$initrd" first
printf 'dir /second 0755 0 0\n' >list
"$mkos" -q initramfs --list list -o second
set -- --kernel "$kernel" --initrd first --cmdline 'console=ttyS0 quiet' --os-release "ID=test
VERSION_ID=1"

for case in $cases; do
	case $case in
	many)
		# More sections than the headers have room for, and two initrds.
		for i in 1 2 3 4 5 6 7 8 9 10 11; do
			set -- "$@" --section ".x$i:section $i"
		done
		"$mkos" -q uki "$@" --initrd second -o many.efi
		[ "$(objdump -h many.efi | grep -c '^ *[0-9][0-9]* \.')" -ge 24 ]
		boot many.efi
		;;
	secure)
		openssl req -new -x509 -newkey rsa:2048 -nodes -keyout db.key -out db.pem -subj /CN=db \
			-days 100 2>/dev/null
		"$mkos" -q enroll --db db.pem -o keys.fd
		"$mkos" -q uki "$@" --secureboot-private-key db.key --secureboot-certificate db.pem \
			-o secure.efi
		boot secure.efi keys.fd
		# The key alone says what the guest read.
		"$mkos" -q measure secure.efi --db db.pem --pcr 4 --pcr 7 --pcr 9 --pcr 11 --phases '' \
			--bank sha1 --bank sha256 >want_of_key
		cmp want want_of_key
		;;
	plain)
		"$mkos" -q uki "$@" -o plain.efi
		boot plain.efi
		;;
	updated)
		"$mkos" -q uki --kernel "$kernel" --initrd second --cmdline quiet \
			--os-release ID=old -o updated.efi
		"$mkos" -q uki --update updated.efi --initrd first \
			--cmdline 'console=ttyS0 quiet' --remove .osrel
		boot updated.efi
		;;
	theirs)
		# objcopy knows nothing of measurements: another order, no .sbat of its own.
		printf 'console=ttyS0 quiet' >cmdline
		printf 'ID=test\n' >osrel
		objcopy --add-section .osrel=osrel --change-section-vma .osrel=0x30000 \
			--add-section .cmdline=cmdline --change-section-vma .cmdline=0x31000 \
			--add-section .linux="$kernel" --change-section-vma .linux=0x2000000 \
			--add-section .initrd=first --change-section-vma .initrd=0x4000000 \
			/usr/lib/systemd/boot/efi/linuxx64.efi.stub theirs.efi
		boot theirs.efi
		# Taken apart and put together again it is what ours would be, and boots.
		"$mkos" -q uki --update theirs.efi -o relaid.efi
		boot relaid.efi
		;;
	without-tpm)
		"$mkos" -q uki "$@" --initrd second -o plain.efi
		run_uki plain.efi --expect 'pideisn: ready' --send 'echo $(ls -d /sec*) has $(ls /sys/class/tpm | wc -l) TPMs' \
			--expect '/second has 0 TPMs'
		;;
	*)
		echo "no case $case"
		exit 1
		;;
	esac
done
