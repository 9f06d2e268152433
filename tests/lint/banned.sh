#!/bin/sh
# Functions that invite overflows, hidden state or a shell are not called anywhere.
# usage: banned.sh PROJECT
set -eu
cd "$1"

names='strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|gets|system|popen|tmpnam|mktemp'
found=$(grep -HnE "(^|[^A-Za-z0-9_.>])($names)\(" $(find src init guest include tests -name '*.[ch]') || true)
[ -z "$found" ] || { printf 'banned calls:\n%s\n' "$found"; exit 1; }
