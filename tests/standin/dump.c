/* WerReportAddDump: checks its arguments and has dbghelp write the dump, at once or when the report is submitted. */
#include "standin.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* What a caller asked for: its structures are copied, its handles and the pointers in them are not. */
struct DumpRequest {
    struct DumpRequest *next;
    HANDLE process;
    HANDLE thread;
    WER_DUMP_TYPE type;
    DWORD flags; /* WER_DUMP_* */
    BOOL has_exception;
    WER_EXCEPTION_INFORMATION exception;
    WER_DUMP_CUSTOM_OPTIONS_V3 options; /* dwMask is 0 without options */
};

/* What makes out a dump. Filled by the calling thread, then read by the one that writes. */
typedef struct {
    HANDLE process; /* our own handle, so that dbghelp's state for it is ours alone */
    DWORD process_id;
    DWORD thread_id; /* the "crashing" thread; 0 if nobody said */
    DWORD flags;     /* MINIDUMP_TYPE */
    WER_DUMP_CUSTOM_OPTIONS_V3 options;
    BOOL has_exception;
    EXCEPTION_POINTERS pointers; /* to the two copies that follow */
    EXCEPTION_RECORD record;
    CONTEXT context;

    HANDLE file;
    DWORD writer_id;  /* the thread that calls dbghelp */
    BOOL met_a_start; /* dbghelp met a thread that was only starting: see `is_visible` */
    Buffer modules;   /* DumpedModule, as dbghelp asks for them */
    HRESULT hr;
} Dump;

/* ---- the types ---- */

typedef struct {
    DWORD flags;
    WER_FILE_TYPE file_type;
    DWORD file_flags;
    PCWSTR cab_name;
    PCWSTR extension;
} DumpKind;

/* The MINIDUMP_TYPE flags are Microsoft's documentation, for Windows 7 and later. It has none for the triage dump,
 * "an extended minidump": the minidump's are used (a choice). The files' names and flags are those that published
 * reports show, the microdump's and the triage dump's by analogy. */
static const DumpKind kinds[] = {
    [WerDumpTypeMicroDump] = {0x521, WerFileTypeMicrodump, 0x210002, L"microdump.mdmp", L".mdmp"},
    [WerDumpTypeMiniDump] = {0x40121, WerFileTypeMinidump, 0x210002, L"minidump.mdmp", L".mdmp"},
    [WerDumpTypeHeapDump] = {0x51B25, WerFileTypeHeapdump, 0x200000, L"memory.hdmp", L".hdmp"},
    [WerDumpTypeTriageDump] = {0x40121, WerFileTypeTriagedump, 0x210002, L"triagedump.dmp", L".dmp"},
};

/* ---- arguments ---- */

DWORD custom_options_size(const void *options)
{
    DWORD size;

    if (!read_memory(GetCurrentProcess(), options, &size, sizeof(size)))
        return 0;
    switch (size) {
    case sizeof(WER_DUMP_CUSTOM_OPTIONS):
    case sizeof(WER_DUMP_CUSTOM_OPTIONS_V2):
    case sizeof(WER_DUMP_CUSTOM_OPTIONS_V3):
        return size;
    }
    return sizeof(size);
}

/* Documented: each name ends in a NUL, and the list in one more. */
static BOOL module_list_ends(const WCHAR list[WER_MAX_PREFERRED_MODULES_BUFFER])
{
    unsigned i;
    for (i = 0; i + 1 < WER_MAX_PREFERRED_MODULES_BUFFER; i++)
        if (!list[i] && !list[i + 1])
            return TRUE;
    return FALSE;
}

/* Every version is the start of V3. E_INVALIDARG for an unknown dwSize or an endless list is a choice, as no code is
 * documented. */
static HRESULT read_options(const void *source, WER_DUMP_CUSTOM_OPTIONS_V3 *options)
{
    DWORD size = custom_options_size(source);

    if (!source)
        return S_OK;
    if (!size)
        return HRESULT_FROM_WIN32(ERROR_INVALID_USER_BUFFER);
    if (size == sizeof(DWORD) || !read_memory(GetCurrentProcess(), source, options, size))
        return E_INVALIDARG;
    if (options->dwMask & WER_DUMP_MASK_PREFERRED_MODULE_LIST && !module_list_ends(options->wzPreferredModuleList))
        return E_INVALIDARG;
    return S_OK;
}

