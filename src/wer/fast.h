/* What the calls that count every nanosecond need of Python's and the processor's insides, in one place. */
#ifndef WER_FAST_H
#define WER_FAST_H

#include <Python.h>

#include "wer/werapi.h"

/* The wheel is built for size; what is here runs in every call. */
#if defined(__GNUC__) && !defined(__clang__)
#define WER_INLINE static __inline __attribute__((always_inline))
/* A loop over a few pointers is no memset, which -Os would have the processor do byte by byte. */
#define WER_QUICK static __attribute__((noinline, optimize("O2", "no-tree-loop-distribute-patterns")))
#define WER_SELDOM static __attribute__((noinline, cold))
#else
#define WER_INLINE static __inline
#define WER_QUICK static
#define WER_SELDOM static
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

/* Whether `value` is a plain int, or a member of the enum `kind`, within these limits; NULL leaves `number` as it is. */
WER_INLINE int wer_number(PyObject *value, PyObject *kind, long low, long high, long *number)
{
    if (value == NULL)
        return 1;
    return (PyLong_CheckExact(value) || (PyObject *)Py_TYPE(value) == kind) && wer_small(value, number) &&
           *number >= low && *number <= high;
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

/* Take what is 0 while nobody has it; FALSE if somebody has. Who takes holds the GIL, so nobody comes in between; who lets
 * go need not. Without a GIL, or where a plain load may be moved, it is one instruction for the processor. */
WER_INLINE int wer_take_once(LONG *target)
{
#if !defined(Py_GIL_DISABLED) && (defined(__GNUC__) || defined(_M_X64) || defined(_M_IX86))
#if defined(__GNUC__)
    if (__atomic_load_n(target, __ATOMIC_ACQUIRE) != 0)
        return 0;
#else
    if (*(volatile LONG *)target != 0)
        return 0;
#endif
    *target = 1;
    return 1;
#else
    return InterlockedCompareExchange(target, 1, 0) == 0;
#endif
}

/* Let go of it: what was written before is seen by who takes it next. */
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

/* Take a report for one call; FALSE if it is in another, closed or submitted. */
WER_INLINE int wer_take(LONG *busy, HREPORT *handle, int *submitted)
{
    if (!wer_take_once(busy))
        return 0;
    if (*handle != NULL && !*submitted)
        return 1;
    wer_let_go(busy);
    return 0;
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
        for (i = 0; (buffer[i] = from[i]) != 0; i++)
            ;
        return i == length ? buffer : NULL;
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

/* A new object of a class whose __new__ is in C and needs no arguments. */
WER_INLINE PyObject *wer_new(PyObject *kind)
{
    return ((PyTypeObject *)kind)->tp_new((PyTypeObject *)kind, NULL, NULL);
}

/* Have calls of a class, of this very one and not of those derived from it, reach `shorter` first. */
WER_INLINE void wer_set_vectorcall(PyObject *kind, vectorcallfunc shorter)
{
    ((PyTypeObject *)kind)->tp_vectorcall = shorter;
}

/* What a character does in a path: it ends a part, may not be the last of one, may begin the name of a device. */
enum { WER_ENDS = 1, WER_NOT_LAST = 2, WER_DEVICE = 4 };
static const unsigned char WER_IN_PATH[256] = {
    [0] = WER_ENDS, ['/'] = WER_ENDS, ['\\'] = WER_ENDS | WER_NOT_LAST, ['.'] = WER_NOT_LAST, [' '] = WER_NOT_LAST,
    ['A'] = WER_DEVICE, ['C'] = WER_DEVICE, ['L'] = WER_DEVICE, ['N'] = WER_DEVICE, ['P'] = WER_DEVICE,
    ['a'] = WER_DEVICE, ['c'] = WER_DEVICE, ['l'] = WER_DEVICE, ['n'] = WER_DEVICE, ['p'] = WER_DEVICE,
};

/* Whether a part that starts so may be AUX, COM1, CON, LPT1, NUL or PRN. */
WER_INLINE int wer_maybe_device(const Py_UCS1 *part)
{
    unsigned char first = part[0] | 0x20, second = part[1] | 0x20;

    return (first == 'c' && second == 'o') || (first == 'p' && second == 'r') || (first == 'a' && second == 'u') ||
           (first == 'n' && second == 'u') || (first == 'l' && second == 'p');
}

/* Copy a full path as Windows would have it, such as C:\logs\spooler.log, and its NUL into `path`, which has room for both;
 * FALSE if it may be another one once Windows has looked at it, or Windows would not take it: with a dot or a space at
 * the end of a part, a doubled or a forward slash, the name of a device such as COM1, a NUL. */
WER_QUICK int wer_full_path(PyObject *text, WCHAR *path, Py_ssize_t limit)
{
    const Py_UCS1 *from, *start;
    Py_ssize_t length;
    size_t c; /* no conversion in the loop */

    if (!PyUnicode_CheckExact(text) || PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND)
        return 0;
    start = from = PyUnicode_1BYTE_DATA(text);
    length = PyUnicode_GET_LENGTH(text);
    if (length < 4 || length > limit || (from[0] | 0x20) < 'a' || (from[0] | 0x20) > 'z' || from[1] != ':' ||
        from[2] != '\\')
        return 0;
    *path++ = *from++;
    c = *from;
    for (;;) {
        do {
            *path++ = (WCHAR)c;
            c = *++from;
        } while (!(WER_IN_PATH[c] & WER_ENDS));
        if (WER_IN_PATH[from[-1]] & WER_NOT_LAST)
            return 0;
        if (c != '\\')
            break;
        if (WER_IN_PATH[from[1]] & WER_DEVICE && wer_maybe_device(from + 1))
            return 0;
    }
    *path = 0;
    return from == start + length; /* a slash or a NUL in between otherwise */
}

#endif /* WER_FAST_H */
