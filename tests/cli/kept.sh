#!/bin/sh
# A kernel that was built before is taken from the user's cache, and only the right one: not a
# damaged one, not one of a configuration that changed meanwhile.
# usage: kept.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
project "$3"
export XDG_CACHE_HOME="$PWD/kept"
build="$mkos -C p kernel --recipe guest --kernel-source ../linux.tar"

# What the kernel is tells how it was configured; "edit" stands for somebody at an editor.
sed -e 's|cp $(CURDIR)/sample|cat $(CURDIR)/sample $(O)/.config >|' \
	-e '/^olddefconfig:/a\
> [ ! -f $(O)/../edit ] || echo "CONFIG_BY=y" >>$(O)/../kernel.config' \
	-i kernel_source/Makefile
tar cf linux.tar kernel_source

# made HOW: the kernel was made so and has the options of kernel.config.
made() {
	expect 0 $build
	grep -q "$1" out || fail "not '$1': $(cat out)"
	has p/kernel/arch/x86/boot/bzImage "$(grep '^CONFIG_TWO' p/kernel.config)"
}

made 'made in'
holds kept/mvirt-mkos/* SHA256SUMS bzImage config vmlinux
made 'up to date'
expect 0 "$mkos" -C p clean
made 'kept from before'
empty err

# A kept kernel that is not whole costs time, not the build.
printf x >>"$(echo kept/mvirt-mkos/*/bzImage)"
expect 0 "$mkos" -C p clean
made 'made in'
has err "is damaged: it is built again"
rm kept/mvirt-mkos/*/config
expect 0 "$mkos" -C p clean
made 'made in'
has err "cannot be taken, it is built again: open '"
expect 0 "$mkos" -C p clean
made 'kept from before'
holds kept/mvirt-mkos/* SHA256SUMS bzImage config vmlinux
expect 0 "$mkos" -C p clean
(unset XDG_CACHE_HOME HOME && made 'made in' && exit $failed) || failed=1

# kbuild goes by times: a kernel from the cache is younger than what it would be made of.
cp p/kernel.config two
sed 's/"two"/"three"/' two >p/kernel.config
made 'made in'
cp two p/kernel.config
made 'kept from before'
tac two | sed 's/"two"/"three"/' >p/kernel.config
made 'made in'
# Comments and blank lines change nothing; what asks for the same in another order is built.
(cat p/kernel.config && printf '\n# a comment\n') >commented
cp commented p/kernel.config
made 'up to date'

# A layer that is edited while the kernel is built: not noted, not kept.
sed 's/"two"/"four"/' two >p/kernel.config
before=$(ls kept/mvirt-mkos)
: >p/edit
expect 1 $build
says err "mvirt-mkos kernel: the kernel's layers, source or compiler were changed while it was \
built: run again when they are at rest"
rm p/edit
[ "$(ls kept/mvirt-mkos)" = "$before" ] || fail "a kernel of another configuration was kept"
made 'made in'

# The 24 kernels that were used last are kept.
for n in $(seq 30); do
	mkdir -p "kept/mvirt-mkos/kernel-1-$n"
	touch -d "2001-01-01 +$n hours" "kept/mvirt-mkos/kernel-1-$n"
done
echo 'CONFIG_BASE=y' >>p/kernel.config
made 'made in'
[ "$(ls kept/mvirt-mkos | wc -l)" -eq 24 ] || fail "kept: $(ls kept/mvirt-mkos)"
absent kept/mvirt-mkos/kernel-1-1
[ -d kept/mvirt-mkos/kernel-1-30 ] || fail "one that was used later went first"

# Where the project and its layers lie is in no result.
expect 0 $build --fragment "$PWD/two"
if grep -F "$PWD" p/target/manifest.json; then
	fail "a path of this machine is in the manifest"
fi
exit $failed
