/* What `wer` uses of dbghelp.h. */
#ifndef FAKE_DBGHELP_H
#define FAKE_DBGHELP_H

#include <windows.h>

#define MiniDumpWithHandleData 4

enum { IncludeThreadCallback = 3, CancelCallback = 6, ReadMemoryFailureCallback = 14 };

typedef int MINIDUMP_TYPE;
typedef void *PMINIDUMP_EXCEPTION_INFORMATION, *PMINIDUMP_USER_STREAM_INFORMATION;

typedef struct {
    ULONG CallbackType;
    struct {
        ULONG ThreadId;
    } IncludeThread;
} *PMINIDUMP_CALLBACK_INPUT;

typedef struct {
    BOOL CheckCancel, Cancel;
    HRESULT Status;
} *PMINIDUMP_CALLBACK_OUTPUT;

typedef struct {
    BOOL (CALLBACK *CallbackRoutine)(PVOID parameter, PMINIDUMP_CALLBACK_INPUT input, PMINIDUMP_CALLBACK_OUTPUT output);
    PVOID CallbackParam;
} MINIDUMP_CALLBACK_INFORMATION, *PMINIDUMP_CALLBACK_INFORMATION;

#endif /* FAKE_DBGHELP_H */
