#!/bin/sh
# The image in QEMU's own network: a lease without a word of configuration, name servers, the network's
# program crashed, the cable pulled and put back, and a card that is plugged in while the machine runs.
# usage: net.sh MVIRT-MKOS PROJECT
set -eu
mkos=$1
project=$2

# What is typed is echoed: the brackets tell the answer from the question.
"$mkos" -C "$project" run --net user --log "$PWD/console" \
	--qemu '-device pcie-root-port,id=late,chassis=9' \
	--expect 'pideisn: ready' \
	--send 'sleep 2; echo "[$(grep ^state= /run/pideisn/net/eth0)]"' \
	--expect '[state=online]' \
	--send 'echo "[$(ip -4 -o addr show eth0 | tr -s " " | cut -d" " -f4)]"' \
	--expect '[10.0.2.15/24]' \
	--send 'echo "[$(ip route | head -1 | cut -d" " -f1-5)]"' \
	--expect '[default via 10.0.2.2 dev eth0]' \
	--send 'echo "[$(cat /etc/resolv.conf)]"' \
	--expect 'nameserver 10.0.2.3' \
	--send 'cd /proc; for p in [0-9]*; do grep -qx network $p/comm && kill -SEGV $p; done; cd' \
	--expect 'pideisn: network killed by signal 11 (SIGSEGV), starting it again in 250 ms' \
	--send 'sleep 2; echo "[$(sed -n "/^state\|^address=10/p" /run/pideisn/net/eth0 | tr "\n" ,)]"' \
	--expect '[state=online,address=10.0.2.15/24,]' \
	--monitor 'set_link net off' \
	--send 'sleep 1; echo "[$(grep ^state= /run/pideisn/net/eth0)]"' \
	--expect '[state=down]' \
	--monitor 'set_link net on' \
	--send 'sleep 2; echo "[$(grep ^state= /run/pideisn/net/eth0)]"' \
	--expect '[state=online]' \
	--monitor 'netdev_add user,id=more,net=198.51.100.0/24' \
	--monitor 'device_add virtio-net-pci,netdev=more,bus=late' \
	--expect 'network: eth1: 198.51.100.15/24 by DHCP from 198.51.100.2' \
	--power-button \
	--expect 'pideisn: powering off' ||
	{ cat console; exit 1; }
grep -q 'network: eth0: 10.0.2.15/24 by DHCP from 10.0.2.2' console
[ "$(grep -c 'network: eth0: 10.0.2.15/24 by DHCP' console)" -eq 1 ]
