/* mark(label): what has run since the last mark goes into a file of callgrind's that has this label. */
#include <Python.h>

#include <valgrind/callgrind.h>

static PyObject *mark(PyObject *Py_UNUSED(module), PyObject *label)
{
    const char *text = PyUnicode_AsUTF8(label);

    if (text == NULL)
        return NULL;
    CALLGRIND_DUMP_STATS_AT(text);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"mark", mark, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "marks", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_marks(void)
{
    return PyModule_Create(&module);
}
