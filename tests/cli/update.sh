#!/bin/sh
# uki --update: what comes out is what a build of all parts would have made, byte for byte.
# usage: update.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
sample=$3/tests/cli/efi_sample.py
debian=/usr/lib/systemd/boot/efi/linuxx64.efi.stub

[ -e $debian ] || skip "no $debian"
for tool in python3 sbsign openssl objcopy; do
	command -v $tool >/dev/null || skip "no $tool"
done

for machine in x64 ia32; do
	python3 "$sample" stub $machine 257.9 stub.$machine
	python3 "$sample" kernel $machine kernel.$machine
done
python3 "$sample" stub x64 259.3 stub.new
python3 "$sample" addon x64 257.9 addon
cp "$debian" stub.debian
cp kernel.x64 kernel.debian
cp kernel.x64 kernel.new
sed 's/6\.9\.1-sample/6.10.0-other/' kernel.x64 >kernel.other
printf 'ID=test\n' >osrel
{ printf '\037\213' && head -c 100000 /dev/urandom; } >large
{ printf '\037\213' && head -c 777 /dev/urandom; } >small

# equal FRESH -- UPDATE: the build of these parts, and the old UKI with those changed.
equal() {
	fresh=
	while [ "$1" != -- ]; do
		fresh="$fresh $1"
		shift
	done
	shift
	"$mkos" -q uki --config /dev/null --stub "stub.$kind" --os-release @osrel $fresh \
		-o fresh.efi || fail "fresh: $fresh"
	"$mkos" -q uki --update old.efi "$@" -o new.efi || fail "update: $*"
	cmp fresh.efi new.efi || fail "$kind: not as a fresh build: $*"
}

for kind in debian x64 ia32; do
	kernel=kernel.$kind
	"$mkos" -q uki --config /dev/null --linux $kernel --initrd large --cmdline one \
		--os-release @osrel --stub stub.$kind -o old.efi
	equal --linux $kernel --initrd large --cmdline one --
	equal --linux $kernel --initrd large --cmdline two -- --cmdline two
	equal --linux $kernel --initrd small --initrd large --cmdline one -- \
		--initrd small --initrd large
	equal --linux $kernel --initrd large -- --cmdline ''
	equal --linux $kernel --cmdline one -- --remove .initrd
done

# The kernel brings its name along, and what it says in .sbat.
kind=debian
"$mkos" -q uki --config /dev/null --linux kernel.debian --initrd large --cmdline one \
	--os-release @osrel --stub stub.debian -o old.efi
equal --linux kernel.other --initrd large --cmdline one -- --linux kernel.other
python3 "$sample" kernel x64 kernel.sbat 'sbat,1,SBAT Version,sbat,1,url
linux.test,1,Test,linux,6,url
'
equal --linux kernel.sbat --initrd large --cmdline one -- --linux kernel.sbat
mv new.efi old.efi
equal --linux kernel.debian --initrd large --cmdline one -- --linux kernel.debian
printf 'sbat,1,SBAT Version,sbat,1,url\nown,1,Own,own,1,url\n' >own
equal --linux kernel.sbat --initrd large --cmdline one --sbat @own -- --sbat @own
mv new.efi old.efi
equal --linux kernel.sbat --initrd large --cmdline two --sbat @own -- --cmdline two
equal --linux kernel.debian --initrd large --cmdline one --sbat @own -- --linux kernel.debian
# Lines of one's own behind the stub's alone: they stay, but cannot be told from the stub's.
equal --linux kernel.debian --initrd large --cmdline one --sbat @own -- --linux kernel.debian
mv new.efi old.efi
equal --linux kernel.debian --initrd large --cmdline two --sbat @own -- --cmdline two
expect 1 "$mkos" uki --update old.efi --sbat @own -o new.efi
has err "which lines of its .sbat are the stub's cannot be told"
"$mkos" -q uki --config /dev/null --linux kernel.debian --initrd large --cmdline one \
	--os-release @osrel --stub stub.debian -o old.efi

# More than the headers had room for.
set --
for i in 1 2 3 4 5 6 7 8 9 10; do
	set -- "$@" --section ".s$i:$i"
done
equal --linux kernel.debian --initrd large --cmdline one "$@" -- "$@"
mv new.efi old.efi
equal --linux kernel.debian --initrd large --cmdline one "$@" --section .t:t -- --section .t:t
# A section of one's own keeps its place.
"$mkos" -q uki --config /dev/null --linux kernel.debian --section .a:1 --section .b:2 \
	--os-release @osrel --stub stub.debian -o old.efi
equal --linux kernel.debian --section .a:3 --section .b:2 -- --section .a:3
equal --linux kernel.debian --section .b:2 -- --remove .a

# Another stub, and what only that one knows.
kind=new
equal --linux kernel.debian --section .a:1 --section .b:2 -- --stub stub.new

