"""What a native addon needs and offers, as JSON: the floor of its system, the libraries, the exports, the signature.

Usage: inspect.py FILE...    (LIEF reads ELF, Mach-O and PE alike)
"""

import hashlib
import json
import re
import struct
import sys

import lief

lief.logging.disable()

ID_DYLIB = lief.MachO.LoadCommand.TYPE.ID_DYLIB


def version(parts):
    return ".".join(str(part) for part in parts)


def elf(_file, binary):
    wanted = [aux.name for need in binary.symbols_version_requirement for aux in need.get_auxiliary_symbols()]
    # The versions of their C libraries' symbols: GLIBC_2.17, and FBSD_1.6, which came with FreeBSD 13.
    systems = {"GLIBC_": "glibc", "FBSD_": "FBSD"}
    floors = [
        f"{name} {version(max([int(n) for n in want.removeprefix(prefix).split('.')] for want in found))}"
        for prefix, name in systems.items()
        if (found := [want for want in wanted if re.fullmatch(rf"{prefix}[\d.]+", want)])
    ]
    return {
        "exports": [symbol.name for symbol in binary.exported_symbols],
        "libraries": binary.libraries,
        "floor": next(iter(floors), None),
    }


def signature_of(file, binary):
    """Whether a Mach-O file is signed, by nobody in particular (CS_ADHOC), and for just these bytes."""
    if not binary.has_code_signature:
        return None
    signature = bytes(binary.code_signature.content)
    with open(file, "rb") as stream:
        content = stream.read()
    (blobs,) = struct.unpack_from(">I", signature, 8)
    offsets = [struct.unpack_from(">I", signature, 16 + 8 * i)[0] for i in range(blobs)]
    directory = next(at for at in offsets if struct.unpack_from(">I", signature, at)[0] == 0xFADE0C02)
    flags, hashes, _, _, slots, limit, length, _, _, page_bits = struct.unpack_from(">6I4B", signature, directory + 12)
    for slot in range(slots):
        start = slot << page_bits
        page = content[start : min(start + (1 << page_bits), limit)]
        at = directory + hashes + slot * length
        if hashlib.sha256(page).digest()[:length] != signature[at : at + length]:
            return "broken"
    return "ad hoc" if flags & 2 else "signed"


def macho(file, binary):
    build = binary.build_version if binary.has_build_version else None
    return {
        "exports": [symbol.name.removeprefix("_") for symbol in binary.exported_symbols],
        # Its own name is in the same list.
        "libraries": [library.name for library in binary.libraries if library.command != ID_DYLIB],
        "floor": f"macOS {version(build.minos[:2])}" if build else None,
        "signature": signature_of(file, binary),
    }


def pe(_file, binary):
    return {
        "exports": [entry.name for entry in binary.get_export().entries] if binary.has_exports else [],
        "libraries": binary.libraries,
        "floor": None,
    }


def inspect(file):
    binary = lief.parse(file)
    if isinstance(binary, lief.MachO.FatBinary):
        binary = binary.at(0)
    kinds = {lief.ELF.Binary: elf, lief.MachO.Binary: macho, lief.PE.Binary: pe}
    machine = str(binary.abstract.header.architecture).rpartition(".")[2]
    return {"format": str(binary.format).rpartition(".")[2], "machine": machine, **kinds[type(binary)](file, binary)}


print(json.dumps({file: inspect(file) for file in sys.argv[1:]}))
