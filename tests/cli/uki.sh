#!/bin/sh
# Every kind of section goes into a UKI byte for byte; profiles are joined, addons made; machines
# and versions of stubs are told apart; what is wrong is one sentence and no output.
# usage: uki.sh MVIRT-MKOS LIB SAMPLES
set -eu
mkos=$1
. "$2"
efi="python3 $3"

for machine in x64 ia32 aa64 riscv64; do
	$efi stub $machine 258.2 stub.$machine
	$efi addon $machine 258.2 addon.$machine
	$efi kernel $machine kernel.$machine
done
$efi stub x64 252.39 stub.old
printf '070701 first' >i1
printf '\037\213second' >i2
printf 'ID=x\n' >osrel
printf '070701ucode' >ucode
printf 'BM image' >splash
printf '\320\015\376\355 tree 1' >dtb1
printf '\320\015\376\355 tree two' >dtb2
openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -out key 2>/dev/null
head -c 70000 /dev/urandom >large

# has_section FILE NAME WANTED [N]
has_section() {
	[ -d "$1.d" ] || $efi dump "$1" "$1.d"
	cmp "$1.d/$2.${4:-1}" "$3" || fail "section $2 of $1"
}

# order FILE NAMES: the sections that the stub did not have.
order() {
	got=$($efi list "$1" | sed 's/ .*//' | tr '\n' ' ')
	[ "$got" = "$2 " ] || fail "$1 has $got"
}

# Everything that ukify takes.
mkdir -p ids/below fw/vendor-7
cat >ids/below/a.json <<'JSON'
{"type": "devicetree", "name": "Box", "compatible": "foo,box",
 "hwids": ["00112233-4455-6677-8899-aabbccddeeff"]}
JSON
printf 'no description' >ids/README
printf 'firmware' >fw/vendor-7/image.bin
expect 0 "$mkos" uki --linux kernel.x64 --initrd i1 --initrd i2 --microcode ucode \
	--cmdline '  a  b ' --os-release @osrel --uname 1.2.3 --splash splash --devicetree dtb1 \
	--devicetree-auto dtb1 --devicetree-auto dtb2 --hwids ids --efifw fw/vendor-7 \
	--pcrpkey key --section .extra:a:b --section .large:@large --stub stub.x64 -o all.efi
says err "warning: --uname 1.2.3 is not the version of the kernel 'kernel.x64': 6.9.1-sample"
$efi check all.efi
order all.efi ".osrel .cmdline .dtb .dtbauto .dtbauto .hwids .uname .splash .pcrpkey .linux \
.initrd .efifw .ucode .extra .large .sbat"
has_section all.efi .osrel osrel
printf 'a b' >want && has_section all.efi .cmdline want
printf '1.2.3' >want && has_section all.efi .uname want
has_section all.efi .dtb dtb1
has_section all.efi .dtbauto dtb1 1
has_section all.efi .dtbauto dtb2 2
has_section all.efi .splash splash
has_section all.efi .pcrpkey key
has_section all.efi .linux kernel.x64
has_section all.efi .ucode ucode
printf 'a:b' >want && has_section all.efi .extra want
has_section all.efi .large large
printf '070701 first\037\213second' >want
has_section all.efi .initrd want # 12 bytes and 8: both are multiples of 4
printf '\255\336\355\376\020\0\0\0\011\0\0\0\010\0\0\0vendor-7\0firmware' >want
has_section all.efi .efifw want
[ "$($efi get all.efi .hwids | wc -c)" -eq $((2 * 28 + 4 + 8)) ] || fail ".hwids"

# The same from a configuration file; the command line wins, and lists go behind the file's.
cat >conf <<'CONF'
[UKI]
Linux = kernel.x64
Initrd = i1   # the first one
Cmdline = a
  b
OSRelease = @osrel
Uname = 9.9.9
Microcode = ucode
Splash = splash
DeviceTree = dtb1
DeviceTreeAuto = dtb1 dtb2
HWIDs = ids
Firmware = fw/vendor-7
PCRPKey = key
Stub = stub.x64
CONF
expect 0 "$mkos" uki --config conf --initrd i2 --uname 1.2.3 --section .extra:a:b \
	--section .large:@large --output all2.efi
