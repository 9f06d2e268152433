#!/bin/sh
# DHCPv4 against dnsmasq: a lease with all that comes with it, its renewal, carrier loss, another
# network, a server that refuses, none at all, a /32 lease. usage: net_dhcp4.sh PIDEISN NETWORK
set -eu
. "$(dirname "$0")/net_lib.sh"

asked=pideisn.link.eth0.dhcp4=yes

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

echo "a lease with all that comes with it"
make_root
start $asked pideisn.hostname=node-1
plug eth0
ip addr add 192.0.2.1/24 dev srv0
serve --dhcp-range=192.0.2.50,192.0.2.60,1h --dhcp-option=option:router,192.0.2.1 \
	--dhcp-option=option:dns-server,192.0.2.53,192.0.2.54 --domain=lab.example \
	--dhcp-option=option:ntp-server,192.0.2.123 --dhcp-option=option:mtu,1400
says '/24 by DHCP from 192.0.2.1'
holds ' mtu 1400 ' inside ip link show eth0
holds ' brd 192.0.2.255 scope global dynamic eth0' inside ip addr show eth0
holds 'default via 192.0.2.1 dev eth0 proto dhcp src 192.0.2.' inside ip route
holds 'state=online' run_file eth0
for line in gateway=192.0.2.1 dns=192.0.2.53 dns=192.0.2.54 ntp=192.0.2.123 search=lab.example; do
	run_file eth0 | grep -qx $line || fail "the link's file lacks $line"
done
printf 'search lab.example\nnameserver 192.0.2.53\nnameserver 192.0.2.54\n' >wanted
cmp wanted "/proc/$client/root/run/pideisn/net/resolv.conf" || fail "wrong resolv.conf"
[ "$(readlink "$root/etc/resolv.conf")" = /run/pideisn/net/resolv.conf ]
reaches 192.0.2.1
grep -q 'client provides name: node-1' server.log || fail "the server was not told the name"
# What is not needed is not open: nothing but netlink can wake the program.
[ "$(inside cat /proc/net/packet | wc -l)" = 1 ] || fail "a packet socket is still open"
for pid in "$client" "$(network_pid)"; do
	memory=$(awk '/^Rss:/ { print $2 }' "/proc/$pid/smaps_rollup")
	echo "$(cat "/proc/$pid/comm"): $memory KiB of memory"
	[ "$memory" -le 128 ] || fail "more than 128 KiB"
done

echo "the carrier goes and comes back: the address stays and is asked for again"
ip link set srv0 down
holds state=down run_file eth0
inside ip addr show eth0 | grep -q ' scope global dynamic' || fail "the address is gone"
before=$(grep -c DHCPACK server.log)
ip link set srv0 up
holds "$((before + 1))" grep -c DHCPACK server.log
[ "$(grep -c DHCPDISCOVER server.log)" = 1 ] || fail "it looked for a server again"
stop

echo "from carrier to address"
make_root
start $asked
plug eth0
ip addr add 192.0.2.1/24 dev srv0
serve --dhcp-range=192.0.2.50,192.0.2.60,1h
says 'by DHCP'
best=999999
for try in 1 2 3 4 5; do
	ip link set srv0 down
	holds state=down run_file eth0
	inside ip addr flush dev eth0 scope global
	ip link set srv0 up
	begun=$(now_ms)
	holds '192.0.2.' inside ip -o -4 addr show eth0
	took=$(($(now_ms) - begun))
	[ $took -ge $best ] || best=$took
done
echo "carrier to address: $best ms at best, the looking included"

echo "another network behind the same link: the lease is refused and another had"
ip addr del 192.0.2.1/24 dev srv0
ip addr add 198.51.100.1/24 dev srv0
serve --dhcp-range=198.51.100.50,198.51.100.60,1h --dhcp-authoritative
ip link set srv0 down
holds state=down run_file eth0
ip link set srv0 up
says '198.51.100.' 30
says 'is no longer ours'
grep -q DHCPNAK server.log || fail "the server did not refuse"
lacks 192.0.2. inside ip addr show eth0
stop

