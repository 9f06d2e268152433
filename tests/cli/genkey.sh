#!/bin/sh
# New keys: openssl and efitools read them, efitools makes the same bytes of them, what signs and
# enrols takes them, and nothing is overwritten or left half done. usage: genkey.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
for tool in openssl cert-to-efi-sig-list sign-efi-sig-list sbverify script; do
	command -v $tool >/dev/null || skip "no $tool"
done
[ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ] || skip "no systemd-boot-efi"
owner=c1d5a0f4-1f0e-4c35-9f7c-6d766b6f7321

# The whole set, at a date of its own, under the widest umask.
umask 0
expect 0 env SOURCE_DATE_EPOCH=1767225600 "$mkos" genkey -o keys --name "Käse AG"
umask 022
says err "keys: PK, KEK and db (RSA, 2048 bits, certificates until 2035-12-30), pcr; private keys \
not encrypted"
holds keys KEK.auth KEK.cer KEK.esl KEK.key KEK.pem PK.auth PK.cer PK.esl PK.key PK.pem \
	db.auth db.cer db.esl db.key db.pem pcr.key pcr.pub
[ "$(stat -c %a keys)" = 700 ] || fail "keys/ is open"
for name in PK KEK db pcr; do
	[ "$(stat -c %a keys/$name.key)" = 600 ] || fail "$name.key is open"
	openssl rsa -in keys/$name.key -check -noout >seen 2>&1 || fail "$(cat seen)"
	has seen "RSA key ok"
done
for name in PK KEK db; do
	openssl x509 -in keys/$name.pem -noout -text -nameopt utf8,sep_comma_plus >seen
	has seen "Subject: CN=Käse AG $name"
	has seen "Issuer: CN=Käse AG $name"
	has seen "Public-Key: (2048 bit)"
	has seen "Not Before: Jan  1 00:00:00 2026 GMT"
	has seen "Not After : Dec 30 00:00:00 2035 GMT"
	has seen "CA:FALSE"
	has seen "Digital Signature"
	openssl verify -CAfile keys/$name.pem keys/$name.pem >seen 2>&1 || fail "$(cat seen)"
	[ "$(openssl x509 -in keys/$name.pem -noout -pubkey)" = \
		"$(openssl pkey -in keys/$name.key -pubout)" ] || fail "$name: key and certificate"
	openssl x509 -in keys/$name.pem -outform DER -out der
	same der keys/$name.cer
	# The same bytes by others: the list, and the update signed by the key above.
	cert-to-efi-sig-list -g $owner keys/$name.pem list
	same list keys/$name.esl
	sig-list-to-certs keys/$name.esl taken >/dev/null
	same taken-0.der keys/$name.cer
	above=PK
	[ $name != db ] || above=KEK
	sign-efi-sig-list -t '2026-01-01 00:00:00' -k keys/$above.key -c keys/$above.pem $name list \
		update >/dev/null
	same update keys/$name.auth
done
sort -u keys/PK.key keys/KEK.key keys/db.key keys/pcr.key | grep -c . >lines
[ "$(cat lines)" -gt 90 ] || fail "keys are alike"
openssl x509 -in keys/db.pem -noout -serial >one
openssl pkey -in keys/pcr.key -pubout -out pub
same pub keys/pcr.pub

# What takes them.
"$mkos" -q uki --kernel "$3/tests/fuzz/corpus/pe/kernel-x64" --cmdline "a b" --os-release 'ID=x' \
	--secureboot-private-key keys/db.key --secureboot-certificate keys/db.pem -o s.efi
expect 0 sbverify --cert keys/db.pem s.efi
expect 1 sbverify --cert keys/KEK.pem s.efi
expect 0 "$mkos" verify s.efi --certificate keys/db.cer
# Only updates get onto a medium, no key.
"$mkos" -q disk --uki s.efi --boot-loader s.efi --enroll-keys keys --enroll manual -o d.img
expect 0 "$mkos" inspect d.img
has out "loader/keys/auto/PK.auth"
for name in PK KEK db pcr; do
	LC_ALL=C grep -qF "$(sed -n 5p keys/$name.key)" d.img && fail "$name.key is on the medium"
