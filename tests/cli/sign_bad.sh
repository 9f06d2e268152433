#!/bin/sh
# Keys, certificates and programs that are of no use for a signature: one sentence, no output, the old one
# untouched, and nothing of a key in messages, temporary files or a core dump.
# usage: sign_bad.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
command -v openssl >/dev/null || skip "no openssl"
[ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ] || skip "no systemd-boot-efi"
mkdir temp
TMPDIR=$PWD/temp
export TMPDIR

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
certificate edwards -newkey ed25519
certificate pss -newkey rsa-pss -pkeyopt rsa_keygen_bits:2048
openssl pkey -in db.key -pubout -out db.pub
openssl rsa -in db.key -aes256 -passout pass:secret -out locked.key 2>/dev/null
cat >ca.conf <<'CONF'
[ca]
default_ca = own
[own]
database = index
new_certs_dir = .
serial = serial
default_md = sha256
policy = any
[any]
commonName = supplied
CONF
# dated NAME FROM UNTIL
dated() {
	: >index
	echo 01 >serial
	openssl req -new -newkey rsa:2048 -nodes -keyout "$1.key" -out csr -subj "/CN=$1" 2>/dev/null
	openssl ca -batch -config ca.conf -selfsign -keyfile "$1.key" -in csr -out "$1.pem" \
		-startdate "$2" -enddate "$3" 2>/dev/null
}
dated old 20200101000000Z 20210101000000Z
dated early 20900101000000Z 20910101000000Z

"$mkos" -q uki --kernel "$3/tests/fuzz/corpus/pe/kernel-x64" --cmdline "a b" --os-release ID=x -o u.efi
cp u.efi before.efi
echo "what was there" >out.efi
cp out.efi out.before

# stays: neither the program nor the output was touched, nothing is left beside them.
stays() {
	same u.efi before.efi
	same out.efi out.before
	holds temp ""
	[ -z "$(ls | grep -v -x -f names)" ] || fail "left behind: $(ls | grep -v -x -f names)"
}
printf 'out\nerr\nnames\n' >names
ls >>names

# refused KEY CERTIFICATE SENTENCE
refused() {
	expect 1 "$mkos" sign u.efi --key "$1" --certificate "$2" -o out.efi
	says err "mvirt-mkos sign: $3"
	empty out
	stays
}
rsa_only="is not for an RSA key: firmware (EDK II) takes RSA only and would answer 'Access Denied'"
refused db.key other.pem \
	"key 'db.key' does not fit certificate 'other.pem': its signatures could not be verified"
refused curve.key db.pem \
	"key 'curve.key' does not fit certificate 'db.pem': its signatures could not be verified"
refused curve.key curve.pem "certificate 'curve.pem' $rsa_only"
refused edwards.key edwards.pem "certificate 'edwards.pem' $rsa_only"
refused pss.key pss.pem "certificate 'pss.pem' $rsa_only"
refused weak.key weak.pem "the RSA key of certificate 'weak.pem' has 1024 bits: at least 2048 are needed"
refused db.pub db.pem "'db.pub' holds no private key that can be read"
refused db.pem db.pem "'db.pem' holds no private key that can be read"
refused /dev/null db.pem "private key: '/dev/null' is not a regular file"
refused db.key db.key "'db.key' holds no certificate, as PEM or DER"
refused none.key db.pem "private key: open 'none.key': No such file or directory"
refused db.key none.pem "certificate: open 'none.pem': No such file or directory"
head -c 900 db.key >cut.key
head -c 700 db.pem >cut.pem
ls >>names
refused cut.key db.pem "'cut.key' holds no private key that can be read"
refused db.key cut.pem "'cut.pem' holds no certificate, as PEM or DER"
expect 1 setsid "$mkos" sign u.efi --key locked.key --certificate db.pem -o out.efi
says err "mvirt-mkos sign: locked.key needs a passphrase, and there is no terminal to ask for it: give \
--passphrase-fd N or the variable MVIRT_MKOS_PASSPHRASE"
stays
for phrase in wrong ''; do
	expect 1 env MVIRT_MKOS_PASSPHRASE=$phrase "$mkos" sign u.efi --key locked.key \
		--certificate db.pem -o out.efi
	says err "mvirt-mkos sign: 'locked.key' holds no private key that can be read: the passphrase \
is wrong, or it is damaged"
	stays
done

# Out of date: told, and refused where what is doubtful is.
for name in old early; do
	words="expired on 2021-01-01"
	[ $name = old ] || words="is not valid before 2090-01-01"
	expect 1 "$mkos" sign u.efi --key $name.key --certificate $name.pem --strict -o out.efi
	told="certificate '$name.pem' $words: firmware runs what it signed, other verifiers refuse it"
	says err "mvirt-mkos sign: $told"
	stays
	expect 0 "$mkos" -q sign u.efi --key $name.key --certificate $name.pem -o dated.efi
	says err "warning: $told"
	rm dated.efi
