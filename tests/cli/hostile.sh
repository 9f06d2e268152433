#!/bin/sh
# Archives made to do harm, and places that have no room: nothing goes outside, nothing half is left,
# and each is said in one sentence.
# usage: hostile.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"
command -v python3 >/dev/null || skip "no python3"

# The archives, byte by byte as the kernel's documentation has the format (buffer-format).
python3 - <<'PYTHON'
import gzip

def entry(name, mode, data=b"", nlink=1, ino=1, **fields):
    name = name.encode() + b"\0"
    size, namesize = fields.get("size", len(data)), fields.get("namesize", len(name))
    head = b"070701" + b"".join(
        b"%08X" % v for v in (ino, mode, 0, 0, nlink, 0, size, 0, 0, 0, 0, namesize, 0)) + name
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)

def write(path, *parts):
    open(path, "wb").write(b"".join(parts) + entry("TRAILER!!!", 0))

FILE, LINK, FOLDER = 0o100644, 0o120777, 0o40755
write("dotdot", entry("../out.file", FILE, b"x"))
write("absolute", entry("/made/here", FILE, b"x"))
write("through", entry("a", LINK, b"../victim"), entry("a/f", FILE, b"x"))
write("circle", entry("a", LINK, b"b"), entry("b", LINK, b"a"), entry("a/x", FILE, b"x"))
write("root", entry(".", LINK, b"../victim"), entry("f", FILE, b"x"))
write("swap", entry("a", FILE, b"", nlink=2, ino=5), entry("a", LINK, b"../victim/file", ino=6),
      entry("b", FILE, b"zz", nlink=2, ino=5))
write("type", entry("a", 0o170777))
write("long", entry("a", FILE, b"x", size=0xffffffff))
write("names", entry("a", FILE, b"x", namesize=0xffffffff))
write("noname", entry("a", FILE, b"x", namesize=0))
write("screen", entry("a\n\x1b[31mb", FILE, b"x"))
write("inode", entry("a", FILE, b"1", nlink=2, ino=5), entry("b", FILE, b"22", nlink=2, ino=5))
write("deep", *(entry("/".join(["d"] * i), FOLDER) for i in range(1, 400)))
write("many", entry("x", FILE) * 20000)
open("junk", "wb").write(gzip.compress(entry("a", FILE, b"x")) + b"junk")
open("bomb", "wb").write(gzip.compress(entry("z", FILE, b"\0" * 100000000)))
PYTHON
mkdir victim
echo mine >victim/file

# extract NAME SENTENCE: is refused, and nothing is left of it.
refused() {
	expect 1 "$mkos" inspect --extract x "$1"
	[ "$(cat err)" = "mvirt-mkos inspect: $2" ] || fail "$1: $(cat err)"
	absent x
}
refused dotdot "'../out.file' has '..' in it: write the real name"
refused through "'a/f' is below 'a', a symbolic link to '../victim' (through): write it below the folder itself"
refused circle "'a/x' is below 'a', a symbolic link to 'b' (circle): write it below the folder itself"
refused root "the root of the image cannot be a symbolic link"
refused type "'a' has mode 170777, which is no type of file: the kernel drops it"
for name in long names noname junk; do
	expect 1 "$mkos" inspect --extract x $name
	[ "$(wc -l <err)" -eq 1 ] || fail "$name is not said in a sentence: $(cat err)"
	absent x
done
expect 1 "$mkos" inspect --extract x --max-size 10M bomb
absent x
for name in absolute swap screen deep many; do
	expect 0 "$mkos" inspect --extract x $name
	empty err
	[ "$name" != absolute ] || [ -f x/made/here ] || fail "an absolute name"
	rm -r x
done
absent /made
[ "$(cat victim/file)" = mine ] && [ "$(ls victim)" = file ] || fail "something went outside"
absent out.file
expect 0 "$mkos" inspect screen
has out 'a\x0a\x1b[31mb'

# What the kernel makes of them.
expect 1 "$mkos" inspect --lint type
has out "error: 'a' is dropped: its mode 170777 is no type of file"
expect 1 "$mkos" inspect --lint root
has out "error: '.' is dropped: the root cannot be a symbolic link"
expect 1 "$mkos" inspect --lint inode
has out "error: 'b' becomes a link to another file of the same inode, and overwrites it: their contents differ"
expect 0 "$mkos" inspect --lint many
has out "warning: there is more: only the first 1000 are told"
[ "$(wc -l <out)" -lt 1100 ] || fail "all is told"

# No room: what was there stays, and nothing else does.
head -c 3000000 /dev/urandom >big
echo 'file /big big 0644 0 0' >list
"$mkos" -q initramfs --list list -o archive 2>/dev/null
echo 'archive archive' >archive.list
cat >small.sh <<'SMALL'
set -eu
mkos=$1
mount -t tmpfs -o size=1M none full
export TMPDIR="$PWD/full"
echo old >full/out
try() {
	! "$mkos" -q "$@" 2>err || { echo "it went well: $*"; exit 1; }
	grep -q 'No space left on device' err || { cat err; exit 1; }
	[ "$(ls -A full)" = out ] && [ "$(cat full/out)" = old ] || { ls -la full; exit 1; }
}
for how in none gzip zstd xz lz4; do
	try initramfs --list list --compress $how -o full/out
done
try inspect --extract full/new archive
try inspect --cat big archive
try initramfs --list archive.list -o other
SMALL
mkdir full
if unshare -rm true 2>/dev/null; then
	unshare -rm sh small.sh "$mkos" || fail "a full file system"
fi
exit $failed
