#!/bin/sh
# On a stub of a newer release, and by the words of its ukify, we make what that ukify makes.
# usage: newer_ukify.sh MVIRT-MKOS PROJECT-SOURCE SUITE
set -eu
mkos=$1
source=$2
kernel=$source/tests/fuzz/corpus/pe/kernel-x64
suite=$3
# That of Debian, which has pefile, whatever stands before it in PATH.
python=/usr/bin/python3
. "$source/tests/cli/lib.sh"

$python -c 'import pefile' 2>/dev/null || skip "no python3-pefile"
for tool in openssl sbsign sbverify objdump; do
	command -v $tool >/dev/null || skip "no $tool"
done
systemd=$(sh "$source/tests/newer_stubs.sh" "$suite")/usr/lib/systemd || exit $?
stub=$systemd/boot/efi/linuxx64.efi.stub
addon=$systemd/boot/efi/addonx64.efi.stub
$python "$systemd/ukify" --version >version || skip "ukify of $suite does not run here"
version=$(sed 's/^ukify \([0-9]*\).*/\1/' version)
cat version

# both NAME WORDS...: theirs/NAME and ours/NAME
both() {
	name=$1
	shift
	$python "$systemd/ukify" build --config /dev/null "$@" -o "theirs/$name" 2>theirs.err ||
		fail "ukify: $(cat theirs.err)"
	expect 0 "$mkos" -q uki --config /dev/null "$@" -o "ours/$name"
	$python "$source/tests/boot/ukify_opinion.py" "theirs/$name" "ours/$name" ||
		fail "$name is not what ukify makes"
	"$mkos" inspect --lint "ours/$name" >lint || fail "$name: $(cat lint)"
	objdump -h "ours/$name" >/dev/null 2>objdump.err || fail "objdump cannot read $name"
	empty objdump.err
}

mkdir theirs ours hwids
printf 'ID=test\nVERSION_ID=1\n' >osrel
{ printf '\037\213' && head -c 99999 /dev/urandom; } >first
printf '070701 second' >second
printf '070701 microcode' >ucode
printf 'BMsplash' >splash
printf '\320\015\376\355 tree 1' >one.dtb
printf '\320\015\376\355 tree two' >two.dtb
openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -out key.pem 2>/dev/null
for id in 1 2; do
	printf '{"type":"devicetree","name":"Box %s","compatible":"acme,box","hwids":["d67e233f-d9f2-5b6a-b3ac-0dbbd2b0b3f%s","0000233f-d9f2-5b6a-b3ac-0dbbd2b0b3f3"]}' \
		$id $id >hwids/$id.json
done

both kernel.efi --stub "$stub" --linux "$kernel" --os-release @osrel
set -- --stub "$stub" --linux "$kernel" --initrd first --initrd second --os-release @osrel \
	--cmdline 'console=ttyS0   quiet ' --microcode ucode --splash splash --pcrpkey key.pem \
	--devicetree one.dtb --devicetree-auto one.dtb --devicetree-auto two.dtb --hwids hwids \
	--section .more:text --section .file:@osrel --sbat 'sbat,1,SBAT Version,sbat,1,url
mine,1,Me,mine,1,url'
[ "$version" -lt 258 ] || {
	mkdir -p firmware/one firmware/two
	head -c 9999 /dev/urandom >firmware/one/code.fd
	head -c 777 /dev/urandom >firmware/two/code.fd
	printf '{"type":"uefi-fw","name":"Box","fwid":"two","hwids":["11112222-d9f2-5b6a-b3ac-0dbbd2b0b3f3"]}' \
		>hwids/3.json
	set -- "$@" --efifw firmware/one --efifw firmware/two
}
both all.efi "$@"
both x.addon.efi --stub "$addon" --cmdline 'more=1' --os-release '' --uname 6.9
for name in factory rescue; do
	both $name.efi --stub "$addon" --profile "ID=$name" --cmdline "$name" --initrd second \
		--os-release ''
done
both profiles.efi --stub "$stub" --linux "$kernel" --initrd first --cmdline base \
	--os-release @osrel --join-profile ours/factory.efi \
	--join-profile theirs/rescue.efi

# What ukify made is taken apart and put together again, as what we made.
for name in kernel all profiles; do
	expect 0 "$mkos" -q uki --update theirs/$name.efi -o again.efi
	same again.efi ours/$name.efi
done

# Both say the same of the same file. Until 262 there was another form of JSON.
for name in all profiles; do
	ln -sf "$mkos" ukify
	$python "$systemd/ukify" inspect ours/$name.efi >want 2>/dev/null || fail "ukify inspect"
	expect 0 ./ukify inspect ours/$name.efi
	same out want
	[ "$version" -ge 262 ] || continue
	for form in "--json pretty" "--all --json short"; do
		$python "$systemd/ukify" inspect ours/$name.efi $form >want
		expect 0 ./ukify inspect $form ours/$name.efi
		$python -c 'import json; assert json.load(open("out")) == json.load(open("want"))' ||
			fail "inspect $form $name"
	done
done

openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -subj /CN=test -days 2 2>/dev/null
sbsign --key key --cert cert --output signed.efi ours/all.efi >sbsign.out 2>&1 ||
	fail "sbsign: $(cat sbsign.out)"
! grep -i warning sbsign.out || fail "sbsign warns"
sbverify --cert cert signed.efi >sbverify.out 2>&1 || fail "sbverify: $(cat sbverify.out)"
expect 0 "$mkos" uki --update ours/kernel.efi --cmdline changed -o changed.efi

# The stub of 257 gives up on a table that has firmware in it, and then picks no devicetree.
[ "$version" -ge 258 ] || {
	printf '{"type":"uefi-fw","name":"Box","fwid":"two","hwids":["11112222-d9f2-5b6a-b3ac-0dbbd2b0b3f3"]}' \
		>hwids/3.json
	expect 1 "$mkos" uki --config /dev/null "$@" -o none.efi
	has err "systemd-stub $(sed 's/.*(\(.*\))/\1/' version)"
	has err "258"
	absent none.efi
}
exit $failed
