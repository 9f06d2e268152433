#!/bin/sh
# The kernel unpacks what initramfs writes, in every form, to the same tree as GNU cpio does: "once"
# boots one archive that has all forms behind each other, "each" every form by itself, and prints the
# guest instructions that it takes until PID 1 runs.
# usage: unpack.sh MVIRT-MKOS LISTER once|each [KERNEL]
set -eu
mkos=$1
lister=$2
how=$3
kernel=${4:-$(ls /boot/vmlinuz-*-cloud-amd64 2>/dev/null | tail -n 1)}
[ -n "$kernel" ] || { echo "skipped: no kernel of linux-image-cloud-amd64"; exit 77; }
command -v qemu-system-x86_64 >/dev/null || { echo "skipped: no QEMU"; exit 77; }

# Without root cpio makes no device nodes, and files are its own.
comparable() {
	if [ "$(id -u)" -eq 0 ]; then
		cat
	else
		sed -E '/ [26]0[0-7]{3} [0-9]+:[0-9]+ /d; s/ [0-9]+:[0-9]+ / /'
	fi
}

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
cat >1.list <<LIST
dir /dev 0755 0 0
nod /dev/console 0600 0 0 c 5 1
dir /root 0700 0 0
file /init $lister 0755 0 0
nod /dev/disk 0640 1 2 b 254 1048575
LIST
cat >2.list <<LIST
file /linked large 0644 0 0 /linked-2 /dir/linked-3
dir /dir 1777 65534 4294967294
slink /dir/link ../linked 0777 5 6
LIST
cat >3.list <<LIST
file /setuid 1.list 6755 100 200
pipe /pipe 0600 0 0
sock /sock 0600 0 0
LIST
cat >4.list <<LIST
file "/a name" 2.list 0400 0 0
file /$long 1.list 0644 0 0
LIST
echo 'tree / tree mtime=1234567890' >5.list
pack="$mkos -q initramfs -t 1000000000 --dedupe"
all='--list 1.list --list 2.list --list 3.list --list 4.list --list 5.list'
$pack $all --compress none -o plain.img
mkdir root
unpack() {
	(cd root && cpio -idm --quiet <"../$1" 2>../cpio.log) || [ "$(id -u)" -ne 0 ] ||
		{ cat cpio.log; exit 1; }
}
unpack plain.img

# boot NAME: the tree is that of root.
boot() {
	"$lister" root | grep '^@' | comparable >want
	grep -q ' 3,' want || { echo "no hard links in the reference"; exit 1; }
	timeout 300 qemu-system-x86_64 -accel tcg,thread=single -icount shift=0,sleep=off -cpu max \
		-m 512 -machine q35 -display none -nodefaults -no-reboot -net none \
		-serial "file:$1.log" -kernel "$kernel" -initrd "$1" \
		-append 'console=ttyS0 panic=-1 loglevel=7' || { cat "$1.log"; exit 1; }
	tr -d '\r' <"$1.log" | grep -a '^@' | comparable >"$1.tree" || true
	diff want "$1.tree" >"$1.diff" || {
		echo "$1: the kernel unpacked something else"
		head -n 20 "$1.diff"
		grep -a -i 'initramfs\|panic' "$1.log" || true
		exit 1
	}
	printf '%-10s %10s bytes, PID 1 after %s s of guest time\n' "$1" "$(stat -c %s "$1")" \
		"$(grep -a 'Run /init' "$1.log" | sed 's/^\[ *\([0-9.]*\)\].*/\1/')"
}

# Each archive continues the tree; in front of all a table for ACPI, which is looked for before
# anything is unpacked: its sum over all bytes has to be 0.
printf 'SSDT\044\000\000\000\002\000MKOS  TESTTEST\001\000\000\000MKOS\001\000\000\000' >table.aml
sum=$(od -An -v -tu1 table.aml | tr -s ' ' '\n' | awk '{ s += $1 } END { print (256 - s % 256) % 256 }')
# shellcheck disable=SC2059
printf "\\$(printf %o "$sum")" | dd of=table.aml bs=1 seek=9 conv=notrunc 2>/dev/null
once() {
	$pack --list 1.list --acpi table.aml --microcode amd.bin -o segments.img
	unpack segments.img
	for form in '2 zstd --level fast' '3 xz' '4 lz4' '5 none --checksum --align 4096'; do
		set -- $form
		list=$1
		shift
		$pack --list $list.list --compress "$@" -o segment 2>/dev/null
		# The kernel looks for a plain archive at multiples of 4 only.
		truncate -s %4 segments.img
		cat segment >>segments.img
	done
	boot segments.img
	for text in 'SSDT ACPI table found in initrd \[kernel/firmware/acpi/table.aml\]\[0x24\]' \
		'Table Upgrade: install \[SSDT-MKOS  -TESTTEST\]'; do
		grep -a -q "$text" segments.img.log || {
			echo "the table in front was not found"
			grep -a ACPI segments.img.log
			exit 1
		}
	done
}
(printf 'DMA\0' && head -c 1000 /dev/zero) >amd.bin
if [ "$how" = once ]; then
	once
	exit 0
fi

boot plain.img
for form in gzip zstd xz lz4; do
	$pack $all --compress $form --level fast -o $form.img
	boot $form.img
done
$pack $all --level best -o best.img
boot best.img
$pack $all --compress none --checksum -o sums.img
boot sums.img
$pack $all --compress none --align 4096 -o aligned.img
boot aligned.img
