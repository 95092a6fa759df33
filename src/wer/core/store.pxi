# Report stores; `Store`, in _store.py, is made of them.

cdef extern from "storereader.h":
    HRESULT WER_TOO_MANY_NAMES
    HRESULT wer_as_hresult(HRESULT hr) nogil
    ctypedef struct WerReading:
        const char *function
        HRESULT hr
        PCWSTR key
        int version
        WER_REPORT_METADATA_V3 metadata
        WCHAR *names
        DWORD room
    void wer_read_report(HREPORTSTORE store, BOOL first, WerReading *reading) nogil
    void wer_end_reading(WerReading *reading) nogil


cdef enum:
    MOST_KEY = 32768  # units, as of a path


@cython.final
@cython.internal
cdef class Reading:
    # A report of a store as it was read; what was allocated for that is freed with this object.

    cdef WerReading c

    def __dealloc__(self):
        with nogil:
            wer_end_reading(&self.c)


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

    def open(self, int store_type, /):
        # Call WerStoreOpen.
        cdef HREPORTSTORE handle = NULL
        cdef HRESULT hr
        need(wer_found.WerStoreOpen != NULL and wer_found.WerStoreClose != NULL, "WerStoreOpen")
        initialize(&self._initialized, "store", "opened")
        with nogil:
            hr = wer_as_hresult(wer_found.WerStoreOpen(<REPORT_STORE_TYPES>store_type, &handle))
        if hr < 0 or handle == NULL:
            InterlockedExchange(&self._initialized, 0)
            check(hr, "WerStoreOpen")
            raise wer_error(hr, "WerStoreOpen", None, "WER said that it succeeded and gave no handle")
        self._handle = handle

    @property
    def closed(self):
        return self._handle == NULL

    cdef int enter(self) except -1:
        """Take the store, which must be open, for a call."""
        take(&self._busy, "store", "a store takes one call at a time")
        if self._handle == NULL:
            leave(&self._busy)
            raise ValueError("the store is closed")
        return 0

    def count(self):
        # Call WerStoreGetReportCount.
        cdef DWORD number = 0
        cdef HRESULT hr
        need(wer_found.WerStoreGetReportCount != NULL, "WerStoreGetReportCount")
        self.enter()
        with nogil:
            hr = wer_as_hresult(wer_found.WerStoreGetReportCount(self._handle, &number))
        leave(&self._busy)
        check(hr, "WerStoreGetReportCount")
        return number

    def size_on_disk(self):
        # Call WerStoreGetSizeOnDisk.
        cdef ULONGLONG size = 0
        cdef HRESULT hr
        need(wer_found.WerStoreGetSizeOnDisk != NULL, "WerStoreGetSizeOnDisk")
        self.enter()
        with nogil:
            hr = wer_as_hresult(wer_found.WerStoreGetSizeOnDisk(self._handle, &size))
        leave(&self._busy)
        check(hr, "WerStoreGetSizeOnDisk")
        return size

    def upload(self, key, DWORD flags, /):
        # Call WerStoreUploadReport: the WER_SUBMIT_RESULT.
        cdef bytes text = long_utf16(key, MOST_KEY - 1, "report")
        cdef const WCHAR *c_key = <const WCHAR *><const char *>text
        cdef WER_SUBMIT_RESULT result = WerReportAsync
        cdef HRESULT hr
        if c_key[0] == 0:
            raise ValueError("report is empty")
        need(wer_found.WerStoreUploadReport != NULL, "WerStoreUploadReport")
        self.enter()
        with nogil:
            hr = wer_as_hresult(wer_found.WerStoreUploadReport(self._handle, c_key, flags, &result))
        leave(&self._busy)
        check(hr, "WerStoreUploadReport", key)
        return <int>result

    def begin(self):
        # Begin an iteration: its number.
        need(
            wer_found.WerStoreGetFirstReportKey != NULL and wer_found.WerStoreGetNextReportKey != NULL
            and wer_found.WerFreeString != NULL, "WerStoreGetFirstReportKey")
        self.enter()
        self._iteration += 1
        self._started = False
        leave(&self._busy)
        return self._iteration

    def read(self, Py_ssize_t iteration, /):
        # The next report of an iteration: its key, the version of its metadata and that itself, which is None if this
        # account may not read it. None at the end.
        cdef Reading reading = Reading.__new__(Reading)
        self.enter()
        if self._iteration != iteration:
            leave(&self._busy)
            raise RuntimeError("a newer iteration over this store has begun: it keeps one place only")
        with nogil:
            while True:
                wer_read_report(self._handle, not self._started, &reading.c)
                if reading.c.key == NULL:
                    break
                self._started = True
                # It may have gone since its key was read.
                if reading.c.hr != HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) and (
                    reading.c.hr != HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND)
                ):
                    break
                wer_end_reading(&reading.c)
        leave(&self._busy)
        if reading.c.key == NULL:
            check(reading.c.hr, reading.c.function)
            return None
        key = text_in(reading.c.key, MOST_KEY)
        if reading.c.hr == E_ACCESSDENIED:
            return key, 0, None
        check_reading(&reading.c, key)
        return key, reading.c.version, metadata_of(&reading.c)

    def close(self):
        # Call WerStoreClose.
        take(&self._busy, "store", "close it afterwards")
        with nogil:
            close_store(self)
        leave(&self._busy)


