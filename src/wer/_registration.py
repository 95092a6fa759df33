"""`Registration`: what a process registers with WER for the reports that Windows makes when it crashes or hangs."""

import atexit as _atexit
from contextlib import suppress as _suppress
from os import fsdecode as _fsdecode
from os import path as _path

from . import _werapi
from ._custom_metadata import check_custom_metadata as _check_custom_metadata
from ._enums import RegisterFileType as _RegisterFileType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike as _PathLike
    from types import TracebackType as _TracebackType
    from typing import NoReturn as _NoReturn
    from typing import Self as _Self

    from _typeshed import ReadableBuffer as _ReadableBuffer

    from ._enums import FileFlags as _FileFlags


class Registration:
    """Something that is registered with WER. The functions ``register_...`` make it.

    WER takes note of it for the reports that Windows makes itself when this process crashes or hangs, and for reports
    submitted with `SubmitFlags.ADD_REGISTERED_DATA`. It stays registered until `unregister`, the end of a ``with``
    block, or the end of the interpreter, whether or not somebody keeps this object; memory stays where it is and ids
    of processes stay theirs until then.

    Threads may share it. Both registering and `unregister` release the GIL in WER; a second `unregister` meanwhile
    raises RuntimeError.
    """

    __slots__ = ("__weakref__", "_about", "_held")
    _about: str
    _held: _werapi.HeldRegistration

    def __init__(self, *arguments: object, **options: object) -> None:
        raise TypeError("the functions wer.register_... make registrations")

    def __enter__(self) -> "_Self":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: "_TracebackType | None"
    ) -> None:
        if error is None:
            self.unregister()
            return
        with _suppress(OSError):  # the error that ends the block matters more
            self.unregister()

    def __repr__(self) -> str:
        return f"<wer.Registration {self._about} {'active' if self.active else 'undone'}>"

    def __reduce__(self) -> "_NoReturn":
        raise TypeError("a registration cannot be copied or pickled: there is one of it")

    @property
    def active(self) -> bool:
        """Whether it is registered."""
        return self._held.active

    def unregister(self) -> None:
        """Undo the registration. Calls the WerUnregister function of its kind. Doing it again does nothing.

        Raises
        ------
        WerError
            WER_E_NOT_FOUND: WER does not have it any more; it counts as undone. Anything else, such as
            WER_E_INVALID_STATE: it is still registered.
        RuntimeError
            It is being undone already.

        Notes
        -----
        The Windows version is that of the function that made it.
        """
        self._held.unregister()


def _register(held: _werapi.HeldRegistration, identity: object, about: str) -> Registration:
    registration = object.__new__(Registration)
    registration._held = held
    registration._about = about
    held.register(identity, registration)
    return registration


@_atexit.register
def _unregister_all() -> None:
    """WER must not go on to read the memory of an interpreter that has ended."""
    for registration in list(_werapi._registered.values()):
        with _suppress(OSError, RuntimeError):  # nobody is left who could do anything about it
            registration.unregister()


def _register_memory(buffer: "_ReadableBuffer", *, excluded: bool, what: str) -> Registration:
    held = _werapi.HeldRegistration()
    try:
        held.hold_memory(buffer, excluded)
    except BufferError as error:
        raise ValueError(f"buffer must be contiguous memory: {error}") from None
    return _register(held, held.address, f"{what} {held.number} bytes at {held.address:#x}")


