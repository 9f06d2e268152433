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
