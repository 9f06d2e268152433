#!/bin/sh
# Keys of a recipe: [pcr] makes the bytes of systemd-measure, what cannot sign is told before anything is
# made, other keys or phases make the UKI anew and nothing else, and no secret is told.
# usage: recipe_keys.sh MVIRT-MKOS LIB PROJECT SAMPLES
set -eu
mkos=$1
. "$2"
project "$3"
export XDG_CACHE_HOME="$PWD/kept"
tar -cJf linux-6.12.7.tar.xz --transform 's/^kernel_source/linux-6.12.7/' kernel_source
build="$mkos -C p build --recipe guest --kernel-source ../linux-6.12.7.tar.xz"
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
systemd=/usr/lib/systemd/systemd-measure
[ -e $stub ] || skip "no systemd-boot-efi"
[ -e /bin/busybox ] || skip "no busybox-static"
[ -x $systemd ] || skip "no $systemd"
for tool in openssl sbverify mcopy swtpm swtpm_setup objcopy softhsm2-util setsid; do
	command -v $tool >/dev/null || skip "no $tool"
done

mkdir state
swtpm_setup --tpm2 --tpmstate state --pcr-banks sha256 >setup.log 2>&1 || fail "$(cat setup.log)"
swtpm socket --tpm2 --tpmstate dir=state --server type=unixio,path=tpm \
	--ctrl type=unixio,path=tpm.ctrl --flags not-need-init,startup-clear >tpm.log 2>&1 &
tpm_pid=$!
trap 'kill $tpm_pid' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -S tpm ] && break
	sleep 0.5
done

for key in a b; do
	openssl genrsa -out p/$key.key 2048 2>/dev/null
	openssl rsa -in p/$key.key -pubout -out p/$key.pub 2>/dev/null
	openssl req -new -x509 -key p/$key.key -subj /CN=$key -days 100 -out p/$key.pem 2>/dev/null
done
openssl rsa -in p/a.key -aes128 -passout pass:secret -out p/locked.key 2>/dev/null
cp p/config/recipes/guest.conf plain.conf
end=$(wc -l <plain.conf)

# recipe LINES: the recipe with these lines at its end.
recipe() {
	{ cat plain.conf && cat; } >p/config/recipes/guest.conf
}
# steps KERNEL INITRAMFS UKI: what was made, and what was up to date.
steps() {
	for name in kernel initramfs uki; do
		grep "^$name " out | grep -q "$1" || fail "$name is not '$1': $(cat out)"
		shift
	done
}
# policies OPTIONS...: what systemd-measure signs of the UKI's sections.
policies() {
	for name in linux osrel cmdline initrd pcrpkey; do
		rm -f part.$name
		objcopy --dump-section .$name=part.$name p/target/mvirt.efi copy.efi 2>/dev/null || :
	done
	pcrpkey=
	[ ! -e part.pcrpkey ] || pcrpkey=--pcrpkey=part.pcrpkey
	"$systemd" sign --tpm2-device=swtpm:path=tpm --linux=part.linux --osrel=part.osrel \
		--cmdline=part.cmdline --initrd=part.initrd $pcrpkey --bank=sha256 "$@" 2>theirs.err ||
		fail "$(cat theirs.err)"
}
section() {
	"$mkos" inspect --section "$1:binary@$2" p/target/mvirt.efi >/dev/null || fail "no $1"
}
# lines FILE...: each policy of all of them a line.
lines() {
	python3 - "$@" <<'PYTHON'
import json, sys
found = []
for name in sys.argv[1:]:
    found += json.load(open(name))["sha256"]
print("\n".join(sorted(" ".join([p["pkfp"], p["pol"], p["sig"]]) for p in found)))
PYTHON
}
fingerprint() {
	openssl rsa -pubin -in "$1" -RSAPublicKey_out -outform DER 2>/dev/null | sha256sum |
		cut -d' ' -f1
}