/* A process that has ended has no memory left: the code is what reading it gives. */
static HRESULT check_process_runs(HANDLE process)
{
    DWORD code;
    if (!GetExitCodeProcess(process, &code))
        return last_error();
    return code == STILL_ACTIVE ? S_OK : HRESULT_FROM_WIN32(ERROR_PARTIAL_COPY);
}

/* The rights: documented are STANDARD_RIGHTS_READ and PROCESS_QUERY_INFORMATION. Reading memory needs PROCESS_VM_READ
 * besides, but is not asked for: without it Microsoft's dbgcore succeeds and writes a dump of nothing (seen under
 * Wine). */
static HRESULT open_process(Dump *dump, HANDLE process)
{
    HRESULT hr;

    if (!DuplicateHandle(GetCurrentProcess(), process, GetCurrentProcess(), &dump->process, 0, FALSE,
            DUPLICATE_SAME_ACCESS))
        return last_error();
    dump->process_id = GetProcessId(dump->process);
    if (!dump->process_id)
        return last_error();
    hr = process_allows(dump->process, STANDARD_RIGHTS_READ | PROCESS_QUERY_INFORMATION);
    return SUCCEEDED(hr) ? check_process_runs(dump->process) : hr;
}

/* The crashing thread is hThread, else V3's dwThreadID, else, in a dump of ourselves, the caller. From outside nothing
 * tells the thread: an exception then has thread id 0. A thread of another process is refused (all choices). */
static HRESULT choose_thread(Dump *dump, HANDLE thread)
{
    if (thread) {
        DWORD owner = GetProcessIdOfThread(thread);
        dump->thread_id = GetThreadId(thread);
        if (!dump->thread_id)
            return last_error();
        return !owner || owner == dump->process_id ? S_OK : E_INVALIDARG;
    }
    dump->thread_id = dump->options.dwThreadID;
    if (!dump->thread_id && dump->process_id == GetCurrentProcessId())
        dump->thread_id = GetCurrentThreadId();
    return S_OK;
}

/* What is dumped is the process as it is now: nothing was captured. Codes are choices. */
static HRESULT check_snapshot(const Dump *dump)
{
    DWORD process_id;

    if (!dump->options.hSnapshot)
        return S_OK;
    process_id = snapshot_process_id(dump->options.hSnapshot);
    if (!process_id)
        return E_HANDLE;
    return process_id == dump->process_id ? S_OK : E_INVALIDARG;
}

static HRESULT choose_flags(Dump *dump, WER_DUMP_TYPE type)
{
    DWORD mask = dump->options.dwMask;

    /* Whether they replace the type's flags or add to them is not documented: they replace them. */
    dump->flags = mask & WER_DUMP_MASK_DUMPTYPE ? dump->options.dwDumpFlags : kinds[type].flags;
    if (!(mask & WER_DUMP_MASK_ONLY_THISTHREAD))
        dump->options.bOnlyThisThread = FALSE;
    return dump->options.bOnlyThisThread && !dump->thread_id ? E_INVALIDARG : S_OK;
}

/* Copies the exception here, out of the caller's memory or the client's, so that dbghelp meets no pointer it did not
 * get from us: Wine's follows them blindly. A bad pointer of the caller's gives ERROR_INVALID_USER_BUFFER, which is
 * what people saw on Windows; one of the client's gives the error of reading it. */
static HRESULT read_exception(Dump *dump, const DumpRequest *request)
{
    const WER_EXCEPTION_INFORMATION *information = &request->exception;
    EXCEPTION_POINTERS pointers;
    HANDLE owner;

    if (!request->has_exception)
        return S_OK;
    owner = information->bClientPointers ? dump->process : GetCurrentProcess();
    if (!read_memory(owner, information->pExceptionPointers, &pointers, sizeof(pointers)) ||
        !read_memory(owner, pointers.ExceptionRecord, &dump->record, sizeof(dump->record)) ||
        !read_memory(owner, pointers.ContextRecord, &dump->context, sizeof(dump->context)))
        return information->bClientPointers ? last_error() : HRESULT_FROM_WIN32(ERROR_INVALID_USER_BUFFER);
    if (dump->record.NumberParameters > EXCEPTION_MAXIMUM_PARAMETERS)
        return HRESULT_FROM_WIN32(ERROR_INVALID_USER_BUFFER);
    dump->pointers = (EXCEPTION_POINTERS){&dump->record, &dump->context};
    dump->has_exception = TRUE;
    return S_OK;
}

