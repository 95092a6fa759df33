"""`Registration`: what a process registers with WER for the reports that Windows makes when it crashes or hangs."""

import atexit as _atexit
from _thread import RLock as _RLock
from os import fsdecode as _fsdecode
from os import path as _path

from . import _native
from ._arguments import choice
from ._custom_metadata import check_custom_metadata as _check_custom_metadata
from ._enums import FileFlags, RegisterFileType
from ._owner import Owner
from ._processes import FOR_ID, process_of, thread_of
from ._report import NO_FILE_FLAGS, file_flags
from ._typing import TYPE_CHECKING, ProcessLike, ReadableBuffer, StrPath, ThreadLike

if TYPE_CHECKING:
    from ._werapi import HeldRegistration

# What this interpreter has registered and not undone, by the function that registers it and its identity. It keeps the
# memory and the handles of each registration, whether or not anybody still has the object.
_registered: "dict[tuple[str, object], Registration]" = {}
# Held while it is looked at and then changed; WER is not called meanwhile. Its setdefault would do both, but without
# memory that of CPython 3.13 (dictobject.c, dict_setdefault_ref_lock_held) damages the dictionary, and says that it has
# put there what it has not.
_changing = _RLock()


class Registration(Owner):
    """Something that is registered with WER. The functions ``register_...`` make it.

    WER takes note of it for the reports that Windows makes itself when this process crashes or hangs, and for reports
    submitted with `SubmitFlags.ADD_REGISTERED_DATA`. It stays registered until `unregister`, the end of a ``with``
    block, or the end of the interpreter, whether or not somebody keeps this object; memory stays where it is and ids
    of processes stay theirs until then.

    Threads may share it. Both registering and `unregister` release the GIL in WER; a second `unregister` meanwhile
    raises RuntimeError.
    """

    __slots__ = ("_about", "_key")
    _HELD = "HeldRegistration"
    _CALLED = "registration"
    _held: "HeldRegistration"
    _about: str
    _key: tuple[str, object]  # of _registered

    def __init__(self, *arguments: object, **options: object) -> None:
        raise TypeError("the functions wer.register_... make registrations")

    def _give_back(self) -> None:
        self.unregister()

    def __repr__(self) -> str:
        return f"<wer.Registration {self._about} {'active' if self.active else 'undone'}>"

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
        try:
            self._held.unregister()
        finally:
            with _changing:
                if self._held.ended and _registered.get(self._key) is self:
                    del _registered[self._key]


def _new() -> Registration:
    """A registration that holds nothing yet: one of the methods ``hold_...`` of `_held` fills it."""
    return Registration.__new__(Registration)


def _register(registration: Registration, identity: object, about: str) -> Registration:
    """Register what it holds, unless there is the same already: WER is not documented to keep two, or to replace one.

    What tells it from others of its kind is `identity`.
    """
    registration._about = about
    registration._key = (registration._held.function, identity)
    try:
        with _changing:
            there = _registered.get(registration._key)
            if there is not None and not there._held.ended:  # else Ctrl-C has kept it from being forgotten
                function = registration._held.function
                raise ValueError(f"{function}: {there!r} is there already: unregister that one first")
            _registered[registration._key] = registration
        registration._held.register()
        return registration
    except BaseException:  # Ctrl-C included: what WER was told and what is remembered change together
        _undo(registration)
        raise


def is_registered(function: str, identity: object) -> bool:
    """Whether this interpreter has registered that and not undone it."""
    there = _registered.get((function, identity))
    return there is not None and there.active


def _undo(registration: Registration) -> None:
    """Undo it where nobody could do anything about an error."""
    try:
        registration.unregister()
    except (OSError, RuntimeError):
        return


@_atexit.register
def _unregister_all() -> None:
    """WER must not go on to read the memory of an interpreter that has ended."""
    for registration in list(_registered.values()):
        _undo(registration)


def _register_memory(buffer: ReadableBuffer, *, excluded: bool, what: str) -> Registration:
    registration = _new()
    held = registration._held
    held.hold_memory(buffer, excluded)
    return _register(registration, held.address, f"{what} {held.number} bytes at {held.address:#x}")


def register_file(
    path: StrPath,
    file_type: RegisterFileType | int = RegisterFileType.OTHER,
    flags: FileFlags | int = NO_FILE_FLAGS,
) -> Registration:
    """Have WER add a file to the reports on this process. Calls WerRegisterFile.

    WER reads the file when it makes a report. It is sent only if the server asks for it.

    Parameters
    ----------
    path : str or os.PathLike
        The file, at most 259 UTF-16 units. A relative path is made absolute and ``%NAME%`` replaced by the
        environment variable here, as Windows does it (``$`` means nothing), because another process looks
        for the file. Whether it has to exist by now is not documented.
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
    if type(file_type) is not RegisterFileType:
        file_type = choice(RegisterFileType, file_type, "file_type")
    registration = _new()
    registration._held.hold_file(path, file_type, file_flags(flags))
    # Two spellings of one path are one file to Windows.
    return _register(registration, _path.normcase(registration._held.text), f"File {registration._held.text!r}")


def register_memory_block(buffer: ReadableBuffer) -> Registration:
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


def register_excluded_memory_block(buffer: ReadableBuffer) -> Registration:
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
    registration = _new()
    registration._held.hold_custom_metadata(key, value)
    return _register(registration, str.__str__(key), f"CustomMetadata {key!r} {value!r}")


def register_additional_process(
    process: ProcessLike | None = None,
    thread: ThreadLike | None = None,
    *,
    pid: int | None = None,
    tid: int | None = None,
) -> Registration:
    """Have WER add a triage dump of another process to the reports on this one. Calls WerRegisterAdditionalProcess.

    Parameters
    ----------
    process : object, optional
        The other process: an object that owns a handle or has a ``pid``, or a `Handle` (see `Report.add_dump`).
    thread : object, optional
        A thread of it of which to capture more: an object that owns a handle, or a `Handle`.
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
    registration = _new()
    _native.must_have("WerRegisterAdditionalProcess")
    _native.must_have("WerUnregisterAdditionalProcess")
    about = process_of(process, pid, FOR_ID)
    assert about is not None
    registration._held.hold_additional_process(about, thread_of(thread, tid, about, only_id=True))
    return _register(registration, registration._held.number, f"AdditionalProcess {registration._held.number}")


def register_app_local_dump(path: StrPath) -> Registration:
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
    registration = _new()
    registration._held.hold_app_local_dump(folder)
    return _register(registration, None, f"AppLocalDump {folder!r}")


def register_runtime_exception_module(path: StrPath, context: int = 0) -> Registration:
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
    registration = _new()
    registration._held.hold_runtime_exception_module(name, context)
    return _register(registration, (name, context), f"RuntimeExceptionModule {name!r}")
