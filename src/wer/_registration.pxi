# What a process registers with WER for the reports that Windows makes when it crashes or hangs.

cdef extern from "wer/werapi.h" nogil:
    enum:
        PROCESS_QUERY_LIMITED_INFORMATION
        THREAD_QUERY_LIMITED_INFORMATION
    DWORD GetThreadId(HANDLE thread)
    LONG InterlockedIncrement(LONG *target)
    LONG InterlockedDecrement(LONG *target)


cdef enum Kind:  # of registration
    A_FILE
    A_BLOCK
    AN_EXCLUDED_BLOCK
    METADATA
    A_PROCESS
    A_LOCAL_DUMP
    A_MODULE
    KINDS


cdef struct Entry:
    const WCHAR *text  # a file's path, metadata's key, a module's DLL, the folder for local dumps
    const WCHAR *value  # of metadata
    void *address  # of a block; a module's context
    DWORD number  # a file's type; a block's size; a process's id
    DWORD detail  # a file's flags; the thread of a process


cdef HRESULT call_register(Kind kind, const Entry *entry) noexcept nogil:
    if kind == A_FILE:
        return wer_found.WerRegisterFile(entry.text, <WER_REGISTER_FILE_TYPE>entry.number, entry.detail)
    if kind == A_BLOCK:
        return wer_found.WerRegisterMemoryBlock(entry.address, entry.number)
    if kind == AN_EXCLUDED_BLOCK:
        return wer_found.WerRegisterExcludedMemoryBlock(entry.address, entry.number)
    if kind == METADATA:
        return wer_found.WerRegisterCustomMetadata(entry.text, entry.value)
    if kind == A_PROCESS:
        return wer_found.WerRegisterAdditionalProcess(entry.number, entry.detail)
    if kind == A_LOCAL_DUMP:
        return wer_found.WerRegisterAppLocalDump(entry.text)
    return wer_found.WerRegisterRuntimeExceptionModule(entry.text, entry.address)


cdef HRESULT call_unregister(Kind kind, const Entry *entry) noexcept nogil:
    if kind == A_FILE:
        return wer_found.WerUnregisterFile(entry.text)
    if kind == A_BLOCK:
        return wer_found.WerUnregisterMemoryBlock(entry.address)
    if kind == AN_EXCLUDED_BLOCK:
        return wer_found.WerUnregisterExcludedMemoryBlock(entry.address)
    if kind == METADATA:
        return wer_found.WerUnregisterCustomMetadata(entry.text)
    if kind == A_PROCESS:
        return wer_found.WerUnregisterAdditionalProcess(entry.number)
    if kind == A_LOCAL_DUMP:
        return wer_found.WerUnregisterAppLocalDump()
    return wer_found.WerUnregisterRuntimeExceptionModule(entry.text, entry.address)


# By Kind: what the functions are called behind "WerRegister" and "WerUnregister", and how many a process may have: the
# name of that limit, the number, and of what; None for those whose only limit is _ENTRIES.
_NAMES = (
    b"File", b"MemoryBlock", b"ExcludedMemoryBlock", b"CustomMetadata", b"AdditionalProcess", b"AppLocalDump",
    b"RuntimeExceptionModule",
)
_LIMITS = (
    None,
    None,
    None,
    ("WER_MAX_REGISTERED_METADATA", WER_MAX_REGISTERED_METADATA, "pairs of custom metadata"),
    ("WER_MAX_REGISTERED_DUMPCOLLECTION", WER_MAX_REGISTERED_DUMPCOLLECTION, "additional processes"),
    None,
    ("WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES", WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES,
     "runtime exception modules"),
)
# That excluded blocks and additional processes count is read from their pages (inferred), of the others documented.
_ENTRIES = (
    "WER_MAX_REGISTERED_ENTRIES", WER_MAX_REGISTERED_ENTRIES,
    "files, memory blocks, excluded blocks, pairs of custom metadata and additional processes together",
)

