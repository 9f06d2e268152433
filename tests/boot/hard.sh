#!/bin/sh
# What a machine does to PID 1 that it must survive: calls that never return, a console that nobody
# reads, a date that jumps, no randomness yet, a network that never answers, an archive without /dev.
# usage: hard.sh MVIRT-MKOS PROJECT LIB HANG PIDEISN
set -eu
mkos=$1
project=$2
hang=$4
pideisn=$5
. "$3"
printf 'file /usr/bin/hang %s 0755 0 0\n' "$hang" >list
printf '#!/bin/sh\nexec /usr/bin/hang /init\n' >stuck
echo 'file /stuck stuck 0755 0 0' >>list
cat >beat.conf <<'CONF'
[service beat]
exec = /bin/sh -c "echo beat; sleep 1"
good-run = 500ms
CONF
echo 'file /etc/pideisn/beat.conf beat.conf 0644 0 0' >>list
add list

# Randomness that is not there, a disk that never takes its data, a mount that never goes, and at last
# a reboot that never happens: each is left behind in time by a loop that feeds the watchdog, which
# ends what nothing else does. SIGSTOP does not stop it; what does, in pid1.sh, is a frozen group.
boot 1 "rdinit=/stuck pideisn.watchdog=4" --qemu '-device i6300esb -nic user,restrict=on' \
	--expect "the watchdog 'i6300ESB timer' resets this machine after 4 s" \
	--expect 'pideisn: ready' \
	--send 'kill -STOP 1; sleep 6; echo "still up after $((3 * 2)) s"' \
	--expect 'still up after 6 s' \
	--send 'kill -TERM 1' \
	--expect 'pideisn: the disks did not take all data in time, going on' \
	--expect 'pideisn: the file systems were not unmounted in time, going on' \
	--expect 'pideisn: rebooting'
reset
was console 'pideisn: asked to reboot by SIGTERM'

# 200 KiB for a serial line that takes nothing: the other line works, and the power button.
cat >flood.conf <<'CONF'
[service flood]
exec = /bin/sh -c "i=0; while [ $i -lt 4000 ]; do echo $i a line of more than fifty bytes for a console that is stuck; i=$((i + 1)); done; echo written >/dev/ttyS0; sleep 1000"
output = console
CONF
cat list >list.flood
echo 'file /etc/pideisn/flood.conf flood.conf 0644 0 0' >>list.flood
add list.flood
mkfifo deaf
"$mkos" run "$kernel" --initrd "$initrd" --cmdline "console=ttyS1 quiet pideisn.shell=no" \
	--log "$PWD/console" --qemu '-chardev pipe,id=deaf,path=deaf -device isa-serial,chardev=deaf,index=1' \
	--expect 'written' --power-button
! grep 'flood:' console || exit 1

# The date is of no meaning to timers, however it jumps; and nothing waits for a network on which
# nobody answers.
add list
boot 0 "" \
	--qemu '-rtc base=1970-01-01 -device virtio-net-pci,netdev=none' \
	--qemu '-netdev socket,id=none,udp=127.0.0.1:9,localaddr=127.0.0.1:0' \
	--expect 'pideisn: the clock said 1970-01-01, before this image was made: set to 2026-01-01' \
	--expect 'pideisn: ready' --expect 'beat: beat' --expect 'beat: beat' \
	--send 'date -s 2040-01-01' --expect 'beat: beat' --expect 'beat: beat' \
	--send 'date -s 1970-01-02' --expect 'beat: beat' --expect 'beat: beat' \
	--send 'echo "[$(grep state= /run/pideisn/net/eth0)]"' --expect '[state=carrier]' \
	--power-button

# Without a node for the console in the archive PID 1 starts with its first three files closed.
cat >few <<LIST
file /init $pideisn 0755 0 0
file /bin/busybox /bin/busybox 0755 0 0
slink /bin/sh busybox 0777 0 0
LIST
"$mkos" -q initramfs --list few -o few.cpio.gz
initrd=few.cpio.gz
boot 0 "" --expect 'pideisn: ready' \
	--send 'busybox ls -d /proc/1/fd/[012] | busybox wc -l | busybox sed "s/^/open: /"' --expect 'open: 3' \
	--power-button
