#!/bin/sh
# measure --eventlog: logs that another program wrote, replayed as tpm2_eventlog replays them, and
# where they part from the UKI.
# usage: eventlog.sh MVIRT-MKOS LIB PROJECT EVENTLOG_PY
set -eu
mkos=$1
make_log=$4
. "$2"
kernel=$3/tests/fuzz/corpus/pe/kernel-x64
python=/usr/bin/python3
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
[ -e $stub ] || skip "no systemd-boot-efi"
$python -c 'import pefile' 2>/dev/null || skip "no python3-pefile"
command -v pesign >/dev/null || skip "no pesign"
command -v tpm2_eventlog >/dev/null || skip "no tpm2-tools"

printf '\037\213initrd' >initrd
expect 0 "$mkos" uki --linux "$kernel" --initrd initrd --cmdline 'console=ttyS0 quiet' \
	--os-release ID=test -o u.efi

image() {
	pesign -h -d "$1" -i "$2" | sed 's/.* //'
}
digests=sha1:$(image sha1 u.efi):$(image sha1 "$kernel"),sha256:$(image sha256 u.efi):$(image sha256 "$kernel")

# log CHANGE...: writes the file log.
log() {
	$python "$make_log" u.efi log "$digests" "$@"
}

# replayed: what we say the registers come to is what tpm2_eventlog says.
replayed() {
	tpm2_eventlog log 2>theirs.err | tr -d ' ' >theirs
	for bank in sha1 sha256; do
		for pcr in 4 9 11; do
			value=$(sed -n "/^pcrs:/,\$p" theirs | sed -n "/^$bank:/,/^sha256:.\$/p" |
				sed -n "s/^$pcr:0x//p" | head -n 1)
			[ "$value" ] || fail "tpm2_eventlog has no $pcr:$bank: $(cat theirs)"
			has out "$pcr:$bank=$value "
		done
	done
}

# A log as the UKI would leave it: each register in each bank.
log
expect 0 "$mkos" measure u.efi --eventlog log
empty err
replayed
[ "$(cut -d' ' -f1 out | cut -d= -f1 | tr '\n' ' ')" = \
	'4:sha1 4:sha256 9:sha1 9:sha256 11:sha1 11:sha256 ' ] || fail "$(cat out)"
[ "$(grep -c ' as predicted, 4 events$' out)" -eq 2 ] || fail "PCR 4: $(cat out)"
[ "$(grep -c ' as predicted, 2 events$' out)" -eq 2 ] || fail "PCR 9: $(cat out)"
[ "$(grep -c ' as predicted, 8 events$' out)" -eq 2 ] || fail "PCR 11: $(cat out)"
expect 0 "$mkos" measure --linux "$kernel" --initrd initrd --cmdline 'console=ttyS0 quiet' \
	--os-release ID=test --eventlog log --bank sha256
[ "$(wc -l <out)" -eq 3 ] || fail "from the parts: $(cat out)"
# /sys has files without a size.
expect 0 "$mkos" measure u.efi --eventlog /dev/stdin --pcr 11 <log
[ "$(wc -l <out)" -eq 2 ] || fail "only PCR 11: $(cat out)"

# parts TEXT CHANGE...: PCRs part, and the sentence for one of them.
parts() {
	text=$1
	shift
	log "$@"
	expect 1 "$mkos" measure u.efi --eventlog log
	says err "mvirt-mkos measure: 'log' parts from what was predicted"
	has out "$text"
	replayed
}
sum() {
	printf "$1" | sha256sum | cut -d' ' -f1
}
# The numbers are those that tpm2_eventlog prints for the same events.
parts " parts at event 9, EV_IPL '.osrel': $(sum ID=other), predicted is $(sum ID=test) (.osrel)" \
	.osrel=ID=other
tpm2_eventlog log 2>theirs.err | sed -n '/^- EventNum: 9$/,/^- EventNum: 10$/p' >theirs
has theirs "$(sum ID=other)"
[ "$(grep -c ' as predicted' out)" -eq 4 ] || fail "only PCR 11 parts: $(cat out)"
parts " parts at event 3, EV_EFI_ACTION 'Booting from elsewhere': $(sum 'Booting from elsewhere')," \
	action='Booting from elsewhere'
has out "(Calling EFI Application from Boot Option)"
parts " parts at event 15, EV_EVENT_TAG 'LOADED_IMAGE::LoadOptions': " cmdline=single
parts " parts at event 16, EV_EVENT_TAG 'Linux initrd': $(sum other), predicted is $(sum '\037\213initrd') (initrd)" \
	initrd=other
parts " parts at event 17, EV_IPL 'more': $(sum more), predicted is no further one" more=11
parts " parts where the log ends: it lacks initrd, predicted is $(sum '\037\213initrd') (initrd)" cut=9

