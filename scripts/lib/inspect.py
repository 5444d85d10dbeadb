"""What a native addon needs and offers, as JSON: the floor of its system, the libraries, the exports, the signature.

Usage: inspect.py FILE...    (LIEF reads ELF, Mach-O and PE alike)
"""

import json
import re
import struct
import sys

import lief

lief.logging.disable()

ID_DYLIB = lief.MachO.LoadCommand.TYPE.ID_DYLIB


def version(parts):
    return ".".join(str(part) for part in parts)


def elf(binary):
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


def is_ad_hoc(signature):
    """Whether the code directory in a Mach-O signature is flagged as signed by nobody (CS_ADHOC)."""
    magic, _, count = struct.unpack_from(">3I", signature)
    assert magic == 0xFADE0CC0, "an embedded signature"
    offsets = [struct.unpack_from(">2I", signature, 12 + 8 * i)[1] for i in range(count)]
    directories = [at for at in offsets if struct.unpack_from(">I", signature, at)[0] == 0xFADE0C02]
    return any(struct.unpack_from(">I", signature, at + 12)[0] & 2 for at in directories)


def macho(binary):
    build = binary.build_version if binary.has_build_version else None
    signature = None
    if binary.has_code_signature:
        signature = "ad hoc" if is_ad_hoc(bytes(binary.code_signature.content)) else "signed"
    return {
        "exports": [symbol.name.removeprefix("_") for symbol in binary.exported_symbols],
        # Its own name is in the same list.
        "libraries": [library.name for library in binary.libraries if library.command != ID_DYLIB],
        "floor": f"macOS {version(build.minos[:2])}" if build else None,
        "signature": signature,
    }


def pe(binary):
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
    return {"format": str(binary.format).rpartition(".")[2], "machine": machine, **kinds[type(binary)](binary)}


print(json.dumps({file: inspect(file) for file in sys.argv[1:]}))
