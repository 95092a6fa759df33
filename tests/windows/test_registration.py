"""What a process registers for the reports that Windows makes: what reaches WER, and that it can be undone.

What Windows does with it when the process really crashes, the stand-in cannot show: docs/evidence.md.
"""

import array
import ctypes
import gc
import mmap
import os
import sys
import weakref
from pathlib import Path

import pytest
from calls import FULL_PATH
from calls import REGISTER as KINDS

import wer

INVALID_STATE = 0x8007139F
LIMIT_REACHED = 0x8007007A
NOT_FOUND = 0x80070490

each_kind = pytest.mark.parametrize("kind", KINDS)


def address_of(buffer):
    return ctypes.addressof(ctypes.c_char.from_buffer(buffer))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "AppLocalDump"])
def test_register_and_unregister(kind):
    """With the WER of this machine, whichever it is. (Local dumps are for packaged applications.)"""
    if not wer.supported(f"WerRegister{kind}"):
        pytest.skip(f"this Windows has no WerRegister{kind}")
    registration = KINDS[kind]()
    assert type(registration) is wer.Registration
    assert registration.active is True
    assert "active" in repr(registration)
    assert kind in repr(registration)
    registration.unregister()
    assert registration.active is False
    assert "undone" in repr(registration)
    registration.unregister()


@each_kind
def test_each_is_registered_and_undone_once(kind, standin):
    with KINDS[kind]() as registration:
        assert registration.active
        assert standin.registrations() == 1
        assert standin.count(f"WerUnregister{kind}") == 0
    assert not registration.active
    assert standin.registrations() == 0
    registration.unregister()
    assert standin.count(f"WerRegister{kind}") == standin.count(f"WerUnregister{kind}") == 1


@each_kind
def test_the_same_twice_is_refused(kind, standin):
    """WER is not documented to keep both, and is known to keep the value that came first."""
    with KINDS[kind]() as registration, pytest.raises(ValueError, match="is there already") as caught:
        KINDS[kind]()
    assert f"WerRegister{kind}" in str(caught.value)
    assert repr(registration).replace("undone", "active") in str(caught.value)
    KINDS[kind]().unregister()
    assert standin.count(f"WerRegister{kind}") == 2


@each_kind
@pytest.mark.parametrize("hresult", [INVALID_STATE, LIMIT_REACHED, 0x8007000E, 0x80070057, 0x80004001], ids=hex)
def test_wer_refuses_to_register(kind, hresult, standin):
    standin.answer(f"WerRegister{kind}", hresult, nth=1)
    with pytest.raises(wer.WerError) as caught:
        KINDS[kind]()
    assert (caught.value.function, caught.value.hresult & 0xFFFFFFFF) == (f"WerRegister{kind}", hresult)
    assert standin.registrations() == 0
    KINDS[kind]().unregister()  # the failure has left nothing behind


@each_kind
def test_a_limit_that_wer_has_reached_is_named(kind, standin):
    standin.answer(f"WerRegister{kind}", LIMIT_REACHED)
    with pytest.raises(wer.WerError, match=r"512 files.* 8 of them metadata pairs, 4 additional processes, 16 runtime"):
        KINDS[kind]()


@each_kind
def test_wer_says_that_it_did_nothing(kind, standin):
    """S_FALSE is a success in C; here nothing is registered, and nobody may believe that something is."""
    standin.answer(f"WerRegister{kind}", 1)
    with pytest.raises(wer.WerError, match="WER did nothing"):
        KINDS[kind]()
    standin.control("reset")
    KINDS[kind]().unregister()


@each_kind
@pytest.mark.parametrize("hresult", [INVALID_STATE, 0x80004005], ids=hex)
def test_what_cannot_be_undone_stays(kind, hresult, standin):
    registration = KINDS[kind]()
    standin.answer(f"WerUnregister{kind}", hresult, nth=1)
    with pytest.raises(wer.WerError) as caught:
        registration.unregister()
    assert (caught.value.function, caught.value.hresult & 0xFFFFFFFF) == (f"WerUnregister{kind}", hresult)
    assert registration.active
    registration.unregister()
    assert not registration.active


@each_kind
def test_what_wer_does_not_have_any_more_is_undone(kind, standin):
    registration = KINDS[kind]()
    standin.control("unregister")
    with pytest.raises(wer.WerError) as caught:
        registration.unregister()
    assert caught.value.hresult == wer.WER_E_NOT_FOUND
    assert not registration.active
    registration.unregister()


