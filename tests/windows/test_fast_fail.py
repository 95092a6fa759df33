"""`install_crash_handler(..., fast_fail=True)` and the DLL for it, which WerFault loads.

No WerFault here: this process does, across processes, what it is documented to do. It is the debugger of a program that
crashes, so it has the program stopped at that moment, as WER has it; then it asks the module that the program has
registered, in the documented order. That WerFault does so is for Windows to prove: docs/evidence.md.
"""

import contextlib
import ctypes
import json
import os
import struct
import sys
import winreg
from pathlib import Path

import pytest

import wer

MODULE = Path(wer.__file__).with_name("wer_exception_module.dll")
MAGIC = 0x31524557
SIZE = 7928  # of the claim
EVENT, PARAMETERS = 16, 16 + 2 * 65  # where they are in it
PARAMETER = 2 * (129 + 260)
BLOCK = 0x10000  # what VirtualAlloc gives at least
FAR = (
    (0x2000_0000_0000, 0x2001_0000_0000, 0x100_0000) if sys.maxsize > 2**32 else (0x3000_0000, 0x6000_0000, 0x100_0000)
)
E_FAIL, E_INVALIDARG = 0x80004005, 0x80070057
FAST_FAIL, HEAP_CORRUPTION, ACCESS_VIOLATION = 0xC0000409, 0xC0000374, 0xC0000005
DEBUG_PROCESS, DBG_CONTINUE, DBG_EXCEPTION_NOT_HANDLED = 1, 0x10002, 0x80010001
EXCEPTION_EVENT, EXIT_EVENT, NO_WINDOW = 1, 5, 0x08000000

pytestmark = pytest.mark.skipif(not MODULE.exists(), reason="needs the wheel's DLL")


@pytest.fixture(scope="module")
def module():
    return ctypes.WinDLL(str(MODULE))


@pytest.fixture(scope="module")
def kernel32():
    dll = ctypes.WinDLL("kernel32", use_last_error=True)
    dll.VirtualAlloc.restype = ctypes.c_void_p
    dll.VirtualAlloc.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_uint32]
    dll.VirtualFree.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32]
    dll.VirtualProtect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_void_p]
    dll.OpenProcess.restype = ctypes.c_void_p
    dll.CloseHandle.argtypes = [ctypes.c_void_p]
    dll.WaitForDebugEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    dll.ContinueDebugEvent.argtypes = [ctypes.c_uint32, ctypes.c_uint32, ctypes.c_uint32]
    return dll


@pytest.fixture
def about(layouts):
    """`about(process handle, code)`: a WER_RUNTIME_EXCEPTION_INFORMATION, laid out by Microsoft's metadata."""
    layout = layouts["WER_RUNTIME_EXCEPTION_INFORMATION"]
    offsets = {name: offset for name, _, offset, _ in layout["fields"]}
    record = {name: offset for name, _, offset, _ in layouts["EXCEPTION_RECORD"]["fields"]}

    def about(process=-1, code=FAST_FAIL):
        memory = ctypes.create_string_buffer(layout["size"])
        start = ctypes.addressof(memory)
        ctypes.c_uint32.from_address(start + offsets["dwSize"]).value = layout["size"]
        ctypes.c_ssize_t.from_address(start + offsets["hProcess"]).value = process
        ctypes.c_uint32.from_address(start + offsets["exceptionRecord"] + record["ExceptionCode"]).value = code
        return memory

    return about


