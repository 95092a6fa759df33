# What Windows and WER answer, as exceptions; and who may call.

cdef str system_text(HRESULT code):
    """What Windows says about a Win32 error or an HRESULT; "" if it says nothing."""
    cdef WCHAR text[512]
    cdef DWORD length = FormatMessageW(
        FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK,
        NULL, <DWORD>code, 0, text, 512, NULL)
    return PyUnicode_FromWideChar(text, length).strip()


def message_of(DWORD code, /):
    # Call FormatMessageW: what Windows says about a Win32 error or an HRESULT, in its user's language; "" if nothing.
    return system_text(<HRESULT>code)


cdef object windows_error(str text, DWORD code):
    """The OSError that stands for a code of Windows."""
    return OSError(0, text, None, <LONG>code)  # signed: Python refuses one from 0x80000000 up


cdef object wer_error(HRESULT hr, const char *function, object filename=None, object text=None):
    """A WerError. If none can be made, the HRESULT is told by a plain OSError."""
    try:
        return WerError(hr, function, system_text(hr) if text is None else text, filename)
    except Exception:
        return OSError(EIO, f"{function} failed with 0x{<DWORD>hr:08X}")


cdef int check(HRESULT hr, const char *function, object filename=None) except -1:
    """Raise what a failing HRESULT means. `function` is the WER function that returned it."""
    if hr >= 0:
        return 0
    if hr == HRESULT_FROM_WIN32(ERROR_PROC_NOT_FOUND) and wer_find(function) == NULL:
        raise NotImplementedError(f"{function}: this machine's wer.dll does not have it; Windows has, since Vista")
    raise wer_error(hr, function, filename)


cdef int take(LONG *busy, const char *what, const char *advice) except -1:
    """Take a report or a store for one call; whoever took it gives it back with `leave` right behind the call."""
    if InterlockedExchange(busy, 1):
        raise RuntimeError(f"another call on this {what} is still running: {advice}")
    return 0


cdef void leave(LONG *busy) noexcept nogil:
    InterlockedExchange(busy, 0)


cdef int initialize(LONG *initialized, const char *what, const char *done="created") except -1:
    """Note that `what` is made now; it is made once."""
    if InterlockedExchange(initialized, 1):
        raise RuntimeError(f"this {what} has already been {done}; make a new one")
    return 0
