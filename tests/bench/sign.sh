#!/bin/sh
# What a signature costs beside copying the program and digesting the copy, medians of five runs in turn,
# and that the copy shares its blocks where the file system can, on loop-mounted btrfs and xfs, if this
# machine and user can mount them. The aim for 512 MiB is 1.2.
# usage: sign.sh MVIRT-MKOS [RUNS]
set -eu
mkos=$1
runs=${2:-5}
bench=$(cd "$(dirname "$0")" && pwd)
measure=$bench/measure.py
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
[ -e "$stub" ] || { echo "skipped: no $stub (package systemd-boot-efi)"; exit 77; }

openssl req -new -x509 -newkey rsa:2048 -nodes -keyout key -out cert.pem -subj /CN=bench 2>/dev/null
python3 "$bench/../cli/efi_sample.py" kernel x64 kernel
# Each begins without the other's output: what lies unwritten in memory slows whoever comes next.
clean="rm -f out.cp out.efi"
sign="$clean; '$mkos' -q sign program --key key --certificate cert.pem -o out.efi"

program() {
	{ printf '\037\213' && head -c $(($1 << 20)) /dev/urandom; } >initrd
	"$mkos" -q uki --config /dev/null --linux kernel --initrd initrd --cmdline quiet \
		--os-release ID=bench --no-sync -o program
	rm initrd
	sync
}

tables() {
	echo
	echo "$1, program of $2 MiB"
	python3 "$measure" "$runs" \
		"cp, openssl dgst" out.cp "$clean; cp $3 program out.cp && openssl dgst -sha256 out.cp >/dev/null" \
		"mvirt-mkos sign --no-sync" out.efi "$sign --no-sync"
	echo
	python3 "$measure" "$runs" \
		"cp, openssl dgst, sync" out.cp \
		"$clean; cp $3 program out.cp && openssl dgst -sha256 out.cp >/dev/null && sync out.cp" \
		"mvirt-mkos sign" out.efi "$sign"
}

# shared FILE: how much of it lies in blocks that another file has too. That much is no matter of time.
shared() {
	filefrag -v "$1" | awk '
		/^ *[0-9]+:/ { gsub(/\.\./, " "); gsub(/:/, " "); blocks += $6; if (/shared/) n += $6 }
		END {
			printf "%d of %d blocks are shared with the program\n", n, blocks
			exit n * 100 < blocks * 99
		}'
}

for size in 16 512; do
	program $size
	tables "here" $size --reflink=never
done
if command -v sbsign >/dev/null; then
	echo
	python3 "$measure" "$runs" \
		"sbsign, 512 MiB" out.efi \
		"$clean; sbsign --key key --cert cert.pem --output out.efi program 2>/dev/null" \
		"mvirt-mkos sign, 512 MiB" out.efi "$sign --no-sync"
fi

mkdir mounted
trap 'umount mounted 2>/dev/null || true' EXIT
for type in btrfs xfs; do
	rm -f disk
	truncate -s 3G disk
	if ! mkfs.$type -q disk 2>/dev/null || ! mount -o loop disk mounted 2>/dev/null; then
		echo "$type: not tried: it cannot be made or mounted here"
		continue
	fi
	cp program key cert.pem mounted/
	(
		cd mounted
		sync .
		tables "on $type" 512 --reflink=always
		shared out.efi
	)
	umount mounted
done
