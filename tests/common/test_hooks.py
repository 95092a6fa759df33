"""`wer.service.Hooks`, `wer.reporting`, `LoggingHandler`: which exceptions are reported, and that each is once."""

import asyncio
import contextlib
import functools
import gc
import logging
import pickle
import sys
import threading
import time
import types
import weakref
from collections import deque
from unittest import mock

import pytest

import wer
from wer.service import Folder, Hooks, Limits, LoggingHandler, Reporter, _background

ENDS = [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError]


class Own(Exception):
    """One that a weak reference can be made of, unlike built-in ones."""


@pytest.fixture
def filed():
    return []


@pytest.fixture
def make(fake, tmp_path, filed):
    """Make a `Reporter` that has no limits and a folder of the test's own."""
    made = []

    def make(**options):
        options = {"limits": None, "folder": Folder(str(tmp_path / "private")), "on_report": filed.append} | options
        made.append(Reporter("WerTests", version="1.2.3", consent=wer.Consent.NOT_ASKED, **options))
        return made[-1]

    yield make
    for reporter in made:
        reporter.close()


@pytest.fixture
def reporter(make):
    return make()


@pytest.fixture
def before(monkeypatch):
    """Hooks of somebody else, who notes what they see; pytest has its own."""
    seen = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(("main", error)))
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(("thread", args.exc_value)))
    monkeypatch.setattr(sys, "unraisablehook", lambda args: seen.append(("unraisable", args.exc_value)))
    return seen


@pytest.fixture
def hooks(reporter, before):
    hooks = Hooks(reporter).install()
    yield hooks
    hooks.uninstall()


def raised(error):
    try:
        raise error
    except BaseException as caught:
        return caught


def excepthook(error):
    error = raised(error)
    sys.excepthook(type(error), error, error.__traceback__)


def in_thread(function):
    thread = threading.Thread(target=function, name="job")
    thread.start()
    thread.join()


def fail():
    raise ValueError("in a thread")


def sources(reporter, filed):
    assert reporter.flush(30)
    return [each.source for each in filed]


