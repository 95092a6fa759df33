# Methods that take their arguments as the interpreter has them: Cython's own unpacking takes longer than what most of
# ours do, and several times the code.

cdef extern from "unpack.h":
    ctypedef struct WerSignature:
        pass
    int wer_unpack(
        const WerSignature *signature, PyObject *const *args, Py_ssize_t count, PyObject *names,
        PyObject *const *interned, PyObject **given) except -1

cdef extern from "Python.h":
    enum:
        METH_CLASS
        METH_FASTCALL
        METH_KEYWORDS
        METH_NOARGS
        METH_O
        METH_VARARGS
    ctypedef void (*PyCFunction)()
    ctypedef struct PyMethodDef:
        const char *ml_name
        PyCFunction ml_meth
        int ml_flags
        const char *ml_doc
    object PyDescr_NewMethod(PyTypeObject *kind, PyMethodDef *method)
    object PyDescr_NewClassMethod(PyTypeObject *kind, PyMethodDef *method)
    PyObject *PyImport_AddModule(const char *name) except NULL
    int PyModule_AddFunctions(PyObject *module, PyMethodDef *functions) except -1
    int PyArg_ParseTuple(object arguments, const char *format, ...) except 0
    int PyObject_SetAttrString(object value, const char *name, object attribute) except -1


cdef void fill_in(PyMethodDef *definition, const char *name, void *function, int flags, const char *doc=NULL) noexcept:
    """It is the process's: all interpreters write the same there."""
    definition.ml_name = name
    definition.ml_meth = <PyCFunction>function
    definition.ml_flags = flags
    definition.ml_doc = doc


cdef int define(
    object kind, PyMethodDef *method, const char *name, void *function, const char *doc, int flags=0
) except -1:
    """Give the class `kind` a method. `function` gets the object, or with METH_CLASS its class, the arguments, how many
    of them have no name, and the names of the others.
    """
    fill_in(method, name, function, METH_FASTCALL | METH_KEYWORDS | flags, doc)
    if flags & METH_CLASS:
        descriptor = PyDescr_NewClassMethod(<PyTypeObject *>kind, method)
    else:
        descriptor = PyDescr_NewMethod(<PyTypeObject *>kind, method)
    return PyObject_SetAttrString(kind, name, descriptor)
