"""The C that runs without Python: the crash, the hang, the dump without a report, the table for native hosts."""

import ctypes
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import fakewindows
import pytest
from fakewindows import PATIENCE
from native_table import exception_pointers, native_table

import wer
import wer.dumps

ACCESS_VIOLATION, STACK_OVERFLOW = 0xC0000005, 0xC00000FD
REPORT = ["WerReportCreate", "WerReportAddDump", "WerReportSubmit", "WerReportCloseHandle"]
TEXT = "😀" * 129


def full_template(folder):
    """Every field at its limit."""
    template = wer.ReportTemplate(
        "E" * 64,
        consent=wer.Consent.NOT_ASKED,
        consent_key="k" * 63,
        friendly_event_name="f" * 127,
        application_name="a" * 127,
        application_path="p" * 259,
        description="d" * 511,
        namespace_partner="n" * 63,
        namespace_group="g" * 63,
        application_identity=bytes(16),
    )
    for index in range(10):
        template.set_parameter(index, TEXT + "x", "N" * 128)
    for _ in range(32):
        template.add_file("/" + "x" * 258)
    modules = [f"{number:0125}" for number in range(2)]
    template.set_dump(wer.DumpType.HEAPDUMP, wer.DumpOptions(preferred_modules=modules, thread_id=1, dump_key=1))
    return template


def small_template(folder):
    return wer.ReportTemplate("WerTests.Crash", consent=wer.Consent.NOT_ASKED)


def gapped_template(folder):
    template = small_template(folder)
    template.set_parameter(0, "value")
    return template


@pytest.mark.parametrize("template", [full_template, small_template, gapped_template])
@pytest.mark.parametrize("code", [ACCESS_VIOLATION, STACK_OVERFLOW], ids=hex)
def test_a_crash_is_reported(template, code, tmp_path):
    with wer.install_crash_handler(template(tmp_path), abort=True):
        fakewindows.forget()
        assert fakewindows.crash(code) == 0
        assert fakewindows.crash(code) == 0  # once
        fakewindows.dll.fake_abort()
    calls = fakewindows.calls()
    assert [calls[function] for function in REPORT] == [1] * 4
    assert fakewindows.crash(code) == 0  # nobody has installed one
    assert fakewindows.calls()["WerReportCreate"] == 1


def test_an_abort_is_reported(tmp_path):
    with wer.install_crash_handler(full_template(tmp_path), abort=True):
        fakewindows.forget()
        fakewindows.dll.fake_abort()
    assert fakewindows.calls()["WerReportSubmit"] == 1


def test_many_threads_crash_at_once(tmp_path):
    with wer.install_crash_handler(full_template(tmp_path)), ThreadPoolExecutor(32) as pool:
        fakewindows.forget()
        start = threading.Barrier(32)

        def crash(number):
            start.wait()
            return fakewindows.crash(STACK_OVERFLOW if number % 2 else ACCESS_VIOLATION)

        assert set(pool.map(crash, range(32))) == {0}
    assert fakewindows.calls()["WerReportCreate"] == 1


def test_a_handle_that_wer_did_not_give_is_not_used(tmp_path):
    """It said that it succeeded, as no WER was seen to."""
    with wer.install_crash_handler(full_template(tmp_path)):
        fakewindows.forget()
        fakewindows.fail("WerReportCreate", 1)
        assert fakewindows.crash() == 0
    assert [fakewindows.calls()[function] for function in REPORT] == [1, 0, 0, 0]


def test_handlers_come_and_go(tmp_path):
    for number in range(20):
        with wer.install_crash_handler(full_template(tmp_path), abort=number % 2 == 0):
            fakewindows.crash()


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()


def test_a_hang_is_reported(tmp_path):
    told = []
    with wer.Watchdog(0.5, "WerTests", folder=tmp_path, on_recovery=told.append) as watchdog:
        watchdog.beat()
        fakewindows.forget()
        wait_until(lambda: fakewindows.calls()["WerReportSubmit"])
        assert watchdog.hung

        def recovered():
            watchdog.beat()
            return told

        wait_until(recovered)
    assert told[0].result == wer.SubmitResult.QUEUED
    calls = fakewindows.calls()
    assert (calls["WerReportAddDump"], calls["WerReportAddFile"], calls["WerReportCloseHandle"]) == (1, 1, 1)


