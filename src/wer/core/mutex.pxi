# A mutex of Windows by its name, which all processes see; for service/_dump_lock.py.

@cython.final
cdef class HeldMutex:
    # Taken and given back in one thread. If a process ends that has it, the next one gets it.

    cdef HANDLE _handle

    def __dealloc__(self):
        if self._handle != NULL:
            with nogil:
                CloseHandle(self._handle)

    def take(self, name, milliseconds, /):
        # Call CreateMutexW, then WaitForSingleObject: whether it could be had within the time.
        cdef WCHAR c_name[MAX_PATH]
        cdef DWORD wait = <DWORD>integer(milliseconds, 0, 0x7FFFFFFF, "milliseconds")
        cdef DWORD error, waited = WAIT_FAILED
        cdef HANDLE handle
        required(name, c_name, MAX_PATH - 1, "name")
        if self._handle != NULL:
            raise RuntimeError("this mutex is taken already")
        with nogil:
            handle = CreateMutexW(NULL, False, c_name)
            error = GetLastError()
            if handle != NULL:
                waited = WaitForSingleObject(handle, wait)
                if waited == WAIT_FAILED:
                    error = GetLastError()
                if waited != WAIT_OBJECT_0 and waited != WAIT_ABANDONED:
                    CloseHandle(handle)
        if handle == NULL:
            raise failed("CreateMutexW", error)
        if waited == WAIT_FAILED:
            raise failed("WaitForSingleObject", error)
        if waited == WAIT_TIMEOUT:
            return False
        self._handle = handle
        return True

    def give_back(self):
        # Call ReleaseMutex. Does nothing if it is not taken.
        cdef HANDLE handle = self._handle
        self._handle = NULL
        if handle != NULL:
            with nogil:
                ReleaseMutex(handle)
                CloseHandle(handle)
