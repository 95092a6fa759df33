/* Completes the file that dbghelp wrote. Wine's MiniDumpWriteDump leaves out most of what the flags ask for and puts in
 * a stream of its own, of type 0xFFF0, that strict readers reject. So this appends, and then points the header at
 *
 *     a new directory, without that stream
 *     MiscInfo, SystemMemoryInfo and ProcessVmCounters, as dbgcore.c makes them
 *     ModuleList, with the CodeView records that it points to
 *     MemoryInfoList, for MiniDumpWithFullMemoryInfo
 *     ThreadInfoList, for MiniDumpWithThreadInfo
 *     a longer MemoryList, or a Memory64List for MiniDumpWithFullMemory
 *     the memory itself
 *
 * Not done: handles, unloaded modules, tokens, and whatever else dbghelp has on Windows. */
#include "standin.h"

#include <winternl.h>

#include <stdlib.h>
#include <string.h>

enum { MAX_STREAMS = 16, WINE_STREAM = 0xFFF0, PAGE = 0x1000, COPY_CHUNK = 0x40000 };

typedef struct {
    HANDLE file;
    HANDLE process;
    DWORD flags;
    const DumpedModule *modules;
    SIZE_T module_count;

    MINIDUMP_HEADER header;
    MINIDUMP_DIRECTORY directory[MAX_STREAMS];
    DWORD streams;
    DWORD append_at; /* file offset of the new directory; `appended` follows it */
    Buffer appended; /* streams */
    Buffer regions;  /* MEMORY_BASIC_INFORMATION, the whole address space */
    Buffer wanted;   /* those of them whose memory is to be written */
    Buffer points;   /* ULONG_PTR: addresses whose regions are wanted whatever they are */
    Buffer blocks;   /* Block: registered memory, the regions of which are wanted too */
    Buffer excluded; /* Block: memory that is zeros in the dump */
} Dumpfile;

/* ---- reading what is there ---- */

static BOOL read_at(HANDLE file, DWORD offset, void *data, DWORD size)
{
    OVERLAPPED position = {.Offset = offset};
    DWORD got;

    if (!ReadFile(file, data, size, &got, &position))
        return FALSE;
    if (got != size)
        SetLastError(ERROR_BAD_FORMAT);
    return got == size;
}

static BOOL write_at(HANDLE file, DWORD offset, const void *data, DWORD size)
{
    OVERLAPPED position = {.Offset = offset};
    DWORD written;

    if (!WriteFile(file, data, size, &written, &position))
        return FALSE;
    if (written != size)
        SetLastError(ERROR_DISK_FULL);
    return written == size;
}

static MINIDUMP_DIRECTORY *find_stream(Dumpfile *dump, ULONG type)
{
    DWORD i;
    for (i = 0; i < dump->streams; i++)
        if (dump->directory[i].StreamType == type)
            return &dump->directory[i];
    return NULL;
}

static BOOL read_directory(Dumpfile *dump)
{
    MINIDUMP_DIRECTORY entry;
    LARGE_INTEGER size;
    DWORD i;

    if (!read_at(dump->file, 0, &dump->header, sizeof(dump->header)) || !GetFileSizeEx(dump->file, &size))
        return FALSE;
    for (i = 0; i < dump->header.NumberOfStreams; i++) {
        if (!read_at(dump->file, dump->header.StreamDirectoryRva + i * sizeof(entry), &entry, sizeof(entry)))
            return FALSE;
        if (entry.StreamType != UnusedStream && entry.StreamType != WINE_STREAM && dump->streams < MAX_STREAMS)
            dump->directory[dump->streams++] = entry;
    }
    dump->append_at = (size.LowPart + 7) & ~7U;
    return TRUE;
}

