#!/bin/sh
# What is wrong with a project is said in one sentence, before anything is made.
# usage: project.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
project "$3"

# refused SENTENCE ARGUMENTS...: of a build of recipe guest; nothing is left behind.
refused() {
	sentence=$1
	shift
	expect 1 "$mkos" -C p build --recipe guest --kernel-source ../kernel_source "$@"
	empty out
	says err "mvirt-mkos build: $sentence"
	absent p/target
	absent p/kernel
	absent p/cache
}

rm p/kernel.version
refused "'kernel.version' is missing: it holds one line such as '6.18.4'"
: >p/kernel.version
refused "kernel.version: empty: it holds one line such as '6.18.4'"
echo six >p/kernel.version
refused "kernel.version:1: 'six' is not a kernel version such as 6.12.1"
printf '6.18.4\n6.18.5\n' >p/kernel.version
refused "kernel.version: more than one line: it holds one, such as '6.18.4'"
echo 6.18.4 >p/kernel.version

mv p/cmdline.txt saved
refused "'cmdline.txt' is missing: it holds one line such as 'console=ttyS0 quiet'"
printf ' \n\n' >p/cmdline.txt
refused "cmdline.txt: empty: it holds one line such as 'console=ttyS0 quiet'"
head -c 3000 /dev/zero | tr '\0' x >p/cmdline.txt
refused "'cmdline.txt' has 3000 bytes, more than the 2111 allowed"
mv saved p/cmdline.txt

cp p/config/recipes/guest.conf saved
echo 'colour = red' >>p/config/recipes/guest.conf
line=$(wc -l <p/config/recipes/guest.conf)
refused "config/recipes/guest.conf:$line: unknown key 'colour'"
sed 's/^layers/layer/' saved >p/config/recipes/guest.conf
line=$(grep -n '^layer ' p/config/recipes/guest.conf | cut -d: -f1)
refused "config/recipes/guest.conf:$line: unknown key 'layer': did you mean 'layers'?"
sed '/^layers/d' saved >p/config/recipes/guest.conf
refused "config/recipes/guest.conf: [kernel] layers is missing"
cp saved p/config/recipes/guest.conf

expect 1 "$mkos" -C p build --recipe gest
says err "mvirt-mkos build: there is no recipe 'gest': did you mean 'guest'?"
# Outside a project.
mkdir empty
expect 1 "$mkos" -C empty build
says err "mvirt-mkos build: open folder 'config/recipes': run mvirt-mkos in a project's folder, \
or give it with -C: No such file or directory"
holds empty

# The payload, all of what is missing at once, and how to give it.
expect 1 "$mkos" -C p build
says err "mvirt-mkos build: recipe 'mvirt' lacks mvirt (/usr/sbin/mvirt), mvirt-vmm \
(/usr/sbin/mvirt-vmm): give each with --payload NAME=PATH, pin it in config/pins, or build without it \
with --without NAME"
cp p/config/pins saved
echo "# none" >p/config/pins
expect 1 "$mkos" -C p build --kernel-source ../kernel_source --without mvirt --without firmware \
	--payload mvirt-vmm=/bin/busybox
has err "recipe 'mvirt' lacks cloud-hypervisor (/usr/bin/cloud-hypervisor): give"
cp saved p/config/pins
absent p/cache
# What has a pin is fetched; where that cannot be, it is told how else it can be had.
given="--payload mvirt=cmdline.txt --payload mvirt-vmm=cmdline.txt --without ch-remote \
	--without hypervisor-fw --without firmware --kernel-source ../kernel_source"
pinned=github.com/cloud-hypervisor/cloud-hypervisor/releases/download/v53.0/cloud-hypervisor-static
if [ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ]; then
	expect 1 "$mkos" -C p build $given --mirror https://127.0.0.1:1
	says err "mvirt-mkos build: fetch 'https://127.0.0.1:1/$pinned': there is no connection to the \
server: get it elsewhere into 'cache/cloud-hypervisor', use --mirror URL, or give --payload \
cloud-hypervisor=PATH"
	expect 1 "$mkos" -C p build $given --offline
	says err "mvirt-mkos build: 'cache/cloud-hypervisor' is not there, and --offline forbids to fetch \
it from 'https://$pinned': get it elsewhere, or give --payload cloud-hypervisor=PATH"
	absent p/kernel
fi
expect 1 "$mkos" -C p build --recipe guest --payload mvirt-vmm=nowhere
says err "mvirt-mkos build: payload 'mvirt-vmm': open 'nowhere': No such file or directory"
expect 2 "$mkos" -C p build --payload mvirt-vm=x
says err "mvirt-mkos build: recipe 'mvirt' has no payload 'mvirt-vm': it has mvirt, mvirt-vmm, \
cloud-hypervisor, firmware, ch-remote, hypervisor-fw, mvirt-zfs, mvirt-net, mvirt-log"
expect 2 "$mkos" -C p build --payload mvirt-vmm
says err "mvirt-mkos build: --payload is NAME=PATH, not 'mvirt-vmm'"
exit $failed