same all.efi all2.efi
expect 0 "$mkos" uki --config conf --initrd i2 -o none.efi --summary
has out "linux: kernel.x64"
has out "uname: 9.9.9"
has out "output: none.efi"
absent none.efi
printf '[UKI]\nLinux=kernel.x64\nSecureBootSigningTool=pesign\nSecureBootPrivateKey=k\n' >conf.sign
expect 2 "$mkos" uki -c conf.sign -o none.efi
says err "mvirt-mkos uki: --secureboot-private-key and --secureboot-certificate go together"
absent none.efi
printf '[UKI]\nLinux=kernel.x64\nSignKernel=no\nNonsense=1\nStub=stub.x64\n' >conf.odd
expect 0 "$mkos" uki -c conf.odd -o odd.efi --os-release ''
says err "warning: conf.odd:4: unknown setting [UKI] Nonsense="
# What is genkey's may stand there, too.
printf '[UKI]\nLinux=kernel.x64\nStub=stub.x64\nSecureBootCertificateValidity=9\n' >conf.odd
expect 0 "$mkos" uki -c conf.odd -o odd.efi --os-release ''
printf '[UKI]\nLinux=kernel.x64\nStub=stub.x64\nSignKernel=maybe\n' >conf.odd
expect 1 "$mkos" uki -c conf.odd -o none.efi
says err "mvirt-mkos uki: conf.odd:4: SignKernel is yes or no, not 'maybe'"

# Words that would mean nothing here are not passed over.
useless() {
	sentence=$1
	shift
	expect 2 "$mkos" uki "$@"
	says err "mvirt-mkos uki: $sentence"
	absent none.efi
}
nss="a key in pesign's NSS database is not read here: export it, with pk12util -o k.p12 and openssl \
pkcs12 -in k.p12, and give --secureboot-private-key and --secureboot-certificate"
set -- --linux kernel.x64 --stub stub.x64 -o none.efi
useless "--sign-initrd-pcrs goes with a key: give --pcr-private-key" "$@" --sign-initrd-pcrs
useless "$nss" "$@" --signtool pesign
useless "$nss" "$@" --signtool pesign --secureboot-certificate-name me
useless "$nss" "$@" --secureboot-certificate-dir /etc/pki/pesign
useless "--signtool is sbsign, pesign or systemd-sbsign, not 'gpg'" "$@" --signtool gpg
useless "--passphrase-fd goes with a private key" "$@" --passphrase-fd 0
useless "--pcr-banks goes with --measure or with a key for PCR signatures" "$@" --pcr-banks sha256
useless "private keys are held by one of --signing-engine and --signing-provider" "$@" \
	--signing-engine a --signing-provider b
useless "--measure and --policy-digest both print: ask for one of them" "$@" --measure \
	--policy-digest --pcr-public-key x
useless "--secureboot-certificate-validity is a word of mvirt-mkos genkey" "$@" \
	--secureboot-certificate-validity 3
useless "--sign-kernel goes with --linux: the kernel that is in a UKI stays as it is" \
	--update odd.efi -o none.efi --sign-kernel --secureboot-private-key k \
	--secureboot-certificate c
useless "the recipe says who signs, in [secureboot]: the options for it go with --linux" --sign-kernel
useless "the recipe says phases and banks, in [pcr]: the options for them go with --linux" \
	--phases enter-initrd
# The last one said counts.
expect 0 "$mkos" uki --linux kernel.x64 --stub stub.x64 --os-release '' --measure --no-measure \
	--policy-digest --no-policy-digest --sign-kernel --no-sign-kernel --sign-initrd-pcrs \
	--no-sign-initrd-pcrs -o last.efi
lacks out "11:sha256="

# One initrd is taken as it is, two are filled up to multiples of 4 bytes each.
printf '070701abc' >i3
expect 0 "$mkos" uki --linux kernel.x64 --initrd i3 --stub stub.x64 -o one.efi
has_section one.efi .initrd i3
expect 0 "$mkos" uki --linux kernel.x64 --initrd i3 --initrd i2 --initrd i3 --stub stub.x64 -o two.efi
printf '070701abc\0\0\0\037\213second070701abc\0\0\0' >want
has_section two.efi .initrd want