cdef extern from *:
    """
    /* How many there are in this process, whichever interpreter registered them; changed atomically. */
    static LONG wer_registered_of[7];
    static LONG wer_registered_entries;
    """
    LONG registered_of "wer_registered_of"[<int>KINDS]
    LONG registered_entries "wer_registered_entries"

# What this interpreter has registered and not undone, by kind and identity. It keeps the memory and the handles of each
# registration, whether or not anybody still has the object.
_registered = {}


cdef bint is_entry(Kind kind) noexcept nogil:
    """Whether it counts towards WER_MAX_REGISTERED_ENTRIES."""
    return kind != A_LOCAL_DUMP and kind != A_MODULE


cdef int take_place(LONG *count, tuple limit) except -1:
    name, most, what = limit
    if InterlockedIncrement(count) > most:
        InterlockedDecrement(count)
        raise ValueError(f"a process may register at most {most} {what} ({name}), and has: unregister one first")
    return 0


cdef int take_room(Kind kind) except -1:
    """Count one more registration of this kind, within its limits."""
    if _LIMITS[<int>kind] is None:
        InterlockedIncrement(&registered_of[<int>kind])
    else:
        take_place(&registered_of[<int>kind], _LIMITS[<int>kind])
    if is_entry(kind):
        try:
            take_place(&registered_entries, _ENTRIES)
        except ValueError:
            InterlockedDecrement(&registered_of[<int>kind])
            raise
    return 0


cdef void give_room_back(Kind kind) noexcept nogil:
    InterlockedDecrement(&registered_of[<int>kind])
    if is_entry(kind):
        InterlockedDecrement(&registered_entries)


@cython.final
cdef class Registration:
    """Something that is registered with WER. The functions ``register_...`` make it.

    WER takes note of it for the reports that Windows makes itself when this process crashes or hangs, and for reports
    submitted with `SubmitFlags.ADD_REGISTERED_DATA`. It stays registered until `unregister`, the end of a ``with``
    block, or the end of the interpreter, whether or not somebody keeps this object; memory stays where it is and ids
    of processes stay theirs until then.

    Threads may share it. Both registering and `unregister` release the GIL in WER; a second `unregister` meanwhile
    raises RuntimeError.
    """

    cdef Kind _kind
    cdef LONG _busy
    cdef bint _active
    cdef object _identity  # what tells it from others of its kind
    cdef str _text
    cdef str _value
    cdef Entry _entry  # without its texts
    cdef Py_buffer _view
    cdef bint _pinned  # _view is ours to release
    cdef Target _process  # a handle keeps an id from being given to another process
    cdef Target _thread
    cdef object __weakref__

    def __init__(self, *arguments, **options):
        raise TypeError("the functions wer.register_... make registrations")

    def __dealloc__(self):
        # Active only at the end of an interpreter that did not run its exit functions: what matters then is that WER
        # does not go on to read memory that is freed now.
        if self._active and (self._kind == A_BLOCK or self._kind == AN_EXCLUDED_BLOCK):
            with nogil:
                call_unregister(self._kind, &self._entry)
                give_room_back(self._kind)
        self.let_go()

    def __enter__(self) -> Registration:
        return self

    def __exit__(self, kind, error, traceback) -> None:
        if error is None:
            self.unregister()
            return
        try:
            self.unregister()
        except OSError:
            pass  # the error that ends the block matters more

    def __repr__(self) -> str:
        name = _NAMES[<int>self._kind].decode("ascii")
        about = "".join([f" {text!r}" for text in (self._text, self._value) if text is not None])
        if self._kind == A_BLOCK or self._kind == AN_EXCLUDED_BLOCK:
            about = f" {self._entry.number} bytes at {<size_t>self._entry.address:#x}"
        elif self._kind == A_PROCESS:
            about = f" {self._entry.number}"
        return f"<wer.Registration {name}{about} {'active' if self._active else 'undone'}>"

    @property
    def active(self) -> bool:
        """Whether it is registered."""
        return self._active

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
        cdef HRESULT hr
        enter(&self._busy, b"registration", b"it is being undone already")
        try:
            if not self._active:
                return
            hr = self.call(True)
            if hr >= 0 or hr == WER_E_NOT_FOUND:
                self._active = False
                _registered.pop((<int>self._kind, self._identity), None)
                give_room_back(self._kind)
                self.let_go()
        finally:
            leave(&self._busy)
        check(hr, b"WerUnregister" + <bytes>_NAMES[<int>self._kind], self._text)

    cdef HRESULT call(self, bint undo) except? -1:
        """Register or unregister; the texts are in their buffers only for the call."""
        cdef WCHAR text[MAX_PATH]
        cdef WCHAR value[WER_METADATA_VALUE_MAX_LENGTH + 1]
        cdef Entry entry = self._entry
        cdef Kind kind = self._kind
        cdef HRESULT hr
        if self._text is not None:
            entry.text = wide(self._text, text, MAX_PATH - 1, "text")
        if self._value is not None:
            entry.value = wide(self._value, value, WER_METADATA_VALUE_MAX_LENGTH, "value")
        with nogil:
            hr = call_unregister(kind, &entry) if undo else call_register(kind, &entry)
        return hr

    cdef void let_go(self) noexcept:
        """Release the memory and the handles."""
        release(&self._process)
        release(&self._thread)
        if self._pinned:
            self._pinned = False
            PyBuffer_Release(&self._view)


