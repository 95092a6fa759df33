/* The table behind wer._C_API. Not the header for hosts: that is wer/capi.h. */
#ifndef WER_CAPI_TABLE_H
#define WER_CAPI_TABLE_H

#include "wer/capi.h"

/* The one table of the process. */
extern WerCAPI wer_capi;

/* Have the table make and take objects of `cls` in the calling interpreter, for the class that is called `name`:
 * "Report" or "ReportTemplate". Returns 0, or -1 with an exception. */
int wer_register_class(const char *name, PyObject *cls);

#endif /* WER_CAPI_TABLE_H */
