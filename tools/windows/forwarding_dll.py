"""A DLL without code, whose only export is a function of another DLL."""

from __future__ import annotations

import struct

_SECTION, _ALIGNMENT = 0x1000, 0x200
"""Where the only section is in memory; the size of a block of the file."""
_MACHINE_AMD64, _PE32_PLUS = 0x8664, 0x20B
_CHARACTERISTICS = 0x2022
"""A DLL, executable, for addresses above 2 GB."""
_READABLE_DATA = 0x40000040


def forwarding_dll(name: str, export: str, target: str) -> bytes:
    """Return a 64-bit DLL that forwards one export.

    :param target: `LIBRARY.FUNCTION`, as the PE format names what an export is forwarded to
    """
    section = _export_section(name, export, target)
    headers = _dos_header() + _pe_header(len(section)) + _section_header(len(section))
    return headers.ljust(_ALIGNMENT, b"\0") + section.ljust(_ALIGNMENT, b"\0")


def _export_section(name: str, export: str, target: str) -> bytes:
    """Return the export directory, its three tables of one entry each, and the names."""
    functions = _SECTION + 40
    names, ordinals, texts = functions + 4, functions + 8, functions + 10
    encoded = [text.encode("ascii") + b"\0" for text in (name, export, target)]
    name_at = texts
    export_at = name_at + len(encoded[0])
    target_at = export_at + len(encoded[1])  # within the section: that makes it a forwarder
    directory = struct.pack("<10I", 0, 0, 0, name_at, 1, 1, 1, functions, names, ordinals)
    return directory + struct.pack("<IIH", target_at, export_at, 0) + b"".join(encoded)


def _dos_header() -> bytes:
    return b"MZ" + bytes(58) + struct.pack("<I", 64)


def _pe_header(size: int) -> bytes:
    coff = struct.pack("<HHIIIHH", _MACHINE_AMD64, 1, 0, 0, 0, 240, _CHARACTERISTICS)
    standard = struct.pack("<HBBIIIII", _PE32_PLUS, 14, 0, 0, _ALIGNMENT, 0, 0, _SECTION)
    windows = struct.pack(
        "<QIIHHHHHHIIIIHHQQQQII",
        0x5A0000000,  # the preferred address
        _SECTION,
        _ALIGNMENT,
        *(6, 0, 0, 0, 6, 0),  # the versions of the system, of the DLL and of the subsystem
        0,
        2 * _SECTION,  # the size in memory: the headers and the section
        _ALIGNMENT,
        0,
        2,  # the graphical subsystem, as every DLL
        0x100,  # compatible with data execution prevention
        *(1 << 20, 4096, 1 << 20, 4096),  # stack and heap
        0,
        16,
    )
    directories = struct.pack("<II", _SECTION, size) + bytes(15 * 8)
    return b"PE\0\0" + coff + standard + windows + directories


def _section_header(size: int) -> bytes:
    addresses = struct.pack("<IIII", size, _SECTION, _ALIGNMENT, _ALIGNMENT)
    return b".edata\0\0" + addresses + bytes(12) + struct.pack("<I", _READABLE_DATA)