cdef Registration new_registration(Kind kind):
    """An empty one, if this machine can register and unregister such a thing: what cannot be undone is not begun."""
    cdef Registration registration = Registration.__new__(Registration)
    need_named(b"WerRegister" + <bytes>_NAMES[<int>kind])
    need_named(b"WerUnregister" + <bytes>_NAMES[<int>kind])
    registration._kind = kind
    return registration


cdef Registration register(Registration registration, object identity):
    """Register it, unless there is the same already: WER is not documented to keep two, or to replace one."""
    cdef Kind kind = registration._kind
    cdef HRESULT hr
    name = b"WerRegister" + <bytes>_NAMES[<int>kind]
    registration._identity = identity
    key = (<int>kind, identity)
    if not _registered:
        undo_at_exit()
    if _registered.setdefault(key, registration) is not registration:
        raise ValueError(
            f"{name.decode('ascii')}: {_registered.get(key)!r} is there already: unregister that one first")
    try:
        take_room(kind)
        try:
            hr = registration.call(False)
            check(hr, name, registration._text)
            if hr != 0:  # S_FALSE, which one sample of Microsoft's guards against: nothing was done
                raise _WerError(hr, name.decode("ascii"), "WER did nothing, and said so", registration._text)
        except BaseException:
            give_room_back(kind)
            raise
    except BaseException:
        del _registered[key]
        registration.let_go()
        raise
    registration._active = True
    return registration


def _unregister_all():
    """WER must not go on to read the memory of an interpreter that has ended."""
    for registration in list(_registered.values()):
        try:
            registration.unregister()
        except (OSError, RuntimeError):
            pass  # nobody is left who could do anything about it


cdef int undo_at_exit() except -1:
    import atexit

    atexit.unregister(_unregister_all)  # or it would be called twice
    atexit.register(_unregister_all)
    return 0


