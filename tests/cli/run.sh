#!/bin/sh
# How a scripted run judges the end of QEMU, with programs that stand for it: a QEMU that fails, one
# that ends without the guest's power off, one that says nothing. Nothing of a run is left behind.
# usage: run.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
uki=$3/tests/fuzz/corpus/pe/uki-x64
[ -e /usr/share/OVMF/OVMF_VARS_4M.fd ] || skip "no ovmf"

mkdir bin tmp
export TMPDIR="$PWD/tmp"

# qemu COMMANDS: what the program does.
qemu() {
	printf '#!/bin/sh\n%s\n' "$1" >bin/qemu-system-x86_64
	chmod +x bin/qemu-system-x86_64
}

# ends STATUS SENTENCE ARGUMENTS...: of a run; the sentence is the last line.
ends() {
	wanted_status=$1
	sentence=$2
	shift 2
	expect "$wanted_status" env PATH="$PWD/bin:$PATH" "$mkos" run --no-kvm "$@" "$uki"
	tail -n 1 err >last
	says last "$sentence"
	holds tmp
}

qemu 'echo broken >&2; exit 3'
ends 1 "mvirt-mkos run: QEMU ended with status 3: what it said stands above" --expect x
qemu 'echo hello'
ends 1 "mvirt-mkos run: the guest ended before 'x' appeared: see log" --expect x --log log
has log hello
ends 1 "mvirt-mkos run: the guest did not power itself off: QEMU ended for 'no reason' (a panic \
ends in a reset too)" --expect hello
# QMP (docs/interop/qmp-spec.rst): a reset and a power off, on the monitor, which is number 3.
event() {
	echo 'echo '"'"'{"event": "SHUTDOWN", "data": {"guest": true, "reason": "'"$1"'"}}'"'"' >&3'
}
qemu "$(event guest-reset); echo hello"
ends 1 "mvirt-mkos run: the guest did not power itself off: QEMU ended for 'guest-reset' (a panic \
ends in a reset too)" --expect hello
qemu "$(event guest-shutdown); echo hello"
ends 0 "KVM does not run guests here: QEMU emulates, which is slower" --expect hello
# What is sent arrives, in order.
qemu "echo name; read -r line; echo \"got \$line\"; $(event guest-shutdown)"
ends 0 "KVM does not run guests here: QEMU emulates, which is slower" \
	--expect name --send 'a word' --expect 'got a word'
ends 1 "mvirt-mkos run: the guest ended before 'name' appeared" --expect name --send x --expect name
# The monitor's commands are QMP's (docs/interop/qmp-spec.rst): the fake one reads what it was told.
qemu "echo name; head -n 2 <&3 >told; printf '%s' \"\$*\" >arguments; $(event guest-shutdown)"
ends 0 "KVM does not run guests here: QEMU emulates, which is slower" \
	--expect name --monitor 'device_add "x"' --qemu '-device i6300esb' --qemu -no-acpi
says told '{"execute":"qmp_capabilities"}
{"execute":"human-monitor-command","arguments":{"command-line":"device_add \"x\""}}'
has arguments ' -device i6300esb -no-acpi'
qemu "echo name; echo '{\"return\": \"unknown command: x\\\\r\\\\n\"}' >&3; $(event guest-shutdown)"
ends 0 "QEMU: unknown command: x" --expect name --monitor x
qemu 'exec sleep 60'
ends 1 "mvirt-mkos run: 1 s went by before 'x' appeared" --expect x --timeout 1

expect 1 "$mkos" run --expect x nowhere
has err "image 'nowhere' is not there"
echo text >text
expect 1 "$mkos" run --expect x text
has err "only a UKI can be run"
expect 0 "$mkos" run --dry-run "$uki"
has out "qemu-system-x86_64 -machine q35"
expect 0 "$mkos" run --dry-run --qemu '-device i6300esb' "$uki"
has out " -device i6300esb"
exit $failed
