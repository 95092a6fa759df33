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

void wer_find_all(void)
{
    size_t i;

    for (i = 0; i < COUNT; i++)
        *(FARPROC *)((char *)&wer_found + FUNCTIONS[i].offset) = wer_find(FUNCTIONS[i].name);
}

BOOL wer_found_by_name(const char *function, BOOL *here, const char **since)
{
    size_t i;

    for (i = 0; i < COUNT; i++) {
        if (strcmp(FUNCTIONS[i].name, function) == 0) {
            *here = *(FARPROC *)((char *)&wer_found + FUNCTIONS[i].offset) != NULL;
            *since = FUNCTIONS[i].since;
            return TRUE;
        }
    }
    return FALSE;
}
