#!/bin/sh
# PID 1 beside other inits, see init.py. usage: init.sh PIDEISN MUSL-GCC [RUNS] [RESTARTS]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
pideisn=$1
musl=$2
shift 2
unshare --user --map-root-user true 2>/dev/null || { echo "skipped: no user namespaces"; exit 77; }
exec python3 "$here/init.py" "$pideisn" "$musl" "$here/init_service.c" "$@"
