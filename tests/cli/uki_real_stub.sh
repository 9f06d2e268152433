#!/bin/sh
# A UKI of the installed systemd stub, read back with tools that nobody here wrote.
# Usage: uki_real_stub.sh MVIRT-MKOS BZIMAGE; exit status 77: something needed is not installed.
set -eu

mkos=$1
kernel=$2
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub

skip() {
	echo "skipped: $1"
	exit 77
}

fail() {
	echo "failed: $1" >&2
	exit 1
}

[ -e "$stub" ] || skip "no $stub (package systemd-boot-efi)"
[ -e "$kernel" ] || skip "no kernel '$kernel'"
for tool in objdump objcopy cmp od awk; do
	command -v "$tool" >/dev/null || skip "no $tool"
done

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# Not a multiple of 4, 512 or 4096, so that padding would show.
{ printf '\037\213' && dd if=/dev/urandom bs=1001 count=77 2>/dev/null; } >"$dir/initrd"
printf 'ID=test\nVERSION_ID=1\n' >"$dir/os-release"
"$mkos" uki --kernel "$kernel" --initrd "$dir/initrd" --cmdline 'console=ttyS0  quiet' \
	--os-release "@$dir/os-release" --stub "$stub" --output "$dir/uki.efi"

# Content, and that it is all of it and nothing more.
printf 'console=ttyS0 quiet' >"$dir/cmdline"
for section in "linux=$kernel" "initrd=$dir/initrd" "cmdline=$dir/cmdline" \
	"osrel=$dir/os-release"; do
	objcopy -O binary --only-section=".${section%%=*}" "$dir/uki.efi" "$dir/got"
	cmp "$dir/got" "${section#*=}" || fail "section .${section%%=*} is not what was given"
done

# Name, size and place of every section as binutils sees them.
objdump -h "$dir/uki.efi" 2>"$dir/warnings" |
	awk '$1 ~ /^[0-9]+$/ { print $2, $3, $4, $6 }' >"$dir/sections"
[ ! -s "$dir/warnings" ] || fail "objdump warns: $(cat "$dir/warnings")"
[ "$(grep -c '^\.sbat ' "$dir/sections")" = 1 ] || fail "there is not one .sbat"
end=0
while read -r name size vma offset; do
	[ $((0x$vma)) -ge $end ] || fail "section $name at 0x$vma begins before the last one ends"
	[ $((0x$size)) -gt 0 ] || fail "section $name is empty"
	case $name in
	.osrel | .cmdline | .uname | .initrd | .linux | .sbat)
		[ $((0x$vma % 4096)) = 0 ] || fail "section $name at 0x$vma is not on a page"
		;;
	esac
	[ $((0x$offset % 512)) = 0 ] || fail "section $name is not on a sector of the file"
	end=$((0x$vma + 0x$size))
done <"$dir/sections"
[ "$end" -gt 0 ] || fail "objdump lists no sections"

image=$(objdump -p "$dir/uki.efi" | awk '$1 == "SizeOfImage" { print $2 }')
[ $((0x$image)) -ge "$end" ] || fail "SizeOfImage 0x$image is less than the sections"
[ $(($(wc -c <"$dir/uki.efi") % 512)) = 0 ] || fail "the file does not end on a sector"

# The same again, and the same bytes.
"$mkos" uki --kernel "$kernel" --initrd "$dir/initrd" --cmdline 'console=ttyS0  quiet' \
	--os-release "@$dir/os-release" --stub "$stub" --output "$dir/again.efi"
cmp "$dir/uki.efi" "$dir/again.efi" || fail "two runs made different files"

# sbsigntool warns of gaps and of data that a signature would not cover.
if command -v sbverify >/dev/null; then
	sbverify --list "$dir/uki.efi" >"$dir/verify" 2>&1 || fail "sbverify: $(cat "$dir/verify")"
	! grep -i -E 'warning|gap|overlap|checksum area' "$dir/verify" || fail "sbverify warns"
fi
echo "sound by binutils$(command -v sbverify >/dev/null && echo ' and sbsigntool')"