def register_file(
    path: "str | _PathLike[str]",
    file_type: _RegisterFileType | int = _RegisterFileType.OTHER,
    flags: "_FileFlags | int" = 0,
) -> Registration:
    """Have WER add a file to the reports on this process. Calls WerRegisterFile.

    WER reads the file when it makes a report. It is sent only if the server asks for it.

    Parameters
    ----------
    path : str or os.PathLike
        The file, at most 259 UTF-16 units. A relative path is made absolute and ``%NAME%`` replaced by the
        environment variable here, because another process looks for the file. Whether it has to exist by now is not
        documented.
    file_type : RegisterFileType
        OTHER, the default, or USER_DOCUMENT.
    flags : FileFlags
        DELETE_WHEN_DONE deletes it as soon as it is in a report; ANONYMOUS_DATA.

    Returns
    -------
    Registration
        Undo it with `Registration.unregister`, or use it as a context manager.

    Raises
    ------
    WerError
        WER refused: WER_E_INVALID_STATE; WER_E_INSUFFICIENT_BUFFER, other code of the process has used up the limit.
    TypeError, ValueError
        An argument is of the wrong type or out of its limits; the file is registered already; or there are 512 files,
        memory blocks, metadata pairs and processes.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    Windows Vista.
    """
    full = _fsdecode(path)
    if full and "\0" not in full:
        full = _path.abspath(_path.expandvars(full))
    held = _werapi.HeldRegistration()
    held.hold_file(full, file_type, flags)
    return _register(held, full, f"File {full!r}")


def register_memory_block(buffer: "_ReadableBuffer") -> Registration:
    """Have WER add memory to the heap dumps in reports on this process. Calls WerRegisterMemoryBlock.

    The memory is read when a dump is written; until the registration is undone it stays where it is, and a bytearray,
    for instance, cannot change its size. It goes into heap dumps and larger ones only, and is sent only if the server
    asks for it.

    Parameters
    ----------
    buffer : object with the buffer protocol
        Contiguous memory of 1 to 65536 bytes. It need not be writable.

    Returns
    -------
    Registration
        Undo it with `Registration.unregister`, or use it as a context manager.

    Raises
    ------
    WerError, TypeError, ValueError, NotImplementedError
        As for `register_file`.

    Notes
    -----
    Windows Vista.
    """
    return _register_memory(buffer, excluded=False, what="MemoryBlock")


def register_excluded_memory_block(buffer: "_ReadableBuffer") -> Registration:
    """Have WER leave memory out of the dumps in reports on this process. Calls WerRegisterExcludedMemoryBlock.

    For secrets, and for caches that nobody needs to see.

    Parameters
    ----------
    buffer : object with the buffer protocol
        Contiguous memory of 1 to 4294967295 bytes; Microsoft documents no other limit. It stays where it is until the
        registration is undone. What Python has copied from it elsewhere is not excluded.

    Returns
    -------
    Registration
        Undo it with `Registration.unregister`, or use it as a context manager.

    Raises
    ------
    WerError
        As for `register_file`; E_OUTOFMEMORY.
    TypeError, ValueError, NotImplementedError
        As for `register_file`.

    Notes
    -----
    Windows 10 version 1703.
    """
    return _register_memory(buffer, excluded=True, what="ExcludedMemoryBlock")


def register_custom_metadata(key: str, value: str) -> Registration:
    """Have WER add a name and a value to the reports on this process. Calls WerRegisterCustomMetadata.

    Parameters
    ----------
    key : str
        1 to 64 UTF-16 units: the name of an XML element.
    value : str
        At most 128 printable ASCII characters. Whether these limits count the closing NUL is not documented.

    Returns
    -------
    Registration
        Undo it with `Registration.unregister`, or use it as a context manager. To change the value, undo it first.

    Raises
    ------
    WerError
        As for `register_file`; E_INVALIDARG, E_OUTOFMEMORY.
    TypeError, ValueError
        As for `register_file`; or there are 8 pairs.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    Windows 10 version 1703. The report's Report.wer has them, key and value (seen on Windows; in which form is not
    known). The pairs are lost if something ends the crashed process before WER has made its report
    (reported by others).
    """
    _check_custom_metadata(key, value)
    held = _werapi.HeldRegistration()
    held.hold_custom_metadata(key, value)
    return _register(held, str(key), f"CustomMetadata {key!r} {value!r}")


