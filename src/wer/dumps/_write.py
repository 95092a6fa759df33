"""`write_dump`: a dump of a running process into a file, without a report."""

import errno as _errno
import os as _os
import sys as _sys
from contextlib import suppress as _suppress
from dataclasses import dataclass as _dataclass
from shutil import disk_usage as _disk_usage
from time import monotonic as _monotonic

from .. import _native
from .._arguments import bits as _bits
from .._arguments import shown as _shown
from .._enums import DumpType, MinidumpType
from .._launcher import warn_of_launcher as _warn_of_launcher
from .._leftovers import hold as _hold
from .._leftovers import remove_leftovers as _remove_leftovers
from .._processes import FOR_DUMP as _FOR_DUMP
from .._processes import FOR_HEAP_DUMP as _FOR_HEAP_DUMP
from .._processes import process_of as _process_of
from .._typing import TYPE_CHECKING, Callable, ProcessLike, StrPath
from ._contents import CONTENTS as _CONTENTS
from ._contents import expected_bytes as _expected_bytes

if TYPE_CHECKING:
    from .._werapi import HeldHandle

_ACCESS_DENIED = 5
_MiB = 1 << 20
# Of the file that a dump is written to before it has its name. Only a process that is killed leaves one, for the next.
TEMPORARY, _ENDING = "wer-dump-", ".tmp"


@_dataclass(frozen=True, slots=True)
class WrittenDump:
    """A dump that `write_dump` has written.

    Attributes
    ----------
    path : str
        The file, as a full path.
    size : int
        Its bytes.
    flags : MinidumpType
        What it holds.
    pid : int
        The process.
    executable : str
        The path of the program that this runs, or "" if Windows does not tell.
    seconds : float
        How long it took to write.
    """

    path: str
    size: int
    flags: MinidumpType
    pid: int
    executable: str
    seconds: float


def write_dump(
    path: StrPath,
    process: ProcessLike | None = None,
    *,
    pid: int | None = None,
    dump_type: DumpType | MinidumpType = DumpType.MINIDUMP,
    overwrite: bool = False,
    progress: "Callable[[int, int], object] | None" = None,
) -> WrittenDump:
    """Write a dump of a process into a file. Calls MiniDumpWriteDump; there is no report, and nothing is sent.

    The file is written beside its place, under a name that begins with ``wer-dump-``, and gets its name when it is
    whole; if anything fails, or Ctrl-C is pressed, it is removed. What a process leaves that is killed meanwhile, the
    next dump into that folder removes. It holds memory of the process, passwords and all, and has the permissions of
    its folder.

    Parameters
    ----------
    path : str or os.PathLike
        The file, in a folder that exists. By habit its name ends in ``.dmp``.
    process : object, optional
        The process: an object that owns a handle (`subprocess.Popen`, `multiprocessing.Process`, a pywin32 handle), one
        with a ``pid`` (`psutil.Process`), or a `Handle`. By default the current one.
    pid : int, optional
        An id instead of `process`.
    dump_type : DumpType or MinidumpType
        MINIDUMP, a few MB: stacks and the global variables of modules, as in a report. HEAPDUMP: all private memory as
        well. `wer.dumps.FULL`: all memory, as the Task Manager writes it. Or any flags of `MinidumpType`.
    overwrite : bool
        False: a file that is there is refused, before and after. True: it is replaced, at once.
    progress : callable, optional
        Called about ten times a second, in the calling thread, with the bytes that the file has and those that are
        expected in the end: an estimate, or 0. If it raises, the dump is given up.

    Returns
    -------
    WrittenDump
        What was written.

    Raises
    ------
    FileExistsError
        There is something at `path`.
    ProcessLookupError
        The process has ended, maybe meanwhile.
    PermissionError
        The process may not be opened or read: it runs as another user or is protected, and an administrator may be
        allowed to; or the folder may not be written to.
    OSError
        The disk has less room than the dump is expected to take (ENOSPC), or Windows refused: ``winerror`` is the code.
    TypeError, ValueError
        An argument is of the wrong type or out of its limits.
    NotImplementedError
        This is not Windows, or it has no dbghelp.dll.

    Warns
    -----
    LauncherWarning
        The process is a launcher, which has no Python in it: pass what `interpreter_of` returns.

    Notes
    -----
    Any process of the same user can be dumped without more rights. Windows stops it while its memory is read. A dump of
    the current process stops all its other threads, some of which may hold what the writing needs (Microsoft advises to
    dump from another process); it does not hold the thread that writes it.

    It loads dbghelp.dll from System32, once. Dumps of one process's making are written one after the other. Ctrl-C, and
    `progress`, stop the writing where dbghelp asks whether to go on (documented; Wine's does not ask, there it ends
    first). A page of memory that cannot be read is left out.

    A 64-bit Python can dump a 32-bit process; a debugger then shows the 64-bit side of it first (``!wow64exts.sw`` in
    WinDbg). A 32-bit Python cannot dump a 64-bit process. Windows XP.
    """
    flags = _flags_of(dump_type)
    target = _target_of(path)
    rights = _FOR_HEAP_DUMP if flags & MinidumpType.WITH_HANDLE_DATA else _FOR_DUMP
    held = _process_of(process, pid, rights) or _native.open_process(_os.getpid(), rights)
    _must_be_free(target, overwrite)
    _must_be_readable(held)
    _warn_of_launcher(held)
    return write_dump_of(held, target, flags, overwrite, progress)


