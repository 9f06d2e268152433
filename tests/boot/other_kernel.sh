#!/bin/sh
# The guest's layer on the distribution's other kernel: nothing is lost, and it boots.
# usage: other_kernel.sh MVIRT-MKOS PROJECT GUEST-TEST TARBALL
set -eu
mkos=$1
project=$2
test=$3
tarball=$4

[ -e "$tarball" ] || { echo "skipped: no $tarball"; exit 77; }
mkdir p
cp -R "$project/config" "$project/kernel.config" "$project/kernel.version" \
	"$project/cmdline.txt" p/
mkdir -p "$project/cache"
ln -s "$project/cache" p/cache
"$mkos" -C p build --recipe guest --kernel-source "$tarball"
sh "$test" "$mkos" "$PWD/p"
