"""What tests say to the Windows of tests/fake (fake.h), and what they ask it."""

import contextlib
import ctypes
import os
import threading
from collections import Counter
from types import SimpleNamespace

import wer._elsewhere
from wer import _werapi

PATIENCE = 30  # seconds for what takes none
KINDS = ("reports", "stores", "keys of stores", "snapshots", "registrations")
WORKER, WORKER_TID, FINISHED, FIRST_OTHER = 400_000_000, 400_000_004, 400_000_008, 400_001_000
_handles = {}

dll = wer._elsewhere._windows
extension = ctypes.CDLL(_werapi.__file__)
dll.fake_add_process.restype = ctypes.c_size_t
dll.fake_fail.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_uint32, ctypes.c_int]
dll.fake_function.restype = ctypes.c_char_p
dll.fake_crash.argtypes = [ctypes.c_uint32]


def process(pid, tid=0, *, parent=0, python=True):
    """What goes wherever `wer` takes a process: it exists from now on, for all tests."""
    if pid not in _handles:
        _handles[pid] = dll.fake_add_process(pid, parent, tid, python)
    return SimpleNamespace(pid=pid, handle=_handles[pid])


def fail(function, code, *, nth=1, times=-1):
    """Have the nth call from now on fail, and so many in all; -1: for good."""
    dll.fake_fail(function.encode(), nth, code & 0xFFFFFFFF, times)


def calls():
    """How often each function was called, since `forget`."""
    names = []
    while name := dll.fake_function(len(names)):
        names.append(name)
    return Counter({name.decode(): count for name in names if (count := dll.fake_calls(name))})


@contextlib.contextmanager
def lacking(*functions):
    """Be a Windows that does not have these."""
    for lacks in (True, False):
        for function in functions:
            dll.fake_lack(function.encode(), lacks)
        extension.wer_find_all()
        if lacks:
            yield


forget = dll.fake_forget_calls


def add_report(key, *names, unreadable=False):
    """A report in each store, with the names of its files; the last one has its NUL if it says so."""
    text = "\0".join(names)
    units = len(text.encode("utf-16-le")) // 2
    assert dll.fake_add_report(_utf16(key + "\0"), _utf16(text), units, unreadable)


def _utf16(text):
    return ctypes.create_string_buffer(text.encode("utf-16-le", "surrogatepass"))


@contextlib.contextmanager
def inside(function, call):
    """Another thread is in `function`, in `call`."""
    dll.fake_block(function.encode())
    thread = threading.Thread(target=call)
    thread.start()
    try:
        assert dll.fake_wait_inside(PATIENCE * 1000)
        yield
    finally:
        dll.fake_release()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def still_open():
    """What is open, registered or was closed although it was not open."""
    found = {kind: dll.fake_open_of(number) for number, kind in enumerate(KINDS)}
    found |= {"handles": dll.fake_open_handles(), "closes of what was not open": dll.fake_bad_closes()}
    return found


def crash(code=0xC0000005):
    """Have this thread crash; what the filter answers, which is 0 unless the process goes on."""
    return dll.fake_crash(code)


exception_module = os.path.join(os.path.dirname(wer.__file__), "exception_module.so")
