/* What the calls of `wer` are measured against: the same calls by hand, as short as C can have them.
 *
 * Report here takes its arguments by position (METH_FASTCALL), converts them, releases the GIL, makes the call and
 * checks the HRESULT. It leaves out what `wer` does for its users beyond that: it does not tell a slip from an argument,
 * looks for no NUL in a text, and lets two threads into one report.
 *
 * The functions loop_..., file_report and prepare are C programs that do without Python.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "wer/capi.h"

typedef struct {
    PyObject_HEAD
    HREPORT handle;
    HANDLE process; /* of what add_dump_of dumped: open until the report is closed */
} Report;

/* WerReportAddFile and others take what Python holds as UCS-2 as it is; Latin-1 has to be widened. */
static const WCHAR *wide(PyObject *text, WCHAR *buffer, Py_ssize_t limit)
{
    Py_ssize_t length, i;
    const Py_UCS1 *narrow;

    if (!PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a str is required");
        return NULL;
    }
    length = PyUnicode_GET_LENGTH(text);
    if (length > limit || PyUnicode_KIND(text) == PyUnicode_4BYTE_KIND) {
        PyErr_SetString(PyExc_ValueError, "the text is too long");
        return NULL;
    }
    if (PyUnicode_KIND(text) == PyUnicode_2BYTE_KIND)
        return (const WCHAR *)PyUnicode_2BYTE_DATA(text);
    narrow = PyUnicode_1BYTE_DATA(text);
    for (i = 0; i < length; i++)
        buffer[i] = narrow[i];
    buffer[length] = 0;
    return buffer;
}

static PyObject *result(HRESULT hr)
{
    if (hr < 0) {
        PyErr_Format(PyExc_OSError, "0x%08lX", (unsigned long)hr);
        return NULL;
    }
    Py_RETURN_NONE;
}

static int number(PyObject *value, long *converted)
{
    *converted = PyLong_AsLong(value);
    return *converted == -1 && PyErr_Occurred() ? -1 : 0;
}

static int handle(PyObject *value, HANDLE otherwise, HANDLE *converted)
{
    *converted = otherwise;
    if (value == Py_None)
        return 0;
    *converted = PyLong_AsVoidPtr(value);
    return *converted == NULL && PyErr_Occurred() ? -1 : 0;
}

#define DUMP_RIGHTS (STANDARD_RIGHTS_READ | PROCESS_QUERY_INFORMATION | PROCESS_VM_READ)

static int expect(Py_ssize_t count, Py_ssize_t least, Py_ssize_t most)
{
    if (count >= least && count <= most)
        return 0;
    PyErr_SetString(PyExc_TypeError, "wrong number of arguments");
    return -1;
}

static int is_open(Report *self)
{
    if (self->handle != NULL)
        return 0;
    PyErr_SetString(PyExc_ValueError, "the report is closed");
    return -1;
}

/* (dump_type, process, thread, exception, options, flags), each of which may be left out or, as wer's tuple of them
 * has it, NULL; `exception` and `options` only as None. */
static int dump_arguments(
    PyObject *const *args, Py_ssize_t count, long *type, HANDLE *process, HANDLE *thread, long *flags)
{
    *type = WerDumpTypeMiniDump;
    *process = GetCurrentProcess();
    *thread = NULL;
    *flags = 0;
    if (count > 0 && args[0] != NULL && number(args[0], type) < 0)
        return -1;
    if (count > 1 && args[1] != NULL && handle(args[1], *process, process) < 0)
        return -1;
    if (count > 2 && args[2] != NULL && handle(args[2], NULL, thread) < 0)
        return -1;
    if ((count > 3 && args[3] != NULL && args[3] != Py_None) || (count > 4 && args[4] != NULL && args[4] != Py_None)) {
        PyErr_SetString(PyExc_NotImplementedError, "exception and options");
        return -1;
    }
    if (count > 5 && args[5] != NULL && number(args[5], flags) < 0)
        return -1;
    if (*type < 0 || *type > WerDumpTypeTriageDump || (*type == WerDumpTypeMicroDump && *thread == NULL)) {
        PyErr_SetString(PyExc_ValueError, "dump_type");
        return -1;
    }
    return 0;
}

