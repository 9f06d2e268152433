#!/usr/bin/env python3
"""Two UKIs, ours and ukify's, hold the same: sections in the same order, with the same content, size
and flags. Only .sbat may stand elsewhere, since ukify leaves it where the stub had it, and end in a
NUL, as ukify's did before 258. usage: ukify_opinion.py THEIRS OURS"""
import sys

import pefile


def sections(path):
    pe = pefile.PE(path, fast_load=True)
    found, sbat = [], []
    for s in pe.sections:
        name = s.Name.rstrip(b"\0").decode()
        content = s.get_data()[: s.Misc_VirtualSize]
        if name == ".sbat":
            sbat.append(content.rstrip(b"\0"))
        else:
            found.append((name, content, s.Characteristics))
    header = pe.OPTIONAL_HEADER
    return found, sbat, (header.DllCharacteristics, header.Subsystem, header.AddressOfEntryPoint,
                         header.SectionAlignment, header.ImageBase)


def main(theirs, ours):
    a, b = sections(theirs), sections(ours)
    names = [[s[0] for s in x[0]] for x in (a, b)]
    assert names[0] == names[1], f"sections {names[0]}\nand {names[1]}"
    for x, y in zip(a[0], b[0]):
        assert x == y, f"section {x[0]}: {len(x[1])} bytes, flags {x[2]:#x}; ours " \
                       f"{len(y[1])}, {y[2]:#x}"
    assert a[1] == b[1], f".sbat {a[1]}\nand {b[1]}"
    assert a[2] == b[2], f"headers {a[2]} and {b[2]}"
    print(f"{ours}: {len(a[0]) + len(a[1])} sections as ukify has them")


main(*sys.argv[1:])
