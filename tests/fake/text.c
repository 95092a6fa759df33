/* What Python's functions of the same purpose do on Windows: here their wchar_t has 32 bits, and that of what calls them
 * has 16. The compiler puts these in their place: -DPyUnicode_AsWideChar=fake_as_wide_char, and likewise the other. */
#include <Python.h>

#include <wchar.h>

Py_ssize_t PyUnicode_AsWideChar(PyObject *text, wchar_t *buffer, Py_ssize_t size)
{
    PyObject *encoded = PyUnicode_AsEncodedString(text, "utf-16-le", "surrogatepass");
    Py_ssize_t units;

    if (encoded == NULL)
        return -1;
    units = PyBytes_GET_SIZE(encoded) / (Py_ssize_t)sizeof(wchar_t);
    if (buffer == NULL) {
        Py_DECREF(encoded);
        return units + 1;
    }
    if (units < size)
        buffer[units] = 0;
    else
        units = size;
    memcpy(buffer, PyBytes_AS_STRING(encoded), (size_t)units * sizeof(wchar_t));
    Py_DECREF(encoded);
    return units;
}

PyObject *PyUnicode_FromWideChar(const wchar_t *text, Py_ssize_t length)
{
    int order = -1;

    if (length < 0)
        for (length = 0; text[length] != 0; length++)
            ;
    return PyUnicode_DecodeUTF16(
        (const char *)text, length * (Py_ssize_t)sizeof(wchar_t), "surrogatepass", &order);
}
