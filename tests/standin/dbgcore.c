/* What Microsoft's dbgcore writes into every dump and Wine's dbghelp does not. The sizes, and which members it fills, are
 * those of a dump that dbgcore 10.0.22621 wrote of a process under Wine. */
#include "standin.h"

#include <winternl.h>

#include <string.h>

NTSTATUS NTAPI NtPowerInformation(int level, PVOID input, ULONG input_size, PVOID output, ULONG output_size);

/* ---- MiscInfo ---- */

#pragma pack(push, 4)
typedef struct { /* MINIDUMP_MISC_INFO_5, which mingw-w64 does not have; it begins with what it has */
    MINIDUMP_MISC_INFO_2 start;
    ULONG32 integrity_level;
    ULONG32 execute_flags;
    ULONG32 protected_process;
    ULONG32 time_zone_id;
    TIME_ZONE_INFORMATION time_zone;
    WCHAR build_string[MAX_PATH];
    WCHAR debug_build_string[40];
    BYTE xstate[528];
    ULONG32 process_cookie;
} MiscInfo;
#pragma pack(pop)

C_ASSERT(sizeof(MiscInfo) == MISC_INFO_SIZE);

enum { /* Flags1, which of its members say something, beyond MINIDUMP_MISC1_... */
    HAS_INTEGRITY = 0x10,
    HAS_EXECUTE_FLAGS = 0x20,
    HAS_TIME_ZONE = 0x40
};

static ULONG64 in_seconds(FILETIME time)
{
    return ((ULONG64)time.dwHighDateTime << 32 | time.dwLowDateTime) / 10000000;
}

static void add_times(MiscInfo *info, HANDLE process)
{
    const ULONG64 seconds_from_1601_to_1970 = 11644473600;
    FILETIME created, ended, kernel, user;

    if (!GetProcessTimes(process, &created, &ended, &kernel, &user))
        return;
    info->start.ProcessCreateTime = (ULONG32)(in_seconds(created) - seconds_from_1601_to_1970);
    info->start.ProcessKernelTime = (ULONG32)in_seconds(kernel);
    info->start.ProcessUserTime = (ULONG32)in_seconds(user);
    info->start.Flags1 |= MINIDUMP_MISC1_PROCESS_TIMES;
}

static void add_processor(MiscInfo *info)
{
    struct { /* PROCESSOR_POWER_INFORMATION */
        ULONG number, max_mhz, current_mhz, mhz_limit, max_idle_state, current_idle_state;
    } processors[256];
    const int processor_information = 11; /* POWER_INFORMATION_LEVEL */

    if (NtPowerInformation(processor_information, NULL, 0, processors, sizeof(processors)) < 0)
        return;
    info->start.ProcessorMaxMhz = processors[0].max_mhz;
    info->start.ProcessorCurrentMhz = processors[0].current_mhz;
    info->start.ProcessorMhzLimit = processors[0].mhz_limit;
    info->start.ProcessorMaxIdleState = processors[0].max_idle_state;
    info->start.ProcessorCurrentIdleState = processors[0].current_idle_state;
    info->start.Flags1 |= MINIDUMP_MISC1_PROCESSOR_POWER_INFO;
}

static void add_integrity(MiscInfo *info, HANDLE process)
{
    union {
        TOKEN_MANDATORY_LABEL label;
        BYTE room[sizeof(TOKEN_MANDATORY_LABEL) + SECURITY_MAX_SID_SIZE];
    } level;
    DWORD size;
    HANDLE token;

    if (!OpenProcessToken(process, TOKEN_QUERY, &token))
        return;
    if (GetTokenInformation(token, TokenIntegrityLevel, &level, sizeof(level), &size)) {
        PSID sid = level.label.Label.Sid;
        info->integrity_level = *GetSidSubAuthority(sid, *GetSidSubAuthorityCount(sid) - 1U);
        info->start.Flags1 |= HAS_INTEGRITY;
    }
    CloseHandle(token);
}

void misc_info(HANDLE process, const MINIDUMP_MISC_INFO *start, Buffer *stream)
{
    MiscInfo info = {0};

    memcpy(&info, start, sizeof(*start));
    info.start.SizeOfInfo = sizeof(info);
    add_times(&info, process);
    add_processor(&info);
    add_integrity(&info, process);
    if (NtQueryInformationProcess(
            process, ProcessExecuteFlags, &info.execute_flags, sizeof(info.execute_flags), NULL) >= 0)
        info.start.Flags1 |= HAS_EXECUTE_FLAGS;
    info.time_zone_id = GetTimeZoneInformation(&info.time_zone);
    if (info.time_zone_id != TIME_ZONE_ID_INVALID)
        info.start.Flags1 |= HAS_TIME_ZONE;
    buffer_append(stream, &info, sizeof(info));
}

