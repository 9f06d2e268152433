#!/bin/sh
# The archive that mvirt-mkos makes of a list is, byte for byte, the one that the kernel's
# gen_init_cpio makes of it, and cpio, bsdtar and gzip read it.
# usage: gen_init_cpio.sh MVIRT-MKOS FOLDER-OF-KERNEL-SOURCES
set -eu

[ $# -eq 2 ] || { echo "usage: $0 MVIRT-MKOS FOLDER-OF-KERNEL-SOURCES" >&2; exit 2; }
mkos=$(realpath "$1")
source=$(realpath "$(echo "$2"/linux-*/usr/gen_init_cpio.c)")
SKIP=77
time=1700000000

for tool in cc cpio bsdtar gzip; do
	command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit $SKIP; }
done
[ -f "$source" ] || { echo "skipped: no $source"; exit $SKIP; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cc -O1 -w -o gen_init_cpio "$source"

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

mkdir content
: >content/empty
printf x >content/one
printf 'four' >content/four
printf '#!/bin/sh\nexit 0\n' >content/init
head -c 3000000 /dev/zero | tr '\0' 'a' >content/large
seq 1 20000 | head -c 70001 >content/odd
cp "$(command -v cc)" content/program
long=$(printf '%0255d' 0)
deep=$(printf '%0200d/%0200d/%0200d' 1 2 3)

cat >all.list <<LIST
# every type of entry

dir /dev 0755 0 0
nod /dev/console 0600 0 0 c 5 1
nod /dev/null 0666 0 0 c 1 3
nod /dev/sda 0660 0 6 b 8 0
nod /dev/wide 0600 0 0 c 4095 1048575
dir bin 755 0 0
file /bin/sh content/init 0755 0 0
file /init content/init 0755 0 0
dir	/root	0700	0	0
dir /tmp 1777 0 0
slink /lib usr/lib 0777 0 0
slink /bin/a /bin/sh 777 1 2
slink /bin/target-of-4 abcd 0777 0 0
pipe /dev/initctl 0600 0 0
sock /dev/log 0666 0 0
file /empty content/empty 0644 0 0
file /one content/one 0644 1000 1000
file /four content/four 0600 4294967294 65534
file /setuid content/one 4755 0 0
file /large content/large 0644 0 0
file /odd content/odd 0644 0 0
dir /links 0755 0 0
file /links/a content/odd 0755 0 0 /links/b links/c
file /links/none content/empty 0644 0 0 /links/none2
file /a content/one 0644 0 0
file /ab content/one 0644 0 0
file /abc content/one 0644 0 0
file /abcd content/one 0644 0 0
file /$long content/four 0644 0 0
dir /${deep%%/*} 0755 0 0
dir /${deep%/*} 0755 0 0
file /$deep content/four 0644 0 0
dir   /blanks    0755   0   0
LIST
printf 'dir /only 0755 0 0' >no-newline.list
: >empty.list
printf '# nothing\n\n' >comment.list
i=0
while [ $i -lt 3000 ]; do
	echo "file /f$i content/four 0644 0 0"
	i=$((i + 1))
done >many.list

# Older versions of gen_init_cpio keep the times of files whatever -t says.
find content -type f -exec touch -d @$time {} +

for list in all no-newline empty comment many; do
	./gen_init_cpio -t $time $list.list >theirs.cpio
	"$mkos" -q initramfs --list $list.list --compress none -t $time -o ours.cpio 2>ours.log ||
		fail "$list: $(cat ours.log)"
	cmp theirs.cpio ours.cpio || fail "$list: the archive differs from gen_init_cpio's"

	"$mkos" -q initramfs --list $list.list --compress gzip -t $time -o ours.cpio.gz 2>ours.log ||
		fail "$list: $(cat ours.log)"
	gzip -t ours.cpio.gz || fail "$list: gzip does not read it"
	gzip -dc ours.cpio.gz | cmp - theirs.cpio || fail "$list: unpacks to something else"
	cpio -t --quiet <ours.cpio | sort >cpio.names || fail "$list: cpio does not read it"
	bsdtar -tf ours.cpio.gz | sed 's|/$||' | sort >bsdtar.names ||
		fail "$list: bsdtar does not read it"
	cmp cpio.names bsdtar.names || fail "$list: cpio and bsdtar see different names"
	"$mkos" -q initramfs --list $list.list --compress gzip -t $time -o again.cpio.gz 2>ours.log
	cmp ours.cpio.gz again.cpio.gz || fail "$list: a second run makes other bytes"
done

# What gen_init_cpio only complains of is an error here, and leaves no output behind.
printf 'dir /a 0755 0 0\nfifo /a/b 0644 0 0\n' >unknown.list
if "$mkos" -q initramfs --list unknown.list -t $time -o unknown.cpio 2>unknown.log; then
	fail "an unknown type was accepted"
fi
grep -q "unknown.list:2: unknown type 'fifo'" unknown.log || fail "said: $(cat unknown.log)"
[ ! -e unknown.cpio ] || fail "an archive was written all the same"
echo "same bytes as gen_init_cpio"
