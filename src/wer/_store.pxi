# The report store: what lies in the queues and archives, one report at a time.

cdef extern from "wer/werapi.h" nogil:
    enum:
        ERROR_FILE_NOT_FOUND
        ERROR_INSUFFICIENT_BUFFER
        ERROR_NO_MORE_FILES
        ERROR_PATH_NOT_FOUND
    const HRESULT E_ACCESSDENIED

# A list of file names longer than this is no list of file names.
cdef enum:
    MOST_FILE_NAMES = 16 * 1024 * 1024


cdef object text_of(const WCHAR *text, Py_ssize_t most):
    cdef Py_ssize_t length = 0
    while length < most and text[length]:
        length += 1
    return PyUnicode_FromWideChar(text, length)


cdef object uuid_of(const GUID *guid):
    return _UUID(bytes_le=(<const unsigned char *>guid)[:16])


cdef object file_names(const WCHAR *names, Py_ssize_t units):
    """The names in a list that a second NUL ends; what it does not end ends with its buffer."""
    cdef Py_ssize_t at = 0
    result = []
    while at < units and names[at]:
        name = text_of(names + at, units - at)
        result.append(_stored.ReportFile(name=name))
        at += units_of(name) + 1
    return tuple(result)


_stored = None
_UUID = None


cdef int import_stored() except -1:
    """What describes a stored report is imported by the first program that opens a store."""
    global _stored, _UUID
    if _stored is None:
        from uuid import UUID

        from wer import _stored as module
        _UUID = UUID
        _stored = module
    return 0


cdef class Store:
    """One of the four report stores, as a context manager and an iterable of `StoredReport`. Calls WerStoreOpen.

    Iterating reads one report at a time. A store keeps its place itself, so it can be in one iteration at a
    time: a new one ends the one before, whose next step then raises RuntimeError. Like a `Report`, a store takes
    one call at a time, and each releases the GIL.

    Parameters
    ----------
    store_type : StoreType
        Which store. The queues hold what waits to be sent, the archives what was processed.

    Raises
    ------
    WerError
        WER refused: E_ACCESSDENIED for a machine's store without the rights (inferred); E_INVALIDARG was seen for
        a user's queue on Windows 11 (reported by others).
    NotImplementedError
        This Windows has no report store functions.
    TypeError, ValueError
        `store_type` is none of the four.

    Notes
    -----
    Windows 10 version 1703. Nothing here uploads or removes a report, except `upload` and `purge_reports`.
    """

    cdef HREPORTSTORE _handle
    cdef LONG _busy
    cdef LONG _initialized  # 1: opened, or about to be; changed atomically
    cdef unsigned long long _iteration
    cdef object __weakref__
    cdef readonly object store_type

    def __init__(self, store_type: int):
        cdef int kind = choice(store_type, _StoreType, 0, 3, "store_type")
        cdef HREPORTSTORE handle = NULL
        cdef HRESULT hr
        need(wer_found.WerStoreOpen != NULL and wer_found.WerStoreClose != NULL, b"WerStoreOpen")
        import_stored()
        if InterlockedExchange(&self._initialized, 1) != 0:
            raise RuntimeError("this store has already been opened; make a new one")
        try:
            with nogil:
                hr = wer_found.WerStoreOpen(<REPORT_STORE_TYPES>kind, &handle)
            check(as_hresult(hr), b"WerStoreOpen")
        except BaseException:
            InterlockedExchange(&self._initialized, 0)
            raise
        self._handle = handle
        self.store_type = _StoreType(kind)

    def __dealloc__(self):
        with nogil:
            close_store(self)

    def __enter__(self) -> Store:
        if self._handle == NULL:
            raise ValueError("the store is closed")
        return self

    def __exit__(self, kind, error, traceback) -> None:
        self.close()

    def __iter__(self):
        cdef StoreIterator iterator = StoreIterator.__new__(StoreIterator)
        need(
            wer_found.WerStoreGetFirstReportKey != NULL and wer_found.WerStoreGetNextReportKey != NULL
            and wer_found.WerFreeString != NULL, b"WerStoreGetFirstReportKey")
        begin_store(self)
        self._iteration += 1
        iterator.store = self
        iterator.iteration = self._iteration
        leave(&self._busy)
        return iterator

    def __repr__(self) -> str:
        return f"<wer.Store {self.store_type!r} {'closed' if self._handle == NULL else 'open'}>"

    @property
    def closed(self) -> bool:
        """Whether the store is closed."""
        return self._handle == NULL

    def count(self) -> int:
        """The number of reports in the store. Calls WerStoreGetReportCount.

        Raises
        ------
        WerError, NotImplementedError, ValueError, RuntimeError
            WER refused; this Windows lacks the function; the store is closed; another call on it is running.

        Notes
        -----
        Microsoft publishes no version: a later Windows 10 than version 1703 (inferred).
        """
        cdef DWORD number = 0
        cdef HRESULT hr
        need(wer_found.WerStoreGetReportCount != NULL, b"WerStoreGetReportCount")
        begin_store(self)
        with nogil:
            hr = wer_found.WerStoreGetReportCount(self._handle, &number)
        leave(&self._busy)
        check(as_hresult(hr), b"WerStoreGetReportCount")
        return number

    def size_on_disk(self) -> int:
        """The size of the store in bytes. Calls WerStoreGetSizeOnDisk.

        Raises
        ------
        WerError, NotImplementedError, ValueError, RuntimeError
            As for `count`.

        Notes
        -----
        Microsoft publishes no version: a later Windows 10 than version 1703 (inferred).
        """
        cdef ULONGLONG size = 0
        cdef HRESULT hr
        need(wer_found.WerStoreGetSizeOnDisk != NULL, b"WerStoreGetSizeOnDisk")
        begin_store(self)
        with nogil:
            hr = wer_found.WerStoreGetSizeOnDisk(self._handle, &size)
        leave(&self._busy)
        check(as_hresult(hr), b"WerStoreGetSizeOnDisk")
        return size

    def upload(self, report: object, flags: int = 0) -> int:
        """Send a report of this store off the machine. Calls WerStoreUploadReport.

        Parameters
        ----------
        report : StoredReport or str
            The report, or its key.
        flags : SubmitFlags
            As for `Report.submit`.

        Returns
        -------
        SubmitResult
            What became of it; a plain int if this version does not know it.

        Raises
        ------
        WerError, NotImplementedError, TypeError, ValueError, RuntimeError
            As for `count`; or `report` is neither, or its key is empty or longer than 32767 UTF-16 units.

        Notes
        -----
        Microsoft publishes no version: a later Windows 10 than version 1703 (inferred).
        """
        cdef DWORD bits = flag_bits(flags, _SubmitFlags, 0xFFFFFFFF, "flags")
        cdef WER_SUBMIT_RESULT result = WerReportAsync
        cdef HRESULT hr
        cdef bytes text
        key = report.key if isinstance(report, _stored.StoredReport) else report
        if not isinstance(key, str):
            raise TypeError(f"report must be a StoredReport or its key, got {type(report).__name__}")
        if not key or "\0" in key or units_of(key) > 32767:
            raise ValueError(f"report: a key has 1 to 32767 UTF-16 units and no NUL, got {units_of(key)} units")
        need(wer_found.WerStoreUploadReport != NULL, b"WerStoreUploadReport")
        text = (key + "\0").encode("utf-16-le", "surrogatepass")
        cdef const WCHAR *c_key = <const WCHAR *><const char *>text
        begin_store(self)
        with nogil:
            hr = wer_found.WerStoreUploadReport(self._handle, c_key, bits, &result)
        leave(&self._busy)
        check(as_hresult(hr), b"WerStoreUploadReport", key)
        return submit_result(<int>result)

    def close(self) -> None:
        """Close the store. Calls WerStoreClose. Closing a closed store does nothing.

        Raises
        ------
        RuntimeError
            Another call on this store is running.

        Notes
        -----
        Windows 10 version 1703.
        """
        enter(&self._busy, b"store", b"close it afterwards")
        with nogil:
            close_store(self)
        leave(&self._busy)


