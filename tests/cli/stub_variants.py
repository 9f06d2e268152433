#!/usr/bin/env python3
"""Stubs that are sound but unusual, for uki to add sections to.

stub_variants.py DEBIAN-STUB     makes variant.NAME for each
"""
import struct
import sys

from efi_sample import build, stub

PE = 0x40
OPT = PE + 24
TABLE = OPT + 112 + 8 * 6


def put(data, fmt, at, value):
    data = bytearray(data)
    struct.pack_into(fmt, data, at, value)
    return bytes(data)


def symbols(data):
    """A symbol table behind all else, as the linker leaves it: the file ends anywhere."""
    at = len(data)
    data = put(put(data, "<I", PE + 12, at), "<I", PE + 16, 1)
    return data + b"symbol of 18 bytes" + struct.pack("<I", 4) + b"odd"


def unaligned(data):
    """Raw data in places that are no multiples of FileAlignment (linkers did that until 2023)."""
    n, = struct.unpack_from("<H", data, PE + 6)
    headers, = struct.unpack_from("<I", data, OPT + 60)
    data = data[:headers] + bytes(72) + data[headers:]
    for i in range(n):
        at = TABLE + 40 * i + 20
        data = put(data, "<I", at, struct.unpack_from("<I", data, at)[0] + 72)
    return data


def aligned_to(align):
    magic = b"#### LoaderInfo: systemd-stub 257.9 ####\0"
    sbat = b"sbat,1,SBAT Version,sbat,1,url\nsystemd,1,Devs,systemd,1,url\n"
    step = max(align, 0x1000)
    return build("x64", [(".text", step, b"t" * 700, 0x60000020),
                         (".data", 2 * step, b"d" * 90, 0xC0000040),
                         (".sbat", 3 * step, sbat, 0x40000040),
                         (".sdmagic", 4 * step, magic, 0x40000040)], align=align)


plain = stub("x64", "257.9")
variants = {
    "debian": open(sys.argv[1], "rb").read(),
    "stripped": plain,
    "symbols": symbols(plain),
    "unaligned": unaligned(plain),
    "both": symbols(unaligned(plain)),
    "base": put(plain, "<Q", OPT + 24, 0x14DF90000),
    "512": aligned_to(512),
    "4k": aligned_to(4096),
    "64k": aligned_to(65536),
    "ia32": stub("ia32", "257.9"),
}
for name, data in variants.items():
    with open(f"variant.{name}", "wb") as f:
        f.write(data)
