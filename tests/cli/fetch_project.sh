#!/bin/sh
# What a project needs from elsewhere: the kernel of kernel.org or of a URL, pinned payload, and a
# kernel version without a pin, whose hash stands in a signed list.
# usage: fetch_project.sh MVIRT-MKOS LIB PROJECT SERVER FETCH-LIB
set -eu
mkos=$1
. "$2"
server=$4
for tool in gpg gpgv; do
	command -v $tool >/dev/null || skip "no $tool"
done
project "$3"
. "$5"
export XDG_CACHE_HOME="$PWD/kept" GNUPGHOME="$PWD/gnupg"
mirror=$base/good
source="get it elsewhere into 'cache/$tarball', use --mirror URL, or give another --kernel-source such as distro"

# A build from kernel.org: only the first run needs the network.
if [ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ] && [ -e /bin/busybox ]; then
	build="$mkos -C p build --recipe guest --kernel-source kernel.org"
	expect 1 $build --offline
	says err "mvirt-mkos build: 'cache/$tarball' is not there, and --offline forbids to fetch it \
from 'https://$place/$tarball': get it elsewhere, or give another --kernel-source such as distro"
	expect 1 $build --mirror https://127.0.0.1:1
	says err "mvirt-mkos build: fetch 'https://127.0.0.1:1/$place/$tarball': there is no connection \
to the server: $source"
	absent p/kernel
	expect 0 $build --mirror "$mirror"
	holds p/cache CACHEDIR.TAG $tarball src
	has p/target/manifest.json "\"$tarball\""
	has p/target/sbom.cdx.json "\"url\": \"https://$place/$tarball\""
	expect 0 $build --offline
	[ "$(grep -c 'up to date' out)" -eq 4 ] || fail "made again: $(cat out)"
elif [ "${CI:-}" = true ]; then
	fail "no stub or no busybox"
fi
rm -rf p/cache p/kernel p/target

# A URL has to come with its hash; so may a tarball, and nothing else.
kernel="$mkos -C p kernel --recipe guest --check-config"
url=$mirror/some/$tarball
expect 1 $kernel --kernel-source "$url"
says err "mvirt-mkos kernel: kernel source '$url' needs its hash: give it with --sha256 HEX"
expect 1 $kernel --kernel-source "$url" --sha256 12
says err "mvirt-mkos kernel: the SHA-256 is 64 hexadecimal digits, not '12'"
expect 1 $kernel --kernel-source "http://127.0.0.1/$tarball" --sha256 "$hash"
says err "mvirt-mkos kernel: kernel source 'http://127.0.0.1/$tarball' is no https URL"
expect 1 $kernel --kernel-source "$mirror/" --sha256 "$hash"
says err "mvirt-mkos kernel: kernel source: '$mirror/' does not end in the name of a file"
expect 2 $kernel --kernel-source ../kernel_source --sha256 "$hash"
says err "mvirt-mkos kernel: --sha256 is for a kernel source that is kernel.org, a URL or a tarball, \
not '../kernel_source'"
zeros=$(printf %064d 0)
expect 1 $kernel --kernel-source ../files/$tarball --sha256 "$zeros"
says err "mvirt-mkos kernel: kernel source: '../files/$tarball' has the SHA-256 $hash, not $zeros"
expect 0 $kernel --kernel-source ../files/$tarball --sha256 "$hash"
absent p/cache/$tarball
rm -rf p/cache p/kernel p/target
expect 0 $kernel --kernel-source "$url?download=1" --sha256 "$(echo "$hash" | tr a-f A-F)"
same p/cache/$tarball files/$tarball
# The recipe may say the same; what the command line says takes its hash out of force.
cp p/config/recipes/guest.conf saved.conf
sed -i "s|^source = .*|source = $url\nsha256 = $zeros|" p/config/recipes/guest.conf
rm -rf p/cache
expect 1 $kernel
has err "what came has the SHA-256 $hash, not $zeros"
expect 0 $kernel --kernel-source ../kernel_source
sed -i "s|^sha256 = .*|sha256 = $hash|" p/config/recipes/guest.conf
expect 0 $kernel
cp saved.conf p/config/recipes/guest.conf
rm -rf p/cache p/kernel p/target

