/* The table behind wer._C_API. Not the header for hosts: that is wer/capi.h. */
#ifndef WER_CAPI_TABLE_H
#define WER_CAPI_TABLE_H

#include "wer/capi.h"

/* The one table of the process. The functions that use Python are put in by _capi.pxi, by each interpreter the same. */
extern WerCAPI wer_capi;

#endif /* WER_CAPI_TABLE_H */
