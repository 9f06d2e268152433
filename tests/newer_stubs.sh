#!/bin/sh
# systemd's EFI stubs, boot loader and ukify of a newer Debian release, which tests are made with
# besides those that are installed. They come from the mirror that apt is configured with, by an apt
# that knows nothing else: it checks who signed the release and what the packages must hash to. They
# are kept for the user, and nothing is fetched twice.
# usage: newer_stubs.sh SUITE    prints the folder, which has usr/lib/systemd; exit status 77: they
# cannot be had here
set -eu
suite=$1
packages="systemd-boot-efi systemd-ukify"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
kept=${XDG_CACHE_HOME:-${HOME:?}/.cache}/mvirt-mkos-tests
folder=$kept/systemd-$suite

skip() {
	echo "skipped: $1" >&2
	exit 77
}

[ ! -d "$folder" ] || { echo "$folder"; exit 0; }
for tool in apt-get dpkg-deb flock; do
	command -v $tool >/dev/null || skip "no $tool, which fetches systemd of $suite"
done
[ -e $keyring ] || skip "no $keyring, which tells who signs Debian's releases"
. /etc/os-release
# Known from the sources alone: the lists of packages may have been deleted.
mirrors=$(apt-get update --print-uris |
	sed -n "s,^'\(.*\)/dists/${VERSION_CODENAME:-none}/InRelease' .*,\1,p")
[ "$ID" = debian ] && [ -n "$mirrors" ] || skip "apt has no mirror of Debian"

mkdir -p "$kept"
exec 9>"$kept/lock"
flock 9
[ ! -d "$folder" ] || { echo "$folder"; exit 0; }

work=$(mktemp -d "$kept/new.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/state/lists/partial" "$work/cache/archives/partial" "$work/debs" \
	"$work/tree"
: >"$work/status"
architecture=$(dpkg --print-architecture)

# The machine's own settings stay, a proxy among them; its sources and pins do not.
apt() {
	apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" \
		-o Dir::Etc::PreferencesParts=/dev/null -o Dir::Etc::Preferences=/dev/null \
		-o Dir::State="$work/state" -o Dir::State::status="$work/status" \
		-o Dir::Cache="$work/cache" -o APT::Sandbox::User=root -o Acquire::Retries=3 \
		-o Acquire::Languages=none -o APT::Update::Error-Mode=any "$@"
}

fetch() {
	cat >"$work/sources/newer.sources" <<-SOURCES
		Types: deb
		URIs: $1
		Suites: $suite
		Components: main
		Architectures: $architecture
		Signed-By: $keyring
	SOURCES
	apt update >"$work/log" 2>&1 || return 1
	# shellcheck disable=SC2086
	(cd "$work/debs" && apt download $packages) >>"$work/log" 2>&1
}

for mirror in $mirrors; do
	! fetch "$mirror" || break
done
for package in $packages; do
	deb=$(find "$work/debs" -name "${package}_*.deb")
	[ -n "$deb" ] || { cat "$work/log" >&2; skip "$package of $suite cannot be fetched"; }
	dpkg-deb -x "$deb" "$work/tree"
done
chmod 0755 "$work/tree"
mv -T "$work/tree" "$folder"
echo "$folder"
