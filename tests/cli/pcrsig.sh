#!/bin/sh
# Signed policies for PCR 11: what systemd-measure makes with a TPM simulator, and what a TPM takes.
# usage: pcrsig.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
kernel=$3/tests/fuzz/corpus/pe/kernel-x64
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
systemd=/usr/lib/systemd/systemd-measure

[ -e $stub ] || skip "no $stub"
[ -x $systemd ] || skip "no $systemd"
for tool in swtpm swtpm_setup swtpm_ioctl tpm2_policyauthorize openssl softhsm2-util; do
	command -v $tool >/dev/null || skip "no $tool"
done

mkdir state
swtpm_setup --tpm2 --tpmstate state --pcr-banks sha1,sha256,sha384,sha512 >setup.log 2>&1 ||
	fail "$(cat setup.log)"
swtpm socket --tpm2 --tpmstate dir=state --server type=unixio,path=tpm \
	--ctrl type=unixio,path=tpm.ctrl --flags not-need-init,startup-clear >tpm.log 2>&1 &
tpm_pid=$!
trap 'kill $tpm_pid' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -S tpm ] && break
	sleep 0.5
done
TPM2TOOLS_TCTI=swtpm:path=tpm
export TPM2TOOLS_TCTI

for key in a b; do
	openssl genrsa -out $key.pem 2048 2>/dev/null
	openssl rsa -in $key.pem -pubout -out $key.pub 2>/dev/null
done
openssl req -new -x509 -key a.pem -subj /CN=pcr -out a.crt 2>/dev/null
printf 'console=ttyS0 quiet' >cmdline
printf 'ID=test\n' >osrel
printf '\037\213initrd' >initrd
set -- --linux "$kernel" --initrd initrd --cmdline "$(cat cmdline)" --os-release @osrel
theirs() {
	"$systemd" sign --tpm2-device=$TPM2TOOLS_TCTI --linux="$kernel" --initrd=initrd \
		--cmdline=cmdline --osrel=osrel "$@" 2>theirs.err || fail "$(cat theirs.err)"
}
section() {
	"$mkos" inspect --section "$2:binary@$3" "$1" >/dev/null || fail "no $2 in $1"
}
bytes() {
	python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' "$1"
}
# policies FILE [FIELDS]: a line for each policy, sorted.
policies() {
	python3 - "$@" <<'PYTHON'
import json, sys
fields = sys.argv[2:] or ["pcrs", "pkfp", "pol", "sig"]
for bank, found in sorted(json.load(open(sys.argv[1])).items()):
    for line in sorted(" ".join(str(p.get(f)) for f in fields) for p in found):
        print(bank, line)
PYTHON
}

# The very bytes of systemd-measure, in the section (without a newline), from the file, from parts.
theirs --bank=sha256 --private-key=a.pem --public-key=a.pub --pcrpkey=a.pub >want
expect 0 "$mkos" uki "$@" --pcr-private-key a.pem --pcr-banks sha256 -o u.efi
section u.efi .pcrsig out
printf '%s' "$(cat want)" >want.section
same out want.section
section u.efi .pcrpkey out
same out a.pub
for public in '' '--pcr-public-key a.pub' '--pcr-certificate a.crt'; do
	expect 0 "$mkos" measure u.efi --pcr-private-key a.pem $public --bank sha256 --json=short
	same out want
	expect 0 "$mkos" measure "$@" --pcr-private-key a.pem $public --bank sha256 --json=short
	same out want
done
openssl rsa -in a.pem -outform DER -out a.der 2>/dev/null
openssl rsa -in a.pem -aes128 -passout pass:secret -out a.enc 2>/dev/null
echo secret >phrase
expect 0 "$mkos" measure u.efi --pcr-private-key a.der --bank sha256 --json=short
same out want
expect 0 "$mkos" measure u.efi --pcr-private-key a.enc --passphrase-fd 5 --bank sha256 \
	--json=short 5<phrase
same out want

# A key in a token.
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\n' "$PWD" >softhsm2.conf
export SOFTHSM2_CONF="$PWD/softhsm2.conf"
export PKCS11_MODULE_PATH=/usr/lib/softhsm/libsofthsm2.so
softhsm2-util --init-token --free --label mkos --so-pin 1234 --pin 5678 >/dev/null
openssl pkcs8 -topk8 -nocrypt -in a.pem -out a.p8
softhsm2-util --import a.p8 --token mkos --label a --id 01 --pin 5678 >/dev/null
expect 0 env ASAN_OPTIONS=detect_leaks=0 MVIRT_MKOS_PASSPHRASE=5678 "$mkos" measure u.efi --bank sha256 \
	--pcr-private-key "pkcs11:token=mkos;object=a;type=private" --json=short
