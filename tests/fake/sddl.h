/* As windows.h beside it: files, and who may open them. A HANDLE of a file is its descriptor, as msvcrt.py says. */
#ifndef FAKE_SDDL_H
#define FAKE_SDDL_H

#include <windows.h>

#define CREATE_NEW 1
#define FILE_ATTRIBUTE_DIRECTORY 0x10
#define FILE_ATTRIBUTE_NORMAL 0x80
#define FILE_ATTRIBUTE_REPARSE_POINT 0x400
#define FILE_FLAG_OPEN_REPARSE_POINT 0x200000
#define FILE_SHARE_DELETE 4
#define FILE_SHARE_READ 1
#define FILE_SHARE_WRITE 2
#define FILE_TYPE_DISK 1
#define GENERIC_READ 0x80000000
#define GENERIC_WRITE 0x40000000
#define INVALID_FILE_ATTRIBUTES 0xFFFFFFFF
#define OPEN_ALWAYS 4
#define SDDL_REVISION_1 1
#define TOKEN_QUERY 8
#define TokenUser 1
#define _O_BINARY 0
#define _O_NOINHERIT 0
#define _O_RDWR 2

typedef struct {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES;

typedef struct {
    PVOID Sid;
    DWORD Attributes;
} SID_AND_ATTRIBUTES;

typedef struct {
    SID_AND_ATTRIBUTES User;
} TOKEN_USER;

typedef struct {
    DWORD dwFileAttributes;
    FILETIME times[3];
    DWORD dwVolumeSerialNumber, nFileSizeHigh, nFileSizeLow, nNumberOfLinks, nFileIndexHigh, nFileIndexLow;
} BY_HANDLE_FILE_INFORMATION;

BOOL OpenProcessToken(HANDLE process, DWORD access, HANDLE *token);
BOOL GetTokenInformation(HANDLE token, int kind, LPVOID buffer, DWORD room, DWORD *needed);
BOOL ConvertSidToStringSidW(PVOID sid, LPWSTR *text);
BOOL ConvertStringSecurityDescriptorToSecurityDescriptorW(
    LPCWSTR text, DWORD revision, PVOID *descriptor, ULONG *size);
PVOID LocalFree(PVOID memory);
BOOL CreateDirectoryW(LPCWSTR path, SECURITY_ATTRIBUTES *security);
DWORD GetFileAttributesW(LPCWSTR path);
HANDLE CreateFileW(LPCWSTR path, DWORD access, DWORD share, SECURITY_ATTRIBUTES *security, DWORD disposition,
    DWORD flags, HANDLE model);
DWORD GetFileType(HANDLE file);
BOOL GetFileInformationByHandle(HANDLE file, BY_HANDLE_FILE_INFORMATION *information);

#endif /* FAKE_SDDL_H */