class TestReport:
    def test_has_what_groups_it(self, reporter, fake, filed):
        assert reporter.report(raised(ValueError("x")), source="main")
        assert reporter.flush(30)
        [created] = fake.called("WerReportCreate")
        assert created.arguments["event_type"] == "WerTests.Exception"
        assert created.arguments["application_name"] == "WerTests"
        values = [call.arguments["value"] for call in fake.called("WerReportSetParameter")]
        assert values == [
            "1.2.3",
            "ValueError",
            f"{__name__}:raised",
            wer.service.traceback_hash(raised(ValueError())),
            "main",
            "{}.{}.{}".format(*sys.version_info[:3]),
        ]
        assert len(fake.called("WerReportAddDump")) == len(fake.called("WerReportAddFile")) == 1
        [submitted] = fake.called("WerReportSubmit")
        assert submitted.arguments["consent"] == wer.Consent.NOT_ASKED
        assert submitted.arguments["flags"] == wer.SubmitFlags.QUEUE
        assert [each.result for each in filed] == [wer.SubmitResult.QUEUED]

    def test_of_a_failed_one_the_reason_is_told(self, reporter, fake, filed, caplog):
        fake.fail("WerReportSubmit", wer.HResult.E_ACCESSDENIED)
        reporter.report(raised(ValueError("x")))
        assert reporter.flush(30)
        [only] = filed
        assert only.result is None
        assert only.error.function == "WerReportSubmit"
        assert "no report of ValueError" in caplog.text

    def test_without_a_dump_is_filed_all_the_same(self, reporter, fake, filed, caplog):
        fake.fail("WerReportAddDump", wer.HResult.E_ACCESSDENIED)
        reporter.report(raised(ValueError("x")))
        assert reporter.flush(30)
        assert [each.result for each in filed] == [wer.SubmitResult.QUEUED]
        assert "the report goes without a dump" in caplog.text

    def test_what_on_report_raises_is_logged(self, make, caplog):
        reporter = make(on_report=lambda filed: 1 / 0)
        for _ in range(2):
            assert reporter.report(raised(ValueError("x")))
            assert reporter.flush(30)
        assert caplog.text.count("ZeroDivisionError") == 2

    @pytest.mark.parametrize("text", ["\ud800", "a\0b", "\U0001f600" * 400])
    def test_goes_with_any_text_of_an_exception(self, reporter, filed, text):
        kind = type("Odd", (Exception,), {"__module__": "m" + text})
        reporter.report(raised(kind(text)))
        assert reporter.flush(30)
        assert [each.result for each in filed] == [wer.SubmitResult.QUEUED]

    def test_a_stuck_one_is_not_waited_for(self, make, fake):
        stuck, go = threading.Event(), threading.Event()

        def wait(filed):
            stuck.set()
            go.wait(60)

        reporter = make(on_report=wait, timeout=0.2)
        began = time.monotonic()
        reporter.report(raised(ValueError("x")))
        assert stuck.wait(30)
        assert time.monotonic() - began < 20
        for _ in range(100):
            reporter.report(raised(ValueError("x")), wait=False)
        assert reporter.report(raised(ValueError("x")), wait=False) is False  # as much waits as may
        go.set()
        assert reporter.flush(60)  # or they are made in the tests that follow

    def test_from_a_report_is_none(self, make, filed):
        def report_again(each):
            filed.append(each)
            answers.append(reporter.report(raised(ValueError("again"))))

        answers = []
        reporter = make(on_report=report_again)
        reporter.report(raised(ValueError("x")))
        assert reporter.flush(30)
        assert answers == [False]
        assert len(filed) == 1

    @pytest.mark.parametrize("group", [False, True])
    def test_what_is_declined_can_be_reported_later_and_is_told(self, make, filed, monkeypatch, caplog, group):
        """As much waits as may; or it is asked for within a report, of the same exception as outside."""
        caplog.set_level(logging.INFO, logger="wer")
        entered, go, told = threading.Event(), threading.Event(), []

        def keep(report, exception, **options):
            told.append(options["more"])

        def hold(each):
            filed.append(each)
            if len(filed) == 1:
                answers.append(reporter.report(error))
                entered.set()
                go.wait(60)

        answers = []
        error = raised(ExceptionGroup("jobs", [Own("x"), ValueError()]) if group else Own("x"))
        monkeypatch.setattr(wer.service._reporter, "add_python_state", keep)
        reporter = make(on_report=hold)
        reporter.report(raised(KeyError()), wait=False)
        assert entered.wait(30)
        while reporter.report(raised(ValueError()), wait=False):
            pass
        answers.append(reporter.report(error, wait=False, source="here"))
        go.set()
        assert reporter.flush(30)
        assert answers == [False, False]
        assert " from here now: too many wait" in caplog.text
        assert reporter.report(error) is True
        assert reporter.report(error) is False
        assert reporter.flush(30)
        assert told[:3] == [[], ["Left out because too many waited, or from within a report: 3"], []]
        assert not any(told[2:])

    def test_what_was_declined_is_told_by_the_next_that_is_filed(self, make, fake, filed, monkeypatch):
        def keep(report, exception, **options):
            told.append(options["more"])

        def ask(each):
            filed.append(each)
            if len(filed) == 1:
                reporter.report(raised(ValueError()))
                fake.fail("WerReportSubmit", wer.HResult.E_ACCESSDENIED, times=1)

        told = []
        monkeypatch.setattr(wer.service._reporter, "add_python_state", keep)
        reporter = make(on_report=ask)
        for _ in range(4):
            reporter.report(raised(KeyError()))
            assert reporter.flush(30)
        assert [each.result is None for each in filed] == [False, True, False, False]
        one = ["Left out because too many waited, or from within a report: 1"]
        assert told == [[], one, one, []]

    def test_what_no_memory_was_for_can_be_reported_later(self, reporter, filed, monkeypatch, caplog):
        def no_memory(work, seconds):
            raise MemoryError

        error = raised(ValueError())
        with monkeypatch.context() as patch:
            patch.setattr(reporter._background, "run", no_memory)
            assert reporter.report(error) is False
        assert "no report: MemoryError" in caplog.text
        assert reporter.report(error) is True

    def test_nobody_waits_for_what_could_not_be_asked_for_and_it_ends(self, reporter, monkeypatch):
        class NoMemory(deque):
            def append(self, job):
                raise MemoryError

        monkeypatch.setattr(reporter._background, "_jobs", NoMemory())
        assert reporter.report(raised(ValueError())) is False
        assert reporter.flush(0)
        reporter.close()
        reporter._background._thread.join(30)
        assert not reporter._background._thread.is_alive()

    def test_ends_without_the_memory_to_wait(self, make, monkeypatch):
        def no_memory(seconds):
            raise MemoryError

        reporter = make(limits=wer.service._reporter.DEFAULT)
        assert reporter.report(raised(ValueError()))
        monkeypatch.setattr(reporter._background, "flush", no_memory)
        with pytest.raises(MemoryError):
            reporter.close()
        reporter._background._thread.join(30)
        assert not reporter._background._thread.is_alive()
        assert "it is closed" in reporter.limits.problem

    def test_leaves_no_thread_that_began_and_could_not_be_waited_for(self, make, monkeypatch):
        began = []

        def start(thread):
            real_start(thread)
            began.append(thread)
            raise MemoryError

        real_start = threading.Thread.start
        monkeypatch.setattr(threading.Thread, "start", start)
        with pytest.raises(MemoryError):
            make()
        [thread] = began
        thread.join(30)
        assert not thread.is_alive()

    def test_its_thread_goes_on_after_a_memory_error(self, reporter, filed):
        def no_memory():
            raise MemoryError

        assert reporter._background.run(no_memory, 30)
        assert reporter._background._thread.is_alive()
        assert reporter.report(raised(ValueError()))
        assert reporter.flush(30)
        assert len(filed) == 1

    def test_says_where_the_program_itself_has_failed(self, reporter, fake):
        def outer():
            inner()

        def inner():
            raise ValueError("x")

        with pytest.raises(ValueError, match="x") as caught:
            outer()
        assert reporter.report(caught.value)
        assert reporter.flush(30)
        values = [call.arguments["value"] for call in fake.called("WerReportSetParameter")]
        assert values[2].endswith(".inner")

    def test_groups_that_hold_one_another_many_times_over(self, reporter, filed):
        """15 to the power of 9 exceptions, which are 10 objects."""
        failed, ended = ValueError("x"), KeyboardInterrupt()
        failures, ends = failed, ended
        for _ in range(9):
            failures, ends = ExceptionGroup("jobs", [failures] * 15), BaseExceptionGroup("jobs", [ends] * 15)
        began = time.monotonic()
        assert not reporter.report(ends)
        assert reporter.report(failures)
        assert reporter.flush(60)
        assert time.monotonic() - began < 20
        assert len(filed) == 1
        assert filed[0].result is wer.SubmitResult.QUEUED
        assert not reporter.report(failed)
        assert not reporter.report(failures.exceptions[0])

    def test_as_many_wait_as_may(self, reporter):
        background, go, done = reporter._background, threading.Event(), []
        assert background.run(lambda: go.wait(30), 0)
        while background._jobs:
            time.sleep(0.001)  # it is at the first
        assert [background.run(lambda: done.append(1), 0) for _ in range(33)] == [True] * 32 + [False]
        go.set()
        assert background.flush(30)
        assert len(done) == 32

    def test_who_does_not_want_to_wait_does_not(self):
        done, asked = _background.Done(), []
        done._undone = types.SimpleNamespace(acquire=lambda *how: asked.append(how))
        assert not done.wait(-1)
        assert not done.wait(0)
        assert not done.wait(2)
        assert asked == [(True, 0), (True, 0), (True, 2)]

    def test_a_thread_that_ends_before_it_begins_keeps_nobody_waiting(self, monkeypatch):
        """CPython's does so if it has no memory right after it has said that it runs."""
        monkeypatch.setattr(_background.threading.Thread, "run", lambda thread: None)
        monkeypatch.setattr(_background, "_PATIENCE", 0.01)
        background = _background.Background()
        done = []
        began = time.monotonic()
        assert background.run(lambda: done.append(threading.get_ident()), 30)
        assert done == [threading.get_ident()]
        assert background.flush(30)
        assert time.monotonic() - began < 10

    def test_is_waited_for_as_long_as_it_may_take(self, make, monkeypatch):
        waited = []

        class Noted(wer.service._background.Done):
            def wait(self, seconds):
                waited.append(seconds)
                return super().wait(30)

        reporter = make(timeout=0.5)
        monkeypatch.setattr(wer.service._background, "Done", Noted)
        for wait in (True, False, None):
            assert reporter.report(raised(ValueError()), wait=wait)
        monkeypatch.undo()
        assert waited == [0.5, 0.5]
        assert reporter.flush(30)

    def test_its_thread_goes_on_without_memory_even_for_the_next(self, reporter, filed, monkeypatch):
        do_next, failed = reporter._background._do_next, []

        def no_memory():
            if not failed:
                failed.append(True)
                raise MemoryError
            return do_next()

        monkeypatch.setattr(reporter._background, "_do_next", no_memory)
        for kind in (ValueError, KeyError):  # the first is waited for already
            assert reporter.report(raised(kind()))
            assert reporter.flush(30)
        assert failed
        assert len(filed) == 2
        assert reporter._background._thread.is_alive()

    def test_after_the_end_of_its_thread_is_made_by_who_asks(self, reporter, filed):
        reporter.close()
        assert reporter.report(raised(ValueError("x")), wait=False) is True
        assert [each.result for each in filed] == [wer.SubmitResult.QUEUED]

    def test_limits_hold(self, make, filed, tmp_path):
        folder = Folder(str(tmp_path / "limited"))
        reporter = make(limits=Limits(per_signature=2, total=3, folder=folder))
        for _ in range(4):
            reporter.report(raised(ValueError("x")))
        for kind in (KeyError, IndexError, OSError):
            reporter.report(raised(kind("x")))
        assert reporter.flush(30)
        assert len(filed) == 3

    def test_by_default_is_limited_by_a_file_in_its_folder(self, make, filed, tmp_path):
        reporter = make(limits=wer.service._reporter.DEFAULT)
        for _ in range(2):
            reporter.report(raised(ValueError("x")))
        assert reporter.flush(30)
        assert len(filed) == 1
        assert (tmp_path / "private" / "limits.bin").is_file()

    def test_says_what_is_wrong_with_the_lock_of_dumps(self, reporter, fake, filed, caplog):
        fake.fail("CreateMutexW", 5)
        with caplog.at_level(logging.INFO, "wer"):
            reporter.report(raised(ValueError("x")))
            assert reporter.flush(30)
        assert "no lock for dumps" in caplog.text
        assert len(fake.called("WerReportAddDump")) == 1

    def test_tells_what_was_left_out_before_it(self, make, filed, tmp_path, monkeypatch):
        def keep(report, exception, **options):
            told.append(options["more"])

        told = []
        monkeypatch.setattr(wer.service._reporter, "add_python_state", keep)
        reporter = make(limits=Limits(window=0.5, folder=Folder(str(tmp_path / "limited"))))
        for _ in range(3):
            reporter.report(raised(ValueError("x")))
        time.sleep(0.6)
        reporter.report(raised(ValueError("x")))
        assert reporter.flush(30)
        assert [each.left_out for each in filed] == [0, 2]
        assert told == [[], ["Left out by limits: 2 of this signature, 2 in all"]]

    def test_stacks_have_none_of_what_reports(self, reporter, monkeypatch, caplog):
        """Neither of the thread that failed and waits, nor of the one that makes the text; others are whole."""
        texts = []
        monkeypatch.setattr(wer.service._state, "_write", lambda descriptor, text: texts.append(text.decode()))

        @wer.reporting(reporter=reporter)
        def works():
            entered.set()
            go.wait(30)

        @wer.reporting(reporter=reporter)
        def fails():
            raise KeyError

        def job():
            with contextlib.suppress(KeyError):
                fails()

        entered, go = threading.Event(), threading.Event()
        other = threading.Thread(target=works, name="other")
        other.start()
        assert entered.wait(30)
        with caplog.at_level(logging.INFO, "wer"):
            in_thread(job)
        go.set()
        other.join()
        assert "reported KeyError from reporting: QUEUED" in caplog.text
        _, _, threads = texts[0].partition("== Threads ==\r\n")
        stacks = {block.partition("\r\n")[0].partition(": ")[2]: block for block in threads.split("\r\n\r\n")}
        failed = stacks["job [failed]"].split("\r\n")
        assert failed[-3].endswith("<locals>.job")
        assert failed[-1].endswith(" more frames, of wer that reports it]")
        assert stacks["wer: reports [made this text]"].endswith(" more frames, of wer that reports it]")
        assert "<locals>.works" in stacks["other"]
        assert " of wer" not in stacks["other"]

    @pytest.mark.parametrize("kind", [ValueError, Own])
    def test_no_exception_is_kept(self, reporter, kind):
        class Kept:
            pass

        def run():
            kept = Kept()
            found.append(weakref.ref(kept))
            raise kind("x")

        found = []
        gc.disable()
        try:
            run()
        except kind as error:
            reporter.report(error)
        assert reporter.flush(30)
        reporter.report(raised(KeyError()))  # the thread has nothing of the one before
        assert reporter.flush(30)
        is_gone = found[0]() is None
        gc.enable()
        assert is_gone

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"application": ""}, "application is empty"),
            ({"application": "x" * 55}, "application takes at most 54 UTF-16 units, got 55: shorten it"),
            ({"application": "a\0b"}, "application has a NUL at 1"),
            ({"version": "x" * 260}, "version takes at most 259 UTF-16 units, got 260: shorten it"),
        ],
    )
    def test_refuses(self, options, message):
        options = {"application": "WerTests", "consent": wer.Consent.NOT_ASKED} | options
        with pytest.raises(ValueError, match=message):
            Reporter(options.pop("application"), **options)