same out want

# Held by an engine, or by a provider, its certificate too.
expect 0 env ASAN_OPTIONS=detect_leaks=0 MVIRT_MKOS_PASSPHRASE=5678 "$mkos" measure u.efi --bank sha256 \
	--signing-engine pkcs11 --pcr-private-key "pkcs11:token=mkos;object=a;type=private" --json=short
same out want
expect 0 "$mkos" measure u.efi --bank sha256 --signing-provider default --certificate-provider default \
	--pcr-private-key "file:$PWD/a.pem" --pcr-certificate "file:$PWD/a.crt" --json=short
same out want
# systemd's NvPCRs: the same, and the initrd's phase once more under a name (systemd 262).
expect 0 "$mkos" measure u.efi --bank sha256 --pcr-private-key a.pem --json=short --sign-initrd-pcrs
mv out both
expect 0 "$mkos" measure u.efi --bank sha256 --pcr-private-key a.pem --json=short \
	--phases enter-initrd --policyref initrd
python3 - want both out <<'PYTHON' || fail "--sign-initrd-pcrs"
import json, sys
plain, both, initrd = (json.load(open(name))["sha256"] for name in sys.argv[1:])
assert both == plain + initrd, both
assert both[4]["ref"] == "initrd" and both[4]["pol"] == both[0]["pol"], both
PYTHON

# All banks. systemd 252 signs with the bank's hash what a TPM then verifies with SHA-256; where that
# is not the same, openssl verifies ours.
theirs --private-key=a.pem --public-key=a.pub --pcrpkey=a.pub >want
expect 0 "$mkos" measure "$@" --pcr-private-key a.pem
policies want pcrs pkfp pol >want.lines
policies out pcrs pkfp pol >lines
same lines want.lines
[ "$(wc -l <lines)" -eq 16 ] || fail "$(cat lines)"
policies out pol sig | while read -r bank pol sig; do
	echo "$sig" | base64 -d >sig
	bytes "$pol" >pol
	openssl dgst -sha256 -verify a.pub -signature sig pol >/dev/null 2>&1 ||
		{ echo "$bank $pol" >bad; }
done
absent bad

# Several keys, each with its phases; there is no one key for .pcrpkey then.
theirs --bank=sha256 --private-key=a.pem --public-key=a.pub --phase=enter-initrd >one
theirs --bank=sha256 --private-key=b.pem --public-key=b.pub --phase=enter-initrd:leave-initrd \
	--phase=other >two
{ policies one && policies two; } | sort >want
expect 0 "$mkos" uki "$@" --pcr-private-key a.pem --pcr-private-key b.pem --pcr-public-key a.pub \
	--pcr-public-key b.pub --phases enter-initrd --phases 'enter-initrd:leave-initrd other' \
	--pcr-banks sha256 -o several.efi
section several.efi .pcrsig out
policies out >lines
same lines want
"$mkos" inspect several.efi | grep -q pcrpkey && fail "a .pcrpkey of two keys"
# The same from a configuration; the second key has no certificate, the first no phases.
theirs --bank=sha256 --private-key=a.pem --public-key=a.pub >one
{ policies one && policies two; } | sort >want
{
	echo "[UKI]"
	echo "PCRBanks=sha256"
	echo "[PCRSignature:x]"
	echo "PCRPrivateKey=a.pem"
	echo "PCRCertificate=a.crt"
	echo "[PCRSignature:y]"
	echo "PCRPrivateKey=b.pem"
	echo "Phases=enter-initrd:leave-initrd other"
} >conf
expect 0 "$mkos" uki "$@" -c conf -o several.efi
section several.efi .pcrsig out
policies out >lines
same lines want