/* ---- memory counters ---- */

/* dbgcore's own has nothing in it under Wine: its flags say that no member holds anything. */
void system_memory_info(Buffer *stream)
{
    static const BYTE nothing[SYSTEM_MEMORY_INFO_SIZE];
    buffer_append(stream, nothing, sizeof(nothing));
}

typedef struct { /* MINIDUMP_PROCESS_VM_COUNTERS_2 */
    USHORT revision;
    USHORT flags;
    ULONG page_faults;
    ULONG64 peak_working_set, working_set;
    ULONG64 peak_paged_pool, paged_pool, peak_nonpaged_pool, nonpaged_pool;
    ULONG64 pagefile, peak_pagefile;
    ULONG64 peak_virtual, virtual;
    ULONG64 private_usage;
    ULONG64 of_newer_windows[7];
} VmCounters;

C_ASSERT(sizeof(VmCounters) == VM_COUNTERS_SIZE);

void vm_counters(HANDLE process, Buffer *stream)
{
    VmCounters counters = {.revision = 2};
    VM_COUNTERS now;

    if (NtQueryInformationProcess(process, ProcessVmCounters, &now, sizeof(now), NULL) >= 0) {
        counters.flags = 0x7; /* the basic ones, the virtual sizes, the private usage */
        counters.page_faults = now.PageFaultCount;
        counters.peak_working_set = now.PeakWorkingSetSize;
        counters.working_set = now.WorkingSetSize;
        counters.peak_paged_pool = now.QuotaPeakPagedPoolUsage;
        counters.paged_pool = now.QuotaPagedPoolUsage;
        counters.peak_nonpaged_pool = now.QuotaPeakNonPagedPoolUsage;
        counters.nonpaged_pool = now.QuotaNonPagedPoolUsage;
        counters.pagefile = now.PagefileUsage;
        counters.peak_pagefile = now.PeakPagefileUsage;
        counters.peak_virtual = now.PeakVirtualSize;
        counters.virtual = now.VirtualSize;
        counters.private_usage = now.PagefileUsage;
    }
    buffer_append(stream, &counters, sizeof(counters));
}

/* ---- CodeView records: what debuggers find a module's symbols by ---- */

enum { MAX_RECORD = 0x1000, MAX_DIRECTORIES = 64 };

static BOOL debug_directory(HANDLE process, ULONG64 base, IMAGE_DATA_DIRECTORY *directory)
{
    IMAGE_DOS_HEADER dos;
    union {
        IMAGE_NT_HEADERS32 narrow;
        IMAGE_NT_HEADERS64 wide;
    } nt;
    const BYTE *start = (const BYTE *)(ULONG_PTR)base;

    if (!read_memory(process, start, &dos, sizeof(dos)) || dos.e_magic != IMAGE_DOS_SIGNATURE ||
        !read_memory(process, start + dos.e_lfanew, &nt, sizeof(nt)) || nt.wide.Signature != IMAGE_NT_SIGNATURE)
        return FALSE;
    *directory = nt.wide.OptionalHeader.Magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC
        ? nt.wide.OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_DEBUG]
        : nt.narrow.OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_DEBUG];
    return directory->VirtualAddress != 0;
}

/* From the module as it is loaded. One without such a record, or whose headers make no sense, has none in the dump. */
BOOL codeview_record(HANDLE process, ULONG64 base, Buffer *records)
{
    IMAGE_DATA_DIRECTORY directory;
    IMAGE_DEBUG_DIRECTORY entry;
    const BYTE *start = (const BYTE *)(ULONG_PTR)base;
    BYTE record[MAX_RECORD];
    DWORD count, i;

    if (!debug_directory(process, base, &directory))
        return FALSE;
    count = directory.Size / sizeof(entry);
    for (i = 0; i < count && i < MAX_DIRECTORIES; i++) {
        if (!read_memory(process, start + directory.VirtualAddress + i * sizeof(entry), &entry, sizeof(entry)))
            return FALSE;
        if (entry.Type != IMAGE_DEBUG_TYPE_CODEVIEW || !entry.AddressOfRawData || !entry.SizeOfData ||
            entry.SizeOfData > sizeof(record))
            continue;
        if (!read_memory(process, start + entry.AddressOfRawData, record, entry.SizeOfData))
            return FALSE;
        buffer_append(records, record, entry.SizeOfData);
        return TRUE;
    }
    return FALSE;
}
