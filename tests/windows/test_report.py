"""The life of a `Report`: created, used, closed exactly once."""

import copy
import gc
import os
import pickle
import sys
import weakref

import pytest

import wer


class Incident(wer.Report):
    """A subclass with state of its own."""

    def __init__(self, number):
        super().__init__(f"Incident.{number}", wer.ReportType.CRITICAL)
        self.number = number


def test_a_new_report_is_open():
    with wer.Report("WerTests.Event") as report:
        assert not report.closed
        assert report.handle != 0
        assert report.event_type == "WerTests.Event"
        assert repr(report) == f"<wer.Report 'WerTests.Event' handle={report.handle:#x}>"


def test_it_is_filled_and_discarded(tmp_path, worker):
    file = tmp_path / "notes.log"
    file.write_text("text")
    with wer.Report("WerTests.Event", process=worker.process, description="Nobody will read this.") as report:
        for index in range(10):
            report.set_parameter(index, f"value {index}", f"name {index}")
        report.set_ui_option(wer.ReportUI.CONSENT_DLG_HEADER, "text")
        report.add_file(file)
        report.add_dump(process=worker.process)
    assert report.closed
    assert file.exists()


def test_close_ends_it_and_may_be_repeated():
    report = wer.Report("WerTests.Event")
    report.close()
    assert report.closed
    assert repr(report) == "<wer.Report 'WerTests.Event' closed>"
    report.close()
    assert report.event_type == "WerTests.Event", "what it was about can still be asked"


def test_close_frees_the_handle_once(standin):
    report = wer.Report("WerTests.Event")
    handle = report.handle
    report.close()
    report.close()
    del report
    assert standin.call("WerReportCloseHandle").args == {"hReportHandle": f"0x{handle:X}"}


def test_with_closes_without_submitting(standin):
    with wer.Report("WerTests.Event") as report:
        report.set_parameter(0, "value")
    assert report.closed
    assert standin.count("WerReportCloseHandle") == 1
    assert standin.reports() == []


def test_with_closes_after_an_error(standin):
    with pytest.raises(KeyError), wer.Report("WerTests.Event") as report:
        raise KeyError
    assert report.closed
    assert standin.count("WerReportCloseHandle") == 1


def test_with_takes_a_report_closed_inside(standin):
    with wer.Report("WerTests.Event") as report:
        report.close()
    assert standin.count("WerReportCloseHandle") == 1


def test_collection_closes(standin):
    report = wer.Report("WerTests.Event")
    del report
    gc.collect()
    assert standin.count("WerReportCloseHandle") == 1


def test_collection_of_a_cycle_closes(standin):
    report = Incident(1)
    report.itself = report
    gone = weakref.ref(report)
    del report
    gc.collect()
    assert gone() is None
    assert standin.count("WerReportCloseHandle") == 1


def test_collection_of_a_cycle_through_the_process_closes(standin, worker):
    class Owner:
        handle = int(worker.process._handle)

    owner = Owner()
    owner.report = wer.Report("WerTests.Event", process=owner)
    del owner
    gc.collect()
    assert standin.count("WerReportCloseHandle") == 1


def test_collection_is_quiet_when_wer_refuses(standin):
    """The suite turns warnings into errors, pytest's about unraisable exceptions included."""
    report = wer.Report("WerTests.Event")
    handle = report.handle
    standin.answer("WerReportCloseHandle", "0x80004005", nth=1)
    del report
    gc.collect()
    assert standin.count("WerReportCloseHandle") == 1
    wer.Report.from_handle(handle, owned=True).close()  # the failed call left it open in the stand-in


def test_subclass():
    with Incident(7) as report:
        assert report.event_type == "Incident.7"
        assert report.number == 7
        assert isinstance(report, wer.Report)


def test_a_subclass_that_forgets_init_is_a_closed_report():
    class Forgetful(wer.Report):
        def __init__(self):
            pass

    report = Forgetful()
    assert report.closed
    assert repr(report) == "<wer.Report None closed>"
    with pytest.raises(ValueError, match="the report is closed"):
        report.set_parameter(0, "value")
    report.close()


def test_init_does_not_run_twice(report):
    handle = report.handle
    with pytest.raises(RuntimeError, match="already been created; make a new one"):
        report.__init__("WerTests.Other")
    assert (report.handle, report.event_type) == (handle, "WerTests.Event")


def test_init_may_be_tried_again_after_a_failure():
    report = wer.Report.__new__(wer.Report)
    with pytest.raises(ValueError, match="event_type is empty"):
        report.__init__("")
    report.__init__("WerTests.Event")
    report.close()


