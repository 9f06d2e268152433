#!/bin/sh
# Called as ukify the program takes its verbs and options, and inspect answers in its forms.
# usage: ukify.sh MVIRT-MKOS LIB SAMPLES
set -eu
mkos=$1
. "$2"
efi="python3 $3"

ln -s "$mkos" ukify
$efi stub x64 258 stub
$efi addon x64 258 addon
$efi kernel x64 vmlinuz
printf '070701 first' >i1
printf '070701 second' >i2
printf '\320\015\376\355 tree 1' >dtb1
printf '\320\015\376\355 tree two' >dtb2
conf="--config /dev/null"

expect 0 ./ukify --version
grep -q '^ukify [0-9]* (' out || fail "version: $(cat out)"
expect 0 ./ukify build --linux vmlinuz --initrd=i1 --initrd i2 --stub stub --os-release ID=x \
	--cmdline=quiet $conf --tools /nowhere --no-sign-kernel --no-measure
empty out
says err "Wrote unsigned vmlinuz.unsigned.efi"
expect 0 ./ukify --stub stub --os-release ID=x --cmdline quiet $conf -o old.efi vmlinuz i1 i2
same vmlinuz.unsigned.efi old.efi
expect 0 ./ukify --linux vmlinuz --initrd i1 --initrd i2 --stub stub --os-release ID=x $conf \
	--cmdline quiet build --output third.efi
same vmlinuz.unsigned.efi third.efi
expect 2 ./ukify build --cmdline x --stub addon $conf
says err "ukify build: without --linux this is an addon or a profile, which needs --output"
expect 0 ./ukify build --cmdline x --stub addon $conf -o x.addon.efi
expect 1 ./ukify build --linux vmlinuz --secureboot-private-key k --secureboot-certificate c
says err "ukify build: certificate: open 'c': No such file or directory"
expect 2 ./ukify inspect
expect 0 ./ukify build --help
has out "Usage: ukify build"
has out "LINUX.unsigned.efi"
! grep -qe --recipe -e target/mvirt out || fail "ukify's help has what ukify has not"

# inspect: the text and the JSON that ukify prints.
./ukify build --profile ID=two --cmdline two --stub addon $conf -o two.efi 2>err
./ukify build --linux vmlinuz --stub stub --os-release ID=x --cmdline quiet $conf \
	--devicetree-auto dtb1 --devicetree-auto dtb2 --join-profile two.efi -o uki.efi 2>err
expect 0 ./ukify inspect uki.efi --section .cmdline:text
printf '.cmdline:\n  size: 5 bytes\n  sha256: %s\n  text:\n    quiet\n' \
	"$(printf quiet | sha256sum | sed 's/ .*//')" >want
printf '.cmdline:\n  size: 3 bytes\n  sha256: %s\n  text:\n    two\n' \
	"$(printf two | sha256sum | sed 's/ .*//')" >>want
same out want
for form in "--json short" "--json=pretty" "-j"; do
	expect 0 ./ukify inspect $form uki.efi
	python3 - <<'PYTHON' || fail "JSON of $form"