# JSON says the same.
expect 1 "$mkos" measure u.efi --eventlog log --bank sha256 --json=short
python3 - <<'PY' || fail "json: $(cat out)"
import hashlib, json
r = json.load(open("out"))
assert r["equal"] is False and r["events"] == 15, r
assert [(p["pcr"], p["bank"], p["equal"]) for p in r["pcrs"]] == \
    [(4, "sha256", True), (9, "sha256", False), (11, "sha256", True)]
p = r["pcrs"][1]
assert "event" not in p and p["events_as_predicted"] == 1
assert p["wanted"] == {"what": "initrd", "hash": hashlib.sha256(b"\x1f\x8binitrd").hexdigest()}
assert r["pcrs"][0]["logged"] == r["pcrs"][0]["predicted"] and p["logged"] != p["predicted"]
PY

# Of a UKI with profiles the one that was booted. To us a stub is as old as it says.
sed "s/systemd-stub 252\./systemd-stub 257./" $stub >stub
for id in one two; do
	expect 0 "$mkos" uki --profile ID=$id --cmdline $id --stub stub -o $id.efi
done
expect 0 "$mkos" uki --linux "$kernel" --initrd initrd --os-release ID=test --cmdline none \
	--profile ID=main --join-profile one.efi --join-profile two.efi --stub stub \
	-o all.efi
for number in 0 1 2; do
	$python "$make_log" all.efi log "$digests" profile=$number
	expect 0 "$mkos" measure all.efi --eventlog log --pcr 11
	has out "$(printf 'profile %d ' $number)"
	[ "$(grep -c ' as predicted' out)" -eq 2 ] || fail "profile $number: $(cat out)"
	expect 0 "$mkos" measure all.efi --eventlog log --pcr 11 --json=short
	has out "\"profile\":$number,\"id\""
done
# The one that it is most like.
$python "$make_log" all.efi log "$digests" profile=1 more=11
expect 1 "$mkos" measure all.efi --eventlog log --pcr 11
has out "profile 1 one"

# What does not go, and what is no log.
log
expect 2 "$mkos" measure u.efi --eventlog log --phases ''
says err "mvirt-mkos measure: --phases does not go with --eventlog: what systemd measures later is \
not in the log"
expect 1 "$mkos" measure u.efi --eventlog log --bank sha512
says err "mvirt-mkos measure: 'log' has no bank sha512"
head -c 400 log >short
expect 1 "$mkos" measure u.efi --eventlog short
has err "mvirt-mkos measure: 'short' is cut short: event "
: >nothing
expect 1 "$mkos" measure u.efi --eventlog nothing
says err "mvirt-mkos measure: 'nothing' is empty: no firmware wrote an event log"
expect 1 "$mkos" measure u.efi --eventlog u.efi
has err "'u.efi' is no event log of a TPM 2.0"
expect 1 "$mkos" measure u.efi --eventlog none
says err "mvirt-mkos measure: open 'none': No such file or directory"

# Where PCR 9 cannot be known the others are compared.
expect 0 "$mkos" uki --linux "$kernel" --initrd initrd --os-release ID=test -o bare.efi
expect 1 "$mkos" measure bare.efi --eventlog log --pcr 11
expect 1 "$mkos" measure bare.efi --eventlog log
has err "warning: PCR 9 is not compared: 'bare.efi': PCR 9 is not known before the boot: there is no .cmdline"

# PCR 7 of a firmware without keys is what OVMF measured when it made the log of the fuzz corpus.
ovmf=$3/tests/fuzz/corpus/tpm_eventlog/ovmf
vars=/usr/share/OVMF/OVMF_VARS_4M.fd
[ -e $vars ] || skip "no ovmf"
value=$(tpm2_eventlog "$ovmf" 2>theirs.err | sed -n '/^pcrs:/,$s/^ *7 *: 0x//p')
expect 0 "$mkos" -q measure u.efi --pcr 7 --vars $vars --bank sha256
says out "7:sha256=$value"
expect 0 "$mkos" measure u.efi --pcr 7 --vars $vars --eventlog "$ovmf"
says out "7:sha256=$value as predicted, 6 events"
# With keys of one's own, and the entry of db that vouches for the UKI, or none that does.
for name in db other; do
	openssl req -new -x509 -newkey rsa:2048 -nodes -keyout $name.key -out $name.pem \
		-subj /CN=$name -days 100 2>/dev/null
	expect 0 "$mkos" sign u.efi --secureboot-private-key $name.key \
		--secureboot-certificate $name.pem -o $name.efi
