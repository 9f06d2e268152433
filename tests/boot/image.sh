#!/bin/sh
# Builds the recipe guest as its users do, in a project folder for the tests.
# usage: image.sh MVIRT-MKOS FOLDER PROJECT
set -eu
mkos=$1
folder=$2

mkdir -p "$folder"
rm -rf "$folder/config"
cp -R "$3/config" "$3/kernel.config" "$3/kernel.version" "$3/cmdline.txt" "$folder/"
"$mkos" -C "$folder" build --recipe guest --kernel-source distro
[ -s "$folder/target/mvirt.efi" ]

# A second run has nothing to do.
"$mkos" -C "$folder" build --recipe guest --kernel-source distro >second
cat second
[ "$(grep -c 'up to date' second)" -eq 4 ]
