#!/bin/sh
# check and setup.sh read the same list, and name what is missing. usage: setup.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
mkdir -p p/config
cat >p/config/requirements <<'LIST'
# comment
no-such-package-1  program:no-such-program-1  kernel  a reason to have it
base-files         file:/etc/debian_version   kernel  is there
no-such-package-2|no-such-package-3  library:libnosuch.so.9  uki  another reason
no-such-package-1  header:no/such/header.h    kernel  a third reason
LIST
expect 1 "$mkos" -C p check
says err "mvirt-mkos check: this machine lacks 3 of the 4 things it needs"
cat >wanted <<'TEXT'
missing: program no-such-program-1
         package no-such-package-1: a reason to have it
missing: library libnosuch.so.9
         package no-such-package-2: another reason
missing: header no/such/header.h
         package no-such-package-1: a third reason

get it: ./setup.sh, or as root
  apt-get install --no-install-recommends no-such-package-1 no-such-package-2
TEXT
same out wanted
expect 1 "$mkos" -C p check --role uki --json=short
says out '{"missing":[{"kind":"library","name":"libnosuch.so.9","package":"no-such-package-2","roles":"uki","reason":"another reason"}]}'
says err "mvirt-mkos check: this machine lacks 1 of the 1 things it needs"
printf 'base-files file:/etc/debian_version run,test is there\n' >>p/config/requirements
printf 'no-such-package-4 program:no-such-4 slow long tests\n' >>p/config/requirements
expect 0 "$mkos" -C p check --role run
says out "nothing is missing"
printf 'pkg thing:x kernel why\n' >p/config/requirements
expect 1 "$mkos" -C p check
says err "mvirt-mkos check: config/requirements:1: 'thing' is neither program, library, header nor file"

printf 'base-files file:/etc/debian_version kernel,run is there\n' >p/config/requirements
expect 2 "$mkos" -C p check --role kernle
says err "mvirt-mkos check: unknown role 'kernle': did you mean 'kernel'?"
expect 2 "$mkos" -C p check --role everything
says err "mvirt-mkos check: unknown role 'everything': see mvirt-mkos check --help"

# setup.sh installs nothing when all is there.
command -v dpkg-query >/dev/null || skip "no dpkg"
cp "$3/setup.sh" p/
printf 'base-files file:/etc/debian_version kernel is there\n' >p/config/requirements
expect 0 p/setup.sh
empty out
exit $failed
