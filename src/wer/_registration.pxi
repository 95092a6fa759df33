# The calls by which a process registers something with WER; `Registration`, in _registration.py, is made of them.

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

# What this interpreter has registered and not undone: the Registration, by kind and identity. It keeps the memory and
# the handles of each registration, whether or not anybody still has the object.
_registered = {}


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
        refuse(
            ValueError, b"a process may register at most %ld %s (%s), and has: unregister one first", most,
            kinds[<int>kind].what, kinds[<int>kind].limit)
    return refuse(
        ValueError,
        b"a process may register at most %d files, memory blocks, excluded blocks, pairs of custom metadata and "
        b"additional processes together (WER_MAX_REGISTERED_ENTRIES), and has: unregister one first",
        <int>WER_MAX_REGISTERED_ENTRIES)


cdef void give_room_back(Kind kind) noexcept nogil:
    InterlockedDecrement(&registered_of[<int>kind])
    if is_entry(kind):
        InterlockedDecrement(&registered_entries)


@cython.final
cdef class HeldRegistration:
    # What a registration keeps: filled by one of the methods hold_..., registered once, undone once.

    cdef Kind _kind
    cdef LONG _busy
    cdef bint _active
    cdef object _key  # of _registered
    cdef str _text
    cdef str _value
    cdef Entry _entry  # without its texts
    cdef Py_buffer _view
    cdef bint _pinned  # _view is ours to release
    cdef Target _process  # a handle keeps an id from being given to another process
    cdef Target _thread

    def __dealloc__(self):
        # Active only at the end of an interpreter that did not run its exit functions: what matters then is that WER
        # does not go on to read memory that is freed now.
        if self._active and (self._kind == A_BLOCK or self._kind == AN_EXCLUDED_BLOCK):
            with nogil:
                call_unregister(self._kind, &self._entry)
                give_room_back(self._kind)
        self.let_go()

    @property
    def active(self):
        return self._active

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

    def hold_file(self, path, file_type, flags, /):
        # By the path that WER is to have.
        cdef WCHAR buffer[MAX_PATH]
        self.hold(A_FILE)
        self._entry.number = choice(<PyObject *>file_type, REGISTER_FILE_TYPE, 1, 2, b"file_type")
        self._entry.detail = flag_bits(<PyObject *>flags, FILE_FLAGS, 0xFFFF, b"flags")
        required(<PyObject *>path, buffer, MAX_PATH - 1, b"path")
        self._text = path

    def hold_memory(self, buffer, excluded, /):
        # `excluded`: no dump is to have it; otherwise heap dumps are.
        cdef long long most = 0xFFFFFFFF if excluded else WER_MAX_MEM_BLOCK_SIZE
        self.hold(AN_EXCLUDED_BLOCK if excluded else A_BLOCK)
        if not PyObject_CheckBuffer(buffer):
            refuse(
                TypeError, b"buffer must have the buffer protocol (bytes, bytearray, memoryview, array, mmap, ...), "
                b"got %s", type_name(<PyObject *>buffer))
        PyObject_GetBuffer(buffer, &self._view, PyBUF_SIMPLE)
        self._pinned = True
        if self._view.len == 0:
            refuse(ValueError, b"buffer is empty: there is no memory to register")
        if self._view.len > most:
            refuse(
                ValueError, b"buffer takes at most %lld bytes, got %zd: register it in parts", most, self._view.len)
        self._entry.address = self._view.buf
        self._entry.number = <DWORD>self._view.len

    def hold_custom_metadata(self, key, value, /):
        # They have been checked.
        self.hold(METADATA)
        self._text = PyUnicode_FromObject(key)
        self._value = PyUnicode_FromObject(value)

    def hold_additional_process(self, process, thread, pid, tid, /):
        self.hold(A_PROCESS)
        find_process(process, pid, PROCESS_QUERY_LIMITED_INFORMATION, &self._process)
        find_thread(thread, tid, self._process.handle, THREAD_QUERY_LIMITED_INFORMATION, &self._thread)
        self._entry.number = GetProcessId(self._process.handle)
        if self._entry.number == 0:
            refuse(ValueError, b"process is no handle of a process: %R", <PyObject *>process)
        if self._thread.handle != NULL:
            self._entry.detail = GetThreadId(self._thread.handle)
            if self._entry.detail == 0:
                refuse(ValueError, b"thread is no handle of a thread: %R", <PyObject *>thread)
        # Opened for ourselves where the handle is the caller's, who may close it before us.
        if not self._process.opened and self._entry.number != GetCurrentProcessId():
            open_process(self._entry.number, PROCESS_QUERY_LIMITED_INFORMATION, &self._process)

    def hold_app_local_dump(self, folder):
        # Relative to the package's local application data.
        cdef WCHAR buffer[WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH]
        self.hold(A_LOCAL_DUMP)
        required(<PyObject *>folder, buffer, WER_MAX_LOCAL_DUMP_SUBPATH_LENGTH - 1, b"path")
        self._text = PyUnicode_FromObject(folder)

    def hold_runtime_exception_module(self, path, context, /):
        # A DLL, and what its functions get.
        cdef WCHAR buffer[MAX_PATH]
        self.hold(A_MODULE)
        required(<PyObject *>path, buffer, MAX_PATH - 1, b"path")
        self._text = PyUnicode_FromObject(path)
        self._entry.address = pointer(<PyObject *>context, b"context")

    # And what becomes of it.

    def register(self, identity, owner, /):
        # Register it for `owner`, unless there is the same already: WER is not documented to keep two, or to replace
        # one. What tells it from others of its kind is `identity`.
        cdef Kind kind = self._kind
        cdef bint room
        cdef HRESULT hr
        key = (<int>kind, identity)
        there = _registered.setdefault(key, owner)
        if there is not owner:
            refuse(
                ValueError, b"%s: %R is there already: unregister that one first", kinds[<int>kind].add,
                <PyObject *>there)
        self._key = key
        room = take_room(kind)
        hr = self.call(False) if room else 0
        if room and hr == 0:
            self._active = True
            return
        _registered.pop(key, None)
        self.let_go()
        if not room:
            refuse_room(kind)
        give_room_back(kind)
        check(hr, kinds[<int>kind].add, self._text)
        # S_FALSE, which one sample of Microsoft's guards against: nothing was done
        return raise_with(
            get(WER_ERROR), b"(lssO)", hr, kinds[<int>kind].add, b"WER did nothing, and said so",
            <PyObject *>self._text)

    def unregister(self):
        # Undo it.
        cdef HRESULT hr
        enter(&self._busy, b"registration", b"it is being undone already")
        if not self._active:
            leave(&self._busy)
            return
        hr = self.call(True)
        if hr >= 0 or hr == WER_E_NOT_FOUND:
            self._active = False
            _registered.pop(self._key, None)
            give_room_back(self._kind)
            self.let_go()
        leave(&self._busy)
        check(hr, kinds[<int>self._kind].undo, self._text)

    cdef HRESULT call(self, bint undo) noexcept:
        """Register or unregister; the texts are in their buffers only for the call, and have been found good."""
        cdef WCHAR text[MAX_PATH]
        cdef WCHAR value[WER_METADATA_VALUE_MAX_LENGTH + 1]
        cdef Entry entry = self._entry
        cdef Kind kind = self._kind
        cdef HRESULT hr
        if self._text is not None:
            entry.text = wide(<PyObject *>self._text, text, MAX_PATH - 1, b"text")
        if self._value is not None:
            entry.value = wide(<PyObject *>self._value, value, WER_METADATA_VALUE_MAX_LENGTH, b"value")
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
