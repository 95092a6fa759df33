# Python values to what C takes. Everything that can be seen to be wrong before a call is refused here: the
# error names the argument, what it got, its limit and what to do.

cdef extern from "Python.h":
    Py_ssize_t PyUnicode_AsWideChar(object text, WCHAR *buffer, Py_ssize_t size) except -1
    str PyUnicode_FromWideChar(const WCHAR *text, Py_ssize_t length)
    bint PyIndex_Check(object value)
    object PyOS_FSPath(object path)
    long long PyLong_AsLongLongAndOverflow(object value, int *overflow) except? -1


cdef str type_name(object value):
    return type(value).__name__


cdef str shown(object value):
    """`value` for the text of an error; Python refuses to print an int of thousands of digits."""
    try:
        return f"{value!r}"
    except ValueError:
        return f"an int of {(<object>value).bit_length()} bits" if isinstance(value, int) else type_name(value)


cdef Py_ssize_t utf16(object text, WCHAR *buffer, Py_ssize_t limit, const char *name) except -1:
    """Write `text` as NUL-terminated UTF-16 into `buffer`, which has room for `limit` units and the NUL."""
    cdef Py_ssize_t units, index
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str, got {type_name(text)}")
    # Its length is asked of nothing else: that of a str made by PyUnicode_FromUnicode (CPython 3.11) may look like 0.
    units = PyUnicode_AsWideChar(text, buffer, limit + 1)
    if units > limit:
        units = PyUnicode_AsWideChar(text, NULL, 0) - 1
        raise ValueError(f"{name} takes at most {limit} UTF-16 units, got {units}: shorten it")
    for index in range(units):
        if buffer[index] == 0:
            raise ValueError(f"{name} has a NUL at {text.index(chr(0))}; WER would cut it there: {text!r}")
    return units


cdef int required(object text, WCHAR *buffer, Py_ssize_t limit, const char *name) except -1:
    """`utf16` for an argument that must not be empty."""
    if utf16(text, buffer, limit, name) == 0:
        raise ValueError(f"{name} is empty")
    return 0


cdef bytes long_utf16(object text, Py_ssize_t limit, const char *name):
    """`text` as NUL-terminated UTF-16, for as long as the object that is returned lives."""
    cdef Py_ssize_t units
    cdef bytes wide
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str, got {type_name(text)}")
    units = min(PyUnicode_AsWideChar(text, NULL, 0) - 1, limit + 1)
    wide = PyBytes_FromStringAndSize(NULL, (units + 1) * sizeof(WCHAR))
    utf16(text, <WCHAR *><char *>wide, units if units <= limit else limit, name)
    return wide


cdef long long integer(object value, long long low, long long high, const char *name) except? -1:
    """An int within its limits; a bool is a slip."""
    cdef int overflow = 0
    cdef long long number
    if isinstance(value, bool) or not PyIndex_Check(value):
        raise TypeError(f"{name} must be an int, got {type_name(value)}")
    number = PyLong_AsLongLongAndOverflow(value, &overflow)  # which calls __index__
    if overflow or not low <= number <= high:
        raise ValueError(f"{name} must be {low} to {high}, got {shown(value)}")
    return number


cdef void *pointer(object value, const char *name) except? NULL:
    """A handle or an address: an int as wide as a pointer, signed or unsigned."""
    cdef int overflow = 0
    cdef long long number
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, got {type_name(value)}")
    if sizeof(void *) == sizeof(number):
        number = PyLong_AsLongLongAndOverflow(value, &overflow)
        if not overflow:
            return <void *>number
    try:
        return PyLong_AsVoidPtr(value)
    except OverflowError:
        raise ValueError(f"{name} must fit into {8 * sizeof(void *)} bits, got {shown(value)}") from None


cdef int full_path(object path, WCHAR *full, bint expand=False) except -1:
    """What WER is to take a path for, in MAX_PATH units: a full one.

    One that starts with an environment variable, ``%ProgramData%\\x.log``, is left to WER unless `expand` says to
    replace variables here. One that starts with ``\\\\?\\`` is left as it is, since Windows, too, takes it as it is.
    """
    cdef WCHAR given[MAX_PATH]
    cdef WCHAR expanded[MAX_PATH]
    cdef DWORD length
    if not isinstance(path, str):
        path = PyOS_FSPath(path)
        if isinstance(path, bytes):
            path = fsdecode(path)
    required(path, given, MAX_PATH - 1, "path")
    if expand:
        with nogil:
            length = ExpandEnvironmentStringsW(given, expanded, MAX_PATH)
        if length > MAX_PATH:
            raise ValueError(f"path takes at most {MAX_PATH - 1} UTF-16 units, got {length - 1}: shorten it")
        if length != 0:
            memcpy(given, expanded, sizeof(given))
    if given[0] == c'\\' and given[1] == c'\\' and given[2] == c'?' and given[3] == c'\\' or (
        given[0] == c'%' and not expand
    ):
        memcpy(full, given, sizeof(given))
        return 0
    length = GetFullPathNameW(given, MAX_PATH, full, NULL)
    if length >= MAX_PATH:
        raise ValueError(f"path takes at most {MAX_PATH - 1} UTF-16 units, got {length - 1}: shorten it")
    if length == 0:
        memcpy(full, given, sizeof(given))
    return 0
