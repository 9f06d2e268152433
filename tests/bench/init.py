#!/usr/bin/env python3
"""PID 1 beside others: tini, busybox init, runit and finit, each as process 1 of namespaces of its own
(user, pid, mount), with one service. Prints a table, then what only pideisn is asked for. Programs
that are not installed are left out. Fails only when something does not work, never on time.

usage: init.py PIDEISN MUSL-GCC SERVICE.c [RUNS] [RESTARTS]
"""
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

pideisn, musl, source = sys.argv[1:4]
runs = int(sys.argv[4]) if len(sys.argv) > 4 else 11
restarts = int(sys.argv[5]) if len(sys.argv) > 5 else 10000
work = tempfile.mkdtemp(prefix="bench-init-")
subprocess.run([musl, "-static", "-Os", "-D_GNU_SOURCE", "-o", work + "/service", source], check=True)

SERVE = "/bin/service serve /out/served"
RUNIT = {
    "runit/1": "#!/bin/sh\nexit 0\n",
    "runit/2": "#!/bin/sh\nPATH=/usr/bin:/bin:/usr/sbin exec runsvdir -P /etc/service\n",
    "runit/3": "#!/bin/sh\nsv -w 5 force-stop /etc/service/x\nexit 0\n",
    "runit/stopit": "",
    "service/x/run": "#!/bin/sh\nexec %s\n" % SERVE,
}
# name, program, arguments, files below /etc, the signal that asks for the end
INITS = [
    ("pideisn", pideisn, [], {"pideisn/x.conf": "[service x]\nexec = %s\n" % SERVE}, signal.SIGTERM),
    ("tini", shutil.which("tini-static") or shutil.which("tini"), ["--"] + SERVE.split(), {}, signal.SIGTERM),
    ("busybox init", shutil.which("busybox"), [], {"inittab": "::respawn:%s\n" % SERVE}, signal.SIGTERM),
    ("runit", shutil.which("runit"), [], RUNIT, signal.SIGCONT),
    ("finit", shutil.which("finit"), [],
     {"finit.conf": "host x\nservice [12345] %s -- x\n" % SERVE, "fstab": ""}, signal.SIGTERM),
]

# The host's programs and libraries, read-only; everything else is of the root's own.
ROOT = """
set -eu
mount -t tmpfs tmpfs "$1"
cd "$1"
mkdir -p bin dev etc out proc run sbin sys tmp usr var/log var/lib
mount --rbind /usr usr
for link in lib lib64; do ln -s usr/$link $link; done
for file in null zero tty urandom; do : >dev/$file; mount --bind /dev/$file dev/$file; done
: >dev/console; mount --bind "$3" dev/console
mount -t proc proc proc
cp -a "$2/etc/." etc
mount --bind "$2/out" out
cp "$2/service" bin/service
cp "$4" init
for tool in sh sleep mkdir rm cat chmod ln; do ln -s /usr/bin/busybox bin/$tool; done
init=$5
shift 5
exec chroot . /bin/service clock /out/began "/$init" "$@"
"""


class Guest:
    def __init__(self, name, program, arguments, files, end):
        self.folder = tempfile.mkdtemp(dir=work)
        for path in ("etc", "out", "root"):
            os.mkdir(self.folder + "/" + path)
        shutil.copy(work + "/service", self.folder)
        shutil.copy("/etc/passwd", self.folder + "/etc")
        for path, text in files.items():
            path = self.folder + "/etc/" + path
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as f:
                f.write(text)
            os.chmod(path, 0o755 if text.startswith("#!") else 0o644)
        self.end = end
        self.terminal, other = os.openpty()
        os.set_blocking(self.terminal, False)
        path = os.ttyname(other)
        self.text = b""
        self.other = other
        self.outer = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount", "--uts", "--ipc",
             "--kill-child", "sh", "-c", ROOT, "sh", self.folder + "/root", self.folder, path, program,
             "init"] + arguments, stdin=other, stdout=other, stderr=other)
        self.pid = None

    def listen(self):
        try:
            self.text += os.read(self.terminal, 65536)
        except BlockingIOError:
            pass

    def number(self, name):
        try:
            with open(self.folder + "/out/" + name) as f:
                return int(f.read())
        except (OSError, ValueError):
            return None

    def wait(self, what, condition, seconds=60):
        until = time.monotonic() + seconds
        while not condition():
            self.listen()
            if time.monotonic() > until or (self.outer.poll() is not None and what != "its end"):
                sys.exit("no sign of %s; it said:\n%s" % (what, self.text.decode(errors="replace")))
            time.sleep(0.002)

    def start(self):
        self.wait("its service", lambda: self.number("served") is not None)
        with open("/proc/%d/task/%d/children" % (self.outer.pid, self.outer.pid)) as f:
            self.pid = int(f.read().split()[0])
        return (self.number("served") - self.number("began")) / 1e6

    def rss(self):
        with open("/proc/%d/smaps_rollup" % self.pid) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("Rss:"))

    def switches(self):
        with open("/proc/%d/status" % self.pid) as f:
            return next(int(line.split()[1]) for line in f if line.startswith("voluntary"))

    def zombies(self):
        def state(pid):
            try:
                with open("/proc/%s/stat" % pid) as f:
                    return f.read().rsplit(")", 1)[1].split()[0]
            except OSError:
                return ""
        with open("/proc/%d/task/%d/children" % (self.pid, self.pid)) as f:
            children = f.read().split()
        return sum(state(child) == "Z" for child in children), len(children)

    def stop(self):
        if self.end == signal.SIGCONT:
            os.chmod(self.folder + "/etc/runit/stopit", 0o100)
            return None
        begin = time.monotonic()
        os.kill(self.pid, self.end)
        try:
            self.outer.wait(30)
        except subprocess.TimeoutExpired:
            return None
        return (time.monotonic() - begin) * 1000

    def done(self):
        self.outer.kill()
        self.outer.wait()
        os.close(self.terminal)
        os.close(self.other)


