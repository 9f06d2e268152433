#!/bin/sh
# Commands that write an image, on a disk that is full and killed at any point: the output is the old
# file or the whole new one, and the next run leaves nothing of a killed one.
# usage: interrupted.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
for tool in openssl unshare; do
	command -v $tool >/dev/null || skip "no $tool"
done
[ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ] || skip "no systemd-boot-efi"
unshare --user --map-root-user --mount true || skip "no user namespaces"

kernel=$3/tests/fuzz/corpus/pe/kernel-x64
commands='initramfs uki signed sign place iso disk'

# make COMMAND OUTPUT: SIGXFSZ and kill are meant for it, so it takes the place of the shell.
make() {
	output=$2
	case $1 in
	initramfs) set -- initramfs --list list --compress none ;;
	uki) set -- uki --kernel "$kernel" --initrd initrd --os-release ID=x ;;
	signed) set -- uki --kernel "$kernel" --initrd initrd --os-release ID=x \
		--secureboot-private-key db.key --secureboot-certificate db.pem ;;
	sign) set -- sign u.efi --key db.key --certificate db.pem ;;
	# In place: what is there is the input.
	place) set -- sign "$output" --key db.key --certificate db.pem ;;
	iso | disk) set -- "$1" --uki u.efi ;;
	esac
	exec "$mkos" -q "$@" -o "$output"
}

# old COMMAND: the file that is there before.
old() {
	if [ "$1" = place ]; then
		cat u.efi
	else
		echo old
	fi
}

# whole COMMAND: says that the output is the old file or the new one, and which.
whole() {
	if cmp -s k/out old; then
		echo old >>seen
	elif cmp -s k/out new; then
		echo new >>seen
	else
		fail "$1: neither the old file nor the new one"
	fi
}

# again COMMAND: the run after a killed one.
again() {
	cp old k/out
	(make "$1" k/out) 2>err || fail "$1: the next run fails: $(cat err)"
	same k/out new
	holds k out
}

# Root of a user namespace may mount a small disk: as large as most of what is written.
if [ "${INSIDE:-}" = yes ]; then
	mkdir disk
	mount -t tmpfs -o size=12M none disk
	for command in $commands; do
		old $command >old
		cp old disk/out
		head -c $((10000000 - $(stat -c %s old))) /dev/zero >disk/filler
		status=0
		(make $command disk/out) 2>err || status=$?
		[ $status -eq 1 ] || fail "$command: exit status $status"
		has err "disk/out': No space left on device"
		same disk/out old
		holds disk filler out
		rm disk/filler disk/out
	done
	exit $failed
fi

openssl req -new -x509 -newkey rsa:2048 -nodes -keyout db.key -out db.pem -subj /CN=db -days 100 \
	2>/dev/null
head -c 8000000 /dev/urandom >content
printf 'dir /d 0755 0 0\nfile /d/f content 0644 0 0\n' >list
"$mkos" -q initramfs --list list --compress none -o initrd 2>warnings
(make uki u.efi)

for command in $commands; do
	rm -rf k new
	mkdir k
	old $command >old
	cp old new
	(make $command new) 2>err || fail "$command: $(cat err)"
	: >seen

	# Killed by the kernel while it writes, at that many blocks of 512 bytes.
	for blocks in 1 9000 15000; do
		cp old k/out
		killed=0
		(ulimit -c 0 && ulimit -f $blocks && make $command k/out) 2>err || killed=$?
		[ "$killed" -gt 128 ] || fail "$command: not killed, but $killed: $(cat err)"
		whole $command
	done
	grep -q new seen && fail "$command: new before it was written"
	again $command

	# And by somebody, whenever.
	for delay in 0.01 0.03 0.06 0.1 0.2; do
		cp old k/out
		make $command k/out 2>err &
		pid=$!
		sleep $delay
		kill -9 $pid 2>/dev/null || true
		wait $pid 2>/dev/null || true
		whole $command
	done
	again $command
done

INSIDE=yes unshare --user --map-root-user --mount sh "$0" "$@" || failed=1
exit $failed
