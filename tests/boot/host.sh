#!/bin/sh
# The hypervisor host: recipe mvirt with a payload given by hand builds and boots, and its PID 1
# starts mvirt-vmm. usage: host.sh MVIRT-MKOS PROJECT DAEMON
set -eu
mkos=$1
project=$2
daemon=$3

mkdir p
cp -R "$project/config" "$project/kernel.config" "$project/kernel.version" \
	"$project/cmdline.txt" p/
mkdir -p "$project/cache"
ln -s "$project/cache" p/cache
"$mkos" -C p build --kernel-source distro --payload "mvirt-vmm=$daemon" --payload "mvirt=$daemon" \
	--payload "cloud-hypervisor=$daemon" --payload firmware=/usr/share/OVMF/OVMF_CODE_4M.fd
"$mkos" -C p run -m 1G --log "$PWD/console" \
	--expect 'pideisn: ready' \
	--expect 'daemon: second start, asking for power off' \
	--expect 'pideisn: powering off' ||
	{ cat console; exit 1; }
