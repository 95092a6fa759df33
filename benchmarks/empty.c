/* An extension module with nothing in it: what importing any extension costs at least. */
#include <Python.h>

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "empty", NULL, 0, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_empty(void)
{
    return PyModuleDef_Init(&module);
}
