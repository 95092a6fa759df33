/* What the files of the stand-in share. Nothing here is part of the API; README.md says what the stand-in is. */
#ifndef STANDIN_H
#define STANDIN_H

#include <wer/werapi.h>

#include <dbghelp.h>

/* ---- buffer.c: memory, text, errors ---- */

/* The last Win32 error as an HRESULT that is a failure even when the call forgot to set one. */
HRESULT last_error(void);

/* Copies `size` bytes out of `process`, whatever `address` is: a bad one gives FALSE, never a crash. */
BOOL read_memory(HANDLE process, const void *address, void *copy, SIZE_T size);

/* Bytes that grow. Once an allocation failed, `failed` stays TRUE and appending does nothing, so that a
 * builder has to check only once, at its end. Starts as {0}. */
typedef struct {
    BYTE *data;
    SIZE_T size;
    SIZE_T capacity;
    BOOL failed;
} Buffer;

void buffer_append(Buffer *buffer, const void *data, SIZE_T size);
void buffer_ascii(Buffer *buffer, const char *text);
void buffer_wide(Buffer *buffer, PCWSTR text);
void buffer_free(Buffer *buffer);

WCHAR *copy_text(PCWSTR text); /* NULL if out of memory; free() it */

/* Paths may be longer than MAX_PATH: a store deep in a temporary folder easily gets there. */
enum { PATH_CHARS = 1024 };

/* Appends `\name` (or just `name` to an empty path); FALSE, with the last error set, if it does not fit. */
BOOL path_append(WCHAR path[PATH_CHARS], PCWSTR name);
PCWSTR path_name(PCWSTR path); /* what follows the last separator */

BOOL write_all(HANDLE file, const void *data, SIZE_T size);

/* ---- control.c: what the tests tell the stand-in to do ---- */

/* Every exported WER function. A new one is added here, in wer.def and in a file of its family. */
#define STANDIN_FUNCTIONS(X)               \
    X(WerReportCreate)                     \
    X(WerReportSetParameter)               \
    X(WerReportSetUIOption)                \
    X(WerReportAddFile)                    \
    X(WerReportAddDump)                    \
    X(WerReportSubmit)                     \
    X(WerReportCloseHandle)                \
    X(WerAddExcludedApplication)           \
    X(WerRemoveExcludedApplication)        \
    X(WerStoreOpen)                        \
    X(WerStoreClose)                       \
    X(WerStoreGetFirstReportKey)           \
    X(WerStoreGetNextReportKey)            \
    X(WerStoreQueryReportMetadataV1)       \
    X(WerStoreQueryReportMetadataV2)       \
    X(WerStoreQueryReportMetadataV3)       \
    X(WerFreeString)                       \
    X(WerStoreGetReportCount)              \
    X(WerStoreGetSizeOnDisk)               \
    X(WerStoreUploadReport)                \
    X(WerStorePurge)                       \
    X(WerRegisterFile)                     \
    X(WerUnregisterFile)                   \
    X(WerRegisterMemoryBlock)              \
    X(WerUnregisterMemoryBlock)            \
    X(WerRegisterExcludedMemoryBlock)      \
    X(WerUnregisterExcludedMemoryBlock)    \
    X(WerRegisterCustomMetadata)           \
    X(WerUnregisterCustomMetadata)         \
    X(WerRegisterAdditionalProcess)        \
    X(WerUnregisterAdditionalProcess)      \
    X(WerRegisterAppLocalDump)             \
    X(WerUnregisterAppLocalDump)           \
    X(WerRegisterRuntimeExceptionModule)   \
    X(WerUnregisterRuntimeExceptionModule) \
    X(WerSetFlags)                         \
    X(WerGetFlags)                         \
    X(WerSetMaxProcessHoldMilliseconds)    \
    X(WerReportHang)                       \
    X(PssCaptureSnapshot)                  \
    X(PssFreeSnapshot)

typedef enum {
#define X(name) FUNCTION_##name,
    STANDIN_FUNCTIONS(X)
#undef X
    FUNCTION_COUNT
} Function;

/* One call of an exported function, from call_begin to its line in the log. */
typedef struct {
    Function function;
    DWORD nth;      /* 1 for the first call since `reset` */
    BOOL injected;  /* a `fail` rule answered: do not act */
    HRESULT hr;
    Buffer json;
} Call;

/* Counts the call and obeys the rules for it: waits where it must, and sets `injected` and `hr`. */
void call_begin(Call *call, Function function);
const char *function_name(Function function);

HRESULT WINAPI WerStandInControl(PCWSTR commands);
DWORD WINAPI WerStandInCalls(PCWSTR function);
DWORD WINAPI WerStandInOpenReports(void);

HRESULT control_from_environment(void);
void control_free(void);

