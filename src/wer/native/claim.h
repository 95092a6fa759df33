/* What a process that may crash tells the exception module, which reads it from outside: exception_module. */
#ifndef WER_CLAIM_H
#define WER_CLAIM_H

#include "wer/werapi.h"

#define WER_CLAIM_MAGIC 0x31524557u /* "WER1"; another layout has another number */

/* Without pointers, so that a module of either width reads it. Texts have a NUL. */
typedef struct {
    DWORD magic;
    DWORD size;             /* of the structure */
    volatile LONG reported; /* TRUE: the process has filed a report of its own on this crash */
    DWORD parameter_count;  /* 1 to 10: WER cannot do with none */
    WCHAR event_type[WER_MAX_EVENT_NAME_LENGTH + 1];
    struct {
        WCHAR name[WER_MAX_SIGNATURE_NAME_LENGTH + 1];
        WCHAR value[WER_MAX_PARAM_LENGTH];
    } parameters[WER_MAX_PARAM_COUNT];
} WerClaim;

C_ASSERT(sizeof(WerClaim) == 7928); /* everywhere */

#endif /* WER_CLAIM_H */
