/* The arguments of a call, by the names of its parameters. */
#ifndef WER_UNPACK_H
#define WER_UNPACK_H

#include <Python.h>

#include "convert.h"
#include "fast.h"

typedef struct {
    const char *function;
    const char *const *names;
    int required, positional, all; /* how many of them: from the first on */
} WerSignature;

/* Which parameter is called `name`; -1 if none is. */
WER_SELDOM Py_ssize_t wer_parameter(const WerSignature *signature, PyObject *name)
{
    Py_ssize_t k;

    for (k = 0; k < signature->all; k++)
        if (PyUnicode_CompareWithASCIIString(name, signature->names[k]) == 0)
            return k;
    return -1;
}

/* Put the arguments of a call in the order of the signature; NULL where there is none. `interned` are the names in it as
 * objects, or NULL. Returns -1 and raises TypeError if they do not fit. */
WER_QUICK int wer_unpack(
    const WerSignature *signature, PyObject *const *args, Py_ssize_t count, PyObject *names, PyObject *const *interned,
    PyObject **given)
{
    PyObject *const *name = names == NULL ? NULL : ((PyTupleObject *)names)->ob_item;
    PyObject *const *end = names == NULL ? NULL : name + PyTuple_GET_SIZE(names);
    const Py_ssize_t all = signature->all;
    Py_ssize_t k;

    if (count > signature->positional)
        return wer_refuse(
            PyExc_TypeError, "%s() takes at most %d positional arguments (%zd given)", signature->function,
            signature->positional, count);
    for (k = 0; k < count; k++)
        given[k] = args[k];
    for (; k < all; k++)
        given[k] = NULL;
    args += count;
    k = count;
    for (; name != end; name++) {
        /* The keywords in a program's calls are these very objects, mostly in this order. */
        if (interned != NULL)
            while (k < all && interned[k] != *name)
                k++;
        if (interned == NULL || k == all)
            k = wer_parameter(signature, *name);
        if (k < 0)
            return wer_refuse(
                PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", signature->function, *name);
        if (given[k] != NULL)
            return wer_refuse(
                PyExc_TypeError, "%s() got multiple values for argument '%s'", signature->function,
                signature->names[k]);
        given[k] = *args++;
    }
    for (k = 0; k < signature->required; k++)
        if (given[k] == NULL)
            return wer_refuse(
                PyExc_TypeError, "%s() missing required argument '%s' (pos %d)", signature->function,
                signature->names[k], (int)k + 1);
    return 0;
}

#endif /* WER_UNPACK_H */