cdef void close_store(Store store) noexcept nogil:
    cdef HREPORTSTORE handle = store._handle
    store._handle = NULL
    if handle != NULL:
        wer_found.WerStoreClose(handle)


cdef int begin_store(Store store) except -1:
    """Enter a call on `store`, which must be open."""
    enter(&store._busy, b"store", b"a store takes one call at a time")
    if store._handle == NULL:
        leave(&store._busy)
        raise ValueError("the store is closed")
    return 0


cdef class StoreIterator:
    """One iteration over a `Store`."""

    cdef Store store  # None: at its end
    cdef unsigned long long iteration
    cdef bint started

    def __iter__(self):
        return self

    def __next__(self):
        cdef Store store = self.store
        if store is None:
            raise StopIteration
        begin_store(store)
        try:
            if store._iteration != self.iteration:
                raise RuntimeError("a newer iteration over this store has begun: it keeps one place only")
            report = self.next_report(store._handle)
        finally:
            leave(&store._busy)
        if report is None:
            self.store = None
            raise StopIteration
        return report

    cdef object next_report(self, HREPORTSTORE handle):
        """The next report; None at the end."""
        cdef PCWSTR key
        cdef HRESULT hr
        while True:
            key = NULL
            with nogil:
                if self.started:
                    hr = as_hresult(wer_found.WerStoreGetNextReportKey(handle, &key))
                else:
                    hr = as_hresult(wer_found.WerStoreGetFirstReportKey(handle, &key))
            # The pages say ERROR_NO_MORE_FILES and do not tell in which form; the header lets the key be NULL.
            if hr == HRESULT_FROM_WIN32(ERROR_NO_MORE_FILES) or (hr == 0 and key == NULL):
                return None
            check(hr, b"WerStoreGetNextReportKey" if self.started else b"WerStoreGetFirstReportKey")
            self.started = True
            try:
                report = describe(handle, key)
            finally:
                with nogil:
                    wer_found.WerFreeString(key)
            if report is not None:
                return report


