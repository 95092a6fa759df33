# What wer/capi.h offers (native/capitable.c): the capsule through which native code finds it, and the classes whose
# objects it makes and takes.

cdef extern from "capitable.h":
    const char *WER_CAPI_CAPSULE
    ctypedef struct WerCAPI:
        pass
    WerCAPI wer_capi
    int wer_register_class(const char *name, object cls) except -1

_C_API = PyCapsule_New(&wer_capi, WER_CAPI_CAPSULE, NULL)


def register_class(str name not None, cls, /):
    # Have native code in this interpreter make and take objects of `cls` for wer.Report or wer.ReportTemplate.
    wer_register_class(name, cls)