class TestHooks:
    def test_see_the_main_thread(self, hooks, reporter, before, filed):
        error = ValueError("x")
        excepthook(error)
        assert [each.source for each in filed] == ["main"]  # it is there when the hook returns
        assert before == [("main", error)]

    def test_see_threads(self, hooks, reporter, before, filed):
        in_thread(fail)
        assert [each.source for each in filed] == ["thread"]
        assert [name for name, _ in before] == ["thread"]

    def test_see_what_cannot_be_raised(self, hooks, reporter, before, filed):
        class Bad:
            def __del__(self):
                raise ValueError("in __del__")

        Bad()
        gc.collect()
        assert sources(reporter, filed) == ["unraisable"]
        assert [name for name, _ in before] == ["unraisable"]

    def test_see_a_task_that_nobody_waits_for(self, hooks, reporter, filed):
        async def fail():
            raise ValueError("in a task")

        async def main():
            task = asyncio.create_task(fail())
            await asyncio.sleep(0.01)
            del task
            gc.collect()

        asyncio.run(main())
        assert sources(reporter, filed) == ["asyncio"]

    def test_see_a_callback_of_a_loop(self, hooks, reporter, filed):
        async def main():
            asyncio.get_running_loop().call_soon(fail)
            await asyncio.sleep(0.01)

        asyncio.run(main())
        assert sources(reporter, filed) == ["asyncio"]

    def test_see_a_loop_with_a_handler_of_its_own(self, hooks, reporter, filed):
        handled = []

        async def main():
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda loop, context: handled.append(context["exception"]))
            hooks.watch_loop(loop)
            loop.call_soon(fail)
            await asyncio.sleep(0.01)

        asyncio.run(main())
        assert sources(reporter, filed) == ["asyncio"]
        assert len(handled) == 1

    def test_what_asyncio_logs_is_printed_as_before(self, hooks, capfd):
        """A handler of the logger would keep Python's last resort from printing it."""
        asyncio_log = logging.getLogger("asyncio")
        root = logging.getLogger()
        handlers, root.handlers = root.handlers, []
        try:
            asyncio_log.error("a task has failed", exc_info=ValueError("x"))
        finally:
            root.handlers = handlers
        assert "a task has failed" in capfd.readouterr().err

    @pytest.mark.parametrize("kind", ENDS)
    def test_leave_alone_what_ends_something(self, hooks, reporter, before, filed, kind):
        excepthook(kind())
        assert sources(reporter, filed) == []
        assert len(before) == 1

    def test_leave_alone_a_group_of_nothing_else(self, hooks, reporter, filed):
        excepthook(BaseExceptionGroup("ends", [kind() for kind in ENDS]))
        assert sources(reporter, filed) == []
        excepthook(BaseExceptionGroup("ends", [KeyboardInterrupt(), ValueError()]))
        assert sources(reporter, filed) == ["main"]

    @pytest.mark.parametrize(("depth", "seen"), [(10, []), (11, ["main"]), (5000, ["main"])])
    def test_look_into_groups_of_groups_so_deep_and_no_deeper(self, hooks, reporter, filed, depth, seen):
        error = KeyboardInterrupt()
        for _ in range(depth):
            error = BaseExceptionGroup("group", [error])
        excepthook(error)
        assert sources(reporter, filed) == seen

    def test_are_silent_at_a_prompt(self, hooks, reporter, before, filed, monkeypatch):
        monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
        excepthook(ValueError())
        assert sources(reporter, filed) == []
        assert len(before) == 1

    def test_report_though_the_hook_before_fails(self, reporter, filed, monkeypatch):
        def bad(*arguments):
            raise KeyError("the hook before")

        monkeypatch.setattr(sys, "excepthook", bad)
        hooks = Hooks(reporter).install()
        with pytest.raises(KeyError):
            excepthook(ValueError())
        assert sources(reporter, filed) == ["main"]
        hooks.uninstall()
        assert sys.excepthook is bad

    def test_wait_only_where_something_ends(self, hooks, reporter, before, monkeypatch):
        """The rest comes anywhere, with any lock held."""
        seen = []

        def note(error, *, source, wait):
            assert type(error) is ValueError
            seen.append((source, wait))

        monkeypatch.setattr(reporter, "report", note)
        excepthook(ValueError())
        in_thread(fail)
        sys.unraisablehook(mock.Mock(exc_value=raised(ValueError())))
        logging.getLogger("asyncio").error("failed", exc_info=raised(ValueError()))
        loop = asyncio.new_event_loop()
        hooks.watch_loop(loop)
        loop.call_exception_handler({"message": "failed", "exception": raised(ValueError())})
        loop.close()
        LoggingHandler(reporter).handle(
            logging.LogRecord("job", logging.ERROR, "", 0, "", (), (ValueError, raised(ValueError()), None))
        )
        # asyncio: what was logged, what the loop's own handler logs, and the loop.
        ends = [("main", True), ("thread", True)]
        assert seen == [*ends, ("unraisable", False), *[("asyncio", False)] * 3, ("logging", False)]

    def test_see_at_the_end_what_a_hook_in_their_place_has_not_passed_on(self, hooks, reporter, filed, monkeypatch):
        """The interpreter has set it before it calls a hook; from 3.12 on it is last_exc, and last_value still."""
        monkeypatch.delattr(sys, "last_exc", raising=False)
        monkeypatch.delattr(sys, "last_value", raising=False)
        ours = sys.excepthook
        monkeypatch.setattr(sys, "excepthook", lambda *error: None)
        hooks.see_last()  # it ended without an exception
        monkeypatch.setattr(sys, "last_value", raised(ValueError()), raising=False)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "ps1", ">>> ", raising=False)
            hooks.see_last()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "excepthook", ours)
            hooks.see_last()
        assert sources(reporter, filed) == []
        hooks.see_last()
        assert sources(reporter, filed) == ["main"]
        monkeypatch.setattr(sys, "last_exc", raised(KeyError()), raising=False)
        hooks.see_last()
        hooks.see_last()
        assert sources(reporter, filed) == ["main", "main"]

    def test_can_be_taken_out(self, reporter, before, filed):
        there = sys.excepthook, threading.excepthook, sys.unraisablehook
        filters = list(logging.getLogger("asyncio").filters)
        hooks = Hooks(reporter).install()
        assert sys.excepthook is not there[0]
        hooks.uninstall()
        assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == there
        assert logging.getLogger("asyncio").filters == filters
        excepthook(ValueError())
        assert sources(reporter, filed) == []

    def test_of_others_on_top_stay(self, reporter, before, filed):
        hooks = Hooks(reporter).install()
        ours, on_top = sys.excepthook, []

        def other(*arguments):
            on_top.append(arguments)
            ours(*arguments)

        sys.excepthook = other
        hooks.uninstall()
        assert sys.excepthook is other
        excepthook(ValueError())
        assert len(on_top) == len(before) == 1
        assert sources(reporter, filed) == []


