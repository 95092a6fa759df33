# One module for each interpreter of the process, and one again after Py_Finalize and Py_Initialize.
#
# Cython 3.3 keeps a table of its modules by the number of their interpreter, and refuses to make a second one for a
# number. It never takes one out, for it leaves a reference to each that nobody gives back. But the main interpreter has
# the same number after every Py_Initialize. So the table is corrected before a module is made: the import machinery
# asks for one only where there is none. The old one stays in memory; nothing looks it up any more.

cdef extern from *:
    """
    #define WER_KNOWN_MODULE() (__Pyx_State_FindModule(&__pyx_moduledef) != NULL)
    #define WER_FORGET_MODULE() ((void)__Pyx_State_RemoveModule(&__pyx_moduledef))
    #define WER_SLOTS() (__pyx_moduledef.m_slots)
    static void *wer_create; /* Cython's own function; the same for all interpreters, set once in the process */
    """
    void *wer_create
    bint WER_KNOWN_MODULE() noexcept
    void WER_FORGET_MODULE() noexcept
    PyModuleDef_Slot *WER_SLOTS() noexcept

cdef extern from "Python.h":
    enum:
        Py_mod_create
    ctypedef struct PyModuleDef:
        pass
    ctypedef struct PyModuleDef_Slot:
        int slot
        void *value

ctypedef PyObject *(*Create)(PyObject *spec, PyModuleDef *definition) noexcept


cdef PyObject *create_anew(PyObject *spec, PyModuleDef *definition) noexcept:
    """Nothing here may need the module's state: there is none yet."""
    if WER_KNOWN_MODULE():
        WER_FORGET_MODULE()
    return (<Create>wer_create)(spec, definition)


cdef int correct_creation() except -1:
    global wer_create
    cdef PyModuleDef_Slot *slot = WER_SLOTS()
    while slot.slot != Py_mod_create:
        slot += 1
    if slot.value != <void *>create_anew:
        wer_create = slot.value
        slot.value = <void *>create_anew
    return 0


correct_creation()
