#!/bin/sh
# measure says what systemd-measure says, where that can say it, what the specification says for
# newer stubs, and for PCR 4 what pesign says of the programs that are started.
# usage: measure.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
kernel=$3/tests/fuzz/corpus/pe/kernel-x64
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
measure=/usr/lib/systemd/systemd-measure
# That of Debian, which has pefile, whatever stands before it in PATH.
python=/usr/bin/python3
expected=$3/tests/cli/measure_expected.py

[ -e $stub ] || skip "no $stub"
[ -x $measure ] || skip "no $measure"
$python -c 'import pefile' 2>/dev/null || skip "no python3-pefile"
command -v sbsign >/dev/null || skip "no sbsign"

printf 'console=ttyS0 quiet' >cmdline
printf 'ID=test\nVERSION_ID=1\n' >osrel
{ printf '\037\213' && dd if=/dev/urandom bs=1001 count=77 2>/dev/null; } >initrd
# As ukify gives them, and systemd-measure.
set -- --linux "$kernel" --initrd initrd --cmdline "$(cat cmdline)" --os-release @osrel
theirs="--linux=$kernel --initrd=initrd --cmdline=cmdline --osrel=osrel"
expect 0 "$mkos" uki "$@" -o u.efi

# Same lines, same headings, same JSON; from the file, from the parts, and while it is made.
# systemd's four phases come behind the value before all, which an image without systemd keeps.
{ $measure calculate $theirs --phase '' && $measure calculate $theirs; } >want 2>headings
expect 0 "$mkos" measure u.efi
same out want
same err headings
expect 0 "$mkos" measure "$@"
same out want
expect 0 "$mkos" -q uki "$@" --measure -o again.efi
same out want
same again.efi u.efi
$measure calculate $theirs --json=short >want
four="enter-initrd enter-initrd:leave-initrd enter-initrd:leave-initrd:sysinit \
enter-initrd:leave-initrd:sysinit:ready"
expect 0 "$mkos" measure --json=short --phases "$four" u.efi
python3 -c 'import json; assert json.load(open("out")) == json.load(open("want"))' ||
	fail "other JSON"
expect 0 "$mkos" uki "$@" --measure --json=short --phase "$four" -o again.efi
python3 -c 'import json; assert json.load(open("out"))["pcrs"] == json.load(open("want"))' ||
	fail "other JSON of uki"

# Phases and banks in every spelling; '' is before all phases.
for path in '' enter-initrd a:b:c :a; do
	$measure calculate $theirs --phase "$path" --bank sha384 >want 2>/dev/null
	expect 0 "$mkos" -q measure u.efi --phase "$path" --bank SHA384
	same out want
	empty err
	expect 0 "$mkos" -q measure u.efi --phases "$path" --pcr-banks sha384
	same out want
done
$measure calculate $theirs --phase enter-initrd --phase a:b --bank sha1 --bank sha256 >want 2>/dev/null
expect 0 "$mkos" -q measure u.efi --phases 'enter-initrd, a:b' --pcr-banks 'sha256 sha1'
same out want
$measure calculate $theirs --phase '' --json=short >want
expect 0 "$mkos" measure --json=short --phase '' u.efi
grep -qv phase out || fail "a phase that is none: $(cat out)"
python3 -c 'import json; assert json.load(open("out")) == json.load(open("want"))' ||
	fail "other JSON before all phases"

# Sections that this stub reads and systemd-measure 252 knows: each changes the value.
printf 'BMsplash' >splash
printf 'tree' >dtb
printf 'a key' >pcrpkey
$measure calculate $theirs --splash=splash --dtb=dtb --pcrpkey=pcrpkey >want 2>/dev/null
objcopy --add-section .splash=splash --change-section-vma .splash=0x100000 \
	--add-section .dtb=dtb --change-section-vma .dtb=0x110000 \
	--add-section .pcrpkey=pcrpkey --change-section-vma .pcrpkey=0x120000 u.efi more.efi
expect 0 "$mkos" -q measure more.efi --phases "$four"
same out want

# Newer stubs measure more. To us a stub is as old as it says.
for version in 253 254 256 257 258 260; do
	sed "s/systemd-stub 252\./systemd-stub $version./" $stub >stub
	expect 0 "$mkos" -q uki "$@" --stub stub -o new.efi
	objcopy --add-section .ucode=dtb --change-section-vma .ucode=0x100000 \
		--add-section .hwids=pcrpkey --change-section-vma .hwids=0x110000 \
		--add-section .pcrsig=dtb --change-section-vma .pcrsig=0x120000 new.efi more.efi
	for bank in sha1 sha256 sha384 sha512; do
		$python "$expected" more.efi $version 0 $bank enter-initrd
	done >want
	expect 0 "$mkos" -q measure more.efi --phase enter-initrd
	same out want
done
# The other way round: a version that is told, not read.
$python "$expected" more.efi 252 0 sha256 >want
expect 0 "$mkos" -q measure more.efi --phase '' --bank sha256 --stub-version 252
same out want

# Profiles: each has its values.
printf 'ID=main\n' >main
printf 'TITLE=Other\nID=other\n' >other
printf 'more of it' >cmdline2
objcopy --add-section .profile=main --change-section-vma .profile=0x200000 new.efi profile.efi
objcopy --add-section .prof2=other --change-section-vma .prof2=0x210000 \
	--add-section .cmdlin2=cmdline2 --change-section-vma .cmdlin2=0x220000 profile.efi two.efi
sed -i 's/\.prof2\x00\x00/.profile/; s/\.cmdlin2/.cmdline/' two.efi
for profile in 0 1; do
	$python "$expected" two.efi 260 $profile sha256
