/* What converting and refusing arguments needs of Python's C API beyond what Cython makes of it. */
#ifndef WER_CONVERT_H
#define WER_CONVERT_H

#include <Python.h>
#include <stdarg.h>
#include <string.h>

/* Raise an exception with a text that is put together as PyErr_Format says. It always fails; once compiled it takes a
 * tenth of what Cython makes of an f-string and a raise, and there are many of these. */
#define wer_refuse(...) (PyErr_Format(__VA_ARGS__), -1)

/* Raise `kind(...)` with arguments that are put together as Py_BuildValue says, in parentheses. It always fails. */
static int wer_raise(PyObject *kind, const char *format, ...)
{
    PyObject *arguments;
    va_list values;

    va_start(values, format);
    arguments = Py_VaBuildValue(format, values);
    va_end(values);
    if (arguments != NULL)
        PyErr_SetObject(kind, arguments);
    Py_XDECREF(arguments);
    return -1;
}

/* A reference that is owned, as a result; NULL: there is an error. */
static PyObject *wer_new_reference(PyObject *made)
{
    return made;
}

/* What a value's type is called, without its module. */
static const char *wer_type_name(PyObject *value)
{
    const char *name = Py_TYPE(value)->tp_name, *dot = strrchr(name, '.');

    return dot == NULL ? name : dot + 1;
}

/* The int `value` as a pointer: as wide as one, signed or unsigned. FALSE if it does not fit, without an error. */
static int wer_as_pointer(PyObject *value, void **pointer)
{
    int overflow = 0;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);

    if (overflow > 0) {
        number = (long long)PyLong_AsUnsignedLongLong(value);
        overflow = PyErr_Occurred() != NULL;
        PyErr_Clear();
        if (!overflow && sizeof(void *) < sizeof(number))
            return 0;
    } else if (sizeof(void *) < sizeof(number) && (number < INT32_MIN || number > UINT32_MAX)) {
        return 0;
    }
    *pointer = (void *)(uintptr_t)number;
    return overflow == 0;
}

#endif /* WER_CONVERT_H */
