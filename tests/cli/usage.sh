#!/bin/sh
# A wrong command line is exit status 2 and one sentence on standard error.
# usage: usage.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"

# wrong SENTENCE ARGUMENTS...
wrong() {
	sentence=$1
	shift
	expect 2 "$mkos" "$@"
	empty out
	says err "$sentence"
}

wrong "mvirt-mkos: no command: see mvirt-mkos --help"
wrong "mvirt-mkos: unknown command 'biuld': did you mean 'build'?" biuld
wrong "mvirt-mkos: unknown command 'frobnicate': see mvirt-mkos --help" frobnicate
wrong "mvirt-mkos: unknown option '--nonsense': see mvirt-mkos --help" --nonsense build
wrong "mvirt-mkos: unknown option '-x': see mvirt-mkos --help" -xq build
wrong "mvirt-mkos: unknown option '-x': see mvirt-mkos --help" -qx build
wrong "mvirt-mkos: option '-C' needs a value" -C
wrong "mvirt-mkos build: unknown option '--recipes': did you mean '--recipe'?" build --recipes x
wrong "mvirt-mkos build: unknown option '--zzzzzz': see mvirt-mkos build --help" build --zzzzzz=1
wrong "mvirt-mkos build: unknown option '-Z': see mvirt-mkos build --help" build -Z
wrong "mvirt-mkos build: option '--recipe' needs a value: NAME" build --recipe
wrong "mvirt-mkos build: option '--jobs' needs a value: N" build -j
wrong "mvirt-mkos build: option '--no-sync' takes no value" build --no-sync=yes
wrong "mvirt-mkos build: --jobs 'many' is not a decimal number" build --jobs many
wrong "mvirt-mkos build: --jobs is at least 1" build -j0
wrong "mvirt-mkos build: --json is 'pretty' or 'short', not 'long'" build --json=long
wrong "mvirt-mkos build: 'extra' is one operand too many: see mvirt-mkos build --help" build extra
wrong "mvirt-mkos inspect: inspect what? Give a UKI, an initramfs, a kernel, an ISO or a disk" inspect
wrong "mvirt-mkos run: --memory 'lots' is not a size such as 512M" run --memory lots
wrong "mvirt-mkos run: --timeout goes with steps: --expect, --send, --power-button or --monitor" \
	run --timeout 5
wrong "mvirt-mkos initramfs: --output and how an archive is made go with --list: without \
it the recipe decides, by the keys of its [initramfs]" initramfs -o x
wrong "mvirt-mkos uki: the options for parts go with --linux: without it the recipe decides, \
or, with --output, they make an addon" uki --cmdline x
expect 1 "$mkos" -C nowhere build
says err "mvirt-mkos: go to project folder 'nowhere': No such file or directory"
exit $failed