done
if [ -e /usr/share/OVMF/OVMF_VARS_4M.fd ]; then
	expect 0 "$mkos" enroll --db keys/db.pem --kek keys/KEK.cer --pk keys/PK.pem -o vars.fd
fi

# Nothing is overwritten, be it a file, a link to nowhere, or only the last of all.
cp -R keys before
expect 1 "$mkos" genkey -o keys
says err "mvirt-mkos genkey: 'keys/PK.key' is there already, and is not overwritten"
diff -r keys before || fail "keys changed"
mkdir part
ln -s nowhere part/pcr.pub
expect 1 "$mkos" genkey -o part
says err "mvirt-mkos genkey: 'part/pcr.pub' is there already, and is not overwritten"
holds part pcr.pub
absent nowhere
: >file
expect 1 "$mkos" genkey -o file
has err "make folder 'file'"
expect 1 "$mkos" genkey -o none/keys
says err "mvirt-mkos genkey: make folder 'none/keys': No such file or directory"
# Too late to stop: the folder that was made goes too.
expect 2 "$mkos" genkey -o gone --name 0123456789012345678901234567890123456789012345678901234567890123
has err "a certificate's name has at most 64 bytes"
absent gone
expect 1 env MVIRT_MKOS_PASSPHRASE= "$mkos" genkey -o gone
has err "the passphrase of every new key is empty"
absent gone
expect 1 sh -c "ulimit -f 1 && trap '' XFSZ && exec '$mkos' genkey -o gone"
has err "File too large"
absent gone

# Other sizes; PCR keys stay what every TPM takes.
expect 0 "$mkos" genkey -o big --bits 3072 --days 2 --json=short
has out '"files":["big/PK.key","big/PK.pem",'
has out '"encrypted":false'
openssl x509 -in big/db.pem -noout -text >seen
has seen "Public-Key: (3072 bit)"
openssl x509 -in big/db.pem -noout -checkend 170000 >/dev/null || fail "less than two days"
openssl x509 -in big/db.pem -noout -checkend 180000 >/dev/null && fail "more than two days"
openssl pkey -pubin -in big/pcr.pub -noout -text >seen
has seen "Public-Key: (2048 bit)"
openssl x509 -in big/db.pem -noout -serial >two
cmp -s one two && fail "the same serial number twice"

# Passphrases: by descriptor, variable, and asked for twice.
printf 'secret\n' >passphrase
expect 0 "$mkos" genkey -o locked --passphrase-fd 7 7<passphrase
has err "private keys encrypted"
for name in PK KEK db pcr; do
	[ "$(head -1 locked/$name.key)" = "-----BEGIN ENCRYPTED PRIVATE KEY-----" ] ||
		fail "$name.key is not encrypted"
	openssl pkey -in locked/$name.key -passin pass:secret -noout || fail "$name.key"
	openssl pkey -in locked/$name.key -passin pass:other -noout 2>/dev/null && fail "$name.key"
done
openssl asn1parse -in locked/db.key >seen
for word in PBKDF2 hmacWithSHA256 aes-256-cbc 0927C0; do
	has seen "$word"
done
cp s.efi two.efi
expect 0 "$mkos" sign two.efi --key locked/db.key --certificate locked/db.pem --passphrase-fd 7 \
	7<passphrase
expect 0 sbverify --cert locked/db.pem two.efi
expect 0 env MVIRT_MKOS_PASSPHRASE=variable "$mkos" genkey --pcr-private-key p.key
openssl pkey -in p.key -passin pass:variable -noout || fail "p.key"
expect 1 setsid -w "$mkos" genkey --encrypt --pcr-private-key no.key
has err "every new key needs a passphrase, and there is no terminal to ask for it"
absent no.key
# typed FIRST SECOND FILE: at a terminal, each line once it was asked for.
typed() {
	(
		for word in "$1" "$2"; do
			sleep 2
			printf '%s\n' "$word"
		done
	) | script -qec "$mkos genkey --encrypt --pcr-private-key $3" typescript >out 2>&1 || true
}
typed asked asked asked.key
openssl pkey -in asked.key -passin pass:asked -noout || fail "asked.key: $(cat out)"
has out "passphrase of every new key: "
has out "passphrase of the same, again: "
typed asked misspelt no.key
has out "the second passphrase is not the first"
absent no.key

