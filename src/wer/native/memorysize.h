/* How much memory a process has, of the kinds that a dump takes. */
#ifndef WER_MEMORYSIZE_H
#define WER_MEMORYSIZE_H

#include "wer/werapi.h"

typedef struct {
    ULONGLONG private_bytes; /* that the process can write and no file is behind: heaps and stacks */
    ULONGLONG data_bytes;    /* that it can write, of the files of its modules: their global variables */
    ULONGLONG all_bytes;     /* committed, whatever it is */
} WerMemory;

/* So long a walk may take: each region is a call of its own. */
enum { WER_MEMORY_MILLISECONDS = 2000 };

/* Walk through the address space; returns an error of Win32, ERROR_TIMEOUT if it took too long. The handle needs
 * PROCESS_QUERY_INFORMATION. The process goes on meanwhile: what it allocates behind the walk's back is not seen. */
DWORD wer_memory_of(HANDLE process, WerMemory *memory);

#endif /* WER_MEMORYSIZE_H */
