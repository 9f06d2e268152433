#!/usr/bin/env python3
"""Small EFI programs put together from "PE Format", and a reader that shares nothing with the program.

efi_sample.py stub MACHINE VERSION FILE      a systemd stub: machine x64 ia32 aa64 riscv64
efi_sample.py addon MACHINE VERSION FILE     the stub of an addon
efi_sample.py kernel MACHINE FILE [SBAT]     a bzImage (x64, ia32), or a kernel that is only PE;
                                             with a section .sbat of that text
efi_sample.py quitting FILE                  a bzImage that returns to the firmware at once
efi_sample.py list FILE                      a line "NAME SIZE SHA256" for each section of a UKI
efi_sample.py get FILE NAME                  the content of a section
efi_sample.py dump FILE FOLDER               of all, as NAME.N, counted from 1
efi_sample.py zboot MACHINE PACKED FILE      an EFI program around a packed kernel
efi_sample.py check FILE                     alignment, order, overlap, gaps
"""
import hashlib
import os
import struct
import sys

MACHINES = {"x64": 0x8664, "ia32": 0x14C, "aa64": 0xAA64, "riscv64": 0x5064}
PE = 0x40


def up(value, align):
    return (value + align - 1) // align * align


def build(machine, sections, prefix=b"", align=4096):
    """sections: (name, va, bytes, characteristics)"""
    is_32 = machine == "ia32"
    optional = (96 if is_32 else 112) + 8 * 6
    base = max(PE, up(len(prefix), 8))
    table = base + 24 + optional
    headers = up(table + 40 * len(sections), 512)
    out = bytearray(headers)
    out[: len(prefix)] = prefix
    out[0:2] = b"MZ"
    struct.pack_into("<I", out, 0x3C, base)
    struct.pack_into("<4sHHIIIHH", out, base, b"PE\0\0", MACHINES[machine], len(sections),
                     0x5EADBEEF, 0, 0, optional, 0x206)
    opt = base + 24
    struct.pack_into("<H", out, opt, 0x10B if is_32 else 0x20B)
    code = next(va for _, va, _, flags in sections if flags & 0x20000000)
    struct.pack_into("<I", out, opt + 16, code)  # where it starts
    struct.pack_into("<II", out, opt + 32, align, 512)
    struct.pack_into("<HH", out, opt + 44, 1, 0)
    end = max(va + len(data) for _, va, data, _ in sections)
    struct.pack_into("<III", out, opt + 56, up(end, align), headers, 0)
    struct.pack_into("<HH", out, opt + 68, 10, 0x100)
    struct.pack_into("<I", out, opt + (92 if is_32 else 108), 6)
    for i, (name, va, data, flags) in enumerate(sections):
        raw = up(len(data), 512)
        struct.pack_into("<8sIIII12xI", out, table + 40 * i, name.encode(), len(data), va, raw,
                         len(out), flags)
        out += data + bytes(raw - len(data))
    return bytes(out)


def stub(machine, version, kind="stub"):
    magic = f"#### LoaderInfo: systemd-{kind} {version} ####\0".encode()
    sbat = b"sbat,1,SBAT Version,sbat,1,url\nsystemd,1,Devs,systemd,1,url\n"
    # Code at 0x3000: in real stubs, too, there is room for more headers in front of it.
    return build(machine, [(".text", 0x3000, b"t" * 700, 0x60000020),
                           (".data", 0x4000, b"d" * 90, 0xC0000040),
                           (".sbat", 0x5000, sbat, 0x40000040),
                           (".sdmagic", 0x6000, magic, 0x40000040)])


