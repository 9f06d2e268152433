#!/usr/bin/env python3
"""What picks a devicetree or a firmware of a UKI, for QEMU with -smbios
type=1,manufacturer=Acme,product=Box: descriptions in folders, and small devicetrees.

A computer hardware id is a GUID of version 5 over UTF-16 texts of the SMBIOS tables ("Specifying
Hardware IDs for a Computer", Microsoft); HardwareID-9 is manufacturer and product name.
A flattened devicetree is as the Devicetree Specification 0.4, chapter 5, has it.
usage: chid.py FOLDER"""
import hashlib
import json
import os
import struct
import sys
import uuid

NAMESPACE = uuid.UUID("70ffd812-4c7f-4c7d-0000-000000000000")


def hardware_id(*texts):
    name = "&".join(texts).encode("utf-16-le")
    return str(uuid.UUID(bytes=hashlib.sha1(NAMESPACE.bytes + name).digest()[:16], version=5))


def devicetree(compatible):
    def pad(text):
        return text + bytes(-len(text) % 4)

    strings = b"compatible\0"
    value = compatible.encode() + b"\0"
    tree = (struct.pack(">I", 1) + pad(b"\0") + struct.pack(">III", 3, len(value), 0) + pad(value)
            + struct.pack(">II", 2, 9))
    start = 40 + 16
    return (struct.pack(">10I", 0xD00DFEED, start + len(tree) + len(strings), start,
                        start + len(tree), 40, 17, 16, 0, len(strings), len(tree))
            + bytes(16) + tree + strings)


def main(folder):
    box, other = hardware_id("Acme", "Box"), hardware_id("Acme", "Other")
    described = {
        "devicetrees": [("devicetree", "compatible", "acme,other", other),
                        ("devicetree", "compatible", "acme,box", box)],
        "firmware": [("devicetree", "compatible", "acme,box", box),
                     ("uefi-fw", "fwid", "of-other", other), ("uefi-fw", "fwid", "of-box", box)],
    }
    for name, devices in described.items():
        os.makedirs(os.path.join(folder, name))
        for i, (kind, key, value, device) in enumerate(devices):
            with open(os.path.join(folder, name, f"{i}.json"), "w") as f:
                json.dump({"type": kind, "name": "Acme", key: value, "hwids": [device]}, f)
    for name in ("box", "other"):
        with open(os.path.join(folder, f"{name}.dtb"), "wb") as f:
            f.write(devicetree(f"acme,{name}"))


main(*sys.argv[1:])
