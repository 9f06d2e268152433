# Sourced by the tests of the network's program. Everything runs as an ordinary user: the script starts
# itself again as root of a user namespace, whose network is that of the server; pideisn is process
# 1 of namespaces within it, and the two are joined by a pair of virtual Ethernet links.
# usage, in the script: . net_lib.sh, with the arguments PIDEISN NETWORK

skip() {
	echo "skipped: $1"
	exit 77
}

for tool in ip unshare nsenter dnsmasq; do
	command -v $tool >/dev/null || PATH=$PATH:/usr/sbin:/sbin
	command -v $tool >/dev/null || skip "no $tool"
done

if [ "${INSIDE:-}" != yes ]; then
	unshare --user --map-root-user --net --mount --pid --fork --mount-proc true ||
		skip "no user namespaces"
	INSIDE=yes exec unshare --user --map-root-user --net --mount --pid --fork --kill-child \
		--mount-proc sh "$0" "$@"
fi

pideisn=$1
network=$2
work=$PWD
root=$work/root
console=$work/console
client=

fail() {
	echo "FAILED: $1"
	echo "--- console"
	cat "$console"
	[ ! -f "$work/server.log" ] || { echo "--- server"; tail -40 "$work/server.log"; }
	if [ -n "$client" ]; then
		nsenter -t "$client" -n ip addr
		nsenter -t "$client" -n ip route
		head -50 "/proc/$client/root/run/pideisn/net/"*
	fi
	exit 1
}

# The root of the next client: conf() may add files to it.
make_root() {
	umount -R "$root" 2>/dev/null || true
	mkdir -p "$root"
	mount -t tmpfs tmpfs "$root"
	mkdir -p "$root/dev" "$root/etc/pideisn"
	mkdir -p "$root/usr/lib/pideisn"
	cp "$pideisn" "$root/init"
	cp "$network" "$root/usr/lib/pideisn/network"
	: >"$console"
	for file in null console; do
		: >"$root/dev/$file"
	done
	mount --bind /dev/null "$root/dev/null"
	mount --bind "$console" "$root/dev/console"
}

# conf: standard input becomes /etc/pideisn/net.conf.
conf() {
	cat >"$root/etc/pideisn/net.conf"
}

# start WORD...: process 1 with these arguments; $client is its number out here. The link that $early
# names is there from the first.
start() {
	# The inner shell tells its number before it becomes pideisn.
	rm -f "$work/go"
	mkfifo "$work/go"
	unshare --net --mount --pid --uts --ipc --fork --kill-child \
		sh -c 'read -r _ <"$1"; root=$2; shift 2; exec chroot "$root" /init "$@"' \
		sh "$work/go" "$root" "$@" 2>/dev/null &
	unshare_pid=$!
	client=
	while [ -z "$client" ]; do
		client=$(cat "/proc/$unshare_pid/task/$unshare_pid/children" 2>/dev/null || true)
		client=${client%% *}
	done
	[ -z "${early:-}" ] || plug "$early"
	echo >"$work/go"
	until grep -q 'pideisn: ready' "$console"; do
		sleep 0.01
	done
}

# The number of the network's program out here, once it runs.
network_pid() {
	while :; do
		for pid in $(cat "/proc/$client/task/$client/children"); do
			if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = network ]; then
				echo "$pid"
				return
			fi
		done
		sleep 0.01
	done
}

# crash: the network's program does, and is there again.
crash() {
	crashed=$(network_pid)
	kill -SEGV "$crashed"
	until [ ! -e "/proc/$crashed" ]; do
		sleep 0.01
	done
	[ "$(network_pid)" != "$crashed" ]
}

stop() {
	kill -KILL "$client"
	wait "$unshare_pid" 2>/dev/null || true
	client=
	stop_server
	ip link del srv0 2>/dev/null || true
}

# plug NAME: a link of that name appears in the client; srv0 is its other end.
plug() {
	ip link add srv0 type veth peer name "$1" netns "/proc/$client/ns/net"
	ip link set srv0 up
}

inside() {
	nsenter -t "$client" -n "$@"
}

# Nobody listens on port 9: a machine that is reached says so.
reaches() {
	inside python3 -c '
import socket, sys
try:
    socket.create_connection((sys.argv[1], 9), timeout=3)
except ConnectionRefusedError:
    sys.exit(0)
sys.exit(1)' "$1" 2>/dev/null || fail "$1 is not reached"
}

run_file() {
	cat "/proc/$client/root/run/pideisn/net/$1"
}

# says TEXT [SECONDS]: the console does, at last.
says() {
	count=$((${2:-60} * 50))
	until grep -qF -- "$1" "$console"; do
		count=$((count - 1))
		[ $count -gt 0 ] || fail "'$1' was not said"
		sleep 0.02
	done
}

# holds TEXT COMMAND...: what the command prints has this text, at last.
holds() {
	text=$1
	shift
	count=2000
	until "$@" 2>/dev/null | grep -qF -- "$text"; do
		count=$((count - 1))
		if [ $count -le 0 ]; then
			"$@" || true
			fail "'$text' is not in what '$*' says"
		fi
		sleep 0.02
	done
}

# lacks TEXT COMMAND...: it has not, at last.
lacks() {
	text=$1
	shift
	count=2000
	while "$@" 2>/dev/null | grep -qF -- "$text"; do
		count=$((count - 1))
		if [ $count -le 0 ]; then
			"$@"
			fail "'$text' is still in what '$*' says"
		fi
		sleep 0.02
	done
}

# serve OPTION...: dnsmasq on srv0, with a file of leases of its own each time.
serve() {
	stop_server
	: >"$work/leases"
	dnsmasq --no-daemon --conf-file=/dev/null --port=0 \
		--interface=srv0 --bind-interfaces --no-ping --dhcp-leasefile="$work/leases" \
		--log-dhcp --pid-file= "$@" 2>"$work/server.log" &
	server=$!
	until grep -q started "$work/server.log" 2>/dev/null; do
		kill -0 $server || fail "dnsmasq did not start"
		sleep 0.01
	done
}

server=
stop_server() {
	[ -z "$server" ] || { kill "$server"; wait "$server" 2>/dev/null || true; }
	server=
	rm -f "$work/server.log"
}
