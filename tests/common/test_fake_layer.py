"""The layer of a `FakeWer`, call by call: what it notes, its limits, what comes of a call that fails or is lacking."""

import contextlib
import ctypes
import errno
import gc
import os
import re
import stat
import struct
import sys
import time

import pytest
from calls import FULL_PATH, REGISTER, STORE_METHODS
from stories import make_link

import wer
import wer.dumps
import wer.testing
from wer import _native
from wer.testing import _checks, _lookup

PID, TID = 4240, 4244  # nobody has these ids where a fake is in place
BITS = 64 if sys.maxsize > 1 << 32 else 32


@pytest.fixture
def worker(fake):
    return fake.add_process(PID, TID)


def test_the_names_of_the_package():
    public = {name for name in vars(wer.testing) if name.isidentifier() and not name.startswith("_")}
    # pytest puts names of its own there, which are none.
    assert sorted(public) == wer.testing.__all__ == ["Call", "FakeProcess", "FakeThread", "FakeWer", "SubmittedReport"]


class TestNotes:
    """Of each call that reaches WER every argument; what was not given is as its default is."""

    def noted(self, fake, function):
        [call] = fake.called(function)
        return call.arguments

    def test_a_report_with_nothing_but_an_event(self, fake):
        wer.Report("X").close()
        texts = ("consent_key", "friendly_event_name", "application_name", "application_path", "description")
        texts += ("namespace_partner", "namespace_group")
        assert self.noted(fake, "WerReportCreate") == {
            "event_type": "X",
            "report_type": wer.ReportType.NON_CRITICAL,
            "process": None,
            "parent_window": 0,
            "application_identity": b"",
            "snapshot": 0,
            "delete_files_token": 0,
            "submit_result_max": None,
            **dict.fromkeys(texts, ""),
        }

    def test_a_report_with_everything(self, fake, worker):
        given = {
            "consent_key": "key",
            "friendly_event_name": "friendly",
            "application_name": "name",
            "application_path": "path",
            "description": "words",
            "parent_window": 1,
            "namespace_partner": "partner",
            "namespace_group": "group",
            "application_identity": bytes(range(16)),
            "snapshot": 2,
            "delete_files_token": 3,
            "submit_result_max": 4,
        }
        wer.Report("X", wer.ReportType.CRITICAL, process=worker, **given).close()
        told = self.noted(fake, "WerReportCreate")
        assert told == {"event_type": "X", "report_type": wer.ReportType.CRITICAL, "process": PID, **given}

    def test_a_dump_with_nothing_said_of_it(self, fake, worker):
        with wer.Report("X", process=worker) as report:
            report.add_dump()
            handle = report.handle
        assert self.noted(fake, "WerReportAddDump") == {
            "report": handle,
            "dump_type": wer.DumpType.MINIDUMP,
            "process": PID,
            "thread": None,
            "exception": None,
            "options": None,
            "flags": wer.DumpFlags(0),
            "snapshot": None,
        }

    @pytest.mark.parametrize(
        ("name", "added", "undone"),
        [
            (
                "File",
                {"path": FULL_PATH, "file_type": wer.RegisterFileType.OTHER, "flags": wer.FileFlags(0)},
                ["path"],
            ),
            ("MemoryBlock", {"address": ..., "size": 4}, ["address"]),
            ("ExcludedMemoryBlock", {"address": ..., "size": 4}, ["address"]),
            ("CustomMetadata", {"key": "Queue", "value": "42"}, ["key"]),
            ("AdditionalProcess", {"process": os.getpid(), "thread": None}, ["process"]),
            ("AppLocalDump", {"path": "Dumps"}, []),
            (
                "RuntimeExceptionModule",
                {"path": r"C:\handler.dll", "context": 0x1234},
                ["path", "context"],
            ),
        ],
    )
    def test_a_registration(self, fake, name, added, undone):
        """It is undone by what WER knows it by."""
        registration = REGISTER[name]()
        told = self.noted(fake, f"WerRegister{name}")
        assert told.keys() == added.keys()
        assert all(told[given] == value for given, value in added.items() if value is not ...)
        assert registration.active is True
        registration.unregister()
        assert registration.active is False
        assert self.noted(fake, f"WerUnregister{name}") == {given: told[given] for given in undone}
        assert [call.function for call in fake.calls] == [f"WerRegister{name}", f"WerUnregister{name}"]

    def test_a_memory_block_is_told_by_its_address(self, fake):
        memory = (ctypes.c_char * 10)()
        wer.register_memory_block(memory)
        assert self.noted(fake, "WerRegisterMemoryBlock") == {"address": ctypes.addressof(memory), "size": 10}

    def test_a_file_with_a_type_and_flags(self, fake):
        wer.register_file(FULL_PATH, wer.RegisterFileType.USER_DOCUMENT, wer.FileFlags.DELETE_WHEN_DONE)
        told = self.noted(fake, "WerRegisterFile")
        assert told["file_type"] is wer.RegisterFileType.USER_DOCUMENT
        assert told["flags"] is wer.FileFlags.DELETE_WHEN_DONE

    def test_an_additional_process_with_a_thread(self, fake, worker):
        wer.register_additional_process(worker, tid=TID)
        assert self.noted(fake, "WerRegisterAdditionalProcess") == {"process": PID, "thread": TID}

    def test_settings(self, fake, worker):
        wer.get_flags(worker)
        wer.set_max_process_hold_milliseconds(7)
        wer.report_hang(8, "Spooler")
        wer.report_hang(9)
        assert [(call.function, call.arguments) for call in fake.calls] == [
            ("WerGetFlags", {"process": PID}),
            ("WerSetMaxProcessHoldMilliseconds", {"milliseconds": 7}),
            ("WerReportHang", {"window": 8, "application_name": "Spooler"}),
            ("WerReportHang", {"window": 9, "application_name": None}),
        ]
        wer.get_flags()
        assert fake.calls[-1].arguments == {"process": os.getpid()}

    def test_a_store(self, fake):
        store_type = wer.StoreType.USER_ARCHIVE
        fake.reports[store_type].append(wer.StoredReport(key="k", event_type="X"))
        with wer.Store(store_type) as store:
            store.count()
            store.size_on_disk()
            assert [(report.key, report.event_type, report.size) for report in store] == [("k", "X", 0)]
            store.upload("k", wer.SubmitFlags.QUEUE)
        assert [(call.function, call.arguments) for call in fake.calls] == [
            ("WerStoreOpen", {"store_type": store_type}),
            ("WerStoreGetReportCount", {"store_type": store_type}),
            ("WerStoreGetSizeOnDisk", {"store_type": store_type}),
            ("WerStoreGetFirstReportKey", {"store_type": store_type}),
            ("WerStoreQueryReportMetadataV3", {"store_type": store_type, "key": "k"}),
            ("WerStoreGetNextReportKey", {"store_type": store_type}),
            ("WerStoreUploadReport", {"store_type": store_type, "key": "k", "flags": wer.SubmitFlags.QUEUE}),
            ("WerStoreClose", {"store_type": store_type}),
        ]

    def test_a_snapshot(self, fake, worker):
        snapshot = wer.ProcessSnapshot(worker, wer.SnapshotFlags.VA_CLONE)
        assert self.noted(fake, "PssCaptureSnapshot") == {
            "process": PID,
            "flags": wer.SnapshotFlags.VA_CLONE,
            "context_flags": 0,
        }
        handle = snapshot.handle
        assert handle
        snapshot.close()
        assert self.noted(fake, "PssFreeSnapshot") == {"snapshot": handle}
        snapshot.close()
        assert len(fake.called("PssFreeSnapshot")) == 1

    def test_a_dump_file(self, fake, worker, tmp_path):
        """It is the header of a dump without streams, where the list of them would be at its end."""
        flags = wer.MinidumpType.WITH_HANDLE_DATA
        wer.dumps.write_dump(tmp_path / "a.dmp", worker, dump_type=flags)
        assert self.noted(fake, "MiniDumpWriteDump") == {"process": PID, "flags": flags}
        data = (tmp_path / "a.dmp").read_bytes()
        assert struct.unpack("<4sIIIIIQ", data) == (b"MDMP", 0xA793, 0, len(data), 0, 0, flags)