# Keys one by one, as ukify names them.
ln -s "$mkos" ukify
none="--config /dev/null"
expect 0 ./ukify genkey $none --secureboot-private-key sb.key --secureboot-certificate=sb.pem \
	--secureboot-certificate-validity 7 --pcr-private-key a.key --pcr-public-key a.pub \
	--pcr-private-key b.key --pcr-public-key b.pub
printf 'Wrote %s\n' sb.key sb.pem a.key a.pub b.key b.pub >want
same err want
openssl x509 -in sb.pem -noout -subject >seen
has seen "CN = SecureBoot signing key on host "
openssl x509 -in sb.pem -noout -checkend 600000 >/dev/null || fail "less than a week"
openssl x509 -in sb.pem -noout -checkend 610000 >/dev/null && fail "more than a week"
for name in a b; do
	[ "$(stat -c %a $name.key)" = 600 ] || fail "$name.key is open"
	openssl pkey -in $name.key -pubout -out pub
	same pub $name.pub
done
expect 0 "$mkos" sign s.efi --key sb.key --certificate sb.pem -o three.efi
expect 0 sbverify --cert sb.pem three.efi
cp sb.pem sb.before
expect 1 ./ukify genkey $none --secureboot-private-key new.key --secureboot-certificate sb.pem
says err "ukify genkey: 'sb.pem' is there already, and is not overwritten"
same sb.pem sb.before
absent new.key
printf '[UKI]\nSecureBootPrivateKey=file.key\nSecureBootCertificate=file.pem\nSecureBootCertificateCommonName=A name\n' \
	>ukify.conf
expect 0 ./ukify genkey --config ukify.conf
openssl x509 -in file.pem -noout -subject >seen
has seen "CN = A name"
expect 2 ./ukify genkey $none
has err "which keys?"
expect 2 ./ukify genkey $none --secureboot-private-key new.key
has err "--secureboot-private-key and --secureboot-certificate go together"
expect 2 "$mkos" genkey --pcr-private-key x --pcr-public-key x
says err "mvirt-mkos genkey: 'x' would be two files at once"
absent x
cat >ukify.conf <<'CONF'
[UKI]
SecureBootPrivateKey=conf.key
SecureBootCertificate=conf.pem
SecureBootCertificateValidity=3
[PCRSignature:one]
PCRPrivateKey=one.key
PCRPublicKey=one.pub
[PCRSignature:two]
PCRPrivateKey=two.key
PCRPublicKey=two.pub
CONF
expect 0 ./ukify -c ukify.conf genkey
openssl x509 -in conf.pem -noout -checkend 250000 >/dev/null || fail "less than three days"
openssl x509 -in conf.pem -noout -checkend 260000 >/dev/null && fail "more than three days"
for name in one two; do
	openssl pkey -in $name.key -pubout -out pub
	same pub $name.pub
done

# No trace of a private key in what was said.
expect 0 "$mkos" -v genkey --pcr-private-key quiet.key
cat out err | grep -qF -e "$(sed -n 5p quiet.key)" -e "PRIVATE" && fail "key material was printed"

expect 2 "$mkos" genkey -o x --bits 1024
has err "--bits is 2048, 3072 or 4096"
expect 2 "$mkos" genkey -o x --days 0
has err "--days is at least 1"
expect 2 "$mkos" genkey -o x --days 99999
expect 2 "$mkos" genkey -o x --pcr-private-key y
has err "--output makes all keys in a folder"
absent x
# Words that say nothing about a pair for PCR policies.
for word in "--bits 3072" "--name me" "--days 3"; do
	expect 2 "$mkos" genkey --pcr-private-key x $word
	says err "mvirt-mkos genkey: ${word%% *} is for keys with a certificate: give \
--secureboot-private-key, or --output"
	absent x
done
expect 0 ./ukify genkey $none --secureboot-private-key named.key --secureboot-certificate named.pem \
	--secureboot-certificate-common-name 'a test key'
openssl x509 -in named.pem -noout -subject >seen
says seen "subject=CN = a test key"

exit $failed
