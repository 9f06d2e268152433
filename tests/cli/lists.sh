#!/bin/sh
# What is wrong in a list is said with file and line, and nothing is written.
# usage: lists.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"
echo content >f

expect 1 "$mkos" initramfs --list nowhere -o out.cpio
has err "'nowhere': No such file or directory"
printf 'fil /d/f f 0644 0 0\n' >list
expect 1 "$mkos" initramfs --list list -o out.cpio
has err "list:1: "
has err "did you mean 'file'?"
printf 'dir /d 0755 0 0\nfile /d/f nowhere 0644 0 0\n' >list
expect 1 "$mkos" initramfs --list list -o out.cpio
has err "list:2: "
has err "'nowhere'"
absent out.cpio

# What a tree or an elf line takes away from a program is said, and a root that nobody can enter.
mkdir t
cp f t/su
chmod 4755 t/su
cp /bin/true su
chmod 2755 su
printf 'tree /t t\nelf /su su\ndir / 0700 0 0\n' >list
expect 0 "$mkos" initramfs --list list -o out3.cpio
has err "list:1: 't/su' and 1 more: setuid or setgid here, but not in the image (0755): give the mode"
has err "list:3: the root gets mode 0700, and only its owner can enter it: give it 0755"
printf 'tree /t t mode=4755\nelf /su su mode=2755\n' >list
expect 0 "$mkos" initramfs --list list -o out3.cpio
lacks err setuid
printf 'tree /t t\nset t/su mode=0711\n' >list
expect 0 "$mkos" initramfs --list list -o out3.cpio
lacks err setuid

# Parents are made and told; the variables of lists given by hand are the environment's.
printf 'file /a/b/f ${WHERE}/f 0644 0 0\n' >list
WHERE=$PWD expect 0 "$mkos" initramfs --list list -o out.cpio
has err "'a/b'"
"$mkos" inspect out.cpio >listing
has listing "a/b/f"
expect 1 "$mkos" initramfs --list list -o out2.cpio
has err "WHERE"
absent out2.cpio

# What PID 1 would skip when it reads its configuration is said when it is packed.
mkdir -p etc/pideisn
printf '[service mvirt-vmm]\ngrace = soon\n' >etc/pideisn/vmm.conf
printf '[service web]\nafter = mvirt-vmm\n' >etc/pideisn/web.conf
echo 'not for PID 1' >etc/pideisn/README
printf '#!/sh\n' >sh
printf 'tree /etc etc\nfile /init sh 0755 0 0\nfile /sh sh 0755 0 0\n' >list
expect 0 "$mkos" initramfs --list list -o conf.cpio
has err "etc/pideisn/vmm.conf:2: grace: 'soon' is not a time from 0 ms to 3600 s"
has err "service web: has no exec, it is left out"
expect 1 "$mkos" initramfs --strict --list list -o strict.cpio
has err "etc/pideisn/vmm.conf:2: grace"
absent strict.cpio
printf '[service mvirt-vmm]\ngrace = 5s\n' >etc/pideisn/vmm.conf
printf '[service web]\nexec = /bin/web\n' >etc/pideisn/web.conf
expect 1 "$mkos" initramfs --strict --list list -o strict.cpio
has err "service web: '/bin/web' is not in the image"
printf '[service web]\nexec = /sh\n' >etc/pideisn/web.conf
expect 0 "$mkos" initramfs --strict --list list -o strict.cpio
printf '[service web]\nexec = /bin/web\noptional = yes\n' >etc/pideisn/web.conf
expect 0 "$mkos" initramfs --strict --list list -o strict.cpio
printf '[link eth0]\ndhcp4 = no\n' >etc/pideisn/web.conf
expect 1 "$mkos" initramfs --strict --list list -o strict.cpio
has err "'/usr/lib/pideisn/network', which the sections [link] are for, is not in the image"
printf '[link eth0]\ndhcp4 = no\n[service network]\nexec = /sh\n' >etc/pideisn/web.conf
expect 0 "$mkos" initramfs --strict --list list -o strict.cpio
exit $failed