@each_kind
def test_the_error_that_ends_the_block_matters_more(kind, standin):
    registration = KINDS[kind]()
    standin.answer(f"WerUnregister{kind}", INVALID_STATE, nth=1)
    with pytest.raises(ZeroDivisionError), registration:
        1 / 0  # noqa: B018
    assert registration.active
    registration.unregister()


@each_kind
def test_other_threads_run_and_calls_do_not_overlap(kind, standin, pool):
    registration = KINDS[kind]()
    with standin.block(f"WerUnregister{kind}") as blocked:
        call = pool.submit(registration.unregister)
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="being undone already"):
            registration.unregister()
        with pytest.raises(ValueError, match="is there already"):
            KINDS[kind]()
        blocked.release()
        call.result(30)
    with standin.block(f"WerRegister{kind}") as blocked:
        call = pool.submit(KINDS[kind])
        blocked.wait_until_entered()
        with pytest.raises(ValueError, match="is there already"):
            KINDS[kind]()
        blocked.release()
        call.result(30).unregister()


@each_kind
def test_nobody_has_to_keep_the_object(kind, standin):
    reference = weakref.ref(KINDS[kind]())
    gc.collect()
    assert standin.registrations() == 1
    registration = reference()
    assert registration.active
    registration.unregister()
    del registration
    gc.collect()
    assert reference() is None


class TestFile:
    def test_what_reaches_wer(self, standin):
        with wer.register_file(FULL_PATH, wer.RegisterFileType.USER_DOCUMENT, wer.FileFlags.ANONYMOUS_DATA):
            pass
        call = standin.call("WerRegisterFile")
        assert (call.args["pwzFile"], call.args["regFileType"], call.args["dwFlags"]) == (FULL_PATH, 1, 2)
        assert standin.call("WerUnregisterFile").args["pwzFilePath"] == FULL_PATH

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("log.txt", os.path.abspath("log.txt")),
            (Path("log.txt"), os.path.abspath("log.txt")),
            (r"%SystemDrive%\log.txt", os.environ["SystemDrive"] + r"\log.txt"),  # noqa: SIM112 - as Windows spells it
            (r"C:\a\..\log.txt", r"C:\log.txt"),
            (r"\\server\share\€😀.log", r"\\server\share\€😀.log"),
        ],
    )
    def test_another_process_finds_it(self, path, expected, standin):
        with wer.register_file(path):
            assert standin.call("WerRegisterFile").args["pwzFile"] == expected

    def test_defaults(self, standin):
        with wer.register_file(FULL_PATH):
            call = standin.call("WerRegisterFile")
            assert (call.args["regFileType"], call.args["dwFlags"]) == (2, 0)

    def test_the_longest_path(self, standin):
        path = "C:\\" + "x" * 256
        with wer.register_file(path):
            assert standin.call("WerRegisterFile").args["pwzFile"] == path