def register_additional_process(
    process: "_werapi._Process | None" = None,
    thread: "_werapi._Thread | None" = None,
    *,
    pid: int | None = None,
    tid: int | None = None,
) -> Registration:
    """Have WER add a triage dump of another process to the reports on this one. Calls WerRegisterAdditionalProcess.

    Parameters
    ----------
    process : int or object, optional
        The other process: a handle, or an object that owns one or has a ``pid`` (see `Report.add_dump`).
    thread : int or object, optional
        A thread of it of which to capture more: a handle, or an object that owns one.
    pid, tid : int, optional
        Ids instead of `process` and `thread`.

    Returns
    -------
    Registration
        Undo it with `Registration.unregister`, or use it as a context manager. Until then it holds a handle of the
        process, so that Windows does not give the id to another one; undo it when the process has ended.

    Raises
    ------
    WerError
        As for `register_file`; E_OUTOFMEMORY.
    TypeError, ValueError
        Neither `process` nor `pid`; or as for `register_file`; or there are 4 processes.
    OSError
        The process or thread is gone (ProcessLookupError) or may not be opened (PermissionError).
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    Windows 10 version 1703.
    """
    if process is None and pid is None:
        raise TypeError("pass process or pid: the other process")
    held = _werapi.HeldRegistration()
    held.hold_additional_process(process, thread, pid, tid)
    return _register(held, held.number, f"AdditionalProcess {held.number}")


def register_app_local_dump(path: "str | _PathLike[str]") -> Registration:
    """Have WER copy the dumps of this packaged application into its own data. Calls WerRegisterAppLocalDump.

    WER never cleans the folder up.

    Parameters
    ----------
    path : str or os.PathLike
        A folder below the package's local application data, at most 63 UTF-16 units.

    Returns
    -------
    Registration
        Undo it with `Registration.unregister`, or use it as a context manager.

    Raises
    ------
    WerError
        WER_E_INVALID_STATE: the folder cannot be made, or the application is not packaged (inferred). E_INVALIDARG.
    TypeError, ValueError
        `path` is of the wrong type, absolute, empty or too long; or a folder is registered already.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    Windows 10 version 1709. That a process has one such folder is inferred: the function that undoes it takes none.
    """
    folder = _fsdecode(path)
    if _path.splitdrive(folder)[0] or folder.startswith(("\\", "/")):
        raise ValueError(f"path must be relative to the package's local application data, got {folder!r}")
    held = _werapi.HeldRegistration()
    held.hold_app_local_dump(folder)
    return _register(held, None, f"AppLocalDump {folder!r}")


def register_runtime_exception_module(path: "str | _PathLike[str]", context: int = 0) -> Registration:
    """Have WER ask a DLL about the exceptions of this process. Calls WerRegisterRuntimeExceptionModule.

    The DLL runs in a process of WER's. ``wer/werapi.h`` has the types of the functions that it exports.

    Parameters
    ----------
    path : str or os.PathLike
        The DLL, as it is listed under ``RuntimeExceptionHelperModules`` in the registry, where it has to be as well: by
        its full path. At most 259 UTF-16 units. It is given to WER as it is.
    context : int
        What the DLL's functions get: an address in this process, or any other number as wide as a pointer. What it
        points to must stay until the registration is undone.

    Returns
    -------
    Registration
        Undo it with `Registration.unregister`, or use it as a context manager. Microsoft wants it undone before the
        process exits; the end of the interpreter does it.

    Raises
    ------
    WerError
        As for `register_file`.
    TypeError, ValueError
        As for `register_file`; or there are 16 modules.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    Windows 7; entries of the registry in HKEY_CURRENT_USER count from Windows 10 version 2004 on (reported by others).
    """
    name = _fsdecode(path)
    held = _werapi.HeldRegistration()
    held.hold_runtime_exception_module(name, context)
    return _register(held, (name, context), f"RuntimeExceptionModule {name!r}")
