#!/bin/sh
# Links: static addresses by ip= and by configuration, late and renamed ones, VLAN and bridge, more
# news than fit, and those that are not ours. usage: net_links.sh PIDEISN NETWORK
set -eu
. "$(dirname "$0")/net_lib.sh"

echo "two interfaces by the kernel's ip=, one of them with both families"
make_root
start ip=192.0.2.5::192.0.2.1:255.255.255.0:node-9:eth0:off:192.0.2.53 \
	'ip=[2001:db8::5]::[2001:db8::1]:64::eth0' ip=198.51.100.7:::29::eth1:none
plug eth0
inside ip link add eth1 type veth peer name far1
holds '192.0.2.5/24 brd 192.0.2.255 scope global eth0' inside ip addr show eth0
holds 'inet6 2001:db8::5/64' inside ip addr show eth0
holds 'default via 192.0.2.1 dev eth0 proto static' inside ip route
holds 'default via 2001:db8::1 dev eth0' inside ip -6 route
holds '198.51.100.7/29' inside ip addr show eth1
holds 'nameserver 192.0.2.53' run_file resolv.conf
holds 'state=online' run_file eth0
[ "$(nsenter -t "$client" -u uname -n)" = node-9 ] ||
	fail "the host name was not taken"
inside ip link del eth1
says 'eth1: is gone'
[ ! -e "/proc/$client/root/run/pideisn/net/eth1" ] || fail "its file is still there"
stop

echo "a section of its own under a new name"
make_root
conf <<-END
	[link uplink]
	address = 192.0.2.5/24
	search = lab.example
	mtu = 1300
	metric = 50
	gateway = 192.0.2.1
END
start
plug eth0
inside ip link set eth0 name uplink
says 'uplink: 192.0.2.5/24 as configured'
holds 'mtu 1300' inside ip link show uplink
holds 'metric 50' inside ip route
holds 'state=online' run_file uplink
holds 'search lab.example' run_file resolv.conf
inside ip link set uplink down
inside ip link set uplink name other
says 'uplink: is now called other'
inside ip link set other up
holds 'state=online' run_file other
stop

echo "a VLAN of a bridge's neighbour, and a bridge with DHCP"
make_root
conf <<-END
	[link br0]
	kind = bridge
	dhcp4 = yes
	[link eth0]
	bridge = br0
	[link eth1]
	dhcp4 = no
	[link eth1.7]
	kind = vlan
	device = eth1
	vlan = 7
	address = 198.51.100.7/24
END
start
inside ip link add eth1 type veth peer name far1
plug eth0
ip addr add 192.0.2.1/24 dev srv0
serve --dhcp-range=192.0.2.50,192.0.2.60,1h
says 'br0: 192.0.2.'
holds 'master br0' inside ip link show eth0
lacks 'inet' inside ip addr show eth0
mac=$(inside ip -o link show eth0 | sed 's/.*ether \([^ ]*\).*/\1/')
holds "$mac" inside ip -o link show br0
# A machine's port with a lower address does not change the bridge's.
inside ip tuntap add tap0 mode tap
inside ip link set tap0 address 02:00:00:00:00:01
inside ip link set tap0 master br0 up
holds "$mac" inside ip -o link show br0
reaches 192.0.2.1
if inside ip link add link eth1 name probe type vlan id 9 2>/dev/null; then
	holds 'vlan protocol 802.1Q id 7' inside ip -d link show eth1.7
	holds '198.51.100.7/24' inside ip addr show eth1.7
else
	echo "this kernel has no VLANs: it is to be told"
	says 'eth1.7: cannot make the VLAN: '
fi
stop

echo "links that software made are left alone; so are all with network = no"
make_root
start pideisn.network=no
plug eth0
inside ip tuntap add tap0 mode tap
sleep 0.5
lacks 'state UP' inside ip link show eth0
lacks 'state UP' inside ip link show tap0
stop

echo "more news than fit: 2000 links come at once, and the one that counts is found"
make_root
start pideisn.link.eth0.address=192.0.2.5/24
for n in $(seq 2000); do
	echo "link add d$n type bridge"
done >many
# Stopped, it cannot read, and its socket runs over.
kill -STOP "$(network_pid)"
inside ip -batch many
plug eth0
inside ip link set d7 up
kill -CONT "$(network_pid)"
says 'eth0: 192.0.2.5/24 as configured'
holds 'state=online' run_file eth0
kill -STOP "$(network_pid)"
sed 's/link add \(d[0-9]*\).*/link set \1 mtu 1400/' many >more
inside ip -batch more
ip link del srv0
kill -CONT "$(network_pid)"
says 'eth0: is gone'
stop

echo "an image without the network's program: told in a line, and nobody waits for it"
make_root
rm "$root/usr/lib/pideisn/network"
conf <<-END
	[service waits]
	exec = /init --version
	restart = never
	after = network
END
early=eth0
start pideisn.link.eth0.address=192.0.2.5/24
early=
says 'waits: pideisn '
says 'pideisn: no network: the image has no /usr/lib/pideisn/network'
[ "$(grep -c 'network' "$console")" = 1 ] || fail "more than a line"
holds 'LOOPBACK,UP' inside ip link show lo
lacks 'state UP' inside ip link show eth0
stop

echo "wrong words are told"
make_root
start ip=192.0.2.300 pideisn.link.eth0.address=192.0.2.5
says "command line: 'ip=192.0.2.300' is not an ip= of the kernel's form"
says "network: command line: address: '192.0.2.5' is not an address such as 192.0.2.5/24"
crash
sleep 0.5
[ "$(grep -c 'command line' "$console")" = 2 ] || fail "a wrong word was told twice"
stop
