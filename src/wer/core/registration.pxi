# What a process registers with WER; `Registration`, in _registration.py, is made of them.


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


cdef extern from *:
    """
    /* By Kind: its functions, and how many a process may have: what that limit is called, and of what; 0 for those
     * whose only limit is WER_MAX_REGISTERED_ENTRIES. */
    static const struct {
        const char *add, *undo;
        LONG most;
        const char *limit, *what;
    } wer_kinds[] = {
        {"WerRegisterFile", "WerUnregisterFile", 0, 0, 0},
        {"WerRegisterMemoryBlock", "WerUnregisterMemoryBlock", 0, 0, 0},
        {"WerRegisterExcludedMemoryBlock", "WerUnregisterExcludedMemoryBlock", 0, 0, 0},
        {"WerRegisterCustomMetadata", "WerUnregisterCustomMetadata", WER_MAX_REGISTERED_METADATA,
         "WER_MAX_REGISTERED_METADATA", "pairs of custom metadata"},
        {"WerRegisterAdditionalProcess", "WerUnregisterAdditionalProcess", WER_MAX_REGISTERED_DUMPCOLLECTION,
         "WER_MAX_REGISTERED_DUMPCOLLECTION", "additional processes"},
        {"WerRegisterAppLocalDump", "WerUnregisterAppLocalDump", 0, 0, 0},
        {"WerRegisterRuntimeExceptionModule", "WerUnregisterRuntimeExceptionModule",
         WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES, "WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES",
         "runtime exception modules"},
    };
    /* How many there are in this process, whichever interpreter registered them; changed atomically. */
    static LONG wer_registered_of[7];
    static LONG wer_registered_entries;
    """
    ctypedef struct KindFacts:
        const char *add
        const char *undo
        LONG most
        const char *limit
        const char *what
    const KindFacts kinds "wer_kinds"[<int>KINDS]
    LONG registered_of "wer_registered_of"[<int>KINDS]
    LONG registered_entries "wer_registered_entries"


cdef bint is_entry(Kind kind) noexcept nogil:
    """Whether it counts towards WER_MAX_REGISTERED_ENTRIES. That excluded blocks and additional processes do is read
    from their pages (inferred), of the others documented."""
    return kind != A_LOCAL_DUMP and kind != A_MODULE


cdef bint take_place(LONG *count, LONG most) noexcept nogil:
    if InterlockedIncrement(count) <= most or most == 0:
        return True
    InterlockedDecrement(count)
    return False


cdef bint take_room(Kind kind) noexcept nogil:
    """Count one more registration of this kind, if its limits allow."""
    if not take_place(&registered_of[<int>kind], kinds[<int>kind].most):
        return False
    if not is_entry(kind) or take_place(&registered_entries, WER_MAX_REGISTERED_ENTRIES):
        return True
    InterlockedDecrement(&registered_of[<int>kind])
    return False


cdef int refuse_room(Kind kind) except -1:
    cdef LONG most = kinds[<int>kind].most
    if most and registered_of[<int>kind] >= most:
        raise ValueError(
            f"a process may register at most {most} {kinds[<int>kind].what} ({kinds[<int>kind].limit}), and has: "
            "unregister one first")
    raise ValueError(
        f"a process may register at most {WER_MAX_REGISTERED_ENTRIES} files, memory blocks, excluded blocks, pairs of "
        "custom metadata and additional processes together (WER_MAX_REGISTERED_ENTRIES), and has: unregister one first")


cdef void give_room_back(Kind kind) noexcept nogil:
    InterlockedDecrement(&registered_of[<int>kind])
    if is_entry(kind):
        InterlockedDecrement(&registered_entries)


cdef int must_have_id(HeldHandle held, const char *what, const char *right) except -1:
    if held._id == 0:
        raise PermissionError(EACCES, f"the handle of the {what} may not be asked for its id: it needs {right}")
    return 0


