#!/bin/sh
# What PID 1 does for a machine, in one boot; then each way a machine can end badly: PID 1 hangs and
# the watchdog resets, PID 1 crashes, there is no ACPI, there was no memory for half the image.
# usage: pid1.sh MVIRT-MKOS PROJECT LIB
set -eu
mkos=$1
project=$2
. "$3"

: >empty
cat >sysctl.conf <<'CONF'
# a comment
kernel.domainname = first
no equals sign
-net.no-such-key = 1
net.no-other-key = 1
CONF
echo 'kernel.domainname = second' >10.conf
echo 'kernel.domainname = third' >20.conf
cat >list <<'LIST'
file /etc/hostname empty 0644 0 0
file /etc/sysctl.conf sysctl.conf 0644 0 0
file /etc/sysctl.d/20.conf 20.conf 0644 0 0
file /etc/sysctl.d/10.conf 10.conf 0644 0 0
LIST
add list

# What is typed is echoed: arithmetic and brackets tell an answer from its question.
boot 0 "foo=bar baz pideisn.hugetlbfs=2M" --qemu '-rtc base=1970-01-02 -device i6300esb' \
	--qemu '-nic user,restrict=on,model=virtio-net-pci,mac=52:54:00:12:34:56' \
	--expect "the watchdog 'i6300ESB timer' resets this machine after 60 s" \
	--expect 'this kernel has no hugetlbfs, so there is no /dev/hugepages' \
	--expect 'the clock said 1970-01-02, before this image was made: set to 2026-01-01' \
	--expect '/etc/sysctl.conf:3: not of the form KEY = VALUE, skipped' \
	--expect '/etc/sysctl.conf:5: cannot write /proc/sys/net/no-other-key' \
	--expect 'pideisn: ready' \
	--send 'echo "[$(date +%Y)] [$(hostname)] [$(cat /proc/sys/kernel/domainname)]"' \
	--expect '[2026] [mvirt-525400123456] [third]' \
	--send 'echo "$(cut -d" " -f7 /proc/1/stat) is the terminal of 1"; stat -c %a:%U /' \
	--expect '0 is the terminal of 1' \
	--expect '755:root' \
	--send 'env | grep -c foo | sed "s/^/foreign words: /"' \
	--expect 'foreign words: 0' \
	--send 'for m in /proc /sys /sys/fs/cgroup /sys/kernel/security /dev/shm /dev/mqueue /run; do
grep " $m .*nosuid,nodev,noexec" /proc/mounts >/dev/null || echo "open$((1)) $m"; done
for m in /dev /dev/pts; do grep " $m .*nosuid,noexec" /proc/mounts >/dev/null || echo "open$((1)) $m"; done
grep " /tmp .*nosuid,nodev,relatime" /proc/mounts >/dev/null || echo "open$((1)) /tmp"
ls -d /dev/fd/0 /dev/stdin /dev/stdout /dev/stderr | wc -l | sed "s/^/links: /"' \
	--expect 'links: 4' \
	--send '(nc -l -p 7 >/tmp/4 & nc -l -p 8 >/tmp/6 & sleep 1
echo four | nc 127.0.0.1 7; echo six | nc ::1 8; sleep 1; echo "heard: $(cat /tmp/4 /tmp/6)") 2>&1' \
	--expect 'heard: four' --expect 'six' \
	--send 'sh -c '"'"'i=0; while [ $i -lt 600 ]; do (sleep 1 &); i=$((i + 1)); done'"'"'; sleep 3
echo "$(cat /proc/[0-9]*/stat 2>/dev/null | grep -c ") Z ") zombies"' \
	--expect '0 zombies' \
	--power-button --power-button --power-button \
	--expect 'pideisn: asked to power off by signal 38' \
	--expect 'pideisn: powering off'
! grep open1 console || exit 1
[ "$(grep -c 'pideisn: asked to' console)" -eq 1 ]

# PID 1 in a frozen group runs no loop and feeds no watchdog.
boot 1 "pideisn.watchdog=4" --qemu '-device i6300esb' \
	--expect "the watchdog 'i6300ESB timer' resets this machine after 4 s" \
	--expect 'pideisn: ready' \
	--send 'sleep 9; mkdir /sys/fs/cgroup/ice; echo "still up after $((3 * 3)) s"
echo 1 >/sys/fs/cgroup/ice/cgroup.procs; echo 1 >/sys/fs/cgroup/ice/cgroup.freeze' \
	--expect 'still up after 9 s'
reset

# The kernel's own timer is for those who ask.
boot 1 "pideisn.watchdog=5" \
	--expect "the watchdog 'Software Watchdog' resets this machine after 5 s" \
	--expect 'pideisn: ready' \
	--send 'dmesg -n 8; kill -SEGV 1' \
	--expect 'pideisn: crashed by SIGSEGV, rebooting' \
	--expect 'reboot: Restarting system'
reset
# By the kernel's clock, at most 2 s.
sed -n 's/^.*\[ *\([0-9.]*\)\] .*\(crashed by SIGSEGV\|Restarting system\).*/\1/p' console >times
awk 'NR == 1 { from = $1 } END { print NR, $1 - from; exit !(NR == 2 && $1 - from <= 2) }' times

# Without ACPI the kernel would halt for ever. What is mounted before gets our flags.
printf '#!/bin/sh\nmount -t proc proc /proc\nmount -t sysfs sysfs /sys\n' >before
printf 'mount -t devtmpfs dev /dev\nmount -t tmpfs run /run\nexec /init\n' >>before
echo 'file /before before 0755 0 0' >>list
add list
boot 1 "acpi=off rdinit=/before" \
	--expect 'pideisn: ready' \
	--send 'grep -c " /run .*nosuid,nodev,noexec\| /dev .*nosuid,noexec" /proc/mounts | sed "s/^/ours: /"' \
	--expect 'ours: 2' \
	--send 'poweroff' \
	--expect 'pideisn: this machine cannot power itself off, rebooting it' \
	--expect 'pideisn: rebooting'
reset

# A console that is not there: everything else is.
cat >say.conf <<'CONF'
[service say]
exec = /bin/sh -c "echo alive without a console >/dev/ttyS0; exec sleep 1000"
CONF
echo 'file /etc/pideisn/say.conf say.conf 0644 0 0' >>list
add list
"$mkos" run "$kernel" --initrd "$initrd" --cmdline "console=ttyS5 quiet" \
	--expect 'alive without a console' --power-button

# An image that needs more memory than there is.
mkdir p
cp -R "$project/config" "$project/kernel.config" "$project/kernel.version" \
	"$project/cmdline.txt" p/
dd if=/dev/zero of=p/big bs=1M count=160 2>dd.err
echo 'file /usr/share/big big 0644 0 0' >>p/config/guest.list
"$mkos" -C p initramfs --recipe guest
initrd=p/target/initramfs.cpio.gz
boot 0 "" -m 192M \
	--expect 'pideisn: the initramfs was unpacked only in part, so files are missing' \
	--expect 'MiB of memory: give the machine more' \
	--expect 'pideisn: ready' \
	--power-button