# SBAT: one line of its own, the stub's, then what was given.
printf 'sbat,1,SBAT Version,sbat,1,u\nme,1,M,m,1,u\n' >sbat
expect 0 "$mkos" uki --linux kernel.x64 --stub stub.x64 --sbat @sbat --sbat 'sbat,1,x
you,1,Y,y,1,u' -o sbat.efi
$efi get sbat.efi .sbat | tail -n +2 >got
printf 'systemd,1,Devs,systemd,1,url\nme,1,M,m,1,u\nyou,1,Y,y,1,u\n' >want
same got want

# Machines: PE32 and PE32+.
for machine in x64 ia32 aa64 riscv64; do
	expect 0 "$mkos" uki --linux kernel.$machine --initrd i1 --stub stub.$machine -o $machine.efi
	$efi check $machine.efi
	has_section $machine.efi .linux kernel.$machine
	expect 0 "$mkos" inspect --facts $machine.efi
	has out "architecture: $machine"
	has out "stub: systemd-stub 258.2"
done
expect 1 "$mkos" uki --linux kernel.aa64 --stub stub.x64 -o none.efi
has err "mvirt-mkos uki: kernel 'kernel.aa64' is for aa64, but stub 'stub.x64' for x64"
expect 1 "$mkos" uki --linux kernel.x64 --efi-arch riscv64 -o none.efi
has err "linuxriscv64.efi.stub' is missing"
expect 2 "$mkos" uki --linux kernel.x64 --efi-arch amd64 -o none.efi
has err "--efi-arch 'amd64' is none of ia32 x64"

# Kernels: packed as a whole they are unpacked, and their version is found wherever it is.
printf '6.9.1-sample' >want
has_section x64.efi .uname want
has_section aa64.efi .uname want
for tool in gzip zstd xz lz4; do
	case $tool in
	lz4) lz4 -q -l kernel.aa64 packed ;;
	*) $tool -q -c kernel.aa64 >packed ;;
	esac
	expect 0 "$mkos" uki --linux packed --initrd i1 --stub stub.aa64 -o $tool.efi
	same $tool.efi aa64.efi
	$efi zboot aa64 packed zboot
	expect 0 "$mkos" uki --linux zboot --initrd i1 --stub stub.aa64 -o zboot.$tool
	has_section zboot.$tool .uname want
	has_section zboot.$tool .linux zboot
	rm packed
done
gzip -c kernel.x64 | head -c 100 >packed
expect 1 "$mkos" uki --linux packed --stub stub.x64 -o none.efi
printf '\177ELF whatever' | gzip >packed
expect 1 "$mkos" uki --linux packed --stub stub.x64 -o none.efi
has err "'packed': not a kernel image but an ELF file (vmlinux)"
# The kernel before it is made an image: called by its version, and by what to take instead.
{ printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0' && head -c 99999 /dev/zero &&
	printf 'Linux version %%s (%%s)\0Linux version 6.9.1-elf (me@here) #1\n'; } >vmlinux
gzip -c vmlinux >packed
for kernel in vmlinux packed; do
	expect 1 "$mkos" uki --linux $kernel --stub stub.x64 -o none.efi
	says err "mvirt-mkos uki: '$kernel' is Linux 6.9.1-elf as an ELF file (vmlinux), which no EFI \
stub starts: give arch/x86/boot/bzImage of its build"
done
absent none.efi
for tool in bzip2 lzo; do
	case $tool in
	bzip2) printf 'BZh91AY&SY' >packed ;;
	lzo) printf '\211LZO\0\r\n\032\n' >packed ;;
	esac
	expect 1 "$mkos" uki --linux packed --stub stub.x64 -o none.efi
	says err "mvirt-mkos uki: 'packed': not a kernel image but compressed with $tool, which is not \
read here: unpack it first"
done
# A kernel that unpacks itself says which: only its version has to be given.
$efi zboot aa64 packed zboot
expect 0 "$mkos" uki --linux zboot --initrd i1 --stub stub.aa64 --os-release '' -o lzo.efi
says err "warning: the kernel does not tell its version, since it is compressed with lzo, which is \
not read here: there is no .uname (give it with --uname)"