# Payload by its pin, by the recipe's URL, or by hand.
for name in daemon one two three four five; do
	echo "program $name" >files/$name
	echo "$(sha256sum files/$name | cut -d' ' -f1) $name https://github.com/x/$name" >>p/config/pins
	printf '[payload %s]\npath = /usr/bin/%s\n' $name $name >>p/config/recipes/guest.conf
done
sed -i 's/^source = .*/source = distro/' p/config/recipes/guest.conf
fetch="$mkos -C p fetch --recipe guest"
expect 0 $fetch --mirror "$mirror" --without two
holds p/cache CACHEDIR.TAG daemon five four one three
same p/cache/five files/five
: >log
expect 0 $fetch --mirror "$mirror" --payload two=../files/one
empty log
expect 1 $fetch --offline
has err "'cache/two' is not there, and --offline forbids to fetch it from 'https://github.com/x/two'"
has err "or give --payload two=PATH"
cp saved.conf p/config/recipes/guest.conf
daemon=$(sha256sum files/daemon | cut -d' ' -f1)
printf 'source = %s/daemon\n' "$mirror" >>p/config/recipes/guest.conf
expect 1 $fetch --kernel-source ../kernel_source
says err "mvirt-mkos fetch: config/recipes/guest.conf: [payload mvirt-vmm]: source '$mirror/daemon' \
needs sha256 = HEX beside it"
echo "sha256 = $daemon" >>p/config/recipes/guest.conf
expect 0 $fetch --kernel-source ../kernel_source
same p/cache/mvirt-vmm files/daemon
sed -i 's|^source = https.*|source = ../files/daemon|' p/config/recipes/guest.conf
expect 0 $fetch --kernel-source ../kernel_source
echo more >>files/daemon
expect 1 $fetch --kernel-source ../kernel_source
has err "mvirt-vmm: '../files/daemon' has the SHA-256 "
sed -i 's|^source = ../files.*|source = ftp://127.0.0.1/x|' p/config/recipes/guest.conf
expect 1 $fetch --kernel-source ../kernel_source
has err "source 'ftp://127.0.0.1/x' is no https URL"
cp saved.conf p/config/recipes/guest.conf

# What is wrong with config/pins is told by its line.
echo "12 name https://h/" >p/config/pins
expect 1 $fetch
says err "mvirt-mkos fetch: config/pins:1: the SHA-256 is 64 hexadecimal digits, not '12'"
echo "$hash src https://h/" >p/config/pins
sed 's/^\[payload.*/[payload src]/' saved.conf >p/config/recipes/guest.conf
expect 1 $fetch --kernel-source ../kernel_source
has err "'src' is no name for a file in cache/"
cp saved.conf p/config/recipes/guest.conf
cp pins p/config/pins

# A version without a pin.
echo 6.18.60 >p/kernel.version
new=linux-6.18.60.tar.xz
cp files/$tarball files/$new
expect 1 "$mkos" -C p kernel --recipe guest --kernel-source kernel.org --mirror "$mirror"
nopin="kernel 6.18.60 has no pin in config/pins"
says err "mvirt-mkos kernel: $nopin: mvirt-mkos fetch --pin checks kernel.org's signature and writes \
it, or give its hash with --sha256 HEX"

mkdir -m 700 gnupg
key() {
	gpg --batch --quiet --passphrase '' --quick-gen-key "$1" ed25519 sign never 2>/dev/null
	gpg --batch --with-colons --list-keys "$1" | sed -n 's/^fpr:*\([0-9A-F]*\):$/\1/p' | head -n1
}
ours=$(key ours@example.org)
theirs=$(key theirs@example.org)
gpg --batch --export "$ours" >ours.gpg
gpg --batch --export >both.gpg
(cd files && sha256sum $tarball $new) >sums
gpg --batch --quiet --local-user "$ours" --output files/sha256sums.asc --clearsign sums
cp files/sha256sums.asc good.asc
gpgconf --kill all
list=https://$place/sha256sums.asc
fetch="$mkos -C p fetch --recipe guest --kernel-source kernel.org --mirror $mirror --timeout 2"
signed="$fetch --keyring ../ours.gpg --fingerprint $ours"

