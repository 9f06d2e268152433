#!/bin/sh
# Signatures for Secure Boot: sbverify, osslsigncode and pesign agree with ours, a change anywhere is
# found, and keys come from files, tokens and from elsewhere. usage: sign.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
for tool in openssl sbverify osslsigncode pesign softhsm2-util; do
	command -v $tool >/dev/null || skip "no $tool"
done
[ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ] || skip "no systemd-boot-efi"

# certificate NAME OPTIONS...: a key and a certificate of its own.
certificate() {
	name=$1
	shift
	openssl req -new -x509 -nodes -keyout "$name.key" -out "$name.pem" -subj "/CN=$name" \
		-days 100 "$@" 2>/dev/null
}
certificate db -newkey rsa:2048
certificate other -newkey rsa:2048
certificate weak -newkey rsa:1024
certificate curve -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
# A CA with a leaf, and a certificate that is over.
certificate ca -newkey rsa:2048
openssl req -new -newkey rsa:3072 -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf 2>/dev/null
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 5 -days 100 -out leaf.pem \
	2>/dev/null
openssl req -new -newkey rsa:2048 -nodes -keyout old.key -out old.csr -subj /CN=old 2>/dev/null
cat >old.conf <<'CONF'
[ca]
default_ca = old
[old]
database = old.index
new_certs_dir = .
serial = old.serial
default_md = sha256
policy = any
[any]
commonName = supplied
CONF
: >old.index
echo 01 >old.serial
openssl ca -batch -config old.conf -selfsign -keyfile old.key -in old.csr -out old.pem \
	-startdate 20200101000000Z -enddate 20210101000000Z 2>/dev/null

"$mkos" -q uki --kernel "$3/tests/fuzz/corpus/pe/kernel-x64" --cmdline "a b" --os-release 'ID=x' \
	-o u.efi 2>/dev/null

# sign OUTPUT NAME...: signs u.efi.
sign() {
	output=$1
	key=$2
	shift 2
	expect 0 "$mkos" sign u.efi --key "$key.key" --certificate "$key.pem" "$@" -o "$output"
}

