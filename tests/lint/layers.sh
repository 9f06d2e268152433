#!/bin/sh
# A file includes only its own layer and lower ones: cli > stage > {host, format} > base.
# usage: layers.sh PROJECT
set -eu
cd "$1"

# wrong LAYER ALLOWED...: the includes of a layer that are not among those allowed.
wrong() {
	layer=$1
	shift
	allowed=$(printf '%s|' "$@")
	grep -HnE '^#include "(base|host|format|stage|cli|init)/' \
		$(find "src/$layer" "include/$layer" -name '*.[ch]') |
		grep -vE "#include \"(${allowed%|})/" || true
}

found=$(
	wrong base base
	wrong host host base
	wrong format format base
	wrong stage stage host format base
	wrong cli cli stage host format base
	# What runs in the image has no stages: it is made of the lower layers' sources.
	grep -HnE '^#include "(stage|cli|init)/' $(find guest -name '*.[ch]') || true
	# PID 1 shares no code with the rest.
	grep -HnE '^#include "(base|host|format|stage|cli)/' $(find init -name '*.[ch]') || true
	# Nor with its network's program, but for what is in shared/.
	grep -HnE '^#include "network/' $(find init -name '*.[ch]' ! -path init/network/\*) || true
	grep -HnE '^#include "[^"]*"' $(find init/network -name '*.[ch]') |
		grep -vE '#include "(network|shared)/' || true
	grep -HnE '^#include "[^"]*"' $(find init/shared -name '*.[ch]') |
		grep -v '#include "shared/' || true
)
[ -z "$found" ] || { printf 'includes against the layers:\n%s\n' "$found"; exit 1; }
