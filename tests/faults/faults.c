/* An extension module for tests only: what the process asks of Python's allocators and of Windows fails when told to.
 *
 * call(function, first, last): call it; the allocations from `first` to `last` (from 1; 0: none) fail, in all threads.
 * patch(module, function, answer, error): have calls of a DLL or an extension to `function`, which it imports, come here
 * first; `call` then counts and fails these, and no allocations. unpatch(): as before.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <windows.h>

/* ---- what fails ---- */

static volatile LONG armed;         /* while `call` runs */
static volatile LONG64 seen, failed; /* since it began */
static long long first, last;
static void **slot; /* of the import that is patched: its calls fail, and no allocations; NULL: none is */

static BOOL is_to_fail(void)
{
    LONG64 number;

    if (!armed)
        return FALSE;
    number = InterlockedIncrement64(&seen);
    if (number < first || number > last)
        return FALSE;
    InterlockedIncrement64(&failed);
    return TRUE;
}

/* ---- Python's memory ---- */

enum { DOMAINS = 3 };

static PyMemAllocatorEx below[DOMAINS];
static volatile LONG64 blocks; /* allocated here and not freed; those from before count below zero */
static BOOL hooked;

static void *allocated(void *block)
{
    if (block != NULL)
        InterlockedIncrement64(&blocks);
    return block;
}

static BOOL refused(void)
{
    return slot == NULL && is_to_fail();
}

static void *hook_malloc(void *domain, size_t size)
{
    PyMemAllocatorEx *own = domain;

    return refused() ? NULL : allocated(own->malloc(own->ctx, size));
}

static void *hook_calloc(void *domain, size_t count, size_t size)
{
    PyMemAllocatorEx *own = domain;

    return refused() ? NULL : allocated(own->calloc(own->ctx, count, size));
}

static void *hook_realloc(void *domain, void *block, size_t size)
{
    PyMemAllocatorEx *own = domain;

    if (refused())
        return NULL;
    return block != NULL ? own->realloc(own->ctx, block, size) : allocated(own->realloc(own->ctx, NULL, size));
}

static void hook_free(void *domain, void *block)
{
    PyMemAllocatorEx *own = domain;

    if (block != NULL)
        InterlockedDecrement64(&blocks);
    own->free(own->ctx, block);
}

static void hook(void)
{
    int domain;

    for (domain = 0; domain < DOMAINS; domain++) {
        PyMemAllocatorEx own = {&below[domain], hook_malloc, hook_calloc, hook_realloc, hook_free};

        PyMem_GetAllocator((PyMemAllocatorDomain)domain, &below[domain]);
        PyMem_SetAllocator((PyMemAllocatorDomain)domain, &own);
    }
}

/* ---- Windows' functions ---- */

static void *real, *answer;
static DWORD error_code;

typedef void *P;

/* Stands for any function: on x64 whoever calls one with fewer arguments passes on what lies on its stack. */
static P WINAPI instead(P a, P b, P c, P d, P e, P f, P g, P h, P i, P j, P k, P l)
{
    if (is_to_fail()) {
        SetLastError(error_code);
        return answer;
    }
    return ((P(WINAPI *)(P, P, P, P, P, P, P, P, P, P, P, P))real)(a, b, c, d, e, f, g, h, i, j, k, l);
}