def libraries(program):
    """Bytes of the program, and of the libraries that it loads."""
    out = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    paths = [word for line in out.splitlines() for word in line.split() if word.startswith("/")]
    return os.path.getsize(program), sum(os.path.getsize(os.path.realpath(p)) for p in set(paths))


def median(values):
    return "%.1f" % statistics.median(values) if values else "-"


def compare():
    present = [row for row in INITS if row[1]]
    for row in INITS:
        if not row[1]:
            print("left out, not installed: " + row[0])
    results = {row[0]: ([], [], [], []) for row in present}
    for _ in range(runs):
        for row in present:
            starts, memory, idle, stops = results[row[0]]
            guest = Guest(*row)
            starts.append(guest.start())
            time.sleep(0.3)
            memory.append(guest.rss())
            before = guest.switches()
            time.sleep(1)
            idle.append(guest.switches() - before)
            took = guest.stop()
            if took is not None:
                stops.append(took)
            guest.done()
    print("medians of %d runs in turn" % runs)
    print("%-14s %10s %10s %8s %14s %10s %8s" % (
        "", "file", "libraries", "RSS KiB", "to service ms", "wakes/s", "end ms"))
    for row in present:
        starts, memory, idle, stops = results[row[0]]
        print("%-14s %10d %10d %8s %14s %10s %8s" % (
            (row[0],) + libraries(row[1]) +
            (median(memory), median(starts), median(idle), median(stops))))


def pideisn_only():
    files = {"pideisn/x.conf": "[service x]\nexec = /bin/service orphans\n"}
    guest = Guest("pideisn", pideisn, [], files, signal.SIGTERM)
    guest.start()
    time.sleep(1)
    zombies, children = guest.zombies()
    print("600 orphans: %d zombies a second later" % zombies)
    guest.done()
    # The service, and at first one that tells the host of a virtual machine.
    if zombies or children > 2:
        sys.exit("orphans are not reaped")

    files = {"pideisn/x.conf": "[service x]\nexec = /bin/service fail\nbackoff-max = 0\noutput = none\n"
             "[service y]\nexec = %s\n" % SERVE}
    guest = Guest("pideisn", pideisn, [], files, signal.SIGTERM)
    guest.start()
    first, seen, memory = time.monotonic(), 0, None
    tail = b""
    while seen < restarts and time.monotonic() < first + 600:
        guest.text = b""
        guest.listen()
        data = tail + guest.text
        seen += data.count(b"starting it again")
        tail = data[-16:] if b"starting it again" not in data[-17:] else b""
        if seen >= 100 and memory is None:
            memory, files_open = guest.rss(), len(os.listdir("/proc/%d/fd" % guest.pid))
        if not guest.text:
            time.sleep(0.001)
    after, files_after = guest.rss(), len(os.listdir("/proc/%d/fd" % guest.pid))
    print("%d restarts in %.1f s: RSS %d KiB after 100, %d KiB at the end; %d and %d files" % (
        seen, time.monotonic() - first, memory, after, files_open, files_after))
    guest.done()
    if seen < restarts or after > memory or abs(files_after - files_open) > 2:
        sys.exit("restarts are lost, or cost memory or files")


try:
    compare()
    pideisn_only()
finally:
    shutil.rmtree(work, ignore_errors=True)
