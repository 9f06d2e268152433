"""The event log that a boot of a UKI leaves, with stub 252, by hashlib and pefile alone.

usage: eventlog.py UKI OUTPUT PESIGN [CHANGE...]: PESIGN is "BANK:UKI:KERNEL,...", digests by pesign;
a CHANGE is a WORD=TEXT for what is measured (action, cmdline, initrd, .osrel...), or more=PCR for one
event more there, or cut=PCR: without the last of that register, or profile=N: of a UKI with profiles,
whose PCR 11 is that of stub 257
"""
import hashlib
import struct
import sys

import pefile

ORDER = [".linux", ".osrel", ".cmdline", ".initrd"]
ORDER_257 = ORDER + [".uname", ".sbat", ".profile"]
IDS = {"sha1": 4, "sha256": 11, "sha384": 12}
ACTION, SEPARATOR, APPLICATION, TAG, IPL = 0x80000007, 4, 0x80000003, 6, 13

uki, output, pesign, *changes = sys.argv[1:]
change = dict(c.split("=", 1) for c in changes)
images = {b: (bytes.fromhex(u), bytes.fromhex(k))
          for b, u, k in (p.split(":") for p in pesign.split(","))}
sections, profiles = {}, []
for section in pefile.PE(uki, fast_load=True).sections:
    name = section.Name.rstrip(b"\0").decode()
    if name == ".profile":
        profiles.append({})
    part = profiles[-1] if profiles else sections
    part[name] = section.get_data()[:section.Misc_VirtualSize]
if profiles:
    sections.update(profiles[int(change["profile"])])
cmdline, initrd = sections[".cmdline"].decode(), sections[".initrd"]


def of(data):
    return {b: hashlib.new(b, data).digest() for b in images}


def given(word, data):
    return change[word].encode() if word in change else data


def tagged(number, text):
    return struct.pack("<II", number, len(text) + 1) + text.encode() + b"\0"


action = given("action", b"Calling EFI Application from Boot Option")
events = [(0, 3, of(b""), b"StartupLocality\0\3"), (0, SEPARATOR, of(bytes(4)), bytes(4)),
          (4, ACTION, of(action), action), (4, SEPARATOR, of(bytes(4)), bytes(4)),
          (4, APPLICATION, {b: images[b][0] for b in images}, bytes(32))]
for name in [n for n in (ORDER_257 if profiles else ORDER) if n in sections]:
    text = (name + "\0").encode("utf-16-le")
    events.append((11, IPL, of(name.encode() + b"\0"), text))
    events.append((11, IPL, of(given(name, sections[name])), text))
events.append((4, APPLICATION, {b: images[b][1] for b in images}, bytes(32)))
line = given("cmdline", cmdline.encode()).decode()
events.append((9, TAG, of((line + "\0").encode("utf-16-le")),
               tagged(0x8F3B22ED, "LOADED_IMAGE::LoadOptions")))
events.append((9, TAG, of(given("initrd", initrd)), tagged(0x8F3B22EC, "Linux initrd")))
if "more" in change:
    events.append((int(change["more"]), IPL, of(b"more"), b"more\0"))
if "cut" in change:
    events.remove([e for e in events if e[0] == int(change["cut"])][-1])

data = b"Spec ID Event03\0" + struct.pack("<IBBBBI", 0, 0, 2, 0, 2, len(images))
for bank in images:
    data += struct.pack("<HH", IDS[bank], hashlib.new(bank).digest_size)
data += b"\0"
with open(output, "wb") as log:
    log.write(struct.pack("<II", 0, 3) + bytes(20) + struct.pack("<I", len(data)) + data)
    for pcr, kind, digests, text in events:
        log.write(struct.pack("<III", pcr, kind, len(digests)))
        for bank, digest in digests.items():
            log.write(struct.pack("<H", IDS[bank]) + digest)
        log.write(struct.pack("<I", len(text)) + text)
