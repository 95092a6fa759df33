/* The runtime exception module in the wheel: WerFault loads it, into a process of its own, when a process crashes that
 * has registered it (install_crash_handler with fast_fail), and asks whose crash it is. If that process has filed no
 * report of its own, which it cannot after a fast-fail, this claims the crash for the event and the parameters that the
 * process has prepared: a WerClaim, whose address in the crashed process is the context. WER makes the report.
 *
 * Nothing in there is trusted: it is read piece by piece, and what does not fit is declined. No Python, no C runtime and
 * no import but ReadProcessMemory, so that it loads wherever WerFault is.
 */
#include "../claim.h"

#include <stddef.h>

/* `size` bytes of the claim at `context`, which is an address in the crashed process. */
static BOOL read(
    const WER_RUNTIME_EXCEPTION_INFORMATION *information, PVOID context, SIZE_T offset, void *target, SIZE_T size)
{
    ULONG_PTR address = (ULONG_PTR)context + offset;
    SIZE_T done = 0;

    return information != NULL && context != NULL && address >= offset
        && ReadProcessMemory(information->hProcess, (const void *)address, target, size, &done) && done == size;
}

/* How many parameters there are; 0: this is no claim, or not for us. */
static DWORD parameters_of(const WER_RUNTIME_EXCEPTION_INFORMATION *information, PVOID context)
{
    struct {
        DWORD magic, size, reported, parameter_count;
    } start;

    if (!read(information, context, 0, &start, sizeof(start)) || start.magic != WER_CLAIM_MAGIC
        || start.size != sizeof(WerClaim) || start.reported || start.parameter_count > WER_MAX_PARAM_COUNT)
        return 0;
    return start.parameter_count;
}

/* Copy a text of at most `limit` units, whose NUL is there, into WER's buffer of `*room`, which counts the NUL. */
static BOOL copy(PWSTR target, const DWORD *room, const WCHAR *text, DWORD limit)
{
    DWORD i;

    if (target == NULL || room == NULL)
        return FALSE;
    for (i = 0; i < limit && text[i] != 0; i++)
        ;
    if (i == limit || i >= *room)
        return FALSE;
    for (i = 0; text[i] != 0; i++)
        target[i] = text[i];
    target[i] = 0;
    return TRUE;
}

/* Whether this crash is ours to describe. To decline changes nothing, and is no error. */
HRESULT WINAPI OutOfProcessExceptionEventCallback(
    PVOID pContext, const PWER_RUNTIME_EXCEPTION_INFORMATION pExceptionInformation, BOOL *pbOwnershipClaimed,
    PWSTR pwszEventName, PDWORD pchSize, PDWORD pdwSignatureCount)
{
    WCHAR event_type[WER_MAX_EVENT_NAME_LENGTH + 1];
    DWORD count = parameters_of(pExceptionInformation, pContext);

    if (pbOwnershipClaimed == NULL || pdwSignatureCount == NULL)
        return E_INVALIDARG;
    *pbOwnershipClaimed = FALSE;
    if (count != 0
        && read(pExceptionInformation, pContext, offsetof(WerClaim, event_type), event_type, sizeof(event_type))
        && event_type[0] != 0 && copy(pwszEventName, pchSize, event_type, WER_MAX_EVENT_NAME_LENGTH + 1)) {
        *pdwSignatureCount = count;
        *pbOwnershipClaimed = TRUE;
    }
    return S_OK;
}

/* A parameter that is damaged is a failure: WER then reports the crash in its own way, as documented. */
HRESULT WINAPI OutOfProcessExceptionEventSignatureCallback(
    PVOID pContext, const PWER_RUNTIME_EXCEPTION_INFORMATION pExceptionInformation, DWORD dwIndex, PWSTR pwszName,
    PDWORD pchName, PWSTR pwszValue, PDWORD pchValue)
{
    struct {
        WCHAR name[WER_MAX_SIGNATURE_NAME_LENGTH + 1];
        WCHAR value[WER_MAX_PARAM_LENGTH];
    } parameter;

    C_ASSERT(sizeof(parameter) == sizeof(((WerClaim *)0)->parameters[0]));
    if (dwIndex >= parameters_of(pExceptionInformation, pContext))
        return E_INVALIDARG;
    if (!read(
            pExceptionInformation, pContext, offsetof(WerClaim, parameters) + dwIndex * sizeof(parameter), &parameter,
            sizeof(parameter))
        || !copy(pwszName, pchName, parameter.name, WER_MAX_SIGNATURE_NAME_LENGTH + 1)
        || !copy(pwszValue, pchValue, parameter.value, WER_MAX_PARAM_LENGTH))
        return E_FAIL;
    return S_OK;
}

/* No debugger of its own. */
HRESULT WINAPI OutOfProcessExceptionEventDebuggerLaunchCallback(
    PVOID pContext, const PWER_RUNTIME_EXCEPTION_INFORMATION pExceptionInformation, PBOOL pbIsCustomDebugger,
    PWSTR pwszDebuggerLaunch, PDWORD pchDebuggerLaunch, PBOOL pbIsDebuggerAutolaunch)
{
    (void)pContext;
    (void)pExceptionInformation;
    (void)pwszDebuggerLaunch;
    (void)pchDebuggerLaunch;
    if (pbIsCustomDebugger != NULL)
        *pbIsCustomDebugger = FALSE;
    if (pbIsDebuggerAutolaunch != NULL)
        *pbIsDebuggerAutolaunch = FALSE;
    return S_OK;
}

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved)
{
    (void)module;
    (void)reason;
    (void)reserved;
    return TRUE;
}

/* That the types fit. The SDK's name no calling convention, which only 32-bit x86 would notice. */
#if !defined(_M_IX86) && !defined(__i386__)
const PFN_WER_RUNTIME_EXCEPTION_EVENT wer_event = OutOfProcessExceptionEventCallback;
const PFN_WER_RUNTIME_EXCEPTION_EVENT_SIGNATURE wer_signature = OutOfProcessExceptionEventSignatureCallback;
const PFN_WER_RUNTIME_EXCEPTION_DEBUGGER_LAUNCH wer_debugger = OutOfProcessExceptionEventDebuggerLaunchCallback;
#endif
