#!/bin/sh
# A recipe has a key for whatever the initramfs command has an option for, and what it says is done.
# usage: recipe_initramfs.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
command -v cpio >/dev/null || skip "no cpio"
mkdir p
cp -R "$3/config" "$3/kernel.version" "$3/cmdline.txt" "$3/kernel.config" p/
recipe=p/config/recipes/small.conf
archive=p/target/initramfs.cpio.gz
pack="$mkos -C p initramfs --recipe small"

mkdir p/tree
seq 1 20000 >p/tree/one
cp p/tree/one p/tree/two
chmod 600 p/tree/one
(printf 'DMA\0' && head -c 1000 /dev/zero) >p/amd.bin
(printf 'SSDT\60\0\0\0' && head -c 40 /dev/zero) >p/table.aml
printf 'file /init /bin/busybox 0755 0 0\ntree /tree tree\n' >p/small.list
# keys LINE...: the recipe with these in its [initramfs].
keys() {
	printf '[kernel]\nlayers = kernel.config\n[initramfs]\nlists = small.list\n' >$recipe
	[ $# -eq 0 ] || printf '%s\n' "$@" >>$recipe
}

keys 'compress = none' 'keep-modes = yes' 'checksum = yes' 'microcode = amd.bin' 'acpi = table.aml'
expect 0 $pack
cpio -t --quiet <$archive >out
has out kernel/x86/microcode/AuthenticAMD.bin
has out kernel/firmware/acpi/table.aml
early=$(grep -abo 070702 $archive | head -n 1 | cut -d : -f 1)
[ "${early:-0}" -gt 0 ] || fail "no checksums, or nothing in front"
tail -c +$((early + 1)) $archive >main
cpio -tv --quiet <main >out
grep -q '^-rw------- .* tree/one$' out || fail "another mode: $(cat out)"

keys 'compress = none' 'keep-modes = no' 'dedupe = yes' 'align = 4096'
expect 0 $pack
cpio -tv --quiet <$archive >out
grep -q '^-rw-r--r-- *2 .* tree/one$' out || fail "no hard links: $(cat out)"
begin=$(tr '\n' ' ' <$archive | grep -abo '1 2 3 4 5 6 7 8 9 10 11 ' | head -n 1 | cut -d : -f 1)
[ $((begin % 4096)) -eq 0 ] || fail "content begins at $begin"

# A budget fails the build, says what grew, and leaves what is there.
keys 'max-size = 10M'
expect 0 $pack
cp $archive before
head -c 300000 /dev/urandom >p/tree/big
keys 'max-size = 200K'
expect 1 $pack
has err "'target/initramfs.cpio.gz' would have "
has err " bytes, more than the 204800 of max-size; since the last one grew 'tree/big' by 300000"
same $archive before
keys 'max-ram = 1M'
expect 1 $pack
has err "'target/initramfs.cpio.gz' would need a guest with "
has err " bytes, more than the 1048576 of max-ram; since the last one grew 'tree/big' by 300000"
same $archive before
keys 'max-size = 10M' 'max-ram = 1G'
expect 0 $pack
expect 0 $pack
has out 'up to date'
keys 'max-size = 10K'
expect 1 $pack
has err "nothing grew since the last one"

# Slips, with file and line.
slip() {
	keys "$1"
	expect 1 $pack
	has err "mvirt-mkos initramfs: config/recipes/small.conf:$2"
}
slip 'dedupe = maybe' "5: dedupe is 'yes' or 'no', not 'maybe'"
slip 'max-size = much' "5: max-size 'much' is not a size"
slip 'dedup = yes' "5: unknown key 'dedup': did you mean 'dedupe'?"
slip 'align = 4096' " [initramfs] align: alignment (align) goes with compression none only"

# Without a list the recipe decides; what would be ignored is refused.
keys
for option in '--dedupe' '--max-size 1M' '--microcode auto' '--acpi f' '--checksum' '--align 4' \
	'--sysroot /' '--for-kernel f' '--max-ram 1G' '--level 1'; do
	expect 2 $pack $option
	has err "go with --list: without it the recipe decides, by the keys of its [initramfs]"
done
expect 0 $pack -j 1
exit $failed
