#!/bin/sh
# inspect tells what a file is, and what is wrong with one that is not whole.
# usage: inspect.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
kernel=$3/tests/fuzz/corpus/pe/kernel-x64
uki=$3/tests/fuzz/corpus/pe/uki-x64

expect 0 "$mkos" inspect "$kernel"
has out "kernel image (bzImage)"
has out "EFI stub: yes"
head -c 2000 "$kernel" >cut
expect 1 "$mkos" inspect cut
empty out
has err "mvirt-mkos inspect: 'cut' is cut short"
expect 1 "$mkos" inspect --lint "$kernel"
says err "mvirt-mkos inspect: '$kernel' is a kernel: --lint is for a UKI, an initramfs, an ISO or a disk"
expect 0 "$mkos" inspect "$uki"
has out ".linux:"
expect 0 "$mkos" inspect --json=short "$uki"
has out '".linux":{"size":'
"$mkos" inspect --lint --json=short "$uki" >out 2>err || true
has out '{"errors":['

printf 'dir /d 0750 1 2\nslink /l d 0777 0 0\n' >list
expect 0 "$mkos" initramfs --list list -o packed
expect 0 "$mkos" inspect packed
grep -qE '^drwxr-x--- +1 +2 +0 d$' out || fail "listing: $(cat out)"
grep -qE '^lrwxrwxrwx +0 +0 +1 l -> d$' out || fail "listing: $(cat out)"
expect 0 "$mkos" inspect --lint packed
says out "warning: there is no /init: the kernel starts nothing from it"
expect 1 "$mkos" inspect list
has err "'list' has neither an archive nor compressed data at byte 0"
: >nothing
expect 1 "$mkos" inspect nothing
says err "mvirt-mkos inspect: 'nothing' is empty: there is no archive in it"
expect 1 "$mkos" inspect nowhere
says err "mvirt-mkos inspect: open 'nowhere': No such file or directory"
# Words for an initramfs, with something else; its words for a UKI.
for words in --list "--cat init" "--extract made" "--diff packed"; do
	expect 1 "$mkos" inspect $words "$uki"
	says err "mvirt-mkos inspect: '$uki' is a UKI: --list, --sizes, --cat, --extract and --diff are for an \
initramfs; get it with --section .initrd:binary@FILE"
	absent made
	expect 1 "$mkos" inspect $words "$kernel"
	says err "mvirt-mkos inspect: '$kernel' is a kernel: --list, --sizes, --cat, --extract and --diff are \
for an initramfs"
done
expect 1 "$mkos" inspect --diff "$uki" packed
has err "'$uki' is a UKI"
expect 1 "$mkos" inspect --section linux:binary "$uki"
says err "mvirt-mkos inspect: '$uki' has no section linux: did you mean .linux?"
expect 1 "$mkos" inspect --section linux:binary@x "$uki"
says err "mvirt-mkos inspect: '$uki' has no section linux: did you mean .linux?"
expect 1 "$mkos" inspect --only-profile 0 "$uki"
says err "mvirt-mkos inspect: '$uki' has no profiles"
# Nothing is written over.
mkdir -p old
echo mine >old/linux
expect 1 "$mkos" inspect --dump old "$uki"
says err "mvirt-mkos inspect: folder 'old' is not empty: give a new or an empty one"
says old/linux mine
rm old/linux
expect 0 "$mkos" inspect --dump old "$uki"
says out "old: $(ls old | wc -l) sections"
expect 0 "$mkos" inspect -q --dump new "$uki"
empty out
same old/linux new/linux
expect 1 "$mkos" uki --kernel "$kernel" --initrd list -o uki.efi
has err "initrd 'list' is no initramfs"
absent uki.efi
exit $failed
