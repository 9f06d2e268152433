#!/bin/sh
# Words of the command line that are for PID 1 are judged when a UKI is made whose initrd has it, and
# left alone where /init is another program.
# usage: uki_pideisn.sh MVIRT-MKOS LIB SAMPLES PIDEISN
set -eu
mkos=$1
. "$2"
efi="python3 $3"
pideisn=$4

$efi stub x64 258.2 stub
$efi addon x64 258.2 addon
$efi kernel x64 kernel
printf 'ID=x\n' >osrel
# A program that is not pideisn.
cp /bin/busybox other 2>/dev/null || cp "$mkos" other
echo "file /init $pideisn 0755 0 0" >list
"$mkos" -q initramfs --list list --compress gzip -o ours
echo "file /etc/more osrel 0644 0 0" >list
"$mkos" -q initramfs --list list --compress none -o more 2>/dev/null
echo "file /init other 0755 0 0" >list
"$mkos" -q initramfs --list list --compress zstd -o foreign 2>/dev/null

# uki STATUS CMDLINE INITRD...: with what is doubtful told.
uki() {
	wanted=$1
	words=$2
	shift 2
	for initrd; do
		set -- "$@" --initrd "$initrd"
		shift
	done
	expect "$wanted" "$mkos" uki --linux kernel --stub stub --os-release @osrel \
		--cmdline "$words" -o out.efi $more "$@"
}
more=

uki 0 'quiet pideisn.shell=no pideisn.service.web.exec="/usr/sbin/web -v" root=/dev/vda' ours
empty err
uki 0 'quiet pideisn.shel=no' ours
says err "warning: command line: unknown key 'shel' in [system]: did you mean 'shell'?"
uki 0 'pideisn.grace=soon pideisn.stat=LABEL=x pideisn.' more ours
printf '%s\n' \
	"warning: command line: grace: 'soon' is not a time from 0 ms to 3600 s" \
	"warning: command line: unknown key 'stat' in [system]: known are hostname shell grace \
ready-port network watchdog hugetlbfs" \
	"warning: command line: 'pideisn.' is not pideisn.KEY=VALUE" >wanted
same err wanted
printf 'quiet\npideisn.servce.web.grace=1s\n' >words
uki 0 @words ours more
says err "warning: words:2: unknown section [servce], its lines are skipped: did you mean 'service'?"
rm out.efi
more=--strict
uki 1 @words ours
says err "mvirt-mkos uki: words:2: unknown section [servce], its lines are skipped: \
did you mean 'service'?"
absent out.efi

# What is not pideisn may use the words for itself; the last /init is the one that counts.
uki 0 @words foreign
uki 0 @words ours foreign
uki 1 @words foreign ours
uki 0 @words more

# A profile's words, and those of an update.
more=
"$mkos" uki --profile 'ID=rescue' --stub addon --cmdline 'pideisn.shell=of' -o profile 2>/dev/null
more="--join-profile profile"
uki 0 quiet ours
has err "warning: command line: shell: 'of' is not yes or no"
more=
uki 0 quiet ours
expect 0 "$mkos" uki --update out.efi --cmdline 'pideisn.shell=of'
has err "warning: command line: shell: 'of' is not yes or no"
exit $failed
