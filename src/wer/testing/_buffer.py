"""Memory that stays where it is."""

import ctypes

_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes = [ctypes.py_object, ctypes.c_void_p, ctypes.c_int]
_release = ctypes.pythonapi.PyBuffer_Release
_release.argtypes = [ctypes.c_void_p]
_release.restype = None
_check = ctypes.pythonapi.PyObject_CheckBuffer
_check.argtypes = [ctypes.py_object]
_SIMPLE = 0


class _View(ctypes.Structure):
    """Py_buffer, which is part of Python's stable ABI."""

    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_void_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    ]


def has_buffer(value: object) -> bool:
    """Whether it has the buffer protocol."""
    return bool(_check(value))


class Pinned:
    """The contiguous memory of an object, whose address Python has no other way to tell if it is read-only.

    Raises BufferError, as the object itself words it.
    """

    def __init__(self, value: object) -> None:
        self._view: _View | None = None
        view = _View()
        _get_buffer(value, ctypes.byref(view), _SIMPLE)
        self._view = view
        self.address: int = view.buf or 0
        self.size: int = view.len

    def __del__(self) -> None:
        self.release()

    def release(self) -> None:
        """Let go of the memory."""
        view, self._view = self._view, None
        if view is not None:
            _release(ctypes.byref(view))