@cython.final
cdef class HeldRegistration:
    # What a registration keeps: filled by one of the methods hold_..., registered once, undone once. A text stays where
    # it is until then, so that nothing is left that could fail while WER is told.

    cdef Kind _kind
    cdef LONG _busy
    cdef bint _active
    cdef bint _ended  # undone, or never registered: nothing of it is left
    cdef Entry _entry
    cdef bytes _text
    cdef bytes _value
    cdef object _shown  # its text, for errors
    cdef Py_buffer _view
    cdef bint _pinned  # _view is ours to release
    cdef HeldHandle _process  # keeps an id from being given to another process

    def __dealloc__(self):
        # Active only at the end of an interpreter that did not run its exit functions: what matters then is that WER
        # does not go on to read memory that is freed now.
        if self._active and (self._kind == A_BLOCK or self._kind == AN_EXCLUDED_BLOCK):
            with nogil:
                call_unregister(self._kind, &self._entry)
                give_room_back(self._kind)
        self.let_go()

    @property
    def function(self):
        # The one that registers it.
        return <str>kinds[<int>self._kind].add

    @property
    def active(self):
        return self._active

    @property
    def ended(self):
        return self._ended

    @property
    def text(self):
        # Of a file, its path as WER has it.
        return self._shown

    @property
    def address(self):
        # Of a memory block.
        return <size_t>self._entry.address

    @property
    def number(self):
        # The size of a memory block, or the id of a process.
        return self._entry.number

    # What it holds, once: `hold` comes first in each, since what cannot be undone is not begun.

    cdef int hold(self, Kind kind) except -1:
        """Refuse what this machine cannot both register and unregister."""
        need_named(kinds[<int>kind].add)
        need_named(kinds[<int>kind].undo)
        self._kind = kind
        return 0

    cdef int hold_text(self, object text, Py_ssize_t limit, const char *name) except -1:
        self._text = long_utf16(text, limit, name)
        self._entry.text = <const WCHAR *><const char *>self._text
        self._shown = text
        if self._entry.text[0] == 0:
            raise ValueError(f"{name} is empty")
        return 0

    def hold_file(self, path, int file_type, DWORD flags, /):
        # By the full path, with environment variables replaced: another process looks for it.
        cdef WCHAR full[MAX_PATH]
        self.hold(A_FILE)
        full_path(path, full, True)
        self.hold_text(PyUnicode_FromWideChar(full, -1), MAX_PATH - 1, "path")
        self._entry.number = file_type
        self._entry.detail = flags

    def hold_memory(self, buffer, bint excluded, /):
        # `excluded`: no dump is to have it; otherwise heap dumps are.
        cdef long long most = 0xFFFFFFFF if excluded else WER_MAX_MEM_BLOCK_SIZE
        self.hold(AN_EXCLUDED_BLOCK if excluded else A_BLOCK)
        if not PyObject_CheckBuffer(buffer):
            raise TypeError(
                "buffer must have the buffer protocol (bytes, bytearray, memoryview, array, mmap, ...), "
                f"got {type_name(buffer)}")
        try:
            PyObject_GetBuffer(buffer, &self._view, PyBUF_SIMPLE)
        except BufferError as error:
            raise ValueError(f"buffer must be contiguous memory: {error}") from None
        self._pinned = True
        if self._view.len == 0:
            raise ValueError("buffer is empty: there is no memory to register")
        if self._view.len > most:
            raise ValueError(f"buffer takes at most {most} bytes, got {self._view.len}: register it in parts")
        self._entry.address = self._view.buf
        self._entry.number = <DWORD>self._view.len

    def hold_custom_metadata(self, key, value, /):
        # They have been checked.
        self.hold(METADATA)
        self.hold_text(key, WER_METADATA_KEY_MAX_LENGTH, "key")
        self._value = long_utf16(value, WER_METADATA_VALUE_MAX_LENGTH, "value")
        self._entry.value = <const WCHAR *><const char *>self._value

    def hold_additional_process(self, process, thread, /):
        # WER takes their ids, which a handle tells only to who may ask.
        cdef HeldHandle about = some_handle_in(process), subject = handle_in(thread)
        self.hold(A_PROCESS)
        must_have_id(about, "process", "PROCESS_QUERY_LIMITED_INFORMATION; pid= takes the id itself")
        if subject is not None:
            must_have_id(subject, "thread", "THREAD_QUERY_LIMITED_INFORMATION; tid= takes the id itself")
        self._process = about
        self._entry.number = about._id
        self._entry.detail = 0 if subject is None else subject._id

    def hold_app_local_dump(self, folder, /):
        # Relative to the package's local application data.
        self.hold(A_LOCAL_DUMP)
        self.hold_text(folder, WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH - 1, "path")

    def hold_runtime_exception_module(self, path, context, /):
        # A DLL, and what its functions get.
        self.hold(A_MODULE)
        self.hold_text(path, MAX_PATH - 1, "path")
        self._entry.address = pointer(context, "context")

    # And what becomes of it.

    def register(self):
        # Call the WerRegister function of its kind.
        cdef const char *function = kinds[<int>self._kind].add
        cdef HRESULT hr
        take(&self._busy, "registration", "it is being registered already")
        if not take_room(self._kind):
            self._ended = True
            leave(&self._busy)
            refuse_room(self._kind)
        with nogil:
            hr = call_register(self._kind, &self._entry)
            if hr != 0:
                give_room_back(self._kind)
        self._active = hr == 0
        self._ended = hr != 0
        if hr != 0:
            self.let_go()
        leave(&self._busy)
        check(hr, function, self._shown)
        if hr != 0:  # S_FALSE, which one sample of Microsoft's guards against: nothing was done
            raise wer_error(hr, function, self._shown, "WER did nothing, and said so")

    def unregister(self):
        # Call the WerUnregister function of its kind, if it is registered; all that it held is let go.
        cdef HRESULT hr = 0
        take(&self._busy, "registration", "it is being undone already")
        if self._active:
            with nogil:
                hr = call_unregister(self._kind, &self._entry)
            if hr >= 0 or hr == WER_E_NOT_FOUND:
                self._active = False
                give_room_back(self._kind)
        if not self._active:
            self._ended = True
            self.let_go()
        leave(&self._busy)
        check(hr, kinds[<int>self._kind].undo, self._shown)

    cdef void let_go(self) noexcept:
        """Release the memory and the handle."""
        self._process = None
        if self._pinned:
            self._pinned = False
            PyBuffer_Release(&self._view)