/* ---- what goes in ---- */

static BOOL is_preferred(const WER_DUMP_CUSTOM_OPTIONS_V3 *options, PCWSTR path)
{
    PCWSTR name = options->wzPreferredModuleList;

    if (!(options->dwMask & WER_DUMP_MASK_PREFERRED_MODULE_LIST))
        return FALSE;
    if (!wcscmp(name, L"*") && !name[2])
        return TRUE;
    for (; *name; name += wcslen(name) + 1)
        if (!_wcsicmp(name, path_name(path)))
            return TRUE;
    return FALSE;
}

/* The options hold what WER's callback answers: which of the flags that dbghelp offers stay. The two reset members
 * are undocumented; by their names they take flags away. */
static ULONG module_flags(const WER_DUMP_CUSTOM_OPTIONS_V3 *options, PCWSTR path, ULONG offered)
{
    if (is_preferred(options, path)) {
        if (options->dwMask & WER_DUMP_MASK_PREFERRED_MODULESFLAGS)
            offered &= options->dwPreferredModuleFlags & ~options->dwPreferredModuleResetFlags;
    } else if (options->dwMask & WER_DUMP_MASK_OTHER_MODULESFLAGS) {
        offered &= options->dwOtherModuleFlags & ~options->dwOtherModuleResetFlags;
    }
    return offered;
}

static ULONG thread_flags(const Dump *dump, DWORD thread_id, BOOL extended, ULONG offered)
{
    const WER_DUMP_CUSTOM_OPTIONS_V3 *options = &dump->options;
    BOOL crashing = thread_id == dump->thread_id;
    DWORD mask, flags;

    if (options->bOnlyThisThread && !crashing)
        return 0;
    if (extended) {
        mask = crashing ? WER_DUMP_MASK_THREADFLAGS_EX : WER_DUMP_MASK_OTHERTHREADFLAGS_EX;
        flags = crashing ? options->dwExceptionThreadExFlags : options->dwOtherThreadExFlags;
    } else {
        mask = crashing ? WER_DUMP_MASK_THREADFLAGS : WER_DUMP_MASK_OTHERTHREADFLAGS;
        flags = crashing ? options->dwExceptionThreadFlags : options->dwOtherThreadFlags;
    }
    return options->dwMask & mask ? offered & flags : offered;
}

/* Neither the writer, which exists only for a dump of ourselves, nor a thread that ended before dbghelp could read its
 * registers: without them strict readers reject the dump. And no thread without a stack. On Windows there is none; Wine
 * lists a thread from before it has run, and knows its TEB, which tells the stack, only from then on. */
static BOOL is_visible(Dump *dump, const MINIDUMP_THREAD_CALLBACK *thread)
{
    if (thread->ThreadId == dump->writer_id || !thread->Context.ContextFlags)
        return FALSE;
    if (thread->StackEnd > thread->StackBase)
        return TRUE;
    dump->met_a_start = TRUE;
    return FALSE;
}

static BOOL CALLBACK choose(PVOID parameter, const PMINIDUMP_CALLBACK_INPUT input, PMINIDUMP_CALLBACK_OUTPUT output)
{
    Dump *dump = parameter;
    DumpedModule module;

    switch (input->CallbackType) {
    case ThreadCallback:
        output->ThreadWriteFlags = is_visible(dump, &input->Thread)
            ? thread_flags(dump, input->Thread.ThreadId, FALSE, output->ThreadWriteFlags)
            : 0;
        return TRUE;
    case ThreadExCallback:
        output->ThreadWriteFlags = thread_flags(dump, input->ThreadEx.ThreadId, TRUE, output->ThreadWriteFlags);
        return TRUE;
    case ModuleCallback:
        output->ModuleWriteFlags = module_flags(&dump->options, input->Module.FullPath, output->ModuleWriteFlags);
        module = (DumpedModule){input->Module.BaseOfImage, output->ModuleWriteFlags};
        buffer_append(&dump->modules, &module, sizeof(module));
        return TRUE;
    case IncludeThreadCallback:
    case IncludeModuleCallback:
        return TRUE;
    default:
        return FALSE;
    }
}

