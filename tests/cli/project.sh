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
(/usr/sbin/mvirt-vmm), cloud-hypervisor (/usr/bin/cloud-hypervisor), firmware \
(/usr/share/mvirt/CLOUDHV.fd): give each with --payload NAME=PATH, or build without it with \
--without NAME"
expect 1 "$mkos" -C p build --without mvirt --without firmware --payload mvirt-vmm=/bin/busybox
has err "recipe 'mvirt' lacks cloud-hypervisor (/usr/bin/cloud-hypervisor): give"
expect 1 "$mkos" -C p build --recipe guest --payload mvirt-vmm=nowhere
says err "mvirt-mkos build: payload 'mvirt-vmm': open 'nowhere': No such file or directory"
expect 2 "$mkos" -C p build --payload mvirt-vm=x
says err "mvirt-mkos build: recipe 'mvirt' has no payload 'mvirt-vm': it has mvirt, mvirt-vmm, \
cloud-hypervisor, firmware, ch-remote, hypervisor-fw, mvirt-zfs, mvirt-net, mvirt-log"
expect 2 "$mkos" -C p build --payload mvirt-vmm
says err "mvirt-mkos build: --payload is NAME=PATH, not 'mvirt-vmm'"
exit $failed