def write_dump_of(
    held: "HeldHandle",
    target: str,
    flags: MinidumpType,
    overwrite: bool,
    progress: "Callable[[int, int], object] | None",
) -> WrittenDump:
    """`write_dump` of a process that is open, to a full path. Launchers are not looked for."""
    _must_be_free(target, overwrite)
    expected = expected_of(held, flags)
    folder = _os.path.dirname(target)
    _must_have_room(folder, expected, held.id)
    _remove_leftovers(folder, TEMPORARY, _ENDING)
    started = _monotonic()
    temporary = _os.path.join(folder, f"{TEMPORARY}{_os.getpid()}-{_os.urandom(4).hex()}{_ENDING}")
    file = _os.open(temporary, _os.O_RDWR | _os.O_CREAT | _os.O_EXCL | getattr(_os, "O_BINARY", 0), 0o600)
    try:
        try:
            _hold(file)
            _native.write_dump(held, file, flags, progress and (lambda: progress(_os.fstat(file).st_size, expected)))
            size = _os.fstat(file).st_size
        finally:
            _os.close(file)
        _give_name(temporary, target, overwrite)
    except BaseException:
        with _suppress(OSError):
            _os.unlink(temporary)
        raise
    return WrittenDump(target, size, flags, held.id, _native.executable(held), _monotonic() - started)


def expected_of(held: "HeldHandle", flags: MinidumpType) -> int:
    """How many bytes a dump is expected to have; 0 if that cannot be told."""
    try:
        return _expected_bytes(_native.memory_of(held), flags)
    except OSError:  # the walk through its memory took too long
        return 0


def _flags_of(dump_type: DumpType | MinidumpType) -> MinidumpType:
    if isinstance(dump_type, MinidumpType):
        return MinidumpType(_bits(MinidumpType, dump_type, "dump_type"))
    if not isinstance(dump_type, DumpType):
        raise TypeError(
            "dump_type must be a wer.DumpType, or flags of wer.MinidumpType, whose numbers are others: got "
            f"{_shown(dump_type)}"
        )
    if dump_type not in _CONTENTS:
        raise ValueError(
            f"dump_type takes MINIDUMP, HEAPDUMP or flags of wer.MinidumpType, such as wer.dumps.FULL, got "
            f"{dump_type.name}: what it holds only WER knows"
        )
    return _CONTENTS[dump_type]


def _target_of(path: StrPath) -> str:
    """The full path; a file is neither opened nor looked for."""
    given = _os.fspath(path)
    if not isinstance(given, str):
        raise TypeError(f"path must be a str or os.PathLike of str, got {type(path).__name__}")
    if not given:
        raise ValueError("path is empty")
    if "\0" in given:
        raise ValueError(f"path has a NUL at {given.index(chr(0))}: {given!r}")
    return _os.path.abspath(given)


def _must_be_free(target: str, overwrite: bool) -> None:
    if _os.path.isdir(target):
        raise IsADirectoryError(_errno.EISDIR, "path is a folder: add the name of the file", target)
    if not overwrite and _os.path.lexists(target):
        raise _exists(target)


def _exists(target: str) -> FileExistsError:
    return FileExistsError(_errno.EEXIST, "there is a file already; overwrite=True replaces it", target)


def _must_be_readable(held: "HeldHandle") -> None:
    """Refuse a handle that may not read memory: MiniDumpWriteDump was seen to succeed with a dump of nothing then."""
    try:
        _native.has_python(held)
    except OSError as error:
        if getattr(error, "winerror", None) == _ACCESS_DENIED:
            raise PermissionError(
                _errno.EACCES,
                f"the handle of process {held.id} may not read its memory: it needs PROCESS_QUERY_INFORMATION and "
                "PROCESS_VM_READ; pid= has it opened with both",
            ) from None
        # else the process is just starting or ending, and the dump will tell


def _must_have_room(folder: str, expected: int, number: int) -> None:
    free = _disk_usage(folder).free
    if free < expected:
        raise OSError(
            _errno.ENOSPC,
            f"the dump of process {number} will have some {expected / _MiB:.0f} MiB, and there is room for "
            f"{free / _MiB:.0f} MiB: choose another folder or a smaller dump_type",
            folder,
        )


def _give_name(temporary: str, target: str, overwrite: bool) -> None:
    """Rename the file, in one step for whoever looks."""
    try:
        if overwrite:
            _os.replace(temporary, target)
        elif _sys.platform == "win32":
            _os.rename(temporary, target)  # which refuses to replace
        else:
            _os.link(temporary, target)
            _os.unlink(temporary)
    except FileExistsError:
        raise _exists(target) from None
