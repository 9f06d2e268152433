#!/bin/sh
# What the guest does to unpack an initramfs, in its own instructions: every compression and others'
# tools beside ours, on a tree of programs and libraries. QEMU counts instructions (-icount shift=0:
# one is a nanosecond of the guest), so that the figures do not depend on the machine. The kernel says
# when it begins and when it has done; meanwhile it does nothing else (initramfs_async=0).
# usage: unpack.sh MVIRT-MKOS [KERNEL]
set -eu
mkos=$1
kernel=${2:-$(ls /boot/vmlinuz-*-cloud-amd64 2>/dev/null | tail -n 1)}
[ -n "$kernel" ] || { echo "skipped: no kernel of linux-image-cloud-amd64"; exit 77; }
for tool in qemu-system-x86_64 cpio gzip zstd xz lz4 /bin/busybox; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
packages='libc6 coreutils bash util-linux perl-base libssl3 libstdc++6 binutils-x86-64-linux-gnu
	python3.11-minimal libarchive13 libcurl4 iproute2 e2fsprogs btrfs-progs xfsprogs
	cryptsetup-bin busybox-static systemd udev openssl'
mkdir elf
for package in $packages; do
	dpkg -L "$package" 2>/dev/null | sort | while read -r file; do
		[ -f "$file" ] && [ ! -L "$file" ] && [ -r "$file" ] || continue
		[ "$(head -c 4 "$file" | tail -c 3)" = ELF ] || continue
		mkdir -p "elf$(dirname "$file")"
		cp "$file" "elf$file"
	done || true
done
cp /bin/busybox elf/poweroff
mkdir elf/dev
echo 'tree / elf' >list
(cd elf && find . | LC_ALL=C sort | cpio -o -H newc --quiet) >cpio

# row NAME ARCHIVE
row() {
	timeout 600 qemu-system-x86_64 -accel tcg,thread=single -icount shift=0,sleep=off -cpu max \
		-m 1024 -machine q35 -display none -nodefaults -no-reboot -net none -serial file:console \
		-kernel "$kernel" -initrd "$2" \
		-append 'console=ttyS0 panic=-1 loglevel=7 initramfs_async=0 rdinit=/poweroff -- -f' || true
	if grep -a -q 'Initramfs unpacking failed' console ||
		! grep -a -q 'Run /poweroff as init' console; then
		tail -n 20 console
		exit 1
	fi
	tr -d '[]' <console | awk -v name="$1" -v size="$(stat -c %s "$2")" '
		/Trying to unpack rootfs/ { from = $1 }
		/Freeing initrd memory/ { to = $1 }
		END { printf "%-28s %12d %10.3f\n", name, size, to - from }'
}

# ours NAME OPTION...
ours() {
	name=$1
	shift
	"$mkos" -q initramfs --no-sync --list list -o ours "$@" 2>/dev/null
	row "mvirt-mkos $name" ours
}

echo "$(find elf -type f | wc -l) files, $(du -sm --apparent-size elf | cut -f 1) MB"
printf '%-28s %12s %10s\n' archive bytes 'G instr'
ours none --compress none
ours 'none, checksums' --compress none --checksum
ours lz4 --compress lz4
ours 'zstd, fast' --compress zstd --level fast
ours 'zstd, default' --compress zstd
ours 'zstd, 19' --compress zstd --level 19
ours 'gzip, fast' --level fast
ours 'gzip, default'
ours 'gzip, best' --level best
ours xz --compress xz
row 'cpio' cpio
gzip -9 -n <cpio >other && row 'cpio | gzip -9' other
zstd -q -19 -T0 <cpio >other && row 'cpio | zstd -19' other
xz --check=crc32 --lzma2=dict=1MiB -T0 <cpio >other && row 'cpio | xz' other
{ lz4 -q -l -9 <cpio && head -c 8 /dev/zero; } >other && row 'cpio | lz4 -l -9' other