/* The entries of a ThreadList or MemoryList: a count, then the entries. Free `*entries` with free(). */
static BOOL read_list(Dumpfile *dump, ULONG type, DWORD entry_size, void **entries, DWORD *count)
{
    const MINIDUMP_DIRECTORY *stream = find_stream(dump, type);
    DWORD rva = stream ? stream->Location.Rva : 0;

    *entries = NULL;
    *count = 0;
    if (!stream)
        return TRUE;
    if (!read_at(dump->file, rva, count, sizeof(*count)))
        return FALSE;
    *entries = calloc(*count + 1, entry_size);
    return *entries && read_at(dump->file, rva + sizeof(*count), *entries, *count * entry_size);
}

/* dbghelp leaves room in a list for what the callback then leaves out, and counts it to the stream. */
static BOOL fit_list(Dumpfile *dump, ULONG type, DWORD entry_size)
{
    MINIDUMP_DIRECTORY *stream = find_stream(dump, type);
    DWORD count;

    if (!stream)
        return TRUE;
    if (!read_at(dump->file, stream->Location.Rva, &count, sizeof(count)))
        return FALSE;
    stream->Location.DataSize = sizeof(count) + count * entry_size;
    return TRUE;
}

/* What the callback answered about the module. */
static ULONG module_flags(const Dumpfile *dump, ULONG64 base)
{
    SIZE_T i;
    for (i = 0; i < dump->module_count; i++)
        if (dump->modules[i].base == base)
            return dump->modules[i].flags;
    return 0;
}

/* ---- adding streams ---- */

/* Where in the file the next byte of `appended` is going to be. */
static DWORD next_rva(const Dumpfile *dump)
{
    return dump->append_at + sizeof(dump->directory) + dump->appended.size;
}

/* Enters a stream of `size` bytes that is appended next, in place of one of the same type. */
static void enter_stream(Dumpfile *dump, ULONG type, SIZE_T size)
{
    static const BYTE padding[8];
    MINIDUMP_DIRECTORY *entry = find_stream(dump, type);

    buffer_append(&dump->appended, padding, -dump->appended.size & 7);
    if (!entry && dump->streams < MAX_STREAMS)
        entry = &dump->directory[dump->streams++];
    if (!entry)
        return;
    entry->StreamType = type;
    entry->Location.Rva = next_rva(dump);
    entry->Location.DataSize = size;
}

static BOOL renew_misc_info(Dumpfile *dump)
{
    const MINIDUMP_DIRECTORY *stream = find_stream(dump, MiscInfoStream);
    MINIDUMP_MISC_INFO start;

    if (!stream)
        return TRUE;
    if (!read_at(dump->file, stream->Location.Rva, &start, sizeof(start)))
        return FALSE;
    enter_stream(dump, MiscInfoStream, MISC_INFO_SIZE);
    misc_info(dump->process, &start, &dump->appended);
    return TRUE;
}

static void add_counters(Dumpfile *dump)
{
    enter_stream(dump, SystemMemoryInfoStream, SYSTEM_MEMORY_INFO_SIZE);
    system_memory_info(&dump->appended);
    enter_stream(dump, ProcessVmCountersStream, VM_COUNTERS_SIZE);
    vm_counters(dump->process, &dump->appended);
}

static void add_codeview(Dumpfile *dump, MINIDUMP_MODULE *module)
{
    DWORD rva = next_rva(dump);
    SIZE_T before = dump->appended.size;

    if (module_flags(dump, module->BaseOfImage) & ModuleWriteCvRecord &&
        codeview_record(dump->process, module->BaseOfImage, &dump->appended)) {
        module->CvRecord.Rva = rva;
        module->CvRecord.DataSize = dump->appended.size - before;
    }
}

static BOOL renew_module_list(Dumpfile *dump)
{
    MINIDUMP_MODULE *modules;
    DWORD count, i;
    BOOL ok = read_list(dump, ModuleListStream, sizeof(*modules), (void **)&modules, &count);

    if (ok && modules) {
        for (i = 0; i < count; i++)
            add_codeview(dump, &modules[i]);
        enter_stream(dump, ModuleListStream, sizeof(count) + count * sizeof(*modules));
        buffer_append(&dump->appended, &count, sizeof(count));
        buffer_append(&dump->appended, modules, count * sizeof(*modules));
    }
    free(modules);
    return ok;
}

