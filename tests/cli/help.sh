#!/bin/sh
# Help goes to standard output, fits 80 columns, and names every command.
# usage: help.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"

expect 0 "$mkos" --help
empty err
commands=$(sed -n '/^Commands:/,/^Options:/s/^  \([a-z]*\) .*/\1/p' out)
[ "$(echo "$commands" | tr '\n' ' ')" = \
	"build fetch kernel menuconfig initramfs uki iso disk seed genkey sign verify enroll measure inspect run check clean distclean " ] ||
	fail "commands: $commands"
for command in "" $commands; do
	expect 0 "$mkos" $command --help
	empty err
	awk 'length($0) > 80 { print FILENAME ": " $0; bad = 1 } END { exit bad }' out ||
		fail "help of '$command' is wider than 80 columns"
done
expect 0 "$mkos" help
mv out overview
expect 0 "$mkos" --help
same out overview
expect 0 "$mkos" help inspect
mv out overview
expect 0 "$mkos" inspect --help
same out overview
expect 2 "$mkos" help inspekt
says err "mvirt-mkos: unknown command 'inspekt': did you mean 'inspect'?"
expect 2 "$mkos" help uki inspect
says err "mvirt-mkos: help with what? Give one command"
# What is said of all commands may stand behind one just as well.
expect 2 "$mkos" build -q -v --quiet --verbose extra
has err "'extra' is one operand too many"
expect 2 "$mkos" build --quiet=1
says err "mvirt-mkos build: option '--quiet' takes no value"
expect 0 "$mkos" --version
[ "$(cut -d' ' -f1 out)" = mvirt-mkos ] || fail "version: $(cat out)"
# What cannot be printed is an error.
expect 1 sh -c '"$1" --help >/dev/full' sh "$mkos"
says err "mvirt-mkos: write standard output: No space left on device"
exit $failed
