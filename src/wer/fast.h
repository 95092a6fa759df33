/* What the calls that count every nanosecond need of Python's and the processor's insides, in one place. */
#ifndef WER_FAST_H
#define WER_FAST_H

#include <Python.h>
#include <windows.h>

/* The wheel is built for size; what is here runs in every call. */
#if defined(__GNUC__) && !defined(__clang__)
#define WER_INLINE static __inline __attribute__((always_inline))
#define WER_QUICK static __attribute__((noinline, optimize("O2")))
#else
#define WER_INLINE static __inline
#define WER_QUICK static
#endif

/* The value of an int, or of an int's subclass, that Python holds in one digit, without a call; FALSE for all else. */
WER_INLINE int wer_small(PyObject *value, long *number)
{
#if PY_VERSION_HEX >= 0x030C0000
    if (!PyUnstable_Long_IsCompact((PyLongObject *)value))
        return 0;
    *number = (long)PyUnstable_Long_CompactValue((PyLongObject *)value);
    return 1;
#else
    Py_ssize_t size = Py_SIZE(value);

    if (size < -1 || size > 1)
        return 0;
    *number = size == 0 ? 0 : (long)size * (long)((PyLongObject *)value)->ob_digit[0];
    return 1;
#endif
}

/* Whether `value` is a plain int within these limits. */
WER_INLINE int wer_plain(PyObject *value, long low, long high, long *number)
{
    return PyLong_CheckExact(value) && wer_small(value, number) && *number >= low && *number <= high;
}

/* Whether it is an instance of `kind`, an enum whose members are ints, within these limits. */
WER_INLINE int wer_member(PyObject *value, PyObject *kind, long low, long high, long *number)
{
    return (PyObject *)Py_TYPE(value) == kind && wer_small(value, number) && *number >= low && *number <= high;
}

/* Whether it is None, which leaves `handle` as it is, or a handle as an int. */
WER_INLINE int wer_plain_handle(PyObject *value, HANDLE *handle)
{
    long number;

    if (value == Py_None)
        return 1;
    if (!PyLong_CheckExact(value) || !wer_small(value, &number) || number <= 0)
        return 0;
    *handle = (HANDLE)(INT_PTR)number;
    return 1;
}

/* Put the arguments of a call in the order of `known`, the names of its parameters, of which there are `most`; NULL where
 * there is none. Names count as equal if they are the same object, as those in a program's calls are. Returns FALSE if
 * one is not known or there twice. */
WER_QUICK int wer_arrange(
    PyObject *const *args, Py_ssize_t count, PyObject *names, PyObject *const *known, int most, PyObject **arranged)
{
    Py_ssize_t named = PyTuple_GET_SIZE(names), i;
    int k, next = (int)count; /* names mostly come in the order of the parameters */

    if (count > most)
        return 0;
    for (k = 0; k < most; k++)
        arranged[k] = k < count ? args[k] : NULL;
    for (i = 0; i < named; i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        for (k = next; k < most && known[k] != name; k++)
            ;
        if (k == most)
            for (k = 0; k < next && known[k] != name; k++)
                ;
        if (known[k] != name || arranged[k] != NULL)
            return 0;
        arranged[k] = args[count + i];
        next = k;
    }
    return 1;
}

/* `text` as NUL-terminated UTF-16 of at most `limit` units: where it lies, or in `buffer`, which has room for that. NULL if
 * it is no plain str, too long, has a NUL, or needs surrogates: `wide` knows what to say about it. */
WER_QUICK const WCHAR *wer_plain_text(PyObject *text, WCHAR *buffer, Py_ssize_t limit)
{
    Py_ssize_t length, i;

    if (!PyUnicode_CheckExact(text))
        return NULL;
    length = PyUnicode_GET_LENGTH(text);
    if (length > limit)
        return NULL;
    if (PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND) {
        const Py_UCS1 *from = PyUnicode_1BYTE_DATA(text);
        for (i = 0; i < length; i++) {
            if (from[i] == 0)
                return NULL;
            buffer[i] = from[i];
        }
        buffer[length] = 0;
        return buffer;
    }
    if (PyUnicode_KIND(text) == PyUnicode_2BYTE_KIND) {
        const Py_UCS2 *lies = PyUnicode_2BYTE_DATA(text);
        for (i = 0; i < length; i++)
            if (lies[i] == 0)
                return NULL;
        return (const WCHAR *)lies;
    }
    return NULL;
}