/* ---- log.c: one JSON object per line and call ---- */

HRESULT log_open(PCWSTR path);
void log_close(void);

/* FALSE if there is no log; otherwise add the arguments, then the outputs after log_outputs, and end. */
BOOL log_begin(Call *call);
void log_outputs(Call *call);
void log_end(Call *call);

void log_number(Call *call, const char *name, LONGLONG value);
void log_pointer(Call *call, const char *name, const void *value);
void log_string(Call *call, const char *name, PCWSTR value);
void log_process(Call *call, const char *name, HANDLE process);
void log_thread(Call *call, const char *name, HANDLE thread);
void log_struct(Call *call, const char *name, const void *value, SIZE_T size);
void log_sized_struct(Call *call, const char *name, const void *value, DWORD size);

/* ---- store.c: where reports lie on disk ---- */

typedef enum { STORE_QUEUE, STORE_ARCHIVE, STORE_TEMP } StoreFolder;

void store_set_root(PCWSTR root); /* "" for the places Windows uses */
void store_set_machine(BOOL machine);

/* The folder's path, in the user's or the machine's store, whether it exists or not. */
HRESULT store_place(BOOL machine, StoreFolder folder, WCHAR path[PATH_CHARS]);
/* The same; it exists afterwards. */
HRESULT store_create(BOOL machine, StoreFolder folder, WCHAR path[PATH_CHARS]);
/* The same, in the store that takes reports. */
HRESULT store_path(StoreFolder folder, WCHAR path[PATH_CHARS]);
/* Creates `WERxxxx.tmp<extension>` in the temporary folder and opens it for reading and writing. */
HRESULT store_temp_file(PCWSTR extension, WCHAR path[PATH_CHARS], HANDLE *file);

/* What a folder holds, one entry after the other. Starts as {0}. */
typedef struct {
    HANDLE search; /* NULL before the first entry, INVALID_HANDLE_VALUE after the last */
    WIN32_FIND_DATAW entry;
} Listing;

/* Goes to the next file, or to the next folder. FALSE at the end, where the last error is ERROR_NO_MORE_FILES; a folder
 * that is not there has no entries. Only a listing that is left before its end needs listing_end. */
BOOL listing_next(Listing *listing, PCWSTR folder, BOOL folders);
void listing_end(Listing *listing); /* back to the start */

/* With its files; a report's folder is flat. FALSE, with the last error set, if something of it stays. */
BOOL store_remove_report(PCWSTR folder);

/* ---- settings.c: the registry ---- */

BOOL setting_on(PCWSTR name);
DWORD setting_value(PCWSTR name, DWORD otherwise);
HRESULT exclusion_add(PCWSTR name, BOOL all_users);
HRESULT exclusion_remove(PCWSTR name, BOOL all_users);

/* ---- report.c: the reports a process has open ---- */

typedef struct ReportFile {
    struct ReportFile *next;
    WER_FILE_TYPE type;
    DWORD flags;           /* WER_FILE_*, and of our own files WER's bits above them */
    BOOL is_ours;          /* written by us, as a dump is: `path` is ours to move or delete */
    BOOL no_heap_on_queue; /* WER_DUMP_NOHEAP_ONQUEUE */
    BOOL listed;           /* in the report's folder, so Report.wer names it (set by submit) */
    WCHAR cab_name[MAX_PATH]; /* what it is called in a cab */
    WCHAR name[MAX_PATH];     /* what it is called in the report's folder */
    WCHAR path[PATH_CHARS];   /* where it is now, or came from */
} ReportFile;

typedef struct DumpRequest DumpRequest; /* dump.c's */

typedef struct Report {
    struct Report *next;
    HREPORT handle;
    LONG references;
    SRWLOCK lock; /* held while a call works on the report */
    BOOL submitted;

    WER_REPORT_TYPE type;
    WCHAR event_type[WER_MAX_EVENT_NAME_LENGTH + 1];
    WER_REPORT_INFORMATION_V5 information; /* what the caller's version lacks is zero */
    HANDLE process;                        /* the one the report is about */
    BOOL owns_process;                     /* it is ours to close */
    BOOL has_parameter[WER_MAX_PARAM_COUNT];
    WER_REPORT_PARAMETER parameters[WER_MAX_PARAM_COUNT];
    WCHAR *ui[WerUIMax]; /* by WER_REPORT_UI; [0] stays NULL */
    ReportFile *files;
    DumpRequest *requests; /* dumps that are written when it is submitted */
    Buffer metadata; /* WCHARs: key, NUL, value, NUL, and so on (set by attach_registered) */
    FILETIME created;
    GUID id;
    GUID integrator_id;
} Report;

