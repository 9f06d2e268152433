#!/bin/sh
# One small kernel, built in two folders with different numbers of jobs, through ccache, and on two
# distcc daemons of our own: the same bytes each time. With ccache a rebuild elsewhere costs a
# quarter of the processor time at most. usage: same_bytes.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
project=$2

for tool in ccache distcc distccd; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
mkdir -p "$project/cache"

# build NAME OPTIONS...: in a project and with a kernel store of its own.
build() {
	name=$1
	shift
	mkdir "$name"
	cp -R "$project/config" "$project/kernel.version" "$project/cmdline.txt" "$name/"
	ln -s "$project/cache" "$name/cache"
	for option in 64BIT PRINTK TTY SERIAL_8250 SERIAL_8250_CONSOLE BLK_DEV_INITRD RD_GZIP \
		BINFMT_ELF PCI ACPI EFI EFI_STUB; do
		echo "CONFIG_$option=y"
	done >"$name/kernel.config"
	sed -i '/^roles/d' "$name/config/recipes/guest.conf"
	# user + system seconds of all children
	bash -c 'TIMEFORMAT="%U %S"; time "$@" >"$0.out" 2>"$0.err"' "$name" \
		env XDG_CACHE_HOME="$PWD/$name.kept" "$mkos" -C "$name" kernel --recipe guest \
		--kernel-source distro "$@" 2>"$name.time" || { cat "$name.err"; exit 1; }
	awk '{ print $1 + $2 }' "$name.time" >"$name.cpu"
	echo "$name: $(cat "$name.cpu") s, $(cat "$name.out")"
	[ "$name" = plain ] || cmp plain/kernel/arch/x86/boot/bzImage \
		"$name/kernel/arch/x86/boot/bzImage"
}

build plain -j2
build one-job -j1

export CCACHE_DIR="$PWD/objects"
build ccache-first --launcher ccache
build ccache-again --launcher ccache
awk -v again="$(cat ccache-again.cpu)" -v plain="$(cat plain.cpu)" \
	'BEGIN { exit !(again * 4 <= plain) }' || { echo "ccache saved too little"; exit 1; }

# Two daemons on loopback; what fails there must not be done locally instead.
pids=
trap 'kill $pids 2>/dev/null || true' EXIT
# They run as nobody and write their logs here.
chmod 755 .
for port in 33632 33633; do
	: >"distccd.$port"
	chmod 666 "distccd.$port"
	distccd --no-detach --daemon --listen 127.0.0.1 --allow 127.0.0.1 --port $port --jobs 2 \
		--enable-tcp-insecure --log-file "$PWD/distccd.$port" --user nobody 2>/dev/null &
	pids="$pids $!"
done
sleep 2
DISTCC_HOSTS="127.0.0.1:33632/2 127.0.0.1:33633/2" DISTCC_FALLBACK=0 \
	build distcc --launcher distcc -j4
for port in 33632 33633; do
	grep -q 'COMPILE_OK' "distccd.$port" || { tail -5 "distccd.$port"; exit 1; }
done
