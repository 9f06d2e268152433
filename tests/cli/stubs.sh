#!/bin/sh
# Sections are added to every kind of stub, and tools that nobody here wrote agree that the result
# is sound: binutils, pefile, sbsigntool.
# usage: stubs.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
tests=$3/tests/cli
debian=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
# That of Debian, which has pefile, whatever stands before it in PATH.
python=/usr/bin/python3

[ -e $debian ] || skip "no $debian"
$python -c 'import pefile' 2>/dev/null || skip "no python3-pefile"
for tool in objdump objcopy sbsign sbverify openssl; do
	command -v $tool >/dev/null || skip "no $tool"
done

$python "$tests/stub_variants.py" $debian
$python "$tests/efi_sample.py" kernel x64 kernel.x64
$python "$tests/efi_sample.py" kernel ia32 kernel.ia32
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -subj /CN=test -days 2 2>/dev/null
printf 'console=ttyS0 quiet' >.cmdline
printf 'ID=test\nVERSION_ID=1\n' >.osrel
{ printf '\037\213' && head -c 99999 /dev/urandom; } >.initrd
printf 'BMsplash' >.splash
openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -out .pcrpkey 2>/dev/null
set --
for i in 1 2 3 4 5 6 7 8 9; do
	printf 'section %s' "$i" >".x$i"
	set -- "$@" --section ".x$i:@.x$i"
done

# dump FILE SECTION: as objcopy reads it. It writes a program too, so that has to go somewhere.
dump() {
	objcopy --dump-section "$2=got" "$1" rest.efi 2>objcopy.err ||
		fail "objcopy cannot read $2 of $1: $(cat objcopy.err)"
}

for name in debian stripped symbols unaligned both base 512 4k 64k ia32; do
	cp kernel.x64 .linux
	[ $name != ia32 ] || cp kernel.ia32 .linux
	expect 0 "$mkos" uki --config /dev/null --stub variant.$name --linux .linux \
		--initrd .initrd --cmdline "$(cat .cmdline)" --os-release @.osrel --splash .splash \
		--pcrpkey .pcrpkey "$@" -o $name.efi
	empty err
	"$mkos" inspect --lint $name.efi >lint
	says lint "nothing wrong"
	$python "$tests/pe_opinion.py" $name.efi variant.$name || fail "pefile finds fault with $name"
	# Debian's own .sdmagic shares a page.
	[ $name = debian ] || $python "$tests/efi_sample.py" check $name.efi || fail "$name"
	objdump -h $name.efi >objdump.out 2>objdump.err || fail "objdump cannot read $name"
	empty objdump.err
	for section in .linux .initrd .cmdline .osrel .splash .pcrpkey .x1 .x9; do
		grep -q " $section " objdump.out || fail "objdump sees no $section in $name"
		dump $name.efi $section
		cmp got $section || fail "$section of $name is not what was given"
	done
	# The stub's own content is as it was.
	dump $name.efi .text
	mv got text
	case $name in
	symbols | unaligned | both | base) dump variant.stripped .text ;; # the same one
	*) dump variant.$name .text ;;
	esac
	same got text
	sbsign --key key --cert cert --output signed.efi $name.efi >sbsign.out 2>&1 ||
		fail "sbsign: $(cat sbsign.out)"
	! grep -i warning sbsign.out || fail "sbsign warns of $name"
	sbverify --cert cert signed.efi >sbverify.out 2>&1 || fail "sbverify: $(cat sbverify.out)"
	! grep -i warning sbverify.out || fail "sbverify warns of $name"
	expect 0 "$mkos" inspect --lint signed.efi
	says out "nothing wrong"
	# A signed one is no stub.
	sbsign --key key --cert cert --output signed.stub variant.$name >/dev/null 2>&1
	expect 1 "$mkos" uki --stub signed.stub --linux .linux -o none.efi
	says err "mvirt-mkos uki: stub 'signed.stub' is signed, and its signature would not fit the \
UKI: take the unsigned stub and sign the UKI"
	absent none.efi
done

# Cut anywhere in what is used of it: refused, in one sentence.
size=$(wc -c <variant.stripped)
at=0
while [ $at -lt "$size" ]; do
	head -c $at variant.stripped >cut
	expect 1 "$mkos" uki --config /dev/null --stub cut --linux kernel.x64 -o none.efi
	[ "$(wc -l <err)" = 1 ] || fail "cut at $at: $(cat err)"
	absent none.efi
	at=$((at + 37))
done
exit $failed
