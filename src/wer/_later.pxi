# What `import wer` does not bring in, since making the enums takes longer than all the rest: the Python classes that
# arguments, results and errors are about. Each is imported when it is needed first.

@cython.final
cdef class Later:
    """Stands for a class of the package: use it like that class, but for ``except`` and as a base."""

    cdef str module
    cdef str name
    cdef object found  # the class; None until it has been imported

    def __getattr__(self, str name):
        return getattr(get(self), name)

    def __call__(self, *arguments, **options):
        return get(self)(*arguments, **options)

    def __instancecheck__(self, value):
        # What has not been imported has no instances.
        return imported(self) and isinstance(value, self.found)


cdef Later later(str module, str name):
    cdef Later result = Later.__new__(Later)
    result.module = module
    result.name = name
    return result


cdef object get(Later stand_in):
    """The class."""
    if stand_in.found is None:
        __import__(stand_in.module)
        stand_in.found = getattr(_modules[stand_in.module], stand_in.name)
    return stand_in.found


cdef bint imported(Later stand_in) except -1:
    """Whether anybody has imported the class."""
    if stand_in.found is None and stand_in.module in _modules:
        get(stand_in)
    return stand_in.found is not None


_Consent = later("wer._enums", "Consent")
_DumpFlags = later("wer._enums", "DumpFlags")
_DumpType = later("wer._enums", "DumpType")
_FaultReportingFlags = later("wer._enums", "FaultReportingFlags")
_FileFlags = later("wer._enums", "FileFlags")
_FileType = later("wer._enums", "FileType")
_MinidumpType = later("wer._enums", "MinidumpType")
_RegisterFileType = later("wer._enums", "RegisterFileType")
_ReportType = later("wer._enums", "ReportType")
_ReportUI = later("wer._enums", "ReportUI")
_SnapshotFlags = later("wer._enums", "SnapshotFlags")
_StoreType = later("wer._enums", "StoreType")
_SubmitFlags = later("wer._enums", "SubmitFlags")
_SubmitResult = later("wer._enums", "SubmitResult")
_DumpOptions = later("wer._options", "DumpOptions")
_ExceptionInformation = later("wer._options", "ExceptionInformation")
_WerError = later("wer._errors", "WerError")