class TestOnce:
    def test_however_many_see_it(self, hooks, reporter, filed):
        log = logging.getLogger("werTests")
        handler = LoggingHandler(reporter)
        log.addHandler(handler)
        try:
            with contextlib.suppress(ValueError), wer.reporting(reporter=reporter):
                try:
                    with wer.reporting(reporter=reporter):
                        fail()
                except ValueError as error:
                    log.exception("failed")
                    excepthook(error)
                    raise
        finally:
            log.removeHandler(handler)
        assert sources(reporter, filed) == ["reporting"]

    def test_in_the_parent_of_a_worker_too(self, reporter, filed):
        error = raised(Own("x"))
        reporter.report(error)
        there = pickle.loads(pickle.dumps(error))  # noqa: S301 - it was made in this line
        assert reporter.report(there) is False
        assert sources(reporter, filed) == ["program"]

    def test_with_a_group_that_it_is_in(self, reporter, filed):
        error = raised(Own("x"))
        reporter.report(error)
        assert reporter.report(ExceptionGroup("jobs", [error])) is False
        assert reporter.report(ExceptionGroup("jobs", [error, ValueError()])) is True
        assert len(sources(reporter, filed)) == 2

    def test_of_a_class_that_cannot_be_hashed_or_compared(self, reporter, filed):
        class Odd(Exception):
            __hash__ = None
            __slots__ = ()

            def __eq__(self, other):
                raise RuntimeError

            def __setattr__(self, name, value):
                raise RuntimeError

        error = raised(Odd())
        assert reporter.report(error) is True
        assert reporter.report(error) is False


