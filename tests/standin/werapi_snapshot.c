/* The exported functions for snapshots, which on Windows are kernel32's; see werapi.c. Their results are Win32 codes. */
#include "standin.h"

DWORD WINAPI PssCaptureSnapshot(HANDLE ProcessHandle, DWORD CaptureFlags, DWORD ThreadContextFlags, void **SnapshotHandle)
{
    Call call;

    call_begin(&call, FUNCTION_PssCaptureSnapshot);
    if (!call.injected)
        call.hr = (HRESULT)snapshot_capture(ProcessHandle, CaptureFlags, ThreadContextFlags, SnapshotHandle);
    if (log_begin(&call)) {
        log_process(&call, "ProcessHandle", ProcessHandle);
        log_number(&call, "CaptureFlags", CaptureFlags);
        log_number(&call, "ThreadContextFlags", ThreadContextFlags);
        log_pointer(&call, "SnapshotHandle", SnapshotHandle);
        log_outputs(&call);
        if (SnapshotHandle && !call.hr)
            log_pointer(&call, "SnapshotHandle", *SnapshotHandle);
        log_end(&call);
    }
    return (DWORD)call.hr;
}

DWORD WINAPI PssFreeSnapshot(HANDLE ProcessHandle, void *SnapshotHandle)
{
    Call call;

    call_begin(&call, FUNCTION_PssFreeSnapshot);
    if (!call.injected)
        call.hr = (HRESULT)snapshot_free(ProcessHandle, SnapshotHandle);
    if (log_begin(&call)) {
        log_process(&call, "ProcessHandle", ProcessHandle);
        log_pointer(&call, "SnapshotHandle", SnapshotHandle);
        log_end(&call);
    }
    return (DWORD)call.hr;
}