HRESULT report_create(PCWSTR event_type, WER_REPORT_TYPE type, const void *information, HREPORT *handle);
HRESULT report_set_parameter(HREPORT handle, DWORD index, PCWSTR name, PCWSTR value);
HRESULT report_set_ui_option(HREPORT handle, WER_REPORT_UI option, PCWSTR value);
HRESULT report_add_file(HREPORT handle, PCWSTR path, WER_FILE_TYPE type, DWORD flags);
HRESULT report_add_dump(HREPORT handle, HANDLE process, HANDLE thread, WER_DUMP_TYPE type,
    const WER_EXCEPTION_INFORMATION *exception, const void *options, DWORD flags);
HRESULT report_submit(HREPORT handle, WER_CONSENT consent, DWORD flags, WER_SUBMIT_RESULT *result);
HRESULT report_close(HREPORT handle);

/* Adds a file to a locked report, under a CabName that none of its other files has; NULL if that cannot be. A caller's
 * file is called the same in the folder. One of ours, which has a CabName of its own, keeps its temporary name there;
 * if it cannot be added, it is deleted. */
ReportFile *report_attach(Report *report, PCWSTR path, WER_FILE_TYPE type);
ReportFile *report_attach_ours(Report *report, PCWSTR path, PCWSTR cab_name, WER_FILE_TYPE type, DWORD flags);

void reports_close_all(void);

/* How many bytes of a WER_REPORT_INFORMATION are read: its dwSize, or only that member if it is not a known size, or
 * 0 if nothing can be read. */
DWORD report_information_size(const void *information);

/* ---- dump.c: writes a dump and attaches it to a locked report ---- */

/* Whether WER reads processes in WerReportAddDump, or only in WerReportSubmit, by the handles as they were given. */
void collect_at_submission(BOOL late);
BOOL collects_at_submission(void);
HRESULT write_requested_dumps(Report *report);
void drop_requests(Report *report);

HRESULT add_dump(Report *report, HANDLE process, HANDLE thread, WER_DUMP_TYPE type,
    const WER_EXCEPTION_INFORMATION *exception, const void *options, DWORD flags);

/* As report_information_size, for WER_DUMP_CUSTOM_OPTIONS. */
DWORD custom_options_size(const void *options);

/* ---- minidump.c: completes what dbghelp wrote ---- */

typedef struct {
    ULONG64 base;
    ULONG flags; /* MODULE_WRITE_FLAGS */
} DumpedModule;

HRESULT minidump_finish(HANDLE file, HANDLE process, DWORD flags, const DumpedModule *modules, SIZE_T module_count);

/* ---- dbgcore.c: streams and records that dbghelp leaves out ---- */

enum { MISC_INFO_SIZE = 1364, SYSTEM_MEMORY_INFO_SIZE = 492, VM_COUNTERS_SIZE = 152 };

/* Each appends its bytes. `start` is what dbghelp knows. */
void misc_info(HANDLE process, const MINIDUMP_MISC_INFO *start, Buffer *stream);
void system_memory_info(Buffer *stream);
void vm_counters(HANDLE process, Buffer *stream);
/* FALSE, and nothing appended, if the module at `base` has none that can be read. */
BOOL codeview_record(HANDLE process, ULONG64 base, Buffer *records);

/* ---- submit.c: what becomes of a report, and its folder ---- */

void server_set_online(BOOL online);
HRESULT submit(Report *report, WER_CONSENT consent, DWORD flags, WER_SUBMIT_RESULT *result);
/* What `result` says after an asynchronous submission, which is documented as undefined: a value that no caller can
 * take for a result. */
WER_SUBMIT_RESULT submit_result(WER_SUBMIT_RESULT result, DWORD flags);
/* For a report in the queue, the user's or the machine's: WerStoreUploadReport. */
HRESULT upload(PCWSTR folder, BOOL machine, DWORD flags, WER_SUBMIT_RESULT *result);

/* ---- report_wer.c: the file Report.wer ---- */

enum { GUID_CHARS = 37 };
void guid_text(const GUID *guid, WCHAR text[GUID_CHARS]); /* lower case, without braces */

/* Hashes one more text; the first time, `hash` is 0. */
ULONGLONG hash_text(ULONGLONG hash, PCWSTR text);

/* Groups reports with the same event and parameters, as WER's buckets do; the algorithm is ours. */
ULONGLONG signature_hash(const Report *report);

/* `uploaded`: when, or NULL. */
HRESULT report_wer_write(const Report *report, WER_CONSENT consent, const FILETIME *uploaded, PCWSTR path);
/* Copies the file of a report that is uploaded now; without its File lines if the files do not stay. */
HRESULT report_wer_write_uploaded(PCWSTR source, BOOL with_files, PCWSTR path);