class TestMemory:
    REGISTER = {"MemoryBlock": wer.register_memory_block, "ExcludedMemoryBlock": wer.register_excluded_memory_block}
    each = pytest.mark.parametrize("kind", REGISTER)

    @each
    def test_what_reaches_wer(self, kind, standin):
        memory = bytearray(1000)
        with self.REGISTER[kind](memoryview(memory)[10:20]) as registration:
            assert "10 bytes" in repr(registration)
        arguments = list(standin.call(f"WerRegister{kind}").args.values())
        assert arguments == [f"0x{address_of(memory) + 10:X}", 10]
        assert list(standin.call(f"WerUnregister{kind}").args.values()) == arguments[:1]

    @each
    def test_memory_stays_where_it_is_until_undone(self, kind, standin):
        memory = bytearray(b"secret")
        registration = self.REGISTER[kind](memory)
        with pytest.raises(BufferError):
            memory.clear()
        registration.unregister()
        memory.clear()

    @each
    def test_the_memory_is_kept_alive(self, kind, standin):
        class Buffer(array.array):
            pass

        memory = Buffer("B", b"secret")
        reference = weakref.ref(memory)
        registration = self.REGISTER[kind](memory)
        del memory
        gc.collect()
        assert reference() is not None
        registration.unregister()
        gc.collect()
        assert reference() is None

    @each
    @pytest.mark.parametrize("hresult", [INVALID_STATE, 1], ids=hex)
    def test_a_failure_lets_go(self, kind, hresult, standin):
        memory = bytearray(b"secret")
        standin.answer(f"WerRegister{kind}", hresult)
        with pytest.raises(wer.WerError):
            self.REGISTER[kind](memory)
        memory.clear()

    @each
    def test_what_can_not_be_undone_keeps_its_memory(self, kind, standin):
        memory = bytearray(b"secret")
        registration = self.REGISTER[kind](memory)
        standin.answer(f"WerUnregister{kind}", INVALID_STATE, nth=1)
        with pytest.raises(wer.WerError):
            registration.unregister()
        with pytest.raises(BufferError):
            memory.clear()
        registration.unregister()

    @each
    @pytest.mark.parametrize(
        "buffer",
        [
            b"bytes",
            bytearray(b"x"),
            array.array("d", [1.0]),
            (ctypes.c_int * 4)(),
            memoryview(b"abc"),
            mmap.mmap(-1, 64),
        ],
        ids=lambda buffer: type(buffer).__name__,
    )
    def test_any_buffer(self, kind, buffer, standin):
        with self.REGISTER[kind](buffer):
            assert list(standin.call(f"WerRegister{kind}").args.values())[1] == memoryview(buffer).nbytes

    def test_64_kib_are_the_limit_of_a_block(self, standin):
        with wer.register_memory_block(bytes(65536)):
            pass
        with pytest.raises(ValueError, match="at most 65536 bytes, got 65537: register it in parts"):
            wer.register_memory_block(bytes(65537))
        with wer.register_excluded_memory_block(bytes(65537)):
            pass

    def test_a_block_may_be_excluded_as_well(self, standin):
        memory = bytes(100)
        with wer.register_memory_block(memory), wer.register_excluded_memory_block(memory):
            assert standin.registrations() == 2


class TestMetadata:
    def test_what_reaches_wer(self, standin):
        with wer.register_custom_metadata("Queue.länge", "42 ~") as registration:
            assert "'Queue.länge' '42 ~'" in repr(registration)
        assert standin.call("WerRegisterCustomMetadata").args == {"key": "Queue.länge", "value": "42 ~"}
        assert standin.call("WerUnregisterCustomMetadata").args == {"key": "Queue.länge"}

    def test_the_longest(self, standin):
        with wer.register_custom_metadata("k" * 64, "v" * 128):
            assert standin.call("WerRegisterCustomMetadata").args == {"key": "k" * 64, "value": "v" * 128}


class TestProcess:
    def arguments(self, standin):
        return list(standin.call("WerRegisterAdditionalProcess").args.values())

    def test_by_id(self, standin, worker):
        with wer.register_additional_process(pid=worker.pid, tid=worker.tid) as registration:
            assert str(worker.pid) in repr(registration)
        assert self.arguments(standin) == [worker.pid, worker.tid]
        assert list(standin.call("WerUnregisterAdditionalProcess").args.values()) == [worker.pid]

    def test_by_object_and_by_handle(self, standin, worker):
        with wer.register_additional_process(worker.process):
            pass
        with wer.register_additional_process(wer.Handle(int(worker.process._handle))):
            pass
        assert [list(call.args.values()) for call in standin.calls("WerRegisterAdditionalProcess")] == [
            [worker.pid, 0],
            [worker.pid, 0],
        ]

    def test_the_id_is_kept_from_reuse(self, start, standin, windll):
        """Windows gives an id away only when the last handle of its process is closed."""
        process = start("input()")
        registration = wer.register_additional_process(process)
        pid = process.pid
        process.kill()
        process.wait()
        process._handle.Close()
        handle = windll.OpenProcess(0x1000, False, pid)
        assert handle, "nobody has the process open any more"
        windll.CloseHandle(handle)
        registration.unregister()

    def test_handles_are_closed(self, worker, standin, leaked_handles):
        def call():
            wer.register_additional_process(pid=worker.pid, tid=worker.tid).unregister()
            with pytest.raises(ValueError, match="pid must be"):
                wer.register_additional_process(pid=0)
            with pytest.raises(ProcessLookupError):
                wer.register_additional_process(pid=worker.pid, tid=0x7FFFFFF0)

        assert leaked_handles(call) == set()


class TestLocalDump:
    def test_what_reaches_wer(self, standin):
        with wer.register_app_local_dump(Path("Crash") / "Dumps"):
            assert standin.call("WerRegisterAppLocalDump").args == {"localAppDataRelativePath": r"Crash\Dumps"}
        assert standin.call("WerUnregisterAppLocalDump").args == {}

    def test_there_is_one(self, standin):
        with wer.register_app_local_dump("One"), pytest.raises(ValueError, match="is there already"):
            wer.register_app_local_dump("Other")