class TestFailures:
    """What is raised is what the extension raises: its class, its code, what the system says of it."""

    @staticmethod
    def _duplicate():
        process = _native.open_process(PID, 0)
        return _native.duplicate_process(process.handle, True)

    CALLS = {
        "GetExitCodeProcess": lambda: _native.exit_code(_native.open_process(PID, 0)),
        "GetProcessTimes": lambda: _native.created(_native.open_process(PID, 0)),
        "VirtualQueryEx": lambda: _native.memory_of(_native.open_process(PID, 0)),
        "EnumProcessModulesEx": lambda: _native.has_python(_native.open_process(PID, 0)),
        "CreateToolhelp32Snapshot": lambda: _native.children_of(PID),
        "CreateMutexW": lambda: _native.HeldMutex().take("wer-tests", 0),
        "OpenProcess": lambda: _native.open_process(PID, 0),
        "OpenThread": lambda: _native.open_thread(TID, 0, _native.open_process(PID, 0)),
        "DuplicateHandle": _duplicate,
        "PssCaptureSnapshot": lambda: wer.ProcessSnapshot(pid=PID),
        "PssFreeSnapshot": lambda: wer.ProcessSnapshot(pid=PID).close(),
    }

    @pytest.mark.parametrize("function", CALLS)
    def test_of_windows(self, fake, worker, function):
        good = self.CALLS[function]
        good()
        fake.fail(function, 5)
        with pytest.raises(PermissionError, match=f"^[^:]*{function}: ") as caught:
            good()
        assert _checks.system_text(5)
        assert _checks.system_text(5) in str(caught.value)
        fake.fail(function, 1450)  # ERROR_NO_SYSTEM_RESOURCES
        with pytest.raises(OSError, match=f"{function}: ") as caught:
            good()
        assert caught.value.winerror == 1450
        if sys.platform != "win32":
            assert caught.value.errno == errno.EIO
        fake.fail(function, 0)
        good()

    @pytest.mark.parametrize("function", ["OpenProcess", "OpenThread"])
    def test_what_windows_says_of_an_id_that_nobody_has(self, fake, worker, function):
        """ERROR_INVALID_PARAMETER, as it comes for one."""
        fake.fail(function, 87)
        with pytest.raises(ProcessLookupError) as caught:
            self.CALLS[function]()
        assert caught.value.errno == errno.ESRCH
        assert "is gone" in str(caught.value)

    @pytest.mark.parametrize("code", [0, 6])
    def test_what_windows_says_of_a_handle_that_is_not_open(self, fake, code):
        """ERROR_INVALID_HANDLE, as it comes for one."""
        fake.fail("DuplicateHandle", code)
        with pytest.raises(ValueError, match=r"^process is no open handle: 0x[0-9a-f]+ [(].+[)]$"):
            _native.duplicate_process(0x7FFFFFF0, True)

    def test_of_a_file_that_is_registered_the_error_names_it(self, fake):
        registration = wer.register_file(FULL_PATH)
        fake.fail("WerUnregisterFile", 0x80070005)
        with pytest.raises(PermissionError) as caught:
            registration.unregister()
        assert caught.value.filename == FULL_PATH

    def test_the_path_of_a_program_that_windows_does_not_tell(self, fake):
        worker = fake.add_process(PID, executable=r"C:\a.exe")
        assert wer.interpreter_of(worker).executable == r"C:\a.exe"
        fake.fail("QueryFullProcessImageNameW", 5)
        assert wer.interpreter_of(worker).executable == ""

    @pytest.mark.parametrize("code", [5, 0x80070005], ids=hex)
    def test_a_dump_file_that_is_refused(self, fake, worker, tmp_path, code):
        """By a code of Win32, or an HRESULT that has it inside. No file is left."""
        fake.fail("MiniDumpWriteDump", code)
        with pytest.raises(PermissionError, match=f"MiniDumpWriteDump: process {PID}: .*may not be read") as caught:
            wer.dumps.write_dump(tmp_path / "a.dmp", worker)
        assert caught.value.winerror == 5
        assert _checks.system_text(5) in str(caught.value)
        assert list(tmp_path.iterdir()) == []

    def test_a_dump_file_that_fails(self, fake, worker, tmp_path):
        fake.fail("MiniDumpWriteDump", 0x80004005)
        with pytest.raises(OSError, match=f"MiniDumpWriteDump: process {PID}") as caught:
            wer.dumps.write_dump(tmp_path / "a.dmp", worker)
        assert caught.value.winerror == 0x80004005 - (1 << 32)
        assert "may not be read" not in str(caught.value)
        worker.end()
        held = _native.duplicate_process(worker.handle, True)
        with pytest.raises(ProcessLookupError, match=f"process {PID} is gone"), open(tmp_path / "b", "wb") as file:
            _native.write_dump(held, file.fileno(), 0, None)

    def test_a_snapshot_that_was_not_captured(self, fake, worker):
        """Nothing is freed, it can be captured later, and of a process that has ended meanwhile that is said."""
        fake.fail("PssCaptureSnapshot", 5, times=1)
        held = _native.HeldSnapshot()
        process = _native.duplicate_process(worker.handle, False)
        with pytest.raises(PermissionError):
            held.capture(process, 0, False, None)
        assert held.handle == 0
        assert held.capture(process, 0, False, None) == PID
        held.close()
        fake.fail("PssCaptureSnapshot", 5)
        worker.end()
        other = _native.HeldSnapshot()
        with pytest.raises(ProcessLookupError, match=f"process {PID} is gone"):
            other.capture(process, 0, False, None)
        del other
        gc.collect()
        assert len(fake.called("PssFreeSnapshot")) == 1

    def test_what_the_system_says_of_a_code(self):
        """One line; nothing of a code that it does not know."""
        assert _checks.system_text(6)
        assert "\n" not in _checks.system_text(6)
        assert _checks.system_text(0x2EEEEEEE) == ""

    @pytest.mark.parametrize("name", ["stacks", "clock"])
    def test_a_watchdog_names_the_handle_that_is_none(self, fake, name):
        template = wer.ReportTemplate("X", consent=wer.Consent.DENIED)
        stacks, clock = [1 << BITS if given == name else 0 for given in ("stacks", "clock")]
        with pytest.raises(ValueError, match=f"^{name} must fit into"):
            _native.HeldWatchdog().watch(template._held, 1, 1, 1, stacks, 1, 1, 1, False, None, None, None, clock)

    def test_a_fake_has_no_other_process_that_watches(self, fake):
        held = _native.HeldWatchdog()
        assert not held.shares
        with pytest.raises(NotImplementedError, match="no other process"):
            held.share(bytearray(8), None)


