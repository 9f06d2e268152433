#!/bin/sh
# A hypervisor host: its recipe, with a payload given by hand, builds and boots; its PID 1 starts
# mvirt-vmm; its kernel has what the roles guest and host promise, and the bridges and VLANs of a
# configuration.
# usage: host.sh MVIRT-MKOS PROJECT RECIPE DAEMON PROBE
set -eu
mkos=$1
project=$2
recipe=$3
daemon=$4
probe=$5

mkdir p
cp -R "$project/config" "$project/kernel.config" "$project/kernel.version" \
	"$project/cmdline.txt" p/
mkdir -p "$project/cache"
ln -s "$project/cache" p/cache
"$mkos" -C p build --recipe "$recipe" --kernel-source distro \
	--payload "mvirt-vmm=$daemon" --payload "mvirt=$daemon" \
	--payload "cloud-hypervisor=$daemon" --payload firmware=/usr/share/OVMF/OVMF_CODE_4M.fd \
	--without ch-remote --without hypervisor-fw
"$mkos" -C p run -m 1G --log "$PWD/console" \
	--expect 'pideisn: ready' \
	--expect 'daemon: second start, asking for power off' \
	--expect 'pideisn: powering off' ||
	{ cat console; exit 1; }
sh "$(dirname "$0")/probe.sh" "$mkos" p "$probe" guest,host
sh "$(dirname "$0")/host_net.sh" "$mkos" "$project" "$(dirname "$0")/pid1_lib.sh" \
	p/kernel/arch/x86/boot/bzImage