/* Call a class as Python does where it has no shorter way: __new__, then __init__. */
WER_QUICK PyObject *wer_call_class(PyObject *kind, PyObject *const *args, size_t count, PyObject *names)
{
    Py_ssize_t given = PyVectorcall_NARGS(count), named = names == NULL ? 0 : PyTuple_GET_SIZE(names), i;
    PyObject *positional = PyTuple_New(given), *keywords = named == 0 ? NULL : PyDict_New(), *made = NULL;

    if (positional == NULL || (named != 0 && keywords == NULL))
        goto done;
    for (i = 0; i < given; i++) {
        Py_INCREF(args[i]);
        PyTuple_SET_ITEM(positional, i, args[i]);
    }
    for (i = 0; i < named; i++)
        if (PyDict_SetItem(keywords, PyTuple_GET_ITEM(names, i), args[given + i]) < 0)
            goto done;
    made = PyType_Type.tp_call(kind, positional, keywords);
done:
    Py_XDECREF(positional);
    Py_XDECREF(keywords);
    return made;
}

/* A new object of a class whose own __new__ needs no arguments. */
WER_INLINE PyObject *wer_new(PyObject *kind)
{
    return ((PyTypeObject *)kind)->tp_new((PyTypeObject *)kind, NULL, NULL);
}

/* Have calls of a class, of this very one and not of those derived from it, reach `shorter` first. */
WER_INLINE void wer_set_vectorcall(PyObject *kind, vectorcallfunc shorter)
{
    ((PyTypeObject *)kind)->tp_vectorcall = shorter;
}

/* Copy a full path as Windows would have it, such as C:\logs\spooler.log, and its NUL into `path`, which has room for both;
 * FALSE if it may be another one once Windows has looked at it, or Windows would not take it: with a dot or a space at
 * the end of a part, a doubled or a forward slash, the name of a device such as COM1, a NUL. */
WER_QUICK int wer_full_path(PyObject *text, WCHAR *path, Py_ssize_t limit)
{
    const Py_UCS1 *from;
    Py_ssize_t length, i;
    unsigned char part = '\\'; /* the character before this one */

    if (!PyUnicode_CheckExact(text) || PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND)
        return 0;
    from = PyUnicode_1BYTE_DATA(text);
    length = PyUnicode_GET_LENGTH(text);
    if (length < 4 || length > limit || (from[0] | 0x20) < 'a' || (from[0] | 0x20) > 'z' || from[1] != ':' ||
        from[2] != '\\')
        return 0;
    path[0] = from[0], path[1] = from[1], path[2] = from[2];
    for (i = 3; i < length; i++) {
        unsigned char c = from[i];
        path[i] = c;
        if (part == '\\') { /* at the start of a part; behind the text is a NUL */
            unsigned char first = c | 0x20, second = from[i + 1] | 0x20;
            if ((first == 'c' && second == 'o') || (first == 'p' && second == 'r') ||
                (first == 'a' && second == 'u') || (first == 'n' && second == 'u') || (first == 'l' && second == 'p'))
                return 0;
        }
        if (c < '0' || c == '\\') { /* all that matters, and little else */
            if (c == '/' || c == 0 || (c == '\\' && (part == '\\' || part == '.' || part == ' ')))
                return 0;
        }
        part = c;
    }
    path[length] = 0;
    return part != '\\' && part != '.' && part != ' ';
}

/* Let go of what InterlockedCompareExchange took: what was written before is seen by who takes it next. */
WER_INLINE void wer_let_go(LONG *target)
{
#if defined(__GNUC__)
    __atomic_store_n(target, 0, __ATOMIC_RELEASE);
#elif defined(_M_X64) || defined(_M_IX86)
    *(volatile LONG *)target = 0; /* a plain store, which these processors do not move before an earlier one */
#else
    InterlockedExchange(target, 0);
#endif
}

#endif /* WER_FAST_H */