class TestModule:
    def test_what_reaches_wer(self, standin):
        context = (1 << (8 * ctypes.sizeof(ctypes.c_void_p))) - 2
        with wer.register_runtime_exception_module("handler.dll", context):
            pass
        arguments = ["handler.dll", f"0x{context:X}"]
        assert list(standin.call("WerRegisterRuntimeExceptionModule").args.values()) == arguments
        assert list(standin.call("WerUnregisterRuntimeExceptionModule").args.values()) == arguments

    def test_one_module_with_two_contexts(self, standin):
        with wer.register_runtime_exception_module("a.dll", 1), wer.register_runtime_exception_module("a.dll", 2):
            assert standin.registrations() == 2


class TestLimits:
    """Counted here, because nothing says what WER does to the one too many on every Windows."""

    @staticmethod
    def undo(registrations):
        for registration in registrations:
            registration.unregister()

    def fill(self, register, number, limit):
        """Register `number`; the next is refused and names its limit, and another fits when one is undone."""
        registrations = [register(n) for n in range(number)]
        try:
            with pytest.raises(ValueError, match=f"at most {number} .*{limit}.*unregister one first"):
                register(number)
            registrations.pop().unregister()
            registrations.append(register(number))
        finally:
            self.undo(registrations)

    def test_metadata(self, standin):
        self.fill(lambda n: wer.register_custom_metadata(f"Key{n}", ""), 8, "WER_MAX_REGISTERED_METADATA")
        assert standin.count("WerRegisterCustomMetadata") == 9

    def test_modules(self, standin):
        self.fill(
            lambda n: wer.register_runtime_exception_module("a.dll", n),
            16,
            "WER_MAX_REGISTERED_RUNTIME_EXCEPTION_MODULES",
        )

    def test_processes(self, standin, start):
        children = [start("input()") for _ in range(5)]
        self.fill(lambda n: wer.register_additional_process(children[n]), 4, "WER_MAX_REGISTERED_DUMPCOLLECTION")

    @pytest.mark.parametrize("others", [0, 3])
    def test_entries(self, others, standin):
        """Of all kinds together: with three others, 509 files fit."""
        memory = bytes(10)
        rest = [
            lambda: wer.register_memory_block(memory),
            lambda: wer.register_excluded_memory_block(memory),
            lambda: wer.register_custom_metadata("Key", ""),
        ][:others]
        rest = [register() for register in rest]
        files = [wer.register_file(rf"C:\{n}") for n in range(512 - others)]
        try:
            refused = (
                lambda: wer.register_file("C:\\one too many"),
                lambda: wer.register_memory_block(bytes(1)),
                lambda: wer.register_custom_metadata("One", ""),
                lambda: wer.register_additional_process(pid=os.getpid()),
            )
            for register in refused * 9:  # which do not count for the kind's own limit, of 4 or 8
                with pytest.raises(ValueError, match=r"at most 512 .*\(WER_MAX_REGISTERED_ENTRIES\)"):
                    register()
            with wer.register_runtime_exception_module("a.dll"), wer.register_app_local_dump("a"):
                pass  # which do not count
            files.pop().unregister()
            wer.register_custom_metadata("Key9", "").unregister()
        finally:
            self.undo(files + rest)
        assert standin.registrations() == 0

    def test_a_failure_does_not_count(self, standin):
        standin.answer("WerRegisterCustomMetadata", INVALID_STATE)
        for n in range(20):
            with pytest.raises(wer.WerError):
                wer.register_custom_metadata(f"Key{n}", "")
        standin.control("reset")
        self.fill(lambda n: wer.register_custom_metadata(f"Key{n}", ""), 8, "WER_MAX_REGISTERED_METADATA")


