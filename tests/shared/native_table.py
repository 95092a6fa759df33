"""The table of wer/capi.h, whose functions ctypes calls; and exceptions that nobody has raised, to report."""

import ctypes
from types import SimpleNamespace

from wer import _werapi

NAMES = [
    *("report_from_handle", "report_check", "report_handle", "create", "set_parameter", "set_ui_option", "add_file"),
    *("add_dump", "submit", "close", "template_create", "template_retain", "template_release"),
    *("template_set_parameter", "template_add_file", "template_set_dump", "template_set_timeout"),
    *("template_from_object", "report_exception", "report_here", "wait_for_report", "install_handler"),
    "uninstall_handler",
]
WINAPI = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)  # gives the GIL up
HRESULT, INT, DWORD, TEXT = ctypes.c_long, ctypes.c_int, ctypes.c_uint32, ctypes.c_wchar_p
TEMPLATE = POINTER = ctypes.c_void_p
WITHOUT_PYTHON = {
    "template_create": (HRESULT, TEXT, INT, POINTER, INT, DWORD, POINTER),
    "template_retain": (None, TEMPLATE),
    "template_release": (None, TEMPLATE),
    "template_set_parameter": (HRESULT, TEMPLATE, DWORD, TEXT, TEXT),
    "template_add_file": (HRESULT, TEMPLATE, TEXT, INT, DWORD),
    "template_set_dump": (HRESULT, TEMPLATE, INT, POINTER, DWORD),
    "template_set_timeout": (HRESULT, TEMPLATE, DWORD),
    "report_exception": (HRESULT, TEMPLATE, POINTER, POINTER),
    "report_here": (HRESULT, TEMPLATE, DWORD, POINTER),
    "wait_for_report": (None,),
    "install_handler": (HRESULT, TEMPLATE),
    "uninstall_handler": (HRESULT, TEMPLATE),
}
WITH_PYTHON = {
    "report_from_handle": (ctypes.py_object, ctypes.c_size_t, INT),
    "report_check": (INT, ctypes.py_object),
    "report_handle": (ctypes.c_size_t, ctypes.py_object),
    "template_from_object": (TEMPLATE, ctypes.py_object),
}


class Table(ctypes.Structure):
    """WerCAPI."""

    _fields_ = (("version", ctypes.c_uint), ("size", ctypes.c_uint), *((name, ctypes.c_void_p) for name in NAMES))


def native_table():
    """What is in `WITHOUT_PYTHON` and `WITH_PYTHON`, as functions."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = Table.from_address(pointer(_werapi._C_API, b"wer._C_API"))
    assert (table.version, table.size) == (1, ctypes.sizeof(Table))
    kinds = (WINAPI, WITHOUT_PYTHON), (ctypes.PYFUNCTYPE, WITH_PYTHON)
    return SimpleNamespace(
        **{name: kind(*types)(getattr(table, name)) for kind, of in kinds for name, types in of.items()}
    )


def exception_pointers(code):
    """An EXCEPTION_POINTERS, with a record of this code and an empty context of any processor."""
    record, context = ctypes.create_string_buffer(256), ctypes.create_string_buffer(2048)
    record[:4] = code.to_bytes(4, "little")
    aligned = (ctypes.addressof(context) + 15) // 16 * 16
    pointers = (ctypes.c_void_p * 2)(ctypes.addressof(record), aligned)
    pointers.kept = record, context
    return pointers


class MemoryBasicInformation(ctypes.Structure):
    """MEMORY_BASIC_INFORMATION."""

    _fields_ = (
        ("base", ctypes.c_void_p),
        ("allocation", ctypes.c_void_p),
        ("allocated_as", ctypes.c_uint32),
        ("size", ctypes.c_size_t),
        ("state", ctypes.c_uint32),
        ("protection", ctypes.c_uint32),
        ("kind", ctypes.c_uint32),
    )


def is_allocated(address):
    """Whether there are pages of Windows' at this address, as those of a template are."""
    memory = MemoryBasicInformation()
    query = ctypes.WinDLL("kernel32").VirtualQuery
    query.restype, query.argtypes = ctypes.c_size_t, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    assert query(address, ctypes.byref(memory), ctypes.sizeof(memory)) != 0
    return memory.state == 0x1000  # MEM_COMMIT
