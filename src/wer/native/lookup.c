#include "lookup.h"

#include "loadwer.h"

#include <stddef.h>
#include <string.h>

WerFound wer_found;

static const struct {
    const char *name;
    const char *since;
    size_t offset;
} FUNCTIONS[] = {
#define WER_ENTRY(function, result, parameters, since) {#function, since, offsetof(WerFound, function)},
    WER_FOUND_FUNCTIONS(WER_ENTRY)
#undef WER_ENTRY
};

enum { COUNT = sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]) };

static FARPROC *place_of(size_t i)
{
    return (FARPROC *)((char *)&wer_found + FUNCTIONS[i].offset);
}

void wer_find_all(void)
{
    /* Both are in every process, from System32, before any code of ours runs. */
    HMODULE kernel32 = GetModuleHandleW(L"kernel32.dll");
    HMODULE kernelbase = GetModuleHandleW(L"KernelBase.dll");
    size_t i;

    for (i = 0; i < COUNT; i++) {
        FARPROC found;

        if (*place_of(i) != NULL) /* by an earlier import: another thread may be about to call it */
            continue;
        found = wer_find(FUNCTIONS[i].name);
        if (found == NULL && kernel32 != NULL)
            found = GetProcAddress(kernel32, FUNCTIONS[i].name);
        if (found == NULL && kernelbase != NULL)
            found = GetProcAddress(kernelbase, FUNCTIONS[i].name);
        *place_of(i) = found;
    }
}

void wer_find_hang(void)
{
    HMODULE faultrep = NULL;

    if (wer_found.WerReportHang == NULL && wer_load_system32(L"faultrep.dll", &faultrep) == ERROR_SUCCESS)
        wer_found.WerReportHang =
            (HRESULT (WINAPI *)(HWND, PCWSTR))(void (*)(void))GetProcAddress(faultrep, "WerReportHang");
}

BOOL wer_found_by_name(const char *function, BOOL *here, const char **since)
{
    size_t i;

    for (i = 0; i < COUNT; i++) {
        if (strcmp(FUNCTIONS[i].name, function) == 0) {
            *here = *place_of(i) != NULL;
            *since = FUNCTIONS[i].since;
            return TRUE;
        }
    }
    return FALSE;
}
