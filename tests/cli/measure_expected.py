"""PCR 11 of a UKI by the rules of the specification, with pefile and hashlib only.

usage: measure_expected.py FILE VERSION PROFILE BANK [PHASE...]: prints the value after the phases
"""
import hashlib
import sys

import pefile

# systemd, src/fundamental/uki.h: the order, and the version since which a section is measured
ORDER = [(".linux", 0), (".osrel", 0), (".cmdline", 0), (".initrd", 0), (".ucode", 256),
         (".splash", 0), (".dtb", 0), (".uname", 254), (".sbat", 254), (".pcrpkey", 0),
         (".profile", 257), (".hwids", 257)]

path, version, profile, bank, *phases = sys.argv[1:]
version, profile = int(version), int(profile)
base, profiles = {}, []
for section in pefile.PE(path, fast_load=True).sections:
    name = section.Name.rstrip(b"\0").decode()
    if name == ".profile":
        profiles.append({})
    part = profiles[-1] if profiles else base
    part.setdefault(name, section.get_data()[:section.Misc_VirtualSize])
if profiles:
    base.update(profiles[profile])


def digest(data):
    return hashlib.new(bank, data).digest()


pcr = bytes(len(digest(b"")))
for name, since in ORDER:
    if name in base and version >= since:
        pcr = digest(pcr + digest(name.encode() + b"\0"))
        pcr = digest(pcr + digest(base[name]))
for phase in phases:
    pcr = digest(pcr + digest(phase.encode()))
print(f"11:{bank}={pcr.hex()}")
