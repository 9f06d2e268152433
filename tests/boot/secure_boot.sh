#!/bin/sh
# Firmware with Secure Boot on decides: what we signed runs, anything else does not.
# usage: secure_boot.sh MVIRT-MKOS PROJECT [all]
set -eu
mkos=$1
image=$2/target/mvirt.efi
all=${3:-}

# certificate NAME
certificate() {
	openssl req -new -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.pem" \
		-subj "/CN=$1" -days 100 2>/dev/null
}

# runs FILE OPTIONS...: the firmware starts it, and PID 1 is ready.
runs() {
	file=$1
	shift
	"$mkos" -q run "$file" --secure-boot "$@" --log console --expect 'BdsDxe: starting Boot0001' \
		--expect 'pideisn: ready' --power-button >seen 2>&1 ||
		{ echo "$file does not run"; cat console seen; exit 1; }
	echo "$file runs"
}

# refused FILE OPTIONS...: the firmware says so, and has nothing else to start.
refused() {
	file=$1
	shift
	"$mkos" -q run "$file" --secure-boot "$@" --log console --expect 'Access Denied' \
		--expect 'No bootable option' --monitor quit >seen 2>&1 || true
	grep -qa 'failed to load Boot0001 .*Access Denied' console ||
		{ echo "$file is not refused"; cat console seen; exit 1; }
	if grep -qa 'starting Boot0001' console; then
		echo "$file was started"
		exit 1
	fi
	echo "$file is refused"
}

certificate db
"$mkos" -q sign "$image" --key db.key --certificate db.pem -o signed.efi
runs signed.efi --trust db.pem
cp "$image" unsigned.efi
refused unsigned.efi --trust db.pem
[ "$all" = all ] || exit 0

certificate other
certificate ca
refused signed.efi --trust other.pem
"$mkos" -q sign signed.efi --key other.key --certificate other.pem -o twice.efi
runs twice.efi --trust other.pem
runs twice.efi --trust db.pem
openssl req -new -newkey rsa:4096 -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf 2>/dev/null
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 5 -days 100 -out leaf.pem \
	2>/dev/null
"$mkos" -q sign "$image" --key leaf.key --certificate leaf.pem --certificate ca.pem -o chain.efi
runs chain.efi --trust ca.pem

# Its digest in dbx, which counts more than its signer in db.
digest=$("$mkos" verify signed.efi --certificate db.pem --json=short |
	sed 's/.*"image_sha256":"\([0-9a-f]*\)".*/\1/')
"$mkos" enroll --db db.pem --dbx "$digest" -o dbx.fd
refused signed.efi --vars dbx.fd
runs twice.efi --trust db.pem

# One changed byte in each section, and in the padding at the end of the image.
size=$(stat -c %s "$image")
for offset in $(objdump -h "$image" | awk '$2 ~ /^\./ { print "0x" $6 }') $((size - 1)); do
	offset=$((offset))
	cp signed.efi changed.efi
	byte=$(od -An -tu1 -j "$offset" -N 1 signed.efi)
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((byte ^ 1)))" |
		dd of=changed.efi bs=1 seek="$offset" conv=notrunc 2>/dev/null
	echo "byte $offset:"
	refused changed.efi --trust db.pem
done