@cython.embedsignature(False)
def register_file(path: object, file_type: int = WerRegFileTypeOther, flags: int = 0) -> Registration:
    """register_file(path, file_type=wer.RegisterFileType.OTHER, flags=0)\n--\n
    Have WER add a file to the reports on this process. Calls WerRegisterFile.

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
    cdef WCHAR buffer[MAX_PATH]
    cdef Registration registration = new_registration(A_FILE)
    full = _fsdecode(path)
    registration._entry.number = choice(file_type, _RegisterFileType, 1, 2, "file_type")
    registration._entry.detail = flag_bits(flags, _FileFlags, 0xFFFF, "flags")
    if full and "\0" not in full:
        full = _path.abspath(_path.expandvars(full))
    required(full, buffer, MAX_PATH - 1, "path")
    registration._text = full
    return register(registration, full)


cdef Registration register_block(Kind kind, object buffer, object most):
    cdef Registration registration = new_registration(kind)
    if not PyObject_CheckBuffer(buffer):
        raise TypeError(
            "buffer must have the buffer protocol (bytes, bytearray, memoryview, array, mmap, ...), "
            f"got {type(buffer).__name__}"
        )
    try:
        PyObject_GetBuffer(buffer, &registration._view, PyBUF_SIMPLE)
    except BufferError as error:
        raise ValueError(f"buffer must be contiguous memory: {error}") from None
    registration._pinned = True
    if registration._view.len == 0:
        raise ValueError("buffer is empty: there is no memory to register")
    if registration._view.len > most:
        raise ValueError(f"buffer takes at most {most} bytes, got {registration._view.len}: register it in parts")
    registration._entry.address = registration._view.buf
    registration._entry.number = <DWORD>registration._view.len
    return register(registration, <size_t>registration._view.buf)


def register_memory_block(buffer: object) -> Registration:
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
    return register_block(A_BLOCK, buffer, WER_MAX_MEM_BLOCK_SIZE)


def register_excluded_memory_block(buffer: object) -> Registration:
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
    return register_block(AN_EXCLUDED_BLOCK, buffer, 0xFFFFFFFF)


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
    Windows 10 version 1703. The pairs are lost if something ends the crashed process before WER has made its report
    (reported by others).
    """
    from wer._custom_metadata import check_custom_metadata

    cdef Registration registration = new_registration(METADATA)
    check_custom_metadata(key, value)
    registration._text = PyUnicode_FromObject(key)
    registration._value = PyUnicode_FromObject(value)
    return register(registration, registration._text)


def register_additional_process(
    process: object = None, thread: object = None, *, pid: int | None = None, tid: int | None = None
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
    cdef Registration registration = new_registration(A_PROCESS)
    if process is None and pid is None:
        raise TypeError("pass process or pid: the other process")
    find_process(process, pid, PROCESS_QUERY_LIMITED_INFORMATION, &registration._process)
    find_thread(thread, tid, registration._process.handle, THREAD_QUERY_LIMITED_INFORMATION, &registration._thread)
    registration._entry.number = GetProcessId(registration._process.handle)
    if registration._entry.number == 0:
        raise ValueError(f"process is no handle of a process: {process!r}")
    if registration._thread.handle != NULL:
        registration._entry.detail = GetThreadId(registration._thread.handle)
        if registration._entry.detail == 0:
            raise ValueError(f"thread is no handle of a thread: {thread!r}")
    keep_id(registration)
    return register(registration, registration._entry.number)


cdef int keep_id(Registration registration) except -1:
    """Open the process for ourselves where the handle is the caller's, who may close it before us."""
    cdef DWORD number = registration._entry.number
    if not registration._process.opened and number != GetCurrentProcessId():
        open_process(number, PROCESS_QUERY_LIMITED_INFORMATION, &registration._process)
    return 0


def register_app_local_dump(path: object) -> Registration:
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
    cdef WCHAR buffer[WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH]
    cdef Registration registration = new_registration(A_LOCAL_DUMP)
    folder = _fsdecode(path)
    required(folder, buffer, WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH - 1, "path")
    if _path.splitdrive(folder)[0] or folder[0] in "\\/":
        raise ValueError(f"path must be relative to the package's local application data, got {folder!r}")
    registration._text = PyUnicode_FromObject(folder)
    return register(registration, None)


def register_runtime_exception_module(path: object, context: int = 0) -> Registration:
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
    cdef WCHAR buffer[MAX_PATH]
    cdef Registration registration = new_registration(A_MODULE)
    name = _fsdecode(path)
    required(name, buffer, MAX_PATH - 1, "path")
    registration._text = PyUnicode_FromObject(name)
    registration._entry.address = pointer(context, "context")
    return register(registration, (name, context))
