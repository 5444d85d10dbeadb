"""Copies a Node, for Windows or Linux, into one that refuses external buffers, as V8's memory cage does in Electron.

Usage: electron-like.py FROM TO    (LIEF reads ELF and PE alike)
"""

import os
import sys

import lief

# `return napi_no_external_buffers_allowed`: mov eax, 22; ret, or mov w0, #22; ret.
REFUSALS = {"X86_64": "b816000000c3", "ARM64": "c0028052c0035fd6"}

source, target = sys.argv[1:]
binary = lief.parse(source)
refusal = bytes.fromhex(REFUSALS[str(binary.abstract.header.architecture).rpartition(".")[2]])
with open(source, "rb") as file:
    content = bytearray(file.read())
for name in ["napi_create_external_buffer", "napi_create_external_arraybuffer"]:
    if isinstance(binary, lief.PE.Binary):
        at = binary.rva_to_offset(next(entry.address for entry in binary.get_export().entries if entry.name == name))
    else:
        at = binary.virtual_address_to_offset(binary.get_symbol(name).value)
    content[at : at + len(refusal)] = refusal
with open(target, "wb") as file:
    file.write(content)
os.chmod(target, 0o755)
