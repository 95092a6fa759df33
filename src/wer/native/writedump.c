#include "writedump.h"

#include "loadwer.h"

#ifdef _MSC_VER
#pragma warning(push)
#pragma warning(disable : 4201) /* at /W4, of Microsoft's header: a union without a name */
#endif
#include <dbghelp.h>
#ifdef _MSC_VER
#pragma warning(pop)
#endif

typedef BOOL (WINAPI *WriteDump)(HANDLE process, DWORD pid, HANDLE file, MINIDUMP_TYPE type,
    PMINIDUMP_EXCEPTION_INFORMATION exception, PMINIDUMP_USER_STREAM_INFORMATION streams,
    PMINIDUMP_CALLBACK_INFORMATION callback);

static WriteDump write_dump;
static SRWLOCK one_at_a_time = SRWLOCK_INIT;

DWORD wer_load_dbghelp(void)
{
    HMODULE dbghelp = NULL;
    DWORD error;

    if (write_dump != NULL)
        return ERROR_SUCCESS;
    error = wer_load_system32(L"dbghelp.dll", &dbghelp);
    if (error != ERROR_SUCCESS)
        return error;
    write_dump = (WriteDump)(void (*)(void))GetProcAddress(dbghelp, "MiniDumpWriteDump");
    return write_dump != NULL ? ERROR_SUCCESS : GetLastError();
}

/* Called by dbghelp, in the thread that writes. What is not answered here stays as dbghelp proposes it. */
static BOOL CALLBACK answer(PVOID parameter, const PMINIDUMP_CALLBACK_INPUT input, PMINIDUMP_CALLBACK_OUTPUT output)
{
    const WerDump *dump = parameter;

    switch (input->CallbackType) {
    case IncludeThreadCallback:
        return input->IncludeThread.ThreadId != GetCurrentThreadId(); /* which is here only for the dump */
    case CancelCallback:
        output->CheckCancel = TRUE; /* ask again */
        output->Cancel = dump->stop != 0;
        return TRUE;
    case ReadMemoryFailureCallback:
        output->Status = S_OK; /* a page that went away, or cannot be read, does not cost the dump */
        return TRUE;
    default:
        return TRUE;
    }
}

static HRESULT failure(void)
{
    DWORD error = GetLastError(); /* an HRESULT by the documentation, an error of Win32 under Wine */

    return error == ERROR_SUCCESS ? E_FAIL : HRESULT_FROM_WIN32(error);
}

static DWORD WINAPI write_now(LPVOID parameter)
{
    WerDump *dump = parameter;
    MINIDUMP_CALLBACK_INFORMATION callback = {answer, NULL};

    callback.CallbackParam = dump;
    AcquireSRWLockExclusive(&one_at_a_time);
    dump->hr = HRESULT_FROM_WIN32(ERROR_CANCELLED);
    if (!dump->stop) {
        SetLastError(ERROR_SUCCESS);
        dump->hr = S_OK;
        if (!write_dump(dump->process, dump->pid, dump->file, (MINIDUMP_TYPE)dump->flags, NULL, NULL, &callback))
            dump->hr = failure();
    }
    ReleaseSRWLockExclusive(&one_at_a_time);
    return 0;
}

/* A thread of its own, because a process that dumps itself cannot see the stack of the thread that calls dbghelp. */
HANDLE wer_begin_dump(WerDump *dump)
{
    return CreateThread(NULL, 0, write_now, dump, 0, NULL);
}