import hashlib, json
root = json.load(open("out"))
assert list(root) == [".osrel", ".cmdline", ".dtbauto", ".uname", ".linux", ".sbat", "_profiles"], root
assert root[".cmdline"] == {"size": 5, "sha256": hashlib.sha256(b"quiet").hexdigest(), "text": "quiet"}
assert [d["size"] for d in root[".dtbauto"]] == [11, 13]
assert "text" not in root[".linux"]
assert root[".linux"]["sha256"] == hashlib.sha256(open("vmlinuz", "rb").read()).hexdigest()
main, two = root["_profiles"]
assert list(main) == [".profile"] and main[".profile"]["text"] == "ID=main"
assert list(two) == [".profile", ".cmdline"] and two[".cmdline"]["text"] == "two"
PYTHON
done
expect 0 ./ukify inspect --all --json short uki.efi
has out '".text":'
expect 0 ./ukify inspect --json off uki.efi
has out ".osrel:"
expect 2 ./ukify inspect --json short uki.efi old.efi
has err "--json and --dump go with one file"
expect 0 ./ukify inspect uki.efi x.addon.efi
[ "$(grep -c '^\.cmdline:' out)" -eq 3 ] || fail "two files: $(cat out)"
expect 0 ./ukify inspect uki.efi --section .linux:binary@linux --section .osrel:text@osrel
same linux vmlinuz
[ "$(cat osrel)" = ID=x ] || fail "osrel"
expect 1 ./ukify inspect uki.efi --section .none:binary@none
says err "ukify inspect: 'uki.efi' has no section .none"
absent none
expect 2 ./ukify inspect uki.efi --section .linux:hex
has err "is not NAME:text or NAME:binary"
expect 1 ./ukify inspect uki.efi --section .linux:binary@uki.efi
says err "ukify inspect: 'uki.efi' is the file that is read"

# What ukify lacks: a profile alone, all sections in a folder, what it is.
expect 0 "$mkos" inspect --only-profile two --section .cmdline:text uki.efi
[ "$(grep -c cmdline out)" -eq 1 ] || fail "one profile: $(cat out)"
has out "    two"
expect 1 "$mkos" inspect --only-profile three uki.efi
says err "mvirt-mkos inspect: 'uki.efi' has no profile 'three' among its 2"
expect 0 "$mkos" inspect --dump d uki.efi
holds d cmdline dtbauto dtbauto.2 linux osrel profile-0 profile-1 sbat uname
holds d/profile-1 cmdline profile
same d/linux vmlinuz
same d/dtbauto.2 dtb2
expect 0 "$mkos" inspect --dump one --only-profile 1 uki.efi
holds one cmdline dtbauto dtbauto.2 linux osrel profile sbat uname
[ "$(cat one/cmdline)" = two ] || fail "the profile's command line"
expect 0 "$mkos" inspect --all --dump all uki.efi
same all/sbat d/sbat
[ -s all/section-.text ] || fail "the stub's own section"
expect 0 "$mkos" inspect uki.efi
head -1 out >first
says first "UKI for x64, systemd-stub 258, Linux 6.9.1-sample, 2 profiles"
expect 0 "$mkos" inspect --facts --json=short uki.efi
says out '{"kind":"UKI","architecture":"x64","stub":"systemd-stub","stub_version":"258",'\
'"kernel":"6.9.1-sample","sections":13,"profiles":["main","two"],"signatures":[]}'
expect 1 "$mkos" inspect --facts i1
has err "'i1' is no EFI program"

# A file with as many sections as there can be is shown in no time; one that would ask for days
# of work by laying them upon each other is refused.
python3 - <<'PYTHON'
import struct
n = 65535
head = bytearray(0x58 + 112 + 48)
head[0:2] = b"MZ"
struct.pack_into("<I", head, 0x3C, 0x40)
struct.pack_into("<4sHHIIIHH", head, 0x40, b"PE\0\0", 0x8664, n, 0, 0, 0, 160, 0x206)
struct.pack_into("<H", head, 0x58, 0x20B)
struct.pack_into("<II", head, 0x58 + 32, 4096, 512)
struct.pack_into("<H", head, 0x58 + 68, 10)
struct.pack_into("<I", head, 0x58 + 108, 6)
for name, size in (("wide", 1), ("deep", 2500000)):
    with open(name, "wb") as f:
        f.write(head)
        for i in range(n):
            f.write(struct.pack("<8sIIII12xI", b".%06x" % i, size, 4096, size, 0, 0))
PYTHON
expect 0 timeout 100 "$mkos" inspect --all --json=short wide
[ "$(grep -o sha256 out | wc -l)" -eq 65535 ] || fail "not all sections"
expect 1 timeout 100 "$mkos" inspect --all deep
says err "mvirt-mkos inspect: 'deep': its sections lie upon each other, 16 deep"
exit $failed
