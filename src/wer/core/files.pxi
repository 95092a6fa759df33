# Files and folders of wer.service, which other users must not read or put something else in the place of; and the clock
# that all processes of a machine share.

cdef extern from *:
    """
    #include <sddl.h>
    """

cdef extern from "<sddl.h>" nogil:
    enum:
        CREATE_NEW
        FILE_ATTRIBUTE_DIRECTORY
        FILE_ATTRIBUTE_NORMAL
        FILE_ATTRIBUTE_REPARSE_POINT
        FILE_FLAG_OPEN_REPARSE_POINT
        FILE_SHARE_DELETE
        FILE_SHARE_READ
        FILE_SHARE_WRITE
        FILE_TYPE_DISK
        GENERIC_READ
        GENERIC_WRITE
        INVALID_FILE_ATTRIBUTES
        OPEN_ALWAYS
        SDDL_REVISION_1
        TOKEN_QUERY
        TokenUser
    ctypedef struct SECURITY_ATTRIBUTES:
        DWORD nLength
        void *lpSecurityDescriptor
        BOOL bInheritHandle
    ctypedef struct SID_AND_ATTRIBUTES:
        void *Sid
    ctypedef struct TOKEN_USER:
        SID_AND_ATTRIBUTES User
    ctypedef struct BY_HANDLE_FILE_INFORMATION:
        DWORD dwFileAttributes
        DWORD nNumberOfLinks
    BOOL OpenProcessToken(HANDLE process, DWORD access, HANDLE *token)
    BOOL GetTokenInformation(HANDLE token, int kind, void *buffer, DWORD room, DWORD *needed)
    BOOL ConvertSidToStringSidW(void *sid, WCHAR **text)
    BOOL ConvertStringSecurityDescriptorToSecurityDescriptorW(
        const WCHAR *text, DWORD revision, void **descriptor, DWORD *size)
    void *LocalFree(void *memory)
    BOOL CreateDirectoryW(const WCHAR *path, SECURITY_ATTRIBUTES *security)
    DWORD GetFileAttributesW(const WCHAR *path)
    HANDLE CreateFileW(
        const WCHAR *path, DWORD access, DWORD share, SECURITY_ATTRIBUTES *security, DWORD disposition, DWORD flags,
        HANDLE template)
    DWORD GetFileType(HANDLE file)
    BOOL GetFileInformationByHandle(HANDLE file, BY_HANDLE_FILE_INFORMATION *information)
    ULONGLONG GetTickCount64()

cdef extern from "<fcntl.h>":
    enum:
        _O_BINARY
        _O_NOINHERIT
        _O_RDWR

cdef enum:
    ERROR_DIRECTORY = 267
    ERROR_CANT_ACCESS_FILE = 1920  # what Windows says of a reparse point that it cannot follow; we do not want to
    MOST_OF_A_TOKEN_USER = 128  # bytes; with the longest SID it is 84


@cython.final
cdef class _Local:
    # Memory that Windows allocated, to be given back with LocalFree.
    cdef void *_memory

    def __dealloc__(self):
        LocalFree(self._memory)


cdef str user_sid():
    """Who this process runs as: S-1-5-..."""
    cdef bytes room = PyBytes_FromStringAndSize(NULL, MOST_OF_A_TOKEN_USER)
    cdef TOKEN_USER *known = <TOKEN_USER *><char *>room
    cdef _Local text = _Local.__new__(_Local)
    cdef WCHAR *sid = NULL
    cdef HANDLE token = NULL
    cdef DWORD size, error
    cdef HeldHandle held
    if not OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token):
        error = GetLastError()
        raise failed("OpenProcessToken", error)
    held = held_handle(token)
    if not GetTokenInformation(held._handle, TokenUser, known, MOST_OF_A_TOKEN_USER, &size):
        error = GetLastError()
        raise failed("GetTokenInformation", error)
    if not ConvertSidToStringSidW(known.User.Sid, &sid):
        error = GetLastError()
        raise failed("ConvertSidToStringSidW", error)
    text._memory = sid
    return PyUnicode_FromWideChar(sid, -1)