class TestLacking:
    """A Windows without a function: the call says so, and since when Windows has it, and nothing is told to WER."""

    CALLS = {
        **{f"Wer{what}{name}": register for name, register in REGISTER.items() for what in ("Register", "Unregister")},
        **STORE_METHODS,
        "WerStoreOpen": None,
        "WerStoreClose": None,
        "WerStoreGetNextReportKey": STORE_METHODS["WerStoreGetFirstReportKey"],
        "WerFreeString": STORE_METHODS["WerStoreGetFirstReportKey"],
        "WerStorePurge": wer.purge_reports,
        "WerSetFlags": lambda: wer.set_flags(1),
        "WerGetFlags": wer.get_flags,
        "WerSetMaxProcessHoldMilliseconds": lambda: wer.set_max_process_hold_milliseconds(1),
        "WerReportHang": lambda: wer.report_hang(1),
        "PssCaptureSnapshot": wer.ProcessSnapshot,
        "PssFreeSnapshot": wer.ProcessSnapshot,
    }
    # Their callers need several functions, and name the first of them.
    NAMED = {
        "WerStoreClose": "WerStoreOpen",
        "WerStoreGetNextReportKey": "WerStoreGetFirstReportKey",
        "WerFreeString": "WerStoreGetFirstReportKey",
    }
    OF_METADATA = {f"WerStoreQueryReportMetadataV{version}" for version in (1, 2, 3)}  # of which one is enough

    def test_every_function_is_tried_here(self):
        assert {*self.CALLS, *self.OF_METADATA} == set(_lookup.SINCE)

    @pytest.mark.parametrize("function", sorted(CALLS.keys() - OF_METADATA))
    def test_a_function(self, fake, function):
        fake.lack(function)
        assert not wer.supported(function)
        call = self.CALLS[function] or (lambda: wer.Store(1))
        named = self.NAMED.get(function, function)
        text = re.escape(f"this Windows does not have {named}; it came with {_lookup.SINCE[named]}")
        with contextlib.ExitStack() as stack:
            if function in STORE_METHODS or named == "WerStoreGetFirstReportKey":
                store = stack.enter_context(wer.Store(1))
                call = lambda made=call: made(store)  # noqa: E731
            before = list(fake.calls)
            with pytest.raises(NotImplementedError, match=text):
                call()
            assert fake.calls == before

    def test_metadata(self, fake):
        fake.reports[wer.StoreType.USER_QUEUE].append(wer.StoredReport(key="k", event_type="X"))
        for version in (3, 2):
            fake.lack(f"WerStoreQueryReportMetadataV{version}")
            assert [report.key for report in wer.Store(1)] == ["k"]
            assert fake.called(f"WerStoreQueryReportMetadataV{version - 1}")
        fake.lack("WerStoreQueryReportMetadataV1")
        with pytest.raises(NotImplementedError, match="WerStoreQueryReportMetadataV1"):
            list(wer.Store(1))


