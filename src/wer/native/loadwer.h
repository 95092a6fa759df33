/* DLLs from System32, and from nowhere else: above all wer.dll. */
#ifndef WER_LOADWER_H
#define WER_LOADWER_H

#include "wer/werapi.h"

/* Load wer.dll and bind every delay-loaded function of it; call this before any of them.
 * Returns ERROR_SUCCESS or the Win32 error that kept wer.dll from loading. May be called again. */
DWORD wer_load(void);

/* Load a DLL by its full path in System32; its name has at most 14 characters. Returns ERROR_SUCCESS or the Win32
 * error. It stays loaded. */
DWORD wer_load_system32(PCWSTR name, HMODULE *dll);

/* A function of this machine's wer.dll, or NULL. A linked one that is missing can still be called: it returns
 * HRESULT_FROM_WIN32(ERROR_PROC_NOT_FOUND). */
FARPROC wer_find(const char *function);

#endif /* WER_LOADWER_H */
