# Python values to what C takes. Everything that can be seen to be wrong before a call is refused here: the
# error names the argument, what it got, its limit and what to do.

cdef extern from "Python.h":
    enum:
        PyUnicode_2BYTE_KIND
    int PyUnicode_KIND(object text)
    const void *PyUnicode_DATA(object text)
    unsigned int PyUnicode_READ(int kind, const void *data, Py_ssize_t index)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    bint PyUnicode_Check(object value)
    str PyUnicode_FromObject(object text)
    bint PyBool_Check(object value)
    bint PyLong_Check(object value)
    bint PyLong_CheckExact(object value)
    long long PyLong_AsLongLongAndOverflow(object value, int *overflow) except? -1


cdef object units_of(object text):
    """Length in UTF-16 code units, which is what every limit of WER counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


cdef const WCHAR *wide(object text, WCHAR *buffer, Py_ssize_t limit, str name) except NULL:
    """`text` as NUL-terminated UTF-16, at most `limit` units; valid while `text` and `buffer` are.

    A str that Python holds as UCS-2 is used where it lies; any other goes into `buffer`, which has room
    for `limit` units and the NUL.
    """
    cdef Py_ssize_t length, index, units = 0
    cdef int kind
    cdef const void *data
    cdef unsigned int char
    if not PyUnicode_Check(text):
        raise TypeError(f"{name} must be a str, got {type(text).__name__}")
    length = PyUnicode_GET_LENGTH(text)
    kind = PyUnicode_KIND(text)
    data = PyUnicode_DATA(text)
    if length <= limit:
        for index in range(length):
            char = PyUnicode_READ(kind, data, index)
            if char == 0:
                raise ValueError(f"{name} has a NUL at {index}; WER would cut it there: {text!r}")
            if kind == PyUnicode_2BYTE_KIND:
                continue
            if char <= 0xFFFF:
                if units < limit:
                    buffer[units] = <WCHAR>char
                units += 1
            else:
                if units + 1 < limit:
                    buffer[units] = <WCHAR>(0xD7C0 + (char >> 10))
                    buffer[units + 1] = <WCHAR>(0xDC00 | (char & 0x3FF))
                units += 2
        if kind == PyUnicode_2BYTE_KIND:
            return <const WCHAR *>data
        if units <= limit:
            buffer[units] = 0
            return buffer
    raise ValueError(f"{name} takes at most {limit} UTF-16 units, got {units_of(text)}: shorten it")


cdef const WCHAR *required(object text, WCHAR *buffer, Py_ssize_t limit, str name) except NULL:
    """`wide` for an argument that must not be empty."""
    cdef const WCHAR *result = wide(text, buffer, limit, name)
    if result[0] == 0:
        raise ValueError(f"{name} is empty")
    return result


cdef int fill(WCHAR *field, object text, Py_ssize_t limit, str name) except -1:
    """Put `text` into a structure's zeroed field, which has room for `limit` units and the NUL."""
    cdef const WCHAR *source = wide(text, field, limit, name)
    cdef Py_ssize_t index = 0
    if source != field:
        while source[index]:
            field[index] = source[index]
            index += 1
    return 0


cdef long long integer(object value, long long low, long long high, str name) except? -1:
    cdef int overflow = 0
    cdef long long number
    if PyBool_Check(value):
        raise TypeError(f"{name} must be an int, got bool")
    if not PyLong_Check(value):
        try:
            value = _index(value)
        except TypeError:
            raise TypeError(f"{name} must be an int, got {type(value).__name__}") from None
    number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow or number < low or number > high:
        raise ValueError(f"{name} must be {low} to {high}, got {value}")
    return number


cdef int refuse_foreign(object value, Later kind, str name) except -1:
    """A member of another enum, or a bool, in an enum's place is a slip, whatever its number."""
    if isinstance(value, (bool, _Enum)) and not isinstance(value, kind):
        raise TypeError(f"{name} takes a wer.{kind.name}, got {value!r}")
    return 0


cdef int choice(object value, Later kind, int low, int high, str name) except? -1:
    """A member of the enum `kind`, or its number. `low` to `high` leaves the header's end markers out."""
    cdef int overflow = 0
    cdef long long number
    if not PyLong_CheckExact(value) and type(value) is not kind.found:
        refuse_foreign(value, kind, name)
        number = integer(value, -2147483648, 2147483647, name)
    else:
        number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow or number < low or number > high:
        raise ValueError(
            f"{name} takes a wer.{kind.name} from {kind(low).name} ({low}) to {kind(high).name} ({high}), "
            f"got {value!r}"
        )
    return <int>number


cdef DWORD flag_bits(object value, Later kind, long long high, str name) except? 0xFFFFFFFF:
    """Members of the flag enum `kind`, or their number; unknown bits up to `high` go through."""
    if not PyLong_CheckExact(value) and type(value) is not kind.found:
        refuse_foreign(value, kind, name)
    return <DWORD>integer(value, 0, high, name)


cdef void *pointer(object value, str name) except? NULL:
    """A handle or an address: an int as wide as a pointer, signed or unsigned."""
    cdef int overflow = 0
    cdef long long number
    cdef object bits = 8 * sizeof(void *)
    if PyBool_Check(value) or not PyLong_Check(value):
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if not overflow and sizeof(void *) == 8:
        return <void *><size_t>number
    if -(1 << (bits - 1)) <= value < 1 << bits:
        return <void *><size_t>(value & ((1 << bits) - 1))
    raise ValueError(f"{name} must fit into {bits} bits, got {value:#x}")