class Asked:
    """What the module answers, asked as WerFault is documented to ask. The buffers are as large as their limits."""

    def __init__(self, module, context, information, event_room=260, name_room=129, value_room=260):
        claimed, count = ctypes.c_int(7), ctypes.c_uint32(77)
        event, room = ctypes.create_unicode_buffer("untouched", 512), ctypes.c_uint32(event_room)
        self.hr = module.OutOfProcessExceptionEventCallback(
            ctypes.c_void_p(context),
            information,
            ctypes.byref(claimed),
            event,
            ctypes.byref(room),
            ctypes.byref(count),
        )
        self.claimed, self.event, self.count = claimed.value, event.value, count.value
        self.parameters, self.failures = [], []
        for index in range(count.value if claimed.value else 0):
            name, value = ctypes.create_unicode_buffer(512), ctypes.create_unicode_buffer(512)
            rooms = ctypes.c_uint32(name_room), ctypes.c_uint32(value_room)
            hr = module.OutOfProcessExceptionEventSignatureCallback(
                ctypes.c_void_p(context),
                information,
                index,
                name,
                ctypes.byref(rooms[0]),
                value,
                ctypes.byref(rooms[1]),
            )
            if hr:
                self.failures.append((index, hr & 0xFFFFFFFF))
            self.parameters.append((name.value, value.value))
        self.debugger = None
        if claimed.value:
            custom, automatic, room = ctypes.c_int(1), ctypes.c_int(1), ctypes.c_uint32(260)
            hr = module.OutOfProcessExceptionEventDebuggerLaunchCallback(
                ctypes.c_void_p(context),
                information,
                ctypes.byref(custom),
                ctypes.create_unicode_buffer(260),
                ctypes.byref(room),
                ctypes.byref(automatic),
            )
            self.debugger = hr, custom.value, automatic.value


DECLINED = (0, 0, "untouched", 77)


def answer(asked):
    return asked.hr, asked.claimed, asked.event, asked.count


def text(value, units):
    return value.encode("utf-16-le").ljust(2 * units, b"\0")


def claim(magic=MAGIC, size=SIZE, reported=0, count=2, event="App.Crash", parameters=(("Version", "4.2"), ("P1", "€"))):
    head = struct.pack("<IIII", magic, size, reported, count)
    body = b"".join(text(name, 129) + text(value, 260) for name, value in parameters)
    return (head + text(event, 65) + body).ljust(SIZE, b"\0")


@pytest.fixture
def place(kernel32):
    """Put bytes where memory ends: what lies behind is not there. `place(data, gone)` leaves out the last `gone`."""
    pages = []

    def place(data, gone=0):
        # Far from all else: Wine can read memory that is only reserved, and what it has reserved for itself.
        for base in range(*FAR):
            start = kernel32.VirtualAlloc(base, BLOCK, 0x3000, 4)
            if start == base:
                break
        pages.append(start)
        kept = data[: len(data) - gone]
        ctypes.memmove(start + BLOCK - len(kept), kept, len(kept))
        return start + BLOCK - len(kept)

    yield place
    for start in pages:
        kernel32.VirtualFree(start, 0, 0x8000)


