# cython: language_level=3
"""What a Cython program gets through ``cimport wer``: WerReportAddDump in a loop, beside the loops in reference.c."""

from wer cimport capi
from wer._werapi cimport HeldReport, check
from wer.libwer cimport (
    HANDLE, HREPORT, HRESULT, WerDumpTypeMiniDump, WerReportAddDump, WerReportCloseHandle, WerReportCreate,
    WerReportNonCritical,
)

import wer

capi.Wer_ImportCAPI()

cdef extern from "wer/werapi.h" nogil:
    ctypedef unsigned short WCHAR
    ctypedef struct LARGE_INTEGER:
        long long QuadPart
    int QueryPerformanceCounter(LARGE_INTEGER *now)
    int QueryPerformanceFrequency(LARGE_INTEGER *second)
    HANDLE GetCurrentProcess()


cdef double seconds(LARGE_INTEGER started) noexcept nogil:
    """Since `started`."""
    cdef LARGE_INTEGER ended, second
    QueryPerformanceCounter(&ended)
    QueryPerformanceFrequency(&second)
    return (ended.QuadPart - started.QuadPart) / <double>second.QuadPart


def loop_linked(long long count):
    """How long `count` calls take, in seconds, linked with wer.dll as C links it."""
    cdef WCHAR[2] event = [<WCHAR>b"B", 0]
    cdef LARGE_INTEGER started
    cdef HREPORT report = NULL
    cdef HRESULT hr
    cdef double taken
    with nogil:
        hr = WerReportCreate(event, WerReportNonCritical, NULL, &report)
        QueryPerformanceCounter(&started)
        while count > 0 and hr >= 0:
            hr = WerReportAddDump(report, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0)
            count -= 1
        taken = seconds(started)
        WerReportCloseHandle(report)
    check(hr, b"WerReportAddDump")
    return taken


def loop_table(long long count):
    """The same by the table of wer/capi.h, which needs no linking."""
    cdef WCHAR[2] event = [<WCHAR>b"B", 0]
    cdef const capi.WerCAPI *table = capi.Wer_API
    cdef LARGE_INTEGER started
    cdef HREPORT report = NULL
    cdef HRESULT hr
    cdef double taken
    with nogil:
        hr = table.create(event, WerReportNonCritical, NULL, &report)
        QueryPerformanceCounter(&started)
        while count > 0 and hr >= 0:
            hr = table.add_dump(report, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0)
            count -= 1
        taken = seconds(started)
        table.close(report)
    check(hr, b"WerReportAddDump")
    return taken


def loop_held(long long count):
    """The same on a `wer.Report`: taken for each call, so that no other thread gets into it."""
    report = wer.Report("Bench")
    cdef HeldReport held = report._held
    cdef LARGE_INTEGER started
    cdef HRESULT hr = 0
    cdef double taken
    QueryPerformanceCounter(&started)
    while count > 0 and hr >= 0:
        held.begin()
        hr = WerReportAddDump(held._handle, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0)
        held.end()
        count -= 1
    taken = seconds(started)
    report.close()
    check(hr, b"WerReportAddDump")
    return taken