done
expect 0 "$mkos" enroll --db other.pem --db db.pem -o keys.fd
expect 1 "$mkos" measure db.efi --vars keys.fd --eventlog "$ovmf" --pcr 7
has out "7:sha256=$value parts at event 4, EV_EFI_VARIABLE_DRIVER_CONFIG 'SecureBoot': "
expect 0 "$mkos" -q measure db.efi --pcr 7 --vars keys.fd --bank sha256
cp out first
expect 0 "$mkos" -q measure other.efi --pcr 7 --vars keys.fd --bank sha256
! cmp -s out first || fail "two entries of db, one value"
expect 1 "$mkos" measure u.efi --pcr 7 --vars keys.fd
says err "mvirt-mkos measure: firmware with the keys of 'keys.fd' does not start 'u.efi': no entry of \
db vouches for it"
expect 2 "$mkos" measure u.efi --pcr 7
says err "mvirt-mkos measure: --pcr 7 needs the firmware's variable store, or its keys: give --vars or --db"
expect 2 "$mkos" measure u.efi --vars keys.fd
says err "mvirt-mkos measure: --vars goes with --pcr 4 and 7"
# Keys without a store are what enroll makes a store of: certificates, lists and signed updates.
as_store() {
	"$mkos" -q enroll "$@" -o same.fd
	"$mkos" -q measure db.efi --pcr 4 --pcr 7 --vars same.fd >want
	expect 0 "$mkos" -q measure db.efi --pcr 4 --pcr 7 "$@"
	same out want
}
as_store --db other.pem --db db.pem
same out want
as_store --db db.pem --pk other.pem --kek db.pem --dbx "$(printf '%064d' 7)" --dbx other.pem
"$mkos" -q genkey -o set --name set
"$mkos" -q sign u.efi --key set/db.key --certificate set/db.pem -o set.efi
expect 0 "$mkos" -q measure set.efi --pcr 7 --bank sha256 --pk set/PK.pem --kek set/KEK.cer --db set/db.pem
cp out want
for form in esl auth; do
	expect 0 "$mkos" -q measure set.efi --pcr 7 --bank sha256 --pk set/PK.$form \
		--kek set/KEK.$form --db set/db.$form
	same out want
done
# Whose an entry is counts, too: efitools makes a list of another owner, and python the register of it.
if command -v cert-to-efi-sig-list >/dev/null; then
	cert-to-efi-sig-list -g 11111111-2222-3333-4444-123456789abc db.pem theirs.esl
	expect 0 "$mkos" -q measure db.efi --pcr 7 --bank sha256 --db theirs.esl
	python3 - theirs.esl >want <<'PYTHON'
import hashlib, struct, sys, uuid
esl = open(sys.argv[1], "rb").read()
GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c").bytes_le
SECURITY = uuid.UUID("d719b2cb-3d3a-4596-a3bc-dad00e67656f").bytes_le
pcr = bytes(32)
def event(data):
    global pcr
    pcr = hashlib.sha256(pcr + hashlib.sha256(data).digest()).digest()
def variable(vendor, name, data):
    event(vendor + struct.pack("<QQ", len(name), len(data)) + name.encode("utf-16-le") + data)
variable(GLOBAL, "SecureBoot", b"\1")
variable(GLOBAL, "PK", esl)
variable(GLOBAL, "KEK", esl)
variable(SECURITY, "db", esl)
variable(SECURITY, "dbx", b"")
event(bytes(4))
variable(SECURITY, "db", esl[28:])
print("7:sha256=" + pcr.hex())
PYTHON
	same out want
	expect 0 "$mkos" enroll --db theirs.esl -o theirs.fd
	expect 0 "$mkos" -q measure db.efi --pcr 7 --bank sha256 --vars theirs.fd
	same out want
elif [ "${CI:-}" = true ]; then
	fail "no efitools"
fi
expect 1 "$mkos" measure u.efi --pcr 7 --db db.pem
says err "mvirt-mkos measure: firmware with the keys of 'db.pem' does not start 'u.efi': no entry of db \
vouches for it"
head -c 50 theirs.esl >cut.esl
expect 1 "$mkos" measure db.efi --pcr 7 --db cut.esl
says err "mvirt-mkos measure: 'cut.esl' holds no certificate, as PEM or DER"
expect 2 "$mkos" measure db.efi --pcr 7 --db db.pem --vars keys.fd
says err "mvirt-mkos measure: a variable store has its keys in it: give either --vars or --db"
expect 2 "$mkos" measure db.efi --pcr 7 --kek db.pem
says err "mvirt-mkos measure: --kek goes with --db"
expect 2 "$mkos" measure db.efi --db db.pem
says err "mvirt-mkos measure: --db goes with --pcr 4 and 7"
expect 1 "$mkos" measure u.efi --pcr 7 --vars u.efi
has err "'u.efi' is no variable store"
exit $failed