# A TPM in the state that the boot leaves releases what is sealed to the key's policy: for the image,
# and for its successor, not for one that is not signed.
tpm2() {
	tool=$1
	shift
	"tpm2_$tool" "$@" >tpm2.out 2>tpm2.err || {
		echo "tpm2_$tool $*: $(cat tpm2.err)" >&2
		return 1
	}
	# Without a resource manager what was loaded for one command takes the place of the next.
	tpm2_flushcontext -t
}
# boots CMDLINE: PCR 11 as systemd-stub 252 leaves it, in the phase enter-initrd.
boots() {
	tpm2 shutdown -c && swtpm_ioctl --unix tpm.ctrl -i && tpm2 startup -c
	for pair in ".linux $kernel" ".osrel osrel" ".cmdline $1" ".initrd initrd" ".pcrpkey a.pub"; do
		word=$(printf '%s\0' "${pair%% *}" | sha256sum)
		data=$(sha256sum <"${pair#* }")
		tpm2 pcrextend "11:sha256=${word%% *}" && tpm2 pcrextend "11:sha256=${data%% *}"
	done
	phase=$(printf enter-initrd | sha256sum)
	tpm2 pcrextend "11:sha256=${phase%% *}"
	tpm2 loadexternal -G rsa -C o -u a.pub -c key.ctx -n key.name
}
# seal REFERENCE: seals to the policy of whatever key a signs with that reference.
seal() {
	tpm2 startauthsession -S trial.ctx && head -c 32 /dev/zero >zeros &&
		tpm2 policyauthorize -S trial.ctx -i zeros -q "$1" -n key.name -L auth.policy &&
		tpm2 flushcontext trial.ctx && tpm2 createprimary -C o -c primary.ctx &&
		printf 'the secret' >secret &&
		tpm2 create -C primary.ctx -L auth.policy -i secret -u sealed.pub -r sealed.priv
}
# unseal UKI REFERENCE: what was sealed is in released. Where no signature is of the TPM's state, it
# is shown one of another.
unseal() {
	section "$1" .pcrsig sigs
	tpm2 startauthsession --policy-session -S s.ctx && tpm2 policypcr -S s.ctx -l sha256:11 -L pol
	policies sigs pol sig | grep sha256 >lines
	line=$(grep "$(od -An -v -tx1 pol | tr -d ' \n')" lines || head -n 1 lines)
	bytes "$(echo "$line" | cut -d' ' -f2)" >pol
	echo "$line" | cut -d' ' -f3 | base64 -d >sig
	cat pol "$2" >message
	tpm2 verifysignature -c key.ctx -g sha256 -m message -s sig -f rsassa -t ticket &&
		tpm2 policyauthorize -S s.ctx -i pol -q "$2" -n key.name -t ticket &&
		tpm2 createprimary -C o -c primary.ctx &&
		tpm2 load -C primary.ctx -u sealed.pub -r sealed.priv -c sealed.ctx &&
		tpm2 unseal -c sealed.ctx -p session:s.ctx && cp tpm2.out released
	unsealed=$?
	tpm2 flushcontext -l
	return $unsealed
}
printf 'console=ttyS0 other' >other
: >none
printf release | openssl dgst -sha256 -binary >reference
for name in none reference; do
	option=
	[ $name = none ] || option='--policyref release'
	expect 0 "$mkos" uki "$@" --pcr-private-key a.pem $option -o first.efi
	expect 0 "$mkos" uki "$@" --cmdline "$(cat other)" --pcr-private-key a.pem $option -o next.efi
	boots cmdline || fail "no boot"
	seal $name || fail "not sealed"
	unseal first.efi $name || fail "not released to the image ($name)"
	same released secret
	boots other || fail "no boot"
	rm released
	unseal next.efi $name || fail "not released to its successor ($name)"
	same released secret
	unseal first.efi $name 2>refusal && fail "released with another image's signatures"
	has refusal "tpm2_policyauthorize"
	boots osrel || fail "no boot"
	unseal next.efi $name 2>refusal && fail "released to an image that is not signed"
	has refusal "tpm2_policyauthorize"
done
section next.efi .pcrsig out
has out '","ref":"release","pol":"'