static void **find_import(HMODULE module, const char *function)
{
    BYTE *base = (BYTE *)module;
    IMAGE_NT_HEADERS *headers = (IMAGE_NT_HEADERS *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
    DWORD imports = headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress;
    IMAGE_IMPORT_DESCRIPTOR *dll = (IMAGE_IMPORT_DESCRIPTOR *)(base + imports);
    IMAGE_THUNK_DATA *name, *place;

    for (; dll->Name != 0; dll++) {
        name = (IMAGE_THUNK_DATA *)(base + dll->OriginalFirstThunk);
        place = (IMAGE_THUNK_DATA *)(base + dll->FirstThunk);
        for (; name->u1.AddressOfData != 0; name++, place++) {
            if (!(name->u1.Ordinal & IMAGE_ORDINAL_FLAG)
                && strcmp((char *)((IMAGE_IMPORT_BY_NAME *)(base + name->u1.AddressOfData))->Name, function) == 0)
                return (void **)&place->u1.Function;
        }
    }
    return NULL;
}

static void put(void **place, void *function)
{
    DWORD before;

    VirtualProtect(place, sizeof(*place), PAGE_READWRITE, &before);
    *place = function;
    VirtualProtect(place, sizeof(*place), before, &before);
}

static void restore(void)
{
    if (slot != NULL)
        put(slot, real);
    slot = NULL;
}

/* ---- for Python ---- */

static PyObject *call(PyObject *self, PyObject *arguments)
{
    PyObject *function, *result, *kind, *error, *traceback;

    (void)self;
    if (!PyArg_ParseTuple(arguments, "OLL", &function, &first, &last))
        return NULL;
    if (!hooked)
        hook();
    hooked = TRUE;
    seen = failed = 0;
    InterlockedExchange(&armed, TRUE);
    result = PyObject_CallNoArgs(function);
    InterlockedExchange(&armed, FALSE);
    PyErr_Fetch(&kind, &error, &traceback);
    if (kind != NULL) {
        PyErr_NormalizeException(&kind, &error, &traceback);
        if (traceback != NULL)
            PyException_SetTraceback(error, traceback);
    }
    Py_XDECREF(kind);
    Py_XDECREF(traceback);
    if (result == NULL && error == NULL) {
        PyErr_SetString(PyExc_AssertionError, "NULL was returned without an exception");
        return NULL;
    }
    if (result != NULL && error != NULL) {
        Py_DECREF(result);
        Py_DECREF(error);
        PyErr_SetString(PyExc_AssertionError, "a result was returned with an exception");
        return NULL;
    }
    return Py_BuildValue(
        "(NNLL)", result != NULL ? result : Py_NewRef(Py_None), error != NULL ? error : Py_NewRef(Py_None), (long long)seen,
        (long long)failed);
}

static PyObject *patch(PyObject *self, PyObject *arguments)
{
    const char *module, *function;
    long long value;
    unsigned long code;
    HMODULE dll;
    void **found;

    (void)self;
    if (!PyArg_ParseTuple(arguments, "ssLk", &module, &function, &value, &code))
        return NULL;
    restore();
    dll = GetModuleHandleA(module);
    found = dll != NULL ? find_import(dll, function) : NULL;
    if (found == NULL)
        return PyErr_Format(PyExc_LookupError, "%s does not import %s", module, function);
    real = *found;
    answer = (void *)(ULONG_PTR)value;
    error_code = code;
    slot = found;
    put(slot, (void *)instead);
    Py_RETURN_NONE;
}

static PyObject *unpatch(PyObject *self, PyObject *arguments)
{
    (void)self;
    (void)arguments;
    restore();
    Py_RETURN_NONE;
}

static PyObject *live_blocks(PyObject *self, PyObject *arguments)
{
    (void)self;
    (void)arguments;
    return PyLong_FromLongLong(blocks);
}

static PyObject *open_handles(PyObject *self, PyObject *most)
{
    unsigned long handle, end = PyLong_AsUnsignedLong(most);
    PyObject *list = PyList_New(0), *number;
    DWORD flags;

    (void)self;
    for (handle = 4; list != NULL && handle < end; handle += 4) {
        if (!GetHandleInformation((HANDLE)(ULONG_PTR)handle, &flags))
            continue;
        number = PyLong_FromUnsignedLong(handle);
        if (number == NULL || PyList_Append(list, number) != 0)
            Py_CLEAR(list);
        Py_XDECREF(number);
    }
    return list;
}

/* What is committed and nobody else's, in whole pages. (PROCESS_MEMORY_COUNTERS_EX.PrivateUsage is 0 under Wine.) */
static PyObject *private_bytes(PyObject *self, PyObject *arguments)
{
    MEMORY_BASIC_INFORMATION region;
    char *address = NULL;
    size_t bytes = 0;

    (void)self;
    (void)arguments;
    while (VirtualQuery(address, &region, sizeof(region)) != 0) {
        if (region.State == MEM_COMMIT && region.Type == MEM_PRIVATE)
            bytes += region.RegionSize;
        address = (char *)region.BaseAddress + region.RegionSize;
    }
    return PyLong_FromSize_t(bytes);
}

/* What is allocated of all heaps. */
static PyObject *heap_bytes(PyObject *self, PyObject *arguments)
{
    HANDLE heaps[64];
    DWORD count = GetProcessHeaps(sizeof(heaps) / sizeof(heaps[0]), heaps), i;
    PROCESS_HEAP_ENTRY entry;
    size_t bytes = 0;

    (void)self;
    (void)arguments;
    for (i = 0; i < count && i < sizeof(heaps) / sizeof(heaps[0]); i++) {
        if (!HeapLock(heaps[i]))
            continue;
        entry.lpData = NULL;
        while (HeapWalk(heaps[i], &entry))
            if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY)
                bytes += entry.cbData;
        HeapUnlock(heaps[i]);
    }
    return PyLong_FromSize_t(bytes);
}

static PyMethodDef functions[] = {
    {"call", call, METH_VARARGS, NULL},
    {"patch", patch, METH_VARARGS, NULL},
    {"unpatch", unpatch, METH_NOARGS, NULL},
    {"live_blocks", live_blocks, METH_NOARGS, NULL},
    {"open_handles", open_handles, METH_O, NULL},
    {"private_bytes", private_bytes, METH_NOARGS, NULL},
    {"heap_bytes", heap_bytes, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "faults", NULL, -1, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_faults(void)
{
    return PyModule_Create(&definition);
}