# unsigned REASON COMMAND...: refused, and nothing is kept.
unsigned() {
	reason=$1
	shift
	rm -rf p/cache
	expect 1 "$@"
	says err "mvirt-mkos fetch: $nopin, and its hash cannot be had: $reason: give it with --sha256 HEX"
	absent p/cache
	same p/config/pins pins
}

expect 0 $signed
has err "$new: SHA-256 $hash, as kernel.org's list says, whose signature is good"
same p/cache/$new files/$new
same p/config/pins pins
unsigned "'$list' is not signed by the key $theirs, or that has expired" \
	$fetch --keyring ../both.gpg --fingerprint "$theirs"
unsigned "'$list' is not signed by the key B8868C80BA62A1FFFAF5FDA9632D3A06589DA6B1, or that has \
expired" $fetch --keyring ../ours.gpg
unsigned "--keyring: find '../nowhere': No such file or directory" $fetch --keyring ../nowhere
unsigned "fetch '$mirror/www.kernel.org/.well-known/openpgpkey/hu/ew8uiogxwri7d3fuioqgt7u1d5sngorx\
?l=autosigner': it is not there (the server answers 404)" $fetch
gpg --batch --armor --export "$ours" >ours.asc
unsigned "--keyring '../ours.asc' is text, which gpgv does not read: use what gpg --dearmor makes of \
it" $fetch --keyring ../ours.asc
expect 2 $fetch --fingerprint "B886 8C80"
has err "--fingerprint is 40 hexadecimal digits, without blanks, not 'B886 8C80'"
# The key as kernel.org publishes it.
cp ours.gpg files/ew8uiogxwri7d3fuioqgt7u1d5sngorx
rm -rf p/cache
expect 0 $fetch --fingerprint "$ours"
cp both.gpg files/ew8uiogxwri7d3fuioqgt7u1d5sngorx
unsigned "'$list' is not signed by the key $theirs, or that has expired" \
	$fetch --fingerprint "$theirs"
gpg --batch --export "$theirs" >theirs.gpg
unsigned "'$list' is signed by a key that the keyring has not" \
	$fetch --keyring ../theirs.gpg --fingerprint "$ours"
sed "s/$new/linux-6.18.66.tar.xz/" good.asc >files/sha256sums.asc
unsigned "the signature of '$list' is wrong: it was changed" $signed
# What stands around the signed text does not count.
{ echo "$zeros  $new"; cat good.asc; echo "$zeros  $new"; } >files/sha256sums.asc
rm -rf p/cache
expect 0 $signed
cp sums files/sha256sums.asc
rm -rf p/cache
expect 1 $signed
has err "$nopin, and its hash cannot be had: '$list' has no signature that can be checked ("
gpg --batch --quiet --yes --local-user "$ours" --output files/sha256sums.asc --clearsign pins
gpgconf --kill all
unsigned "$list has no '$new'" $signed
cp good.asc files/sha256sums.asc

# The pin is written once; from then on it is a version like any other.
rm -rf p/cache
expect 0 $signed --pin
has err "config/pins: 1 pin added"
echo "$hash  $new  https://$place/$new  $size" | cat pins - >wanted
same p/config/pins wanted
expect 0 $signed --pin --offline
same p/config/pins wanted
expect 0 "$mkos" -C p kernel --recipe guest --kernel-source kernel.org --check-config --offline
# Or the hash by hand, and no signature is asked for.
cp pins p/config/pins
rm -rf p/cache
: >log
expect 0 $fetch --sha256 "$hash"
has log "/good/$place/$new -"
[ "$(wc -l <log)" -eq 1 ] || fail "asked for: $(cat log)"
exit $failed