# What cannot sign is told before anything is made.
refused() {
	expect 1 $build
	says err "mvirt-mkos build: $1"
	absent p/kernel
	absent p/target/initramfs.cpio.gz
}
printf '[pcr]\nkey = a.key\n' | recipe
refused "config/recipes/guest.conf: [pcr] needs key, and public-key or certificate"
printf '[pcr one]\npublic-key = a.pub\n' | recipe
refused "config/recipes/guest.conf: [pcr one] needs key, and public-key or certificate"
printf '[pcr]\nbanks = sha256\n' | recipe
refused "config/recipes/guest.conf: [pcr] has banks and no key"
printf '[pcr one]\nbanks = sha256\n' | recipe
refused "config/recipes/guest.conf:$((end + 2)): banks are those of all keys: they stand in [pcr]"
printf '[pcr]\nkey = a.key\npublic-key = a.pub\nphase = x\n' | recipe
refused "config/recipes/guest.conf:$((end + 4)): unknown key 'phase': did you mean 'phases'?"
printf '[pcr]\nkey = a.key\npublic-key = b.pub\n' | recipe
refused "config/recipes/guest.conf: [pcr]: 'b.pub' is not of the same PCR key as what it is given with"
printf '[pcr]\nkey = none.key\npublic-key = a.pub\n' | recipe
refused "config/recipes/guest.conf: [pcr]: open 'none.key': No such file or directory"
printf '[pcr]\nkey = a.key\npublic-key = a.pub\nbanks = sha3\n' | recipe
refused "config/recipes/guest.conf:$((end + 4)): a bank is sha1, sha256, sha384 or sha512, not 'sha3'"
printf '[secureboot]\nkey = a.key\ncertificates = b.pem\n' | recipe
refused "config/recipes/guest.conf: [secureboot]: key 'a.key' does not fit certificate 'b.pem': its signatures could not be verified"
printf '[secureboot]\nkey = none.key\ncertificates = b.pem\n' | recipe
refused "config/recipes/guest.conf: [secureboot]: open 'none.key': No such file or directory"
# Its passphrase is asked for before the kernel is made, after what needs none.
printf '[pcr]\nkey = locked.key\npublic-key = a.pub\n' | recipe
expect 1 setsid $build
says err "mvirt-mkos build: config/recipes/guest.conf: [pcr]: locked.key needs a passphrase, and there is no terminal to ask for it: \
give --passphrase-fd N or the variable MVIRT_MKOS_PASSPHRASE"
absent p/kernel/arch
expect 1 env MVIRT_MKOS_PASSPHRASE=wrong $build
has err "'locked.key' holds no private key that can be read: the passphrase is wrong"
absent p/kernel/arch

