# For the tests of downloads: sourced behind lib.sh, with $server set. Makes certificates, a kernel's
# tarball, and starts the server on loopback.
# shellcheck shell=sh

for tool in python3 openssl; do
	command -v $tool >/dev/null || skip "no $tool"
done
unset CURL_CA_BUNDLE SSL_CERT_FILE https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY \
	MVIRT_MKOS_MIRROR

# certificate NAME SUBJECT-NAMES DAYS-OPTIONS...: signed by ca.pem.
certificate() {
	name=$1
	names=$2
	shift 2
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
		-keyout files/$name.key -out $name.csr 2>/dev/null
	echo "subjectAltName=$names" >$name.ext
	openssl ca -batch -config ca.conf -cert files/ca.pem -keyfile ca.key -md sha256 \
		-extfile $name.ext -in $name.csr -out files/$name.pem -notext "$@" 2>ca.log ||
		fail "no certificate '$name': $(cat ca.log)"
}

mkdir files
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj "/CN=test" \
	-addext "basicConstraints=critical,CA:TRUE" -keyout ca.key -out files/ca.pem 2>/dev/null
cat >ca.conf <<'CONF'
[ca]
default_ca = test
[test]
new_certs_dir = .
database = index
serial = serial
policy = any
unique_subject = no
[any]
commonName = supplied
CONF
: >index
echo 1000 >serial
hosts=DNS:cdn.kernel.org,DNS:github.com,DNS:www.kernel.org
certificate good "IP:127.0.0.1,$hosts" -days 2
certificate other "$hosts" -days 2
certificate expired "IP:127.0.0.1" -startdate 20200101000000Z -enddate 20200102000000Z
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=alien" \
	-addext "subjectAltName=IP:127.0.0.1" -keyout files/alien.key -out files/alien.pem 2>/dev/null

# The kernel that kernel.org has here is the sample, and some bytes that do not compress.
mkdir linux-6.18.4
cp -R kernel_source/. linux-6.18.4/
head -c 20000 /dev/urandom >linux-6.18.4/noise
tarball=linux-6.18.4.tar.xz
tar -cJf files/$tarball linux-6.18.4
size=$(wc -c <files/$tarball)
hash=$(sha256sum files/$tarball | cut -d' ' -f1)
place=cdn.kernel.org/pub/linux/kernel/v6.x
printf '%s  %s  https://%s/%s\n' "$hash" $tarball $place $tarball >p/config/pins
cp p/config/pins pins

: >log
python3 "$server" files ports log &
pid=$!
trap 'kill $pid 2>/dev/null; wait $pid 2>/dev/null || :' EXIT
tries=0
until [ -e ports ]; do
	tries=$((tries + 1))
	[ $tries -lt 100 ] || { fail "the server does not start"; exit 1; }
	sleep 0.1
done
port() {
	sed -n "s/^$1 //p" ports
}
base=https://127.0.0.1:$(port good)
export CURL_CA_BUNDLE="$PWD/files/ca.pem"
