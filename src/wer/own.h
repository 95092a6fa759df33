/* What each interpreter has of its own. A look into the module's state takes as long as a quarter of a call, so it is found
 * by the interpreter's number, and each report looks once. It lives as long as the process: a report may outlive its
 * module. Only Py_Finalize makes numbers free; whoever imports the module after that keeps a new one. */
#ifndef WER_OWN_H
#define WER_OWN_H

#include <Python.h>
#include <windows.h>

typedef struct WerKept {
    long long number;
    PyObject *kept;
    struct WerKept *next;
} WerKept;

enum { WER_QUICKLY_FOUND = 32 };

static PyObject *wer_kept_first[WER_QUICKLY_FOUND]; /* of the first interpreters */
static PVOID volatile wer_kept_others;              /* a WerKept: of all others, the newest first */

static PyObject *wer_own(void)
{
    long long number = PyInterpreterState_GetID(PyInterpreterState_Get());
    WerKept *other = (WerKept *)wer_kept_others;

    if (number < WER_QUICKLY_FOUND)
        return wer_kept_first[number];
    while (other->number != number) /* it is there: importing the module has put it there */
        other = other->next;
    return other->kept;
}

/* Returns -1 with an error if there is no memory. */
static int wer_keep_own(PyObject *made)
{
    long long number = PyInterpreterState_GetID(PyInterpreterState_Get());
    WerKept *other;

    if (number < WER_QUICKLY_FOUND) {
        wer_kept_first[number] = Py_NewRef(made);
        return 0;
    }
    other = (WerKept *)PyMem_RawMalloc(sizeof(*other));
    if (other == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    other->number = number;
    other->kept = Py_NewRef(made);
    do {
        other->next = (WerKept *)wer_kept_others;
    } while (InterlockedCompareExchangePointer(&wer_kept_others, other, other->next) != (PVOID)other->next);
    return 0;
}

#endif /* WER_OWN_H */
