#!/bin/sh
# What a server can do wrong is one sentence each, nothing wrong gets into cache/, and a download
# that was cut goes on. The server is one on loopback, with certificates made here.
# usage: fetch.sh MVIRT-MKOS LIB PROJECT SERVER FETCH-LIB
set -eu
mkos=$1
. "$2"
server=$4
project "$3"
. "$5"
fetch="$mkos -C p fetch --recipe guest --kernel-source kernel.org --timeout 2"

# url HOW: of the kernel at the mirror that sends it so.
url() {
	echo "$base/$1/$place/$tarball"
}

instead=": get it elsewhere into 'cache/$tarball', use --mirror URL, or give another \
--kernel-source such as distro"

# refused HOW REASON: what comes is not taken, and nothing of it stays.
refused() {
	rm -rf p/cache
	expect 1 $fetch --mirror "$base/$1"
	empty out
	says err "mvirt-mkos fetch: fetch '$(url $1)': $2$instead"
	holds p/cache CACHEDIR.TAG
}

# taken HOW: it comes, in spite of all.
taken() {
	expect 0 $fetch --mirror "$base/$1"
	empty err
	same p/cache/$tarball files/$tarball
	holds p/cache CACHEDIR.TAG $tarball
}

# requests HOW: what the server was asked for, one range after another.
requests() {
	echo $(sed -n "s|^127.0.0.1 /$1/.* ||p" log)
}

