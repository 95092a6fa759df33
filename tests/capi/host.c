/* A native program that embeds Python and uses wer/capi.h: it files reports from C, and it really crashes.
 *
 *     host.exe MODE
 *
 * Each mode is a function below, listed in MODES at the end. What it finds out it prints, one fact a line; the tests
 * (tests/windows/test_native_host.py) compare. Exit code 0 unless it crashes; 99 if something failed that should not.
 */
#include "wer/capi.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cpp_import(void); /* header.cpp: the header in a C++ translation unit */

#define EVENT L"WerTests.Host"
#define THREADS 64
#define STATUS_FATAL_APP_EXIT_CODE 0x40000015

static WerTemplate *prepared;

static void say(const char *name, HRESULT hr)
{
    printf("%s 0x%08lX\n", name, (unsigned long)hr);
    fflush(stdout);
}

static void say_number(const char *name, unsigned long number)
{
    printf("%s %lu\n", name, number);
    fflush(stdout);
}

static void fail(const char *what)
{
    printf("failed: %s\n", what);
    if (Py_IsInitialized() && PyErr_Occurred())
        PyErr_Print();
    fflush(stdout);
    ExitProcess(99);
}

static void must(HRESULT hr, const char *what)
{
    if (FAILED(hr)) {
        say(what, hr);
        fail(what);
    }
}

static void run(const char *code)
{
    if (PyRun_SimpleString(code) != 0)
        fail(code);
}

/* ---- ways to crash ---- */

static volatile int *volatile nowhere = (int *)0x10;

static __declspec(noinline) void violate(void)
{
    *nowhere = 1;
}

static volatile int never;

static __declspec(noinline) int overflow(int depth)
{
    volatile char block[512];

    block[depth % 512] = (char)depth;
    return never ? 0 : overflow(depth + 1) + block[depth % 512];
}

static DWORD WINAPI violating_thread(void *go)
{
    WaitForSingleObject((HANDLE)go, INFINITE);
    violate();
    return 0;
}

static DWORD WINAPI overflowing_thread(void *unused)
{
    ULONG guarantee = 32 * 1024;
    MEMORY_BASIC_INFORMATION stack;
    DWORD old;

    (void)unused;
    if (!VirtualQuery(&guarantee, &stack, sizeof(stack)) || !SetThreadStackGuarantee(&guarantee))
        fail("SetThreadStackGuarantee");
    /* Windows moves the guard page down as the stack grows, and stops where the guarantee begins. Wine 8 commits the
     * whole stack and sets the page to its very end; but from a page set here it goes on as Windows does, which itself
     * refuses to protect what is not committed. */
    VirtualProtect((char *)stack.AllocationBase + 64 * 1024, 4096, PAGE_READWRITE | PAGE_GUARD, &old);
    return (DWORD)overflow(0);
}

static DWORD WINAPI aborting_thread(void *go)
{
    WaitForSingleObject((HANDLE)go, INFINITE);
    abort();
}

static HANDLE start(LPTHREAD_START_ROUTINE function, void *argument)
{
    DWORD id;
    HANDLE thread = CreateThread(NULL, 0, function, argument, 0, &id);

    if (thread == NULL)
        fail("CreateThread");
    say_number("thread", id);
    return thread;
}

/* ---- the module `host`, for Python code that calls native code ---- */

static HANDLE holding; /* set once the main thread is in hold() */

static PyObject *host_violate(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    violate();
    Py_RETURN_NONE;
}

/* Sleep without giving the GIL back, until a crash ends the process. */
static PyObject *host_hold(PyObject *self, PyObject *unused)
{
    (void)self;
    (void)unused;
    SetEvent(holding);
    Sleep(INFINITE);
    Py_RETURN_NONE;
}

