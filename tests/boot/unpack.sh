#!/bin/sh
# The kernel unpacks what initramfs writes, in every form, to the same tree as GNU cpio does.
# Prints the guest instructions that each form takes until PID 1 runs.
# usage: unpack.sh MVIRT-MKOS LISTER [KERNEL]
set -eu
mkos=$1
lister=$2
kernel=${3:-$(ls /boot/vmlinuz-*-cloud-amd64 2>/dev/null | tail -n 1)}
[ -n "$kernel" ] || { echo "skipped: no kernel of linux-image-cloud-amd64"; exit 77; }
command -v qemu-system-x86_64 >/dev/null || { echo "skipped: no QEMU"; exit 77; }
[ "$(id -u)" -eq 0 ] || { echo "skipped: cpio makes device nodes for root only"; exit 77; }

# Folders as long as they can be, so that a name has 4095 bytes.
part=$(printf '%0254d' 7)
long=
i=0
while [ $i -lt 16 ]; do
	long=$long/$part
	i=$((i + 1))
done
long=$(printf '%.4095s' "${long#/}")
seq 1 400000 >large
head -c 3000000 /dev/urandom >>large
mkdir -p tree/some/folders
i=0
while [ $i -lt 200 ]; do
	seq $i 500 >tree/some/folders/$i
	i=$((i + 1))
done
ln tree/some/folders/7 tree/seven
echo twice >tree/twice
echo twice >tree/again
cat >list <<LIST
dir /dev 0755 0 0
nod /dev/console 0600 0 0 c 5 1
dir /root 0700 0 0
file /init $lister 0755 0 0
nod /dev/disk 0640 1 2 b 254 1048575
file /linked large 0644 0 0 /linked-2 /dir/linked-3
dir /dir 1777 65534 4294967294
file /setuid list 6755 100 200
slink /dir/link ../linked 0777 5 6
pipe /pipe 0600 0 0
sock /sock 0600 0 0
file "/a name" list 0400 0 0
file /$long list 0644 0 0
tree / tree mtime=1234567890
LIST
pack="$mkos -q initramfs --list list -t 1000000000 --dedupe"
$pack --compress none -o plain.img
mkdir root && (cd root && cpio -idm --quiet <../plain.img)
"$lister" root | grep '^@' >want
grep -q ' 3,' want || { echo "no hard links in the reference"; exit 1; }

# boot NAME: the tree is the reference's.
boot() {
	timeout 300 qemu-system-x86_64 -accel tcg,thread=single -icount shift=0,sleep=off -cpu max \
		-m 512 -machine q35 -display none -nodefaults -no-reboot -net none \
		-serial "file:$1.log" -kernel "$kernel" -initrd "$1" \
		-append 'console=ttyS0 panic=-1 loglevel=7' || { cat "$1.log"; exit 1; }
	tr -d '\r' <"$1.log" | grep -a '^@' >"$1.tree" || true
	diff want "$1.tree" >"$1.diff" || {
		echo "$1: the kernel unpacked something else"
		head -n 20 "$1.diff"
			grep -a -i 'initramfs\|panic' "$1.log" || true
		exit 1
	}
	printf '%-10s %10s bytes, PID 1 after %s s of guest time\n' "$1" "$(stat -c %s "$1")" \
		"$(grep -a 'Run /init' "$1.log" | sed 's/^\[ *\([0-9.]*\)\].*/\1/')"
}

boot plain.img
for how in gzip zstd xz lz4; do
	$pack --compress $how --level fast -o $how.img
	boot $how.img
done
$pack --level best -o best.img
boot best.img
$pack --compress none --checksum -o sums.img
boot sums.img
$pack --compress none --align 4096 -o aligned.img
boot aligned.img

# Several segments: each continues the tree, also lz4 in front and a plain one behind.
sed -n '1,6p' list >first.list
sed -n '7,$p' list >second.list
$mkos -q initramfs --list first.list -t 1000000000 --compress lz4 -o segments.img 2>/dev/null
$mkos -q initramfs --list second.list -t 1000000000 --dedupe --compress zstd --level fast -o b 2>/dev/null
cat b >>segments.img
boot segments.img
