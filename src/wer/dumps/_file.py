"""The file of a dump: opened for each use, read in pieces that lie within it, and refused if it is something else.

No handle is kept: an open file cannot be removed on Windows, and a dump may be kept for long.
"""

import os
import stat
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

Open = Callable[[], BinaryIO]


class Damaged(Exception):
    """What was to be read is not as it must be. Its text says what is wrong, without the place."""


class Pieces:
    """An open file, read by offset and size.

    Parameters
    ----------
    file : binary file
        It can be sought.
    """

    __slots__ = ("_file", "size")

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def read(self, offset: int, size: int) -> bytes:
        """Exactly these bytes. Raises Damaged if they are not all in the file."""
        if offset + size > self.size:
            raise Damaged(f"{size} bytes at {offset:#x} go beyond the end of the file, {self.size:#x}")
        found = self.some(offset, size)
        if len(found) != size:
            raise Damaged(f"of {size} bytes at {offset:#x} the file has {len(found)}: it was cut while it was read")
        return found

    def some(self, offset: int, size: int) -> bytes:
        """As many of these bytes as are in the file."""
        size = min(size, self.size - offset)
        if size <= 0:
            return b""
        self._file.seek(offset)
        return self._file.read(size)


def opener(name: str) -> Open:
    """What opens the file, and refuses to if it is no longer the one that it is now.

    Parameters
    ----------
    name : str
        Its absolute path.

    Raises
    ------
    ValueError
        It is a folder, a pipe or a device.
    OSError
        It is not there, or may not be read.
    """
    status = os.stat(name)
    if stat.S_ISDIR(status.st_mode):
        raise ValueError(f"{name} is a folder: name the .dmp, .mdmp or .hdmp file in it")
    if not stat.S_ISREG(status.st_mode):  # before it is opened: a pipe would wait for its other end
        raise ValueError(f"{name} is a pipe or a device: copy the dump into a file")
    return partial(_open, name, (status.st_size, status.st_mtime_ns))


def _open(name: str, size_and_time: tuple[int, int]) -> BinaryIO:
    file = open(name, "rb")  # noqa: SIM115 - the caller closes it
    status = os.fstat(file.fileno())
    if (status.st_size, status.st_mtime_ns) != size_and_time:
        file.close()
        raise ValueError(f"{name} has been changed since it was read: read it again with read_dump")
    return file


# By their first bytes: what it is instead of a minidump, and what to do.
_OTHERS = (
    (b"PMDM", "a minidump in big-endian byte order, as PowerPC has it: read it with breakpad's minidump_dump"),
    (b"PAGEDU64", "a dump of the Windows kernel: open it with WinDbg"),
    (b"PAGEDUMP", "a dump of a 32-bit Windows kernel: open it with WinDbg"),
    (b"\x1f\x8b", "compressed with gzip: decompress it first"),
    (b"PK\x03\x04", "a ZIP archive: take the dump out of it first"),
    (b"MSCF", "a cabinet: take the dump out of it first, with expand.exe or cabextract"),
    (b"\xfd7zXZ\0", "compressed with xz: decompress it first"),
    (b"(\xb5/\xfd", "compressed with zstd: decompress it first"),
    (b"BZh", "compressed with bzip2: decompress it first"),
    (b"7z\xbc\xaf'\x1c", "a 7-Zip archive: take the dump out of it first"),
    (b"MZ", "a program or DLL of Windows: name the dump instead"),
    (b"\xcf\xfa\xed\xfe", "a Mach-O file of macOS; if it is a core, open it with lldb"),
    (b"SQLite format 3\0", "a database of SQLite: name the dump instead"),
    (b"%PDF", "a PDF: name the dump instead"),
    (b"<", "XML or HTML; a page that was saved in place of the dump? Download it again"),
    (b"Version=1", "a Report.wer file: read it with wer.read_report"),
    (b"\xef\xbb\xbfVersion=1", "a Report.wer file: read it with wer.read_report"),
    ("Version=1".encode("utf-16-le"), "a Report.wer file: read it with wer.read_report"),
    ("\ufeffVersion=1".encode("utf-16-le"), "a Report.wer file: read it with wer.read_report"),
    ("\ufeffVersion=1".encode("utf-16-be"), "a Report.wer file: read it with wer.read_report"),
)
_ELF_CORE = 4


def refuse_others(name: str, start: bytes, size: int) -> None:
    """Raise ValueError if the file cannot be a minidump, with what it is instead and what to do.

    Parameters
    ----------
    name : str
        For the text.
    start : bytes
        The first 64 bytes, or what there is.
    size : int
        Of the file.
    """
    if not size:
        raise ValueError(f"{name} is empty: the dump was not written; was the disk full, or its writer stopped?")
    if start.startswith(b"MDMP"):
        if size < 32:
            raise ValueError(f"{name} ends after {size} bytes, within the header of a minidump: copy it again")
        return
    if start.startswith(b"\x7fELF"):
        if int.from_bytes(start[16:18], "big" if start[5:6] == b"\x02" else "little") == _ELF_CORE:
            raise ValueError(f"{name} is an ELF core file of Linux, not a minidump: open it with gdb or lldb")
        raise ValueError(f"{name} is a program or library in ELF format, not a minidump: name the dump instead")
    for magic, told in _OTHERS:
        if start.startswith(magic):
            raise ValueError(f"{name} is not a minidump but {told}")
    if not start.strip(b"\0"):
        raise ValueError(
            f"{name} is not a minidump: it begins with zeros. Its place was made and not written, as after a loss of "
            "power; look for another dump"
        )
    raise ValueError(
        f"{name} is not a minidump: it begins with {start[:8].hex(' ')}, and a minidump with 4d 44 4d 50 (MDMP)"
    )