# inspect knows a kernel in every form.
kernel() {
	expect 0 "$mkos" inspect --json=short "$1"
	has out "{\"type\":\"kernel\",$2,\"uname\":\"$3\","
	expect 0 "$mkos" inspect "$1"
	has out "version: $3"
	empty err
}
kernel vmlinux '"form":"vmlinux"' 6.9.1-elf
gzip -c vmlinux >packed
kernel packed '"form":"vmlinux","compression":"gzip"' 6.9.1-elf
kernel kernel.x64 '"form":"bzImage"' 6.9.1-sample
zstd -q -c kernel.x64 >packed.zst
kernel packed.zst '"form":"bzImage","compression":"zstd"' 6.9.1-sample
$efi zboot aa64 packed zboot
kernel zboot '"form":"zboot"' 6.9.1-elf
cp kernel.aa64 Image
printf 'ARM\144' | dd of=Image bs=1 seek=56 conv=notrunc 2>/dev/null
kernel Image '"form":"Image"' 6.9.1-sample
# Not so a program, and an archive.
expect 1 "$mkos" inspect /bin/sh
lacks err kernel
expect 0 "$mkos" inspect --facts kernel.aa64

# Profiles: each made alone, then joined behind the rest.
expect 0 "$mkos" uki --profile 'ID=rescue' --cmdline rescue --stub addon.x64 -o rescue.efi
order rescue.efi ".profile .cmdline"
expect 0 "$mkos" uki --profile 'ID=other' --linux kernel.x64 --cmdline other --os-release '' \
	--stub stub.x64 -o other.efi
order other.efi ".profile .cmdline .uname .linux"
expect 0 "$mkos" uki --linux kernel.x64 --cmdline base --os-release '' --stub stub.x64 \
	--join-profile rescue.efi --join-profile other.efi -o profiles.efi
$efi check profiles.efi
order profiles.efi ".cmdline .uname .linux .sbat .profile .profile .cmdline .profile .cmdline \
.uname .linux"
printf 'ID=main' >want && has_section profiles.efi .profile want 1
printf 'ID=other' >want && has_section profiles.efi .profile want 3
has_section profiles.efi .linux kernel.x64 2
expect 0 "$mkos" uki --linux kernel.x64 --stub stub.x64 --profile 'ID=own' \
	--join-profile rescue.efi -o own.efi
printf 'ID=own' >want && has_section own.efi .profile want 1
expect 1 "$mkos" uki --linux kernel.x64 --stub stub.old --join-profile rescue.efi -o none.efi
has err "profiles need systemd-stub 257 or newer"
expect 1 "$mkos" uki --linux kernel.x64 --stub stub.x64 --join-profile all.efi -o none.efi
says err "mvirt-mkos uki: 'all.efi' is no profile: its first section is .osrel, not .profile"
expect 1 "$mkos" uki --linux kernel.x64 --stub stub.x64 --join-profile profiles.efi -o none.efi
expect 1 "$mkos" uki --linux kernel.x64 --stub stub.x64 --join-profile stub.x64 -o none.efi
says err "mvirt-mkos uki: 'stub.x64' is no profile: it has no section .profile"
expect 2 "$mkos" uki --join-profile rescue.efi -o none.efi
says err "mvirt-mkos uki: profiles are joined to a kernel: give --linux"

# Addons.
expect 0 "$mkos" uki --cmdline debug --stub addon.x64 --sbat @sbat -o addon.efi
$efi check addon.efi
order addon.efi ".cmdline .sbat"
$efi get addon.efi .sbat | tail -n +2 >got
printf 'me,1,M,m,1,u\n' >want
same got want
expect 0 "$mkos" inspect --facts addon.efi
has out "kind: addon"
has out "stub: systemd-addon 258.2"
expect 1 "$mkos" uki --linux kernel.x64 --stub addon.x64 -o none.efi
says err "mvirt-mkos uki: stub 'addon.x64' is that of an addon: it starts no kernel"

# What is wrong.
wrong() {
	sentence=$1
	shift
	printf old >out.efi
	expect 1 "$mkos" uki --linux kernel.x64 --stub stub.x64 -o out.efi "$@"
	says err "mvirt-mkos uki: $sentence"
	[ "$(cat out.efi)" = old ] || fail "the old output is gone"
}
: >nothing
wrong "section .splash: 'nothing' is empty" --splash nothing
wrong "splash image 'i1' is no BMP image" --splash i1
wrong "devicetree 'i1' is no flattened devicetree" --devicetree i1
wrong "devicetree: open 'nowhere': No such file or directory" --devicetree-auto nowhere
wrong "microcode 'i2' is no uncompressed newc archive, which is what the kernel looks for it in" \
	--microcode i2