class TestReporting:
    def test_lets_the_exception_go_on(self, reporter, filed):
        with pytest.raises(ValueError, match="in a thread"), wer.reporting("WerTests.Job", reporter=reporter):
            fail()
        [only] = filed
        assert only.event_type == "WerTests.Job"

    def test_decorates_a_function(self, reporter, filed):
        @wer.reporting(reporter=reporter)
        def job(number, *, more):
            """A job."""
            if more:
                raise ValueError(number)
            return number

        assert job(1, more=False) == 1
        with pytest.raises(ValueError, match="2"):
            job(2, more=True)
        assert (job.__name__, job.__doc__) == ("job", "A job.")
        assert sources(reporter, filed) == ["reporting"]

    def test_decorates_what_is_no_function(self, reporter, filed):
        divide = wer.reporting(reporter=reporter)(functools.partial(divmod, 7))
        assert divide(2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            divide(0)
        assert sources(reporter, filed) == ["reporting"]

    def test_decorates_a_coroutine_and_does_not_stop_its_loop(self, make, filed):
        go = threading.Event()
        reporter = make(on_report=lambda each: (go.wait(30), filed.append(each)))

        @wer.reporting(reporter=reporter)
        async def job(number, *, more):
            raise ValueError(number + more)

        async def main():
            with pytest.raises(ValueError, match="42"):
                await job(40, more=2)
            go.set()  # which the report waits for

        asyncio.run(main())
        assert sources(reporter, filed) == ["reporting"]

    def test_decorates_a_generator(self, reporter, filed):
        @wer.reporting(reporter=reporter)
        def numbers(first, *, more):
            yield first + more
            raise ValueError("x")

        steps = numbers(40, more=2)
        assert next(steps) == 42
        with pytest.raises(ValueError, match="x"):
            next(steps)
        assert sources(reporter, filed) == ["reporting"]

    def test_refuses_an_asynchronous_generator(self):
        async def numbers():
            yield 1

        with pytest.raises(TypeError, match="an asynchronous generator: use it inside"):
            wer.reporting()(numbers)

    def test_refuses_an_event_that_is_too_long(self):
        with pytest.raises(ValueError, match="event takes at most 64 UTF-16 units, got 65: shorten it"):
            wer.reporting("x" * 65)

    def test_without_a_service_is_nothing(self, fake):
        with pytest.raises(ValueError, match="in a thread"), wer.reporting():
            fail()
        assert fake.calls == []

    @pytest.mark.parametrize("kind", ENDS)
    def test_leaves_alone_what_ends_something(self, reporter, filed, kind):
        with pytest.raises(kind), wer.reporting(reporter=reporter):
            raise kind
        assert sources(reporter, filed) == []


class TestLoggingHandler:
    @pytest.fixture
    def log(self, reporter):
        log = logging.getLogger("werTests")
        handler = LoggingHandler(reporter)
        log.addHandler(handler)
        yield log
        log.removeHandler(handler)

    def test_reports_an_exception(self, log, reporter, filed):
        try:
            fail()
        except ValueError:
            log.exception("failed")
        assert sources(reporter, filed) == ["logging"]

    def test_reports_an_exception_that_was_never_raised(self, log, reporter, fake, filed):
        """The way for what is no exception."""
        log.error("the queue does not move", exc_info=Own())
        assert sources(reporter, filed) == ["logging"]
        values = [call.arguments["value"] for call in fake.called("WerReportSetParameter")]
        assert values[1:3] == [f"{__name__}.Own", "?"]

    def test_leaves_alone_what_has_none_or_is_below_its_level(self, log, reporter, filed):
        log.error("no exception")
        log.warning("not so bad", exc_info=raised(ValueError()))
        assert sources(reporter, filed) == []

    @pytest.mark.parametrize("name", ["wer", "wer.tools"])
    def test_leaves_alone_what_wer_logs(self, log, reporter, filed, name):
        LoggingHandler(reporter).handle(
            logging.LogRecord(name, logging.ERROR, "", 0, "", (), (ValueError, raised(ValueError()), None))
        )
        assert sources(reporter, filed) == []
