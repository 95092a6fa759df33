"""examples/exception_module, built against the package's header and called as WER calls such a DLL.

WER loads it into a process of its own and gives it handles of the crashed one; here both are this process.
"""

import ctypes
import os

import pytest

import wer

PARAMETERS = [("Job", "invoice €.pdf"), ("Exception", "C0000005"), ("Address", "0000000000001234")]


class SpoolerState(ctypes.Structure):
    _fields_ = (("size", ctypes.c_uint32), ("job", ctypes.c_wchar * 64))


@pytest.fixture(scope="module")
def module():
    if "WERAPI_EXCEPTION_MODULE" not in os.environ:
        pytest.skip("needs the example's DLL, which dev.py compiles")
    return ctypes.WinDLL(os.environ["WERAPI_EXCEPTION_MODULE"])


@pytest.fixture
def information(layouts):
    """A WER_RUNTIME_EXCEPTION_INFORMATION on an access violation at 0x1234, laid out by Microsoft's metadata."""
    layout = layouts["WER_RUNTIME_EXCEPTION_INFORMATION"]
    offsets = {name: offset for name, _, offset, _ in layout["fields"]}
    record = {name: offset for name, _, offset, _ in layouts["EXCEPTION_RECORD"]["fields"]}
    memory = ctypes.create_string_buffer(layout["size"])
    start = ctypes.addressof(memory)
    ctypes.c_uint32.from_address(start + offsets["dwSize"]).value = layout["size"]
    ctypes.c_ssize_t.from_address(start + offsets["hProcess"]).value = -1  # GetCurrentProcess()
    at = start + offsets["exceptionRecord"]
    ctypes.c_uint32.from_address(at + record["ExceptionCode"]).value = 0xC0000005
    ctypes.c_size_t.from_address(at + record["ExceptionAddress"]).value = 0x1234
    return memory


@pytest.fixture
def state():
    return SpoolerState(ctypes.sizeof(SpoolerState), "invoice €.pdf")


def ask(module, context, information, size=64):
    claimed, count = ctypes.c_int(2), ctypes.c_uint32(77)
    name, room = ctypes.create_unicode_buffer("untouched", 64), ctypes.c_uint32(size)
    hr = module.OutOfProcessExceptionEventCallback(
        context, information, ctypes.byref(claimed), name, ctypes.byref(room), ctypes.byref(count)
    )
    assert hr == 0
    return claimed.value, name.value, count.value


def parameter(module, index, context, information, size=64):
    name, value = ctypes.create_unicode_buffer(64), ctypes.create_unicode_buffer(64)
    rooms = ctypes.c_uint32(size), ctypes.c_uint32(size)
    hr = module.OutOfProcessExceptionEventSignatureCallback(
        context, information, index, name, ctypes.byref(rooms[0]), value, ctypes.byref(rooms[1])
    )
    return hr, name.value, value.value


def test_it_claims_the_crash_and_describes_it(module, information, state):
    context = ctypes.c_void_p(ctypes.addressof(state))
    assert ask(module, context, information) == (1, "Spooler.Crash", 3)
    assert [parameter(module, index, context, information) for index in range(3)] == [(0, *pair) for pair in PARAMETERS]
    assert parameter(module, 3, context, information)[0] & 0xFFFFFFFF == 0x80070057


def test_it_keeps_to_the_sizes_that_wer_gives(module, information, state):
    context = ctypes.c_void_p(ctypes.addressof(state))
    assert ask(module, context, information, size=8) == (1, "Spooler", 3)
    assert parameter(module, 0, context, information, size=4) == (0, "Job", "inv")


@pytest.mark.parametrize("context", [None, 0x10], ids=["NULL", "unmapped"])
def test_it_declines_what_it_cannot_read(module, information, context):
    assert ask(module, ctypes.c_void_p(context), information) == (0, "untouched", 77)


def test_it_declines_what_is_no_state_of_the_spooler(module, information, state):
    state.size += 1
    assert ask(module, ctypes.c_void_p(ctypes.addressof(state)), information) == (0, "untouched", 77)


def test_it_brings_no_debugger(module, information):
    custom, automatic, room = ctypes.c_int(1), ctypes.c_int(1), ctypes.c_uint32(64)
    hr = module.OutOfProcessExceptionEventDebuggerLaunchCallback(
        None,
        information,
        ctypes.byref(custom),
        ctypes.create_unicode_buffer(64),
        ctypes.byref(room),
        ctypes.byref(automatic),
    )
    assert (hr, custom.value, automatic.value) == (0, 0, 0)


def test_it_can_be_registered(module, state, standin):
    path = os.environ["WERAPI_EXCEPTION_MODULE"]
    with wer.register_runtime_exception_module(path, ctypes.addressof(state)):
        arguments = standin.call("WerRegisterRuntimeExceptionModule").args
    assert arguments == {"pwszOutOfProcessCallbackDll": path, "pContext": f"0x{ctypes.addressof(state):X}"}
