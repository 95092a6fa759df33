/* A runtime exception module: a DLL that WER asks about the crashes of a process, from a process of its own.
 *
 * This one belongs to a print spooler. The spooler keeps what it is working on in a SpoolerState, and registers this DLL
 * with the address of it:
 *
 *     state = SpoolerState(ctypes.sizeof(SpoolerState), "invoice.pdf")
 *     wer.register_runtime_exception_module(r"C:\Spooler\spooler_module.dll", ctypes.addressof(state))
 *
 * When it crashes, the report is an event of the spooler's own, "Spooler.Crash", with the job in its signature. No code
 * of the crashed process runs for it: its memory is read from outside.
 *
 * WER loads the DLL only if its full path is also the name of a DWORD value under
 * HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\Windows Error Reporting\RuntimeExceptionHelperModules: an installer's
 * work, which its uninstaller has to undo.
 *
 *     x86_64-w64-mingw32-gcc -std=c99 -shared -o spooler_module.dll spooler_module.c spooler_module.def \
 *         -I "$(python3 -c 'import wer; print(wer.get_include())')"
 *     cl /LD /I ... spooler_module.c /link /DEF:spooler_module.def
 */
#include <wer/werapi.h>

#include <stdio.h>
#include <wchar.h>

typedef struct {
    DWORD size; /* of the structure: tells that this is one, and of this version */
    WCHAR job[64];
} SpoolerState;

enum { PARAMETERS = 3 };

/* `context` is an address in the crashed process. */
static BOOL read_state(const void *context, const WER_RUNTIME_EXCEPTION_INFORMATION *information, SpoolerState *state)
{
    SIZE_T read = 0;

    if (!ReadProcessMemory(information->hProcess, context, state, sizeof(*state), &read) || read != sizeof(*state))
        return FALSE;
    state->job[sizeof(state->job) / sizeof(state->job[0]) - 1] = L'\0';
    return state->size == sizeof(*state);
}

/* Copies as much as fits. WER's sizes count characters, with the NUL. */
static void copy(PWSTR target, DWORD size, PCWSTR source)
{
    DWORD i;

    for (i = 0; i + 1 < size && source[i]; i++)
        target[i] = source[i];
    if (size)
        target[i] = L'\0';
}

/* Whether this crash is ours to describe. Declining leaves everything as it is, and is no error. */
HRESULT WINAPI OutOfProcessExceptionEventCallback(PVOID pContext, const PWER_RUNTIME_EXCEPTION_INFORMATION pExceptionInformation,
    BOOL *pbOwnershipClaimed, PWSTR pwszEventName, PDWORD pchSize, PDWORD pdwSignatureCount)
{
    SpoolerState state;

    *pbOwnershipClaimed = read_state(pContext, pExceptionInformation, &state);
    if (*pbOwnershipClaimed) {
        copy(pwszEventName, *pchSize, L"Spooler.Crash");
        *pdwSignatureCount = PARAMETERS;
    }
    return S_OK;
}

/* One parameter of the signature: called for 0 to PARAMETERS - 1. */
HRESULT WINAPI OutOfProcessExceptionEventSignatureCallback(PVOID pContext,
    const PWER_RUNTIME_EXCEPTION_INFORMATION pExceptionInformation, DWORD dwIndex, PWSTR pwszName, PDWORD pchName,
    PWSTR pwszValue, PDWORD pchValue)
{
    static const PCWSTR names[PARAMETERS] = {L"Job", L"Exception", L"Address"};
    const EXCEPTION_RECORD *record = &pExceptionInformation->exceptionRecord;
    SpoolerState state;
    WCHAR value[32];

    if (dwIndex >= PARAMETERS)
        return E_INVALIDARG;
    copy(pwszName, *pchName, names[dwIndex]);
    if (dwIndex == 0) {
        copy(pwszValue, *pchValue, read_state(pContext, pExceptionInformation, &state) ? state.job : L"");
        return S_OK;
    }
    if (dwIndex == 1)
        swprintf(value, sizeof(value) / sizeof(value[0]), L"%08lX", (unsigned long)record->ExceptionCode);
    else
        swprintf(value, sizeof(value) / sizeof(value[0]), L"%p", record->ExceptionAddress);
    copy(pwszValue, *pchValue, value);
    return S_OK;
}

/* No debugger of its own. */
HRESULT WINAPI OutOfProcessExceptionEventDebuggerLaunchCallback(PVOID pContext,
    const PWER_RUNTIME_EXCEPTION_INFORMATION pExceptionInformation, PBOOL pbIsCustomDebugger, PWSTR pwszDebuggerLaunch,
    PDWORD pchDebuggerLaunch, PBOOL pbIsDebuggerAutolaunch)
{
    (void)pContext;
    (void)pExceptionInformation;
    (void)pwszDebuggerLaunch;
    (void)pchDebuggerLaunch;
    *pbIsCustomDebugger = FALSE;
    *pbIsDebuggerAutolaunch = FALSE;
    return S_OK;
}

/* The names above are what WER looks up; that the types fit, the compiler proves here. The SDK's types name no calling
 * convention, which only 32-bit x86 would notice. */
#if !defined(_M_IX86)
const PFN_WER_RUNTIME_EXCEPTION_EVENT spooler_event = OutOfProcessExceptionEventCallback;
const PFN_WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE spooler_signature = OutOfProcessExceptionEventSignatureCallback;
const PFN_WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH spooler_debugger = OutOfProcessExceptionEventDebuggerLaunchCallback;
#endif