cdef _Local private_descriptor(str inherited):
    """For this user, SYSTEM and administrators, whatever the folder above says. `inherited`: "OICI" of a folder.

    The user is named: what an administrator's process makes may belong to the group of administrators, which would
    shut out the same user's other processes.
    """
    cdef _Local descriptor = _Local.__new__(_Local)
    cdef DWORD error
    cdef str all_rights = f"(A;{inherited};FA;;;"
    cdef bytes text = long_utf16(
        f"D:P{all_rights}SY){all_rights}BA){all_rights}{user_sid()})", 1024, "descriptor")
    if not ConvertStringSecurityDescriptorToSecurityDescriptorW(
            <WCHAR *><char *>text, SDDL_REVISION_1, &descriptor._memory, NULL):
        error = GetLastError()
        raise failed("ConvertStringSecurityDescriptorToSecurityDescriptorW", error)
    return descriptor


cdef object path_error(const char *function, DWORD error, object path):
    return OSError(None, f"{function}: {system_text(<HRESULT>error)}", path, <LONG>error)


cdef DWORD wrong_folder(const WCHAR *path) noexcept nogil:
    """The error for something that is there and is not a folder of its own; 0 if it is one."""
    cdef DWORD attributes = GetFileAttributesW(path)
    if attributes == INVALID_FILE_ATTRIBUTES:
        return GetLastError()
    if attributes & FILE_ATTRIBUTE_REPARSE_POINT:
        return ERROR_CANT_ACCESS_FILE
    return 0 if attributes & FILE_ATTRIBUTE_DIRECTORY else ERROR_DIRECTORY


def private_folder(path, /):
    # Call CreateDirectoryW: a folder for this user, SYSTEM and administrators. One that is there stays as it is; a link
    # is refused.
    cdef WCHAR full[MAX_PATH]
    cdef SECURITY_ATTRIBUTES security
    cdef _Local descriptor
    cdef DWORD error = 0
    full_path(path, full)
    descriptor = private_descriptor("OICI")
    security.nLength = sizeof(security)
    security.lpSecurityDescriptor = descriptor._memory
    security.bInheritHandle = False
    with nogil:
        if not CreateDirectoryW(full, &security):
            error = GetLastError()
            if error == ERROR_ALREADY_EXISTS:
                error = wrong_folder(full)
    if error:
        raise path_error("CreateDirectoryW", error, path)


cdef DWORD wrong_file(HANDLE file) noexcept nogil:
    """The error for what is not a file of its own, but a link to another or a device; 0 if it is one."""
    cdef BY_HANDLE_FILE_INFORMATION known
    if GetFileType(file) != FILE_TYPE_DISK:
        return ERROR_CANT_ACCESS_FILE
    if not GetFileInformationByHandle(file, &known):
        return GetLastError()
    if known.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT or known.nNumberOfLinks > 1:
        return ERROR_CANT_ACCESS_FILE
    return 0


cdef object opened(object path, DWORD share, DWORD disposition, void *descriptor):
    """A C file descriptor, for reading and writing, binary; child processes do not inherit it."""
    cdef WCHAR full[MAX_PATH]
    cdef SECURITY_ATTRIBUTES security
    cdef HeldHandle held
    cdef HANDLE file
    cdef DWORD error
    cdef int number
    full_path(path, full)
    security.nLength = sizeof(security)
    security.lpSecurityDescriptor = descriptor
    security.bInheritHandle = False
    with nogil:
        file = CreateFileW(full, GENERIC_READ | GENERIC_WRITE, share, &security, disposition,
                           FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL)
        error = GetLastError()
    if file == <HANDLE><Py_ssize_t>-1:  # INVALID_HANDLE_VALUE
        raise path_error("CreateFileW", error, path)
    held = held_handle(file)
    with nogil:
        error = wrong_file(file)
    if error:
        raise path_error("CreateFileW", error, path)
    # By Python's own C library: the one of a cross build has other descriptors.
    number = open_osfhandle(<Py_ssize_t>file, _O_RDWR | _O_BINARY | _O_NOINHERIT)
    held._handle = NULL  # it is the descriptor's now
    return number


def private_file(path, /):
    # Call CreateFileW: a new file for this user, SYSTEM and administrators.
    cdef _Local descriptor = private_descriptor("")
    return opened(path, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, CREATE_NEW, descriptor._memory)


def shared_file(path, /):
    # Call CreateFileW: the file, or a new one with the rights of its folder. Nobody can remove it while it is open.
    return opened(path, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_ALWAYS, NULL)


def uptime():
    # Call GetTickCount64: for how many milliseconds Windows has been up.
    return GetTickCount64()
