/* A dump of a process into a file: MiniDumpWriteDump in a thread of its own, which can be told to stop. */
#ifndef WER_WRITEDUMP_H
#define WER_WRITEDUMP_H

#include "wer/werapi.h"

typedef struct {
    HANDLE process;
    HANDLE file;         /* to be written to, and empty */
    DWORD pid;           /* of the process */
    DWORD flags;         /* MINIDUMP_TYPE */
    LONG volatile stop;  /* anything but 0: give up */
    HRESULT hr;          /* what became of it, once the thread has ended */
} WerDump;

/* Load dbghelp.dll from System32, where it stays loaded: few programs need it, so that it waits for the first dump.
 * Returns ERROR_SUCCESS or the Win32 error. May be called again. */
DWORD wer_load_dbghelp(void);

/* Begin: the handle of the thread, NULL if there is none (GetLastError). `dump` must live until the thread has ended.
 * dbghelp is documented to be single-threaded: dumps of this process's making wait for each other. */
HANDLE wer_begin_dump(WerDump *dump);

#endif /* WER_WRITEDUMP_H */