class TestModule:
    """The DLL itself, with contexts of this process."""

    def test_it_describes_what_was_prepared(self, module, about, place):
        asked = Asked(module, place(claim()), about())
        assert answer(asked) == (0, 1, "App.Crash", 2)
        assert asked.parameters == [("Version", "4.2"), ("P1", "€")]
        assert asked.debugger == (0, 0, 0)

    def test_the_longest_texts(self, module, about, place):
        parameters = [(str(index) * 128, str(index) * 259) for index in range(10)]
        asked = Asked(module, place(claim(count=10, event="E" * 64, parameters=parameters)), about())
        assert answer(asked) == (0, 1, "E" * 64, 10)
        assert (asked.parameters, asked.failures) == (parameters, [])

    @pytest.mark.parametrize(
        "context",
        [0, 1, 0x10, 0x7FFE_FFFF_0000, 2**63, 2**64 - 1, 2**64 - 16, 2**64 - 4096],
        ids=hex,
    )
    def test_an_address_that_is_none(self, module, about, context):
        assert answer(Asked(module, context, about())) == DECLINED

    @pytest.mark.parametrize(
        "wrong",
        [
            {"magic": 0},
            {"magic": MAGIC + 1},
            {"size": 0},
            {"size": SIZE - 4},
            {"size": SIZE + 4},
            {"size": 0xFFFFFFFF},
            {"count": 0},
            {"count": 11},
            {"count": 0x80000000},
            {"count": 0xFFFFFFFF},
            {"event": ""},
            {"event": "x" * 65},  # no NUL
            {"reported": 1},
            {"reported": 0x80000000},
        ],
        ids=lambda wrong: "-".join(f"{name}-{value}"[:16] for name, value in wrong.items()),
    )
    def test_what_is_no_claim(self, module, about, place, wrong):
        assert answer(Asked(module, place(claim(**wrong)), about())) == DECLINED

    @pytest.mark.parametrize("left", [0, 1, 4, 15, 16, 17, EVENT + 129])
    def test_a_page_that_ends_before_the_event(self, module, about, place, left):
        assert answer(Asked(module, place(claim(), gone=SIZE - left), about())) == DECLINED

    @pytest.mark.parametrize("left", [PARAMETERS, PARAMETERS + 1, PARAMETERS + PARAMETER - 1])
    def test_a_page_that_ends_in_a_parameter(self, module, about, place, left):
        asked = Asked(module, place(claim(), gone=SIZE - left), about())
        assert answer(asked) == (0, 1, "App.Crash", 2)
        assert asked.failures == [(0, E_FAIL), (1, E_FAIL)]
        assert asked.parameters == [("", ""), ("", "")]

    @pytest.mark.parametrize("parameter", [("n" * 129, "v"), ("n", "v" * 260)], ids=["name", "value"])
    def test_a_parameter_without_a_nul(self, module, about, place, parameter):
        """The name's would be taken on into the value, the value's into the next parameter."""
        asked = Asked(module, place(claim(parameters=[("a", "b"), parameter])), about())
        assert asked.parameters[0] == ("a", "b")
        assert asked.failures == [(1, E_FAIL)]

    def test_an_index_that_is_none(self, module, about, place):
        name, value, room = ctypes.create_unicode_buffer(8), ctypes.create_unicode_buffer(8), ctypes.c_uint32(8)
        at, information = place(claim()), about()
        for index in (2, 10, 0x7FFFFFFF, 0xFFFFFFFF):
            hr = module.OutOfProcessExceptionEventSignatureCallback(
                ctypes.c_void_p(at), information, index, name, ctypes.byref(room), value, ctypes.byref(room)
            )
            assert hr & 0xFFFFFFFF == E_INVALIDARG
        assert (name.value, value.value) == ("", "")

    @pytest.mark.parametrize("room", [0, 1, 9])
    def test_an_event_is_not_cut(self, module, about, place, room):
        assert answer(Asked(module, place(claim()), about(), event_room=room)) == DECLINED
        assert Asked(module, place(claim()), about(), event_room=10).event == "App.Crash"

    def test_nor_is_a_parameter(self, module, about, place):
        assert Asked(module, place(claim()), about(), value_room=3).failures == [(0, E_FAIL)]
        assert Asked(module, place(claim()), about(), name_room=7).failures == [(0, E_FAIL)]
        assert Asked(module, place(claim()), about(), name_room=8, value_room=4).failures == []

    @pytest.mark.parametrize("room", [1, 9, 10, 11])
    def test_it_writes_no_further_than_it_may(self, module, about, place, room):
        event, size = ctypes.create_unicode_buffer("#" * 31), ctypes.c_uint32(room)
        module.OutOfProcessExceptionEventCallback(
            ctypes.c_void_p(place(claim())),
            about(),
            ctypes.byref(ctypes.c_int()),
            event,
            ctypes.byref(size),
            ctypes.byref(ctypes.c_uint32()),
        )
        assert event[:] == ("App.Crash\0" if room >= 10 else "#" * 10) + "#" * 21 + "\0"

    @pytest.mark.parametrize("missing", range(6))
    def test_nowhere_to_put_the_answer(self, module, about, place, missing):
        """NULL in place of each pointer: of what says whether it claims, of the event, its room, and their number."""
        claimed, count, room = ctypes.c_int(7), ctypes.c_uint32(77), ctypes.c_uint32(260)
        event = ctypes.create_unicode_buffer("untouched", 260)
        arguments = [ctypes.c_void_p(place(claim())), about(), ctypes.byref(claimed), event, ctypes.byref(room)]
        arguments.append(ctypes.byref(count))
        arguments[missing] = None
        hr = module.OutOfProcessExceptionEventCallback(*arguments) & 0xFFFFFFFF
        assert hr == (E_INVALIDARG if missing in (2, 5) else 0)
        assert claimed.value == (7 if missing in (2, 5) else 0)
        assert (event.value, count.value) == ("untouched", 77)

    @pytest.mark.parametrize("missing", range(4))
    def test_nowhere_to_put_a_parameter(self, module, about, place, missing):
        """The same of its name and its value, and of their rooms."""
        name, value = (ctypes.create_unicode_buffer(260) for _ in range(2))
        rooms = [ctypes.c_uint32(260) for _ in range(2)]
        arguments = [name, ctypes.byref(rooms[0]), value, ctypes.byref(rooms[1])]
        arguments[missing] = None
        context, information = ctypes.c_void_p(place(claim())), about()
        hr = module.OutOfProcessExceptionEventSignatureCallback(context, information, 0, *arguments)
        assert hr & 0xFFFFFFFF == E_FAIL

    def test_a_process_that_is_none(self, module, about, place):
        assert answer(Asked(module, place(claim()), about(process=0))) == DECLINED
        assert answer(Asked(module, place(claim()), about(process=0x7FFFFFF0))) == DECLINED
        assert answer(Asked(module, place(claim()), None)) == DECLINED

    def test_a_process_that_may_not_be_read(self, module, about, place, kernel32):
        process = kernel32.OpenProcess(0x0400, False, os.getpid())  # PROCESS_QUERY_INFORMATION
        assert answer(Asked(module, place(claim()), about(process=process))) == DECLINED
        kernel32.CloseHandle(process)


