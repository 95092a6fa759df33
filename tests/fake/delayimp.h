/* The little that loadwer.c knows of delay-loading. Here the linker has bound all functions. */
#ifndef FAKE_DELAYIMP_H
#define FAKE_DELAYIMP_H

#include <windows.h>

enum { dliNotePreLoadLibrary = 1, dliFailGetProc = 4 };

typedef struct {
    struct {
        LPCSTR szProcName;
    } dlp;
} DelayLoadInfo, *PDelayLoadInfo;

typedef FARPROC (WINAPI *PfnDliHook)(unsigned notify, PDelayLoadInfo info);

HRESULT WINAPI __HrLoadAllImportsForDll(LPCSTR dll);

#endif /* FAKE_DELAYIMP_H */
