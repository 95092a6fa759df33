"""A process's settings for the reports that Windows makes on it, and reports of hangs."""

import pytest

import wer

Flags = wer.FaultReportingFlags


@pytest.fixture(autouse=True)
def _flags_are_put_back():
    before = wer.get_flags()
    yield
    wer.set_flags(before)


def test_flags_come_back():
    """With the WER of this machine, whichever it is."""
    wer.set_flags(Flags.NOHEAP | Flags.NO_UI)
    flags = wer.get_flags()
    assert flags == Flags.NOHEAP | Flags.NO_UI
    assert type(flags) is Flags
    wer.set_flags(Flags(0))
    assert wer.get_flags() == 0


def test_what_reaches_wer(standin, worker):
    wer.set_flags(Flags.QUEUE)
    assert standin.call("WerSetFlags").args == {"dwFlags": 2}
    wer.get_flags()
    wer.get_flags(worker.process)
    wer.get_flags(pid=worker.pid)
    own, other, opened = (call.args["hProcess"] for call in standin.calls("WerGetFlags"))
    assert own["pseudo"]
    assert other["pid"] == opened["pid"] == worker.pid
    assert int(opened["access"], 16) & 0x400, "PROCESS_QUERY_INFORMATION"
    assert not int(opened["access"], 16) & 0x10, "no right to read memory is asked for"


def test_another_process(worker):
    wer.set_flags(Flags.NO_UI)
    assert wer.get_flags(pid=worker.pid) == 0


def test_handles_are_closed(worker, standin, leaked_handles):
    def call():
        wer.get_flags(pid=worker.pid)
        standin.answer("WerGetFlags", 0x80070005)
        with pytest.raises(wer.WerError):
            wer.get_flags(pid=worker.pid)
        standin.control("reset")

    assert leaked_handles(call) == set()


def test_hold_time(standin):
    wer.set_max_process_hold_milliseconds(30_000)
    assert standin.call("WerSetMaxProcessHoldMilliseconds").args == {"dwMilliseconds": 30_000}


@pytest.mark.parametrize("name", [None, "", "Spooler €😀", "x" * 127])
def test_a_hang(standin, name):
    """Never without the stand-in: Windows would end a process."""
    standin.answer("WerReportHang", 0)
    wer.report_hang(0x1234, name)
    assert standin.call("WerReportHang").args == {"hwndHungApp": "0x1234", "pwzHungApplicationName": name}


CALLS = {
    "WerSetFlags": lambda: wer.set_flags(0),
    "WerGetFlags": lambda: wer.get_flags(),
    "WerSetMaxProcessHoldMilliseconds": lambda: wer.set_max_process_hold_milliseconds(5),
    "WerReportHang": lambda: wer.report_hang(1),
}


@pytest.mark.parametrize("hresult", [0x80004001, 0x80070005, 0x80070057], ids=hex)
@pytest.mark.parametrize("function", CALLS)
def test_failures_are_wer_errors(function, hresult, standin):
    standin.answer(function, hresult)
    with pytest.raises(wer.WerError) as caught:
        CALLS[function]()
    assert (caught.value.function, caught.value.hresult & 0xFFFFFFFF) == (function, hresult)
    standin.control("reset")


@pytest.mark.parametrize("function", CALLS)
def test_other_threads_run(function, standin, pool):
    standin.answer("WerReportHang", 0)
    with standin.block(function) as blocked:
        call = pool.submit(CALLS[function])
        blocked.wait_until_entered()
        blocked.release()
        call.result(30)


CALL_EACH = """
import wer
for call in (
    lambda: wer.set_flags(0),
    lambda: wer.get_flags(),
    lambda: wer.set_max_process_hold_milliseconds(5),
    lambda: wer.report_hang(1),
):
    try:
        call()
    except NotImplementedError as error:
        print(error)
"""


def test_an_older_windows(standin, without):
    """(Wine has no WerReportHang in its faultrep.dll either.)"""
    since = dict(
        zip(
            CALLS,
            ["Windows Vista", "Windows Vista", "a later Windows 10 than version 1803 (SDK)", "Windows Vista SP1"],
            strict=True,
        )
    )
    assert without(list(CALLS), CALL_EACH) == [
        f"this Windows does not have {function}; it came with {version}" for function, version in since.items()
    ]
