#!/bin/sh
# What only a real kernel shows of services: control groups with their limits, users, the log that
# drops nothing, and what the host is told through SMBIOS.
# usage: services.sh MVIRT-MKOS PROJECT LIB
set -eu
mkos=$1
project=$2
. "$3"

cat >services.conf <<'CONF'
[service big]
exec = /bin/sh -c "x=$(dd if=/dev/zero bs=1M count=32 2>/dev/null | tr '\\0' x); echo never $((1)) here"
memory-max = 12M
restart-limit = 1

[service forker]
exec = /bin/sh -c "setsid sleep 1001 & exec sleep 1000"
pids-max = 20
cpu-max = 50%

[service user]
exec = /bin/sh -c "echo I am $(id -u):$(id -g) $(id -G); cat /proc/self/cgroup; ulimit -n"
user = web
limits = nofile=300
restart = never

[service lines]
exec = /bin/sh -c "for i in 1 2 3 4 5 6 7 8 9 10; do echo a$i; echo b$i; echo c$i; echo d$i; echo e$i; done"
output = log
restart = never

[service killed]
exec = /bin/sh -c "kill -9 $$"
backoff-min = 1ms
backoff-max = 1ms
restart-limit = 100
output = none

[service false]
exec = /bin/sh -c "exit 1"
restart-limit = 3

[service broken]
exec = /etc/broken
restart-limit = 1

[service deaf]
exec = /bin/sh -c "trap '' TERM; exec tail -f /dev/null"
grace = 2s

[service signals]
exec = /bin/busybox grep Sig /proc/self/status
restart = never

[service variables]
exec = /bin/sh -c env
restart = never
CONF
printf 'root:x:0:0::/root:/bin/sh\nweb:x:100:101::/:/bin/false\n' >passwd
printf '#!/no/such/interpreter\n' >broken
cat >list <<'LIST'
file /etc/broken broken 0755 0 0
file /etc/pideisn/services.conf services.conf 0644 0 0
file /etc/passwd passwd 0644 0 0
LIST
add list

# What is typed is echoed: arithmetic and brackets tell an answer from its question.
boot 0 "foo=bar baz pideisn.color=red -- last" \
	--qemu '-smbios type=11,value=io.systemd.credential:vmm.notify_socket=vsock-stream:2:7777' \
	--expect 'pideisn: command line: unknown key '"'color'"' in [system]' \
	--expect 'pideisn: big killed by signal 9 (SIGKILL) for want of memory, gave up after 1 restarts' \
	--send 'echo "[$(dmesg | grep -c " lines: [a-e][0-9]*$")] lines, [$(ls -l /sbin/poweroff | grep -c init)] link"' \
	--expect '[50] lines, [1] link' \
	--send 'cd /sys/fs/cgroup/forker; echo "[$(wc -l <cgroup.procs)] [$(cat pids.max)] [$(cat cpu.max)]"' \
	--expect '[2] [20] [50000 100000]' \
	--send 'kill -9 $(pidof sleep | tr " " "\n" | sort -n | head -n 1)' \
	--expect 'pideisn: forker killed by signal 9 (SIGKILL), starting it again in' \
	--send 'sleep 3; echo "[$(wc -l <cgroup.procs)] again"' \
	--expect '[2] again' \
	--send '/init --probe; echo "probed $((0 + $?))"' --expect 'probed ' \
	--power-button \
	--expect 'pideisn: stopping deaf' \
	--expect 'pideisn: deaf did not stop in 2 s, killing it' \
	--expect 'pideisn: deaf stopped' \
	--expect 'pideisn: stopping forker' \
	--expect 'pideisn: powering off'
was console 'killed killed by signal 9 (SIGKILL), gave up after 100 restarts'
[ "$(grep -c 'pideisn: killed killed by signal 9' console)" -eq 101 ]
[ "$(grep -c 'pideisn: false exited with status 1' console)" -eq 4 ]
was console 'pideisn: broken cannot be executed: the interpreter it names is missing, starting it again'
was console 'signals: SigBlk:?0000000000000000'
was console 'signals: SigIgn:?0000000000000000'
probed console "$project/kernel/.config"
was console 'user: I am 100:101 101'
was console 'user: 0::/user'
was console 'user: 300'
was console 'cannot tell the host at vsock-stream:2:7777: '
was console 'variables: PATH=/usr/sbin:/usr/bin:/sbin:/bin'
if grep -q 'variables: \(foo\|baz\|last\|BOOT_IMAGE\)\|never 1 here' console; then
	exit 1
fi