PROGRAM = """
import ctypes, os, sys, threading, wer
ctypes.windll.kernel32.SetErrorMode(0x1 | 0x2)
kernel32 = ctypes.WinDLL("kernel32")
kernel32.VirtualAlloc.restype = ctypes.c_void_p
kernel32.VirtualAlloc.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, ctypes.c_uint32]
template = wer.ReportTemplate("WerTests.FastFail", consent=wer.Consent.NOT_ASKED)
template.set_parameter(0, "4.2.1", "Version")
template.set_parameter(1, "\\u20ac")

def fast_fail():
    code = kernel32.VirtualAlloc(None, 4096, 0x3000, 0x40)
    ctypes.memmove(code, bytes.fromhex("b907000000 cd29"), 7)  # mov ecx, FAST_FAIL_FATAL_APP_EXIT; int 0x29
    ctypes.CFUNCTYPE(None)(code)()

def raised(status):
    "In a thread of its own, where ctypes does not see it."
    kernel32.CreateThread.restype = ctypes.c_void_p
    raise_status = ctypes.cast(ctypes.WinDLL("ntdll").RtlRaiseStatus, ctypes.c_void_p)
    kernel32.CreateThread(None, 0, raise_status, ctypes.c_void_p(status), 0, None)
    kernel32.Sleep(-1)
"""


class DebugEvent(ctypes.Structure):
    """DEBUG_EVENT, with the EXCEPTION_DEBUG_INFO in it."""

    _fields_ = (
        ("code", ctypes.c_uint32),
        ("pid", ctypes.c_uint32),
        ("tid", ctypes.c_uint32),
        ("exception", ctypes.c_uint32 if ctypes.sizeof(ctypes.c_void_p) == 4 else ctypes.c_uint64),
        ("rest", ctypes.c_byte * 256),
    )

    @property
    def exception_code(self):
        return self.exception & 0xFFFFFFFF

    @property
    def first_chance(self):
        # EXCEPTION_RECORD is 152 or 80 bytes long.
        offset = DebugEvent.exception.offset + (152 if ctypes.sizeof(ctypes.c_void_p) == 8 else 80)
        return ctypes.c_uint32.from_buffer(self, offset).value


