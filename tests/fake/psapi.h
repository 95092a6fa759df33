/* As windows.h beside it: what `wer` asks of the modules in a process. */
#ifndef FAKE_PSAPI_H
#define FAKE_PSAPI_H

#include <windows.h>

#define LIST_MODULES_ALL 3

BOOL EnumProcessModulesEx(HANDLE process, HMODULE *modules, DWORD room, DWORD *needed, DWORD which);
DWORD GetModuleBaseNameW(HANDLE process, HMODULE module, LPWSTR name, DWORD room);

#endif /* FAKE_PSAPI_H */
