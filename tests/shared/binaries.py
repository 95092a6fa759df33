"""What of ours Windows loads as code, wherever it is packed, and which DLLs it names."""

import importlib.metadata
import os
import re
import zipfile
from pathlib import Path

import pefile

# A DLL's name, as text of one or of two bytes a letter: what is imported, delayed or loaded by name.
NAME = rb"[A-Za-z0-9_.+-]+\.[dD][lL][lL]\0"
WIDE = rb"(?:[A-Za-z0-9_.+-]\0)+\.\0[dD]\0[lL]\0[lL]\0\0\0"


def shipped():
    """By its name, each file of the installed wheel and of `wer.pyz` that is a program or a DLL."""
    found = {}
    for path in importlib.metadata.files("werapi") or ():
        if not path.parts[0].startswith(".."):  # pip's own launcher of the command `wer`
            found[path.as_posix()] = path.locate().read_bytes()
    if pyz := os.environ.get("WERAPI_PYZ"):
        with zipfile.ZipFile(pyz) as archive:
            found |= {f"{Path(pyz).name}/{name}": archive.read(name) for name in archive.namelist()}
    return {name: data for name, data in found.items() if data.startswith(b"MZ")}


def imported(data):
    """The DLLs in a file's import tables, delayed ones included."""
    with pefile.PE(data=data) as parsed:
        return {
            entry.dll.decode("ascii").lower()
            for kind in ("DIRECTORY_ENTRY_IMPORT", "DIRECTORY_ENTRY_DELAY_IMPORT")
            for entry in getattr(parsed, kind, ())
        }


def named(data):
    """All DLLs that a file has the name of: mingw keeps no table of delayed imports, and code loads by name."""
    narrow = {name[:-1].decode("ascii").lower() for name in re.findall(NAME, data)}
    wide = {name.decode("utf-16-le").rstrip("\0").lower() for name in re.findall(WIDE, data)}
    with pefile.PE(data=data) as parsed:
        own = parsed.DIRECTORY_ENTRY_EXPORT.name if hasattr(parsed, "DIRECTORY_ENTRY_EXPORT") else b""
    return (narrow | wide | imported(data)) - {(own or b"").decode("ascii").lower()}
