#!/bin/sh
# One small kernel, built in two folders by two users with different numbers of jobs, with debug
# information and without, through ccache, and on two distcc daemons of our own: the same bytes
# each time. With ccache a rebuild elsewhere costs a quarter of the processor time at most.
# usage: same_bytes.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
project=$2

for tool in ccache distcc distccd; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
mkdir -p "$project/cache"

more=
as_user=

# build NAME AS OPTIONS...: in a project and with a kernel store of its own; the bytes are those of
# the build AS.
build() {
	name=$1
	as=$2
	shift 2
	mkdir "$name"
	cp -R "$project/config" "$project/kernel.version" "$project/cmdline.txt" "$name/"
	ln -s "$project/cache" "$name/cache"
	for option in 64BIT PRINTK TTY SERIAL_8250 SERIAL_8250_CONSOLE BLK_DEV_INITRD RD_GZIP \
		BINFMT_ELF PCI ACPI EFI EFI_STUB $more; do
		echo "CONFIG_$option=y"
	done >"$name/kernel.config"
	sed -i '/^roles/d' "$name/config/recipes/guest.conf"
	mkdir "$name.kept"
	[ -z "$as_user" ] || chown -R nobody "$name" "$name.kept"
	# user + system seconds of all children
	bash -c 'TIMEFORMAT="%U %S"; time "$@" >"$0.out" 2>"$0.err"' "$name" \
		$as_user env XDG_CACHE_HOME="$PWD/$name.kept" "$mkos" -C "$name" kernel --recipe guest \
		--kernel-source distro "$@" 2>"$name.time" || { cat "$name.err"; exit 1; }
	awk '{ print $1 + $2 }' "$name.time" >"$name.cpu"
	echo "$name: $(cat "$name.cpu") s, $(cat "$name.out")"
	for result in vmlinux arch/x86/boot/bzImage; do
		cmp "$as/kernel/$result" "$name/kernel/$result"
	done
}

build plain plain -j2
# Only root can be somebody else.
[ "$(id -u)" -ne 0 ] || as_user="setpriv --reuid=nobody --clear-groups"
build other-user plain -j1
as_user=

export CCACHE_DIR="$PWD/objects"
build ccache-first plain --launcher ccache
build ccache-again plain --launcher ccache
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
	build distcc plain --launcher distcc -j4
for port in 33632 33633; do
	grep -q 'COMPILE_OK' "distccd.$port" || { tail -5 "distccd.$port"; exit 1; }
done

more="DEBUG_KERNEL DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT"
build debug debug -j2
build debug-elsewhere debug -j4
readelf -S debug/kernel/vmlinux | grep -q debug_info