done

# Programs: patched NAME OFFSET BYTES: u.efi's signed copy with other bytes in its header.
"$mkos" -q sign u.efi --key db.key --certificate db.pem -o signed.efi
lfanew=$(od -An -tu4 -j 60 -N 4 u.efi | tr -d ' ')
directory=$((lfanew + 24 + 112 + 32))
patched() {
	cp signed.efi "$1"
	# shellcheck disable=SC2059
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
patched outside.efi $directory '\000\000\000\360'
patched long.efi $((directory + 4)) '\000\000\000\020'
patched inside.efi $directory '\000\002\000\000'
size=$(stat -c %s u.efi)
patched entry.efi "$size" '\377\377\377\177'
patched tiny.efi "$size" '\004\000\000\000'
head -c $((size + 300)) signed.efi >short.efi
{ cat signed.efi && echo tail; } >tail.efi
head -c 300 u.efi >stump.efi
ls >>names
for name in outside long inside entry tiny short tail stump; do
	cp $name.efi kept.efi
	expect 1 "$mkos" sign $name.efi --key other.key --certificate other.pem -o out.efi
	[ "$(wc -l <err)" -eq 1 ] || fail "$name: not one sentence: $(cat err)"
	has err "'$name.efi'"
	same out.efi out.before
	# In place, too.
	expect 1 "$mkos" sign $name.efi --key other.key --certificate other.pem
	same $name.efi kept.efi
	expect 1 "$mkos" verify $name.efi --certificate db.pem
	[ "$(wc -l <err)" -eq 1 ] || fail "$name: not one sentence: $(cat err)"
	rm kept.efi
	stays
done
expect 1 "$mkos" sign signed.efi --key db.key --certificate db.pem -o out.efi
says err "mvirt-mkos sign: 'signed.efi' is signed by 'CN=db' already"
stays

# Where nothing can be written.
mkdir closed
cp u.efi closed/
chmod 555 closed
echo closed >>names
closed=closed
[ "$(id -u)" -ne 0 ] || closed=/proc
expect 1 "$mkos" sign u.efi --key db.key --certificate db.pem -o $closed/out.efi
[ "$(wc -l <err)" -eq 1 ] || fail "not one sentence: $(cat err)"
has err "mvirt-mkos sign: "
has err "$closed"
stays
chmod 755 closed

# Nothing of a key is told, however much is: neither its own text nor what unlocks it.
: >all
for options in "sign u.efi --key locked.key --certificate db.pem -o told.efi" \
	"sign u.efi --key locked.key --certificate other.pem -o told.efi" \
	"uki --kernel $3/tests/fuzz/corpus/pe/kernel-x64 --os-release ID=x -o told.efi \
		--secureboot-private-key locked.key --secureboot-certificate db.pem \
		--pcr-private-key locked.key"; do
	# shellcheck disable=SC2086
	MVIRT_MKOS_PASSPHRASE=secret "$mkos" -v $options >out 2>err || :
	cat out err >>all
	[ ! -e told.efi ] || cat told.efi >>all
	rm -f told.efi
done
for key in db.key locked.key; do
	sed '1d;$d' $key | grep -v ':' >lines
	! grep -qaFf lines all || fail "$key is told"
done
rm lines
! grep -qa "secret\|PRIVATE KEY" all || fail "the passphrase is told: $(cat all)"
openssl rsa -in db.key -noout -modulus | sed 's/.*=//' >modulus
openssl rsa -in db.key -noout -text 2>/dev/null |
	sed -n '/^prime1:/,/^prime2:/p' | sed '1d;$d' | tr -d ' :\n' | sed 's/^00//' >prime
python3 - all prime <<'PYTHON' || fail "a prime of the key is told"
import sys
told, prime = open(sys.argv[1], "rb").read(), bytes.fromhex(open(sys.argv[2]).read())
sys.exit(prime in told or prime[::-1] in told or prime.hex().encode() in told.lower())
PYTHON
rm all modulus prime
stays

# While a passphrase is awaited, before the key is in memory, there will be no core dump any more, and
# a process that ends so leaves nothing behind.
mkfifo phrase
echo phrase >>names
(ulimit -c unlimited 2>/dev/null || :
	exec "$mkos" -q sign u.efi --key locked.key --certificate db.pem -o out.efi --passphrase-fd 7) \
	7<>phrase >out 2>err &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	grep -q '^Max core file size  *0  *0 ' /proc/$pid/limits && break
	sleep 0.2
done
grep -q '^Max core file size  *0  *0 ' /proc/$pid/limits || fail "core dumps are not off"
# A process that cannot be dumped belongs to root in /proc: nobody else of its user can look into it.
[ "$(stat -c %u /proc/$pid/environ)" = 0 ] || fail "it can be dumped"
kill -ABRT $pid
wait $pid 2>/dev/null || status=$?
[ "$status" -eq 134 ] || fail "ended with $status"
stays
exit $failed
