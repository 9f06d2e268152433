#!/bin/sh
# What stands in front of an initramfs, and what it may take.
# usage: early.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"
command -v cpio >/dev/null || skip "no cpio"
echo hello >f
printf 'file /f f 0644 0 0\n' >list
pack="$mkos -q initramfs --list list"

# Microcode as the processors' makers begin it, in Debian's folders; tables say their own size.
mkdir -p fw/amd-ucode fw/intel-ucode
(printf 'DMA\0' && head -c 1000 /dev/zero) >fw/amd-ucode/microcode_amd_fam17h.bin
(printf 'DMA\0' && head -c 500 /dev/zero) >fw/amd-ucode/microcode_amd.bin
echo text >fw/amd-ucode/README
for i in 1 2; do
	(printf '\1\0\0\0' && head -c 16 /dev/zero && printf '\1\0\0\0' && head -c 100 /dev/zero &&
		echo $i) >fw/intel-ucode/06-0$i-01
done
(printf 'SSDT\60\0\0\0' && head -c 40 /dev/zero) >table.aml
expect 0 $pack --microcode fw --acpi table.aml -o early
cpio -t --quiet <early >out
says out 'kernel
kernel/x86
kernel/x86/microcode
kernel/x86/microcode/AuthenticAMD.bin
kernel/x86/microcode/GenuineIntel.bin
kernel/firmware
kernel/firmware/acpi
kernel/firmware/acpi/table.aml'
mkdir u && (cd u && cpio -id --quiet <../early)
cat fw/amd-ucode/*.bin >amd
cat fw/intel-ucode/* >intel
same u/kernel/x86/microcode/AuthenticAMD.bin amd
same u/kernel/x86/microcode/GenuineIntel.bin intel
same u/kernel/firmware/acpi/table.aml table.aml
expect 0 $pack -o late
size=$(stat -c %s late)
tail -c "$size" early | cmp - late || fail "something else follows"
[ $((($(stat -c %s early) - size) % 512)) -eq 0 ] || fail "the archive behind is not aligned"
expect 0 "$mkos" inspect early
has out "compression none"
has out "compression gzip"
expect 1 $pack --microcode list -o x
has err "'list' is no microcode of AMD or Intel"
mkdir none
expect 1 $pack --microcode none -o x
has err "no microcode of AMD or Intel is in 'none'"
expect 1 $pack --acpi f -o x
has err "'f' is no ACPI table"
# Another archive's microcode would not be found inside this one.
printf 'archive early\n' >again.list
expect 1 "$mkos" -q initramfs --list again.list --strict -o x
has err "give them with --microcode and --acpi"
absent x

# What the kernel can unpack.
printf 'CONFIG_BLK_DEV_INITRD=y\nCONFIG_RD_GZIP=y\n# CONFIG_RD_ZSTD is not set\n' >config
expect 0 $pack --for-kernel config -o x
expect 0 $pack --for-kernel config --compress none -o x
expect 1 $pack --for-kernel config --compress zstd -o y
has err "the kernel of 'config' cannot unpack zstd: set CONFIG_RD_ZSTD=y, or choose another --compress"
echo '# CONFIG_BLK_DEV_INITRD is not set' >config
expect 1 $pack --for-kernel config -o y
has err "the kernel of 'config' takes no initramfs: set CONFIG_BLK_DEV_INITRD=y"
absent y

# Budgets, and what grew.
head -c 300000 /dev/urandom >f
expect 1 $pack --max-size 100K -o x
has err "more than the 102400 of max-size; since the last one grew 'f' by 299994"
expect 0 "$mkos" inspect --list x
expect 1 $pack --max-ram 600K -o new
has err "'new' would need a guest with"
absent new
expect 0 $pack --max-size 1M --max-ram 1M -o x
expect 0 "$mkos" initramfs --list list --json=short -o x
has out '"biggest":[{"name":"f","size":300000}]'
exit $failed
