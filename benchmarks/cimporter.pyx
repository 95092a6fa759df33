# cython: language_level=3
"""What a Cython program gets through ``cimport wer``: WerReportAddDump in a loop, beside `reference.loop_add_dump`."""

from wer.libwer cimport (
    HANDLE, HREPORT, HRESULT, WerDumpTypeMiniDump, WerReportAddDump, WerReportCloseHandle, WerReportCreate,
    WerReportNonCritical,
)

cdef extern from "wer/werapi.h" nogil:
    ctypedef unsigned short WCHAR
    ctypedef struct LARGE_INTEGER:
        long long QuadPart
    int QueryPerformanceCounter(LARGE_INTEGER *now)
    int QueryPerformanceFrequency(LARGE_INTEGER *second)
    HANDLE GetCurrentProcess()


def loop_add_dump(long long count):
    """How long `count` calls take, in seconds."""
    cdef WCHAR[2] event = [<WCHAR>b"B", 0]
    cdef LARGE_INTEGER started, ended, second
    cdef HREPORT report = NULL
    cdef HRESULT hr
    with nogil:
        hr = WerReportCreate(event, WerReportNonCritical, NULL, &report)
        QueryPerformanceCounter(&started)
        while count > 0 and hr >= 0:
            hr = WerReportAddDump(report, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0)
            count -= 1
        QueryPerformanceCounter(&ended)
        QueryPerformanceFrequency(&second)
        WerReportCloseHandle(report)
    if hr < 0:
        raise OSError(f"0x{hr & 0xFFFFFFFF:08X}")
    return (ended.QuadPart - started.QuadPart) / <double>second.QuadPart