cdef void close_store(HeldStore store) noexcept nogil:
    cdef HREPORTSTORE handle = store._handle
    store._handle = NULL
    if handle != NULL:
        wer_found.WerStoreClose(handle)


cdef int check_reading(const WerReading *reading, str key) except -1:
    if reading.function == NULL:
        raise MemoryError
    need(reading.version != 0, reading.function)
    if reading.hr == WER_TOO_MANY_NAMES:
        raise ValueError(f"{reading.function}: WER wants {reading.room} units for the file names of {key}")
    return check(reading.hr, reading.function, key)


cdef str text_in(const WCHAR *field, size_t room):
    """The text in a field, to its NUL or to the field's end."""
    cdef size_t length = 0
    while length < room and field[length]:
        length += 1
    return PyUnicode_FromWideChar(field, length)


cdef list names_in(const WCHAR *names, size_t room):
    """The names in a list that a second NUL ends, or the end of its room."""
    cdef list found = []
    cdef size_t start = 0, end
    while start < room and names[start]:
        end = start
        while end < room and names[end]:
            end += 1
        found.append(PyUnicode_FromWideChar(names + start, end - start))
        start = end + 1
    return found


cdef bytes guid_in(const GUID *guid):
    return PyBytes_FromStringAndSize(<const char *>guid, sizeof(GUID))


cdef tuple metadata_of(const WerReading *reading):
    """What the newest version has, in its order; what an older one does not have is zero or empty."""
    cdef const WER_REPORT_METADATA_V3 *m = &reading.metadata
    cdef list parameters = []
    cdef int index
    for index in range(WER_MAX_PARAM_COUNT):
        parameters.append((
            text_in(m.Signature.Parameters[index].Name, sizeof(m.Signature.Parameters[0].Name) // sizeof(WCHAR)),
            text_in(m.Signature.Parameters[index].Value, sizeof(m.Signature.Parameters[0].Value) // sizeof(WCHAR)),
        ))
    return (
        text_in(m.Signature.EventName, sizeof(m.Signature.EventName) // sizeof(WCHAR)),
        parameters,
        guid_in(&m.BucketId),
        guid_in(&m.ReportId),
        <ULONGLONG>m.CreationTime.dwHighDateTime << 32 | m.CreationTime.dwLowDateTime,
        m.SizeInBytes,
        text_in(m.CabId, sizeof(m.CabId) // sizeof(WCHAR)),
        m.ReportStatus,
        guid_in(&m.ReportIntegratorId),
        [] if reading.names == NULL else names_in(reading.names, reading.room),
        text_in(m.FriendlyEventName, sizeof(m.FriendlyEventName) // sizeof(WCHAR)),
        text_in(m.ApplicationName, sizeof(m.ApplicationName) // sizeof(WCHAR)),
        text_in(m.ApplicationPath, sizeof(m.ApplicationPath) // sizeof(WCHAR)),
        text_in(m.Description, sizeof(m.Description) // sizeof(WCHAR)),
        text_in(m.BucketIdString, sizeof(m.BucketIdString) // sizeof(WCHAR)),
        m.LegacyBucketId,
    )


def purge_reports():
    # Call WerStorePurge.
    cdef HRESULT hr
    need(wer_found.WerStorePurge != NULL, "WerStorePurge")
    with nogil:
        hr = wer_as_hresult(wer_found.WerStorePurge())
    check(hr, "WerStorePurge")
