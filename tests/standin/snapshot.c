/* Snapshots of processes. Nothing is captured here: under Wine a process cannot be cloned. A snapshot keeps its process
 * open, and a dump of it is one of the process as it is by then. */
#include "standin.h"

#include <stdlib.h>

typedef struct Snapshot {
    struct Snapshot *next;
    HANDLE process; /* ours to close */
} Snapshot;

static SRWLOCK lock = SRWLOCK_INIT;
static Snapshot *snapshots; /* a handle is the address of one of these */

enum { /* PSS_CAPTURE_FLAGS, which mingw-w64 does not declare */
    CAPTURE_VA_CLONE = 0x1,
    CAPTURE_HANDLES = 0x4,
    CAPTURE_THREAD_CONTEXT = 0x100,
    CAPTURE_RESERVED = 0x2 | 0x400 | 0x4000
};

/* The link to this snapshot, or the one at the end. */
static Snapshot **find(const void *handle)
{
    Snapshot **link = &snapshots;
    while (*link && *link != handle)
        link = &(*link)->next;
    return link;
}

/* The rights are choices: cloning makes a process, handles are duplicated, and memory is read. */
static ACCESS_MASK needed_access(DWORD flags)
{
    ACCESS_MASK access = PROCESS_QUERY_INFORMATION | PROCESS_VM_READ;

    if (flags & CAPTURE_VA_CLONE)
        access |= PROCESS_CREATE_PROCESS;
    if (flags & CAPTURE_HANDLES)
        access |= PROCESS_DUP_HANDLE;
    return access;
}

/* Codes are choices, but ERROR_INVALID_HANDLE. Registers that are to be captured have to be named. */
DWORD snapshot_capture(HANDLE process, DWORD flags, DWORD context_flags, void **handle)
{
    HANDLE self = GetCurrentProcess();
    Snapshot *snapshot;
    HRESULT hr;

    if (!handle || flags & CAPTURE_RESERVED || (flags & CAPTURE_THREAD_CONTEXT && !context_flags))
        return ERROR_INVALID_PARAMETER;
    hr = process_allows(process, needed_access(flags));
    if (FAILED(hr))
        return HRESULT_CODE(hr);
    snapshot = calloc(1, sizeof(*snapshot));
    if (!snapshot)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!DuplicateHandle(self, process, self, &snapshot->process, 0, FALSE, DUPLICATE_SAME_ACCESS)) {
        free(snapshot);
        return GetLastError();
    }
    AcquireSRWLockExclusive(&lock);
    snapshot->next = snapshots;
    snapshots = snapshot;
    ReleaseSRWLockExclusive(&lock);
    *handle = snapshot;
    return ERROR_SUCCESS;
}

/* Documented: a snapshot that was captured here is freed with the current process's handle. */
DWORD snapshot_free(HANDLE process, void *handle)
{
    Snapshot **link, *snapshot;

    if (process != GetCurrentProcess())
        return ERROR_NOT_SUPPORTED;
    AcquireSRWLockExclusive(&lock);
    link = find(handle);
    snapshot = *link;
    if (snapshot)
        *link = snapshot->next;
    ReleaseSRWLockExclusive(&lock);
    if (!snapshot)
        return ERROR_INVALID_HANDLE;
    CloseHandle(snapshot->process);
    free(snapshot);
    return ERROR_SUCCESS;
}

DWORD snapshot_process_id(const void *handle)
{
    const Snapshot *snapshot;
    DWORD id;

    AcquireSRWLockShared(&lock);
    snapshot = *find(handle);
    id = snapshot ? GetProcessId(snapshot->process) : 0;
    ReleaseSRWLockShared(&lock);
    return id;
}

DWORD WINAPI WerStandInOpenSnapshots(void)
{
    const Snapshot *snapshot;
    DWORD count = 0;

    AcquireSRWLockShared(&lock);
    for (snapshot = snapshots; snapshot; snapshot = snapshot->next)
        count++;
    ReleaseSRWLockShared(&lock);
    return count;
}
