# One module for each interpreter of the process, and another after Py_Finalize and Py_Initialize, or after a second
# import. The only file that knows how Cython works inside.
#
# Cython 3.3 keeps a table of its modules by the number of their interpreter, and refuses to make or run a second one
# for a number. It never takes one out that has run, for it leaves a reference to each that nobody gives back; but the
# main interpreter has the same number after every Py_Initialize. So both steps are made by the functions below: a new
# module is made without a look at the table, and takes the old one's place when it runs, or not at all.
#
# What breaks this: a Cython that calls these functions otherwise (it does not compile then), or that gives the
# references back (then the last lines of wer_run are superfluous). tests/windows/test_interpreters.py would show it.

cdef extern from *:
    """
    static PyObject *__Pyx_State_FindModule(void *);
    static int __Pyx_State_AddModule(PyObject *, void *);
    static int __Pyx_State_RemoveModule(void *);

    static int (*wer_cython_run)(PyObject *); /* Cython's own function, set once in the process */

    /* As the import machinery makes a module of which nothing is said: it fills in the attributes itself. */
    static PyObject *wer_make(PyObject *spec, PyModuleDef *definition)
    {
        PyObject *name = PyObject_GetAttrString(spec, "name");
        PyObject *module = name == NULL ? NULL : PyModule_NewObject(name);

        (void)definition;
        Py_XDECREF(name);
        return module;
    }

    static int wer_run(PyObject *module)
    {
        PyObject *before = __Pyx_State_FindModule(NULL);

        if (before == module)
            return 0;
        if (before != NULL)
            __Pyx_State_RemoveModule(NULL);
        if (wer_cython_run(module) == 0)
            return 0;
        if (before != NULL) {
            PyObject *kind, *error, *traceback;

            PyErr_Fetch(&kind, &error, &traceback);
            __Pyx_State_AddModule(before, NULL);
            Py_INCREF(module); /* for ever: collecting it would take the other one out of the table */
            PyErr_Restore(kind, error, traceback);
        }
        return -1;
    }

    static void wer_correct(PyModuleDef_Slot *slot)
    {
        for (; slot->slot != 0; slot++) {
            void *volatile *place = (void *volatile *)&slot->value;
            void *run = *place; /* read once: several interpreters may be at it for the first time */

            if (slot->slot == Py_mod_create)
                *place = (void *)wer_make;
            if (slot->slot == Py_mod_exec && run != (void *)wer_run) {
                wer_cython_run = (int (*)(PyObject *))run;
                *place = (void *)wer_run;
            }
        }
    }
    #define WER_CORRECT() wer_correct(__pyx_moduledef.m_slots)

    /* Whether an object is of a class of ours, whichever import has made that class. */
    static int wer_is_a(PyObject *object, PyObject *type)
    {
        return Py_TYPE(object)->tp_dealloc == ((PyTypeObject *)type)->tp_dealloc
            && strcmp(Py_TYPE(object)->tp_name, ((PyTypeObject *)type)->tp_name) == 0;
    }
    """
    void WER_CORRECT()
    bint wer_is_a(object given, object kind)

WER_CORRECT()


cdef int must_be_a(object kind, object given) except -1:
    """Refuse an argument that is not of `kind`, which is a class of ours.

    Cython compares with the classes of the latest import, while objects of an earlier one are still in use: so nothing
    that Python passes has a class in a signature here.
    """
    if not wer_is_a(given, kind):
        raise TypeError(f"expected a {kind.__name__}, got {type_name(given)}")
    return 0