class TestLimits:
    @pytest.mark.parametrize("value", [1, (1 << BITS) - 1, 1 << (BITS - 1), -1, -(1 << (BITS - 1))], ids=hex)
    def test_a_handle_is_as_wide_as_a_pointer(self, fake, value):
        """Signed or unsigned; it is told to WER unsigned."""
        report = wer.Report.from_handle(value, owned=True)
        assert report.handle == value & ((1 << BITS) - 1)
        report.close()
        assert fake.calls[0].arguments == {"report": value & ((1 << BITS) - 1)}

    @pytest.mark.parametrize("value", [1 << BITS, -(1 << (BITS - 1)) - 1], ids=hex)
    def test_one_that_is_wider_is_refused(self, fake, value):
        with pytest.raises(ValueError, match=f"handle must fit into {BITS} bits"):
            wer.Report.from_handle(value)

    @pytest.mark.skipif(BITS == 32, reason="a 32-bit process has no memory block of 4 GB")
    @pytest.mark.parametrize(
        ("register", "most"),
        [
            (wer.register_memory_block, wer.WER_MAX_MEM_BLOCK_SIZE),
            (wer.register_excluded_memory_block, 0xFFFFFFFF),
        ],
    )
    def test_a_memory_block(self, fake, register, most):
        """Nobody reads this memory, which is not there."""

        def block(size):
            return (ctypes.c_char * size).from_address(0x10000)

        register(block(most))
        assert fake.calls[-1].arguments == {"address": 0x10000, "size": most}
        with pytest.raises(ValueError, match=f"buffer takes at most {most} bytes, got {most + 1}"):
            register(block(most + 1))
        assert len(fake.calls) == 1