# part BYTES: what an earlier run left of the file.
part() {
	rm -rf p/cache/*$tarball*
	head -c "$1" files/$tarball >p/cache/$tarball.part
}

# begin NAME URL: a fetch that takes its three tries, besides the others, in a folder of its own.
begin() {
	cp -R p p.$1
	"$mkos" -C p.$1 fetch --recipe guest --kernel-source kernel.org --timeout 2 --mirror "$2" \
		>p.$1.out 2>p.$1.err &
	echo $! >p.$1.pid
}

# gave_up NAME URL REASON: what became of it.
gave_up() {
	status=0
	wait "$(cat p.$1.pid)" || status=$?
	[ $status -eq 1 ] || fail "exit status $status, not 1: $1"
	empty p.$1.out
	says p.$1.err "mvirt-mkos fetch: fetch '$2/$place/$tarball': $3$instead"
	holds p.$1/cache CACHEDIR.TAG
}

sed "s/\$/  $size/" pins >p/config/pins
begin nobody https://127.0.0.1:1
for how in down stall empty; do
	begin $how "$base/$how"
done
cp pins p/config/pins

taken good
has out "fetched"
# What is there is not asked for again.
: >log
expect 0 $fetch --mirror "$base/good"
has out "there"
empty log
expect 0 "$mkos" -C p fetch --recipe guest --kernel-source kernel.org --offline --json=short
says out "{\"files\":[{\"name\":\"$tarball\",\"path\":\"cache/$tarball\",\
\"url\":\"https://$place/$tarball\",\"sha256\":\"$hash\",\"size\":$size,\"fetched\":false}]}"
# What is there and is another file is replaced, but only by the right one.
echo other >p/cache/$tarball
expect 1 $fetch --mirror "$base/gone"
says p/cache/$tarball other
expect 1 $fetch --offline
says err "mvirt-mkos fetch: 'cache/$tarball' has the SHA-256 $(echo other | sha256sum | cut -d' ' \
	-f1), not $hash, and --offline forbids to fetch it: get it elsewhere, or give another \
--kernel-source such as distro"
taken good

refused gone "it is not there (the server answers 404)"
refused http "the server redirects to 'http://127.0.0.1/http/$place/$tarball', which is not https"
refused loop "the server redirects in circles"
wrong=$(head -c "$size" /dev/zero | tr '\0' W | sha256sum | cut -d' ' -f1)
refused wrong "what came has the SHA-256 $wrong, not $hash"
[ "$(requests wrong)" = "- -" ] || fail "asked for: $(requests wrong)"
html=$(printf '<html>log in</html>' | sha256sum | cut -d' ' -f1)
refused html "what came has the SHA-256 $html, not $hash (it is a web page: is there a login in \
the way?)"
# The size that a pin may state is all that is taken.
sed "s/\$/  $size/" pins >p/config/pins
refused long "it is longer than the $size bytes it has to have"
refused endless "it is longer than the $size bytes it has to have"
cp pins p/config/pins

# Redirects within https, and a server that is busy at first.
rm -rf p/cache
taken hop
rm p/cache/$tarball
taken busy

# A download that is cut goes on where it stopped, in the next try and in the next run.
rm p/cache/$tarball
taken cutonce
[ "$(requests cutonce)" = "- bytes=1000-" ] || fail "asked for: $(requests cutonce)"
rm p/cache/$tarball
expect 1 $fetch --mirror "$base/cut"
says err "mvirt-mkos fetch: fetch '$(url cut)': the connection was cut after 3000 bytes, 3 times \
(they are kept: run again to go on)$instead"
holds p/cache CACHEDIR.TAG $tarball.part
head -c 3000 files/$tarball | cmp - p/cache/$tarball.part || fail "not the first 3000 bytes"
: >log
taken good
[ "$(requests good)" = "bytes=3000-" ] || fail "asked for: $(requests good)"
for bytes in 1 4999 $((size - 1)); do
	part $bytes
	: >log
	taken good
	[ "$(requests good)" = "bytes=$bytes-" ] || fail "asked for: $(requests good)"
done
# A whole part needs no server; damage to it is found, and costs one more download.
part "$size"
: >log
taken good
empty log
part 5000
printf x | dd of=p/cache/$tarball.part bs=1 seek=77 conv=notrunc 2>/dev/null
: >log
taken good
[ "$(requests good)" = "bytes=5000- -" ] || fail "asked for: $(requests good)"
# Servers that know no ranges, refuse them, or send another.
for how in norange norange416 wrongrange; do
	part 5000
	taken $how
done
[ "$(requests norange)" = "bytes=5000-" ] || fail "asked for: $(requests norange)"
[ "$(requests wrongrange)" = "bytes=5000- -" ] || fail "asked for: $(requests wrongrange)"
rm p/cache/$tarball
mkfifo p/cache/$tarball.part
expect 1 $fetch --mirror "$base/good"
says err "mvirt-mkos fetch: 'cache/$tarball.part' is not a regular file: move it away"
rm p/cache/$tarball.part

# Certificates.
good_base=$base
base=https://127.0.0.1:$(port expired)
refused good "the server's certificate is refused: it has expired (is the clock right?)"
base=https://127.0.0.1:$(port other)
refused good "the server's certificate is refused: it is for another host"
base=https://127.0.0.1:$(port alien)
nobody="the server's certificate is refused: nobody whom this machine trusts has signed it \
(install ca-certificates, or name a file of authorities in CURL_CA_BUNDLE)"
refused good "$nobody"
base=$good_base
(
	unset CURL_CA_BUNDLE
	refused good "$nobody"
	export SSL_CERT_FILE="$PWD/files/ca.pem"
	taken good
	exit $failed
) || failed=1

# The mirror from the environment, a proxy from its own variable, and neither with --offline.
rm -rf p/cache
MVIRT_MKOS_MIRROR=$base/good/ expect 0 $fetch
same p/cache/$tarball files/$tarball
rm -rf p/cache
: >log
https_proxy=http://127.0.0.1:$(port proxy) expect 0 $fetch
same p/cache/$tarball files/$tarball
has log "proxy CONNECT cdn.kernel.org:443 HTTP/1.1"
has log "cdn.kernel.org /pub/linux/kernel/v6.x/$tarball -"
rm -rf p/cache
: >log
https_proxy=http://127.0.0.1:$(port proxy) expect 1 $fetch --offline
says err "mvirt-mkos fetch: 'cache/$tarball' is not there, and --offline forbids to fetch it from \
'https://$place/$tarball': get it elsewhere, or give another --kernel-source such as distro"
empty log
absent p/cache
expect 2 $fetch --mirror http://127.0.0.1/
says err "mvirt-mkos fetch: the mirror 'http://127.0.0.1/' is no https URL"

# On a terminal it says how far it is.
if command -v script >/dev/null; then
	rm -rf p/cache
	TERM=xterm script -qec "$fetch --mirror $base/slow" /dev/null >out </dev/null ||
		fail "slowly: $(cat out)"
	tr '\r' '\n' <out | grep -qE "fetch $tarball: [0-9.]+ KiB of [0-9.]+ KiB, [0-9.]+ KiB/s, \
[0-9.]+ s left, [0-9.]+ s" || fail "no progress: $(cat out)"
fi

# A disk that is full: what was written stays for the next run.
if unshare -Urm true 2>/dev/null; then
	mkdir -p p/cache
	unshare -Urm sh -c 'mount -t tmpfs -o size=12k none p/cache && shift && "$@"; s=$?
		ls -A p/cache; exit $s' sh x $fetch --mirror "$base/good" >out 2>err && fail "a full disk"
	says err "mvirt-mkos fetch: fetch '$(url good)': write 'cache/$tarball.part': No space left \
on device"
	[ "$(echo $(cat out))" = "CACHEDIR.TAG $tarball.part" ] || fail "full disk: $(cat out)"
	rm -rf p/cache
fi

# Another run is at it.
(
	expect 0 $fetch --mirror "$base/good"
	rm p/cache/$tarball
	exec 9<>p/cache/CACHEDIR.TAG
	flock 9
	expect 1 $fetch --mirror "$base/good"
	has err ") is at work in '$PWD/p/cache': wait until it is done"
	expect 1 "$mkos" -C p distclean
	has err "is at work in"
	exit $failed
) || failed=1

gave_up nobody https://127.0.0.1:1 "there is no connection to the server"
gave_up down "$base/down" "the server answers 500"
gave_up empty "$base/empty" "the connection was cut before the first byte, 3 times"
gave_up stall "$base/stall" "nothing came for 2 seconds, 3 times"
exit $failed