def test_a_dump_that_is_given_up(tmp_path):
    class GivenUp(Exception):
        pass

    def progress(*_):
        fakewindows.dll.fake_release()
        raise GivenUp

    fakewindows.dll.fake_block(b"MiniDumpWriteDump")
    with pytest.raises(GivenUp):
        wer.dumps.write_dump(tmp_path / "a.dmp", progress=progress)
    assert list(tmp_path.iterdir()) == []


# ---- what native hosts are given ----


@pytest.fixture(scope="module")
def table():
    return native_table()


def test_objects_from_handles_and_back(table):
    to_object, to_handle, check = table.report_from_handle, table.report_handle, table.report_check
    with wer.Report("WerTests.Event") as report:
        other = to_object(report.handle, 0)
        assert type(other) is wer.Report
        assert to_handle(other) == report.handle == to_handle(report)
        assert (check(report), check(5)) == (1, 0)
        with pytest.raises(TypeError, match=r"a wer\.Report is needed, got int"):
            to_handle(5)
    with pytest.raises(ValueError, match="the report is closed"):
        to_handle(report)
    with pytest.raises(ValueError, match="handle is NULL"):
        to_object(0, 1)


def test_templates_for_hosts(table):
    template = small_template(None)
    address = table.template_from_object(template)
    del template  # the reference keeps it
    fakewindows.forget()
    result = ctypes.c_int()
    assert table.report_here(address, 0x40000015, ctypes.addressof(result)) == 0
    assert result.value == wer.SubmitResult.QUEUED
    assert fakewindows.calls()["WerReportSubmit"] == 1
    table.template_release(address)
    with pytest.raises(TypeError, match=r"a wer\.ReportTemplate is needed, got int"):
        table.template_from_object(5)


def test_reports_in_a_row(table):
    """Each is filed once, however late the thread is that watches or files them: a host may go on after a report."""
    address = table.template_from_object(small_template(None))
    fakewindows.forget()
    for number in range(400):
        pointers = exception_pointers(STACK_OVERFLOW if number % 3 == 2 else ACCESS_VIOLATION)
        assert table.report_exception(address, pointers, None) == 0
        assert fakewindows.calls()["WerReportCreate"] == number + 1
    table.template_release(address)


# ---- the DLL that WerFault loads: it reads what the crashed process has prepared, and trusts none of it ----

ROOM = 260  # units of each text that it is to fill in


@pytest.fixture(scope="module")
def module():
    return ctypes.CDLL(fakewindows.exception_module)


@pytest.fixture
def claim(tmp_path):
    """The memory that a crashed process has prepared, as a copy of its own that may be damaged."""
    handler = wer.install_crash_handler(full_template(tmp_path))
    memory = ctypes.create_string_buffer(ctypes.string_at(handler._held.claim, 7928), 7928)
    handler.uninstall()
    return memory


def ask(module, claim):
    """What it answers to WER: whether it claims the crash, and all parameters."""
    information = ctypes.create_string_buffer(4096)
    name, value = (ctypes.create_string_buffer(2 * ROOM) for _ in range(2))
    claimed, count = ctypes.c_int(), ctypes.c_uint32()
    rooms = [ctypes.c_uint32(ROOM) for _ in range(2)]
    assert (
        module.OutOfProcessExceptionEventCallback(
            claim, information, ctypes.byref(claimed), name, ctypes.byref(rooms[0]), ctypes.byref(count)
        )
        == 0
    )
    answers = [
        module.OutOfProcessExceptionEventSignatureCallback(
            claim, information, index, name, ctypes.byref(rooms[0]), value, ctypes.byref(rooms[1])
        )
        for index in range(12)
    ]
    return claimed.value, answers


def test_a_whole_claim_is_taken(module, claim):
    claimed, answers = ask(module, claim)
    assert claimed
    assert answers[:10] == [0] * 10
    assert all(answers[10:])


def test_a_damaged_claim_does_no_harm(module, claim):
    """Every byte that is no text, and texts without a NUL."""
    whole = claim.raw
    for at in range(16):
        for byte in (0, 1, 0x7F, 0xFF):
            claim.raw = whole[:at] + bytes([byte]) + whole[at + 1 :]
            ask(module, claim)
    for start in range(16, 7928, 64):
        claim.raw = whole[:start] + b"\xff" * (7928 - start)
        ask(module, claim)
