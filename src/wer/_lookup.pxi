# The functions that this machine may lack: those that came after Vista, and those that are not in wer.dll.

from libc.string cimport strcmp

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8(object text) except NULL

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


wer_find_all()


cdef int need(bint here, const char *function) except -1:
    """Raise NotImplementedError unless this machine has `function`."""
    cdef BOOL ignored
    cdef const char *since = b""
    if here:
        return 0
    wer_found_by_name(function, &ignored, &since)
    return refuse(NotImplementedError, b"this Windows does not have %s; it came with %s", function, since)


cdef int need_named(const char *function) except -1:
    """`need` for what is not called from here."""
    cdef BOOL here = False
    cdef const char *since
    wer_found_by_name(function, &here, &since)
    return need(here, function)


cdef object in_wer_dll(object module, object function):
    """Whether wer.dll has a function of this name."""
    return wer_find(PyUnicode_AsUTF8(function)) != NULL


cdef object found(object module, object function):
    """Whether this machine has a function of this name; None if it is none that is looked up."""
    cdef BOOL here = False
    cdef const char *since
    cdef const char *name = PyUnicode_AsUTF8(function)
    if strcmp(name, b"WerReportHang") == 0:
        wer_find_hang()
    if not wer_found_by_name(name, &here, &since):
        return None
    return here != 0