wrong "hardware ids: no file NAME.json in 'fw'" --hwids fw
wrong "firmware folder 'ids' holds 2 files, not one" --efifw ids
wrong "section name '.toolongname' is not 1 to 8 printable ASCII characters" \
	--section .toolongname:x
wrong "section .sbat is made from SBAT texts, not given" --section .sbat:x
wrong "section .osrel is given twice" --section .osrel:x
wrong "section .x: '.x' is empty" --section .x:
wrong "SBAT text 1 does not begin with a line 'sbat,1,...'" --sbat x
wrong "output 'out.efi' is an input too ('out.efi'): give another --output" --section .x:@out.efi
for n in 0 63 1000; do
	head -c $n stub.x64 >cut
	expect 1 "$mkos" uki --linux kernel.x64 --stub cut -o none.efi
	head -c $n kernel.x64 >cut
	expect 1 "$mkos" uki --linux cut --stub stub.x64 -o none.efi
	absent none.efi
done
expect 2 "$mkos" uki --linux kernel.x64 --section x -o none.efi
has err "--section 'x' is not NAME:TEXT or NAME:@PATH"
expect 2 "$mkos" uki --stub stub.x64 --output none.efi
says err "mvirt-mkos uki: nothing to put into 'none.efi'"
expect 2 "$mkos" uki --linux kernel.x64 --cmdline HELLO
says err "mvirt-mkos uki: where does the UKI go? Give --output FILE"
absent target
expect 2 "$mkos" uki --linux kernel.x64 --stub stub.x64 --sign-kernel -o none.efi
says err "mvirt-mkos uki: --sign-kernel needs a key: give --secureboot-private-key"
expect 2 "$mkos" uki --linux kernel.x64 --stub stub.x64 --phases a -o none.efi
says err "mvirt-mkos uki: --phases goes with --measure or with a key for PCR signatures"
expect 2 "$mkos" uki --recipe guest -o none.efi
says err "mvirt-mkos uki: the recipe's UKI is target/mvirt.efi: --output goes with the options for parts"
# No input is written over, whatever it is.
printf 'a command line' >line
for words in "--cmdline @out.efi" "--os-release @out.efi" "--sbat @out.efi" \
	"--profile @out.efi --join-profile rescue.efi" "--pcrpkey out.efi" "--config out.efi"; do
	printf '[UKI]\n' >out.efi
	cp out.efi kept
	expect 1 "$mkos" uki --linux kernel.x64 --stub stub.x64 $words -o out.efi
	says err "mvirt-mkos uki: output 'out.efi' is an input too ('out.efi'): give another --output"
	same out.efi kept
done
# A file where a text is taken, and a kernel where a stub is.
expect 0 "$mkos" uki --linux kernel.x64 --stub stub.x64 --cmdline line -o text.efi
says err "warning: kernel command line 'line' is a file: did you mean @line?"
expect 1 "$mkos" uki --linux kernel.x64 --stub stub.x64 --os-release osrel --strict -o none.efi
says err "mvirt-mkos uki: os-release 'osrel' is a file: did you mean @osrel?"
expect 0 "$mkos" uki --linux kernel.x64 --stub stub.x64 --section .more:line -o text.efi
says err "warning: section .more 'line' is a file: did you mean @line?"
expect 1 "$mkos" uki --linux kernel.x64 --stub stub.x64 --section .more:line --strict -o none.efi
says err "mvirt-mkos uki: section .more 'line' is a file: did you mean @line?"
expect 1 "$mkos" uki --linux kernel.x64 --stub stub.x64 --section cmdline:x --strict -o none.efi
says err "mvirt-mkos uki: a stub does not look for a section 'cmdline': did you mean '.cmdline'?"
wrong "--pcrpkey 'i1' is no public key in PEM form" --pcrpkey i1
wrong "stub 'kernel.x64' is a Linux kernel: give systemd's EFI stub" --stub kernel.x64
expect 2 "$mkos" uki --recipe guest --linux kernel.x64
has err "--recipe decides what goes into the UKI"
absent none.efi
exit $failed
