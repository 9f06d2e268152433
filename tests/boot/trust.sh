#!/bin/sh
# Secure Boot starts what is signed by a key of the variable store and nothing else, and what a
# guest with a TPM booted stands in it. The key is the one that OVMF's own store for tests has.
# usage: trust.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
uki=$2/target/mvirt.efi
vars=/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd
certificate=/usr/share/ovmf/PkKek-1-snakeoil.pem

for tool in sbsign openssl swtpm swtpm_setup; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

openssl rsa -in "${certificate%.pem}.key" -passin pass:snakeoil -out key 2>/dev/null
sbsign --key key --cert "$certificate" --output signed.efi "$uki"
"$mkos" run --secure-boot --vars "$vars" --log signed --expect 'pideisn: ready' --power-button \
	signed.efi || { cat signed; exit 1; }

# The firmware refuses, tries its shell, refuses that too, and waits.
if "$mkos" run --secure-boot --vars "$vars" --log unsigned --expect 'pideisn: ready' \
	--timeout 40 "$uki"; then
	exit 1
fi
grep 'Access Denied\|Security Violation' unsigned
if grep -q 'Linux version\|pideisn' unsigned; then
	exit 1
fi

# The firmware measures when there is a TPM, and hands its log to the kernel.
"$mkos" run --tpm --log tpm --expect 'pideisn: ready' \
	--send 'dmesg | grep -o "TPM[A-Z][a-z]*tLog="; echo "done $((40 + 2))"' \
	--expect 'TPMEventLog=' --expect 'done 42' --power-button "$uki" || { cat tpm; exit 1; }

# With both, PCRs 4, 7, 9 and 11 are what was predicted from the variable store, and the log says so.
openssl req -new -x509 -newkey rsa:2048 -nodes -keyout db.key -out db.pem -subj /CN=db \
	-days 100 2>/dev/null
"$mkos" -q enroll --db db.pem -o keys.fd
"$mkos" -q sign "$uki" --secureboot-private-key db.key --secureboot-certificate db.pem -o own.efi
"$mkos" -q measure own.efi --vars keys.fd --pcr 4 --pcr 7 --pcr 9 --pcr 11 --phases '' \
	--bank sha256 >want
set -- --expect 'pideisn: ready' --send 'cd /sys/class/tpm/tpm0; for pcr in 4 7 9 11; do echo "$pcr:sha256=$(tr A-F a-f <pcr-sha256/$pcr)"; done'
while read -r line; do
	set -- "$@" --expect "$line"
done <want
"$mkos" run --secure-boot --tpm --vars keys.fd --log both "$@" \
	--send 'mount -t securityfs none /sys/kernel/security; busybox base64 /sys/kernel/security/tpm0/binary_bios_measurements; echo "log of $((40 + 2))"' \
	--expect 'log of 42' --power-button own.efi || { cat both; exit 1; }
tr -d '\r' <both | sed -n '/^AAAAAAMAAAAA/,/^log of 42$/p' | sed '$d' | base64 -d >log
"$mkos" measure own.efi --vars keys.fd --eventlog log