static PyMethodDef HOST_METHODS[] = {
    {"violate", host_violate, METH_NOARGS, NULL},
    {"hold", host_hold, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef HOST_MODULE = {PyModuleDef_HEAD_INIT, "host", NULL, 0, HOST_METHODS, NULL, NULL, NULL, NULL};

static PyObject *init_host(void)
{
    return PyModuleDef_Init(&HOST_MODULE);
}

/* ---- what the modes share ---- */

static void start_python(void)
{
    Py_InitializeEx(0);
    if (Wer_ImportCAPI() < 0)
        fail("Wer_ImportCAPI");
}

static void prepare(void)
{
    must(Wer_API->template_create(
        EVENT, WerReportApplicationCrash, NULL, WerConsentNotAsked, WER_SUBMIT_QUEUE, &prepared), "template_create");
    must(Wer_API->template_set_parameter(prepared, 0, L"Version", L"1.2.3"), "template_set_parameter");
}

static void prepare_and_install(void)
{
    start_python();
    prepare();
    must(Wer_API->install_handler(prepared), "install_handler");
    Wer_API->template_release(prepared); /* the handler has a reference of its own */
}

/* ---- the modes ---- */

/* A report from C, without Python in the way: the GIL is given up for all of it. */
static void report(void)
{
    WER_REPORT_INFORMATION information = {sizeof(information), NULL, L"", L"A host's report", L"", L"", L"", NULL};
    WER_SUBMIT_RESULT result = (WER_SUBMIT_RESULT)0;
    WCHAR path[MAX_PATH];
    HREPORT handle = NULL;
    PyThreadState *state;

    start_python();
    state = PyEval_SaveThread();
    GetModuleFileNameW(NULL, path, MAX_PATH);
    say("create", Wer_API->create(EVENT, WerReportNonCritical, &information, &handle));
    say("set_parameter", Wer_API->set_parameter(handle, 0, L"Version", L"1.2.3"));
    say("set_ui_option", Wer_API->set_ui_option(handle, WerUICloseText, L"text"));
    say("add_file", Wer_API->add_file(handle, path, WerFileTypeOther, 0));
    say("add_dump", Wer_API->add_dump(handle, GetCurrentProcess(), NULL, WerDumpTypeMiniDump, NULL, NULL, 0));
    say("submit", Wer_API->submit(handle, WerConsentNotAsked, WER_SUBMIT_QUEUE, &result));
    say_number("result", (unsigned long)result);
    say("close", Wer_API->close(handle));
    say("closed", Wer_API->close(handle));
    PyEval_RestoreThread(state);
}

static void say_error(const char *name)
{
    PyObject *type, *value, *traceback, *text;

    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    text = value != NULL ? PyObject_Str(value) : NULL;
    printf("%s %s: %s\n", name, type != NULL ? ((PyTypeObject *)type)->tp_name : "no error",
           text != NULL ? PyUnicode_AsUTF8(text) : "");
    fflush(stdout);
    Py_XDECREF(text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

static PyObject *call(PyObject *object, const char *method)
{
    PyObject *result = PyObject_CallMethod(object, method, NULL);

    if (result == NULL)
        fail(method);
    Py_XDECREF(result);
    return result;
}

/* wer.Report objects around handles, and the handles of wer.Report objects. */
static void objects(void)
{
    HREPORT handle = NULL;
    PyObject *object;
    PyObject *wer = NULL;

    start_python();
    wer = PyImport_ImportModule("wer");
    must(Wer_API->create(EVENT, WerReportNonCritical, NULL, &handle), "create");
    object = Wer_API->report_from_handle(handle, 0);
    say_number("check", (unsigned long)Wer_API->report_check(object));
    say_number("check of another object", (unsigned long)Wer_API->report_check(Py_None));
    say_number("same handle", Wer_API->report_handle(object) == handle);
    call(object, "close");
    Py_DECREF(object);
    say("borrowed: close", Wer_API->close(handle));

    must(Wer_API->create(EVENT, WerReportNonCritical, NULL, &handle), "create");
    object = Wer_API->report_from_handle(handle, 1);
    call(object, "close");
    say_number("handle of a closed one", Wer_API->report_handle(object) != NULL);
    say_error("report_handle");
    Py_DECREF(object);
    say("owned: close", Wer_API->close(handle));

    say_number("handle of None", Wer_API->report_handle(Py_None) != NULL);
    say_error("report_handle");
    say_number("from NULL", Wer_API->report_from_handle(NULL, 1) != NULL);
    say_error("report_from_handle");
    say_number("template of None", Wer_API->template_from_object(Py_None) != NULL);
    say_error("template_from_object");

    object = PyObject_CallMethod(wer, "Report", "s", "WerTests.Python");
    must(Wer_API->set_parameter(Wer_API->report_handle(object), 0, L"Set by", L"C"), "set_parameter");
    call(object, "close");
    Py_DECREF(object);
    Py_DECREF(wer);
}

/* What wrong arguments of the template functions give. */
static void limits(void)
{
    static WCHAR longer[300];
    WER_REPORT_INFORMATION information;
    WER_DUMP_CUSTOM_OPTIONS options;
    EXCEPTION_POINTERS pointers = {NULL, NULL};
    WerTemplate *other = NULL;
    HRESULT hr = S_OK;
    int i;

    memset(&information, 0, sizeof(information));
    memset(&options, 0, sizeof(options));
    for (i = 0; i < 299; i++)
        longer[i] = L'x';
    start_python();
    say("no event", Wer_API->template_create(NULL, WerReportCritical, NULL, WerConsentNotAsked, 0, &other));
    say("empty event", Wer_API->template_create(L"", WerReportCritical, NULL, WerConsentNotAsked, 0, &other));
    say("long event", Wer_API->template_create(longer, WerReportCritical, NULL, WerConsentNotAsked, 0, &other));
    say("type", Wer_API->template_create(EVENT, WerReportInvalid, NULL, WerConsentNotAsked, 0, &other));
    say("consent", Wer_API->template_create(EVENT, WerReportCritical, NULL, (WER_CONSENT)0, 0, &other));
    say("dwSize", Wer_API->template_create(EVENT, WerReportCritical, &information, WerConsentNotAsked, 0, &other));
    say("no result", Wer_API->template_create(EVENT, WerReportCritical, NULL, WerConsentNotAsked, 0, NULL));
    say_number("template", other != NULL);
    prepare();
    say("P10", Wer_API->template_set_parameter(prepared, 10, NULL, L""));
    say("long name", Wer_API->template_set_parameter(prepared, 1, longer + 299 - 129, L""));
    say("longest name", Wer_API->template_set_parameter(prepared, 1, longer + 299 - 128, L""));
    say("long value", Wer_API->template_set_parameter(prepared, 1, NULL, longer + 299 - 260));
    say("longest value", Wer_API->template_set_parameter(prepared, 1, NULL, longer + 299 - 259));
    say("no value", Wer_API->template_set_parameter(prepared, 1, NULL, NULL));
    say("long path", Wer_API->template_add_file(prepared, longer, WerFileTypeOther, 0));
    say("empty path", Wer_API->template_add_file(prepared, L"", WerFileTypeOther, 0));
    say("file type", Wer_API->template_add_file(prepared, L"C:\\x", WerFileTypeMax, 0));
    for (i = 0; i < 32 && SUCCEEDED(hr); i++)
        hr = Wer_API->template_add_file(prepared, L"C:\\x", WerFileTypeOther, 0);
    say("32 files", hr);
    say("33 files", Wer_API->template_add_file(prepared, L"C:\\x", WerFileTypeOther, 0));
    say("dump type", Wer_API->template_set_dump(prepared, WerDumpTypeMax, NULL, 0));
    say("options", Wer_API->template_set_dump(prepared, WerDumpTypeMiniDump, &options, 0));
    say("timeout", Wer_API->template_set_timeout(prepared, 0));
    say("no pointers", Wer_API->report_exception(prepared, NULL, NULL));
    say("no record", Wer_API->report_exception(prepared, &pointers, NULL));
    say("no template", Wer_API->report_here(NULL, 1, NULL));
    say("not installed", Wer_API->uninstall_handler(prepared));
    must(Wer_API->install_handler(prepared), "install_handler");
    say("installed", Wer_API->install_handler(prepared));
    say("sealed", Wer_API->template_set_parameter(prepared, 1, NULL, L""));
    say("sealed timeout", Wer_API->template_set_timeout(prepared, 1000));
    say("uninstall", Wer_API->uninstall_handler(NULL));
    Wer_API->template_release(prepared);
    Wer_API->template_release(NULL);
}

/* A `wer` that this program does not fit. */
static void mismatch(void)
{
    WerCAPI other;
    PyObject *wer, *capsule;

    start_python();
    other = *Wer_API;
    wer = PyImport_ImportModule("wer");
    capsule = PyCapsule_New(&other, WER_CAPI_CAPSULE, NULL);
    PyObject_SetAttrString(wer, "_C_API", capsule);
    other.version = 99;
    say_number("import", Wer_ImportCAPI() == 0);
    say_error("version");
    other.version = WER_CAPI_VERSION;
    other.size -= (unsigned int)sizeof(void *);
    say_number("import", Wer_ImportCAPI() == 0);
    say_error("size");
    other.size += 100;
    say_number("import of a larger one", Wer_ImportCAPI() == 0);
    PyObject_DelAttrString(wer, "_C_API");
    say_number("import", Wer_ImportCAPI() == 0);
    say_error("capsule");
    Py_DECREF(capsule);
    Py_DECREF(wer);
}

/* The header in C++. */
static void cpp(void)
{
    Py_InitializeEx(0);
    say_number("version", (unsigned long)cpp_import());
}

/* An access violation in C. */
static void crash_c(void)
{
    prepare_and_install();
    say_number("thread", GetCurrentThreadId());
    violate();
}

/* An access violation inside a call made from Python, with a template that Python prepared. */
static void crash_python(void)
{
    PyObject *main, *object;

    start_python();
    run("import wer\n"
        "template = wer.ReportTemplate('WerTests.Python', consent=wer.Consent.NOT_ASKED)\n"
        "template.set_parameter(0, '1.2.3', 'Version')\n");
    main = PyImport_AddModule("__main__");
    object = PyObject_GetAttrString(main, "template");
    prepared = Wer_API->template_from_object(object);
    if (prepared == NULL)
        fail("template_from_object");
    Py_DECREF(object);
    run("del template");
    must(Wer_API->install_handler(prepared), "install_handler");
    Wer_API->template_release(prepared);
    say_number("thread", GetCurrentThreadId());
    run("import host; host.violate()");
}

static void crash_overflow(void)
{
    prepare_and_install();
    Py_BEGIN_ALLOW_THREADS
    WaitForSingleObject(start(overflowing_thread, NULL), INFINITE);
    Py_END_ALLOW_THREADS
}

static void on_abort(int number)
{
    WER_SUBMIT_RESULT result;

    (void)number;
    say("report_here", Wer_API->report_here(prepared, STATUS_FATAL_APP_EXIT_CODE, &result));
    say_number("result", (unsigned long)result);
}

/* abort() from a second thread, while the main thread holds the GIL. It raises no exception: SIGABRT is where to be. */
static void crash_abort(void)
{
    start_python();
    prepare();
    signal(SIGABRT, on_abort);
    holding = CreateEventW(NULL, TRUE, FALSE, NULL);
    start(aborting_thread, holding);
    run("import host; host.hold()");
}

static void crash_threads(void)
{
    HANDLE go = CreateEventW(NULL, TRUE, FALSE, NULL);
    int i;

    prepare_and_install();
    for (i = 0; i < THREADS; i++)
        start(violating_thread, go);
    SetEvent(go);
    Sleep(INFINITE);
}

static const char *event_name; /* argv[2] */
static HANDLE release;
static volatile LONG back, reported, busy, others, told;

static LONG WINAPI own_filter(EXCEPTION_POINTERS *pointers)
{
    HRESULT hr = Wer_API->report_exception(prepared, pointers, NULL);

    if (InterlockedIncrement(&back) == THREADS - 1)
        SetEvent(release);
    if (hr == HRESULT_FROM_WIN32(ERROR_BUSY)) {
        InterlockedIncrement(&busy);
        Wer_API->wait_for_report();
    } else {
        InterlockedIncrement(SUCCEEDED(hr) ? &reported : &others);
    }
    if (InterlockedIncrement(&told) == THREADS) {
        say_number("reported", (unsigned long)reported);
        say_number("busy", (unsigned long)busy);
        say_number("others", (unsigned long)others);
        TerminateProcess(GetCurrentProcess(), 0);
    }
    Sleep(INFINITE);
    return EXCEPTION_EXECUTE_HANDLER;
}

/* Without the crash handler: 64 threads call report_exception from the host's own filter. The stand-in holds the first
 * inside WER until argv[2] is set, an event: when all the others have been answered. */
static void crash_threads_own(void)
{
    HANDLE go = CreateEventW(NULL, TRUE, FALSE, NULL);
    int i;

    start_python();
    prepare();
    release = CreateEventA(NULL, TRUE, FALSE, event_name);
    SetUnhandledExceptionFilter(own_filter);
    for (i = 0; i < THREADS; i++)
        start(violating_thread, go);
    SetEvent(go);
    Sleep(INFINITE);
}

/* A crash while another thread is inside Report.add_dump, which the stand-in holds there. argv[2]: the event that it
 * sets then. */
static void crash_add_dump(void)
{
    HANDLE entered = CreateEventA(NULL, TRUE, FALSE, event_name);
    PyThreadState *state;

    prepare_and_install();
    run("import threading, wer\n"
        "report = wer.Report('WerTests.Other')\n"
        "threading.Thread(target=report.add_dump, daemon=True).start()\n");
    state = PyEval_SaveThread();
    if (WaitForSingleObject(entered, INFINITE) != WAIT_OBJECT_0)
        fail("WerReportAddDump was not called");
    PyEval_RestoreThread(state);
    say_number("thread", GetCurrentThreadId());
    violate();
}

/* A crash when Python is gone. */
static void crash_finalized(void)
{
    prepare_and_install();
    say_number("finalize", (unsigned long)Py_FinalizeEx());
    say_number("thread", GetCurrentThreadId());
    violate();
}

static const char USE[] =
    "import wer\n"
    "with wer.Report('WerTests.Again') as report:\n"
    "    report.set_parameter(0, 'value')\n"
    "    assert isinstance(report.submit(wer.Consent.DENIED), wer.SubmitResult)\n"
    "try:\n"
    "    report.set_parameter(0, 'value')\n"
    "except ValueError:\n"
    "    pass\n"
    "try:\n"
    "    wer.Report.from_handle(1).set_parameter(0, 'value')\n"
    "except wer.WerError:\n"
    "    pass\n"
    "assert list(wer.Store(wer.StoreType.MACHINE_QUEUE)) == []\n";

static void ask_without_wer(void)
{
    say_number("check", (unsigned long)Wer_API->report_check(Py_None));
    if (Wer_API->report_from_handle((HREPORT)5, 0) == NULL)
        say_error("report_from_handle");
    if (Wer_API->report_handle(Py_None) == NULL)
        say_error("report_handle");
    if (Wer_API->template_from_object(Py_None) == NULL)
        say_error("template_from_object");
}

/* The table in an interpreter that has not imported wer: a new one, and the main one when Python is initialized again. */
static void without_wer(void)
{
    PyThreadState *main_thread, *other;

    start_python();
    say_number("check of NULL", (unsigned long)Wer_API->report_check(NULL));
    if (Wer_API->report_from_handle(NULL, 0) == NULL)
        say_error("report_from_handle of NULL");
    if (Wer_API->report_handle(NULL) == NULL)
        say_error("report_handle of NULL");
    if (Wer_API->template_from_object(NULL) == NULL)
        say_error("template_from_object of NULL");
    main_thread = PyThreadState_Get();
    other = Py_NewInterpreter();
    ask_without_wer();
    Py_EndInterpreter(other);
    PyThreadState_Swap(main_thread);
    run(USE);
    say_number("finalize", (unsigned long)Py_FinalizeEx());
    Py_Initialize();
    ask_without_wer();
}

/* Py_Finalize and Py_Initialize, several times; the handler stays installed all the while. */
static void again(void)
{
    int i;

    for (i = 0; i < 3; i++) {
        start_python();
        if (i == 0) {
            prepare();
            must(Wer_API->install_handler(prepared), "install_handler");
        }
        run(USE);
        say("installed", Wer_API->install_handler(prepared));
        say_number("finalize", (unsigned long)Py_FinalizeEx());
    }
    say_number("thread", GetCurrentThreadId());
    violate();
}

#if PY_VERSION_HEX >= 0x030C0000

/* Import and use `wer` in interpreters beside the main one, and in the main one again afterwards. */
static void interpreters(int own_gil)
{
    PyThreadState *main = NULL, *states[3] = {NULL, NULL, NULL};
    PyInterpreterConfig config;
    PyStatus status;
    int i;

    memset(&config, 0, sizeof(config));
    config.use_main_obmalloc = !own_gil;
    config.allow_threads = 1;
    config.check_multi_interp_extensions = own_gil;
    config.gil = own_gil ? PyInterpreterConfig_OWN_GIL : PyInterpreterConfig_SHARED_GIL;
    start_python();
    run(USE);
    main = PyThreadState_Get();
    for (i = 0; i < 3; i++) {
        status = Py_NewInterpreterFromConfig(&states[i], &config);
        if (PyStatus_Exception(status))
            fail(status.err_msg);
        if (Wer_ImportCAPI() < 0)
            fail("Wer_ImportCAPI in an interpreter");
        run(USE);
        say_number("interpreter", (unsigned long)i + 1);
        PyThreadState_Swap(main);
    }
    for (i = 0; i < 3; i++) {
        PyThreadState_Swap(states[i]);
        run(USE);
        Py_EndInterpreter(states[i]);
        PyThreadState_Swap(main);
        run(USE);
    }
    say_number("finalize", (unsigned long)Py_FinalizeEx());
}

static void interpreters_shared_gil(void)
{
    interpreters(FALSE);
}

static void interpreters_own_gil(void)
{
    interpreters(TRUE);
}

/* Interpreters with their own GILs, each on a thread, all at once: from when the last of them has imported `wer`. */
enum { AT_ONCE = 4 };
static volatile LONG imported, used;

static DWORD WINAPI use_in_interpreter(void *go)
{
    PyInterpreterConfig config;
    PyThreadState *state = NULL, *in_main;
    PyGILState_STATE before;
    int i;

    memset(&config, 0, sizeof(config));
    config.allow_threads = 1;
    config.check_multi_interp_extensions = 1;
    config.gil = PyInterpreterConfig_OWN_GIL;
    /* A new interpreter is made from one that is there: the main one, whose GIL this takes and then gives up. */
    before = PyGILState_Ensure();
    in_main = PyThreadState_Get();
    if (PyStatus_Exception(Py_NewInterpreterFromConfig(&state, &config)))
        fail("Py_NewInterpreterFromConfig");
    run("import wer");
    Py_BEGIN_ALLOW_THREADS
    if (InterlockedIncrement(&imported) == AT_ONCE)
        SetEvent((HANDLE)go);
    WaitForSingleObject((HANDLE)go, INFINITE);
    Py_END_ALLOW_THREADS
    for (i = 0; i < 20; i++)
        run(USE);
    InterlockedIncrement(&used);
    Py_EndInterpreter(state);
    PyThreadState_Swap(in_main);
    PyGILState_Release(before);
    return 0;
}

static void interpreters_at_once(void)
{
    HANDLE go = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE threads[AT_ONCE];
    int i;

    start_python();
    run("import wer");
    Py_BEGIN_ALLOW_THREADS
    for (i = 0; i < AT_ONCE; i++)
        threads[i] = start(use_in_interpreter, go);
    WaitForMultipleObjects(AT_ONCE, threads, TRUE, INFINITE);
    Py_END_ALLOW_THREADS
    say_number("used", (unsigned long)used);
    run(USE);
}

#endif

static const struct {
    const char *name;
    void (*run)(void);
} MODES[] = {
    {"report", report},
    {"objects", objects},
    {"limits", limits},
    {"mismatch", mismatch},
    {"cpp", cpp},
    {"crash-c", crash_c},
    {"crash-python", crash_python},
    {"crash-overflow", crash_overflow},
    {"crash-abort", crash_abort},
    {"crash-threads", crash_threads},
    {"crash-threads-own", crash_threads_own},
    {"crash-add-dump", crash_add_dump},
    {"crash-finalized", crash_finalized},
    {"again", again},
    {"without-wer", without_wer},
#if PY_VERSION_HEX >= 0x030C0000
    {"interpreters-shared-gil", interpreters_shared_gil},
    {"interpreters-own-gil", interpreters_own_gil},
    {"interpreters-at-once", interpreters_at_once},
#endif
};

int main(int argc, char **argv)
{
    size_t i;

    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX); /* no dialogs in tests */
    if (PyImport_AppendInittab("host", init_host) < 0)
        return 99;
    event_name = argc > 2 ? argv[2] : NULL;
    for (i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        if (argc > 1 && strcmp(argv[1], MODES[i].name) == 0) {
            MODES[i].run();
            return 0;
        }
    }
    printf("no such mode\n");
    return 99;
}
