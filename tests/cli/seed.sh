#!/bin/sh
# A seed for cloud-init: read by isoinfo, blkid and bsdtar; the same bytes whatever is around it.
# usage: seed.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"

printf '#cloud-config\nhostname: guest\n' >u.yaml
printf 'instance-id: one\n' >m.yaml
printf 'version: 2\nethernets: {}\n' >n.yaml
expect 0 "$mkos" seed --user-data u.yaml --meta-data m.yaml --network-config n.yaml -o seed.iso
empty err
has out seed.iso

if command -v isoinfo >/dev/null; then
	isoinfo -d -i seed.iso >facts
	has facts "Volume id: cidata"
	has facts "Joliet with UCS level 3 found"
	has facts "Rock Ridge signatures version 1 found"
	[ "$(isoinfo -f -R -i seed.iso)" = "/meta-data
/network-config
/user-data" ] || fail "Rock Ridge: $(isoinfo -f -R -i seed.iso)"
	[ "$(isoinfo -f -J -i seed.iso)" = "/meta-data
/network-config
/user-data" ] || fail "Joliet: $(isoinfo -f -J -i seed.iso)"
	for pair in user-data:u.yaml meta-data:m.yaml network-config:n.yaml; do
		isoinfo -R -x "/${pair%:*}" -i seed.iso >got
		same got "${pair#*:}"
		isoinfo -J -x "/${pair%:*}" -i seed.iso >got
		same got "${pair#*:}"
	done
	isoinfo -l -R -i seed.iso >list
	has list "-rw-r--r--"
elif [ "${CI:-}" = true ]; then
	fail "no isoinfo"
fi
# The label is what cloud-init finds the seed by.
if command -v blkid >/dev/null; then
	[ "$(blkid -p -o value -s LABEL seed.iso)" = cidata ] || fail "$(blkid -p seed.iso)"
	[ "$(blkid -p -o value -s TYPE seed.iso)" = iso9660 ] || fail "$(blkid -p seed.iso)"
fi
mkdir unpacked
bsdtar -xf seed.iso -C unpacked
holds unpacked meta-data network-config user-data
same unpacked/user-data u.yaml

# Same input, same bytes; SOURCE_DATE_EPOCH is the only clock.
touch -d '2001-02-03' u.yaml m.yaml n.yaml
(umask 077 && TZ=Asia/Kolkata LC_ALL=C.UTF-8 "$mkos" seed --no-sync --network-config n.yaml \
	--meta-data m.yaml --user-data u.yaml --output again.iso >/dev/null)
same seed.iso again.iso
SOURCE_DATE_EPOCH=1700000000 "$mkos" -q seed --user-data u.yaml -o dated.iso
if command -v isoinfo >/dev/null; then
	isoinfo -d -i dated.iso >facts
	isoinfo -l -R -i dated.iso | grep -q 'Nov 14 2023' || fail "time: $(isoinfo -l -i dated.iso)"
fi

# Without meta-data it is made of the rest: other content is another instance.
expect 0 "$mkos" seed --json=short --user-data u.yaml -o one.iso
first=$(cat out)
has out '"instance-id":"iid-'
expect 0 "$mkos" seed --json=short --user-data u.yaml -o one.iso
[ "$(cat out)" = "$first" ] || fail "another instance-id for the same content"
echo 'packages: [vim]' >>u.yaml
expect 0 "$mkos" seed --json=short --user-data u.yaml -o one.iso
[ "$(cat out)" != "$first" ] || fail "the instance-id of other content"

# What cloud-init would ignore is refused, what it does not expect is said; nothing is written.
rm one.iso
echo 'hostname: guest' >plain
expect 1 "$mkos" seed --user-data plain -o one.iso
says err "mvirt-mkos seed: 'plain' begins with 'hostname: guest', which cloud-init ignores: its \
first line has to be '#cloud-config', '#!/bin/sh' or another one that cloud-init knows"
expect 1 "$mkos" seed --user-data nowhere -o one.iso
: >nothing
expect 1 "$mkos" seed --user-data u.yaml --network-config nothing -o one.iso
says err "mvirt-mkos seed: 'nothing' is empty"
absent one.iso
expect 0 "$mkos" seed --user-data u.yaml --meta-data plain -o one.iso
has err "'plain' has no 'instance-id'"
expect 2 "$mkos" seed --user-data u.yaml
says err "mvirt-mkos seed: a seed takes --user-data FILE and --output FILE"
expect 1 "$mkos" seed --user-data u.yaml -o /dev/full
# The output is no input, by any name.
mkdir apart
cp u.yaml m.yaml n.yaml apart/
ln -s u.yaml apart/link.yaml
for file in u m n link; do
	input=apart/$(echo $file | sed s/link/u/).yaml
	expect 1 "$mkos" seed --user-data apart/u.yaml --meta-data apart/m.yaml \
		--network-config apart/n.yaml -o apart/$file.yaml
	says err "mvirt-mkos seed: output 'apart/$file.yaml' is an input too ('$input'): give another --output"
done
for file in u m n; do
	same apart/$file.yaml $file.yaml
done
holds apart link.yaml m.yaml n.yaml u.yaml
exit $failed
