# The functions of the module. They are not for programs: _settings.py and _store.py have those.

cdef extern from *:
    """
    static PyMethodDef wer_functions[11]; /* the same for all interpreters; a zeroed one ends them */
    """
    PyMethodDef functions "wer_functions"[11]


fill_in(&functions[0], b"in_wer_dll", <void *>in_wer_dll, METH_O)
fill_in(&functions[1], b"found", <void *>found, METH_O)
fill_in(&functions[2], b"purge_reports", <void *>purge_reports, METH_NOARGS)
fill_in(&functions[3], b"add_excluded_application", <void *>add_excluded_application, METH_VARARGS)
fill_in(&functions[4], b"remove_excluded_application", <void *>remove_excluded_application, METH_VARARGS)
fill_in(&functions[5], b"set_flags", <void *>set_flags, METH_O)
fill_in(&functions[6], b"get_flags", <void *>get_flags, METH_VARARGS)
fill_in(&functions[7], b"set_max_process_hold_milliseconds", <void *>set_max_process_hold_milliseconds, METH_O)
fill_in(&functions[8], b"report_hang", <void *>report_hang, METH_VARARGS)
PyModule_AddFunctions(PyImport_AddModule(b"wer._werapi"), functions)
