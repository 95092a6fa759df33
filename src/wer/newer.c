#include "newer.h"

#include "loadwer.h"

#include <stddef.h>
#include <string.h>

WerNewer wer_newer;

/* In this order. wer.dll has the store, kernel32 the registrations, KernelBase some that kernel32 does not
 * forward, faultrep WerReportHang. That wer.dll comes first lets a stand-in provide all of them. */
static const WCHAR *const LIBRARIES[] = {L"wer.dll", L"kernel32.dll", L"KernelBase.dll", L"faultrep.dll"};

static const struct {
    const char *name;
    const char *since;
    size_t offset;
} FUNCTIONS[] = {
#define WER_ENTRY(function, result, parameters, since) {#function, since, offsetof(WerNewer, function)},
    WER_NEWER_FUNCTIONS(WER_ENTRY)
#undef WER_ENTRY
};

enum { COUNT = sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]) };

void wer_find_newer(void)
{
    size_t library, i;

    for (library = 0; library < sizeof(LIBRARIES) / sizeof(LIBRARIES[0]); library++) {
        HMODULE module = wer_load_from_system32(LIBRARIES[library]);

        for (i = 0; module != NULL && i < COUNT; i++) {
            FARPROC *member = (FARPROC *)((char *)&wer_newer + FUNCTIONS[i].offset);
            if (*member == NULL)
                *member = GetProcAddress(module, FUNCTIONS[i].name);
        }
    }
}

BOOL wer_newer_by_name(const char *function, BOOL *here, const char **since)
{
    size_t i;

    for (i = 0; i < COUNT; i++) {
        if (strcmp(FUNCTIONS[i].name, function) == 0) {
            *here = *(FARPROC *)((char *)&wer_newer + FUNCTIONS[i].offset) != NULL;
            *since = FUNCTIONS[i].since;
            return TRUE;
        }
    }
    return FALSE;
}
