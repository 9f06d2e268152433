#!/bin/sh
# A host whose guests hang on a bridge: what the configuration says of bridge and VLAN is there in the
# kernel, as iproute2 and its bridge(8) see it, and the bridge got its lease through its port.
# usage: host_net.sh MVIRT-MKOS PROJECT LIB KERNEL
set -eu
mkos=$1
project=$2
. "$3"
kernel=$4
PATH=$PATH:/usr/sbin:/sbin
for tool in ip bridge python3; do
	command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done

cat >net.conf <<'CONF'
[link eth0]
bridge = br0

[link br0]
kind = bridge
dhcp4 = yes

[link eth1]
dhcp4 = no

[link storage]
kind = vlan
device = eth1
vlan = 7
address = 192.0.2.5/24 2001:db8::5/64
CONF
cat >list <<LIST
elf /usr/sbin/ip $(command -v ip)
elf /usr/sbin/bridge $(command -v bridge)
file /bin/busybox /bin/busybox 0755 0 0
slink /bin/sh busybox 0777 0 0
file /etc/pideisn/net.conf net.conf 0644 0 0
LIST
add list

# What is typed is echoed: the arithmetic tells the answer from the question.
boot 0 "" --qemu '-nic user,model=virtio-net-pci -device virtio-net-pci,netdev=none' \
	--qemu '-netdev socket,id=none,udp=127.0.0.1:9,localaddr=127.0.0.1:0' \
	--expect 'pideisn: ready' \
	--expect 'br0: 10.0.2.' --expect '/24 by DHCP from 10.0.2.2' \
	--send '/usr/sbin/ip tuntap add tap0 mode tap && /usr/sbin/ip link set tap0 master br0 up
/usr/sbin/ip -d -j addr; /usr/sbin/bridge -j link; echo "that is $((6 * 7)) all"' \
	--expect 'that is 42 all' --power-button
tr -d '\r' <console | grep -a -o '\[{.*}\]' >answers
python3 - answers <<'PYTHON'
import json, sys

answers = [json.loads(line) for line in open(sys.argv[1])]
link = {l["ifname"]: l for l in answers[0]}
port = {l["ifname"]: l for l in answers[1]}
addresses = {(n, a["local"], a["prefixlen"]) for n, l in link.items() for a in l["addr_info"]}

assert link["br0"]["linkinfo"]["info_kind"] == "bridge"
assert link["eth0"]["master"] == "br0" and link["eth0"]["linkinfo"]["info_slave_kind"] == "bridge"
assert link["br0"]["address"] == link["eth0"]["address"]
vlan = link["storage"]
assert vlan["link"] == "eth1" and vlan["linkinfo"]["info_kind"] == "vlan"
assert vlan["linkinfo"]["info_data"]["id"] == 7
assert vlan["linkinfo"]["info_data"]["protocol"] == "802.1Q"
assert any(a[0] == "br0" and a[1].startswith("10.0.2.") and a[2] == 24 for a in addresses)
assert {("storage", "192.0.2.5", 24), ("storage", "2001:db8::5", 64)} <= addresses
assert not any(name == "eth0" for name, _, _ in addresses), "the port has addresses of its own"
assert port["eth0"]["master"] == "br0" and port["eth0"]["state"] == "forwarding"
assert port["tap0"]["master"] == "br0"
PYTHON
