#!/bin/sh
# From the exec of PID 1 to that of its service, in instructions of the guest, and the memory PID 1
# holds then: ours beside what distributions have. The same small archive each time, one boot each,
# QEMU counting instructions, so that the figures do not depend on the machine; time that an init
# waits counts as if it were used. Ours mounts all file systems meanwhile, tini and busybox none.
# usage: pid1.sh MVIRT-MKOS KERNEL PIDEISN MARK
set -eu
mkos=$1
kernel=$2
pideisn=$3
mark=$4
for tool in qemu-system-x86_64 /usr/bin/tini-static /sbin/runit /sbin/finit /bin/busybox ldd; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

printf '#!/bin/sh\nexec /usr/bin/mark runit\n' >run
printf '#!/bin/sh\nexit 0\n' >stage1
printf '#!/bin/sh\nexec /usr/bin/runsvdir -P /service\n' >stage2
printf '::once:/usr/bin/mark busybox\n' >inittab
printf 'service [S12345] /usr/bin/mark finit -- mark\n' >finit.conf
printf '[service mark]\nexec = /usr/bin/mark pideisn\n' >mark.conf

# with PROGRAM: the lines of a list for the program, and for the libraries that it needs.
with() {
	echo "file $1 $1 0755 0 0"
	ldd "$1" 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' |
		while read -r library; do
			echo "file $library $(readlink -f "$library") 0755 0 0"
		done
}

# measure NAME COMMAND-LINE, with the list on standard input.
measure() {
	{
		printf 'nod /dev/console 0600 0 0 c 5 1\nnod /dev/null 0666 0 0 c 1 3\n'
		printf 'nod /dev/kmsg 0600 0 0 c 1 11\n'
		printf 'dir /proc 0755 0 0\ndir /sys 0755 0 0\ndir /run 0755 0 0\ndir /tmp 0755 0 0\n'
		printf 'dir /etc 0755 0 0\ndir /var 0755 0 0\nfile /usr/bin/mark %s 0755 0 0\n' "$mark"
		cat
	} | sort -u >"$1.list"
	"$mkos" -q initramfs --list "$1.list" -o "$1.cpio.gz" 2>"$1.err" ||
		{ cat "$1.err"; exit 1; }
	timeout 300 qemu-system-x86_64 -accel tcg,thread=single -icount shift=0,sleep=off -cpu max \
		-m 256 -machine q35 -nodefaults -display none -no-reboot -nic none -serial stdio \
		-kernel "$kernel" -initrd "$1.cpio.gz" \
		-append "console=ttyS0 quiet $2" </dev/null >"$1.console" 2>&1 || true
	line=$(grep -ao "mark: $1 .*KiB" "$1.console") || { tail -20 "$1.console"; exit 1; }
	echo "$line" | awk '{ printf "%-10s %14d %10s\n", $2, $3 * 1000, $5 }'
}

busybox() {
	with /bin/busybox
	printf 'slink /bin/sh busybox 0777 0 0\n'
}

printf '%-10s %14s %10s\n' init instructions 'RSS KiB'
{
	echo "file /init $pideisn 0755 0 0"
	echo "file /etc/pideisn/mark.conf mark.conf 0644 0 0"
} | measure pideisn ""
with /usr/bin/tini-static | measure tini "rdinit=/usr/bin/tini-static -- /usr/bin/mark tini"
{
	busybox
	echo "slink /sbin/init ../bin/busybox 0777 0 0"
	echo "file /etc/inittab inittab 0644 0 0"
} | measure busybox "rdinit=/sbin/init"
{
	busybox
	with /sbin/runit
	with /usr/bin/runsvdir
	with /usr/bin/runsv
	echo "file /etc/runit/1 stage1 0755 0 0"
	echo "file /etc/runit/2 stage2 0755 0 0"
	echo "file /service/mark/run run 0755 0 0"
} | measure runit "rdinit=/sbin/runit"
{
	busybox
	with /sbin/finit
	echo "file /etc/finit.conf finit.conf 0644 0 0"
} | measure finit "rdinit=/sbin/finit"