static void query_regions(Dumpfile *dump)
{
    MEMORY_BASIC_INFORMATION region;
    ULONG_PTR address = 0;

    while (VirtualQueryEx(dump->process, (LPCVOID)address, &region, sizeof(region))) {
        buffer_append(&dump->regions, &region, sizeof(region));
        address = (ULONG_PTR)region.BaseAddress + region.RegionSize;
        if (!address)
            break;
    }
}

static void add_memory_info(Dumpfile *dump)
{
    const MEMORY_BASIC_INFORMATION *region = (const MEMORY_BASIC_INFORMATION *)dump->regions.data;
    SIZE_T count = dump->regions.size / sizeof(*region);
    MINIDUMP_MEMORY_INFO_LIST list = {sizeof(list), sizeof(MINIDUMP_MEMORY_INFO), count};

    enter_stream(dump, MemoryInfoListStream, sizeof(list) + count * sizeof(MINIDUMP_MEMORY_INFO));
    buffer_append(&dump->appended, &list, sizeof(list));
    for (; count--; region++) {
        MINIDUMP_MEMORY_INFO info = {
            .BaseAddress = (ULONG_PTR)region->BaseAddress,
            .AllocationBase = (ULONG_PTR)region->AllocationBase,
            .AllocationProtect = region->AllocationProtect,
            .RegionSize = region->RegionSize,
            .State = region->State,
            .Protect = region->Protect,
            .Type = region->Type,
        };
        buffer_append(&dump->appended, &info, sizeof(info));
    }
}

static ULONG64 time_value(FILETIME time)
{
    return (ULONG64)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static MINIDUMP_THREAD_INFO thread_info(DWORD thread_id)
{
    MINIDUMP_THREAD_INFO info = {.ThreadId = thread_id, .DumpFlags = MINIDUMP_THREAD_INFO_INVALID_INFO};
    HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, thread_id);
    FILETIME created, exited, kernel, user;
    GROUP_AFFINITY affinity = {0};
    DWORD exit_code;
    PVOID start = NULL;

    if (!thread)
        return info;
    if (GetThreadTimes(thread, &created, &exited, &kernel, &user) && GetExitCodeThread(thread, &exit_code)) {
        GetThreadGroupAffinity(thread, &affinity);
        NtQueryInformationThread(thread, ThreadQuerySetWin32StartAddress, &start, sizeof(start), NULL);
        info.DumpFlags = exit_code == STILL_ACTIVE ? 0 : MINIDUMP_THREAD_INFO_EXITED_THREAD;
        info.ExitStatus = exit_code;
        info.CreateTime = time_value(created);
        info.ExitTime = exit_code == STILL_ACTIVE ? 0 : time_value(exited);
        info.KernelTime = time_value(kernel);
        info.UserTime = time_value(user);
        info.StartAddress = (ULONG_PTR)start;
        info.Affinity = affinity.Mask;
    }
    CloseHandle(thread);
    return info;
}

static BOOL add_thread_info(Dumpfile *dump)
{
    MINIDUMP_THREAD_INFO_LIST list = {sizeof(list), sizeof(MINIDUMP_THREAD_INFO), 0};
    MINIDUMP_THREAD *threads;
    DWORD i;
    BOOL ok = read_list(dump, ThreadListStream, sizeof(*threads), (void **)&threads, &list.NumberOfEntries);

    if (ok) {
        enter_stream(dump, ThreadInfoListStream, sizeof(list) + list.NumberOfEntries * sizeof(MINIDUMP_THREAD_INFO));
        buffer_append(&dump->appended, &list, sizeof(list));
        for (i = 0; i < list.NumberOfEntries; i++) {
            MINIDUMP_THREAD_INFO info = thread_info(threads[i].ThreadId);
            buffer_append(&dump->appended, &info, sizeof(info));
        }
    }
    free(threads);
    return ok;
}

