/* Functions that the system is to lack, as an older Windows does: their entries in the export table of this DLL are
 * cleared, so that GetProcAddress does not find them. Who has looked one up already keeps it. */
#include "standin.h"

#include <string.h>

extern BYTE __ImageBase[]; /* of the linker: where this DLL begins */

static SRWLOCK exports_lock = SRWLOCK_INIT;
static DWORD withheld[FUNCTION_COUNT]; /* the entry as it was; 0 while the function is offered */

static void *at(DWORD rva)
{
    return __ImageBase + rva;
}

/* The entry that holds the function's address. */
static DWORD *find_entry(Function function)
{
    const IMAGE_NT_HEADERS *image = at(((const IMAGE_DOS_HEADER *)__ImageBase)->e_lfanew);
    const IMAGE_EXPORT_DIRECTORY *exports =
        at(image->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress);
    const DWORD *names = at(exports->AddressOfNames);
    const WORD *ordinals = at(exports->AddressOfNameOrdinals);
    DWORD *functions = at(exports->AddressOfFunctions), i;

    for (i = 0; i < exports->NumberOfNames; i++)
        if (!strcmp(at(names[i]), function_name(function)))
            return &functions[ordinals[i]];
    return NULL;
}

static HRESULT write_entry(DWORD *entry, DWORD value)
{
    DWORD protection;

    if (!VirtualProtect(entry, sizeof(*entry), PAGE_READWRITE, &protection))
        return last_error();
    *entry = value;
    VirtualProtect(entry, sizeof(*entry), protection, &protection);
    return S_OK;
}

static HRESULT withhold(Function function)
{
    DWORD *entry = find_entry(function), was;
    HRESULT hr;

    if (!entry || withheld[function])
        return entry ? S_OK : E_UNEXPECTED;
    was = *entry;
    hr = write_entry(entry, 0);
    if (SUCCEEDED(hr))
        withheld[function] = was;
    return hr;
}

static HRESULT offer(Function function)
{
    HRESULT hr = S_OK;

    if (withheld[function])
        hr = write_entry(find_entry(function), withheld[function]);
    if (SUCCEEDED(hr))
        withheld[function] = 0;
    return hr;
}

HRESULT export_withhold(Function function)
{
    HRESULT hr;
    AcquireSRWLockExclusive(&exports_lock);
    hr = withhold(function);
    ReleaseSRWLockExclusive(&exports_lock);
    return hr;
}

HRESULT export_offer(Function function)
{
    HRESULT hr;
    AcquireSRWLockExclusive(&exports_lock);
    hr = offer(function);
    ReleaseSRWLockExclusive(&exports_lock);
    return hr;
}

HRESULT export_offer_all(void)
{
    unsigned function;
    HRESULT hr = S_OK;

    for (function = 0; function < FUNCTION_COUNT && SUCCEEDED(hr); function++)
        hr = export_offer(function);
    return hr;
}
