#!/bin/sh
# Installs the Debian packages that config/requirements names and that are missing here, and fetches
# what tests take from newer releases. Never asks; does nothing when nothing is missing.
# usage: setup.sh [all]
# With "all" also what only the long tests (preset test-all) need.
set -eu

all=${1:-}
suites=trixie
[ "$all" != all ] || suites="$suites sid"

cd "$(dirname "$0")"

# Nobody needs it to build: where it cannot be had, the tests say so.
fetch_for_tests() {
	[ -e tests/newer_stubs.sh ] || return 0
	for suite in $suites; do
		sh tests/newer_stubs.sh "$suite" >/dev/null ||
			echo "setup.sh: tests with systemd of Debian $suite cannot run here" >&2
	done
}

# The preferred package of each row that the archive knows, with the reason it is needed. A row
# with alternatives is satisfied by any that is installed.
missing=
while read -r packages _ roles reason; do
	case $packages in '' | '#'*) continue ;; esac
	[ "$roles" != slow ] || [ "$all" = all ] || continue
	choice=
	for package in $(echo "$packages" | tr '|' ' '); do
		if dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
			grep -q 'ok installed'; then
			choice=installed
			break
		fi
	done
	[ "$choice" = installed ] && continue
	case " $missing " in *" $packages "*) continue ;; esac
	missing="$missing $packages"
	printf 'needed: %-20s %s\n' "${packages%%|*}" "$reason"
done <config/requirements

[ -n "$missing" ] || { fetch_for_tests; exit 0; }

if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null; then
	as_root="sudo"
else
	echo "setup.sh: installing packages needs root: run it as root, or install sudo" >&2
	exit 1
fi

export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q

choices=
for packages in $missing; do
	for package in $(echo "$packages" | tr '|' ' '); do
		if apt-cache show "$package" >/dev/null 2>&1; then
			choices="$choices $package"
			continue 2
		fi
	done
	echo "setup.sh: no package $packages in this distribution's archive" >&2
	exit 1
done

echo "installing:$choices"
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive \
	apt-get install -y -q --no-install-recommends $choices
fetch_for_tests