/* ---- memory ---- */

/* MiniDumpWithProcessThreadData: the PEB, the process parameters that it points to, and the TEBs. */
static BOOL find_process_thread_data(Dumpfile *dump)
{
    PROCESS_BASIC_INFORMATION process;
    MINIDUMP_THREAD *threads;
    ULONG_PTR point;
    DWORD count;
    BOOL ok = read_list(dump, ThreadListStream, sizeof(*threads), (void **)&threads, &count);

    while (ok && count--) {
        point = threads[count].Teb;
        buffer_append(&dump->points, &point, sizeof(point));
    }
    free(threads);
    if (NtQueryInformationProcess(dump->process, ProcessBasicInformation, &process, sizeof(process), NULL) < 0)
        return ok;
    point = (ULONG_PTR)process.PebBaseAddress;
    buffer_append(&dump->points, &point, sizeof(point));
    if (read_memory(dump->process, &process.PebBaseAddress->ProcessParameters, &point, sizeof(point)))
        buffer_append(&dump->points, &point, sizeof(point));
    return ok;
}

static BOOL holds_a_point(const Dumpfile *dump, const MEMORY_BASIC_INFORMATION *region)
{
    const ULONG_PTR *point = (const ULONG_PTR *)dump->points.data;
    SIZE_T count = dump->points.size / sizeof(*point);

    for (; count--; point++)
        if (*point - (ULONG_PTR)region->BaseAddress < region->RegionSize)
            return TRUE;
    return FALSE;
}

static BOOL holds_a_block(const Dumpfile *dump, const MEMORY_BASIC_INFORMATION *region)
{
    const Block *block = (const Block *)dump->blocks.data;
    SIZE_T count = dump->blocks.size / sizeof(*block);
    ULONG_PTR start = (ULONG_PTR)region->BaseAddress;

    for (; count--; block++)
        if (block->address < start + region->RegionSize && start < block->address + block->size)
            return TRUE;
    return FALSE;
}

/* What the MINIDUMP_TYPE flags are documented to include, as far as a region's protection tells. */
static BOOL is_wanted(const Dumpfile *dump, const MEMORY_BASIC_INFORMATION *region)
{
    const DWORD executable = PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    const DWORD writable = PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    DWORD flags = dump->flags;
    ULONG module = 0;

    if (region->State != MEM_COMMIT || region->Protect & (PAGE_GUARD | PAGE_NOACCESS))
        return FALSE;
    if (flags & MiniDumpWithFullMemory)
        return TRUE;
    if (flags & MiniDumpWithPrivateReadWriteMemory && region->Type == MEM_PRIVATE && region->Protect & PAGE_READWRITE)
        return TRUE;
    if (holds_a_point(dump, region) || holds_a_block(dump, region))
        return TRUE;
    if (flags & MiniDumpWithPrivateWriteCopyMemory && region->Protect & PAGE_WRITECOPY)
        return TRUE;
    if (region->Type == MEM_IMAGE)
        module = module_flags(dump, (ULONG_PTR)region->AllocationBase);
    return (module & ModuleWriteDataSeg && region->Protect & writable) ||
           (module & ModuleWriteCodeSegs && region->Protect & executable);
}

static void choose_memory(Dumpfile *dump)
{
    const MEMORY_BASIC_INFORMATION *region = (const MEMORY_BASIC_INFORMATION *)dump->regions.data;
    SIZE_T count = dump->regions.size / sizeof(*region);

    for (; count--; region++)
        if (is_wanted(dump, region))
            buffer_append(&dump->wanted, region, sizeof(*region));
}

