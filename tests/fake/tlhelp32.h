/* As windows.h beside it: what `wer` asks of the list of processes. */
#ifndef FAKE_TLHELP32_H
#define FAKE_TLHELP32_H

#include <windows.h>

#define TH32CS_SNAPPROCESS 2

typedef struct {
    DWORD dwSize, cntUsage, th32ProcessID;
    ULONG_PTR th32DefaultHeapID;
    DWORD th32ModuleID, cntThreads, th32ParentProcessID;
    LONG pcPriClassBase;
    DWORD dwFlags;
    WCHAR szExeFile[MAX_PATH];
} PROCESSENTRY32W;

HANDLE CreateToolhelp32Snapshot(DWORD flags, DWORD pid);
BOOL Process32FirstW(HANDLE snapshot, PROCESSENTRY32W *entry);
BOOL Process32NextW(HANDLE snapshot, PROCESSENTRY32W *entry);

#endif /* FAKE_TLHELP32_H */