def test_two_threads_in_init_make_one_report(standin, pool):
    report = wer.Report.__new__(wer.Report)
    with standin.block("WerReportCreate") as blocked:
        first = pool.submit(report.__init__, "WerTests.Event")
        blocked.wait_until_entered()
        with pytest.raises(RuntimeError, match="already been created"):
            report.__init__("WerTests.Other")
        blocked.release()
        first.result(30)
    report.close()
    assert standin.count("WerReportCreate") == 1


def test_init_does_not_bring_a_closed_report_back():
    report = wer.Report("WerTests.Event")
    report.close()
    with pytest.raises(RuntimeError, match="already been created; make a new one"):
        report.__init__("WerTests.Other")
    assert report.closed


def test_weak_references():
    report = wer.Report("WerTests.Event")
    reference = weakref.ref(report)
    assert reference() is report
    del report
    gc.collect()
    assert reference() is None


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
class TestDuplicating:
    """What stands for something of which there is one."""

    def test_a_report(self, report, duplicate):
        with pytest.raises(TypeError):
            duplicate(report)

    def test_a_template(self, duplicate):
        with pytest.raises(TypeError):
            duplicate(wer.ReportTemplate("WerTests.Event", consent=wer.Consent.NOT_ASKED))

    def test_a_store(self, standin, duplicate):
        with (
            wer.Store(wer.StoreType.USER_QUEUE) as store,
            pytest.raises(TypeError, match="a store cannot be copied or pickled"),
        ):
            duplicate(store)

    def test_a_snapshot(self, standin, duplicate):
        with (
            wer.ProcessSnapshot() as snapshot,
            pytest.raises(TypeError, match="a snapshot cannot be copied or pickled"),
        ):
            duplicate(snapshot)

    def test_a_registration(self, standin, duplicate):
        with (
            wer.register_custom_metadata("Key", "value") as registration,
            pytest.raises(TypeError, match="a registration cannot be copied or pickled"),
        ):
            duplicate(registration)

    def test_a_crash_handler(self, standin, duplicate):
        template = wer.ReportTemplate("WerTests.Event", consent=wer.Consent.NOT_ASKED)
        with (
            wer.install_crash_handler(template) as handler,
            pytest.raises(TypeError, match="a crash handler cannot be copied or pickled"),
        ):
            duplicate(handler)


@pytest.mark.parametrize("attribute", ["event_type", "handle", "closed"])
def test_attributes_are_read_only(report, attribute):
    with pytest.raises(AttributeError):
        setattr(report, attribute, None)


class TestExit:
    """The interpreter ends while a report is open."""

    @pytest.fixture
    def run(self, run_program):
        def run(code, rules):
            done = run_program([sys.executable, "-I", "-c", code], {**os.environ, "WER_STANDIN": rules})
            assert (done.returncode, done.stderr) == (0, "")

        return run

    def test_it_is_closed(self, run, standin):
        run("import wer; report = wer.Report('WerTests.Exit')", f'log "{standin.log}"')
        created, closed = standin.call("WerReportCreate"), standin.call("WerReportCloseHandle")
        assert closed.args["hReportHandle"] == created.out["phReportHandle"]

    def test_a_call_inside_wer_does_not_keep_the_process(self, run, standin):
        """As everywhere in Python, of a thread that is a daemon."""
        name = f"wer-tests-exit-{os.getpid()}"
        code = f"""
import ctypes, threading, wer
report = wer.Report("WerTests.Exit")
entered = ctypes.windll.kernel32.CreateEventW(None, True, False, "{name}.entered")
threading.Thread(target=report.submit, args=(wer.Consent.DENIED,), daemon=True).start()
ctypes.windll.kernel32.WaitForSingleObject(entered, -1)
"""
        run(code, f"block WerReportSubmit 1 {name}")


class TestFromHandle:
    def test_borrowed(self, report, standin):
        borrowed = wer.Report.from_handle(report.handle)
        assert borrowed.handle == report.handle
        assert borrowed.event_type is None
        borrowed.set_parameter(0, "value")
        borrowed.close()
        assert borrowed.closed
        del borrowed
        assert standin.count("WerReportSetParameter") == 1
        assert standin.count("WerReportCloseHandle") == 0

    def test_owned(self, standin):
        borrowed = wer.Report("WerTests.Event")
        owner = wer.Report.from_handle(borrowed.handle, owned=True)
        owner.close()
        assert standin.count("WerReportCloseHandle") == 1
        with pytest.raises(wer.WerError):  # the stand-in knows that the handle is gone
            borrowed.close()

    def test_owned_is_freed_by_collection(self, standin):
        original = wer.Report("WerTests.Event")
        wer.Report.from_handle(original.handle, owned=True)
        gc.collect()
        assert standin.count("WerReportCloseHandle") == 1
        with pytest.raises(wer.WerError):
            original.close()

    def test_makes_the_class_it_was_called_on_without_its_init(self, report):
        borrowed = Incident.from_handle(report.handle)
        assert type(borrowed) is Incident
        assert not hasattr(borrowed, "number")