# Offline: the policies go out, openssl signs them, the signatures come in. The result is the very
# file that a key at hand makes, with profiles and without.
sed "s/systemd-stub 252\./systemd-stub 258./" $stub >stub
expect 0 "$mkos" uki --stub stub --profile ID=other --cmdline other -o other.profile
offline() {
	expect 0 "$mkos" uki "$@" --policy-digest --pcr-public-key a.pub --json=short -o unsigned.efi
	has out '"pol":"'
	python3 - out signed <<'PYTHON'
import base64, json, subprocess, sys
banks = json.load(open(sys.argv[1]))
for policies in banks.values():
    for policy in policies:
        assert "sig" not in policy
        signed = subprocess.run(["openssl", "dgst", "-sha256", "-sign", "a.pem"], check=True,
                                input=bytes.fromhex(policy["pol"]), capture_output=True)
        policy["sig"] = base64.b64encode(signed.stdout).decode()
json.dump(banks, open(sys.argv[2], "w"), indent=1)
PYTHON
	expect 0 "$mkos" uki "$@" --pcr-private-key a.pem -o online.efi
	expect 0 "$mkos" uki --join-pcrsig unsigned.efi --pcrsig @signed -o offline.efi
	same offline.efi online.efi
	expect 0 "$mkos" uki --join-pcrsig unsigned.efi --pcrsig "$(cat signed)" -o offline.efi
	same offline.efi online.efi
	expect 0 "$mkos" verify online.efi --pcr-public-key a.pub
	expect 0 "$mkos" verify online.efi --pcr-certificate a.crt
	expect 1 "$mkos" verify unsigned.efi --pcr-public-key a.pub
	has out ": it is not signed yet"
	expect 1 "$mkos" verify online.efi --pcr-public-key b.pub
	says err "mvirt-mkos verify: 'online.efi' has PCR signatures that are not good"
	has out ": its key is none of those that are given"
}
offline "$@"
offline "$@" --stub stub --join-profile other.profile
"$mkos" inspect --json=short online.efi >out
python3 - out "$(cat signed)" <<'PYTHON' || fail "not one .pcrsig behind each .profile"
import json, sys
uki = json.load(open(sys.argv[1]))
text = json.dumps(uki)
assert text.count('".pcrsig"') == 2, text
PYTHON
# altered PYTHON: the signatures, with policies changed by that, are refused before anything is written.
altered() {
	python3 - "$1" <<'PYTHON'
import base64, json, sys
banks = json.load(open("signed"))
p, q = banks["sha256"][:2]
exec(sys.argv[1])
json.dump(banks, open("altered", "w"))
PYTHON
	expect 1 "$mkos" uki --join-pcrsig unsigned.efi --pcrsig @altered -o bad.efi
	says err "mvirt-mkos uki: PCR signature of policy $(python3 -c 'import json
print(json.load(open("signed"))["sha256"][0]["pol"])') (sha256): the signature is not that of its key \
over this policy"
	absent bad.efi
}
altered 'p["sig"] = q["sig"]'
altered 'p["sig"] = p["sig"][:-4] + "AAA="'
altered 'p["sig"] = "aaaa"'
altered 's = bytearray(base64.b64decode(p["sig"])); s[9] ^= 1; p["sig"] = base64.b64encode(s).decode()'
# Of another image, though the signatures are what they say; and by a key that is not known here.
"$mkos" -q uki "$@" --pcr-private-key a.pem -o this.efi
section this.efi .pcrsig sigs
expect 1 "$mkos" uki --linux "$kernel" --os-release ID=other --pcrpkey a.pub --pcrsig @sigs -o bad.efi
has err ": PCR 11 does not lead to it: it is of another image, or of other --phases"
absent bad.efi
expect 0 "$mkos" uki "$@" --pcrpkey a.pub --pcrsig @sigs -o given.efi
same given.efi this.efi
"$mkos" -q uki "$@" --pcr-private-key a.pem --pcrpkey b.pub -o this.efi
section this.efi .pcrsig sigs
expect 1 "$mkos" uki "$@" --pcrpkey b.pub --pcrsig @sigs -o bad.efi
has err ": its key is none of those that are given: name it with --pcr-public-key"
absent bad.efi
expect 0 "$mkos" uki "$@" --pcrpkey b.pub --pcrsig @sigs --pcr-public-key a.pub -o given.efi
same given.efi this.efi
# Phases of one's own have to be named again.
"$mkos" -q uki "$@" --pcr-private-key a.pem --phases mine -o mine.efi
expect 0 "$mkos" verify mine.efi --pcr-public-key a.pub --phases mine --json=short
python3 - out <<'PYTHON' || fail "JSON of PCR signatures"
import json, sys
report = json.load(open(sys.argv[1]))
assert report["pcr_good"] and not report["good"], report
assert [p["bank"] for p in report["pcr_signatures"]] == ["sha1", "sha256", "sha384", "sha512"], report
assert all(p["good"] and p["phase"] == "mine" for p in report["pcr_signatures"]), report
PYTHON
expect 1 "$mkos" verify mine.efi --pcr-public-key a.pub
has out ": PCR 11 does not lead to it: it is of another image, or of other --phases"
expect 2 "$mkos" verify mine.efi --phases mine
# One that was made for another command line and was put in by another tool.
"$mkos" -q uki "$@" --cmdline "other line" --pcr-private-key a.pem -o that.efi
section that.efi .pcrsig sigs
"$mkos" -q uki --update mine.efi --remove .pcrsig -o bare.efi 2>/dev/null
"$mkos" -q uki --update bare.efi --section .pcrsig:@sigs -o wrong.efi
expect 1 "$mkos" verify wrong.efi --pcr-public-key a.pub
has out ": PCR 11 does not lead to it: it is of another image, or of other --phases"
expect 1 "$mkos" verify bare.efi --pcr-public-key a.pub
says err "mvirt-mkos verify: 'bare.efi' has no PCR signatures"

