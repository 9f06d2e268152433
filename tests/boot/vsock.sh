#!/bin/sh
# The host of a virtual machine is told when it is up, by the credential vmm.notify_socket in each of
# its forms. The guest's own loopback stands for the host, with a service that hears it.
# usage: vsock.sh MVIRT-MKOS PROJECT LIB VSOCK
set -eu
mkos=$1
project=$2
vsock=$4
. "$3"

cat >host.conf <<'CONF'
[service host]
exec = /usr/bin/vsock stream 7001 seqpacket 7002
ready = notify
CONF
printf 'file /usr/bin/vsock %s 0755 0 0\nfile /etc/pideisn/host.conf host.conf 0644 0 0\n' \
	"$vsock" >list
add list

# told CREDENTIAL TEXT: the listener prints the text.
told() {
	boot 0 "" --qemu "-smbios type=11,value=io.systemd.credential:vmm.notify_socket=$1" \
		--expect 'pideisn: ready' --expect "host: $2" --power-button
}
told vsock-stream:1:7001 'stream 7001 got [READY=1|] from CID 1, a reserved port'
told vsock-seqpacket:1:7002 'seqpacket 7002 got [READY=1|] from CID 1, a reserved port'
# Without a type the datagram-like one is tried first, as systemd does, then the stream.
told vsock:1:7001 'stream 7001 got [READY=1|] from CID 1, a reserved port'
told vsock:1:7002 'seqpacket 7002 got [READY=1|] from CID 1, a reserved port'