# One key, for systemd's phases.
printf '[pcr]\nkey = a.key\npublic-key = a.pub\nbanks = sha256\n' | recipe
expect 0 $build
steps 'made in' '' 'made in'
policies --private-key=p/a.key --public-key=p/a.pub >want
section .pcrsig got
printf '%s' "$(cat want)" >want.section
same got want.section
section .pcrpkey got
same got p/a.pub
expect 0 $build
steps 'up to date' 'up to date' 'up to date'
cp p/target/mvirt.efi first.efi
# By certificate it is the same key, and the same UKI.
printf '[pcr]\nkey = a.key\ncertificate = a.pem\nbanks = sha256\n' | recipe
expect 0 $build
steps 'up to date' 'up to date' 'up to date'
# Where the image goes says whose it is, and nothing that is secret.
print=$(fingerprint p/a.pub)
has p/target/manifest.json "sha256:$print, phases enter-initrd "
has p/target/sbom.cdx.json '"mvirt-mkos:pcr-public-key-sha256"'
has p/target/sbom.cdx.json "$print"
sed -n 2,3p p/a.key >secret
while read -r line; do
	! grep -qF "$line" p/target/*.json p/target/.hashes p/target/mvirt.efi out err ||
		fail "the private key is told"
done <secret

# Other phases, another key: the UKI alone is made again.
printf '[pcr]\nkey = a.key\npublic-key = a.pub\nbanks = sha256\nphases = enter-initrd\n' | recipe
expect 1 "$mkos" -C p iso
says err "mvirt-mkos iso: 'target/mvirt.efi' is older than [pcr] of 'config/recipes/guest.conf': run \
mvirt-mkos build --recipe guest"
expect 0 $build
steps 'up to date' 'up to date' 'made in'
policies --private-key=p/a.key --public-key=p/a.pub --phase=enter-initrd >want
section .pcrsig got
printf '%s' "$(cat want)" >want.section
same got want.section
expect 0 "$mkos" -C p iso
printf '[pcr]\nkey = b.key\npublic-key = b.pub\nbanks = sha256\nphases = enter-initrd\n' | recipe
expect 0 $build
steps 'up to date' 'up to date' 'made in'
has p/target/sbom.cdx.json "$(fingerprint p/b.pub)"

# Two keys, each for its phases; which one .pcrpkey is has to be said.
recipe <<'CONF'
[pcr]
banks = sha256
[pcr initrd]
key = a.key
public-key = a.pub
phases = enter-initrd
[pcr later]
key = b.key
certificate = b.pem
phases = enter-initrd:leave-initrd other
CONF
expect 0 $build
steps 'up to date' 'up to date' 'made in'
"$mkos" inspect p/target/mvirt.efi | grep -q pcrpkey && fail "a .pcrpkey of two keys"
two() {
	policies --private-key=p/a.key --public-key=p/a.pub --phase=enter-initrd >one
	policies --private-key=p/b.key --public-key=p/b.pub --phase=enter-initrd:leave-initrd \
		--phase=other >two
	lines one two >want
	section .pcrsig got
	lines got >found
	same found want
}
two
sed -i 's/^\[uki\]/[uki]\npcrpkey = b.pub/' p/config/recipes/guest.conf
expect 0 $build
steps 'up to date' 'up to date' 'made in'
section .pcrpkey got
same got p/b.pub
two

# On media, what firmware loads is signed by the recipe's key, or by one that is given: the boot loader,
# UKIs and addons that have no signature. What has one stays as it is.
loader=/usr/lib/systemd/boot/efi/systemd-bootx64.efi
printf '[secureboot]\nkey = a.key\ncertificates = a.pem\n' | recipe
"$mkos" -q uki --linux kernel_source/sample --os-release ID=two -o plain.efi
python3 "$4" addon x64 258 addon.stub
"$mkos" -q uki --stub addon.stub --cmdline more -o add.addon.efi
"$mkos" -q sign plain.efi --key p/b.key --certificate p/b.pem -o other.efi
# on IMAGE NAME: the file of the partition, as the file esp.efi.
on() {
	rm -f esp.efi
	mcopy -i "$1@@1M" "::$2" esp.efi || fail "no $2"
}
addon=EFI/Linux/plain.efi.extra.d/add.addon.efi
set -- --uki plain.efi --uki other.efi --add add.addon.efi=$addon
check_signed() {
	for name in EFI/BOOT/BOOTX64.EFI EFI/Linux/plain.efi $addon; do
		on "$1" $name
		expect 0 sbverify --cert p/a.pem esp.efi
	done
	on "$1" EFI/Linux/other.efi
	same esp.efi other.efi
}
expect 0 "$mkos" disk "$@" -o menu.img --secureboot-private-key p/a.key --secureboot-certificate p/a.pem
has out ", 3 signed"
check_signed menu.img
cp menu.img again.img
expect 0 "$mkos" disk "$@" -o menu.img --secureboot-private-key p/a.key --secureboot-certificate p/a.pem
same menu.img again.img
expect 0 "$mkos" iso "$@" -o menu.iso --secureboot-private-key p/a.key \
	--secureboot-certificate p/a.pem --json=short
has out '"signed":3'
check_signed menu.iso
cp plain.efi other.efi add.addon.efi p/
expect 0 "$mkos" -C p disk "$@" --recipe guest -o recipe.img
same p/recipe.img menu.img
# A boot loader that others signed is signed by us too; one that we signed is taken as it is.
"$mkos" -q sign $loader --key p/b.key --certificate p/b.pem -o theirs.efi
expect 0 "$mkos" disk "$@" --boot-loader theirs.efi -o menu.img --secureboot-private-key p/a.key \
	--secureboot-certificate p/a.pem
on menu.img EFI/BOOT/BOOTX64.EFI
expect 0 sbverify --cert p/a.pem esp.efi
expect 0 sbverify --cert p/b.pem esp.efi
cp esp.efi ours.efi
expect 0 "$mkos" disk "$@" --boot-loader ours.efi -o menu.img --secureboot-private-key p/a.key \
	--secureboot-certificate p/a.pem
on menu.img EFI/BOOT/BOOTX64.EFI
same esp.efi ours.efi
# Without a key the odd one is told.
expect 0 "$mkos" disk "$@" -o menu.img
has err "warning: 'plain.efi': it has no signature, as others on the medium have: firmware with Secure \
Boot would refuse it: give --secureboot-private-key and --secureboot-certificate"
expect 1 "$mkos" disk "$@" -o no.img --strict
absent no.img
expect 1 "$mkos" disk "$@" -o no.img --secureboot-private-key p/a.key --secureboot-certificate p/b.pem
has err "key 'p/a.key' does not fit certificate 'p/b.pem'"
absent no.img
expect 1 "$mkos" disk "$@" -o p/a.pem --secureboot-private-key p/a.key --secureboot-certificate p/a.pem
says err "mvirt-mkos disk: output 'p/a.pem' is an input too ('p/a.pem'): give another --output"
expect 2 "$mkos" disk "$@" -o no.img --secureboot-private-key p/a.key
expect 2 "$mkos" disk "$@" -o no.img --passphrase-fd 0
expect 2 "$mkos" disk "$@" -o no.img --signing-engine x
expect 2 "$mkos" -C p disk --secureboot-private-key a.key --secureboot-certificate a.pem
says err "mvirt-mkos disk: the recipe says who signs, in [secureboot]: the options for it go with --uki"
absent no.img
# The recipe's own UKI behind a boot loader.
expect 0 $build
expect 0 "$mkos" -C p disk --boot-loader $loader
on p/target/mvirt.img EFI/BOOT/BOOTX64.EFI
expect 0 sbverify --cert p/a.pem esp.efi
expect 0 "$mkos" -C p disk --boot-loader $loader -o own.img
same p/own.img p/target/mvirt.img

# A passphrase is read once for all that it is needed for; when all is up to date, never.
recipe <<'CONF'
[secureboot]
key = locked.key
certificates = a.pem
[pcr]
key = locked.key
public-key = a.pub
banks = sha256
CONF
printf 'secret\nother\n' >phrase
expect 0 $build --passphrase-fd 7 7<phrase
steps 'up to date' 'up to date' 'made in'
expect 0 "$mkos" verify p/target/mvirt.efi --certificate p/a.pem
expect 0 setsid $build
steps 'up to date' 'up to date' 'up to date'
has p/target/sbom.cdx.json \
	"$(openssl x509 -in p/a.pem -outform DER | sha256sum | cut -d' ' -f1)"
rm p/target/mvirt.efi
expect 0 "$mkos" -C p uki --passphrase-fd 7 7<phrase
expect 0 "$mkos" verify p/target/mvirt.efi --certificate p/a.pem

# A key in a token is not looked for when there is nothing to sign.
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\n' "$PWD" >softhsm2.conf
export SOFTHSM2_CONF="$PWD/softhsm2.conf"
export PKCS11_MODULE_PATH=/usr/lib/softhsm/libsofthsm2.so
softhsm2-util --init-token --free --label mkos --so-pin 1234 --pin 5678 >/dev/null
openssl pkcs8 -topk8 -nocrypt -in p/a.key -out a.p8
softhsm2-util --import a.p8 --token mkos --label a --id 01 --pin 5678 >/dev/null
printf '[pcr]\nkey = pkcs11:token=mkos;object=a;type=private\npublic-key = a.pub\nbanks = sha256\n' |
	recipe
expect 0 env ASAN_OPTIONS=detect_leaks=0 MVIRT_MKOS_PASSPHRASE=5678 $build
steps 'up to date' 'up to date' 'made in'
same p/target/mvirt.efi first.efi
rm -r tokens
expect 0 $build
steps 'up to date' 'up to date' 'up to date'
exit $failed
