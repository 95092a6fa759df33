# Python values to what C takes. Everything that can be seen to be wrong before a call is refused here: the
# error names the argument, what it got, its limit and what to do.

cdef extern from "convert.h":
    int refuse "wer_refuse"(object kind, const char *message, ...) except -1
    int raise_with "wer_raise"(object kind, const char *format, ...) except -1
    object wer_new_reference(PyObject *made)
    const char *type_name "wer_type_name"(PyObject *value)
    bint wer_as_pointer(PyObject *value, void **pointer)

cdef extern from "Python.h":
    enum:
        PyUnicode_2BYTE_KIND
    int PyUnicode_KIND(PyObject *text)
    const void *PyUnicode_DATA(PyObject *text)
    unsigned int PyUnicode_READ(int kind, const void *data, Py_ssize_t index)
    Py_ssize_t PyUnicode_GET_LENGTH(PyObject *text)
    bint PyUnicode_Check(PyObject *value)
    str PyUnicode_FromObject(object text)
    str PyUnicode_FromFormat(const char *format, ...)
    bint PyBool_Check(PyObject *value)
    bint PyIndex_Check(PyObject *value)
    bint PyLong_Check(PyObject *value)
    bint PyLong_CheckExact(PyObject *value)
    long long PyLong_AsLongLongAndOverflow(PyObject *value, int *overflow) except? -1


cdef Py_ssize_t units_of(PyObject *text):
    """Length in UTF-16 code units, which is what every limit of WER counts."""
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text), units = length, index
    cdef int kind = PyUnicode_KIND(text)
    cdef const void *data = PyUnicode_DATA(text)
    for index in range(length):
        if PyUnicode_READ(kind, data, index) > 0xFFFF:
            units += 1
    return units


cdef const WCHAR *wide(PyObject *text, WCHAR *buffer, Py_ssize_t limit, const char *name) except NULL:
    """`text` as NUL-terminated UTF-16, at most `limit` units; valid while `text` and `buffer` are.

    A str that Python holds as UCS-2 is used where it lies; any other goes into `buffer`, which has room
    for `limit` units and the NUL.
    """
    cdef Py_ssize_t length, index, units = 0
    cdef int kind
    cdef const void *data
    cdef unsigned int char
    if not PyUnicode_Check(text):
        refuse(TypeError, b"%s must be a str, got %s", name, type_name(text))
    length = PyUnicode_GET_LENGTH(text)
    kind = PyUnicode_KIND(text)
    data = PyUnicode_DATA(text)
    if length > limit:
        too_long(text, limit, name)
    for index in range(length):
        char = PyUnicode_READ(kind, data, index)
        if char == 0:
            refuse(ValueError, b"%s has a NUL at %zd; WER would cut it there: %R", name, index, text)
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
    if units > limit:
        too_long(text, limit, name)
    buffer[units] = 0
    return buffer


cdef int too_long(PyObject *text, Py_ssize_t limit, const char *name) except -1:
    return refuse(
        ValueError, b"%s takes at most %zd UTF-16 units, got %zd: shorten it", name, limit, units_of(text))


cdef const WCHAR *required(PyObject *text, WCHAR *buffer, Py_ssize_t limit, const char *name) except NULL:
    """`wide` for an argument that must not be empty."""
    cdef const WCHAR *result = wide(text, buffer, limit, name)
    if result[0] == 0:
        refuse(ValueError, b"%s is empty", name)
    return result


cdef int fill(WCHAR *field, PyObject *text, Py_ssize_t limit, const char *name) except -1:
    """Put `text`, unless it is NULL, into a structure's zeroed field, which has room for `limit` units and the NUL."""
    cdef const WCHAR *source
    cdef Py_ssize_t index = 0
    if text == NULL:
        return 0
    source = wide(text, field, limit, name)
    if source != field:
        while source[index]:
            field[index] = source[index]
            index += 1
    return 0


cdef long long integer(PyObject *value, long long low, long long high, const char *name) except? -1:
    cdef int overflow = 0
    cdef long long number
    if PyBool_Check(value) or not PyIndex_Check(value):
        refuse(TypeError, b"%s must be an int, got %s", name, type_name(value))
    number = PyLong_AsLongLongAndOverflow(value, &overflow)  # which calls __index__
    if overflow or number < low or number > high:
        refuse(ValueError, b"%s must be %lld to %lld, got %S", name, low, high, value)
    return number


cdef int refuse_foreign(PyObject *value, Imported kind, const char *name) except -1:
    """A member of another enum, or a bool, in an enum's place is a slip, whatever its number."""
    if PyBool_Check(value) or isinstance(<object>value, get(ENUM)) and not isinstance(<object>value, get(kind)):
        refuse(TypeError, b"%s takes a wer.%s, got %R", name, imported_names[<int>kind].name, value)
    return 0


cdef int choice(PyObject *value, Imported kind, int low, int high, const char *name) except? -1:
    """A member of the enum `kind`, or its number. `low` to `high` leaves the header's end markers out."""
    cdef int overflow = 0
    cdef long long number
    if not PyLong_CheckExact(value) and not is_exactly(value, kind):
        refuse_foreign(value, kind, name)
        number = integer(value, -2147483648, 2147483647, name)
    else:
        number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow or number < low or number > high:
        refuse_choice(value, kind, low, high, name)
    return <int>number


cdef object name_of(Imported kind, int number):
    return get(kind)(number).name


cdef int refuse_choice(PyObject *value, Imported kind, int low, int high, const char *name) except -1:
    lowest = name_of(kind, low)
    highest = name_of(kind, high)
    return refuse(
        ValueError, b"%s takes a wer.%s from %U (%d) to %U (%d), got %R", name, imported_names[<int>kind].name,
        <PyObject *>lowest, low, <PyObject *>highest, high, value)


cdef DWORD flag_bits(PyObject *value, Imported kind, long long high, const char *name) except? 0xFFFFFFFF:
    """Members of the flag enum `kind`, or their number; unknown bits up to `high` go through."""
    if not PyLong_CheckExact(value) and not is_exactly(value, kind):
        refuse_foreign(value, kind, name)
    return <DWORD>integer(value, 0, high, name)


cdef void *pointer(PyObject *value, const char *name) except? NULL:
    """A handle or an address: an int as wide as a pointer, signed or unsigned."""
    cdef void *result = NULL
    if PyBool_Check(value) or not PyLong_Check(value):
        refuse(TypeError, b"%s must be an int, got %s", name, type_name(value))
    if not wer_as_pointer(value, &result):
        refuse(
            ValueError, b"%s must fit into %d bits, got %S", name, <int>(8 * sizeof(void *)), value)
    return result