class TestInAReport:
    """With ADD_REGISTERED_DATA what is registered goes into a report on this process."""

    @pytest.fixture
    def log(self, tmp_path):
        path = tmp_path / "spooler.log"
        path.write_text("three jobs")
        return path

    def submit(self, flags, *dump):
        with wer.Report("WerTests.Registered") as report:
            for dump_type in dump:
                report.add_dump(dump_type)
            report.submit(wer.Consent.NOT_ASKED, flags | wer.SubmitFlags.QUEUE)

    def test_files_and_metadata(self, log, standin):
        with wer.register_file(log), wer.register_custom_metadata("Queue", "<42>"):
            self.submit(wer.SubmitFlags.ADD_REGISTERED_DATA)
        files = standin.files()
        assert files["spooler.log"].read_text() == "three jobs"
        assert "<Queue>&lt;42&gt;</Queue>" in files["WERInternalMetadata.xml"].read_text(encoding="utf-16")
        lines, _ = standin.report_wer()
        assert (lines["CustomMetadata[0].Key"], lines["CustomMetadata[0].Value"]) == ("Queue", "<42>")

    def test_not_without_the_flag(self, log, standin):
        with wer.register_file(log), wer.register_custom_metadata("Queue", "42"):
            self.submit(wer.SubmitFlags(0))
        assert standin.files() == {}

    def test_not_what_was_undone(self, log, standin):
        wer.register_file(log).unregister()
        self.submit(wer.SubmitFlags.ADD_REGISTERED_DATA)
        assert standin.files() == {}

    def test_memory_is_in_a_heap_dump(self, standin):
        secret, public = bytearray(os.urandom(64)), bytearray(os.urandom(64))
        expected = bytes(byte ^ 0xFF for byte in public), bytes(byte ^ 0xFF for byte in secret)
        with wer.register_memory_block(public), wer.register_excluded_memory_block(secret):
            self.submit(wer.SubmitFlags.ADD_REGISTERED_DATA, wer.DumpType.HEAPDUMP)
        dump = standin.files()["memory.hdmp"].read_bytes()
        assert bytes(byte ^ 0xFF for byte in expected[0]) in dump
        assert bytes(byte ^ 0xFF for byte in expected[1]) not in dump


AT_EXIT = """
import ctypes, sys
import wer
dll = ctypes.WinDLL(sys.argv[1])
memory = bytearray(b"secret")
wer.register_memory_block(memory)
wer.register_file("spooler.log")
wer.register_custom_metadata("Queue", "42")
print(dll.WerStandInRegistrations())
class Last:
    def __del__(self, dll=dll):
        sys.stdout.write(str(dll.WerStandInRegistrations()))
last = Last()
"""


def test_the_end_of_the_interpreter_undoes_all(system_folder, standin, run_program):
    """Its memory is freed: WER must not read it any more."""
    done = run_program([sys.executable, "-I", "-c", AT_EXIT, str(system_folder / "wer.dll")])
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["3", "0"], "")


CALL_EACH = """
import wer
for call in (
    lambda: wer.register_file("a"),
    lambda: wer.register_memory_block(b"a"),
    lambda: wer.register_excluded_memory_block(b"a"),
    lambda: wer.register_custom_metadata("a", "b"),
    lambda: wer.register_additional_process(pid=4),
    lambda: wer.register_app_local_dump("a"),
    lambda: wer.register_runtime_exception_module("a"),
):
    try:
        call()
    except NotImplementedError as error:
        print(error)
"""
SINCE = {
    "File": "Windows Vista",
    "MemoryBlock": "Windows Vista",
    "ExcludedMemoryBlock": "Windows 10 version 1703",
    "CustomMetadata": "Windows 10 version 1703",
    "AdditionalProcess": "Windows 10 version 1703",
    "AppLocalDump": "Windows 10 version 1709",
    "RuntimeExceptionModule": "Windows 7",
}


@pytest.mark.parametrize("twin", ["WerRegister", "WerUnregister"])
def test_an_older_windows(twin, without):
    """What cannot be undone is not registered either."""
    lines = without([twin + kind for kind in SINCE], CALL_EACH)
    assert lines == [f"this Windows does not have {twin}{kind}; it came with {since}" for kind, since in SINCE.items()]


def test_without_memory_it_is_registered_and_remembered_or_neither(standin, faults):
    """Not with WER alone, as it was when the dictionary of what is registered had to grow and could not."""
    failed = 0
    for nth in [0] * 5 + list(range(1, 18)):  # at first none: Python then takes its quick ways
        for _ in range(12):  # more often than that dictionary takes without growing
            gc.collect()  # after which it has to ask for memory
            registration, error, _, _ = faults.call(lambda: wer.register_app_local_dump("Dumps"), nth, nth)
            assert error is None or isinstance(error, MemoryError), repr(error)
            assert standin.registrations() == (error is None)
            if error is None:
                registration.unregister()
            failed += error is not None
            del error
    assert failed