done >want
expect 0 "$mkos" measure two.efi --phase '' --bank sha256
same out want
printf '# PCR[11] Profile 0 (main) Phase <:>\n# PCR[11] Profile 1 (other) Phase <:>\n' >want
same err want
$python "$expected" two.efi 260 1 sha256 >want
for name in other 1; do
	expect 0 "$mkos" -q measure two.efi --phase '' --bank sha256 --only-profile $name
	same out want
done
expect 0 "$mkos" measure --json=short two.efi --phase '' --bank sha256 --only-profile other
says out "{\"sha256\":[{\"profile\":1,\"id\":\"other\",\"pcr\":11,\"hash\":\"$(sed s/.*=// want)\"}]}"
expect 1 "$mkos" measure two.efi --only-profile third
says err "mvirt-mkos measure: 'two.efi' has no profile 'third'"

# PCR 4: the firmware measures what sbsign signs. Its digest of each program, extended by hand.
pcr4() {
	python3 - "$@" <<'PYTHON'
import hashlib, sys
h = lambda b: hashlib.sha256(b).digest()
pcr = bytes(32)
for event in (h(b"Calling EFI Application from Boot Option"), h(bytes(4)),
              *(bytes.fromhex(a) for a in sys.argv[1:])):
    pcr = h(pcr + event)
print("4:sha256=" + pcr.hex())
PYTHON
}
authenticode() {
	# The digest is the last 32 bytes of the 78 that sbsign's signature is of.
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -subj /CN=test -days 2 \
		2>/dev/null
	sbsign --key key --cert cert --output signed "$1" >sbsign.out 2>&1
	sbattach --detach signature signed >/dev/null
	openssl asn1parse -inform DER -in signature >asn1
	awk '/OBJECT *:sha256/ { n++ } n == 2 && /HEX DUMP/ { sub(/.*:/, ""); print; exit }' asn1
}
outer=$(authenticode u.efi)
cp signed signed.efi
inner=$(authenticode "$kernel")
[ ${#outer} = 64 ] && [ ${#inner} = 64 ] || fail "no digest in sbsign's signature: $outer $inner"
pcr4 "$outer" "$inner" >want
expect 0 "$mkos" -q measure u.efi --pcr 4 --bank sha256
same out want
# A signature changes nothing of it.
expect 0 "$mkos" -q measure signed.efi --pcr 4 --bank sha256
same out want
# From 258 on the stub starts the kernel itself.
pcr4 "$(authenticode two.efi)" >want
expect 0 "$mkos" -q measure two.efi --pcr 4 --bank sha256 --only-profile 0
same out want

# PCR 9, after the event log of a real boot: the command line in UTF-16 with its NUL, the initrd.
python3 - >want <<'PYTHON'
import hashlib
h = lambda b: hashlib.sha256(b).digest()
pcr = h(bytes(32) + h((open("cmdline").read() + "\0").encode("utf-16-le")))
print("9:sha256=" + h(pcr + h(open("initrd", "rb").read())).hex())
PYTHON
expect 0 "$mkos" -q measure u.efi --pcr 9 --bank sha256
same out want
sed 's/6\.12\.1-mkos/5.19.9-mkos/' "$kernel" >older
expect 0 "$mkos" -q uki "$@" --linux older -o older.efi
expect 1 "$mkos" measure older.efi --pcr 9
has err "before 6.1 Linux (5.19.9-mkos) does not measure"
expect 1 "$mkos" measure two.efi --pcr 9
has err "PCR 9 is not known before the boot"

# What cannot be: one sentence, exit status 1 or 2, no values.
refused() {
	expect "$1" "$mkos" measure $3
	says err "mvirt-mkos measure: $2"
	empty out
}
refused 1 "open 'nowhere': No such file or directory" nowhere
refused 1 "'$kernel' does not tell the version of its systemd-stub, which decides what is measured: \
give it to measure with --stub-version" "$kernel"
refused 1 "'$stub' has no section .linux: it is no UKI" $stub
refused 2 "a bank is sha1, sha256, sha384 or sha512, not 'md5'" "u.efi --bank md5"
refused 2 "--pcr is 4, 7, 9 or 11, not 8" "u.efi --pcr 8"
refused 2 "either a UKI or its parts are measured, not both" "u.efi --linux $kernel"
refused 2 "the options for parts go with --linux" "--initrd initrd"
refused 2 "'x' is no version of systemd-stub" "u.efi --stub-version x"
size=$(wc -c <u.efi)
for at in 0 1 63 64 200 1000 20000 $((size - 1)); do
	head -c $at u.efi >cut
	expect 1 "$mkos" measure cut
	empty out
	[ "$(wc -l <err)" = 1 ] || fail "cut at $at: $(cat err)"
done
# Words that would mean nothing are not passed over.
useless() {
	sentence=$1
	shift
	expect 2 "$mkos" measure "$@"
	says err "mvirt-mkos measure: $sentence"
	empty out
}
useless "--phases goes with --pcr 11: no other PCR has any" u.efi --pcr 4 --phases x
useless "--passphrase-fd goes with --pcr-private-key" u.efi --passphrase-fd 0
useless "--signing-engine goes with --pcr-private-key" u.efi --signing-engine x
for pair in "--eventlog x" "--vars x" "--db x" "--pcr 11"; do
	useless "what is signed is PCR 11 to be: ${pair%% *} does not go with it" u.efi \
		--pcr-private-key x $pair
done
useless "--only-profile is for a UKI that is there: of parts --sign-profile says which to sign" \
	--linux x --pcr-private-key x --only-profile 1
useless "--stub-version is for a UKI that is there: of parts the stub has to tell it" \
	--linux x --pcr-private-key x --stub-version 252

exit $failed