@pytest.fixture
def crash(popen, standin, tmp_path, kernel32):
    """Run a program until it has crashed: `with crash(code, exception) as (pid, registered):`.

    It is stopped there, and ends afterwards. `registered` is what it has told WER: DLLs and contexts.
    """

    @contextlib.contextmanager
    def crash(code, exception):
        log = tmp_path / "program.jsonl"
        rules = f'store "{standin.store}";log "{log}"'
        process = popen(
            [sys.executable, "-I", "-c", PROGRAM + code],
            env=os.environ | {"WER_STANDIN": rules},
            creationflags=DEBUG_PROCESS | NO_WINDOW,
        )
        event = DebugEvent()
        ended = False
        try:
            while True:
                assert kernel32.WaitForDebugEvent(ctypes.byref(event), 60000), "the program neither crashed nor ended"
                answer = DBG_CONTINUE
                assert event.code != EXIT_EVENT or event.pid != process.pid, "the program did not crash"
                if event.code == EXCEPTION_EVENT:
                    if event.exception_code == exception:
                        break
                    if event.exception_code not in (0x80000003, 0x4000001F):  # the breakpoint at the start
                        answer = DBG_EXCEPTION_NOT_HANDLED
                kernel32.ContinueDebugEvent(event.pid, event.tid, answer)
            calls = [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()]
            yield (
                process.pid,
                [
                    (call["args"]["pwszOutOfProcessCallbackDll"], int(call["args"]["pContext"], 16))
                    for call in calls
                    if call["function"] == "WerRegisterRuntimeExceptionModule"
                ],
            )
            process.kill()
            while not ended:
                kernel32.ContinueDebugEvent(event.pid, event.tid, DBG_CONTINUE)
                assert kernel32.WaitForDebugEvent(ctypes.byref(event), 60000)
                ended = event.code == EXIT_EVENT
            kernel32.ContinueDebugEvent(event.pid, event.tid, DBG_CONTINUE)
        finally:
            process.kill()
            process.wait()

    return crash


@pytest.fixture
def ask(about, kernel32):
    """Load the DLL that a crashed program has registered, and ask it: `ask(pid, registered, code)`."""

    def ask(pid, registered, code=FAST_FAIL):
        [(path, context)] = registered
        assert Path(path) == MODULE
        process = kernel32.OpenProcess(0x0410, False, pid)  # PROCESS_QUERY_INFORMATION, PROCESS_VM_READ
        try:
            return Asked(ctypes.WinDLL(path), context, about(process, code))
        finally:
            kernel32.CloseHandle(process)

    return ask


INSTALL = "handler = wer.install_crash_handler(template, fast_fail=True)\n"


class TestCrashedProcess:
    def test_a_fast_fail_is_claimed(self, crash, ask):
        with crash(INSTALL + "fast_fail()", FAST_FAIL) as (pid, registered):
            asked = ask(pid, registered)
        assert answer(asked) == (0, 1, "WerTests.FastFail", 2)
        assert asked.parameters == [("Version", "4.2.1"), ("P1", "€")]

    def test_so_is_heap_corruption(self, crash, ask):
        with crash(INSTALL + f"raised({HEAP_CORRUPTION})", HEAP_CORRUPTION) as (pid, registered):
            assert ask(pid, registered, HEAP_CORRUPTION).event == "WerTests.FastFail"

    @pytest.mark.parametrize("how", ["os.abort()", "ctypes.pythonapi.Py_FatalError(b'a test')"])
    def test_what_we_have_reported_is_not_claimed(self, crash, ask, standin, how):
        """After an abort that is reported Windows' C runtime fast-fails. Wine's does not: so here the program does."""
        code = f"""
runtime = ctypes.CDLL("ucrtbase")
runtime.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
fails = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda number: fast_fail())
runtime.signal(22, ctypes.cast(fails, ctypes.c_void_p))
handler = wer.install_crash_handler(template, abort=True, fast_fail=True)
{how}
"""
        with crash(code, FAST_FAIL) as (pid, registered):
            assert answer(ask(pid, registered)) == DECLINED
        assert len(standin.reports()) == 1

    @pytest.mark.parametrize(("answered", "claimed"), [(0, False), (-1, True)], ids=["ends", "goes on"])
    def test_nor_is_an_unhandled_exception(self, crash, ask, standin, answered, claimed):
        """The filter is called by hand: under a debugger Windows calls none. What comes after it went on is new."""
        code = f"""
kernel32.SetUnhandledExceptionFilter.argtypes = [ctypes.c_void_p]
kernel32.SetUnhandledExceptionFilter.restype = ctypes.c_void_p
FILTER = ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p)
previous = FILTER(lambda pointers: {answered})
kernel32.SetUnhandledExceptionFilter(ctypes.cast(previous, ctypes.c_void_p))
{INSTALL}
ours = FILTER(kernel32.SetUnhandledExceptionFilter(None))
record, context = ctypes.create_string_buffer(160), ctypes.create_string_buffer(2048)
ctypes.c_uint32.from_buffer(record).value = {ACCESS_VIOLATION}
aligned = (ctypes.addressof(context) + 15) // 16 * 16
pointers = (ctypes.c_void_p * 2)(ctypes.addressof(record), aligned)
assert ours(ctypes.addressof(pointers)) == {answered}
fast_fail()
"""
        with crash(code, FAST_FAIL) as (pid, registered):
            assert ask(pid, registered).claimed == claimed
        assert len(standin.reports()) == 1

    def test_what_we_failed_to_report_is_claimed(self, crash, ask, standin):
        code = """
runtime = ctypes.CDLL("ucrtbase")
runtime.signal.argtypes = [ctypes.c_int, ctypes.c_void_p]
fails = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda number: fast_fail())
runtime.signal(22, ctypes.cast(fails, ctypes.c_void_p))
handler = wer.install_crash_handler(template, abort=True, fast_fail=True)
ctypes.WinDLL("wer.dll").WerStandInControl(ctypes.c_wchar_p("fail WerReportSubmit * 0x80004005"))
os.abort()
"""
        with crash(code, FAST_FAIL) as (pid, registered):
            assert ask(pid, registered).event == "WerTests.FastFail"
        assert standin.reports() == []

    def test_uninstalled_nothing_is_registered(self, crash, standin):
        with crash(INSTALL + "handler.uninstall()\nfast_fail()", FAST_FAIL):
            pass
        log = [json.loads(line) for line in (standin.log.parent / "program.jsonl").read_text().splitlines()]
        assert [call["function"] for call in log] == [
            "WerRegisterRuntimeExceptionModule",
            "WerUnregisterRuntimeExceptionModule",
        ]