/* One entry per region, as on Windows: readers look the entries up in the MemoryInfoList. */
static void add_memory64_list(Dumpfile *dump)
{
    const MEMORY_BASIC_INFORMATION *region = (const MEMORY_BASIC_INFORMATION *)dump->wanted.data;
    SIZE_T count = dump->wanted.size / sizeof(*region);
    SIZE_T size = offsetof(MINIDUMP_MEMORY64_LIST, MemoryRanges) + count * sizeof(MINIDUMP_MEMORY_DESCRIPTOR64);
    ULONG64 head[2] = {count, 0}; /* NumberOfMemoryRanges, BaseRva */

    enter_stream(dump, Memory64ListStream, size);
    head[1] = (ULONG64)next_rva(dump) + size;
    buffer_append(&dump->appended, head, sizeof(head));
    for (; count--; region++) {
        MINIDUMP_MEMORY_DESCRIPTOR64 range = {(ULONG_PTR)region->BaseAddress, region->RegionSize};
        buffer_append(&dump->appended, &range, sizeof(range));
    }
}

static int by_address(const void *left, const void *right)
{
    ULONG64 a = ((const MINIDUMP_MEMORY_DESCRIPTOR *)left)->StartOfMemoryRange;
    ULONG64 b = ((const MINIDUMP_MEMORY_DESCRIPTOR *)right)->StartOfMemoryRange;
    return a < b ? -1 : a > b;
}

/* Sorts the ranges and cuts what an earlier one holds already: threads that wait in the same place have the same code
 * around them, and strict readers reject a dump that has memory twice. Returns how many are left. */
static DWORD without_overlaps(MINIDUMP_MEMORY_DESCRIPTOR *ranges, DWORD count)
{
    ULONG64 end = 0;
    DWORD i, kept = 0;

    qsort(ranges, count, sizeof(*ranges), by_address);
    for (i = 0; i < count; i++) {
        MINIDUMP_MEMORY_DESCRIPTOR range = ranges[i];
        ULONG64 cut = range.StartOfMemoryRange < end ? end - range.StartOfMemoryRange : 0;

        if (cut >= range.Memory.DataSize)
            continue;
        range.StartOfMemoryRange += cut;
        range.Memory.Rva += cut;
        range.Memory.DataSize -= cut;
        end = range.StartOfMemoryRange + range.Memory.DataSize;
        ranges[kept++] = range;
    }
    return kept;
}

/* The handle may not let memory be read: dbgcore then succeeds with a dump of nothing. */
static BOOL may_read_memory(const Dumpfile *dump)
{
    return SUCCEEDED(process_allows(dump->process, PROCESS_VM_READ));
}

/* dbghelp's ranges (the stacks, and the code around each thread's instruction pointer) and, unless a Memory64List has
 * them, ours. */
