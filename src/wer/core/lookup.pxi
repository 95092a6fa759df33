# wer.dll itself, and the functions that this machine may lack: those that came after Vista, and those that are not in
# wer.dll.

cdef extern from "loadwer.h" nogil:
    DWORD wer_load()
    ctypedef void (*FARPROC)()
    FARPROC wer_find(const char *function)

cdef extern from "lookup.h" nogil:
    ctypedef struct WerFound:
        HRESULT (*WerStoreOpen)(REPORT_STORE_TYPES kind, HREPORTSTORE *store) noexcept nogil
        void (*WerStoreClose)(HREPORTSTORE store) noexcept nogil
        HRESULT (*WerStoreGetFirstReportKey)(HREPORTSTORE store, PCWSTR *key) noexcept nogil
        HRESULT (*WerStoreGetNextReportKey)(HREPORTSTORE store, PCWSTR *key) noexcept nogil
        HRESULT (*WerStoreQueryReportMetadataV1)(
            HREPORTSTORE store, PCWSTR key, WER_REPORT_METADATA_V1 *metadata) noexcept nogil
        HRESULT (*WerStoreQueryReportMetadataV2)(
            HREPORTSTORE store, PCWSTR key, WER_REPORT_METADATA_V2 *metadata) noexcept nogil
        HRESULT (*WerStoreQueryReportMetadataV3)(
            HREPORTSTORE store, PCWSTR key, WER_REPORT_METADATA_V3 *metadata) noexcept nogil
        void (*WerFreeString)(PCWSTR text) noexcept nogil
        HRESULT (*WerStorePurge)() noexcept nogil
        HRESULT (*WerStoreGetReportCount)(HREPORTSTORE store, DWORD *count) noexcept nogil
        HRESULT (*WerStoreGetSizeOnDisk)(HREPORTSTORE store, ULONGLONG *size) noexcept nogil
        HRESULT (*WerStoreUploadReport)(
            HREPORTSTORE store, PCWSTR key, DWORD flags, WER_SUBMIT_RESULT *result) noexcept nogil
        HRESULT (*WerRegisterFile)(PCWSTR path, WER_REGISTER_FILE_TYPE kind, DWORD flags) noexcept nogil
        HRESULT (*WerUnregisterFile)(PCWSTR path) noexcept nogil
        HRESULT (*WerRegisterMemoryBlock)(void *address, DWORD size) noexcept nogil
        HRESULT (*WerUnregisterMemoryBlock)(void *address) noexcept nogil
        HRESULT (*WerRegisterExcludedMemoryBlock)(const void *address, DWORD size) noexcept nogil
        HRESULT (*WerUnregisterExcludedMemoryBlock)(const void *address) noexcept nogil
        HRESULT (*WerRegisterCustomMetadata)(PCWSTR key, PCWSTR value) noexcept nogil
        HRESULT (*WerUnregisterCustomMetadata)(PCWSTR key) noexcept nogil
        HRESULT (*WerRegisterAdditionalProcess)(DWORD process, DWORD thread) noexcept nogil
        HRESULT (*WerUnregisterAdditionalProcess)(DWORD process) noexcept nogil
        HRESULT (*WerRegisterAppLocalDump)(PCWSTR path) noexcept nogil
        HRESULT (*WerUnregisterAppLocalDump)() noexcept nogil
        HRESULT (*WerRegisterRuntimeExceptionModule)(PCWSTR path, void *context) noexcept nogil
        HRESULT (*WerUnregisterRuntimeExceptionModule)(PCWSTR path, void *context) noexcept nogil
        HRESULT (*WerSetFlags)(DWORD flags) noexcept nogil
        HRESULT (*WerGetFlags)(HANDLE process, DWORD *flags) noexcept nogil
        HRESULT (*WerSetMaxProcessHoldMilliseconds)(DWORD milliseconds) noexcept nogil
        HRESULT (*WerReportHang)(HWND window, PCWSTR name) noexcept nogil
        DWORD (*PssCaptureSnapshot)(HANDLE process, DWORD flags, DWORD context, HPSS *snapshot) noexcept nogil
        DWORD (*PssFreeSnapshot)(HANDLE process, HPSS snapshot) noexcept nogil
    WerFound wer_found
    void wer_find_all()
    void wer_find_hang() nogil
    BOOL wer_found_by_name(const char *function, BOOL *here, const char **since)


cdef int load() except -1:
    """Load wer.dll. It is the process's: what an interpreter has loaded stays for the others."""
    cdef DWORD error = wer_load()
    if error:
        raise ImportError(
            f"wer.dll cannot be loaded from System32 (error {error}: {system_text(<HRESULT>error)}); Windows has it "
            "since Vista, some minimal containers leave it out", name="wer._werapi")
    wer_find_all()
    return 0


load()


cdef int need(bint here, const char *function) except -1:
    """Raise NotImplementedError unless this machine has `function`."""
    cdef BOOL ignored
    cdef const char *since = ""
    if here:
        return 0
    wer_found_by_name(function, &ignored, &since)
    raise NotImplementedError(f"this Windows does not have {function}; it came with {since}")


cdef int need_named(const char *function) except -1:
    """`need` for what is not called by its name here."""
    cdef BOOL here = False
    cdef const char *since
    wer_found_by_name(function, &here, &since)
    return need(here, function)


def must_have(str function not None, /):
    # Raise NotImplementedError unless this machine has a function.
    need_named(function)


def found(str function not None, /):
    # Whether this machine has a function, by its name in werapi.h.
    cdef BOOL here = False
    cdef const char *since
    cdef const char *name = function
    if strcmp(name, "WerReportHang") == 0:
        wer_find_hang()
    if wer_found_by_name(name, &here, &since):
        return here != 0
    return wer_find(name) != NULL