/* ---- writing ---- */

static SRWLOCK dbghelp_lock = SRWLOCK_INIT; /* dbghelp is documented to be single-threaded */

/* A thread that was only starting is not missing from the dump: reading its registers has made dbghelp wait until it
 * runs, so that the next try has it whole. One more try is enough for what was there before the dump; the third is for
 * threads that the process started meanwhile, of which the last may be missing. */
static BOOL write_whole(Dump *dump, MINIDUMP_EXCEPTION_INFORMATION *exception)
{
    MINIDUMP_CALLBACK_INFORMATION callback = {choose, dump};
    LARGE_INTEGER start = {.QuadPart = 0};
    int tries = 0;

    do {
        dump->met_a_start = FALSE;
        buffer_free(&dump->modules);
        if (!SetFilePointerEx(dump->file, start, NULL, FILE_BEGIN) || !SetEndOfFile(dump->file) ||
            !MiniDumpWriteDump(dump->process, dump->process_id, dump->file, dump->flags & ~MiniDumpWithFullMemory,
                exception, NULL, &callback))
            return FALSE;
    } while (dump->met_a_start && ++tries < 3);
    return TRUE;
}

/* SymInitialize without loading the modules' symbols, which MiniDumpWriteDump under Wine would do for a handle that it
 * does not know yet: 0.1 s instead of 4 s. MiniDumpWithFullMemory is withheld because minidump_finish writes the
 * memory better. */
static DWORD WINAPI write_dump(LPVOID parameter)
{
    Dump *dump = parameter;
    MINIDUMP_EXCEPTION_INFORMATION exception = {dump->thread_id, &dump->pointers, FALSE};

    dump->writer_id = GetCurrentThreadId();
    SetLastError(ERROR_SUCCESS);
    if (!SymInitializeW(dump->process, NULL, FALSE)) {
        dump->hr = last_error();
        return 0;
    }
    if (!write_whole(dump, dump->has_exception ? &exception : NULL))
        dump->hr = last_error();
    SymCleanup(dump->process);
    return 0;
}

/* MiniDumpWriteDump cannot see the thread it runs on, so a process that dumps itself needs another one for it. */
static HRESULT write_from_new_thread(Dump *dump)
{
    HANDLE writer = CreateThread(NULL, 0, write_dump, dump, 0, NULL);
    if (!writer)
        return last_error();
    WaitForSingleObject(writer, INFINITE);
    CloseHandle(writer);
    return dump->hr;
}

static HRESULT write_locked(Dump *dump)
{
    HRESULT hr;

    AcquireSRWLockExclusive(&dbghelp_lock);
    if (dump->process_id == GetCurrentProcessId()) {
        hr = write_from_new_thread(dump);
    } else {
        write_dump(dump);
        hr = dump->hr;
    }
    ReleaseSRWLockExclusive(&dbghelp_lock);
    return hr;
}

static HRESULT write_file(Dump *dump, PCWSTR extension, WCHAR path[PATH_CHARS])
{
    HRESULT hr = store_temp_file(extension, path, &dump->file);

    if (FAILED(hr))
        return hr;
    hr = write_locked(dump);
    if (SUCCEEDED(hr) && dump->modules.failed)
        hr = E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        hr = minidump_finish(dump->file, dump->process, dump->flags, (const DumpedModule *)dump->modules.data,
            dump->modules.size / sizeof(DumpedModule));
    CloseHandle(dump->file);
    if (FAILED(hr))
        DeleteFileW(path);
    return hr;
}

static HRESULT attach(Report *report, WER_DUMP_TYPE type, DWORD flags, PCWSTR path)
{
    const DumpKind *kind = &kinds[type];
    ReportFile *file = report_attach_ours(report, path, kind->cab_name, kind->file_type, kind->file_flags);

    if (!file)
        return E_OUTOFMEMORY;
    file->no_heap_on_queue = (flags & WER_DUMP_NOHEAP_ONQUEUE) != 0;
    return S_OK;
}

/* All that can be seen of the request without reading the process. */
static HRESULT check(Dump *dump, const DumpRequest *request)
{
    HRESULT hr;

    dump->options = request->options;
    hr = open_process(dump, request->process);
    if (SUCCEEDED(hr))
        hr = check_snapshot(dump);
    if (SUCCEEDED(hr))
        hr = choose_thread(dump, request->thread);
    return SUCCEEDED(hr) ? choose_flags(dump, request->type) : hr;
}