/* The file's text: WCHARs that end in a NUL. Free it, after a failure as well. */
HRESULT report_wer_read(PCWSTR path, Buffer *text);
/* Splits the next `key=value` off the text, in place, and moves `rest` behind it. FALSE at the end. */
BOOL report_wer_line(WCHAR **rest, PCWSTR *key, PCWSTR *value);

/* ---- metadata.c: what the store tells about a report ---- */

/* Reads a report's folder. `names` gets the files' names as WCHARs, each with its NUL, and one more NUL at the end;
 * nothing if there are no files. SizeOfFileNames is their number of WCHARs, FileNames stays NULL. Free `names` in any
 * case. */
HRESULT metadata_read(PCWSTR folder, WER_REPORT_METADATA_V3 *metadata, Buffer *names);

/* The sizes of its files; 0 for a folder that has gone. */
ULONGLONG folder_size(PCWSTR folder);

/* ---- storeapi.c: the stores a process has open ---- */

DWORD WINAPI WerStandInOpenStores(void);
DWORD WINAPI WerStandInOpenStrings(void);

/* What the enumeration answers at its end, and a query whose buffer for the names is too small, until told
 * otherwise. */
#define STORE_END_OF_DATA ((HRESULT)0x80070012) /* ERROR_NO_MORE_FILES */
#define STORE_SMALL_BUFFER WER_E_INSUFFICIENT_BUFFER
void store_set_end_code(HRESULT hr);
void store_set_small_buffer_code(HRESULT hr);

HRESULT store_open(REPORT_STORE_TYPES type, HREPORTSTORE *handle);
BOOL store_close(HREPORTSTORE handle); /* FALSE if it is not open */
HRESULT store_first_key(HREPORTSTORE handle, PCWSTR *key);
HRESULT store_next_key(HREPORTSTORE handle, PCWSTR *key);
BOOL string_free(PCWSTR text); /* FALSE if it is not one of ours */
HRESULT store_metadata_v1(HREPORTSTORE handle, PCWSTR key, WER_REPORT_METADATA_V1 *metadata);
/* V2 or V3: what `size` says. */
HRESULT store_metadata(HREPORTSTORE handle, PCWSTR key, void *metadata, SIZE_T size);
HRESULT store_count(HREPORTSTORE handle, DWORD *count);
HRESULT store_size(HREPORTSTORE handle, ULONGLONG *size);
HRESULT store_upload(HREPORTSTORE handle, PCWSTR key, DWORD flags, WER_SUBMIT_RESULT *result);
HRESULT store_purge(void);
void stores_close_all(void);

/* ---- register.c: what a process registers ---- */

typedef enum {
    REGISTERED_FILE,
    REGISTERED_BLOCK,
    EXCLUDED_BLOCK,
    REGISTERED_METADATA,
    REGISTERED_PROCESS,
    REGISTERED_MODULE,
    LOCAL_DUMPS
} RegistrationKind;

DWORD WINAPI WerStandInRegistrations(void);
void registrations_clear(void);

HRESULT register_file(PCWSTR path, WER_REGISTER_FILE_TYPE type, DWORD flags);
HRESULT unregister_file(PCWSTR path);
HRESULT register_block(RegistrationKind kind, const void *address, DWORD size);
HRESULT unregister_block(RegistrationKind kind, const void *address);
HRESULT register_metadata(PCWSTR key, PCWSTR value);
HRESULT unregister_metadata(PCWSTR key);
HRESULT register_process(DWORD process_id, DWORD thread_id);
HRESULT unregister_process(DWORD process_id);
HRESULT register_module(PCWSTR dll, const void *context);
HRESULT unregister_module(PCWSTR dll, const void *context);
HRESULT register_local_dumps(PCWSTR path);
HRESULT unregister_local_dumps(void);

typedef struct {
    ULONG_PTR address;
    SIZE_T size;
} Block;

/* Appends the registered or the excluded blocks of this process. */
void registered_blocks(RegistrationKind kind, Buffer *blocks);

/* Adds the registered files and metadata to a locked report about this process. */
HRESULT attach_registered(Report *report);

/* ---- snapshot.c: process snapshots ---- */

DWORD WINAPI WerStandInOpenSnapshots(void);
DWORD snapshot_capture(HANDLE process, DWORD flags, DWORD context_flags, void **handle);
DWORD snapshot_free(HANDLE process, void *handle);
DWORD snapshot_process_id(const void *handle); /* 0 if it is not open */

/* ---- process.c: a process's handle and flags, and hangs ---- */

/* E_HANDLE, or E_ACCESSDENIED if the handle of a process lacks one of these rights. */
HRESULT process_allows(HANDLE process, ACCESS_MASK needed);

HRESULT process_set_flags(DWORD flags);
HRESULT process_get_flags(HANDLE process, DWORD *flags);
void process_forget_flags(void);
HRESULT report_hang(HWND window, PCWSTR application_name);

#endif
