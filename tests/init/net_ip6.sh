#!/bin/sh
# IPv6 by a router's advertisements and DHCPv6 against dnsmasq: an address by SLAAC, name servers
# by RDNSS and DNSSL, DHCPv6 with and without addresses as the router's flags say; and against ISC's
# dhcpd, since dnsmasq delegates no prefixes.
# usage: net_ip6.sh PIDEISN NETWORK
set -eu
. "$(dirname "$0")/net_lib.sh"
command -v dhcpd >/dev/null || skip "no dhcpd"

# Without a check for duplicates, which takes a second or two, so that the server can start at once.
server_address() {
	echo 0 >/proc/sys/net/ipv6/conf/srv0/accept_dad
	ip addr add 2001:db8:1::1/64 dev srv0 nodad
	until ip addr show dev srv0 | grep -q 'scope link'; do
		sleep 0.05
	done
}

router() {
	server_address
	serve --enable-ra --ra-param=srv0,4,1800 "$@"
}

link='[link eth0]
dhcp4 = no'

echo "SLAAC, RDNSS and DNSSL; no DHCPv6, since the router has none"
make_root
echo "$link" | conf
start
plug eth0
router --dhcp-range=2001:db8:1::,ra-only,64,10m --dhcp-option=option6:dns-server,[2001:db8:1::53] \
	--dhcp-option=option6:domain-search,lab.example
says "eth0: 2001:db8:1:0:" 30
says "by a router's advertisement"
holds 'search lab.example' run_file resolv.conf
holds 'nameserver 2001:db8:1::53' run_file resolv.conf
holds 'state=online' run_file eth0
holds 'default via fe80::' inside ip -6 route
grep -q DHCPSOLICIT server.log && fail "DHCPv6 without being told to"
# Forwarding, which virtual machines need, must not end it.
inside sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
[ "$(inside cat /proc/sys/net/ipv6/conf/eth0/accept_ra)" = 2 ] || fail "accept_ra is not 2"
# What the advertisement said is still known after a crash.
stop_server
crash
holds 'address=2001:db8:1:0:' run_file eth0
holds 'nameserver 2001:db8:1::53' run_file resolv.conf
holds 'search lab.example' run_file resolv.conf
stop

echo "stateless DHCPv6: the O flag"
make_root
echo "$link" | conf
start
plug eth0
router --dhcp-range=2001:db8:1::,ra-stateless,64,10m \
	--dhcp-option=option6:dns-server,[2001:db8:1::54] \
	--dhcp-option=option6:ntp-server,[2001:db8:1::123]
holds 'ntp=2001:db8:1::123' run_file eth0
grep -q DHCPINFORMATION-REQUEST server.log || fail "no request for information"
grep -q DHCPSOLICIT server.log && fail "an address was asked for"
stop

echo "stateful DHCPv6: the M flag"
make_root
echo "$link" | conf
start
plug eth0
router --dhcp-range=2001:db8:1::100,2001:db8:1::1ff,64,10m \
	--dhcp-option=option6:dns-server,[2001:db8:1::55]
says '/128 by DHCPv6' 30
holds 'inet6 2001:db8:1::1' inside ip addr show eth0
holds 'address=2001:db8:1::1' run_file eth0
holds 'nameserver 2001:db8:1::55' run_file resolv.conf
grep -q 'DHCPREPLY(srv0) 2001:db8:1::1' server.log || fail "the server gave another address"
reaches 2001:db8:1::1
before=$(grep -c DHCPREPLY server.log)

echo "the network's program crashes: the address stays and is asked for again"
crash
holds DHCPREBIND cat server.log
holds "$((before + 1))" grep -c DHCPREPLY server.log
holds 'address=2001:db8:1::1' run_file eth0
before=$((before + 1))

echo "the carrier goes and comes back: the address is asked for again"
ip link set srv0 down
holds state=down run_file eth0
ip link set srv0 up
ip addr add 2001:db8:1::1/64 dev srv0 nodad 2>/dev/null || true
holds DHCPREBIND cat server.log
holds "$((before + 1))" grep -c DHCPREPLY server.log
stop

echo "DHCPv6 and advertisements switched off"
make_root
conf <<-END
	$link
	dhcp6 = no
	accept-ra = no
END
start
plug eth0
router --dhcp-range=2001:db8:1::100,2001:db8:1::1ff,64,10m
holds 'scope link' inside ip -6 addr show eth0
sleep 3
inside ip -6 addr show eth0 | grep -q 2001:db8 && fail "an address all the same"
grep -q DHCPSOLICIT server.log && fail "DHCPv6 all the same"
stop

echo "a delegated prefix, from a server that has nothing but prefixes"
make_root
conf <<-END
	$link
	request-prefix = yes
END
start
plug eth0
server_address
cat >dhcpd.conf <<-END
	default-lease-time 600;
	subnet6 2001:db8:1::/64 {
		prefix6 2001:db8:8000:: 2001:db8:8fff:: /52;
		option dhcp6.name-servers 2001:db8:1::53;
	}
END
: >dhcpd.leases
dhcpd -6 -f -d --no-pid -cf dhcpd.conf -lf dhcpd.leases srv0 2>server.log &
server=$!
says '/52 delegated by DHCPv6' 30
holds 'prefix=2001:db8:8' run_file eth0
holds 'nameserver 2001:db8:1::53' run_file resolv.conf
grep -q 'iaprefix 2001:db8:8[0-9a-f]*::/52' dhcpd.leases || fail "no prefix was given"
stop