static Dump *dump_new(void)
{
    return calloc(1, sizeof(Dump)); /* not on the stack, which may be all but used up in a crash */
}

static void dump_free(Dump *dump)
{
    if (dump->process)
        CloseHandle(dump->process);
    buffer_free(&dump->modules);
    free(dump);
}

static HRESULT write_dump_of(Report *report, const DumpRequest *request)
{
    Dump *dump = dump_new();
    WCHAR path[PATH_CHARS];
    HRESULT hr;

    if (!dump)
        return E_OUTOFMEMORY;
    hr = check(dump, request);
    if (SUCCEEDED(hr))
        hr = read_exception(dump, request);
    if (SUCCEEDED(hr))
        hr = write_file(dump, kinds[request->type].extension, path);
    if (SUCCEEDED(hr))
        hr = attach(report, request->type, request->flags, path);
    dump_free(dump);
    return hr;
}

/* ---- now or later ---- */

static volatile LONG at_submission;

/* Microsoft's documentation does not say when WER reads the process. A comment in its sample says that "WER collects the
 * specified data" in WerReportSubmit, and nothing found says that it duplicates handles. So there are both ways. */
void collect_at_submission(BOOL late)
{
    InterlockedExchange(&at_submission, late);
}

BOOL collects_at_submission(void)
{
    return at_submission;
}

/* Checks what can be checked, and remembers the rest as it came. */
static HRESULT keep_request(Report *report, DumpRequest *request)
{
    DumpRequest **end = &report->requests;
    Dump *dump = dump_new();
    HRESULT hr;

    if (!dump)
        return E_OUTOFMEMORY;
    hr = check(dump, request);
    dump_free(dump);
    if (FAILED(hr))
        return hr;
    while (*end)
        end = &(*end)->next;
    *end = request;
    return S_OK;
}

void drop_requests(Report *report)
{
    while (report->requests) {
        DumpRequest *request = report->requests;
        report->requests = request->next;
        free(request);
    }
}

/* By now a handle may be closed, which the check says, or be the number of something else, which it cannot. */
HRESULT write_requested_dumps(Report *report)
{
    const DumpRequest *request;
    HRESULT hr = S_OK;

    for (request = report->requests; SUCCEEDED(hr) && request; request = request->next)
        hr = write_dump_of(report, request);
    return hr;
}

static HRESULT read_request(DumpRequest *request, const WER_EXCEPTION_INFORMATION *exception, const void *options)
{
    HRESULT hr = read_options(options, &request->options);

    if (FAILED(hr) || !exception)
        return hr;
    request->has_exception = TRUE;
    return read_memory(GetCurrentProcess(), exception, &request->exception, sizeof(request->exception))
        ? S_OK
        : HRESULT_FROM_WIN32(ERROR_INVALID_USER_BUFFER);
}

/* Of the flags only WER_DUMP_NOHEAP_ONQUEUE is documented; the header's other two are accepted without effect, and bits
 * that it does not have are refused to catch a caller's mix-up (choices). */
HRESULT add_dump(Report *report, HANDLE process, HANDLE thread, WER_DUMP_TYPE type,
    const WER_EXCEPTION_INFORMATION *exception, const void *options, DWORD flags)
{
    const DWORD known_flags = WER_DUMP_NOHEAP_ONQUEUE | WER_DUMP_AUXILIARY | WER_DUMP_AUX_PROMOTE;
    DumpRequest *request;
    BOOL late = collects_at_submission();
    HRESULT hr;

    if (type > WerDumpTypeTriageDump || flags & ~known_flags || (type == WerDumpTypeMicroDump && !thread))
        return E_INVALIDARG;
    if (type == WerDumpTypeNone)
        return S_OK;
    request = calloc(1, sizeof(*request));
    if (!request)
        return E_OUTOFMEMORY;
    request->process = process;
    request->thread = thread;
    request->type = type;
    request->flags = flags;
    hr = read_request(request, exception, options);
    if (SUCCEEDED(hr))
        hr = late ? keep_request(report, request) : write_dump_of(report, request);
    if (FAILED(hr) || !late)
        free(request);
    return hr;
}