def kernel(machine, sbat=None, code=b""):
    text = (code + b"Linux version 6.9.1-sample (me@here) (gcc) #1 SMP\n\0").ljust(0x600, b"k")
    sections = [(".setup", 0x1000, b"s" * 0x200, 0x40000040), (".text", 0x2000, text, 0x60000020)]
    if sbat:
        sections.append((".sbat", 0x3000, sbat.encode(), 0x40000040))
    if machine not in ("x64", "ia32"):
        return build(machine, sections)
    prefix = bytearray(0x300)
    prefix[0x1F1] = 3
    struct.pack_into("<I", prefix, 0x1F4, 0x40)
    prefix[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", prefix, 0x206, 0x20F)
    struct.pack_into("<H", prefix, 0x20E, 0x80)
    prefix[0x280:0x29E] = b"6.9.1-sample (me@here) #1 SMP\0"
    return build(machine, sections, bytes(prefix))


def read(path):
    with open(path, "rb") as f:
        data = f.read()
    base = struct.unpack_from("<I", data, 0x3C)[0]
    assert data[:2] == b"MZ" and data[base : base + 4] == b"PE\0\0"
    n, = struct.unpack_from("<H", data, base + 6)
    optional, = struct.unpack_from("<H", data, base + 20)
    opt = base + 24
    align, file_align = struct.unpack_from("<II", data, opt + 32)
    image, headers = struct.unpack_from("<II", data, opt + 56)
    sections = []
    for i in range(n):
        at = opt + optional + 40 * i
        name, vs, va, raw, ptr, _, _, _, _, flags = struct.unpack_from("<8sIIIIIIHHI", data, at)
        sections.append((name.rstrip(b"\0").decode(), vs, va, raw, ptr, flags))
    return data, sections, {"align": align, "file_align": file_align, "image": image,
                            "headers": headers, "table_end": opt + optional + 40 * n}


def check(path):
    data, sections, h = read(path)
    assert h["table_end"] <= h["headers"], "section table ends behind the headers"
    memory, offset = h["headers"], h["headers"]
    for name, vs, va, raw, ptr, flags in sections:
        assert vs, f"{name} is empty"
        assert va >= memory, f"{name} at {va:#x} overlaps what ends at {memory:#x}"
        assert va % h["align"] == 0, f"{name} is not aligned in memory"
        assert ptr % h["file_align"] == 0 and raw % h["file_align"] == 0, f"{name} in the file"
        assert ptr == offset, f"{name} begins at {ptr:#x}, not at {offset:#x}"
        assert not any(data[ptr + vs : ptr + raw]), f"{name} is not filled up with zeros"
        memory, offset = va + vs, ptr + raw
    assert offset == len(data), "something stands behind the last section"
    assert h["image"] >= memory and h["image"] % h["align"] == 0, "SizeOfImage"


def main(argv):
    verb = argv[1]
    if verb in ("stub", "addon"):
        content = stub(argv[2], argv[3], verb)
        path = argv[4]
    elif verb == "kernel":
        content = kernel(argv[2], argv[4] if len(argv) > 4 else None)
        path = argv[3]
    elif verb == "quitting":
        # mov rax, EFI_ABORTED; ret
        content = kernel("x64", code=b"\x48\xb8\x15\0\0\0\0\0\0\x80\xc3")
        path = argv[2]
    elif verb == "zboot":
        with open(argv[3], "rb") as f:
            packed = f.read()
        text = b"u" * 200 + packed
        content = bytearray(build(argv[2], [(".text", 0x1000, text, 0x60000020)]))
        struct.pack_into("<4sII", content, 4, b"zimg", content.index(packed), len(packed))
        path = argv[4]
    elif verb == "check":
        return check(argv[2])
    else:
        data, sections, _ = read(argv[2])
        if verb == "list":
            for name, vs, _, raw, ptr, _ in sections:
                if name not in (".text", ".data", ".sdmagic"):
                    content = data[ptr : ptr + min(vs, raw)]
                    print(name, len(content), hashlib.sha256(content).hexdigest())
            return
        counts = {}
        for name, vs, _, raw, ptr, _ in sections:
            content = data[ptr : ptr + min(vs, raw)]
            counts[name] = counts.get(name, 0) + 1
            if verb == "dump":
                os.makedirs(argv[3], exist_ok=True)
                with open(f"{argv[3]}/{name}.{counts[name]}", "wb") as f:
                    f.write(content)
            elif name == argv[3] and counts[name] == 1:
                sys.stdout.buffer.write(content)
        return
    with open(path, "wb") as f:
        f.write(content)


if __name__ == "__main__":
    main(sys.argv)