expect 1 "$mkos" uki --join-pcrsig unsigned.efi --pcrsig '{"sha256":[]}' -o bad.efi
has err "mvirt-mkos uki: there is no signature for policy "
absent bad.efi
expect 1 "$mkos" uki --join-pcrsig u.efi --pcrsig @signed -o bad.efi
has err " is of no policy in 'u.efi'"
absent bad.efi
expect 1 "$mkos" uki --join-pcrsig unsigned.efi --pcrsig '{"sha256":[{"pcrs":[7]}]}' -o bad.efi
says err "mvirt-mkos uki: PCR signatures in '--pcrsig': a policy has not \"pcrs\":[11]"

# Only some profiles.
for id in main other; do
	expect 0 "$mkos" uki "$@" --stub stub --join-profile other.profile --pcr-private-key a.pem \
		--sign-profile $id --pcr-banks sha256 -o $id.efi
	section $id.efi .pcrsig out
	"$mkos" measure $id.efi --pcr-private-key a.pem --sign-profile $id --pcr-banks sha256 \
		--json=short >want
	printf '%s' "$(cat want)" >want.section
	same out want.section
done
cmp -s main.efi other.efi && fail "the same for both profiles"
expect 1 "$mkos" uki "$@" --stub stub --join-profile other.profile --pcr-private-key a.pem \
	--sign-profile third -o bad.efi
says err "mvirt-mkos uki: there is no profile 'third' to sign"
absent bad.efi

# Another command line needs other signatures, which --update makes with the key.
expect 0 "$mkos" uki --update u.efi --cmdline "$(cat other)" --pcr-private-key a.pem \
	--strict -o updated.efi
expect 0 "$mkos" uki "$@" --cmdline "$(cat other)" --pcr-private-key a.pem -o new.efi
same updated.efi new.efi

# What cannot be.
refused() {
	expect "$1" "$mkos" uki "$3" "$4" "$5" "$6" "$7" "$8" "$9" --linux "$kernel" -o bad.efi
	says err "mvirt-mkos uki: $2"
	absent bad.efi
}
n=--no-measure
refused 1 "'b.pub' is not of the same PCR key as what it is given with" \
	--pcr-private-key a.pem --pcr-public-key b.pub $n $n $n
refused 2 "--pcr-public-key is given 1 times, for 2 keys: the n-th belongs to the n-th key" \
	--pcr-private-key a.pem --pcr-private-key b.pem --pcr-public-key b.pub $n
refused 2 "who signs? Give --pcr-private-key, or --policy-digest for signatures that are made elsewhere" \
	--pcr-public-key a.pub $n $n $n $n $n
refused 2 "--sign-profile goes with a key: give --pcr-private-key" \
	--sign-profile main $n $n $n $n $n
openssl ecparam -name prime256v1 -genkey -noout -out ec.pem
refused 1 "PCR key 'ec.pem' is not an RSA key, the only kind that systemd takes signatures of" \
	--pcr-private-key ec.pem $n $n $n $n $n
openssl genrsa -out weak.pem 1024 2>/dev/null
refused 1 "PCR key 'weak.pem' has 1024 bits: at least 2048 are needed" \
	--pcr-private-key weak.pem $n $n $n $n $n
refused 1 "'cmdline' holds no public key, as PEM or DER" \
	--policy-digest --pcr-public-key cmdline $n $n $n $n
refused 2 "--join-pcrsig goes with --pcrsig" --join-pcrsig u.efi $n $n $n $n $n

exit $failed