# An addon; profiles stay.
kind=x64
"$mkos" -q uki --config /dev/null --stub addon --cmdline one -o old.efi
"$mkos" -q uki --update old.efi --cmdline two
"$mkos" -q uki --config /dev/null --stub addon --cmdline two -o fresh.efi
same old.efi fresh.efi
"$mkos" -q uki --config /dev/null --stub stub.x64 --profile ID=other --cmdline other -o profile.efi
set -- --linux kernel.x64 --initrd large --join-profile profile.efi
"$mkos" -q uki --config /dev/null --stub stub.x64 --os-release @osrel "$@" --cmdline one -o old.efi
equal "$@" --cmdline two -- --cmdline two
equal "$@" -- --remove .cmdline

# In place, and the old file stays when it fails.
"$mkos" -q uki --config /dev/null --stub stub.x64 --linux kernel.x64 --cmdline one -o old.efi
"$mkos" -q uki --config /dev/null --stub stub.x64 --linux kernel.x64 --cmdline two -o fresh.efi
cp old.efi kept.efi
refused() {
	sentence=$1
	status=$2
	shift 2
	expect "$status" "$mkos" uki --update old.efi "$@"
	has err "mvirt-mkos uki: $sentence"
	[ "$(wc -l <err)" = 1 ] || fail "more than one line: $(cat err)"
	same old.efi kept.efi
}
refused "'old.efi' has no section '.initrd' to remove" 1 --remove .initrd
refused "'old.efi' has no section 'cmdline' to remove: did you mean '.cmdline'?" 1 --remove cmdline
refused "'old.efi' has no section '.initrd' to remove" 1 --section .initrd:
refused "section .sbat cannot be removed" 2 --remove .sbat
refused "section .sbat cannot be removed" 2 --section .sbat:
refused "a UKI needs one kernel" 1 --remove .linux
refused "--profile and --join-profile do not go with --update" 2 --profile ID=x
refused "stub 'old.efi' has a section .text of its own" 1 --section .text:x
refused "initrd 'osrel' is no initramfs" 1 --initrd osrel
refused "kernel: open 'nowhere'" 1 --linux nowhere
refused "kernel 'kernel.ia32' is for ia32, but stub 'old.efi' for x64" 1 --linux kernel.ia32
refused "profiles need systemd-stub 257 or newer" 1 --stub stub.debian --section .profile:ID=x
expect 0 "$mkos" -q uki --update old.efi --cmdline two
same old.efi fresh.efi
# An empty text removes what is there.
expect 0 "$mkos" -q uki --update old.efi --section .foo:bar -o more.efi
expect 0 "$mkos" -q uki --update more.efi --section .foo:
same more.efi fresh.efi
expect 2 "$mkos" uki --remove .initrd
says err "mvirt-mkos uki: --remove goes with --update"

# Signatures are of what was: that of the whole is refused, those of PCRs go.
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -subj /CN=test -days 2 2>/dev/null
sbsign --key key --cert cert --output signed.efi old.efi >/dev/null 2>&1
expect 1 "$mkos" uki --update signed.efi --cmdline two
says err "mvirt-mkos uki: 'signed.efi' is signed: change the unsigned UKI and sign the result"
"$mkos" -q uki --config /dev/null --stub stub.x64 --linux kernel.x64 --cmdline one \
	--section .pcrsig:old -o sig.efi
expect 0 "$mkos" -q uki --update sig.efi --cmdline two -o new.efi
has err "the old .pcrsig is left out"
same new.efi fresh.efi

# Made by other tools: .sbat in the stub's place, sections anywhere.
printf one >cmdline
objcopy --add-section .cmdline=cmdline --change-section-vma .cmdline=0x100000 \
	--add-section .linux=kernel.x64 --change-section-vma .linux=0x200000 stub.debian theirs.efi
expect 0 "$mkos" -q uki --update theirs.efi --cmdline two
expect 0 "$mkos" inspect --lint theirs.efi
says out "nothing wrong"
expect 1 "$mkos" uki --update stub.debian --cmdline two -o new.efi
says err "mvirt-mkos uki: 'stub.debian' is no UKI and no addon: nothing was added to it"

# What is to be is measured without being made.
expect 0 "$mkos" -q uki --update old.efi --cmdline three --measure -o new.efi
mv out want
expect 0 "$mkos" -q measure --update old.efi --cmdline three
same out want
expect 0 "$mkos" -q measure new.efi
same out want

# Cut anywhere: refused, and nothing is made of it.
rm -f new.efi
size=$(wc -c <fresh.efi)
at=0
while [ $at -lt "$size" ]; do
	head -c $at fresh.efi >cut.efi
	expect 1 "$mkos" uki --update cut.efi --cmdline x -o new.efi
	absent new.efi
	at=$((at + 701))
done
exit $failed