echo "a renewal after five seconds, without a gap"
make_root
start $asked
plug eth0
ip addr add 192.0.2.1/24 dev srv0
serve --dhcp-range=192.0.2.50,192.0.2.60,2m --dhcp-option=option:T1,5s
says 'by DHCP'
holds 2 grep -c DHCPACK server.log
holds 'valid_lft 1' inside ip addr show eth0
[ "$(grep -c DHCPDISCOVER server.log)" = 1 ] || fail "it looked for a server again"
[ "$(grep -c 'by DHCP' "$console")" = 1 ] || fail "a renewal was told as news"
stop

echo "a /32 lease whose gateway only option 121 reaches"
make_root
start $asked
plug eth0
ip addr add 192.0.2.1/24 dev srv0
serve --dhcp-range=192.0.2.50,192.0.2.60,1h --dhcp-option-force=1,255.255.255.255 \
	--dhcp-option=option:router,192.0.2.99 \
	--dhcp-option-force=121,192.0.2.1/32,0.0.0.0,0.0.0.0/0,192.0.2.1
says '/32 by DHCP'
holds 'default via 192.0.2.1 dev eth0' inside ip route
holds '192.0.2.1 dev eth0 proto dhcp scope link' inside ip route
inside ip route | grep -q 192.0.2.99 && fail "the router was taken beside option 121"
reaches 192.0.2.1
stop

echo "the network's program crashes, over and over and with a flood of packets for it: nothing is lost"
make_root
conf <<-END
	[link eth0]
	dhcp4 = yes
	[link eth1]
	address = 203.0.113.5/24
END
start pideisn.service.network.backoff-max=250ms
plug eth0
inside ip link add eth1 type veth peer name far1
inside ip link set far1 up
ip addr add 192.0.2.1/24 dev srv0
serve --dhcp-range=192.0.2.50,192.0.2.60,1h --dhcp-option=option:router,192.0.2.1 \
	--dhcp-option=option:dns-server,192.0.2.53
says 'by DHCP'
holds state=online run_file eth1
holds 'nameserver 192.0.2.53' run_file resolv.conf
cp "/proc/$client/root/run/pideisn/net/resolv.conf" before
inside ip monitor address route >changes &
monitor=$!
python3 -c '
import os, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
while True:
    s.sendto(os.urandom(300), ("192.0.2.255", 68))' &
flood=$!
for n in 1 2 3 4 5; do
	crash
	holds "$((n + 1))" grep -c DHCPACK server.log
done
kill $flood
[ "$(grep -c 'network killed by signal 11 (SIGSEGV), starting it again in 250 ms' "$console")" = 5 ] ||
	fail "a crash was not told"
[ "$(grep -c 'by DHCP' "$console")" = 1 ] || fail "the same lease was told as news"
[ "$(grep -c 'as configured' "$console")" = 1 ] || fail "the same address was told as news"
[ "$(grep -c DHCPDISCOVER server.log)" = 1 ] || fail "it looked for a server again"
[ "$(grep -c 'pideisn: ready' "$console")" = 1 ] || fail "process 1 was hurt"
cmp before "/proc/$client/root/run/pideisn/net/resolv.conf" || fail "another resolv.conf"
holds state=online run_file eth0
holds state=online run_file eth1
reaches 192.0.2.1
# A link that goes while nobody looks, and another one that comes.
kill -STOP "$client"
kill -KILL "$(network_pid)"
inside ip link del eth1
inside ip link add eth1 type veth peer name far1
inside ip link set far1 up
kill -CONT "$client"
holds '203.0.113.5/24' inside ip addr show eth1
holds state=online run_file eth1
kill $monitor
grep '^Deleted' changes | grep -v 203.0.113 | grep -v 'eth1\|far1' && fail "an address or route went meanwhile"
stop

echo "no server: ready at once, who waits for the network waits, and the link goes on asking"
make_root
conf <<-END
	[link eth0]
	dhcp4 = yes
	[service hurries]
	exec = /init --version
	restart = never
	[service waits]
	exec = /init --version
	restart = never
	after = network
END
start
plug eth0
says 'hurries: pideisn '
holds state=carrier run_file eth0
sleep 1
grep -q 'by DHCP' "$console" && fail "a lease from nobody"
grep -q 'waits: pideisn ' "$console" && fail "a service did not wait for the network"
ip addr add 192.0.2.1/24 dev srv0
serve --dhcp-range=192.0.2.50,192.0.2.60,1h
says 'by DHCP'
says 'waits: pideisn '
stop