@pytest.fixture
def template():
    return wer.ReportTemplate("WerTests.FastFail", consent=wer.Consent.NOT_ASKED)


class TestInstall:
    def test_a_template_without_parameters_has_an_empty_one(self, ask, template):
        """WER is documented not to cope with none."""
        with wer.install_crash_handler(template, fast_fail=True) as handler:
            asked = ask(os.getpid(), [(str(MODULE), handler._held.claim)])
        assert (asked.event, asked.parameters) == ("WerTests.FastFail", [("P0", "")])

    def test_its_files_are_registered(self, template, standin, tmp_path):
        document, log, own = (str(tmp_path / name) for name in ("a.txt", "b.log", "c.log"))
        template.add_file(document, wer.FileType.USER_DOCUMENT)
        template.add_file(log, flags=wer.FileFlags.ANONYMOUS_DATA)
        template.add_file(own)
        with wer.register_file(own):
            with wer.install_crash_handler(template, fast_fail=True):
                pass
            files = [call.args for call in standin.calls("WerRegisterFile")]
            assert [(one["pwzFile"], one["regFileType"], one["dwFlags"]) for one in files] == [
                (own, 2, 0),
                (document, 1, 0),
                (log, 2, 2),
            ]
            undone = [call.args["pwzFilePath"] for call in standin.calls("WerUnregisterFile")]
            assert sorted(undone) == [document, log], "what the program itself has registered stays"

    def test_what_cannot_be_registered_leaves_nothing(self, template, standin, tmp_path):
        template.add_file(tmp_path / "a.log")
        standin.control("fail WerRegisterFile 1 0x8007007A")
        with pytest.raises(wer.WerError, match="WerRegisterFile"):
            wer.install_crash_handler(template, fast_fail=True)
        with wer.install_crash_handler(template):
            pass

    def test_says_what_is_missing(self, template):
        with wer.install_crash_handler(template, fast_fail=True) as handler:
            [sentence] = handler.missing
            assert str(MODULE) in sentence
            assert "HKEY_LOCAL_MACHINE" in sentence
            with listed(str(MODULE)):
                assert handler.missing == []
            with listed(str(MODULE) + "x"):
                assert handler.missing == [sentence]

    def test_nothing_is_missing_where_it_is_not_asked_for(self, template):
        with wer.install_crash_handler(template) as handler:
            assert handler.missing == []


@contextlib.contextmanager
def listed(path):
    """Have the registry of this user list a module."""
    key = r"SOFTWARE\Microsoft\Windows\Windows Error Reporting\RuntimeExceptionHelperModules"
    with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, key, 0, 0x0002 | winreg.KEY_WOW64_64KEY) as opened:
        winreg.SetValueEx(opened, path, 0, winreg.REG_DWORD, 0)
        try:
            yield
        finally:
            winreg.DeleteValue(opened, path)
