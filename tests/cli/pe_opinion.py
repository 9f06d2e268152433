#!/usr/bin/env python3
"""What pefile, which nobody here wrote, says of an EFI program: nothing, or exit status 1.

pe_opinion.py FILE STUB     what it says of the stub as well does not count
"""
import sys

import pefile

pe = pefile.PE(sys.argv[1])
wrong = [w for w in pe.get_warnings() if w not in pefile.PE(sys.argv[2]).get_warnings()]
opt = pe.OPTIONAL_HEADER
end = opt.SizeOfHeaders
memory = opt.SizeOfHeaders
for section in pe.sections:
    name = section.Name.rstrip(b"\0").decode("ascii")
    if section.PointerToRawData != end:
        wrong.append(f"{name} begins at {section.PointerToRawData}, not at {end}")
    if section.VirtualAddress < memory:
        wrong.append(f"{name} overlaps the one before in memory")
    if section.Misc_VirtualSize > section.SizeOfRawData or section.Misc_VirtualSize == 0:
        wrong.append(f"{name} has {section.Misc_VirtualSize} bytes, {section.SizeOfRawData} in the file")
    end = section.PointerToRawData + section.SizeOfRawData
    memory = section.VirtualAddress + section.Misc_VirtualSize
if end != len(pe.__data__):
    wrong.append(f"sections end at {end}, the file at {len(pe.__data__)}")
if opt.SizeOfImage < memory or opt.SizeOfImage % opt.SectionAlignment:
    wrong.append(f"SizeOfImage {opt.SizeOfImage}, sections end at {memory}")
if pe.FILE_HEADER.PointerToSymbolTable or pe.FILE_HEADER.NumberOfSymbols:
    wrong.append("symbols")
# Windows' own checks of a header, and of the place where the program starts.
if not pe.get_section_by_rva(opt.AddressOfEntryPoint):
    wrong.append("it starts outside of its sections")
for text in wrong:
    print(f"{sys.argv[1]}: {text}")
sys.exit(bool(wrong))