cdef HRESULT query(HREPORTSTORE handle, PCWSTR key, WER_REPORT_METADATA_V3 *metadata, int version) noexcept nogil:
    """Each version's structure begins with the one before."""
    if version == 3:
        return as_hresult(wer_found.WerStoreQueryReportMetadataV3(handle, key, metadata))
    if version == 2:
        return as_hresult(wer_found.WerStoreQueryReportMetadataV2(handle, key, <WER_REPORT_METADATA_V2 *>metadata))
    return as_hresult(wer_found.WerStoreQueryReportMetadataV1(handle, key, <WER_REPORT_METADATA_V1 *>metadata))


cdef int newest_metadata() noexcept nogil:
    if wer_found.WerStoreQueryReportMetadataV3 != NULL:
        return 3
    if wer_found.WerStoreQueryReportMetadataV2 != NULL:
        return 2
    return 1 if wer_found.WerStoreQueryReportMetadataV1 != NULL else 0


cdef object describe(HREPORTSTORE handle, PCWSTR key):
    """The report with this key, by the newest metadata that this machine has; None if it has gone meanwhile."""
    cdef int version = newest_metadata()
    cdef const char *function = (
        b"WerStoreQueryReportMetadataV3" if version == 3 else
        b"WerStoreQueryReportMetadataV2" if version == 2 else b"WerStoreQueryReportMetadataV1")
    cdef WER_REPORT_METADATA_V3 metadata
    cdef WCHAR *names = NULL
    cdef DWORD room = 0
    cdef HRESULT hr
    name = text_of(key, 32768)
    need(version != 0, function)
    try:
        while True:
            memset(&metadata, 0, sizeof(metadata))
            metadata.SizeOfFileNames = room
            metadata.FileNames = names
            with nogil:
                hr = query(handle, key, &metadata, version)
            if hr != 0 and hr != HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER):
                break
            if version == 1 or metadata.SizeOfFileNames <= room:
                break
            # More files since the last call, or the first one, which asks how much room they need. The pages say
            # both bytes and WCHARs; this is enough for either.
            room = metadata.SizeOfFileNames
            if room > MOST_FILE_NAMES:
                raise ValueError(f"{function.decode('ascii')}: WER wants {room} units for the file names of {name}")
            PyMem_Free(names)
            names = <WCHAR *>PyMem_Calloc(room + 1, sizeof(WCHAR))
            if names == NULL:
                raise MemoryError
        if hr == E_ACCESSDENIED:
            return _stored.StoredReport(key=name, event_type=None)
        if hr == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) or hr == HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND):
            return None
        check(hr, function, name)
        return stored_report(name, &metadata, version, file_names(names, room) if names != NULL else ())
    finally:
        PyMem_Free(names)


cdef object stored_report(str key, WER_REPORT_METADATA_V3 *m, int version, tuple files):
    """The typed object; what an older version of the metadata does not tell stays None."""
    cdef int index
    cdef dict known = {
        "event_type": text_of(m.Signature.EventName, 65),
        "signature": _stored.complete_signature([
            _stored.SignatureParameter(
                index,
                text_of(m.Signature.Parameters[index].Name, 129),
                text_of(m.Signature.Parameters[index].Value, WER_MAX_PARAM_LENGTH))
            for index in range(WER_MAX_PARAM_COUNT)
        ]),
        "bucket_id": uuid_of(&m.BucketId),
        "report_id": uuid_of(&m.ReportId),
        "created": _stored.from_filetime(m.CreationTime.dwLowDateTime | <ULONGLONG>m.CreationTime.dwHighDateTime << 32),
        "size": m.SizeInBytes,
    }
    if version >= 2:
        known["cab_id"] = text_of(m.CabId, MAX_PATH)
        known["status"] = m.ReportStatus
        known["integrator_report_id"] = uuid_of(&m.ReportIntegratorId)
        known["files"] = files
    if version >= 3:
        known["friendly_event_name"] = text_of(m.FriendlyEventName, WER_MAX_FRIENDLY_EVENT_NAME_LENGTH)
        known["application_name"] = text_of(m.ApplicationName, WER_MAX_APPLICATION_NAME_LENGTH)
        known["application_path"] = text_of(m.ApplicationPath, MAX_PATH)
        known["description"] = text_of(m.Description, WER_MAX_DESCRIPTION_LENGTH)
        known["bucket_id_string"] = text_of(m.BucketIdString, 260)
        known["legacy_bucket_id"] = m.LegacyBucketId
    return _stored.StoredReport(key=key, **known)


def purge_reports() -> None:
    """Remove reports from WER's stores, for good. Calls WerStorePurge.

    It takes no store, and which ones it purges is not documented: expect all that the caller may write to.

    Raises
    ------
    WerError
        WER refused.
    NotImplementedError
        This Windows lacks the function.

    Notes
    -----
    Microsoft publishes no version: a later Windows 10 than version 1703 (inferred).
    """
    cdef HRESULT hr
    need(wer_found.WerStorePurge != NULL, b"WerStorePurge")
    with nogil:
        hr = wer_found.WerStorePurge()
    check(as_hresult(hr), b"WerStorePurge")
