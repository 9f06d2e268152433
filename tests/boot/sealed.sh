#!/bin/sh
# A secret that is sealed to the key of PCR signatures, before any of the images is booted: the TPM
# releases it inside the guest of every image that has a signature of that key, in the boot phase that
# the signature is of, and to no other. One TPM for all boots; tpm2-tools do the asking.
# usage: sealed.sh MVIRT-MKOS PROJECT CASE...
set -eu
mkos=$1
kernel=$2/kernel/arch/x86/boot/bzImage
initrd=$2/target/initramfs.cpio.gz
shift 2

for tool in swtpm swtpm_setup openssl objdump tpm2_unseal; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
# Opened by name: nothing that the tools are linked with.
driver=$(ls /usr/lib/*/libtss2-tcti-device.so.0) || { echo "skipped: no libtss2-tcti-device0"; exit 77; }

# Sockets have short names: the folder of the test may be too deep.
tpm=$(mktemp -d)
pid=
end() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	rm -rf "$tpm"
}
trap end EXIT
mkdir "$tpm/state"
swtpm_setup --tpm2 --tpmstate "$tpm/state" --pcr-banks sha256 --overwrite >setup.log

# start WORDS...: the TPM, with what it remembers.
start() {
	rm -f "$tpm/tpm.ctrl" "$tpm/pid"
	swtpm socket --tpm2 --tpmstate "dir=$tpm/state" --ctrl "type=unixio,path=$tpm/tpm.ctrl" \
		--daemon --pid "file=$tpm/pid" "$@"
	pid=$(cat "$tpm/pid")
}

# gone: its state is whole when it has ended.
gone() {
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.1
	done
	pid=
}

# The host seals, knowing nothing but the key.
seal() {
	TPM2TOOLS_TCTI=swtpm:path=$tpm/tpm
	export TPM2TOOLS_TCTI
	start --server "type=unixio,path=$tpm/tpm" --flags not-need-init,startup-clear
	head -c 32 /dev/zero >zeros
	printf 'the secret' >secret
	tpm2_loadexternal -Q -G rsa -C o -u own.pub -c key.ctx -n key.name
	tpm2_flushcontext -t
	tpm2_startauthsession -S trial.ctx
	tpm2_policyauthorize -Q -S trial.ctx -i zeros -n key.name -L policy
	tpm2_flushcontext trial.ctx
	tpm2_createprimary -Q -C o -c primary.ctx
	tpm2_flushcontext -t
	tpm2_create -Q -C primary.ctx -L policy -i secret -u sealed.pub -r sealed.private
	tpm2_flushcontext -t
	tpm2_load -Q -C primary.ctx -u sealed.pub -r sealed.private -c sealed.ctx
	tpm2_evictcontrol -Q -C o -c sealed.ctx 0x81000001
	tpm2_shutdown -c
	kill "$pid"
	gone
}

# What the guest asks its TPM, with what systemd-stub handed over. A line for each answer.
cat >unseal <<'GUEST'
#!/bin/sh
export TPM2TOOLS_TCTI=device:/dev/tpmrm0 TSS2_LOG=all+none
cd /tmp || exit
policy=/.extra/tpm2-pcr-signature.json
sed -n 's/.*"pol":"\([0-9a-f]*\)".*/\1/p' $policy | busybox xxd -r -p >pol
sed -n 's/.*"sig":"\([^"]*\)".*/\1/p' $policy | busybox base64 -d >sig
ask() {
	"$@" >said 2>&1 && return
	cat said
	echo "refused by $1: $(grep -o '(0x[0-9A-F]*)' said)"
	exit 1
}
ask tpm2_loadexternal -G rsa -C o -u /.extra/tpm2-pcr-public-key.pem -c key.ctx -n key.name
ask tpm2_verifysignature -c key.ctx -g sha256 -m pol -s sig -f rsassa -t ticket
ask tpm2_startauthsession --policy-session -S session
ask tpm2_policypcr -S session -l sha256:11
ask tpm2_policyauthorize -S session -i pol -n key.name -t ticket
ask tpm2_unseal -c 0x81000001 -p session:session
echo "released: $(cat said)."
GUEST
{
	echo "file /usr/bin/unseal unseal 0755 0 0"
	echo "elf /usr/bin/tpm2 /usr/bin/tpm2"
	for tool in loadexternal verifysignature startauthsession policypcr policyauthorize unseal \
		pcrextend; do
		echo "slink /usr/bin/tpm2_$tool tpm2 0777 0 0"
	done
	echo "elf $driver $driver"
} >list
"$mkos" -q initramfs --list list --level fast -o tools.cpio.gz

# image NAME KEY WORDS...: a UKI with KEY's signature of PCR 11, in the phase enter-initrd.
image() {
	name=$1
	key=$2
	shift 2
	"$mkos" -q uki --kernel "$kernel" --initrd "$initrd" --initrd tools.cpio.gz \
		--os-release "ID=test" --pcr-private-key "$key.pem" --pcr-public-key "$key.pub" \
		--phases enter-initrd --pcr-banks sha256 -o "$name.efi" "$@"
}

# asks FILE STEPS...: boots it with the TPM, and does the steps.
asks() {
	file=$1
	shift
	start --terminate
	"$mkos" -q run "$file" --log console --qemu "-chardev socket,id=tpm,path=$tpm/tpm.ctrl \
-tpmdev emulator,id=tpm0,chardev=tpm -device tpm-crb,tpmdev=tpm0" --expect 'pideisn: ready' "$@" \
		--power-button --expect 'pideisn: powering off' || { cat console; exit 1; }
	gone
	echo "$file: $(grep -a '^released:\|^refused by' console | tr -d '\r' | tr '\n' ' ')"
}
policy_is_of_another_state='refused by tpm2_policyauthorize: (0x1C4)'
policy_check_failed='refused by tpm2_unseal: (0x99D)'
# phase NAME: the word that systemd-pcrphase measures.
phase() {
	echo "tpm2_pcrextend -T device:/dev/tpmrm0 11:sha256=$(printf %s "$1" | sha256sum | cut -d' ' -f1)"
}

for key in own foreign; do
	openssl genrsa -out $key.pem 2048 2>/dev/null
	openssl rsa -in $key.pem -pubout -out $key.pub 2>/dev/null
done
seal
image first own --cmdline 'console=ttyS0 quiet'
for case in "$@"; do
	case $case in
	first)
		# Too early, in time, too late.
		asks first.efi --send unseal --expect "$policy_is_of_another_state" \
			--send "$(phase enter-initrd) && unseal" --expect 'released: the secret.' \
			--send "$(phase leave-initrd) && unseal" \
			--expect "$policy_is_of_another_state"
		;;
	next)
		# Another command line and another initrd, which the TPM has never seen.
		printf 'dir /next 0755 0 0\n' >next
		"$mkos" -q initramfs --list next -o next.cpio.gz
		image next own --initrd next.cpio.gz --cmdline 'console=ttyS0 quiet next'
		asks next.efi --send "[ -d /next ] && $(phase enter-initrd) && unseal" \
			--expect 'released: the secret.'
		;;
	changed)
		# A signature of the right key, and one bit of the command line that it does not cover.
		offset=$(objdump -h first.efi | awk '$2 == ".cmdline" { print "0x" $6 }')
		cp first.efi changed.efi
		printf 'C' | dd of=changed.efi bs=1 seek=$((offset)) conv=notrunc status=none
		asks changed.efi --send 'cut -c 1-4 /proc/cmdline' --expect Cons --send "$(phase enter-initrd) && unseal" \
			--expect "$policy_is_of_another_state"
		;;
	foreign)
		# It all fits, but the key is not that which the secret is sealed to.
		image foreign foreign --cmdline 'console=ttyS0 quiet'
		asks foreign.efi --send "$(phase enter-initrd) && unseal" \
			--expect "$policy_check_failed"
		;;
	*)
		echo "no case $case"
		exit 1
		;;
	esac
done
