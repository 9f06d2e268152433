#!/bin/sh
# inspect --sizes: what files take in an archive of any maker. Bytes that cannot be compressed show
# whether they are counted where they belong; and all adds up to the file.
# usage: sizes.sh MVIRT-MKOS LIB
set -eu
mkos=$1
. "$2"
for tool in cpio gzip zstd xz lz4 python3; do
	command -v $tool >/dev/null || skip "no $tool"
done

mkdir -p t/a/random t/b
i=0
while [ $i -lt 40 ]; do
	head -c $((i * 1000 + 7)) /dev/urandom >t/a/random/$i
	head -c 200000 /dev/zero >t/b/$i
	i=$((i + 1))
done
head -c 3000000 /dev/urandom >t/a/large
ln t/a/large t/b/link
archive() {
	(cd t && find . | LC_ALL=C sort | cpio -o -H newc --quiet)
}

# judge FILE SLACK: every file of random bytes takes what it has, give or take.
judge() {
	expect 0 "$mkos" inspect --sizes --json "$1"
	python3 - "$1" "$2" out <<'PYTHON' || fail "$1"
import json, os, sys
name, slack = sys.argv[1], int(sys.argv[2])
answer = json.load(open(sys.argv[3]))
sizes = {s["name"]: s for s in answer["sizes"]}
assert answer["size"] == os.path.getsize(name)
assert answer["sizes"][0]["name"] == "."
assert sizes["."]["packed"] + answer["rest"] == answer["size"], "it does not add up"
for path, s in sizes.items():
    inside = [t for n, t in sizes.items() if os.path.dirname(n) == (path if path != "." else "") and n != "."]
    if s["folder"]:
        assert s["unpacked"] == sum(t["unpacked"] for t in inside), path
        assert s["packed"] >= sum(t["packed"] for t in inside), path
    if "random/" in path and abs(s["packed"] - s["unpacked"]) > slack:
        sys.exit("%s: %d bytes take %d" % (path, s["unpacked"], s["packed"]))
data = sizes["a/large"]["packed"] + sizes["b/link"]["packed"]
assert abs(data - 3000000) < 10 * slack, data
zeros = sizes["b"]["packed"] - sizes["b/link"]["packed"]
assert zeros > 8000000 if name in ("plain", "ours.none") else zeros < 12 * slack, zeros
PYTHON
}
archive >plain
judge plain 300
archive | gzip -9 >one.gz
judge one.gz 9000
archive | zstd -q -19 >one.zst
judge one.zst 9000
archive | xz --check=crc32 >one.xz
judge one.xz 9000
echo 'tree / t' >list
for how in gzip zstd xz none; do
	"$mkos" -q initramfs --list list --compress $how -o ours.$how 2>/dev/null
	judge ours.$how 9000
done
# Two segments, and the text: the largest first, folders before what is in them.
(cd t && echo a/large | cpio -o -H newc --quiet | gzip) >second
cat plain second >both
expect 0 "$mkos" inspect --sizes both
head -n 4 out | sed 's/.*[0-9]  //; s/^ *//' >got
printf 'packed     unpacked  name\n.\nb/\nlink\n' >want
same got want
grep -q '^ *30[0-9]* *3000000 *large$' out || fail "both do not count: $(head -n 5 out)"
has out "between and behind the entries"
expect 2 "$mkos" inspect --sizes --list plain
has err "--list, --sizes, --cat, --extract and --diff do not go together"
expect 1 "$mkos" inspect --sizes list
exit $failed