class TestStates:
    def test_the_own_one_goes_where_others_do(self, fake):
        wer.Report("X", process=fake.current).close()
        wer.Report("X", process=wer.Handle(fake.current.handle)).close()
        assert [call.arguments["process"] for call in fake.called("WerReportCreate")] == [os.getpid()] * 2

    def test_its_memory(self, fake, worker):
        assert all(size > 0 for size in _native.memory_of(_native.open_process(PID, 0)))
        worker.private_bytes, worker.all_bytes, worker.data_bytes = 1, 2, 3
        assert _native.memory_of(_native.open_process(PID, 0)) == (1, 2, 3)

    def test_the_clock(self, fake):
        before = time.monotonic_ns() // 1_000_000
        assert before <= _native.uptime() <= time.monotonic_ns() // 1_000_000

    def test_how_it_ended(self, fake, worker):
        held = _native.open_process(PID, 0)
        assert (_native.has_ended(held), _native.exit_code(held)) == (False, 259)
        worker.end(-1)
        assert (_native.has_ended(held), _native.exit_code(held)) == (True, 0xFFFFFFFF)

    @pytest.mark.parametrize("change", ["set_parameter", "add_file", "set_dump"])
    def test_a_template_is_changed_by_one_thread(self, fake, change):
        """The other is told what to do."""
        template = wer.ReportTemplate("X", consent=wer.Consent.DENIED)
        given = {"set_parameter": (0, "1"), "add_file": ("a.log",), "set_dump": (wer.DumpType.MINIDUMP,)}[change]
        with (
            template._held._busy,
            pytest.raises(RuntimeError, match=r"on this template is still running: one thread changes it at a time"),
        ):
            getattr(template, change)(*given)
        getattr(template, change)(*given)


