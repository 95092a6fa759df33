/* What processsnapshot.h declares and we use: mingw-w64 up to version 10 does not have that header. */
#ifndef WER_SNAPSHOT_H
#define WER_SNAPSHOT_H

#include <windows.h>

#if defined(_MSC_VER)
#include <processsnapshot.h>
#else
typedef HANDLE HPSS; /* not a kernel handle: PssFreeSnapshot frees it */
typedef DWORD PSS_CAPTURE_FLAGS;
#endif

#endif /* WER_SNAPSHOT_H */