static BOOL renew_memory_list(Dumpfile *dump, BOOL with_ours)
{
    const MEMORY_BASIC_INFORMATION *region = (const MEMORY_BASIC_INFORMATION *)dump->wanted.data;
    DWORD more = with_ours ? dump->wanted.size / sizeof(*region) : 0;
    MINIDUMP_MEMORY_DESCRIPTOR *ranges, *all;
    DWORD count, i;
    ULONG64 rva;

    if (!read_list(dump, MemoryListStream, sizeof(*ranges), (void **)&ranges, &count)) {
        free(ranges);
        return FALSE;
    }
    if (!may_read_memory(dump))
        count = 0; /* dbghelp entered code that it could not read */
    all = realloc(ranges, (count + more + 1) * sizeof(*ranges));
    if (!all) {
        free(ranges);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    /* The memory follows the room for all of them, however many are left. */
    enter_stream(dump, MemoryListStream, sizeof(count) + (count + more) * sizeof(*all));
    rva = (ULONG64)next_rva(dump) + sizeof(count) + (count + more) * sizeof(*all);
    for (i = 0; i < more; rva += region[i++].RegionSize) {
        MINIDUMP_MEMORY_DESCRIPTOR range = {(ULONG_PTR)region[i].BaseAddress, {region[i].RegionSize, rva}};
        all[count + i] = range;
    }
    if (rva > MAXDWORD) { /* the list has 32 bits for a place in the file */
        free(all);
        SetLastError(ERROR_FILE_TOO_LARGE);
        return FALSE;
    }
    i = without_overlaps(all, count + more);
    memset(all + i, 0, (count + more - i) * sizeof(*all));
    find_stream(dump, MemoryListStream)->Location.DataSize = sizeof(i) + i * sizeof(*all);
    buffer_append(&dump->appended, &i, sizeof(i));
    buffer_append(&dump->appended, all, (count + more) * sizeof(*all));
    free(all);
    return TRUE;
}

/* The pages of a chunk that cannot be read at once. One that is unreadable, mostly because it went away after the
 * regions were listed, is zeros in the dump: the lists are already written. */
static void read_pages(HANDLE process, const BYTE *address, BYTE *copy, SIZE_T size)
{
    SIZE_T done;
    for (done = 0; done < size; done += PAGE)
        if (!read_memory(process, address + done, copy + done, PAGE))
            memset(copy + done, 0, PAGE);
}

/* The part of the range that the block covers; FALSE if none. */
static BOOL overlap(const Block *block, ULONG64 start, ULONG64 size, ULONG64 *from, ULONG64 *length)
{
    ULONG64 end = start + size, block_end = block->address + block->size;

    *from = block->address > start ? block->address : start;
    if (block_end < end)
        end = block_end;
    *length = end > *from ? end - *from : 0;
    return *length != 0;
}

/* Excluded memory is documented to stay out of reports: its bytes are zeros (a choice), so that the lists stay
 * whole. */
static void blank_copy(const Dumpfile *dump, const BYTE *address, BYTE *copy, SIZE_T size)
{
    const Block *block = (const Block *)dump->excluded.data;
    SIZE_T count = dump->excluded.size / sizeof(*block);
    ULONG64 from, length;

    for (; count--; block++)
        if (overlap(block, (ULONG_PTR)address, size, &from, &length))
            memset(copy + (from - (ULONG_PTR)address), 0, length);
}

static BOOL write_zeros(HANDLE file, DWORD offset, ULONG64 size)
{
    static const BYTE zeros[PAGE];
    BOOL ok = TRUE;

    while (ok && size) {
        DWORD chunk = size < PAGE ? (DWORD)size : PAGE;
        ok = write_at(file, offset, zeros, chunk);
        offset += chunk;
        size -= chunk;
    }
    return ok;
}

static BOOL blank_range(const Dumpfile *dump, const MINIDUMP_MEMORY_DESCRIPTOR *range)
{
    const Block *block = (const Block *)dump->excluded.data;
    SIZE_T count = dump->excluded.size / sizeof(*block);
    ULONG64 start = range->StartOfMemoryRange, from, length;

    for (; count--; block++)
        if (overlap(block, start, range->Memory.DataSize, &from, &length) &&
            !write_zeros(dump->file, range->Memory.Rva + (DWORD)(from - start), length))
            return FALSE;
    return TRUE;
}

/* What dbghelp wrote: it does not know of exclusions. */
static BOOL blank_memory_list(Dumpfile *dump)
{
    MINIDUMP_MEMORY_DESCRIPTOR *ranges;
    DWORD count = 0, i;
    BOOL ok = TRUE;

    if (!dump->excluded.size)
        return TRUE;
    ok = read_list(dump, MemoryListStream, sizeof(*ranges), (void **)&ranges, &count);
    for (i = 0; ok && i < count; i++)
        ok = blank_range(dump, &ranges[i]);
    free(ranges);
    return ok;
}

static BOOL write_region(Dumpfile *dump, const MEMORY_BASIC_INFORMATION *region, BYTE *copy)
{
    const BYTE *address = region->BaseAddress;
    SIZE_T left = region->RegionSize;

    while (left) {
        SIZE_T chunk = left < COPY_CHUNK ? left : COPY_CHUNK;
        if (!read_memory(dump->process, address, copy, chunk))
            read_pages(dump->process, address, copy, chunk);
        blank_copy(dump, address, copy, chunk);
        if (!write_all(dump->file, copy, chunk))
            return FALSE;
        address += chunk;
        left -= chunk;
    }
    return TRUE;
}

static BOOL write_memory(Dumpfile *dump)
{
    const MEMORY_BASIC_INFORMATION *region = (const MEMORY_BASIC_INFORMATION *)dump->wanted.data;
    SIZE_T count = dump->wanted.size / sizeof(*region);
    BYTE *copy = malloc(COPY_CHUNK);
    BOOL ok = copy != NULL;

    for (; ok && count--; region++)
        ok = write_region(dump, region, copy);
    free(copy);
    return ok;
}

/* ---- all together ---- */

/* Only those of our own process are known here. Registered memory goes into heap dumps and larger ones, as documented;
 * but not only if the report is submitted with WER_SUBMIT_ADD_REGISTERED_DATA, as the dump is written before (a
 * choice). */
static void find_registered_blocks(Dumpfile *dump)
{
    if (GetProcessId(dump->process) != GetCurrentProcessId())
        return;
    registered_blocks(EXCLUDED_BLOCK, &dump->excluded);
    if (dump->flags & (MiniDumpWithPrivateReadWriteMemory | MiniDumpWithFullMemory))
        registered_blocks(REGISTERED_BLOCK, &dump->blocks);
}

static BOOL add_streams(Dumpfile *dump)
{
    BOOL is_full = (dump->flags & MiniDumpWithFullMemory) != 0;

    find_registered_blocks(dump);
    if (!blank_memory_list(dump))
        return FALSE;
    query_regions(dump);
    if (dump->flags & MiniDumpWithProcessThreadData && !find_process_thread_data(dump))
        return FALSE;
    if (may_read_memory(dump))
        choose_memory(dump);
    add_counters(dump);
    if (!renew_misc_info(dump) || !renew_module_list(dump))
        return FALSE;
    /* Readers that know Memory64List want the MemoryInfoList with it, so it is there even if nobody asked. */
    if (dump->flags & MiniDumpWithFullMemoryInfo || is_full)
        add_memory_info(dump);
    if (dump->flags & MiniDumpWithThreadInfo && !add_thread_info(dump))
        return FALSE;
    if (!fit_list(dump, ThreadListStream, sizeof(MINIDUMP_THREAD)) || !renew_memory_list(dump, !is_full))
        return FALSE;
    if (is_full)
        add_memory64_list(dump);
    if (!dump->appended.failed && !dump->regions.failed && !dump->wanted.failed && !dump->points.failed &&
        !dump->blocks.failed && !dump->excluded.failed)
        return TRUE;
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return FALSE;
}

/* The header comes last: until then the file is what dbghelp wrote. */
static BOOL append(Dumpfile *dump)
{
    LARGE_INTEGER position = {.QuadPart = dump->append_at};

    dump->header.NumberOfStreams = dump->streams;
    dump->header.StreamDirectoryRva = dump->append_at;
    dump->header.Flags = dump->flags;
    return SetFilePointerEx(dump->file, position, NULL, FILE_BEGIN) &&
           write_all(dump->file, dump->directory, sizeof(dump->directory)) &&
           write_all(dump->file, dump->appended.data, dump->appended.size) && write_memory(dump) &&
           write_at(dump->file, 0, &dump->header, sizeof(dump->header));
}

HRESULT minidump_finish(HANDLE file, HANDLE process, DWORD flags, const DumpedModule *modules, SIZE_T module_count)
{
    Dumpfile dump = {
        .file = file, .process = process, .flags = flags, .modules = modules, .module_count = module_count};
    HRESULT hr = S_OK;

    if (!read_directory(&dump) || !add_streams(&dump) || !append(&dump))
        hr = last_error();
    buffer_free(&dump.appended);
    buffer_free(&dump.regions);
    buffer_free(&dump.wanted);
    buffer_free(&dump.points);
    buffer_free(&dump.blocks);
    buffer_free(&dump.excluded);
    return hr;
}