class TestFiles:
    """Of `wer.service`: what is there already is refused, unless it is what was asked for."""

    def test_a_folder(self, fake, tmp_path):
        path = tmp_path / "folder"
        _native.private_folder(path)
        assert path.is_dir()
        (path / "kept").touch()
        _native.private_folder(path)
        assert (path / "kept").exists()
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o700

    def test_a_file_in_the_place_of_a_folder(self, fake, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(NotADirectoryError) as caught:
            _native.private_folder(tmp_path / "file")
        assert (caught.value.errno, caught.value.filename) == (errno.ENOTDIR, tmp_path / "file")
        assert caught.value.strerror

    def test_a_link_in_the_place_of_a_folder(self, fake, tmp_path):
        (tmp_path / "elsewhere").mkdir()
        make_link(tmp_path / "link", tmp_path / "elsewhere")
        with pytest.raises(OSError, match="link") as caught:
            _native.private_folder(tmp_path / "link")
        assert (caught.value.errno, caught.value.filename) == (errno.ELOOP, tmp_path / "link")
        assert caught.value.strerror == os.strerror(errno.ELOOP)

    def test_a_new_file(self, fake, tmp_path):
        path = tmp_path / "file"
        file = _native.private_file(path)
        os.write(file, b"a\nb")
        assert not os.get_inheritable(file)
        os.close(file)
        assert path.read_bytes() == b"a\nb"
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(FileExistsError):
            _native.private_file(path)
        assert path.read_bytes() == b"a\nb"

    def test_a_shared_file(self, fake, tmp_path):
        path = tmp_path / "file"
        for text in (b"", b"abc"):
            file = _native.shared_file(path)
            assert os.read(file, 10) == text
            os.write(file, b"abc")
            os.close(file)
        assert path.read_bytes() == b"abcabc"

    @pytest.mark.parametrize("soft", [True, False])
    def test_a_shared_file_that_is_another(self, fake, tmp_path, soft):
        """By a link, of either kind: it is somebody else's."""
        (tmp_path / "theirs").write_bytes(b"abc")
        if soft:
            make_link(tmp_path / "link", tmp_path / "theirs")
        else:
            os.link(tmp_path / "theirs", tmp_path / "link")
        with pytest.raises(OSError, match="link") as caught:
            _native.shared_file(tmp_path / "link")
        assert (caught.value.errno, caught.value.filename) == (errno.ELOOP, tmp_path / "link")
        assert (tmp_path / "theirs").read_bytes() == b"abc"

    @pytest.mark.parametrize(
        ("make", "function"),
        [("private_folder", "CreateDirectoryW"), ("private_file", "CreateFileW"), ("shared_file", "CreateFileW")],
    )
    def test_that_fail(self, fake, tmp_path, make, function):
        fake.fail(function, 5)
        with pytest.raises(PermissionError, match=f"{function}: ") as caught:
            getattr(_native, make)(tmp_path / "a")
        assert (caught.value.winerror, caught.value.filename) == (5, tmp_path / "a")
        assert _checks.system_text(5) in str(caught.value)
        assert list(tmp_path.iterdir()) == []
