# The calls on a report store; `Store`, in _store.py, is made of them.

cdef extern from "wer/werapi.h" nogil:
    enum:
        ERROR_FILE_NOT_FOUND
        ERROR_PATH_NOT_FOUND
    const HRESULT E_ACCESSDENIED

cdef extern from "described.h":
    HRESULT WER_TOO_MANY_NAMES
    HRESULT wer_as_hresult(HRESULT hr) nogil
    ctypedef struct WerReading:
        const char *function
        HRESULT hr
        PCWSTR key
        int version
        DWORD room
    void wer_read_report(HREPORTSTORE store, BOOL first, WerReading *reading) nogil
    void wer_end_reading(WerReading *reading) nogil
    PyObject *wer_described(const WerReading *reading)

cdef extern from "Python.h":
    const char *PyBytes_AsString(object value) except NULL


@cython.final
cdef class HeldStore:
    # The handle of a store: opened once, closed once, and in one call at a time.

    cdef HREPORTSTORE _handle
    cdef LONG _busy
    cdef LONG _initialized  # 1: opened, or about to be; changed atomically
    cdef Py_ssize_t _iteration  # the number of the latest: a store keeps one place only
    cdef bint _started  # it has asked for a report

    def __dealloc__(self):
        with nogil:
            close_store(self)

    def open(self, store_type):
        # Call WerStoreOpen.
        cdef int kind = choice(<PyObject *>store_type, STORE_TYPE, 0, 3, b"store_type")
        cdef HREPORTSTORE handle = NULL
        cdef HRESULT hr
        need(wer_found.WerStoreOpen != NULL and wer_found.WerStoreClose != NULL, b"WerStoreOpen")
        if InterlockedExchange(&self._initialized, 1) != 0:
            refuse(RuntimeError, b"this store has already been opened; make a new one")
        with nogil:
            hr = wer_as_hresult(wer_found.WerStoreOpen(<REPORT_STORE_TYPES>kind, &handle))
        if hr < 0:
            InterlockedExchange(&self._initialized, 0)
        check(hr, b"WerStoreOpen")
        self._handle = handle

    @property
    def closed(self):
        return self._handle == NULL

    def count(self):
        # Call WerStoreGetReportCount.
        cdef DWORD number = 0
        cdef HRESULT hr
        need(wer_found.WerStoreGetReportCount != NULL, b"WerStoreGetReportCount")
        begin_store(self)
        with nogil:
            hr = wer_as_hresult(wer_found.WerStoreGetReportCount(self._handle, &number))
        leave(&self._busy)
        check(hr, b"WerStoreGetReportCount")
        return number

    def size_on_disk(self):
        # Call WerStoreGetSizeOnDisk.
        cdef ULONGLONG size = 0
        cdef HRESULT hr
        need(wer_found.WerStoreGetSizeOnDisk != NULL, b"WerStoreGetSizeOnDisk")
        begin_store(self)
        with nogil:
            hr = wer_as_hresult(wer_found.WerStoreGetSizeOnDisk(self._handle, &size))
        leave(&self._busy)
        check(hr, b"WerStoreGetSizeOnDisk")
        return size

    def upload(self, key, text, flags, /):
        # Call WerStoreUploadReport. `text` is the key in UTF-16 with its NUL, as bytes.
        cdef DWORD bits = flag_bits(<PyObject *>flags, SUBMIT_FLAGS, 0xFFFFFFFF, b"flags")
        cdef WER_SUBMIT_RESULT result = WerReportAsync
        cdef const WCHAR *c_key = <const WCHAR *>PyBytes_AsString(text)
        cdef HRESULT hr
        need(wer_found.WerStoreUploadReport != NULL, b"WerStoreUploadReport")
        begin_store(self)
        with nogil:
            hr = wer_as_hresult(wer_found.WerStoreUploadReport(self._handle, c_key, bits, &result))
        leave(&self._busy)
        check(hr, b"WerStoreUploadReport", key)
        return result_of(own(), <int>result)

    def begin(self):
        # Begin an iteration: its number.
        need(
            wer_found.WerStoreGetFirstReportKey != NULL and wer_found.WerStoreGetNextReportKey != NULL
            and wer_found.WerFreeString != NULL, b"WerStoreGetFirstReportKey")
        begin_store(self)
        self._iteration += 1
        self._started = False
        leave(&self._busy)
        return self._iteration

    def read(self, iteration):
        # What `wer_described` makes of the next report of an iteration.
        cdef WerReading reading
        cdef PyObject *described
        cdef Py_ssize_t number = iteration
        begin_store(self)
        if self._iteration != number:
            leave(&self._busy)
            refuse(RuntimeError, b"a newer iteration over this store has begun: it keeps one place only")
        while True:
            with nogil:
                wer_read_report(self._handle, not self._started, &reading)
            if reading.key == NULL:
                break
            self._started = True
            # It may have gone since its key was read.
            if reading.hr != HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) and (
                reading.hr != HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)
            ):
                break
            with nogil:
                wer_end_reading(&reading)
        leave(&self._busy)
        described = wer_described(&reading)
        with nogil:
            wer_end_reading(&reading)
        found = wer_new_reference(described)
        if found is None:
            check(reading.hr, reading.function)
        elif reading.hr != E_ACCESSDENIED:
            check_reading(&reading, found[0])
        return found

    def close(self):
        # Call WerStoreClose.
        enter(&self._busy, b"store", b"close it afterwards")
        with nogil:
            close_store(self)
        leave(&self._busy)


cdef void close_store(HeldStore store) noexcept nogil:
    cdef HREPORTSTORE handle = store._handle
    store._handle = NULL
    if handle != NULL:
        wer_found.WerStoreClose(handle)


cdef int begin_store(HeldStore store) except -1:
    """Enter a call on `store`, which must be open."""
    enter(&store._busy, b"store", b"a store takes one call at a time")
    if store._handle == NULL:
        leave(&store._busy)
        refuse(ValueError, b"the store is closed")
    return 0


cdef int check_reading(const WerReading *reading, object key) except -1:
    if reading.function == NULL:
        raise MemoryError
    need(reading.version != 0, reading.function)
    if reading.hr == WER_TOO_MANY_NAMES:
        refuse(
            ValueError, b"%s: WER wants %lu units for the file names of %U", reading.function, reading.room,
            <PyObject *>key)
    return check(reading.hr, reading.function, key)


cdef object purge_reports(object module, object nothing):
    cdef HRESULT hr
    need(wer_found.WerStorePurge != NULL, b"WerStorePurge")
    with nogil:
        hr = wer_as_hresult(wer_found.WerStorePurge())
    check(hr, b"WerStorePurge")
    return None