static PyObject *add_dump(Report *self, PyObject *const *args, Py_ssize_t count)
{
    long type, flags;
    HANDLE process, thread;
    HRESULT hr;

    if (expect(count, 0, 6) < 0 || dump_arguments(args, count, &type, &process, &thread, &flags) < 0 || is_open(self) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    hr = WerReportAddDump(self->handle, process, thread, (WER_DUMP_TYPE)type, NULL, NULL, (DWORD)flags);
    Py_END_ALLOW_THREADS
    return result(hr);
}

/* (handle, pid), one of which is None: the process is opened or its handle duplicated, and has to be the one that was
 * meant and alive, as `wer` sees to it. */
static PyObject *add_dump_of(Report *self, PyObject *const *args, Py_ssize_t count)
{
    HANDLE given = NULL, process = NULL;
    FILETIME made, other;
    DWORD found, code = 0;
    long pid = 0;
    HRESULT hr;

    if (expect(count, 2, 2) < 0 || is_open(self) < 0 || handle(args[0], NULL, &given) < 0 ||
        (given == NULL && number(args[1], &pid) < 0))
        return NULL;
    if (self->process != NULL) {
        PyErr_SetString(PyExc_NotImplementedError, "a second process");
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    if (given == NULL)
        process = OpenProcess(DUMP_RIGHTS, FALSE, (DWORD)pid);
    else
        DuplicateHandle(GetCurrentProcess(), given, GetCurrentProcess(), &process, 0, FALSE, DUPLICATE_SAME_ACCESS);
    Py_END_ALLOW_THREADS
    self->process = process;
    found = GetProcessId(process);
    if (found == 0 || (given == NULL && found != (DWORD)pid) ||
        (GetExitCodeProcess(process, &code) && code != STILL_ACTIVE)) {
        PyErr_SetString(PyExc_ProcessLookupError, "the process");
        return NULL;
    }
    /* When it was made: whether it was looked at for a launcher already. */
    GetProcessTimes(process, &made, &other, &other, &other);
    Py_BEGIN_ALLOW_THREADS
    hr = WerReportAddDump(self->handle, process, NULL, WerDumpTypeMiniDump, NULL, NULL, 0);
    Py_END_ALLOW_THREADS
    return result(hr);
}

static PyObject *set_parameter(Report *self, PyObject *const *args, Py_ssize_t count)
{
    WCHAR value_buffer[WER_MAX_PARAM_LENGTH], name_buffer[WER_MAX_SIGNATURE_NAME_LENGTH + 1];
    const WCHAR *value, *name = NULL;
    long index;
    HRESULT hr;

    if (expect(count, 2, 3) < 0 || number(args[0], &index) < 0 || is_open(self) < 0)
        return NULL;
    if (index < 0 || index >= WER_MAX_PARAM_COUNT) {
        PyErr_SetString(PyExc_ValueError, "index");
        return NULL;
    }
    value = wide(args[1], value_buffer, WER_MAX_PARAM_LENGTH - 1);
    if (value == NULL)
        return NULL;
    if (count > 2 && args[2] != Py_None) {
        name = wide(args[2], name_buffer, WER_MAX_SIGNATURE_NAME_LENGTH);
        if (name == NULL)
            return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    hr = WerReportSetParameter(self->handle, (DWORD)index, name, value);
    Py_END_ALLOW_THREADS
    return result(hr);
}

static PyObject *add_file(Report *self, PyObject *const *args, Py_ssize_t count)
{
    WCHAR buffer[MAX_PATH];
    const WCHAR *path;
    long type = WerFileTypeOther, flags = 0;
    HRESULT hr;

    if (expect(count, 1, 3) < 0 || is_open(self) < 0)
        return NULL;
    path = wide(args[0], buffer, MAX_PATH - 1);
    if (path == NULL || (count > 1 && number(args[1], &type) < 0) || (count > 2 && number(args[2], &flags) < 0))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    hr = WerReportAddFile(self->handle, path, (WER_FILE_TYPE)type, (DWORD)flags);
    Py_END_ALLOW_THREADS
    return result(hr);
}

/* A relative path is made a full one. */
static PyObject *add_relative_file(Report *self, PyObject *const *args, Py_ssize_t count)
{
    WCHAR buffer[MAX_PATH], full[MAX_PATH];
    const WCHAR *path;
    DWORD length;
    HRESULT hr;

    if (expect(count, 1, 1) < 0 || is_open(self) < 0)
        return NULL;
    path = wide(args[0], buffer, MAX_PATH - 1);
    if (path == NULL)
        return NULL;
    length = GetFullPathNameW(path, MAX_PATH, full, NULL);
    if (length == 0 || length >= MAX_PATH) {
        PyErr_SetString(PyExc_ValueError, "path");
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    hr = WerReportAddFile(self->handle, full, WerFileTypeOther, 0);
    Py_END_ALLOW_THREADS
    return result(hr);
}

static PyObject *submit(Report *self, PyObject *const *args, Py_ssize_t count)
{
    WER_SUBMIT_RESULT answer = WerReportAsync;
    long consent, flags = 0;
    HRESULT hr;

    if (expect(count, 1, 2) < 0 || number(args[0], &consent) < 0 || (count > 1 && number(args[1], &flags) < 0) ||
        is_open(self) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    hr = WerReportSubmit(self->handle, (WER_CONSENT)consent, (DWORD)flags, &answer);
    Py_END_ALLOW_THREADS
    return hr < 0 ? result(hr) : PyLong_FromLong(answer);
}

static PyObject *close_report(Report *self, PyObject *Py_UNUSED(nothing))
{
    HREPORT closed = self->handle;
    HANDLE process = self->process;
    HRESULT hr = S_OK;

    self->handle = NULL;
    self->process = NULL;
    if (closed != NULL) {
        Py_BEGIN_ALLOW_THREADS
        hr = WerReportCloseHandle(closed);
        if (process != NULL)
            CloseHandle(process);
        Py_END_ALLOW_THREADS
    }
    return result(hr);
}

/* Report(event_type, application_name), by position only; the second may be left out. */
static PyObject *create(PyTypeObject *type, PyObject *args, PyObject *names)
{
    WCHAR buffer[WER_MAX_EVENT_NAME_LENGTH + 1];
    WER_REPORT_INFORMATION information, *given = NULL;
    const WCHAR *event, *name;
    HREPORT created = NULL;
    Report *self;
    HRESULT hr;

    (void)names;
    if (expect(PyTuple_GET_SIZE(args), 1, 2) < 0)
        return NULL;
    event = wide(PyTuple_GET_ITEM(args, 0), buffer, WER_MAX_EVENT_NAME_LENGTH);
    if (event == NULL)
        return NULL;
    if (PyTuple_GET_SIZE(args) > 1) {
        memset(&information, 0, sizeof(information));
        information.dwSize = sizeof(information);
        name = wide(PyTuple_GET_ITEM(args, 1), information.wzApplicationName, ARRAYSIZE(information.wzApplicationName) - 1);
        if (name == NULL)
            return NULL;
        if (name != information.wzApplicationName)
            lstrcpyW(information.wzApplicationName, name);
        given = &information;
    }
    Py_BEGIN_ALLOW_THREADS
    hr = WerReportCreate(event, WerReportNonCritical, given, &created);
    Py_END_ALLOW_THREADS
    if (hr < 0)
        return result(hr);
    self = (Report *)type->tp_alloc(type, 0);
    if (self != NULL)
        self->handle = created;
    return (PyObject *)self;
}

static void deallocate(Report *self)
{
    PyTypeObject *type = Py_TYPE(self);

    if (self->handle != NULL)
        WerReportCloseHandle(self->handle);
    if (self->process != NULL)
        CloseHandle(self->process);
    type->tp_free((PyObject *)self);
    Py_DECREF(type);
}

#define METHOD(function) (PyCFunction)(void (*)(void)) function

static PyMethodDef methods[] = {
    {"add_dump", METHOD(add_dump), METH_FASTCALL, NULL},
    {"add_dump_of", METHOD(add_dump_of), METH_FASTCALL, NULL},
    {"set_parameter", METHOD(set_parameter), METH_FASTCALL, NULL},
    {"add_file", METHOD(add_file), METH_FASTCALL, NULL},
    {"add_relative_file", METHOD(add_relative_file), METH_FASTCALL, NULL},
    {"submit", METHOD(submit), METH_FASTCALL, NULL},
    {"close", METHOD(close_report), METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, create},
    {Py_tp_dealloc, deallocate},
    {Py_tp_methods, methods},
    {0, NULL},
};

static PyType_Spec spec = {"reference.Report", sizeof(Report), 0, Py_TPFLAGS_DEFAULT, slots};

/* How long `count` calls of WerReportAddDump take in C, in seconds; `guarded` keeps overlapping calls apart. */
static PyObject *time_add_dump(PyObject *count, int guarded)
{
    long long left = PyLong_AsLongLong(count);
    LARGE_INTEGER started, ended, second;
    HREPORT report = NULL;
    LONG busy = 0;
    HRESULT hr = WerReportCreate(L"WerBench.Loop", WerReportNonCritical, NULL, &report);

    if (left < 0 || hr < 0)
        return PyErr_Occurred() ? NULL : result(E_INVALIDARG);
    Py_BEGIN_ALLOW_THREADS
    QueryPerformanceCounter(&started);
    if (guarded)
        while (left-- > 0 && hr >= 0 && !InterlockedExchange(&busy, 1)) {
            hr = WerReportAddDump(report, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0);
            InterlockedExchange(&busy, 0);
        }
    else
        while (left-- > 0 && hr >= 0)
            hr = WerReportAddDump(report, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0);
    QueryPerformanceCounter(&ended);
    QueryPerformanceFrequency(&second);
    WerReportCloseHandle(report);
    Py_END_ALLOW_THREADS
    return hr < 0 ? result(hr) : PyFloat_FromDouble((double)(ended.QuadPart - started.QuadPart) / second.QuadPart);
}

static PyObject *loop_add_dump(PyObject *Py_UNUSED(module), PyObject *count)
{
    return time_add_dump(count, 0);
}

static PyObject *loop_guarded_add_dump(PyObject *Py_UNUSED(module), PyObject *count)
{
    return time_add_dump(count, 1);
}

/* A whole template as calls.py prepares it, by wer/capi.h, and its end. */
static PyObject *prepare(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(nothing))
{
    WER_REPORT_INFORMATION information;
    WerTemplate *prepared = NULL;
    HRESULT hr;

    if (Wer_API == NULL && Wer_ImportCAPI() < 0)
        return NULL;
    memset(&information, 0, sizeof(information));
    information.dwSize = sizeof(information);
    lstrcpyW(information.wzApplicationName, L"Spooler");
    hr = Wer_API->template_create(
        L"Spooler.Crashed", WerReportApplicationCrash, &information, WerConsentNotAsked, WER_SUBMIT_QUEUE, &prepared);
    if (hr >= 0)
        hr = Wer_API->template_set_parameter(prepared, 0, L"Version", L"4.2.1");
    if (hr >= 0)
        hr = Wer_API->template_add_file(prepared, L"C:\\windows\\system32\\wer.dll", WerFileTypeOther, 0);
    if (hr >= 0)
        hr = Wer_API->template_set_dump(prepared, WerDumpTypeMiniDump, NULL, 0);
    Wer_API->template_release(prepared);
    return result(hr);
}

/* One report as pipeline.py files it: create, three parameters, a minidump, submit into the queue, close. In seconds. */
static PyObject *file_report(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(nothing))
{
    static const WCHAR *const VALUES[] = {L"4.2.1", L"worker", L"stuck"};
    LARGE_INTEGER started, ended, second;
    WER_SUBMIT_RESULT answer;
    HREPORT report = NULL;
    HRESULT hr;
    DWORD i;

    Py_BEGIN_ALLOW_THREADS
    QueryPerformanceCounter(&started);
    hr = WerReportCreate(L"WerBench.Pipeline", WerReportNonCritical, NULL, &report);
    for (i = 0; i < 3 && hr >= 0; i++)
        hr = WerReportSetParameter(report, i, NULL, VALUES[i]);
    if (hr >= 0)
        hr = WerReportAddDump(report, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0);
    if (hr >= 0)
        hr = WerReportSubmit(report, WerConsentNotAsked, WER_SUBMIT_QUEUE, &answer);
    if (report != NULL)
        WerReportCloseHandle(report);
    QueryPerformanceCounter(&ended);
    QueryPerformanceFrequency(&second);
    Py_END_ALLOW_THREADS
    return hr < 0 ? result(hr) : PyFloat_FromDouble((double)(ended.QuadPart - started.QuadPart) / second.QuadPart);
}

#define FIND(name) name##_ = (name##_t)(void (*)(void))GetProcAddress(wer, #name)
typedef HRESULT (WINAPI *WerStoreOpen_t)(REPORT_STORE_TYPES, PHREPORTSTORE);
typedef void (WINAPI *WerStoreClose_t)(HREPORTSTORE);
typedef HRESULT (WINAPI *WerStoreGetFirstReportKey_t)(HREPORTSTORE, PCWSTR *);
typedef HRESULT (WINAPI *WerStoreGetNextReportKey_t)(HREPORTSTORE, PCWSTR *);
typedef HRESULT (WINAPI *WerStoreQueryReportMetadataV3_t)(HREPORTSTORE, PCWSTR, PWER_REPORT_METADATA_V3);
typedef void (WINAPI *WerFreeString_t)(PCWSTR);

/* All reports of the user's queue with their metadata, names of files included, as wer.Store reads them, but without
 * keeping any. Returns how many there are, and the seconds it took. */
static PyObject *loop_store(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(nothing))
{
    HMODULE wer = GetModuleHandleW(L"wer.dll");
    WerStoreOpen_t FIND(WerStoreOpen);
    WerStoreClose_t FIND(WerStoreClose);
    WerStoreGetFirstReportKey_t FIND(WerStoreGetFirstReportKey);
    WerStoreGetNextReportKey_t FIND(WerStoreGetNextReportKey);
    WerStoreQueryReportMetadataV3_t FIND(WerStoreQueryReportMetadataV3);
    WerFreeString_t FIND(WerFreeString);
    LARGE_INTEGER started, ended, second;
    WER_REPORT_METADATA_V3 metadata;
    HREPORTSTORE store = NULL;
    PCWSTR key = NULL;
    long count = 0;
    HRESULT hr;

    if (WerStoreOpen_ == NULL || WerStoreQueryReportMetadataV3_ == NULL)
        return result(E_NOTIMPL);
    Py_BEGIN_ALLOW_THREADS
    QueryPerformanceCounter(&started);
    hr = WerStoreOpen_(E_STORE_USER_QUEUE, &store);
    if (hr == S_OK) {
        hr = WerStoreGetFirstReportKey_(store, &key);
        while (hr == S_OK && key != NULL) {
            WCHAR *names = NULL;
            memset(&metadata, 0, sizeof(metadata));
            WerStoreQueryReportMetadataV3_(store, key, &metadata);
            if (metadata.SizeOfFileNames > 0) {
                DWORD room = metadata.SizeOfFileNames;
                names = calloc(room + 1, sizeof(WCHAR));
                memset(&metadata, 0, sizeof(metadata));
                metadata.SizeOfFileNames = room;
                metadata.FileNames = names;
                if (names != NULL)
                    WerStoreQueryReportMetadataV3_(store, key, &metadata);
            }
            free(names);
            count++;
            WerFreeString_(key);
            key = NULL;
            hr = WerStoreGetNextReportKey_(store, &key);
        }
        WerStoreClose_(store);
    }
    QueryPerformanceCounter(&ended);
    QueryPerformanceFrequency(&second);
    Py_END_ALLOW_THREADS
    return Py_BuildValue("ld", count, (double)(ended.QuadPart - started.QuadPart) / second.QuadPart);
}

static PyMethodDef functions[] = {
    {"loop_add_dump", loop_add_dump, METH_O, NULL},
    {"loop_guarded_add_dump", loop_guarded_add_dump, METH_O, NULL},
    {"prepare", prepare, METH_NOARGS, NULL},
    {"file_report", file_report, METH_NOARGS, NULL},
    {"loop_store", loop_store, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "reference", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_reference(void)
{
    PyObject *created = PyModule_Create(&module);
    PyObject *type;

    if (created == NULL)
        return NULL;
    type = PyType_FromSpec(&spec);
    if (type == NULL || PyModule_AddObjectRef(created, "Report", type) < 0) {
        Py_XDECREF(type);
        Py_DECREF(created);
        return NULL;
    }
    Py_DECREF(type);
    return created;
}