# The same each time, and as others see it.
sign s.efi db
sign again.efi db
same s.efi again.efi
expect 0 sbverify --cert db.pem s.efi
expect 1 sbverify --cert other.pem s.efi
osslsigncode verify -CAfile db.pem -in s.efi >seen 2>&1 || fail "$(cat seen)"
has seen "Number of verified signatures: 1"
# It says "Current" and "Calculated" when they differ.
has seen "PE checksum   : 00"
hash=$(pesign -h -i s.efi | sed 's/.*: //; s/ .*//')
[ ${#hash} -eq 64 ] || fail "pesign says '$hash'"
has seen "Calculated message digest : $(echo "$hash" | tr a-f A-F)"
expect 0 "$mkos" verify s.efi --certificate db.pem
has out "SHA-256 $hash"
has out "PE checksum: right"
has out "signature 1: good"
expect 0 "$mkos" verify s.efi --certificate other.pem --certificate db.pem --json=short
has out '"good":true,"image_sha256":"'"$hash"'","checksum":"right","trailing_bytes":0'
expect 1 "$mkos" verify s.efi --certificate other.pem
has out "signature 1: its signer does not lead to a certificate that is trusted"
says err "mvirt-mkos verify: 's.efi' has no good signature"
expect 1 "$mkos" verify u.efi --certificate db.pem
says err "mvirt-mkos verify: 'u.efi' is not signed"
# What others signed.
sbsign --key db.key --cert db.pem --output theirs.efi u.efi 2>/dev/null
expect 0 "$mkos" verify theirs.efi --certificate db.pem

# One changed byte in each section, in the headers and in the padding.
size=$(stat -c %s u.efi)
sections=$(objdump -h u.efi | awk '$2 ~ /^\./ { print "0x" $6 }')
[ "$(echo $sections | wc -w)" -ge 10 ] || fail "objdump shows too few sections: $sections"
for offset in 2 100 $sections $((size - 1)); do
	offset=$((offset))
	cp s.efi changed.efi
	byte=$(od -An -tu1 -j "$offset" -N 1 s.efi)
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((byte ^ 1)))" | dd of=changed.efi bs=1 seek="$offset" conv=notrunc \
		2>/dev/null
	"$mkos" verify changed.efi --certificate db.pem >out 2>err && fail "byte $offset is not covered"
done

# Three signatures, of them one through a CA.
expect 0 "$mkos" sign s.efi --key other.key --certificate other.pem -o two.efi
cp two.efi three.efi
expect 0 "$mkos" sign three.efi --key leaf.key --certificate leaf.pem --certificate ca.pem
has err "3 signatures"
for who in db other ca leaf; do
	expect 0 "$mkos" verify three.efi --certificate $who.pem
done
expect 0 sbverify --cert db.pem three.efi
expect 0 sbverify --cert ca.pem three.efi
[ "$(sbverify --list three.efi 2>/dev/null | grep -c '^signature')" -eq 3 ] || fail "not three"
# Whoever signs, and however often: it is the same image.
for file in u.efi three.efi; do
	pesign -h -i $file >seen
	has seen "$hash"
done
sign chain.efi leaf --certificate ca.pem
osslsigncode verify -CAfile ca.pem -in chain.efi >seen 2>&1 || fail "$(cat seen)"
has seen "Number of verified signatures: 1"
osslsigncode verify -CAfile other.pem -in chain.efi >seen 2>&1 && fail "of another CA: $(cat seen)"
expect 0 sbverify --cert ca.pem chain.efi

# A key that is elsewhere.
expect 0 "$mkos" sign u.efi --certificate db.pem --prepare-offline-signing -o to-sign
openssl dgst -sha256 -sign db.key -out signature to-sign
expect 0 "$mkos" sign u.efi --certificate db.pem --signed-data-signature signature -o offline.efi
same offline.efi s.efi
expect 1 "$mkos" sign u.efi --certificate other.pem --signed-data-signature signature -o no.efi
has err "signature 'signature' is not that of 'u.efi' by the key of 'CN=other'"
absent no.efi

# DER, and keys with a passphrase.
openssl pkcs8 -topk8 -nocrypt -in db.key -outform DER -out der.key
openssl x509 -in db.pem -outform DER -out der.pem
sign der.efi der
same der.efi s.efi
openssl rsa -in db.key -aes256 -passout pass:secret -out locked.key 2>/dev/null
cp db.pem locked.pem
printf 'secret\nnext\n' >passphrase
sign locked.efi locked --passphrase-fd 7 7<passphrase
same locked.efi s.efi
expect 0 env MVIRT_MKOS_PASSPHRASE=secret "$mkos" sign u.efi --key locked.key --certificate db.pem \
	-o locked.efi
expect 1 env MVIRT_MKOS_PASSPHRASE=wrong "$mkos" sign u.efi --key locked.key --certificate db.pem \
	-o no.efi
says err "mvirt-mkos sign: 'locked.key' holds no private key that can be read: the passphrase is \
wrong, or it is damaged"
expect 1 setsid "$mkos" sign u.efi --key locked.key --certificate db.pem -o no.efi
has err "locked.key needs a passphrase, and there is no terminal to ask for it"
absent no.efi

# A token. The engine keeps some memory of its own.
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\n' "$PWD" >softhsm2.conf
export SOFTHSM2_CONF="$PWD/softhsm2.conf"
export PKCS11_MODULE_PATH=/usr/lib/softhsm/libsofthsm2.so
softhsm2-util --init-token --free --label mkos --so-pin 1234 --pin 5678 >/dev/null
openssl pkcs8 -topk8 -nocrypt -in db.key -out db.p8
softhsm2-util --import db.p8 --token mkos --label db --id 01 --pin 5678 >/dev/null
token() {
	expect "$1" env ASAN_OPTIONS=detect_leaks=0 MVIRT_MKOS_PASSPHRASE="$2" "$mkos" sign u.efi \
		--key "pkcs11:token=$3;object=db;type=private" --certificate db.pem -o "$4"
}
token 0 5678 mkos token.efi
same token.efi s.efi
token 1 5678 none no.efi
says err "mvirt-mkos sign: 'pkcs11:token=none;object=db;type=private' holds no private key that \
can be read"
token 1 0000 mkos no.efi
has err "the passphrase is wrong"
absent no.efi

# The engine and a provider by name. The provider that every libcrypto has knows files as URIs.
expect 0 env ASAN_OPTIONS=detect_leaks=0 MVIRT_MKOS_PASSPHRASE=5678 "$mkos" sign u.efi \
	--signing-engine pkcs11 --key "pkcs11:token=mkos;object=db;type=private" \
	--certificate db.pem -o token.efi
same token.efi s.efi
expect 0 "$mkos" sign u.efi --signing-provider default --key "file:$PWD/db.key" \
	--certificate-provider default --certificate "file:$PWD/db.pem" -o provider.efi
same provider.efi s.efi
held() {
	sentence=$1
	shift
	expect 1 "$mkos" sign u.efi -o no.efi "$@"
	says err "mvirt-mkos sign: $sentence"
	absent no.efi
}
held "libcrypto has no engine 'none' here" --signing-engine none --key x --certificate db.pem
held "libcrypto has no provider 'none' here" --signing-provider none --key x --certificate db.pem
held "libcrypto has no provider 'none' here" --certificate-provider none --key x --certificate x
held "'file:$PWD/db.pem' holds no private key that can be read" --signing-provider default \
	--key "file:$PWD/db.pem" --certificate db.pem
held "provider 'default' has no certificate 'file:$PWD/db.key'" --certificate-provider default \
	--key db.key --certificate "file:$PWD/db.key"

# A UKI is signed while it is made, the kernel in it too.
kernel=$3/tests/fuzz/corpus/pe/kernel-x64
expect 0 "$mkos" uki --kernel "$kernel" --cmdline "a b" --os-release 'ID=x' -o made.efi \
	--secureboot-private-key db.key --secureboot-certificate db.pem --no-sign-kernel
same made.efi s.efi
expect 0 "$mkos" uki --kernel "$kernel" --cmdline "a b" --os-release 'ID=x' -o made.efi \
	--secureboot-private-key db.key --secureboot-certificate db.pem
expect 0 sbverify --cert db.pem made.efi
objcopy --dump-section .linux=inner.efi made.efi copy.efi
expect 0 sbverify --cert db.pem inner.efi
# A configuration says so, too.
printf '[UKI]\nSignKernel=no\nSecureBootPrivateKey=db.key\nSecureBootCertificate=db.pem\n' >conf
expect 0 "$mkos" uki --kernel "$kernel" --cmdline "a b" --os-release 'ID=x' -o made.efi -c conf
same made.efi s.efi
expect 1 "$mkos" uki --kernel "$kernel" -o no.efi --secureboot-private-key db.key \
	--secureboot-certificate other.pem
has err "key 'db.key' does not fit certificate 'other.pem'"
expect 2 "$mkos" uki --kernel "$kernel" -o no.efi --secureboot-private-key db.key
absent no.efi

# What would not be accepted at boot, or cannot be.
refuses() {
	expect 1 "$mkos" sign "$1" --key "$2.key" --certificate "$3.pem" -o no.efi
	says err "mvirt-mkos sign: $4"
	absent no.efi
}
refuses u.efi curve curve "certificate 'curve.pem' is not for an RSA key: firmware (EDK II) takes \
RSA only and would answer 'Access Denied'"
refuses u.efi weak weak "the RSA key of certificate 'weak.pem' has 1024 bits: at least 2048 are \
needed"
refuses u.efi db other "key 'db.key' does not fit certificate 'other.pem': its signatures could \
not be verified"
refuses s.efi db db "'s.efi' is signed by 'CN=db' already"
refuses none.efi db db "open 'none.efi': No such file or directory"
refuses db.pem db db "'db.pem': not a PE file: no MZ at its start"
cp s.efi tail.efi
echo more >>tail.efi
refuses tail.efi other other "'tail.efi': its certificate table has to be the end of the file, and \
more bytes follow"
head -c $((size + 100)) s.efi >cut.efi
expect 1 "$mkos" verify cut.efi --certificate db.pem
has err "certificate table"
expect 0 "$mkos" uki --kernel "$3/tests/fuzz/corpus/pe/kernel-x64" --secureboot-private-key db.key \
	--secureboot-certificate db.pem -o named.efi
has out ", signed by CN=db"
# inspect names who signed, trusted or not.
expect 0 "$mkos" inspect s.efi
head -n 1 out >line
has line ", signed by CN=db"
expect 0 "$mkos" inspect --facts s.efi
has out "signatures: 1"
has out "signed by: CN=db"
expect 0 "$mkos" inspect --facts --json=short s.efi
has out '"signatures":[{"signer":"CN=db","intact":true}]'
expect 0 "$mkos" inspect --json=short s.efi
has out '"_signatures":[{"signer":"CN=db","intact":true}]'
expect 0 "$mkos" inspect --facts u.efi
has out "signatures: 0"
cp s.efi touched.efi
printf '\377' | dd of=touched.efi bs=1 seek=1000 conv=notrunc status=none
expect 0 "$mkos" inspect --facts touched.efi
has out "signed by: CN=db (the program was changed after it was signed)"
expect 0 "$mkos" inspect --facts cut.efi
has out "signatures: cannot be read: "
expect 1 "$mkos" verify tail.efi --certificate db.pem
sign old.efi old
has err "certificate 'old.pem' expired on 2021-01-01: firmware runs what it signed"
expect 1 "$mkos" sign u.efi --key old.key --certificate old.pem --strict -o no.efi
expect 0 "$mkos" verify old.efi --certificate old.pem
has out "2020-01-01 to 2021-01-01: not today, which firmware does not mind"
absent no.efi

# The command line.
expect 2 "$mkos" sign u.efi
expect 2 "$mkos" sign u.efi --key db.key
expect 2 "$mkos" sign u.efi --certificate db.pem
expect 2 "$mkos" sign --key db.key --certificate db.pem
expect 2 "$mkos" sign u.efi --certificate db.pem --prepare-offline-signing
expect 2 "$mkos" sign u.efi --certificate db.pem --prepare-offline-signing -o no.efi --passphrase-fd 0
says err "mvirt-mkos sign: --passphrase-fd goes with --key: what is elsewhere needs none here"
expect 2 "$mkos" sign u.efi --certificate db.pem --prepare-offline-signing -o no.efi \
	--signing-engine pkcs11
says err "mvirt-mkos sign: --signing-engine and --signing-provider go with --key"
absent no.efi

# Without a certificate the signers are listed; what is broken is still said.
expect 1 "$mkos" verify s.efi
says err "mvirt-mkos verify: 's.efi': who is trusted? Give --certificate FILE"
has out "signature 1: not judged: no certificate was given"
has out "signer: CN=db (RSA, 2048 bits)"
expect 1 "$mkos" verify s.efi --json=short
has out '"good":false,"fault":"not judged: no certificate was given","signer":"CN=db"'
expect 1 "$mkos" verify changed.efi
has out "signature 1: the program was changed after it was signed"
expect 1 "$mkos" verify u.efi
says err "mvirt-mkos verify: 'u.efi' is not signed"

# The output is no input, but the program where it is to be replaced; by any name.
mkdir apart
cp u.efi db.key db.pem signature apart/
ln apart/db.key apart/link.key
ln -s db.pem apart/link.pem
apart() {
	output=$1
	input=$2
	shift 2
	expect 1 "$mkos" "$@" -o "$output"
	says err "mvirt-mkos $1: output '$output' is an input too ('$input'): give another --output"
	same apart/db.key db.key
	same apart/db.pem db.pem
	same apart/u.efi u.efi
	same apart/signature signature
}
set -- sign apart/u.efi --certificate apart/db.pem
apart apart/db.key apart/db.key "$@" --key apart/db.key
apart apart/link.key apart/db.key "$@" --key apart/db.key
apart apart/link.pem apart/db.pem "$@" --key apart/db.key
apart apart/db.pem apart/db.pem "$@" --prepare-offline-signing
apart apart/u.efi apart/u.efi "$@" --prepare-offline-signing
apart apart/signature apart/signature "$@" --signed-data-signature apart/signature
holds apart db.key db.pem link.key link.pem signature u.efi

# A descriptor that is not open is said so, and not what is opened later under its number.
expect 2 sh -c 'exec "$@" 3<&-' sh "$mkos" sign u.efi --key locked.key --certificate db.pem \
	--passphrase-fd 3 -o no.efi
says err "mvirt-mkos sign: --passphrase-fd 3: descriptor 3 is not open, as '3<FILE' in a shell opens it"
absent no.efi

# enroll: what was written; the output is no input.
if [ -e /usr/share/OVMF/OVMF_VARS_4M.fd ]; then
	zeros=$(printf '%064d' 0)
	expect 0 "$mkos" enroll --db db.pem --db ca.pem --dbx "$zeros" -o vars.fd
	empty out
	says err "vars.fd: 528.0 KiB, Secure Boot on; entries: PK 1, KEK 1, db 2, dbx 1"
	expect 0 "$mkos" enroll --db db.pem -o vars.fd --json=short
	says out '{"output":"vars.fd","size":540672,"pk":1,"kek":1,"db":1,"dbx":0}'
	empty err
	cp /usr/share/OVMF/OVMF_VARS_4M.fd apart/vars.fd
	cp other.pem leaf.pem ca.pem apart/
	for pair in --vars:vars.fd --db:other.pem --dbx:leaf.pem --kek:ca.pem --pk:db.pem; do
		file=apart/${pair#*:}
		apart "$file" "$file" enroll --db db.pem "${pair%%:*}" "$file"
	done
	same apart/vars.fd /usr/share/OVMF/OVMF_VARS_4M.fd
	for file in other leaf ca; do
		same apart/$file.pem $file.pem
	done
elif [ "${CI:-}" = true ]; then
	fail "no ovmf"
fi

# In place, on a full disk: the old file or the new one.
cp u.efi place.efi
chmod 640 place.efi
expect 0 "$mkos" sign place.efi --key db.key --certificate db.pem
same place.efi s.efi
[ "$(stat -c %a place.efi)" = 640 ] || fail "mode $(stat -c %a place.efi)"
for mode in 600 444 400; do
	rm -f place.efi
	install -m $mode u.efi place.efi
	(umask 022 && "$mkos" -q sign place.efi --key db.key --certificate db.pem)
	same place.efi s.efi
	[ "$(stat -c %a place.efi)" = $mode ] || fail "mode $(stat -c %a place.efi), not $mode"
	rm -f place.efi
	install -m $mode u.efi place.efi
	(umask 022 && "$mkos" -q sign place.efi --certificate db.pem --signed-data-signature signature)
	[ "$(stat -c %a place.efi)" = $mode ] || fail "mode $(stat -c %a place.efi), not $mode"
done
rm -f place.efi
cp u.efi place.efi
expect 1 sh -c 'ulimit -f 1; trap "" XFSZ; exec "$@"' sh "$mkos" sign place.efi --key db.key \
	--certificate db.pem
same place.efi u.efi

exit $failed
